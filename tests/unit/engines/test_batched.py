"""The border between documents and calls."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.document import Document
from aurastream.domain.engine import Call, EngineLimits
from aurastream.domain.engines.batched import BatchedEngine
from aurastream.domain.errors import DeadlineError, EngineUnavailableError
from aurastream.domain.language import Language
from aurastream.domain.outcome import Failure, FailureCode, OutcomeStatus
from tests.fakes import FakeEngine
from tests.unit.engines.documents import BULK, LIVE, document, documents

SMALL = EngineLimits(max_documents=25, one_language=True)
STUMBLE = Failure(code=FailureCode.ENGINE_UNAVAILABLE, retryable=True)


@given(languages=st.lists(st.sampled_from(["en", "de", "fr"]), max_size=120))
def test_every_document_has_its_outcome_in_order_whatever_the_mix(languages: list[str]) -> None:
    engine = FakeEngine(limits=SMALL)
    asked = [document(f"good {n}", str(n), Language(code)) for n, code in enumerate(languages)]
    outcomes = BatchedEngine(engine).analyze(asked, BULK)
    assert [outcome.id for outcome in outcomes] == [one.id for one in asked]
    assert [outcome.result.language.code for outcome in outcomes if outcome.result] == languages
    fewest = sum(-(-languages.count(code) // 25) for code in set(languages))
    assert len(engine.calls) == fewest


@pytest.mark.parametrize("position", range(25))
def test_one_poisoned_document_costs_ten_calls_and_spoils_no_neighbour(position: int) -> None:
    engine = FakeEngine(limits=SMALL)
    asked = documents(*[f"good {n}" for n in range(25)])
    engine.poison.add(asked[position].text)
    outcomes = BatchedEngine(engine).analyze(asked, BULK)
    assert [outcome.status for outcome in outcomes].count(OutcomeStatus.SUCCEEDED) == 24
    assert outcomes[position].failure == Failure(code=FailureCode.ENGINE_REJECTED)
    assert len(engine.calls) <= 1 + 10


def test_a_document_the_engine_stumbles_over_is_tried_once_more_alone() -> None:
    engine = FakeEngine(limits=SMALL)
    engine.failures["good 3"] = (STUMBLE, 1)
    outcomes = BatchedEngine(engine).analyze(documents(*[f"good {n}" for n in range(5)]), BULK)
    assert all(outcome.result for outcome in outcomes)
    assert [len(made.documents) for made in engine.calls] == [5, 1]


def test_a_document_that_fails_alone_too_has_failed_for_good() -> None:
    engine = FakeEngine(limits=SMALL)
    engine.failures["good 3"] = (STUMBLE, None)
    outcomes = BatchedEngine(engine).analyze(documents(*[f"good {n}" for n in range(5)]), BULK)
    assert outcomes[3].failure == Failure(code=FailureCode.ENGINE_REJECTED)
    assert len(engine.calls) == 2


def test_a_document_refused_in_its_second_try_has_failed_for_good() -> None:
    engine = FakeEngine(limits=SMALL)
    engine.failures["good 0"] = (Failure(code=FailureCode.ENGINE_REJECTED), None)
    [outcome] = BatchedEngine(engine).analyze(documents("good 0"), BULK)
    assert outcome.failure == Failure(code=FailureCode.ENGINE_REJECTED)
    assert len(engine.calls) == 1


@pytest.mark.parametrize("error", [EngineUnavailableError(), DeadlineError()])
def test_a_batch_that_got_nowhere_may_be_tried_again_and_the_others_are_scored(error: Exception) -> None:
    engine = FakeEngine(limits=SMALL)
    engine.script.append(error)
    outcomes = BatchedEngine(engine).analyze(documents(*[f"good {n}" for n in range(30)]), BULK)
    assert [outcome.retryable for outcome in outcomes] == [True] * 25 + [False] * 5
    assert all(outcome.result for outcome in outcomes[25:])


def test_after_a_stop_what_was_scored_is_kept_and_the_rest_is_cancelled() -> None:
    engine = FakeEngine(limits=SMALL)
    call = replace(BULK, stopped=lambda: len(engine.calls) >= 1)
    outcomes = BatchedEngine(engine).analyze(documents(*[f"good {n}" for n in range(60)]), call)
    assert [outcome.status for outcome in outcomes] == (
        [OutcomeStatus.SUCCEEDED] * 25 + [OutcomeStatus.CANCELLED] * 35
    )
    assert len(engine.calls) == 1


def test_an_engine_of_many_languages_is_not_asked_for_each() -> None:
    engine = FakeEngine(limits=EngineLimits(max_documents=10))
    asked: list[Document] = [document("good", str(n), Language("en" if n % 2 else "de")) for n in range(10)]
    BatchedEngine(engine).analyze(asked, BULK)
    assert len(engine.calls) == 1


def test_a_document_that_breaks_its_second_call_has_failed_for_good() -> None:
    engine = FakeEngine(limits=SMALL)
    engine.failures["good 3"] = (STUMBLE, None)
    engine.script.extend([None, EngineUnavailableError()])
    outcomes = BatchedEngine(engine).analyze(documents(*[f"good {n}" for n in range(5)]), BULK)
    assert outcomes[3].failure == Failure(code=FailureCode.ENGINE_REJECTED)
    assert len(engine.calls) == 2


@pytest.mark.parametrize(
    ("error", "call"),
    [
        (EngineUnavailableError(throttled=True), BULK),
        (DeadlineError(), BULK),
        (EngineUnavailableError(), LIVE),
    ],
)
def test_a_document_whose_second_call_had_no_chance_may_be_tried_again(error: Exception, call: Call) -> None:
    engine = FakeEngine(limits=SMALL)
    engine.failures["good 3"] = (STUMBLE, None)
    engine.script.extend([None, error])
    outcomes = BatchedEngine(engine).analyze(documents(*[f"good {n}" for n in range(5)]), call)
    assert outcomes[3].retryable
