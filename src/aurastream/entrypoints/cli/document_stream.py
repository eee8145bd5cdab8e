"""Documents from lines of JSON as they come, read as those of a file; no line is held beyond a bound."""

import os
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator

from aurastream.domain.document import Document
from aurastream.domain.files.json_rows import Members, fault_of, told_by
from aurastream.domain.files.json_values import SPACE, JsonReader
from aurastream.domain.language import Language
from aurastream.domain.outcome import Failure, FailureCode, Outcome

READ = 1 << 16
AT_A_TIME = 512
"""Lines that are scored together; fewer where fewer have come."""

_SPACE = SPACE.encode()
_MEMBERS = Members()


def blocks_of(descriptor: int) -> Iterator[bytes]:
    """What comes in, without waiting for more than has come."""
    while block := os.read(descriptor, READ):
        yield block


def line_batches(blocks: Iterable[bytes], *, max_bytes: int) -> Iterator[list[bytes | None]]:
    """Whole lines, at most so many together; None for one of more bytes, which is let go as it comes."""
    begun = _BegunLine(max_bytes)
    for block in blocks:
        *ended, rest = block.split(b"\n")
        if ended:
            begun.add(ended[0])
            lines = [begun.take(), *(line if len(line) <= max_bytes else None for line in ended[1:])]
            for at in range(0, len(lines), AT_A_TIME):
                yield lines[at : at + AT_A_TIME]
        begun.add(rest)
    yield [begun.take()]


class _BegunLine:
    """A line whose end has not come yet; nothing is kept of one that is too long."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, part: bytes) -> None:
        self._size += len(part)
        if self._size > self._max_bytes:
            self._parts.clear()
        else:
            self._parts.append(part)

    def take(self) -> bytes | None:
        """The line, None if it is too long; another one may begin."""
        line = b"".join(self._parts) if self._size <= self._max_bytes else None
        self._parts, self._size = [], 0
        return line


class DocumentReader:
    """Reads each line as a document of the member `text`, or as the outcome that says why it is none."""

    def __init__(self, language: Language | None) -> None:
        self._found_text = False
        self._language = language
        self._json = JsonReader()
        self._line = 0
        self._number = 0

    @property
    def found_nothing(self) -> bool:
        """Whether lines came and none of them had a text, not even an empty one: they are of another kind."""
        return self._number > 0 and not self._found_text

    def read(self, line: bytes | None) -> Document | Outcome | None:
        """What a line says, where None is one that was too long; nothing for a blank one."""
        self._line += 1
        if line is not None:
            line = line.removeprefix(BOM_UTF8) if self._line == 1 else line
            line = line.strip(_SPACE)
            if not line:
                return None
        self._number += 1
        if line is None:
            self._found_text = True  # for all that can be known
            return self._failed(str(self._number), FailureCode.FIELD_TOO_LARGE)
        try:
            value = self._json.read(line.decode())
        except ValueError:  # no UTF-8, or no JSON
            return self._failed(str(self._number), FailureCode.MALFORMED_ROW)
        if not self._found_text:
            self._found_text = _MEMBERS.text in value if isinstance(value, dict) else isinstance(value, str)
        text, id_, own = told_by(value, _MEMBERS, self._number)
        fault = fault_of(text, id_)
        if fault or not isinstance(text, str):
            return self._failed(id_ or str(self._number), fault or FailureCode.MALFORMED_ROW)
        return Document.said(id=id_, text=text, language=own or self._language)

    def _failed(self, id_: str, code: FailureCode) -> Outcome:
        return Outcome(id=id_, failure=Failure(code=code, line=self._line))
