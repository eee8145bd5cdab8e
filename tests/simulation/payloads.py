"""What clients send: small files whose every row has an outcome that can be told beforehand."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from random import Random

from aurastream.domain.document import Document, is_blank
from aurastream.domain.document_lines import encode_documents
from aurastream.domain.engine import Call, EngineLimits, Priority
from aurastream.domain.engines.batched import BatchedEngine
from aurastream.domain.engines.segmented import SegmentedEngine
from aurastream.domain.keys import Tenant
from aurastream.domain.language import ENGLISH, LanguageSource
from aurastream.domain.outcome import FailureCode, Outcome, OutcomeStatus, SkipCode
from aurastream.domain.sentiment import Sentiment
from tests.fakes import FakeEngine

LIMITS = EngineLimits(max_documents=3, max_bytes=60, languages=frozenset({ENGLISH}), one_language=True)
"""An engine for dwarfs: three documents a call, and a long text is one of a hundred letters."""
POISON = "this one is refused"
LONG = ("a good day, " * 9).strip()
LONG_AND_BAD = ("what a bad week, " * 12).strip()
TEXTS = (
    *("good one", "good two", "bad one", "bad two", "nothing to say", "good and bad"),
    *("good one", "bad three", "good four", LONG, LONG_AND_BAD, "", POISON),
)
MALFORMED = None
"""A row that cannot be read."""


@dataclass(frozen=True, slots=True)
class Payload:
    """A file, the texts of its rows, and how it is sent."""

    body: bytes
    texts: tuple[str | None, ...]
    media: str = "text/csv"
    query: str = ""
    rejected: str | None = None
    """The error of a job whose file cannot become rows."""
    dry_run: bool = False


def table(
    texts: Sequence[str | None], *, query: str = "", rejected: str | None = None, dry_run: bool = False
) -> Payload:
    """A CSV with an id and a text in each row; a row of `MALFORMED` has a cell too many."""
    lines = [
        f"{number},good,a cell too many" if text is MALFORMED else f'{number},"{text}"'
        for number, text in enumerate(texts, 1)
    ]
    body = "\n".join(("id,text", *lines, "")).encode()
    asked = "mode=ASYNC&text_column=text&id_column=id" + query
    return Payload(body, tuple(texts), query=asked, rejected=rejected, dry_run=dry_run)


def with_one_more(payload: Payload) -> Payload:
    """The file again, with a row behind the others."""
    body = payload.body + f"{len(payload.texts) + 1},a good end\n".encode()
    return replace(payload, body=body, texts=(*payload.texts, "a good end"))


def drawn_text(chance: Random) -> str:
    """One that was seen before, perhaps, in this file or in another."""
    text = chance.choice(TEXTS)
    if text.strip() in ("", POISON) or chance.random() < 0.3:
        return text
    return f"{text} {chance.randrange(100)}"


def drawn_table(chance: Random) -> Payload:
    """One file or another: of one to six rows, now and then without its column or for nothing but a look."""
    texts: list[str | None] = [drawn_text(chance) for _ in range(chance.randint(1, 6))]
    if chance.random() < 0.2:
        texts.insert(chance.randrange(len(texts) + 1), MALFORMED)
    roll = chance.random()
    if roll < 0.05:
        return table(texts, query="&language_column=nope", rejected="column_not_found")
    if roll < 0.1:
        return table([*texts, "good one"], query="&max_cost_usd=0.0001", rejected="budget_exceeded")
    if roll < 0.15:
        return table(texts, query="&dry_run=true", dry_run=True)
    return table(texts)


def documents(texts: Sequence[str]) -> tuple[list[Document], bytes]:
    """Documents of a request, and the file that a promise makes of them."""
    asked = [Document(id=str(number), text=text) for number, text in enumerate(texts, 1)]
    return asked, b"".join(encode_documents(asked))


def may_become(text: str | None, outcome: Outcome, *, dry_run: bool) -> bool:
    """Whether the outcome is one that a row of this text can have, under whatever trouble."""
    status, failure = outcome.status, outcome.failure
    if dry_run:
        return outcome.skip is SkipCode.DRY_RUN or _untouched(outcome)
    if text is MALFORMED:
        return _untouched(outcome) or (failure is not None and failure.code is FailureCode.MALFORMED_ROW)
    if status is OutcomeStatus.SKIPPED:
        return is_blank(text) and outcome.skip is SkipCode.EMPTY_TEXT
    if status is OutcomeStatus.SUCCEEDED:
        assert outcome.result is not None
        return outcome.result.sentiment is expected_sentiment(text)
    return failure is None or failure.code is not FailureCode.MALFORMED_ROW


def _untouched(outcome: Outcome) -> bool:
    failure = outcome.failure
    return outcome.status is OutcomeStatus.CANCELLED or (
        failure is not None and failure.code is FailureCode.NOT_PROCESSED
    )


@cache
def expected_sentiment(text: str) -> Sentiment | None:
    """What the engine says in fair weather; None where it says nothing."""
    if is_blank(text):
        return None
    engine = FakeEngine(limits=LIMITS)
    engine.poison.add(POISON)
    document = Document(id="1", text=text, language=ENGLISH, source=LanguageSource.DEFAULT)
    call = Call(tenant=Tenant("acme"), priority=Priority.BULK)
    [outcome] = SegmentedEngine(BatchedEngine(engine)).analyze([document], call)
    return None if outcome.result is None else outcome.result.sentiment
