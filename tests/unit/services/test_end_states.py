"""Whatever is done to jobs in whatever order, and by whoever comes late: an end is an end."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from aurastream.domain.errors import AuraStreamError, EngineUnavailableError, StaleJobError
from aurastream.domain.job import IllegalTransitionError, Job, JobStatus
from aurastream.domain.job_errors import JobError, JobErrorCode
from aurastream.domain.job_input import Source
from aurastream.domain.job_options import JobOptions
from aurastream.domain.keys import JobKey
from tests.fakes import FakeJobRepository
from tests.unit.services.workshop import ACME, Workshop, table

S = JobStatus
NEXT: Mapping[JobStatus, frozenset[JobStatus]] = {
    S.AWAITING_UPLOAD: frozenset({S.QUEUED, S.EXPIRED, S.CANCELLED}),
    S.QUEUED: frozenset({S.RUNNING, S.CANCELLED, S.FAILED}),
    S.RUNNING: frozenset({S.SUCCEEDED, S.SUCCEEDED_WITH_ERRORS, S.FAILED, S.CANCELLED}),
}
TEXTS = [f"good {n}" for n in range(5)]
MOST = 4
"""Jobs at most: the first and its retries."""
LATE = JobError(code=JobErrorCode.STALLED, detail="what a late one believes")

jobs = st.integers(0, MOST - 1)


class Watched(FakeJobRepository):
    """Lets no job take a step that is not in the picture."""

    def save(self, job: Job) -> None:
        before = self.store.jobs.get(job.key)
        super().save(job)
        if before is not None and before.status is not job.status:
            assert job.status in NEXT.get(before.status, frozenset()), f"{before.status} -> {job.status}"


class Jobs(RuleBasedStateMachine):
    """The use cases over a job and its retries, and what somebody once read of them."""

    def __init__(self) -> None:
        super().__init__()
        self.shop = Workshop()
        self.shop.jobs = Watched(self.shop.store)
        self.prepare_job = replace(self.shop.prepare, chunk_rows=2)
        self.ends: dict[JobKey, Job] = {}
        self.views: list[Job] = []

    @initialize(uploads=st.booleans())
    def make_a_job(self, uploads: bool) -> None:
        if uploads:
            self.shop.create_upload(ACME, JobOptions())
        else:
            self.shop.submitted(TEXTS)

    @rule(which=jobs)
    def upload(self, which: int) -> None:
        self._do(which, self._upload)

    @rule(which=jobs)
    def prepare(self, which: int) -> None:
        self._do(which, self.prepare_job)

    @rule(which=jobs, chunk=st.integers(0, 2), final=st.booleans())
    def process(self, which: int, chunk: int, final: bool) -> None:
        self._do(which, lambda key: self.shop.process(key, chunk, final=final))

    @rule(which=jobs, stalled=st.booleans())
    def finish(self, which: int, stalled: bool) -> None:
        self._do(which, lambda key: self.shop.finish(key, stalled=stalled))

    @rule(which=jobs)
    def run_to_the_end(self, which: int) -> None:
        self._do(which, replace(self.shop.run, prepare=self.prepare_job))

    @rule(which=jobs)
    def cancel(self, which: int) -> None:
        self._do(which, self.shop.cancel)

    @rule(which=jobs)
    def retry(self, which: int) -> None:
        if len(self.shop.store.jobs) < MOST:
            self._do(which, self.shop.retry)

    @rule(which=jobs)
    def delete(self, which: int) -> None:
        self._do(which, self.shop.delete)

    @rule(hours=st.sampled_from([0.1, 1.0, 7.0, 25.0, 800.0]))
    def let_time_pass(self, hours: float) -> None:
        self.shop.clock.advance(hours * 3_600)
        self.shop.settle()

    @rule(down=st.booleans())
    def take_the_engine(self, down: bool) -> None:
        self.shop.engine.broken = EngineUnavailableError() if down else None

    @rule(which=jobs)
    def look(self, which: int) -> None:
        """Somebody reads a job, and will believe for long what it read."""
        self._do(which, lambda key: self.views.append(self.shop.jobs.get(key)))

    @rule(which=st.integers(0, 9), step=st.sampled_from(["fail", "settle", "cancel", "expire", "run"]))
    def act_on_what_was_read(self, which: int, step: str) -> None:
        """It counts only if nothing has happened since."""
        if not self.views:
            return
        read, now = self.views[which % len(self.views)], self.shop.clock.now()
        steps: Mapping[str, Callable[[], Job]] = {
            "fail": lambda: read.fail(LATE, now=now),
            "settle": lambda: read.settle(now=now),
            "cancel": lambda: read.request_cancel(now=now),
            "expire": lambda: read.expire(now=now),
            "run": lambda: read.run(now=now),
        }
        with suppress(IllegalTransitionError, StaleJobError):
            before, after = self.shop.jobs.get(read.key).version, steps[step]()
            if after is not read:
                self.shop.jobs.save(after)
                assert before == read.version

    @invariant()
    def an_end_is_an_end(self) -> None:
        for key, job in self.shop.store.jobs.items():
            if job.is_final:
                end = self.ends.setdefault(key, job)
                assert (job.status, job.counts, job.spend) == (end.status, end.counts, end.spend)
                assert job.counts.pending == 0

    def _upload(self, key: JobKey) -> None:
        job = self.shop.jobs.get(key)
        self.shop.blobs.write(job.input_key, [table(TEXTS)])
        info = self.shop.blobs.stat(job.input_key)
        self.shop.start(key, Source(key=job.input_key, etag=info.etag, size=info.size))

    def _do(self, which: int, act: Callable[[JobKey], object]) -> None:
        """To one of the jobs; that it is refused is no harm."""
        keys = sorted(self.shop.store.jobs, key=lambda key: key.job_id)
        with suppress(AuraStreamError):
            act(keys[which % len(keys)])


@pytest.mark.parametrize(
    "examples",
    [pytest.param(150, id="some"), pytest.param(2_000, id="many", marks=pytest.mark.soak)],
)
def test_an_end_is_an_end_whatever_is_done(examples: int) -> None:
    run_state_machine_as_test(
        Jobs, settings=settings(max_examples=examples, stateful_step_count=50, deadline=None)
    )
