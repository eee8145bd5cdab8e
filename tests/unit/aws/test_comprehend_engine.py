"""What ComprehendEngine does beyond any engine's promise."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from aurastream.adapters.aws import clients
from aurastream.adapters.aws.comprehend_engine import LANGUAGES, ComprehendEngine
from aurastream.domain.document import Document
from aurastream.domain.engine import Call, Priority
from aurastream.domain.errors import CallRejectedError, EngineUnavailableError
from aurastream.domain.language import ENGLISH, Language, LanguageSource
from aurastream.domain.outcome import FailureCode, Outcome, OutcomeStatus
from aurastream.domain.pricing import units_of
from aurastream.domain.sentiment import Scores, Sentiment
from aurastream.testing.comprehend import ComprehendSettings, ComprehendStandIn
from tests import simulated_aws as aws
from tests.contracts.cases import ACME
from tests.fakes import FakeClock

CALL = Call(tenant=ACME, priority=Priority.LIVE)
POISON = "⟦poison⟧"


def document(text: str, number: int = 1, language: Language | None = ENGLISH) -> Document:
    source = None if language is None else LanguageSource.COLUMN
    return Document(id=f"id {number}", text=text, language=language, source=source)


@pytest.fixture
def standin() -> Iterator[ComprehendStandIn]:
    with ComprehendStandIn(ComprehendSettings(tps=None, batch_tps=None)) as standin:
        yield standin


@pytest.fixture
def engine(standin: ComprehendStandIn) -> ComprehendEngine:
    return ComprehendEngine(aws.comprehend_at(standin.url), clock=FakeClock())


def scripted(**answer: Any) -> Sequence[Outcome]:
    """The outcomes of two documents of which Comprehend says this."""
    client = aws.comprehend_at("http://127.0.0.1:1")
    engine = ComprehendEngine(client, clock=FakeClock())
    answer = {"ResultList": [], "ErrorList": [], **answer}
    with aws.answering(client, "BatchDetectSentiment", lambda _asked: (200, answer)):
        return engine.analyze([document(f"{aws.SECRET} {number}", number) for number in (0, 1)], CALL)


def result(index: int) -> dict[str, Any]:
    scores = {"Positive": 0.7, "Negative": 0.1, "Neutral": 0.1, "Mixed": 0.1001}
    return {"Index": index, "Sentiment": "POSITIVE", "SentimentScore": scores}


def test_one_document_goes_alone_and_more_go_together(
    standin: ComprehendStandIn, engine: ComprehendEngine
) -> None:
    engine.analyze([document("good")], CALL)
    engine.analyze([document("good", 1), document("bad", 2)], CALL)
    operations = [call.operation for call in standin.ledger.calls]
    assert operations == ["DetectSentiment", "BatchDetectSentiment"]


def test_units_are_what_is_billed(standin: ComprehendStandIn, engine: ComprehendEngine) -> None:
    texts = ["a", "x" * 300, "x" * 301, "é" * 2_500, "🎉" * 1_250, "x" * 5_000]
    outcomes = engine.analyze([document(text, number) for number, text in enumerate(texts)], CALL)
    assert [outcome.units for outcome in outcomes] == [units_of(len(text)) for text in texts]
    [alone] = engine.analyze([document("x" * 401)], CALL)
    assert alone.units == 5
    assert standin.ledger.bill.units == sum(outcome.units for outcome in (*outcomes, alone))


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_it_claims_is_served(engine: ComprehendEngine, language: Language) -> None:
    outcomes = engine.analyze([document("good", 1, language), document("bad", 2, language)], CALL)
    assert [outcome.status for outcome in outcomes] == [OutcomeStatus.SUCCEEDED] * 2


def test_a_poisonous_document_fails_alone_and_another_try_may_mend_it(engine: ComprehendEngine) -> None:
    documents = [document(POISON if number == 7 else "good", number) for number in range(25)]
    outcomes = engine.analyze(documents, CALL)
    assert [outcome.id for outcome in outcomes] == [one.id for one in documents]
    [failed] = [outcome for outcome in outcomes if outcome.failure]
    assert failed.id == "id 7"
    assert failed.failure is not None
    assert failed.failure.code is FailureCode.ENGINE_UNAVAILABLE
    assert failed.retryable
    assert failed.units == 0


@pytest.mark.parametrize("operation", ["one", "many"])
def test_a_refused_call_may_be_split(
    standin: ComprehendStandIn, engine: ComprehendEngine, operation: str
) -> None:
    standin.change(poison_answer="call")
    more = [] if operation == "one" else [document("good", 2)]
    with pytest.raises(CallRejectedError) as error:
        engine.analyze([document(POISON), *more], CALL)
    assert POISON not in str(error.value)


@pytest.mark.parametrize(
    ("code", "failure", "retryable"),
    [
        ("INTERNAL_SERVER_ERROR", FailureCode.ENGINE_UNAVAILABLE, True),
        ("InternalServerException", FailureCode.ENGINE_UNAVAILABLE, True),
        ("", FailureCode.ENGINE_UNAVAILABLE, True),
        ("SOMETHING_NEW", FailureCode.ENGINE_UNAVAILABLE, True),
        ("TEXT_SIZE_LIMIT_EXCEEDED", FailureCode.ENGINE_REJECTED, False),
        ("TextSizeLimitExceededException", FailureCode.ENGINE_REJECTED, False),
        ("INVALID_REQUEST", FailureCode.ENGINE_REJECTED, False),
        ("InvalidRequestException", FailureCode.ENGINE_REJECTED, False),
        ("UNSUPPORTED_LANGUAGE", FailureCode.ENGINE_REJECTED, False),
        ("ValidationException", FailureCode.ENGINE_REJECTED, False),
    ],
)
def test_the_error_of_a_document_says_whether_it_is_worth_another_try(
    code: str, failure: FailureCode, retryable: bool
) -> None:
    error = {"Index": 0, "ErrorCode": code, "ErrorMessage": aws.SECRET}
    first, second = scripted(ErrorList=[error], ResultList=[result(1)])
    assert first.failure is not None
    assert (first.failure.code, first.retryable) == (failure, retryable)
    assert second.status is OutcomeStatus.SUCCEEDED


def test_a_document_that_was_lost_on_the_way_is_worth_another_try() -> None:
    first, second = scripted(ResultList=[result(1)])
    assert first.id == "id 0"
    assert first.retryable
    assert second.status is OutcomeStatus.SUCCEEDED


def test_results_are_told_apart_by_their_index() -> None:
    negative = {**result(0), "Sentiment": "NEGATIVE"}
    outcomes = scripted(ResultList=[result(1), negative])
    assert [outcome.result.sentiment for outcome in outcomes if outcome.result] == [
        Sentiment.NEGATIVE,
        Sentiment.POSITIVE,
    ]


def test_scores_are_made_to_add_up_to_one() -> None:
    first, _ = scripted(ResultList=[result(0), result(1)])
    assert first.result is not None
    assert first.result.scores == Scores.normalised(0.7, 0.1, 0.1, 0.1001)
    assert sum(first.result.scores.as_tuple()) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("text", ["", " ", "\t\r\n", "\u200b", "\ufeff \u200d"])
def test_a_text_that_says_nothing_is_never_sent(
    standin: ComprehendStandIn, engine: ComprehendEngine, text: str
) -> None:
    with pytest.raises(ValueError):
        engine.analyze([document(text)], CALL)
    with pytest.raises(ValueError):
        engine.analyze([document("good"), document(text, 2)], CALL)
    assert not standin.ledger.calls


def test_what_is_no_unicode_is_never_sent_nor_shown(engine: ComprehendEngine) -> None:
    with pytest.raises(ValueError) as error:
        engine.analyze([document(f"{aws.SECRET}\ud800")], CALL)
    assert aws.SECRET not in str(error.value)
    assert not isinstance(error.value, UnicodeError)
    assert error.value.__suppress_context__


def test_a_document_without_a_language_is_the_callers_mistake(engine: ComprehendEngine) -> None:
    with pytest.raises(ValueError):
        engine.analyze([document("good", 1, None)], CALL)


@pytest.mark.parametrize(
    ("trouble", "throttled"),
    [({"down": "throttled"}, True), ({"down": "error"}, False), ({"unavailable_rate": 1.0}, False)],
)
@pytest.mark.parametrize("documents", [1, 2])
def test_an_engine_in_trouble_is_asked_once_and_says_whether_it_throttled(
    standin: ComprehendStandIn,
    engine: ComprehendEngine,
    trouble: dict[str, Any],
    throttled: bool,
    documents: int,
) -> None:
    standin.change(**trouble)
    with pytest.raises(EngineUnavailableError) as error:
        engine.analyze([document(f"good {number}", number) for number in range(documents)], CALL)
    assert error.value.throttled is throttled
    assert len(standin.ledger.calls) == 1


@pytest.mark.parametrize("patience", [clients.LIVE_ENGINE, clients.BULK_ENGINE])
def test_neither_client_tries_again_by_itself(
    standin: ComprehendStandIn, patience: clients.Patience, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_COMPREHEND", standin.url)
    client = clients.comprehend_client(aws.session(), patience)
    standin.change(reset_rate=1.0)
    with pytest.raises(EngineUnavailableError) as error:
        ComprehendEngine(client, clock=FakeClock()).analyze([document("good")], CALL)
    assert not error.value.throttled
    assert len(standin.ledger.calls) == 1
    client.close()


def test_the_live_client_waits_no_longer_than_it_may(
    standin: ComprehendStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_COMPREHEND", standin.url)
    client = clients.comprehend_client(aws.session(), clients.LIVE_ENGINE)
    standin.change(stall_rate=1.0, stall_seconds=30.0)
    with pytest.raises(EngineUnavailableError, match="ReadTimeoutError"):
        ComprehendEngine(client, clock=FakeClock()).analyze([document("good")], CALL)
    client.close()
