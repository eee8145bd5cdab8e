"""Somebody hangs before any of its calls while the others go on; when it wakes up it does no harm."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import pytest

from aurastream.domain.errors import AuraStreamError, EngineUnavailableError
from aurastream.domain.job import ERASE_AGAIN_AFTER, START_WITHIN, Job, JobStatus, new_job
from aurastream.domain.job_input import Source
from aurastream.domain.keys import JobKey, job_id_at, upload_key
from tests.fakes import NOON, FakeBlobStore, FakeJobRepository
from tests.simulation.payloads import documents
from tests.simulation.service import ACME, Service
from tests.simulation.sweeping import JOB, OPTIONS, Hang, Stores, adds_up, fakes, submitted

CHILD = JobKey(ACME, job_id_at(NOON, 77))
PROMISED = JobKey(ACME, job_id_at(NOON, 78))


@dataclass(frozen=True, slots=True)
class Bench:
    """A process, and the levers it does not have itself."""

    service: Service
    stores: Stores

    def submit(self) -> None:
        submitted(self.service)

    def start(self) -> None:
        info = self.stores.blobs.stat(upload_key(JOB))
        self.service.start(JOB, Source(key=upload_key(JOB), etag=info.etag, size=info.size))

    def create(self) -> None:
        """A job that waits for its file."""
        self.stores.jobs.save(new_job(JOB, OPTIONS, now=self.stores.clock.now()))

    def begin(self) -> None:
        """Work on it, and get no further than to say so."""
        self.stores.jobs.save(self.stores.jobs.get(JOB).run(now=self.stores.clock.now()))

    def prepare(self) -> None:
        self.service.prepare(JOB)

    def process(self) -> None:
        self.service.process(JOB, 0, final=False)

    def finish(self) -> None:
        self.service.finish(JOB)

    def run(self) -> None:
        self.service.run(JOB)

    def cancel(self) -> None:
        self.service.cancel(JOB)

    def delete(self) -> None:
        self.service.delete(JOB)

    def fail(self) -> None:
        """Run, and find the engine down all the time."""
        self.stores.engine.broken = EngineUnavailableError()
        self.service.run(JOB)
        self.stores.engine.broken = None

    def retry(self) -> None:
        self.service.retry(JOB, job_id=CHILD.job_id)

    def prepare_retry(self) -> None:
        self.service.prepare(CHILD)

    def run_retry(self) -> None:
        self.service.run(CHILD)

    def promise(self) -> None:
        asked, _ = documents(["good one", "bad one"])
        self.service.promise(ACME, asked, job_id=PROMISED.job_id)

    def keep(self) -> None:
        self.service.work_retries()

    def let_a_minute_pass(self) -> None:
        self.stores.clock.advance(timedelta(seconds=61))

    def let_days_pass(self) -> None:
        self.stores.clock.advance(START_WITHIN)

    def settle(self) -> None:
        self.service.settle()


Step = Callable[[Bench], None]
B = Bench


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What was done before, who hangs, what others do meanwhile, and what is done afterwards."""

    hangs: Step
    meanwhile: tuple[Step, ...]
    before: tuple[Step, ...] = ()
    afterwards: tuple[Step, ...] = ()
    ends: frozenset[JobStatus] = frozenset(JobStatus)


