"""Labelled texts beside what an engine says of them."""

from collections.abc import Sequence

from aurastream.domain.document import Document
from aurastream.domain.engine import Call, Priority
from aurastream.domain.evaluation import Judged
from aurastream.domain.keys import LOCAL_TENANT
from aurastream.domain.language import Language
from aurastream.domain.outcome import Outcome
from aurastream.entrypoints.cli.labelled import Labelled
from aurastream.ports.sentiment_engine import SentimentEngine

AT_A_TIME = 512


def score(
    engine: SentimentEngine, texts: Sequence[str], *, language: Language | None = None
) -> list[Outcome]:
    """An outcome for each text, asked for some hundreds at a time."""
    call = Call(tenant=LOCAL_TENANT, priority=Priority.BULK)
    documents = [
        Document.said(id=str(number), text=text, language=language) for number, text in enumerate(texts, 1)
    ]
    return [
        outcome
        for at in range(0, len(documents), AT_A_TIME)
        for outcome in engine.analyze(documents[at : at + AT_A_TIME], call)
    ]


def judged_of(labelled: Sequence[Labelled], outcomes: Sequence[Outcome]) -> list[Judged]:
    """Label and answer of each text that was scored."""
    return [
        Judged(label=one.label, sentiment=outcome.result.sentiment, scores=outcome.result.scores)
        for one, outcome in zip(labelled, outcomes, strict=True)
        if outcome.result is not None
    ]
