"""A release that reads files otherwise than the one that a job began with."""

from dataclasses import replace
from itertools import chain
from typing import Any

import pytest

from aurastream.domain.errors import EngineUnavailableError
from aurastream.domain.files import csv_rows
from aurastream.domain.files.reader import Reading, open_rows
from aurastream.domain.job import JobStatus
from aurastream.domain.job_options import JobOptions
from aurastream.domain.keys import JobKey, chunk_key, export_key
from aurastream.domain.services import cutting
from tests.unit.services.workshop import ACME, Workshop

CSV = b"Great shoes\nbad socks\ngood hat\n"
OPTIONS = JobOptions(media_type="text/csv")


def planned(shop: Workshop) -> JobKey:
    """By a release that takes any first record for a header."""
    key = shop.submit(ACME, OPTIONS, [CSV]).key
    with pytest.MonkeyPatch.context() as before:
        before.setattr(csv_rows, "_is_header", lambda cells, options: True)
        job = shop.prepare(key)
    assert job.counts.total == 2
    return key


def scored(shop: Workshop) -> list[str]:
    return [document.text for call in shop.engine.calls for document in call.documents]


def test_a_job_ends_with_the_header_that_it_was_planned_with(shop: Workshop) -> None:
    key = planned(shop)
    shop.process(key, 0, final=False)
    assert shop.finish(key).status is JobStatus.SUCCEEDED
    assert shop.blobs.blobs[export_key(key)].startswith(b"Great shoes,")


def test_so_it_does_where_a_chunk_is_cut_again(shop: Workshop) -> None:
    key = planned(shop)
    del shop.blobs.blobs[chunk_key(key, 0)]
    job = shop.finish(key, stalled=True)
    assert job.counts.total == job.counts.failed == 2


def test_a_retry_reads_the_file_as_its_parent_did(shop: Workshop) -> None:
    key = planned(shop)
    shop.engine.script.extend([EngineUnavailableError()] * 40)
    shop.process(key, 0, final=True)
    assert shop.finish(key).counts.failed == 2
    shop.engine.script.clear()
    del shop.engine.calls[:]
    child = shop.run(shop.retry(key).key)
    assert scored(shop) == ["bad socks", "good hat"]
    assert (child.status, child.counts.succeeded) == (JobStatus.SUCCEEDED, 2)


@pytest.mark.parametrize("times", [0, 2])
def test_a_file_with_other_rows_than_the_plan_ends_without_an_export(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    key = planned(shop)
    shop.process(key, 0, final=False)

    def read_otherwise(*arguments: Any, **named: Any) -> Reading:
        reading = open_rows(*arguments, **named)
        first = next(reading.rows)
        return replace(reading, rows=chain([first] * times, reading.rows))

    monkeypatch.setattr(cutting, "open_rows", read_otherwise)
    ended = shop.finish(key)
    assert (ended.status, ended.counts.succeeded) == (JobStatus.SUCCEEDED, 2)
    assert export_key(key) not in shop.blobs.blobs
