"""Jobs of which somebody deleted a part: they end, each row has one outcome, and what was scored is kept."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.errors import (
    EngineUnavailableError,
    NothingToRetryError,
    StorageFullError,
    UnavailableError,
)
from aurastream.domain.job import Job, JobStatus
from aurastream.domain.job_errors import JobErrorCode
from aurastream.domain.job_options import JobOptions
from aurastream.domain.keys import BlobKey, JobKey, base_key, chunk_key, export_key
from aurastream.domain.outcome import FailureCode, Outcome, OutcomeStatus
from tests.fakes import FakeBlobStore, FakeLedger
from tests.unit.services.workshop import ACME, Workshop, table

MANY = [f"good {n}" for n in range(2_500)]
"""Three chunks."""


class Counting(FakeBlobStore):
    """Counts how often each blob is read."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: Counter[BlobKey] = Counter()

    def read(self, key: BlobKey, start: int = 0, *, etag: str | None = None) -> Iterator[bytes]:
        self.reads[key] += 1
        return super().read(key, start, etag=etag)


def begun(shop: Workshop, *, done: Sequence[int] = (0,)) -> JobKey:
    """A job of three chunks, of which these were scored."""
    key = shop.submitted(MANY)
    shop.prepare(key)
    for chunk in done:
        shop.process(key, chunk, final=False)
    return key


def throw_away(shop: Workshop, key: JobKey, *chunks: int) -> None:
    """Somebody deletes these chunks."""
    for chunk in chunks:
        del shop.blobs.blobs[chunk_key(key, chunk)]


def rows(outcomes: Sequence[Outcome]) -> list[int | None]:
    return [outcome.row for outcome in outcomes]


def test_a_lost_chunk_is_cut_from_the_input_again(shop: Workshop) -> None:
    key = begun(shop, done=(0, 2))
    throw_away(shop, key, 1)
    job = shop.finish(key, stalled=True)
    assert (job.status, job.counts.succeeded, job.counts.failed) == (JobStatus.FAILED, 1_500, 1_000)
    outcomes = shop.outcomes(key)
    assert rows(outcomes) == list(range(1, 2_501))
    assert {outcome.row for outcome in outcomes if outcome.retryable} == set(range(1_001, 2_001))
    assert len(shop.export(key)) == 2_501


def test_a_lost_chunk_of_a_retry_is_cut_again_too(shop: Workshop) -> None:
    shop.engine.broken = EngineUnavailableError()
    parent = shop.done(["good", "", "bad"])
    child = shop.retry(parent.key)
    shop.prepare(child.key)
    throw_away(shop, child.key, 0)
    job = shop.finish(child.key, stalled=True)
    assert (job.status, job.counts.total, job.counts.failed) == (JobStatus.FAILED, 2, 2)
    assert rows(shop.outcomes(child.key)) == [1, 3]


def test_however_many_chunks_are_lost_the_input_is_read_once_for_them_and_once_for_the_export(
    shop: Workshop,
) -> None:
    blobs = shop.blobs = Counting()
    key = begun(shop, done=())
    throw_away(shop, key, 0, 1, 2)
    source = shop.jobs.get(key).input_key
    blobs.reads.clear()
    job = shop.finish(key)
    assert (job.counts.failed, job.chunks) == (2_500, 3)
    assert rows(shop.outcomes(key)) == list(range(1, 2_501))
    assert blobs.reads[source] == 2


def test_a_job_whose_chunks_and_input_are_gone_fails_says_why_keeps_what_it_has_and_tells(
    shop: Workshop,
) -> None:
    key = begun(shop)
    shop.blobs.blobs.clear()
    job = shop.finish(key)
    assert job.status is JobStatus.FAILED
    assert (job.counts.succeeded, job.counts.failed, job.counts.pending) == (1_000, 1_500, 0)
    assert job.error is not None
    assert job.error.code is JobErrorCode.SOURCE_GONE
    assert [told.key for told in shop.notifier.told] == [key]
    outcomes = shop.outcomes(key)
    assert rows(outcomes) == list(range(1, 2_501))
    assert {outcome.status for outcome in outcomes[:1_000]} == {OutcomeStatus.SUCCEEDED}
    assert {outcome.failure.code for outcome in outcomes[1_000:] if outcome.failure} == {
        FailureCode.NOT_PROCESSED
    }
    assert export_key(key) not in shop.blobs.blobs


def test_what_cannot_be_scored_any_more_is_not_offered_for_a_retry(shop: Workshop) -> None:
    key = begun(shop)
    shop.blobs.blobs.clear()
    shop.finish(key)
    with pytest.raises(NothingToRetryError):
        shop.retry(key)


def test_an_input_that_was_replaced_is_as_good_as_gone(shop: Workshop) -> None:
    key = begun(shop)
    throw_away(shop, key, 1, 2)
    shop.blobs.replace(shop.jobs.get(key).input_key, table(["another"]))
    job = shop.finish(key)
    assert (job.status, job.counts.failed) == (JobStatus.FAILED, 1_500)
    assert job.error is not None
    assert job.error.code is JobErrorCode.SOURCE_GONE


def test_a_chunk_that_is_still_there_keeps_its_ids_and_may_be_retried(shop: Workshop) -> None:
    body = "".join(f'{{"id": "r{n}", "text": "good"}}\n' for n in range(2_500)).encode()
    key = shop.submit(ACME, JobOptions(), [body]).key
    shop.prepare(key)
    throw_away(shop, key, 0)
    del shop.blobs.blobs[shop.jobs.get(key).input_key]
    job = shop.finish(key)
    assert (job.status, job.counts.failed) == (JobStatus.FAILED, 2_500)
    outcomes = {outcome.row: outcome for outcome in shop.outcomes(key)}
    assert [(outcomes[n].id, outcomes[n].retryable) for n in (1, 1_000, 1_001, 2_500)] == [
        ("1", False),
        ("1000", False),
        ("r1000", True),
        ("r2499", True),
    ]


