"""Outcomes, a page at a time."""

import pytest

from aurastream.domain.errors import InvalidCursorError, JobNotFoundError
from aurastream.domain.keys import JobKey, Tenant
from aurastream.domain.paging import Cursor
from tests.unit.services.workshop import Workshop

MANY = [f"good {n}" for n in range(2_500)]


def test_results_are_read_while_the_job_runs(shop: Workshop) -> None:
    key = shop.submitted(MANY)
    first = shop.results(key, after=None, limit=10)
    assert (list(first.items), first.next is not None) == ([], True)
    shop.prepare(key)
    shop.process(key, 0, final=False)
    shop.process(key, 2, final=False)
    page = shop.results(key, after=first.next, limit=2_000)
    assert len(page.items) == 1_000
    waiting = shop.results(key, after=page.next, limit=10)
    assert (list(waiting.items), waiting.next is not None) == ([], True)
    shop.run(key)
    rest = shop.results(key, after=waiting.next, limit=2_000)
    assert [outcome.row for outcome in rest.items] == list(range(1_001, 2_501))
    assert rest.next is None


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "é", "0:0", "=" * 50])
def test_a_cursor_that_was_not_handed_out_is_refused(shop: Workshop, cursor: str) -> None:
    key = shop.submitted(["good"])
    with pytest.raises(InvalidCursorError):
        shop.results(key, after=Cursor(cursor), limit=10)


def test_a_cursor_of_another_job_is_refused(shop: Workshop) -> None:
    first, second = shop.submitted(["good"]), shop.submitted(["bad"])
    cursor = shop.results(first, after=None, limit=10).next
    with pytest.raises(InvalidCursorError):
        shop.results(second, after=cursor, limit=10)


def test_a_job_of_another_tenant_is_not_there(shop: Workshop) -> None:
    key = shop.submitted(["good"])
    foreign = JobKey(Tenant("rival"), key.job_id)
    for act in (shop.cancel, shop.retry, shop.delete):
        with pytest.raises(JobNotFoundError):
            act(foreign)
