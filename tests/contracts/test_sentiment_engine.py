"""What every SentimentEngine promises, and who promises it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from math import inf
from pathlib import Path

import pytest

from aurastream.adapters.aws.bedrock_engine import BedrockEngine
from aurastream.adapters.aws.comprehend_engine import ComprehendEngine
from aurastream.adapters.local.calibrated_engine import CalibratedEngine
from aurastream.adapters.local.calibration_book import CalibrationBook
from aurastream.adapters.local.embedded_engine import ENGLISH_MODEL, EmbeddedEngine
from aurastream.adapters.local.embedded_model import EmbeddedModel, load_model
from aurastream.adapters.local.lexicon_engine import LexiconEngine
from aurastream.adapters.local.onnx_engine import OnnxEngine
from aurastream.domain.document import Document
from aurastream.domain.engine import Call, EngineLimits, Priority
from aurastream.domain.errors import DeadlineError, StoppedError
from aurastream.domain.language import ENGLISH, Language, LanguageSource
from aurastream.domain.outcome import Outcome, OutcomeStatus
from aurastream.domain.sentiment import Scores, Sentiment
from aurastream.ports.sentiment_engine import SentimentEngine
from aurastream.testing.comprehend import ComprehendSettings, ComprehendStandIn
from tests import simulated_aws as aws
from tests.bedrock_model import FakeModel
from tests.contracts.cases import ACME
from tests.contracts.racing import race
from tests.fakes import FakeClock, FakeEngine
from tests.onnx_model import write_classifier

CALL = Call(tenant=ACME, priority=Priority.LIVE, payer="a contract")

AWKWARD = {
    "one letter": "a",
    "a number": "42",
    "punctuation": "...",
    "accents": "naïve café",
    "decomposed accents": "nai\u0308ve cafe\u0301",
    "emoji": "🎉👩‍👩‍👧🇨🇭",
    "right to left": "مرحبا",
    "line ends": "good\r\nbad\n\n\tso-so\u2028",
    "spaces around": "  good \u00a0",
    "a null": "good\x00bad",
    "a formula": "=1+1",
    "markup": "<b>good</b> &amp; 'bad' \"so\"",
    "full": "x" * 4_999,
    "full of spaces": "good" + " " * 4_000 + "bad",
    "no spaces": "goodbad" * 700,
}

PRAISE = "I love it, this is a wonderful product and I am very happy with it!"
BLAME = "This is terrible, I hate it. The worst and most awful product, a horrible waste."


def document(text: str, id_: str = "1", language: Language = ENGLISH) -> Document:
    """A text whose language the caller stated."""
    return Document(id=id_, text=text, language=language, source=LanguageSource.CALLER)


def scores_of(outcomes: Sequence[Outcome]) -> list[Scores | None]:
    """The scores alone."""
    return [outcome.result.scores if outcome.result else None for outcome in outcomes]


def asked(engine: SentimentEngine, documents: Sequence[Document]) -> list[Outcome]:
    """The outcomes of documents, in as many calls as the engine's limits ask for."""
    most = engine.limits.max_documents or len(documents)
    parts = [documents[at : at + most] for at in range(0, len(documents), most)]
    return [outcome for part in parts for outcome in engine.analyze(part, CALL)]


