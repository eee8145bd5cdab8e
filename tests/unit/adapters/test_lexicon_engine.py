"""What the list of words makes of a text."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aurastream.adapters.local.lexicon_engine import LexiconEngine, _likelihood, _statements
from aurastream.domain.sentiment import Scores, Sentiment
from tests.contracts.test_sentiment_engine import CALL, document
from tests.fakes import FakeClock

ENGINE = LexiconEngine(FakeClock())


def scores(text: str) -> Scores:
    """What the list says."""
    [outcome] = ENGINE.analyze([document(text)], CALL)
    assert outcome.result is not None
    assert outcome.result.sentiment is outcome.result.scores.top
    return outcome.result.scores


@given(text=st.text(max_size=300))
@settings(max_examples=50)
def test_any_text_has_scores_that_add_up(text: str) -> None:
    assert sum(scores(text).as_tuple()) == pytest.approx(1)


def test_a_text_without_a_word_of_the_list_is_neutral_but_not_for_certain() -> None:
    assert scores("The parcel is to be delivered on Tuesday.").neutral == pytest.approx(0.95**2)


def test_praise_and_blame_in_one_text_are_mixed_wherever_they_stand() -> None:
    for text in (
        "Wonderful phone, I love it! The support is terrible, I hate it.",
        "Wonderful phone, I love it, but the support is terrible, I hate it",
        "Wonderful phone, I love it\nThe support is terrible, I hate it",
    ):
        assert scores(text).top is Sentiment.MIXED, text


def test_more_of_the_same_is_more_of_it() -> None:
    one = scores("I love it.").positive
    assert one < scores("I love it. I love it.").positive < scores("I love it. " * 5).positive


def test_one_friendly_word_in_a_long_report_weighs_less_than_alone() -> None:
    report = "The meeting is on Tuesday in room four. " * 30
    assert scores(report + "Thanks!").positive < scores("Thanks!").positive


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("Thank you so much, the quick reply was great!", Sentiment.POSITIVE),
        ("not bad at all", Sentiment.POSITIVE),
        ("I don't love it", Sentiment.NEGATIVE),
        ("worst customer service ever 😡", Sentiment.NEGATIVE),
        ("My parcel has the number 48213.", Sentiment.NEUTRAL),
        ("The food was delicious but the service was terrible.", Sentiment.MIXED),
    ],
)
def test_what_customers_write_every_day_is_read_as_they_mean_it(text: str, sentiment: Sentiment) -> None:
    assert scores(text).top is sentiment


@given(text=st.text(alphabet="ab. !?\n\tbut", max_size=200))
def test_no_word_is_lost_between_statements(text: str) -> None:
    together = "".join("".join(_statements(text)).split())
    assert together in ("".join(text.split()), "".join(text.split()).replace(",", ""))


@given(words=st.integers(0, 1000))
def test_no_statement_is_too_long_for_the_rules(words: int) -> None:
    pieces = list(_statements(" ".join(["word"] * words)))
    assert sum(piece.count("word") for piece in pieces) == words
    assert max((piece.count("word") for piece in pieces), default=0) <= 60


@given(tones=st.lists(st.floats(-1, 1), max_size=30))
def test_a_likelihood_is_never_certain(tones: list[float]) -> None:
    assert 0.05 <= _likelihood(tones) <= 0.95


@pytest.mark.parametrize(
    "text", ["good but bad " * 10_000, " " * 200_000 + "but", ". " * 50_000, "x" * 300_000]
)
def test_a_hostile_text_is_no_trap(text: str) -> None:
    scores(text)


def test_the_list_is_loaded_at_the_first_need_and_not_before() -> None:
    script = (
        "import sys; from aurastream.adapters.local.lexicon_engine import LexiconEngine;"
        "from aurastream.adapters.local.system_clock import SystemClock;"
        "engine = LexiconEngine(SystemClock()); print(engine.identity.name, engine.identity.version);"
        "print('vaderSentiment.vaderSentiment' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    name, loaded = ran.stdout.splitlines()
    assert name.startswith("lexicon 3.")
    assert loaded == "False"