def test_a_job_that_was_to_be_cancelled_is_cancelled_whatever_is_gone(shop: Workshop) -> None:
    key = begun(shop)
    shop.cancel(key)
    shop.blobs.blobs.clear()
    job = shop.finish(key)
    assert (job.status, job.counts.succeeded, job.counts.cancelled) == (JobStatus.CANCELLED, 1_000, 1_500)
    assert job.error is None


@pytest.mark.parametrize("base_too", [False, True])
def test_a_retry_of_which_all_is_gone_ends_too(shop: Workshop, base_too: bool) -> None:
    shop.engine.broken = EngineUnavailableError()
    parent = shop.done(["good", "", "bad"])
    child = shop.retry(parent.key)
    shop.prepare(child.key)
    base = shop.blobs.blobs[base_key(child.key)]
    shop.blobs.blobs.clear()
    if not base_too:
        shop.blobs.blobs[base_key(child.key)] = base
    job = shop.finish(child.key)
    assert (job.status, job.counts.total, job.counts.failed) == (JobStatus.FAILED, 2, 2)
    assert job.error is not None
    assert job.error.code is JobErrorCode.SOURCE_GONE
    outcomes = shop.outcomes(child.key)
    assert rows(outcomes) == ([None, None] if base_too else [1, 3])
    assert len({outcome.id for outcome in outcomes}) == 2


def test_a_retry_that_lost_only_what_it_inherited_ends_without_an_export(shop: Workshop) -> None:
    shop.engine.broken = EngineUnavailableError()
    parent = shop.done(["good", "", "bad"])
    shop.engine.broken = None
    child = shop.retry(parent.key)
    shop.prepare(child.key)
    shop.process(child.key, 0, final=False)
    del shop.blobs.blobs[base_key(child.key)]
    job = shop.finish(child.key)
    assert (job.status, job.counts.succeeded) == (JobStatus.SUCCEEDED, 2)
    assert export_key(child.key) not in shop.blobs.blobs


def test_the_schedule_ends_such_a_job(shop: Workshop) -> None:
    key = begun(shop)
    shop.blobs.blobs.clear()
    shop.clock.advance(timedelta(hours=7))
    assert shop.settle() == 1
    job = shop.jobs.get(key)
    assert job.error is not None
    assert (job.status, job.error.code) == (JobStatus.FAILED, JobErrorCode.SOURCE_GONE)


def test_where_one_chunk_is_lost_the_others_are_scored_all_the_same(shop: Workshop) -> None:
    key = begun(shop, done=())
    throw_away(shop, key, 0)
    job = shop.run(key)
    assert (job.status, job.counts.succeeded) == (JobStatus.SUCCEEDED_WITH_ERRORS, 1_500)


class Interrupted(FakeLedger):
    """Something happens at the n-th commit of whoever settles."""

    def __init__(self, inner: FakeLedger, at: int, act: Callable[[], None]) -> None:
        super().__init__(inner.store)
        self._left, self._act = at, act

    def commit(
        self, key: JobKey, chunk: int, outcomes: Sequence[Outcome], *, now: datetime, deadline_at: datetime
    ) -> bool:
        self._left -= 1
        if self._left == 0:
            self._act()
        return super().commit(key, chunk, outcomes, now=now, deadline_at=deadline_at)


SMALL = [f"good {n}" for n in range(9)]


def small(shop: Workshop) -> tuple[JobKey, int]:
    """A job with chunks of at most two rows; how many there are."""
    key = shop.submitted(SMALL)
    return key, replace(shop.prepare, chunk_rows=2)(key).chunks


def adds_up(shop: Workshop, job: Job) -> None:
    assert job.is_final
    assert (job.counts.total, job.counts.pending) == (len(SMALL), 0)
    assert sorted(row for row in rows(shop.outcomes(job.key)) if row) == list(range(1, len(SMALL) + 1))


@given(late=st.integers(0, 4), at=st.integers(1, 12))
def test_a_worker_who_still_holds_a_lost_chunk_never_makes_a_row_count_twice(late: int, at: int) -> None:
    shop = Workshop()
    key, _ = small(shop)
    ledger, text = shop.ledger, shop.blobs.blobs[chunk_key(key, late)]

    def comes_late() -> None:
        held = Workshop(store=shop.store, clock=shop.clock)
        held.blobs.blobs[chunk_key(key, late)] = text
        held.process(key, late, final=False)

    shop.blobs.blobs.clear()
    shop.ledger = Interrupted(ledger, at, comes_late)
    adds_up(shop, replace(shop.finish, chunk_rows=2)(key))


@given(at=st.integers(1, 12), error=st.sampled_from([UnavailableError("down"), StorageFullError("full")]))
def test_whoever_breaks_off_is_followed_by_one_who_ends_it_alike(at: int, error: Exception) -> None:
    shop = Workshop()
    key, _ = small(shop)
    shop.process(key, 2, final=False)
    shop.blobs.blobs.clear()
    ledger = shop.ledger

    def breaks() -> None:
        raise error

    shop.ledger = Interrupted(ledger, at, breaks)
    finish = replace(shop.finish, chunk_rows=2)
    with suppress(UnavailableError, StorageFullError):
        finish(key)
    shop.ledger = ledger
    job = replace(finish, ledger=ledger)(key)
    adds_up(shop, job)
    assert (job.counts.succeeded, job.counts.failed) == (2, 7)
