"""Text in pieces, as physical lines: they end with LF, CRLF or CR, not with what else Unicode breaks at."""

from collections.abc import Iterable, Iterator
from io import StringIO

from aurastream.domain.files.rows import LongText

Line = str | LongText


def lines_of(pieces: Iterable[str], *, held: int) -> Iterator[list[Line]]:
    """
    Batches of whole lines with their ends; a line of more than `held` characters or so is a LongText, alone.

    What nobody read of a LongText is skipped when the next batch is asked for.
    """
    return iter(_Splitter(iter(pieces), held))


class _Splitter:
    """Cuts pieces into lines; `_rest` is what was read and not handed on."""

    def __init__(self, pieces: Iterator[str], held: int) -> None:
        self._pieces = pieces
        self._held = held
        self._rest = ""

    def __iter__(self) -> Iterator[list[Line]]:
        while self._more():
            whole = self._take_whole_lines()
            if whole:
                yield split(whole)
            elif len(self._rest) > self._held:
                long = LongText(self._rest_of_line())
                yield [long]
                long.skip()
        if self._rest:
            yield split(self._rest)

    def _more(self) -> bool:
        piece = next(self._pieces, None)
        if piece is None:
            return False
        self._rest += piece
        return True

    def _take_whole_lines(self) -> str:
        text = self._rest
        # A CR at the very end may be the first half of a CRLF: it is left for the next round.
        cut = 1 + max(text.rfind("\n"), text.rfind("\r", 0, max(len(text) - 1, 0)))
        self._rest = text[cut:]
        return text[:cut]

    def _rest_of_line(self) -> Iterator[str]:
        while True:
            end = _end_of_line(self._rest)
            if end >= 0:
                text, self._rest = self._rest[:end], self._rest[end:]
                self._drop_line_end()
                yield text
                return
            text, self._rest = self._rest, ""
            yield text
            if not self._more():
                return

    def _drop_line_end(self) -> None:
        while self._rest == "\r" and self._more():
            pass
        self._rest = self._rest[2 if self._rest.startswith("\r\n") else 1 :]


def _end_of_line(text: str) -> int:
    """Where the first line ends; two searches for a character are far quicker than one for either."""
    feed = text.find("\n")
    carriage = text.find("\r", 0, feed if feed >= 0 else len(text))
    return carriage if carriage >= 0 else feed


def split(text: str) -> list[Line]:
    """The lines of a text with their ends."""
    return list(StringIO(text, newline=""))


def bare(line: str) -> str:
    """A line without its end."""
    if line.endswith("\n"):
        return line[:-2] if line.endswith("\r\n") else line[:-1]
    return line.removesuffix("\r")