class SentimentEngineContract:
    """Every engine, everywhere."""

    @pytest.fixture
    def engine(self) -> SentimentEngine:
        raise NotImplementedError

    def test_it_has_a_name_and_a_version(self, engine: SentimentEngine) -> None:
        assert engine.identity.name
        assert engine.identity.version
        assert engine.identity == engine.identity

    def test_its_limits_leave_room_for_something(self, engine: SentimentEngine) -> None:
        assert engine.limits.max_documents is None or engine.limits.max_documents > 0
        assert engine.limits.max_bytes is None or engine.limits.max_bytes > 0
        assert engine.limits.languages is None or ENGLISH in engine.limits.languages

    def test_nothing_gets_nothing(self, engine: SentimentEngine) -> None:
        assert list(engine.analyze([], CALL)) == []

    @pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD)
    def test_any_text_gets_an_answer(self, engine: SentimentEngine, text: str) -> None:
        [outcome] = engine.analyze([document(text)], CALL)
        assert outcome.status is OutcomeStatus.SUCCEEDED
        assert outcome.id == "1"
        assert outcome.result is not None
        assert outcome.result.sentiment in Sentiment
        assert outcome.units >= 0

    def test_the_language_is_the_one_it_was_told(self, engine: SentimentEngine) -> None:
        column = replace(document("good"), source=LanguageSource.COLUMN)
        [outcome] = engine.analyze([column], CALL)
        assert outcome.result is not None
        assert outcome.result.language.code == ENGLISH
        assert outcome.result.language.source is LanguageSource.COLUMN

    def test_outcomes_come_in_the_order_of_the_documents(self, engine: SentimentEngine) -> None:
        ids = ["b", "a", "10", "9", "naïve 🎉", "x" * 256, "=1", "a "]
        texts = [PRAISE, BLAME, "It is a table.", "42", PRAISE, BLAME, PRAISE, "good"]
        documents = [document(text, id_) for id_, text in zip(ids, texts, strict=True)]
        outcomes = asked(engine, documents)
        assert [outcome.id for outcome in outcomes] == ids
        alone = [engine.analyze([one], CALL)[0] for one in documents]
        assert scores_of(outcomes) == scores_of(alone)

    def test_documents_of_one_id_or_one_text_get_an_outcome_each(self, engine: SentimentEngine) -> None:
        outcomes = asked(engine, [document("good", "1"), document("good", "1"), document("bad", "1")])
        assert [outcome.status for outcome in outcomes] == [OutcomeStatus.SUCCEEDED] * 3
        assert outcomes[0].result is not None
        assert outcomes[1].result is not None
        assert outcomes[0].result.scores == outcomes[1].result.scores

    def test_a_call_may_be_full(self, engine: SentimentEngine) -> None:
        most = engine.limits.max_documents or 60
        outcomes = engine.analyze([document(f"good {n}", str(n)) for n in range(most)], CALL)
        assert [outcome.id for outcome in outcomes] == [str(n) for n in range(most)]

    def test_the_same_text_gets_the_same_scores(self, engine: SentimentEngine) -> None:
        first = engine.analyze([document(PRAISE)], CALL)
        second = engine.analyze([document(PRAISE, "2")], CALL)
        assert scores_of(first) == scores_of(second)

    def test_many_may_ask_at_once(self, engine: SentimentEngine) -> None:
        alone = scores_of(asked(engine, [document(PRAISE), document(BLAME)]))
        together = race(lambda _: scores_of(asked(engine, [document(PRAISE), document(BLAME)])))
        assert together == [alone] * 20

    def test_a_deadline_that_is_far_off_is_no_hindrance(self, engine: SentimentEngine) -> None:
        [outcome] = engine.analyze([document("good")], replace(CALL, deadline=inf))
        assert outcome.status is OutcomeStatus.SUCCEEDED


class NamesItself:
    """Engines that give every answer themselves, or in the name of the one they wrap."""

    def test_it_says_who_it_is(self, engine: SentimentEngine) -> None:
        [outcome] = engine.analyze([document("good")], CALL)
        assert outcome.result is not None
        assert outcome.result.engine == engine.identity


class TellsGoodFromBad:
    """Engines that understand English."""

    def test_praise_is_positive(self, engine: SentimentEngine) -> None:
        [outcome] = engine.analyze([document(PRAISE)], CALL)
        assert outcome.result is not None
        assert outcome.result.sentiment is Sentiment.POSITIVE

    def test_blame_is_negative(self, engine: SentimentEngine) -> None:
        [outcome] = engine.analyze([document(BLAME)], CALL)
        assert outcome.result is not None
        assert outcome.result.sentiment is Sentiment.NEGATIVE

    def test_a_fact_is_neutral(self, engine: SentimentEngine) -> None:
        [outcome] = engine.analyze([document("The parcel is to be delivered on Tuesday.")], CALL)
        assert outcome.result is not None
        assert outcome.result.sentiment is Sentiment.NEUTRAL

    def test_praise_and_blame_are_mixed(self, engine: SentimentEngine) -> None:
        [outcome] = engine.analyze(
            [document("I love the beautiful design, but I hate the terrible, awful service.")], CALL
        )
        assert outcome.result is not None
        assert outcome.result.sentiment is Sentiment.MIXED


class LimitsDocuments:
    """Engines whose calls carry so many documents."""

    def test_one_document_too_many_is_refused(self, engine: SentimentEngine) -> None:
        most = engine.limits.max_documents
        assert most is not None
        with pytest.raises(ValueError):
            engine.analyze([document("good", str(number)) for number in range(most + 1)], CALL)


