"""Asking the embedded engine about bare texts."""

from collections.abc import Sequence

from aurastream.adapters.local.embedded_engine import EmbeddedEngine
from aurastream.domain.document import Document
from aurastream.domain.engine import Call, Priority
from aurastream.domain.language import ENGLISH, LanguageSource
from aurastream.domain.sentiment import SentimentResult
from tests.contracts.cases import ACME

CALL = Call(tenant=ACME, priority=Priority.BULK, payer="a test")


def document(text: str, id_: str = "1") -> Document:
    """An English text."""
    return Document(id=id_, text=text, language=ENGLISH, source=LanguageSource.CALLER)


def results_of(engine: EmbeddedEngine, texts: Sequence[str]) -> list[SentimentResult]:
    """What the engine says of each; it says something of all."""
    outcomes = engine.analyze([document(text, str(number)) for number, text in enumerate(texts)], CALL)
    results = [outcome.result for outcome in outcomes if outcome.result is not None]
    assert len(results) == len(texts)
    return results
