"""What every Notifier promises, and who promises it."""

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from aurastream.adapters.aws.event_bridge_notifier import EventBridgeNotifier
from aurastream.adapters.local.log_notifier import LogNotifier
from aurastream.domain.job import Job, JobStatus
from aurastream.domain.job_counts import Counts
from aurastream.domain.job_errors import JobError, JobErrorCode
from aurastream.domain.job_options import JobOptions
from aurastream.ports.notifier import Notifier
from tests import simulated_aws as aws
from tests.contracts.cases import LATER, MARKER, OTHER, life
from tests.fakes import FakeNotifier


class NotifierBench(NamedTuple):
    """A notifier, and what the world has heard from it: `job_id`, `status`, `counts` and maybe more."""

    notifier: Notifier
    news: Callable[[], Sequence[Mapping[str, Any]]]


def ended(status: JobStatus = JobStatus.SUCCEEDED_WITH_ERRORS) -> Job:
    """A job that ended, with the caller's words wherever a job has room for them."""
    last = life(tenant=OTHER)[-1]
    assert last.plan is not None
    words = replace(last.plan.input, columns=(MARKER,), text_column=MARKER)
    return replace(
        last,
        status=status,
        version=last.version + 1,
        updated_at=LATER,
        options=JobOptions(filename=MARKER, metadata={MARKER: MARKER}, text_column=MARKER),
        plan=replace(last.plan, input=words),
        counts=Counts(total=10, succeeded=5, failed=2, skipped=2, cancelled=1),
        error=JobError(code=JobErrorCode.COLUMN_NOT_FOUND, detail=MARKER, columns=(MARKER,)),
    )


class NotifierContract:
    """Every notifier, everywhere."""

    @pytest.fixture
    def bench(self) -> NotifierBench:
        raise NotImplementedError

    @pytest.mark.parametrize("status", [status for status in JobStatus if status.is_final])
    def test_the_news_names_the_job_its_status_and_its_counts(
        self, bench: NotifierBench, status: JobStatus
    ) -> None:
        job = ended(status)
        bench.notifier.job_ended(job)
        [news] = bench.news()
        assert (news["job_id"], news["status"]) == (job.key.job_id, status.value)
        counts = {name: int(count) for name, count in news["counts"].items()}
        assert counts == {
            "total": 10,
            "succeeded": 5,
            "failed": 2,
            "skipped": 2,
            "cancelled": 1,
            "pending": 0,
        }

    def test_the_news_holds_none_of_the_callers_words(self, bench: NotifierBench) -> None:
        bench.notifier.job_ended(ended())
        assert MARKER not in json.dumps([dict(news) for news in bench.news()])

    def test_news_may_be_told_again(self, bench: NotifierBench) -> None:
        bench.notifier.job_ended(ended())
        bench.notifier.job_ended(ended())
        assert {news["job_id"] for news in bench.news()} == {ended().key.job_id}


class TestFakeNotifier(NotifierContract):
    @pytest.fixture
    def bench(self) -> NotifierBench:
        notifier = FakeNotifier()
        return NotifierBench(notifier, lambda: [told(job) for job in notifier.told])


def told(job: Job) -> dict[str, Any]:
    """What a job would be in the news."""
    names = ("total", "succeeded", "failed", "skipped", "cancelled", "pending")
    counts = {name: getattr(job.counts, name) for name in names}
    return {"job_id": job.key.job_id, "status": job.status.value, "counts": counts}


class TestLogNotifier(NotifierContract):
    @pytest.fixture
    def bench(self, caplog: pytest.LogCaptureFixture) -> NotifierBench:
        caplog.set_level(logging.INFO, "aurastream.jobs")
        return NotifierBench(
            LogNotifier(), lambda: [json.loads(record.getMessage()) for record in caplog.records]
        )


class TestEventBridgeNotifier(NotifierContract):
    @pytest.fixture
    def bench(self) -> Iterator[NotifierBench]:
        with aws.simulated_aws():
            url = aws.make_listener()
            yield NotifierBench(
                EventBridgeNotifier(aws.event_bridge()), lambda: [event["detail"] for event in aws.heard(url)]
            )
