"""A JSON array, an element at a time over a bounded window."""

import re
from collections.abc import Iterable, Iterator
from enum import Enum

from aurastream.domain.errors import FileRejectedError
from aurastream.domain.files.json_rows import Element
from aurastream.domain.files.json_values import SPACE, JsonReader, UnreadableError, check
from aurastream.domain.files.rows import LongText
from aurastream.domain.job_errors import JobErrorCode
from aurastream.domain.outcome import FailureCode

_ENCLOSED = '{["'  # what begins with these says itself where it ends
_BETWEEN = re.compile(r"[ \t\r\n,]*")
_BRACKET_OR_QUOTE = re.compile(r'["\[\]{}]')
_IN_STRING = re.compile(r'["\\\r\n]')
_AFTER_SCALAR = re.compile(r'[\s,"\[\]{]')


class JsonElements:
    """
    The elements of an array whose text comes in pieces.

    What is no JSON is one failed element, whose end is found by its brackets and quotes. A string holds no
    line end, so a quote that nobody closed ends with its line; if an object begins on the next one, so does
    its element. What stands behind the array, or the lack of its end, is one failed element too: nothing gets
    lost unsaid.

    Raises, when it is read:
        FileRejectedError: `undecodable_file`; it is no array.
    """

    def __init__(self, pieces: Iterable[str], *, held: int) -> None:
        self._pieces = iter(pieces)
        self._held = held
        self._reader = JsonReader()
        self._text = ""
        self._at = 0
        self._line = 1
        self._cut_off = False

    def __iter__(self) -> Iterator[Element]:
        if self._next() != "[":
            raise FileRejectedError(
                JobErrorCode.UNDECODABLE_FILE,
                "the JSON is no array; send [ … ], or NDJSON with a value a line",
            )
        self._at += 1
        while (first := self._next()) not in ("", "]"):
            element = (first in _ENCLOSED and self._quick()) or self._slow(_ElementEnd(first))
            yield element
            if isinstance(element[1], LongText):
                element[1].skip()
        self._at += 1
        if self._next():
            yield self._slow(_NoEnd())
        elif not first and not self._cut_off:
            yield self._line, "", None, FailureCode.MALFORMED_ROW

    def _next(self) -> str:
        """Go to the next character that says something; nothing at the end."""
        while True:
            start, self._at = self._at, _BETWEEN.match(self._text, self._at).end()  # type: ignore[union-attr] # it matches nothing, too
            self._line += self._text.count("\n", start, self._at)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _more(self) -> bool:
        piece = next(self._pieces, None)
        if piece is None:
            return False
        self._text, self._at = self._text[self._at :] + piece, 0
        return True

    def _take(self, end: int) -> str:
        text = self._text[self._at : end]
        self._at = end
        self._line += text.count("\n")
        return text

    def _quick(self) -> Element | None:
        """The element if it is whole and in order; what is enclosed cannot go on in the next piece."""
        line = self._line
        try:
            value, end = self._reader.begin(self._text, self._at)
        except UnreadableError:
            return None
        raw = self._take(end)
        try:
            check(raw, value)
        except UnreadableError:
            return line, raw, None, FailureCode.MALFORMED_ROW
        return line, raw, value, None

    def _slow(self, scan: "_ElementEnd | _NoEnd") -> Element:
        """The element up to its end, in however many pieces, in order or not."""
        line, parts = self._line, []
        while (end := scan.feed(self._text, self._at)) < 0:
            parts.append(self._take(len(self._text)))
            if sum(map(len, parts)) > self._held:
                return line, LongText(self._long(scan, parts)), None, FailureCode.FIELD_TOO_LARGE
            if not self._more():
                self._cut_off = True
                end = 0
                break
        raw = "".join([*parts, self._take(max(end, self._at))]).strip(SPACE)
        try:
            return line, raw, self._reader.read(raw), None
        except UnreadableError:
            return line, raw, None, FailureCode.MALFORMED_ROW

    def _long(self, scan: "_ElementEnd | _NoEnd", parts: list[str]) -> Iterator[str]:
        yield "".join(parts)
        while self._more():
            end = scan.feed(self._text, self._at)
            yield self._take(len(self._text) if end < 0 else end)
            if end >= 0:
                return
        self._cut_off = True


class _NoEnd:
    """Whatever comes belongs to it."""

    def feed(self, text: str, at: int) -> int:  # noqa: ARG002 # the shape of _ElementEnd
        return -1


class _Inside(Enum):
    VALUE = "between strings"
    STRING = "in a string"
    ESCAPE = "behind a backslash in a string"
    BROKEN = "behind a string that its line did not close"
    SCALAR = "in what is neither object, array nor string"


class _ElementEnd:
    """Finds the end of an element in text that comes in pieces, whether it is good JSON or not."""

    def __init__(self, first: str) -> None:
        self._inside = _Inside.VALUE if first in _ENCLOSED else _Inside.SCALAR
        self._depth = 0

    def feed(self, text: str, at: int) -> int:
        """The place behind the element, or -1 if it goes on behind the text."""
        ended = False
        while at < len(text) and not ended:
            at, ended = self._step(text, at)
        return at if ended else -1

    def _step(self, text: str, at: int) -> tuple[int, bool]:
        match self._inside:
            case _Inside.VALUE:
                return self._in_value(text, at)
            case _Inside.STRING:
                return self._in_string(text, at)
            case _Inside.ESCAPE:
                self._inside = _Inside.STRING
                return at + (text[at] not in "\r\n"), False
            case _Inside.BROKEN:
                return self._behind_broken(text, at)
            case _Inside.SCALAR:
                after = _AFTER_SCALAR.search(text, at)
                return (after.start(), True) if after else (len(text), False)

    def _in_value(self, text: str, at: int) -> tuple[int, bool]:
        token = _BRACKET_OR_QUOTE.search(text, at)
        if not token:
            return len(text), False
        if token[0] == '"':
            self._inside = _Inside.STRING
            return token.end(), False
        self._depth += 1 if token[0] in "[{" else -1
        return token.end(), self._depth == 0

    def _in_string(self, text: str, at: int) -> tuple[int, bool]:
        token = _IN_STRING.search(text, at)
        if not token:
            return len(text), False
        if token[0] == "\\":
            self._inside = _Inside.ESCAPE
            return token.end(), False
        self._inside = _Inside.VALUE if token[0] == '"' else _Inside.BROKEN
        return token.end(), self._depth == 0

    def _behind_broken(self, text: str, at: int) -> tuple[int, bool]:
        while at < len(text) and text[at] in SPACE:
            at += 1
        if at == len(text):
            return at, False
        self._inside = _Inside.VALUE
        return at, text[at] == "{"
