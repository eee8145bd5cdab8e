"""Screening, detecting, cutting and the cascade, alone and together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.domain.document import Document
from aurastream.domain.engine import EngineId, EngineLimits, Reason
from aurastream.domain.engines.batched import BatchedEngine
from aurastream.domain.engines.cached import CachedEngine
from aurastream.domain.engines.cascade import CascadeEngine, CascadePolicy
from aurastream.domain.engines.detected import DetectedEngine
from aurastream.domain.engines.screened import ScreenedEngine
from aurastream.domain.engines.segmented import SegmentedEngine
from aurastream.domain.language import ENGLISH, Language, LanguageSource
from aurastream.domain.outcome import Failure, FailureCode, Outcome, SkipCode
from aurastream.domain.sentiment import Sentiment
from aurastream.ports.sentiment_engine import SentimentEngine
from tests.fakes import FakeClock, FakeEngine, FakeLanguageDetector, FakeResultCache, list_price
from tests.unit.engines.documents import BULK, document, documents

GERMAN, ROMANIAN = Language("de"), Language("ro")
STRICT = EngineLimits(
    max_documents=25, max_bytes=50, languages=frozenset({ENGLISH, GERMAN}), one_language=True
)


def whole(engine: SentimentEngine) -> SentimentEngine:
    cached = CachedEngine(SegmentedEngine(BatchedEngine(engine)), cache=FakeResultCache(), clock=FakeClock())
    return ScreenedEngine(DetectedEngine(cached, detector=FakeLanguageDetector(), default=ENGLISH))


@given(texts=st.lists(st.text(max_size=120), max_size=60))
def test_the_whole_stack_speaks_for_every_text_in_order(texts: list[str]) -> None:
    engine = FakeEngine(limits=STRICT, price=list_price)
    asked = [Document(id=str(n), text=text) for n, text in enumerate(texts)]
    outcomes = whole(engine).analyze(asked, BULK)
    assert [outcome.id for outcome in outcomes] == [one.id for one in asked]
    assert all(outcome.result or outcome.skip for outcome in outcomes)
    assert sum(outcome.units for outcome in outcomes) == engine.units


@pytest.mark.parametrize("text", ["", " ", "\n\t", "\u200b\u200d\ufeff", "\u2028", "\x00"])
def test_a_text_that_says_nothing_is_skipped_and_never_sent(text: str) -> None:
    engine = FakeEngine()
    first, second = ScreenedEngine(engine).analyze(documents(text, "good"), BULK)
    assert first.skip is SkipCode.EMPTY_TEXT
    assert second.result is not None
    assert engine.texts == ["good"]


def test_a_language_that_is_not_served_is_skipped_and_never_sent() -> None:
    engine = FakeEngine(limits=STRICT)
    detected = DetectedEngine(engine, detector=FakeLanguageDetector(), default=ENGLISH)
    first, second = detected.analyze([document("dobrý", "1", Language("cs")), document("good", "2")], BULK)
    assert first.skip is SkipCode.UNSUPPORTED_LANGUAGE
    assert second.result is not None
    assert engine.texts == ["good"]


def test_a_detected_language_is_named_with_its_source() -> None:
    text = "das ist wirklich ein sehr gutes Geschäft"
    detector = FakeLanguageDetector({text: GERMAN})
    detected = DetectedEngine(FakeEngine(), detector=detector, default=ENGLISH)
    [outcome] = detected.analyze([Document(id="1", text=text)], BULK)
    assert outcome.result is not None
    assert outcome.result.language.code == GERMAN
    assert outcome.result.language.source is LanguageSource.DETECTOR


@pytest.mark.parametrize(("letters", "asked"), [(19, 0), (20, 1)])
def test_a_text_with_few_letters_is_not_worth_a_guess(letters: int, asked: int) -> None:
    text = "1 2 3 " + "é" * letters
    detector = FakeLanguageDetector({text: GERMAN})
    detected = DetectedEngine(FakeEngine(), detector=detector, default=ENGLISH)
    [outcome] = detected.analyze([Document(id="1", text=text)], BULK)
    assert len(detector.asked) == asked
    assert outcome.result is not None
    assert outcome.result.language.source is (LanguageSource.DETECTOR if asked else LanguageSource.DEFAULT)


@pytest.mark.parametrize(("signs", "asked"), [(4, 0), (5, 1)])
def test_a_few_signs_of_chinese_are_worth_a_guess(signs: int, asked: int) -> None:
    detector = FakeLanguageDetector()
    detected = DetectedEngine(FakeEngine(), detector=detector, default=ENGLISH)
    detected.analyze([Document(id="1", text="好" * signs)], BULK)
    assert len(detector.asked) == asked


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("شكرا", "ar"),
        ("спасибо!", "ru"),
        ("धन्यवाद", "hi"),
        ("ありがとう", "ja"),
        ("最高だ", "ja"),
        ("最高です", "ja"),
        ("サイズ感が最悪", "ja"),
        ("コーヒー", "ja"),
        ("ｻｲｺｰ", "ja"),
        ("很好", "zh"),
        ("고마워요", "ko"),
        ("תודה", "he"),
        ("ευχαριστώ", "el"),
        ("ขอบคุณ", "th"),
        ("спасибо, iPhone", "ru"),
        ("Wi-Fi が遅い", "ja"),
        ("iPhoneが良い", "ja"),
        ("好", "zh"),
        ("да", "ru"),
    ],
)
def test_a_short_text_in_another_script_is_not_in_the_default_language(text: str, language: str) -> None:
    asked = as_asked(text, ENGLISH)
    assert (asked.language, asked.source) == (language, LanguageSource.DETECTOR)


@pytest.mark.parametrize(
    ("text", "default"),
    [
        ("très bien", "en"),
        ("iPhone да", "en"),
        ("дада okay ευχ", "en"),
        ("👍❤", "en"),
        ("ಠ_ಠ", "en"),
        ("¯\\_(ツ)_/¯", "en"),
        ("my 小米 is fine", "en"),
        ("ᚠᚢᚦ", "en"),
        ("дякую", "uk"),
        ("很好", "zh-TW"),
        ("良い", "ja"),
        ("ＯＫ", "en"),
    ],
)
def test_a_short_text_that_may_be_in_the_default_language_is(text: str, default: str) -> None:
    asked = as_asked(text, Language(default))
    assert (asked.language, asked.source) == (default, LanguageSource.DEFAULT)


def as_asked(text: str, default: Language) -> Document:
    """A text as the engine gets it, when nobody has said its language."""
    engine = FakeEngine()
    detected = DetectedEngine(engine, detector=FakeLanguageDetector(), default=default)
    detected.analyze([Document(id="1", text=text)], BULK)
    [asked] = engine.calls[0].documents
    return asked


def test_an_unsure_detector_means_the_default() -> None:
    detected = DetectedEngine(FakeEngine(), detector=FakeLanguageDetector(), default=GERMAN)
    [outcome] = detected.analyze([Document(id="1", text="x" * 40)], BULK)
    assert outcome.result is not None
    assert (outcome.result.language.code, outcome.result.language.source) == (GERMAN, LanguageSource.DEFAULT)


def test_a_long_text_is_read_whole_and_paid_for_its_segments() -> None:
    engine = FakeEngine(limits=STRICT, price=list_price)
    text = "This is good. " * 10
    [outcome] = SegmentedEngine(engine).analyze(documents(text), BULK)
    assert "".join(engine.texts) == text
    assert outcome.result is not None
    assert outcome.result.segments == len(engine.texts) > 1
    assert outcome.units == engine.units


@pytest.mark.parametrize("nothing", [" ", "\u200b", "\u2800"])
def test_a_segment_that_says_nothing_is_never_sent(nothing: str) -> None:
    engine = FakeEngine(limits=STRICT)
    [outcome] = SegmentedEngine(engine).analyze(documents("good" + nothing * 200 + "good"), BULK)
    assert outcome.result is not None
    assert [text.strip(nothing) for text in engine.texts] == ["good", "good"]


def test_a_segment_that_fails_fails_its_text_and_the_units_stay_spent() -> None:
    engine = FakeEngine(limits=STRICT, price=list_price)
    text = "This is good one. And here comes another sentence. And a third one to close."
    SegmentedEngine(engine).analyze(documents(text), BULK)
    last = engine.texts[-1]
    spent = engine.units - list_price(last)
    engine.failures[last] = (Failure(code=FailureCode.ENGINE_REJECTED), None)
    long, short = SegmentedEngine(engine).analyze(documents(text, "good"), BULK)
    assert long.failure == Failure(code=FailureCode.ENGINE_REJECTED)
    assert long.units == spent
    assert short.result is not None


def cascade(threshold: float) -> tuple[CascadeEngine, FakeEngine, FakeEngine]:
    """A free engine of English and Romanian, and a dear one of English and German."""
    first = FakeEngine(
        identity=EngineId(name="first", version="1"),
        limits=EngineLimits(languages=frozenset({ENGLISH, ROMANIAN})),
    )
    second = FakeEngine(
        identity=EngineId(name="second", version="1"),
        limits=EngineLimits(languages=frozenset({ENGLISH, GERMAN})),
        price=list_price,
    )
    return CascadeEngine(first, second, policy=CascadePolicy(threshold=threshold)), first, second


def engine_of(outcome: Outcome) -> tuple[str, Reason | None]:
    assert outcome.result is not None
    return outcome.result.engine.name, outcome.result.engine.reason


def test_where_the_first_engine_is_sure_the_second_is_not_asked() -> None:
    engine, _, second = cascade(0.85)
    [outcome] = engine.analyze(documents("good"), BULK)
    assert outcome.result is not None
    assert engine_of(outcome) == ("first", Reason.SURE)
    assert outcome.result.sentiment is Sentiment.POSITIVE
    assert (outcome.units, outcome.saved_units) == (0, 3)
    assert second.calls == []


def test_where_it_is_not_sure_or_does_not_read_the_language_the_second_answers() -> None:
    engine, first, _ = cascade(0.86)
    outcomes = engine.analyze([document("good"), document("gut", "2", GERMAN)], BULK)
    assert list(map(engine_of, outcomes)) == [("second", Reason.UNSURE), ("second", Reason.LANGUAGE)]
    assert first.texts == ["good"]
    assert [outcome.units for outcome in outcomes] == [3, 3]


def test_a_language_that_only_the_first_engine_reads_is_its_own_and_saves_nothing() -> None:
    engine, _, second = cascade(1.0)
    assert engine.limits.languages == frozenset({ENGLISH, GERMAN, ROMANIAN})
    [outcome] = engine.analyze([document("bun", language=ROMANIAN)], BULK)
    assert engine_of(outcome) == ("first", Reason.LANGUAGE)
    assert (outcome.units, outcome.saved_units) == (0, 0)
    assert second.calls == []


def test_a_language_that_neither_engine_reads_is_skipped_and_never_sent() -> None:
    engine, first, second = cascade(0.5)
    front = DetectedEngine(engine, detector=FakeLanguageDetector(), default=ENGLISH)
    [outcome] = front.analyze([document("bra", language=Language("sv"))], BULK)
    assert outcome.skip is SkipCode.UNSUPPORTED_LANGUAGE
    assert first.calls == second.calls == []


def test_an_engine_that_reads_everything_makes_a_cascade_that_does() -> None:
    policy = CascadePolicy(threshold=0.5)
    for pair in (cascade(0.5)[1], FakeEngine()), (FakeEngine(), cascade(0.5)[1]):
        assert CascadeEngine(*pair, policy=policy).limits.languages is None


def test_the_policy_is_part_of_the_identity() -> None:
    policies = [
        CascadePolicy(threshold=0.5),
        CascadePolicy(threshold=0.6),
        CascadePolicy(threshold=0.5, name="ours", version="7"),
        CascadePolicy(threshold=0.5, name="ours", version="8"),
    ]
    told = {CascadeEngine(FakeEngine(), FakeEngine(), policy=policy).identity for policy in policies}
    assert len(told) == len(policies)
