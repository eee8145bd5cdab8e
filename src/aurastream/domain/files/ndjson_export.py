"""An export as NDJSON."""

import json
import re
from collections.abc import Callable, Iterable, Iterator

from aurastream.domain.files.our_columns import NAMES, PART
from aurastream.domain.files.rows import JsonRecord, LongText, Row
from aurastream.domain.outcome import Outcome

UNREAD = "aura_input"
_LINE_ENDS = re.compile(r"[ \t]*[\r\n][ \t\r\n]*")

_Quote = Callable[[str], str]


def ndjson_lines(pairs: Iterable[tuple[Row, Outcome]]) -> Iterator[bytes]:
    """
    An object a row: the caller's as it was written, number formats, order and all, with our members behind.

    Where the caller's has a member of the same name, ours comes last, and counts. A bare string becomes the
    member `text`; what could not be read is given back as the string `aura_input`. An object over several
    lines comes on one.
    """
    quote = json.JSONEncoder(ensure_ascii=False).encode
    lines: list[str] = []
    size = 0
    for row, outcome in pairs:
        record, end = row.record, f"{_ours(outcome, quote)}}}\n"
        if isinstance(record, LongText):
            yield "".join(lines).encode()
            yield from _long_member(record, quote)
            line, lines, size = f",{end}", [], 0
        elif isinstance(record, JsonRecord):
            line = _opened(record) + end
        else:
            line = f'{{"{UNREAD}":{quote(str(record))},{end}'
        lines.append(line)
        size += len(line)
        if size >= PART:
            yield "".join(lines).encode()
            lines, size = [], 0
    yield "".join(lines).encode()


def _opened(record: JsonRecord) -> str:
    """The caller's value as an object to which members can be added."""
    if isinstance(record.value, str):
        return f'{{"text":{record.raw},'
    raw = record.raw[:-1].rstrip()
    if "\n" in raw or "\r" in raw:
        raw = _LINE_ENDS.sub(" ", raw)  # never in a string, which would have to write it as an escape
    return f"{raw}," if record.value else raw


def _long_member(text: LongText, quote: _Quote) -> Iterator[bytes]:
    yield f'{{"{UNREAD}":"'.encode()
    for piece in text:
        yield quote(piece)[1:-1].encode()
    yield b'"'


def _ours(outcome: Outcome, quote: _Quote) -> str:
    result, reason = outcome.result, outcome.reason
    sentiment = positive = negative = neutral = mixed = language = "null"
    if result is not None:
        sentiment, language = quote(result.sentiment), quote(result.language.code)
        positive, negative, neutral, mixed = (f"{score:.4f}" for score in result.scores.as_tuple())
    values = (
        quote(outcome.id),
        quote(outcome.status),
        sentiment,
        positive,
        negative,
        neutral,
        mixed,
        language,
        quote(reason) if reason else "null",
    )
    return ",".join([f'"{name}":{value}' for name, value in zip(NAMES, values, strict=True)])