class LimitsBytes:
    """Engines whose documents are so large at most."""

    @pytest.mark.parametrize("character", ["x", "é", "ह", "🎉"])
    def test_one_character_too_many_is_refused(self, engine: SentimentEngine, character: str) -> None:
        most = engine.limits.max_bytes
        assert most is not None
        fits = character * (most // len(character.encode()))
        engine.analyze([document(fits)], CALL)
        with pytest.raises(ValueError):
            engine.analyze([document(fits + character)], CALL)


class LimitsLanguages:
    """Engines that serve some languages only."""

    def test_a_language_that_is_not_served_is_refused(self, engine: SentimentEngine) -> None:
        with pytest.raises(ValueError):
            engine.analyze([document("bun", language=Language("xx"))], CALL)
        with pytest.raises(ValueError):
            engine.analyze([document("good"), document("bun", "2", Language("xx"))], CALL)


class TakesOneLanguage:
    """Engines whose calls are in one language."""

    def test_a_second_language_is_refused(self, engine: SentimentEngine) -> None:
        with pytest.raises(ValueError):
            engine.analyze([document("good"), document("bueno", "2", Language("es"))], CALL)


class LimitsEverything(LimitsDocuments, LimitsBytes, LimitsLanguages, TakesOneLanguage):
    """Engines with every limit there is."""


class StopsAtOnce:
    """Engines that raise where a call is stopped or too late before it began."""

    def test_a_stopped_call_sends_nothing(self, engine: SentimentEngine) -> None:
        with pytest.raises(StoppedError):
            engine.analyze([document("good")], replace(CALL, stopped=lambda: True))

    def test_a_call_past_its_deadline_sends_nothing(self, engine: SentimentEngine) -> None:
        with pytest.raises(DeadlineError):
            engine.analyze([document("good")], replace(CALL, deadline=-1.0))

    def test_nothing_to_send_cannot_be_stopped(self, engine: SentimentEngine) -> None:
        assert list(engine.analyze([], replace(CALL, stopped=lambda: True, deadline=-1.0))) == []


class TestFakeEngine(SentimentEngineContract, NamesItself, LimitsEverything, StopsAtOnce):
    @pytest.fixture
    def engine(self) -> SentimentEngine:
        limits = EngineLimits(
            max_documents=25,
            max_bytes=5_000,
            languages=frozenset({ENGLISH, Language("es")}),
            one_language=True,
        )
        return FakeEngine(limits=limits, clock=FakeClock())


class TestLexiconEngine(SentimentEngineContract, NamesItself, TellsGoodFromBad, LimitsLanguages, StopsAtOnce):
    @pytest.fixture
    def engine(self) -> SentimentEngine:
        return LexiconEngine(FakeClock())


@pytest.fixture(scope="module")
def model() -> EmbeddedModel:
    """The model that is shipped, read once."""
    return load_model(ENGLISH_MODEL)


class TestEmbeddedEngine(
    SentimentEngineContract, NamesItself, TellsGoodFromBad, LimitsLanguages, StopsAtOnce
):
    @pytest.fixture
    def engine(self, model: EmbeddedModel) -> SentimentEngine:
        return EmbeddedEngine(FakeClock(), model)


class TestCalibratedEngine(
    SentimentEngineContract, NamesItself, TellsGoodFromBad, LimitsLanguages, StopsAtOnce
):
    @pytest.fixture
    def engine(self, model: EmbeddedModel, tmp_path: Path) -> SentimentEngine:
        return CalibratedEngine(partial(EmbeddedEngine, FakeClock(), model), CalibrationBook(tmp_path))


@pytest.fixture(scope="module")
def comprehend_url() -> Iterator[str]:
    """A stand-in without quotas."""
    with ComprehendStandIn(ComprehendSettings(tps=None, batch_tps=None)) as standin:
        yield standin.url


class TestComprehendEngine(SentimentEngineContract, NamesItself, LimitsEverything, StopsAtOnce):
    """Over the strict stand-in; only an account can tell good from bad as Comprehend does."""

    @pytest.fixture
    def engine(self, comprehend_url: str) -> SentimentEngine:
        return ComprehendEngine(aws.comprehend_at(comprehend_url), clock=FakeClock())


class TestBedrockEngine(SentimentEngineContract, NamesItself, LimitsDocuments, LimitsBytes, StopsAtOnce):
    """Over botocore's own client and a model that hears some words."""

    @pytest.fixture
    def engine(self) -> Iterator[SentimentEngine]:
        with FakeModel().answering() as client:
            yield BedrockEngine(client, model_id="a.model", clock=FakeClock())


class TestOnnxEngine(SentimentEngineContract, NamesItself, LimitsDocuments, StopsAtOnce):
    """Over a classifier of five words."""

    @pytest.fixture
    def engine(self, tmp_path: Path) -> SentimentEngine:
        return OnnxEngine(write_classifier(tmp_path), clock=FakeClock())
