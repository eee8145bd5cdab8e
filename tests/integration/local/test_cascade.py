"""A job in a cascade: the embedded engine and, over a socket, the strict stand-in for Comprehend."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from aurastream.adapters.local.embedded_engine import embedded_engine
from aurastream.adapters.local.lexicon_engine import LexiconEngine
from aurastream.domain.document import Document
from aurastream.domain.engine import Call, Priority
from aurastream.domain.keys import LOCAL_TENANT
from aurastream.domain.language import ENGLISH, LanguageSource
from aurastream.domain.pricing import units_of
from aurastream.domain.sentiment import SentimentResult
from aurastream.ports.sentiment_engine import SentimentEngine
from aurastream.testing.comprehend import ComprehendSettings, ComprehendStandIn, replay
from tests.fakes import FakeClock
from tests.integration.cli.command import run

THRESHOLD = 0.9
ENGLISH_TEXTS = (
    "I love this kettle, it is the best one I have ever had.",
    "The worst company I know: I called, I waited, and nobody helped. I want my money back! " * 4,
    "The kettle arrived on Tuesday.",
    "Well, it is a kettle.",
    "The colour is nice, the lid is not.",
    "It does what they said, more or less, if one is patient with it.",
    "Who would have thought.",
    "The courier came, and I was out.",
)
GERMAN = "Der Wasserkocher ist leider schon nach drei Tagen kaputtgegangen."
GERMAN_ANSWER = {"Positive": 0.01, "Negative": 0.97, "Neutral": 0.01, "Mixed": 0.01}
CALL = Call(tenant=LOCAL_TENANT, priority=Priority.BULK)


def told_by(engine: SentimentEngine) -> dict[str, SentimentResult]:
    """What an engine alone says of the English texts."""
    documents = [
        Document(id=text, text=text, language=ENGLISH, source=LanguageSource.COLUMN) for text in ENGLISH_TEXTS
    ]
    return {
        outcome.id: outcome.result
        for outcome in engine.analyze(documents, CALL)
        if outcome.result is not None
    }


def recorded(results: Mapping[str, SentimentResult]) -> dict[str, dict[str, float]]:
    """The answers as Comprehend would give them."""
    names = ("Positive", "Negative", "Neutral", "Mixed")
    return {
        text: dict(zip(names, result.scores.as_tuple(), strict=True)) for text, result in results.items()
    } | {GERMAN: GERMAN_ANSWER}


@pytest.fixture(scope="module")
def others() -> dict[str, SentimentResult]:
    """Another model's answers."""
    return told_by(LexiconEngine(FakeClock()))


@pytest.fixture
def standin(others: dict[str, SentimentResult]) -> Iterator[ComprehendStandIn]:
    with ComprehendStandIn(
        ComprehendSettings(tps=None, batch_tps=None), score=replay(recorded(others))
    ) as standin:
        yield standin


def test_only_unsure_texts_are_sent_and_the_job_says_what_was_saved(
    tmp_path: Path, standin: ComprehendStandIn, others: dict[str, SentimentResult]
) -> None:
    own = told_by(embedded_engine(FakeClock()))
    sure = {text for text, result in own.items() if max(result.scores.as_tuple()) >= THRESHOLD}
    unsure = set(ENGLISH_TEXTS) - sure
    assert sure, "the texts are to hold some of which the embedded engine is sure"
    assert unsure, "and some of which it is not"
    file = tmp_path / "texts.ndjson"
    rows = [{"text": text, "lang": "en"} for text in ENGLISH_TEXTS] + [{"text": GERMAN, "lang": "de"}]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    told = run(
        tmp_path / "data",
        "--json", "submit", str(file), "--text-column", "text", "--language-column", "lang",
        AURASTREAM_ENGINE="cascade",
        AURASTREAM_CASCADE_THRESHOLD=str(THRESHOLD),
        AWS_ENDPOINT_URL_COMPREHEND=standin.url,
        AWS_REGION="eu-west-1",
        AWS_ACCESS_KEY_ID="testing",
        AWS_SECRET_ACCESS_KEY="testing",
    )  # fmt: skip
    assert told.code == 0, told.err
    job = json.loads(told.out)

    sent = {text: standin.ledger.times_billed(text) for text in ENGLISH_TEXTS}
    assert sent == {text: int(text in unsure) for text in ENGLISH_TEXTS}
    assert standin.ledger.times_billed(GERMAN, "de") == 1
    assert job["cost"]["units"] == standin.ledger.bill.units
    assert job["cost"]["units"] == sum(units_of(len(text)) for text in (*unsure, GERMAN))
    assert job["cost"]["saved_units"] == sum(units_of(len(text)) for text in sure)
    assert job["cost"]["estimated_units"] == job["cost"]["units"] + job["cost"]["saved_units"]

    lines = run(tmp_path / "data", "results", job["job_id"]).out.splitlines()
    outcomes = dict(zip((*ENGLISH_TEXTS, GERMAN), map(json.loads, lines), strict=True))
    assert {text for text, one in outcomes.items() if one["engine"]["name"] == "embedded"} == sure
    reasons = {text: one["engine"]["reason"] for text, one in outcomes.items()}
    assert reasons == {
        text: "language" if text == GERMAN else "sure" if text in sure else "unsure" for text in outcomes
    }
    for text in ENGLISH_TEXTS:
        assert outcomes[text]["sentiment"] == (own if text in sure else others)[text].sentiment
    assert outcomes[GERMAN]["sentiment"] == "NEGATIVE"