PLANNED = (B.submit, B.prepare)
STORIES = {
    "two prepare": Story(before=(B.submit,), hangs=B.prepare, meanwhile=(B.prepare,), afterwards=(B.run,)),
    "prepare, and it is done": Story(before=(B.submit,), hangs=B.prepare, meanwhile=(B.run,)),
    "prepare, and it is gone": Story(before=(B.submit,), hangs=B.prepare, meanwhile=(B.run, B.delete)),
    "prepare, and it is cancelled": Story(
        before=(B.submit,), hangs=B.prepare, meanwhile=(B.cancel,), afterwards=(B.run,)
    ),
    "process, and it is done": Story(before=PLANNED, hangs=B.process, meanwhile=(B.run,)),
    "process, and it is cancelled": Story(before=PLANNED, hangs=B.process, meanwhile=(B.cancel, B.run)),
    "process, and it is gone": Story(before=PLANNED, hangs=B.process, meanwhile=(B.run, B.delete)),
    "process, and it is overdue": Story(
        before=PLANNED, hangs=B.process, meanwhile=(B.let_days_pass, B.settle)
    ),
    "two finish": Story(before=PLANNED, hangs=B.finish, meanwhile=(B.finish,)),
    "finish, and it is gone": Story(before=PLANNED, hangs=B.finish, meanwhile=(B.finish, B.delete)),
    "finish, and it is cancelled": Story(before=PLANNED, hangs=B.finish, meanwhile=(B.cancel,)),
    "finish, and there is a plan": Story(before=(B.submit,), hangs=B.finish, meanwhile=(B.prepare,)),
    "finish, and there is nothing yet": Story(
        before=(B.submit, B.begin, B.cancel),
        hangs=B.finish,
        meanwhile=(B.finish,),
        ends=frozenset({JobStatus.CANCELLED}),
    ),
    "finish, and others still work": Story(before=PLANNED, hangs=B.finish, meanwhile=(B.process,)),
    "two run": Story(before=(B.submit,), hangs=B.run, meanwhile=(B.run,)),
    "run, and it is cancelled": Story(before=(B.submit,), hangs=B.run, meanwhile=(B.cancel,)),
    "run, and it is done and gone": Story(before=(B.submit,), hangs=B.run, meanwhile=(B.run, B.delete)),
    "run, and it is overdue": Story(
        before=(B.submit,), hangs=B.run, meanwhile=(B.let_days_pass, B.settle), afterwards=(B.run,)
    ),
    "two submit": Story(hangs=B.submit, meanwhile=(B.submit,), afterwards=(B.run,)),
    "submit, and it is done": Story(hangs=B.submit, meanwhile=(B.submit, B.run)),
    "submit, and it is gone": Story(hangs=B.submit, meanwhile=(B.submit, B.run, B.delete)),
    "two start": Story(before=(B.submit,), hangs=B.start, meanwhile=(B.start, B.run)),
    "cancel, and it is done": Story(before=(B.submit,), hangs=B.cancel, meanwhile=(B.run,)),
    "cancel, and it is gone": Story(before=(B.submit,), hangs=B.cancel, meanwhile=(B.run, B.delete)),
    "two cancel": Story(before=PLANNED, hangs=B.cancel, meanwhile=(B.cancel, B.run)),
    "two delete": Story(before=(B.submit, B.run), hangs=B.delete, meanwhile=(B.delete,)),
    "retry, and the parent is gone": Story(
        before=(B.submit, B.fail), hangs=B.retry, meanwhile=(B.delete,), afterwards=(B.run_retry,)
    ),
    "two retry": Story(
        before=(B.submit, B.fail), hangs=B.retry, meanwhile=(B.retry,), afterwards=(B.run_retry,)
    ),
    "prepare a retry, and the parent is gone": Story(
        before=(B.submit, B.fail, B.retry),
        hangs=B.prepare_retry,
        meanwhile=(B.prepare_retry, B.delete),
        afterwards=(B.run_retry,),
    ),
    "run a retry, and the parent is gone": Story(
        before=(B.submit, B.fail, B.retry), hangs=B.run_retry, meanwhile=(B.delete,)
    ),
    "settle, and it is done": Story(before=(*PLANNED, B.let_days_pass), hangs=B.settle, meanwhile=(B.run,)),
    "settle, and it begins": Story(
        before=(B.submit, B.let_days_pass), hangs=B.settle, meanwhile=(B.prepare,), afterwards=(B.run,)
    ),
    "settle, and the upload comes": Story(
        before=(B.create, B.let_days_pass),
        hangs=B.settle,
        meanwhile=(B.submit,),
        afterwards=(B.run,),
        ends=frozenset({JobStatus.EXPIRED, JobStatus.SUCCEEDED_WITH_ERRORS}),
    ),
    "two settle": Story(before=(*PLANNED, B.let_days_pass), hangs=B.settle, meanwhile=(B.settle,)),
    "two promise": Story(hangs=B.promise, meanwhile=(B.promise,), afterwards=(B.keep,)),
    "promise, and it is kept": Story(hangs=B.promise, meanwhile=(B.promise, B.keep), afterwards=(B.keep,)),
    "two keep a promise": Story(
        before=(B.promise,), hangs=B.keep, meanwhile=(B.let_a_minute_pass, B.keep), afterwards=(B.keep,)
    ),
}


def jobs_of(stores: Stores) -> dict[JobKey, Job]:
    assert isinstance(stores.jobs, FakeJobRepository)
    return dict(stores.jobs.store.jobs)


def played(story: Story, call: int) -> bool:
    """Whether the one who hangs got as far as this call."""
    stores = fakes()
    seen: dict[JobKey, Job] = {}

    def do(*steps: Step) -> None:
        for step in steps:
            with suppress(AuraStreamError):
                step(Bench(stores.service(), stores))

    def meanwhile() -> None:
        do(*story.meanwhile)
        seen.update(jobs_of(stores))

    do(*story.before)
    gate = Hang(call, meanwhile)
    with suppress(AuraStreamError):
        story.hangs(Bench(stores.service(gate), stores))
    do(*story.afterwards)
    if gate.calls < call:
        return False
    end_is_final(seen, jobs_of(stores))
    do(lambda bench: bench.stores.clock.advance(2 * START_WITHIN), B.settle)
    end_is_final(seen, jobs_of(stores))
    assert JOB not in jobs_of(stores) or jobs_of(stores)[JOB].status in story.ends
    for job in jobs_of(stores).values():
        assert job.is_final
        assert job.deleted or adds_up(stores, job)
    do(lambda bench: bench.stores.clock.advance(ERASE_AGAIN_AFTER), B.settle)
    nothing_is_left_of_the_deleted(stores)
    return True


def end_is_final(before: dict[JobKey, Job], now: dict[JobKey, Job]) -> None:
    for key, job in before.items():
        if job.is_final:
            assert (now[key].status, now[key].counts, now[key].spend) == (job.status, job.counts, job.spend)


def nothing_is_left_of_the_deleted(stores: Stores) -> None:
    assert isinstance(stores.blobs, FakeBlobStore)
    for job in jobs_of(stores).values():
        if job.deleted:
            assert job.deadline_at is None
            assert not [blob for blob in stores.blobs.blobs if job.key.job_id in blob]
            assert all(stores.ledger.outcomes(job.key, chunk) is None for chunk in range(job.chunks))


@pytest.mark.parametrize("name", STORIES)
def test_who_hangs_and_wakes_up_does_no_harm(name: str) -> None:
    calls = next(call for call in count(1) if not played(STORIES[name], call))
    assert calls > 2, "there was hardly a call to hang before"
