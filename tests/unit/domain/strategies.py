"""Values of the domain, from the everyday to the edge."""

from collections.abc import Sequence

from hypothesis import strategies as st

from aurastream.domain.engine import EngineId, Reason
from aurastream.domain.language import Language, LanguageSource, TextLanguage
from aurastream.domain.outcome import Failure, FailureCode, Outcome, SkipCode
from aurastream.domain.sentiment import Scores, Sentiment, SentimentResult

EN = TextLanguage(code=Language("en"), source=LanguageSource.CALLER)
ENGINE = EngineId(name="lexicon", version="1")

ODD = (
    *("a", "Z", "9", " ", "  ", ".", "!", "?", ",", "\n", "\r\n", "\t", '"', "'", "-", "…"),
    *("é", "e\u0301", "ß", "你", "。", "、", "ب", "؟", "हि", "क्ष", "한", "각", "ร"),
    *("🎉", "👍🏽", "👨‍👩‍👧‍👦", "❤️", "🇩🇪", "🇫🇷", "\u200b", "\u200d", "\u0301", "\u2029", "\x00"),
)
"""What stumbles those who count characters."""

texts = st.text() | st.lists(st.sampled_from(ODD)).map("".join)
languages = st.builds(
    TextLanguage,
    code=st.sampled_from(["en", "zh-TW", "x-é"]).map(Language),
    source=st.sampled_from(LanguageSource),
)
engines = st.builds(
    EngineId,
    name=st.sampled_from(["lexicon", "comprehend"]),
    version=st.sampled_from("12"),
    reason=st.none() | st.sampled_from(Reason),
)


def _shared(parts: Sequence[int], total: int) -> Scores:
    """Scores in millionths that add up to the total, in the proportions of the parts."""
    whole = sum(parts)
    shares = [part * total // whole for part in parts]
    shares[0] += total - sum(shares)
    positive, negative, neutral, mixed = (share / 1_000_000 for share in shares)
    return Scores(positive=positive, negative=negative, neutral=neutral, mixed=mixed)


weights = st.lists(st.integers(0, 1_000_000), min_size=4, max_size=4).filter(any)
round_scores = st.builds(_shared, weights, st.integers(999_001, 1_000_999))
"""Of six digits, and up to 0.001 beside 1."""
weighted_scores = st.lists(
    st.just(0.0) | st.floats(1e-9, 1e9, allow_nan=False), min_size=4, max_size=4
).filter(any)
any_scores = round_scores | weighted_scores.map(lambda parts: Scores.normalised(*parts))
shares = st.floats(0, 1, exclude_min=True)
six_digits = st.integers(1, 1_000_000).map(lambda millionths: millionths / 1_000_000)


def results(
    scores: st.SearchStrategy[Scores] = any_scores, coverages: st.SearchStrategy[float] = shares
) -> st.SearchStrategy[SentimentResult]:
    """Results, half of them in one segment that was wholly read."""
    plain = st.builds(
        SentimentResult,
        sentiment=st.sampled_from(Sentiment),
        scores=scores,
        language=languages,
        engine=engines,
    )
    return plain | st.builds(
        SentimentResult,
        sentiment=st.sampled_from(Sentiment),
        scores=scores,
        language=languages,
        engine=engines,
        segments=st.integers(1, 10_000),
        coverage=coverages,
        cached=st.booleans(),
    )


any_results = results()
failures = st.builds(
    Failure,
    code=st.sampled_from(FailureCode),
    retryable=st.booleans(),
    line=st.none() | st.integers(1, 10**7),
)


def outcomes(scored: st.SearchStrategy[SentimentResult] = any_results) -> st.SearchStrategy[Outcome]:
    """Outcomes of all four kinds."""
    ends: list[st.SearchStrategy[dict[str, object]]] = [
        st.fixed_dictionaries({"result": scored}),
        st.fixed_dictionaries({"failure": failures}),
        st.fixed_dictionaries({"skip": st.sampled_from(SkipCode)}),
        st.just({}),
    ]
    return st.builds(
        lambda head, end: Outcome(**head, **end),
        st.fixed_dictionaries(
            {
                "id": texts,
                "row": st.none() | st.integers(1, 10**7),
                "units": st.integers(0, 10**6),
                "saved_units": st.integers(0, 10**6),
            }
        ),
        st.one_of(ends),
    )
