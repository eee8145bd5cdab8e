"""What `evaluate` makes of an engine's answers."""

import pytest

from aurastream.domain.engine import EngineId
from aurastream.domain.outcome import Failure, FailureCode
from aurastream.domain.sentiment import Sentiment
from aurastream.entrypoints.cli.ending import EndedError
from aurastream.entrypoints.cli.evaluating import measure
from aurastream.entrypoints.cli.labelled import Labelled
from tests.fakes import FakeEngine, list_price

TEXTS = [
    Labelled(text="good", label=Sentiment.POSITIVE),
    Labelled(text="bad", label=Sentiment.NEGATIVE),
    Labelled(text="bad, they say", label=Sentiment.POSITIVE),
]


def test_what_was_billed_is_told_for_a_million_texts() -> None:
    report = measure(FakeEngine(price=list_price), TEXTS)
    assert report["usd_per_million"] == pytest.approx(300)
    assert report["accuracy"] == pytest.approx(2 / 3)
    assert report["confusion"]["POSITIVE"] == {"POSITIVE": 1, "NEGATIVE": 1, "NEUTRAL": 0, "MIXED": 0}


def test_what_is_billed_by_tokens_is_not_told_for_nothing() -> None:
    report = measure(FakeEngine(identity=EngineId(name="bedrock", version="1")), TEXTS)
    assert report["usd_per_million"] is None
    assert report["comprehend_usd_per_million"] == pytest.approx(300)


def test_texts_that_fail_count_for_nothing_and_are_told_of() -> None:
    engine = FakeEngine()
    engine.failures["bad"] = (Failure(code=FailureCode.ENGINE_REJECTED), None)
    report = measure(engine, TEXTS)
    assert (report["texts"], report["scored"], report["not_scored"]) == (3, 2, {"engine_rejected": 1})
    assert report["accuracy"] == 0.5
    with pytest.raises(EndedError, match="engine_rejected"):
        measure(engine, TEXTS[1:2])
