"""Answered now or promised, and every promise is kept or rests where an operator finds it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from aurastream.domain.errors import (
    EngineUnavailableError,
    StaleJobError,
    TextTooLargeError,
    TooManyDocumentsError,
    UnavailableError,
)
from aurastream.domain.job import Job, JobStatus
from aurastream.domain.keys import JobKey
from aurastream.domain.language import ENGLISH, LanguageSource, TextLanguage
from aurastream.domain.outcome import Failure, FailureCode, SkipCode
from aurastream.domain.routing import Mode
from aurastream.domain.services.analyze import Answered, Promised
from aurastream.domain.tickets import MAX_ATTEMPTS, Ticket
from tests.canary import MARKER
from tests.fakes import FakeJobRepository, FakeRetryQueue, FakeStore
from tests.unit.services.workshop import ACME, Workshop, documents


@pytest.mark.parametrize("mode", [Mode.SYNC, Mode.AUTO])
def test_a_few_short_texts_are_answered_in_their_order(shop: Workshop, mode: Mode) -> None:
    answer = shop.analyze(ACME, documents("good", "", "bad"), mode)
    assert isinstance(answer, Answered)
    assert [outcome.id for outcome in answer.outcomes] == ["1", "2", "3"]
    assert answer.outcomes[1].skip is SkipCode.EMPTY_TEXT
    assert shop.store.jobs == {}


def test_a_long_text_is_refused_under_sync_and_a_job_under_auto(shop: Workshop) -> None:
    with pytest.raises(TextTooLargeError):
        shop.analyze(ACME, documents("x" * 5_001), Mode.SYNC)
    answer = shop.analyze(ACME, documents("good " * 2_000), Mode.AUTO)
    assert isinstance(answer, Promised)
    job = shop.run(answer.job.key)
    [outcome] = shop.outcomes(job.key)
    assert outcome.result is not None
    assert outcome.result.segments == 2


def test_many_texts_are_refused_under_sync_and_a_job_under_auto(shop: Workshop) -> None:
    with pytest.raises(TooManyDocumentsError):
        shop.analyze(ACME, documents(*["good"] * 26), Mode.SYNC)
    answer = shop.analyze(ACME, documents(*["good"] * 26), Mode.AUTO)
    assert isinstance(answer, Promised)
    assert shop.run(answer.job.key).counts.succeeded == 26


@pytest.mark.parametrize("mode", [Mode.AUTO, Mode.ASYNC])
def test_a_language_that_the_caller_gave_is_the_callers_now_and_later(shop: Workshop, mode: Mode) -> None:
    [plain] = documents("good")
    said = replace(plain, language=ENGLISH, source=LanguageSource.CALLER)
    answer = shop.analyze(ACME, [said], mode)
    if isinstance(answer, Promised):
        shop.run(answer.job.key)
        [outcome] = shop.outcomes(answer.job.key)
    else:
        [outcome] = answer.outcomes
    assert outcome.result is not None
    assert outcome.result.language == TextLanguage(code=ENGLISH, source=LanguageSource.CALLER)


def test_a_text_with_line_breaks_and_quotes_survives_the_way_through_a_job(shop: Workshop) -> None:
    answer = shop.analyze(ACME, documents('good\r\n"so,\u2028 good"\x00'), Mode.ASYNC)
    assert isinstance(answer, Promised)
    shop.run(answer.job.key)
    assert shop.engine.texts == ['good\r\n"so,\u2028 good"\x00']


def test_when_the_engine_is_down_the_answer_is_promised_and_the_promise_kept(shop: Workshop) -> None:
    shop.engine.broken = EngineUnavailableError(throttled=True)
    answer = shop.analyze(ACME, documents("good", "bad"), Mode.SYNC)
    assert isinstance(answer, Promised)
    assert answer.job.status is JobStatus.QUEUED
    assert shop.workflows.started == []
    assert shop.work_retries() == 0
    shop.engine.broken = None
    shop.clock.advance(timedelta(minutes=2))
    assert shop.work_retries() == 1
    assert shop.jobs.get(answer.job.key).status is JobStatus.SUCCEEDED
    assert [outcome.id for outcome in shop.outcomes(answer.job.key)] == ["1", "2"]
    shop.clock.advance(timedelta(minutes=2))
    assert shop.work_retries() == 0


def test_a_request_is_promised_as_a_whole_never_half(shop: Workshop) -> None:
    shop.engine.failures["bad"] = (Failure(code=FailureCode.ENGINE_UNAVAILABLE, retryable=True), None)
    shop.engine.script.extend([None, EngineUnavailableError(), EngineUnavailableError()])
    answer = shop.analyze(ACME, documents("good", "bad"), Mode.SYNC)
    assert isinstance(answer, Promised)


def test_a_document_that_the_engine_refuses_is_an_answer_too(shop: Workshop) -> None:
    shop.engine.poison.add("bad")
    answer = shop.analyze(ACME, documents("good", "bad"), Mode.SYNC)
    assert isinstance(answer, Answered)
    assert answer.outcomes[1].failure == Failure(code=FailureCode.ENGINE_REJECTED)


@pytest.mark.parametrize("part", ["jobs", "blobs", "queue"])
def test_if_even_the_promise_fails_the_caller_is_told(shop: Workshop, part: str) -> None:
    shop.engine.broken = EngineUnavailableError()
    getattr(shop, part).broken = UnavailableError("down")
    with pytest.raises(UnavailableError):
        shop.analyze(ACME, documents("good"), Mode.SYNC)


def test_a_promise_that_cannot_be_kept_rests_and_is_put_back(shop: Workshop) -> None:
    shop.engine.broken = EngineUnavailableError()
    answer = shop.analyze(ACME, documents("good"), Mode.SYNC)
    assert isinstance(answer, Promised)
    for _ in range(MAX_ATTEMPTS + 1):
        assert shop.work_retries() == 0
        shop.clock.advance(timedelta(minutes=2))
    [ticket] = shop.queue.resting(10)
    assert ticket.job == answer.job.key
    assert not shop.jobs.get(answer.job.key).is_final
    shop.engine.broken = None
    assert shop.queue.redrive(10, now=shop.clock.now()) == [ticket]
    assert shop.queue.redrive(10, now=shop.clock.now()) == []
    assert shop.work_retries() == 1
    assert shop.jobs.get(answer.job.key).status is JobStatus.SUCCEEDED
    assert shop.queue.resting(10) == []


def test_a_slow_engine_is_not_waited_for_beyond_the_deadline(shop: Workshop) -> None:
    began = shop.clock.monotonic()
    shop.engine.broken = EngineUnavailableError()
    shop.engine.hook = lambda made: shop.clock.sleep(0.6)
    answer = shop.analyze(ACME, documents("good"), Mode.SYNC)
    assert isinstance(answer, Promised)
    assert shop.clock.monotonic() - began <= 0.7
    assert len(shop.engine.calls) == 1


def test_a_promise_whose_job_was_deleted_is_settled(shop: Workshop) -> None:
    shop.engine.broken = EngineUnavailableError()
    answer = shop.analyze(ACME, documents("good"), Mode.SYNC)
    assert isinstance(answer, Promised)
    shop.cancel(answer.job.key)
    shop.delete(answer.job.key)
    assert shop.work_retries() == 1
    assert shop.queue.queued == []


def promised(shop: Workshop, number: int) -> list[JobKey]:
    """Promises that were made while the engine was down, which is up again."""
    shop.engine.broken = EngineUnavailableError()
    answers = [shop.analyze(ACME, documents("good"), Mode.SYNC) for _ in range(number)]
    shop.engine.broken = None
    return [answer.job.key for answer in answers if isinstance(answer, Promised)]


class Poisoned(FakeJobRepository):
    """Cannot read one of its jobs."""

    def __init__(self, store: FakeStore, key: JobKey, error: Exception) -> None:
        super().__init__(store)
        self._key, self._error = key, error

    def get(self, key: JobKey) -> Job:
        if key == self._key:
            raise self._error
        return super().get(key)


class Forgetful(FakeRetryQueue):
    """Takes no acknowledgement."""

    def __init__(self, inner: FakeRetryQueue) -> None:
        super().__init__()
        self.queued = inner.queued

    def ack(self, ticket: Ticket) -> None:
        raise UnavailableError("down")


@pytest.mark.parametrize(
    ("error", "kind"), [(StaleJobError(MARKER), "unavailable"), (ValueError(MARKER), "ValueError")]
)
def test_a_promise_that_cannot_be_kept_keeps_no_other_waiting_and_is_told_of(
    shop: Workshop, error: Exception, kind: str
) -> None:
    poisoned, other = promised(shop, 2)
    shop.jobs = Poisoned(shop.store, poisoned, error)
    told: list[tuple[JobKey, str]] = []
    work = replace(shop.work_retries, on_resisted=lambda key, kind: told.append((key, kind)))
    assert work() == 1
    assert shop.store.jobs[other].status is JobStatus.SUCCEEDED
    assert told == [(poisoned, kind)]


def test_a_promise_that_cannot_be_kept_is_not_lost(shop: Workshop) -> None:
    [poisoned] = promised(shop, 1)
    jobs, shop.jobs = shop.jobs, Poisoned(shop.store, poisoned, ValueError(MARKER))
    for _ in range(MAX_ATTEMPTS + 1):
        assert shop.work_retries() == 0
        shop.clock.advance(timedelta(minutes=2))
    shop.jobs = jobs
    [_] = shop.queue.redrive(10, now=shop.clock.now())
    assert shop.work_retries() == 1
    assert shop.jobs.get(poisoned).status is JobStatus.SUCCEEDED


def test_an_acknowledgement_that_fails_costs_another_look_and_no_other_promise(shop: Workshop) -> None:
    keys = promised(shop, 2)
    queue, shop.queue = shop.queue, Forgetful(shop.queue)
    assert shop.work_retries() == 0
    assert {shop.jobs.get(key).status for key in keys} == {JobStatus.SUCCEEDED}
    shop.queue = queue
    shop.clock.advance(timedelta(minutes=2))
    calls = len(shop.engine.calls)
    assert (shop.work_retries(), len(shop.engine.calls)) == (2, calls)


def test_a_process_that_is_to_end_begins_no_further_promise(shop: Workshop) -> None:
    first, second = promised(shop, 2)
    run = replace(shop.run, process=replace(shop.process, halted=lambda: True))
    assert replace(shop.work_retries, run=run)() == 0
    assert shop.jobs.get(first).status is JobStatus.RUNNING
    assert shop.jobs.get(second).status is JobStatus.QUEUED
    shop.clock.advance(timedelta(minutes=2))
    assert shop.work_retries() == 2
