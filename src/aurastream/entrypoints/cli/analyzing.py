"""`aurastream analyze`."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import click

from aurastream.domain.document import Document, is_blank
from aurastream.domain.engine import Call, Priority
from aurastream.domain.files.limits import MAX_FIELD_BYTES
from aurastream.domain.keys import LOCAL_TENANT
from aurastream.domain.language import Language
from aurastream.domain.outcome import OutcomeStatus
from aurastream.entrypoints.cli.app import Choices
from aurastream.entrypoints.cli.document_stream import DocumentReader, blocks_of, line_batches
from aurastream.entrypoints.cli.embedded_alone import embedded_alone
from aurastream.entrypoints.cli.ending import BAD_INPUT, PARTLY, SERVICE, EndedError
from aurastream.entrypoints.cli.options import language_option
from aurastream.entrypoints.cli.outcome_json import outcome_json
from aurastream.entrypoints.http.outcome_views import OutcomeView, outcome_view
from aurastream.ports.sentiment_engine import SentimentEngine

LIVE_DOCUMENTS = 25
HEEDED = frozenset({"AURASTREAM_DATA_DIR"})
"""Settings that the short way heeds, too; any other one is for the container."""

TO_DO = {
    "unsupported_language": (
        "the engine does not read this language; name another engine by AURASTREAM_ENGINE, or the language "
        "by --language if it was not told right"
    ),
    "engine_unavailable": "the engine is not available; try again later",
}
"""What to do about a text that was not scored."""

Score = Callable[[Sequence[Document]], list[OutcomeView]]

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """A line for each document, and whether one of them failed."""

    lines: Sequence[str]
    spoilt: bool


@click.command()
@click.argument("text", required=False)
@click.option("--ndjson", is_flag=True, help='Read {"id", "text"} lines from stdin, write a line for each.')
@click.option(
    "--language",
    default="auto",
    show_default=True,
    callback=language_option,
    help="The language of the text, if you know it.",
)
@click.pass_obj
def analyze(choices: Choices, *, text: str | None, ndjson: bool, language: Language | None) -> int:
    """Tell the sentiment of a TEXT; `-` reads it from stdin."""
    if ndjson:
        if text not in (None, "-"):
            raise click.UsageError("--ndjson reads from stdin; leave TEXT out or make it -")
        return _stream(choices, language)
    if text is None:
        raise click.UsageError("say a TEXT, or - to read it from stdin")
    [outcome] = _score(choices)([Document.said(id="1", text=_said(text), language=language)])
    if choices.as_json:
        click.echo(json.dumps(outcome, ensure_ascii=False))
    elif "scores" in outcome:
        scores = "  ".join(f"{name} {share:.3f}" for name, share in outcome["scores"].items())
        click.echo(f"{outcome['sentiment']}  {scores}")
    else:
        code = outcome["error"]["code"]
        click.echo(f"aurastream: not scored: {TO_DO.get(code, code)}", err=True)
    if "error" not in outcome:
        return 0
    return SERVICE if outcome["error"]["retryable"] else BAD_INPUT


def _said(argument: str) -> str:
    """
    The text that is meant: the argument itself, or what comes through stdin.

    Raises:
        EndedError: it is none that could be scored.
    """
    try:  # an argument that is not UTF-8 comes as halves of surrogate pairs
        said = sys.stdin.buffer.read(MAX_FIELD_BYTES + 1) if argument == "-" else argument.encode()
        if len(said) > MAX_FIELD_BYTES:
            raise EndedError(
                f"the text has more than {MAX_FIELD_BYTES:,} bytes; `aurastream submit` takes files",
                BAD_INPUT,
            )
        text = said.decode()
    except UnicodeError:
        raise EndedError("the text is not UTF-8; convert it first", BAD_INPUT) from None
    if is_blank(text):
        raise EndedError("there is nothing to read in the text", BAD_INPUT)
    with suppress(OSError):  # too long for a name
        if Path(argument).is_file():
            click.echo(
                "aurastream: that is a file's name; `aurastream submit FILE` scores what is in it", err=True
            )
    return text


def _stream(choices: Choices, language: Language | None) -> int:
    """Line by line, in order, as fast as they come; blank lines are passed over."""
    answer = _answer(choices)
    reader = DocumentReader(language)
    spoilt = False
    for lines in line_batches(blocks_of(sys.stdin.fileno()), max_bytes=MAX_FIELD_BYTES):
        read = [one for one in map(reader.read, lines) if one is not None]
        documents = [one for one in read if isinstance(one, Document)]
        answers = answer(documents)
        spoilt = spoilt or answers.spoilt or len(documents) < len(read)
        following = iter(answers.lines)
        told = [next(following) if isinstance(one, Document) else outcome_json(one) for one in read]
        sys.stdout.write("".join([f"{line}\n" for line in told]))
        sys.stdout.flush()
    if reader.found_nothing:
        raise EndedError(
            'no line had a text; write each as {"text": "…"}; `aurastream submit` takes other files',
            BAD_INPUT,
        )
    return PARTLY if spoilt else 0


def _answer(choices: Choices) -> Callable[[Sequence[Document]], Answers]:
    """By the server that was named, or by the engine in this process."""
    engine = _engine(choices.environ)
    if engine is None:
        score = _remotely(choices)

        def ask(documents: Sequence[Document]) -> Answers:
            views = score(documents)
            spoilt = any(view["status"] == OutcomeStatus.FAILED for view in views)
            return Answers(lines=[_encode(view) for view in views], spoilt=spoilt)

        return ask
    call = Call(tenant=LOCAL_TENANT, priority=Priority.BULK)

    def work(documents: Sequence[Document]) -> Answers:
        outcomes = engine.analyze(documents, call)
        spoilt = any(outcome.failure is not None for outcome in outcomes)
        return Answers(lines=[outcome_json(outcome) for outcome in outcomes], spoilt=spoilt)

    return work


def _score(choices: Choices) -> Score:
    engine = _engine(choices.environ)
    if engine is None:
        return _remotely(choices)
    call = Call(tenant=LOCAL_TENANT, priority=Priority.BULK)
    return lambda documents: [outcome_view(outcome) for outcome in engine.analyze(documents, call)]


def _engine(environ: Mapping[str, str]) -> SentimentEngine | None:
    """The engine that works in this process; none where a server was named."""
    if not any(name.startswith("AURASTREAM_") for name in environ.keys() - HEEDED):
        with suppress(ValueError):  # a file that is no model: the container says what to do
            return embedded_alone(Path(environ.get("AURASTREAM_DATA_DIR", ".aurastream")))
    from aurastream.containers import Container
    from aurastream.settings import Settings

    settings = Settings.from_environ(environ)
    if settings.url:
        return None
    engine: SentimentEngine = Container(settings=settings).bulk_engine()
    return engine


def _remotely(choices: Choices) -> Score:
    from aurastream.entrypoints.cli.client import connected

    def score(documents: Sequence[Document]) -> list[OutcomeView]:
        with connected(choices) as client:
            return [
                outcome
                for at in range(0, len(documents), LIVE_DOCUMENTS)
                for outcome in client.analyze([_wire(one) for one in documents[at : at + LIVE_DOCUMENTS]])
            ]

    return score


def _wire(document: Document) -> dict[str, str]:
    wire = {"id": document.id, "text": document.text}
    return wire if document.language is None else {**wire, "language": document.language}
