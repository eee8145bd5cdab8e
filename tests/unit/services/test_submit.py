"""A file is handed in: saved, stored and started once."""

from dataclasses import replace

import pytest

from aurastream.domain.errors import UnavailableError
from aurastream.domain.job import JobStatus
from tests.unit.services.workshop import Workshop


def test_news_of_the_same_upload_twice_starts_one_job(shop: Workshop) -> None:
    key = shop.submitted(["good"])
    source = shop.jobs.get(key).source
    assert source is not None
    shop.start(key, replace(source, etag="later"))
    assert shop.workflows.started == [key]
    assert shop.jobs.get(key).source == source


def test_a_job_is_saved_before_its_input_and_started_after(shop: Workshop) -> None:
    shop.blobs.broken = UnavailableError("down")
    with pytest.raises(UnavailableError):
        shop.submitted(["good"])
    [job] = shop.store.jobs.values()
    assert job.status is JobStatus.AWAITING_UPLOAD
    assert shop.workflows.started == []
