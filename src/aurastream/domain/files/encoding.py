"""Bytes to text: which encoding an input is in, and what becomes of bytes that do not fit it."""

import codecs
import re
from codecs import IncrementalDecoder
from collections.abc import Iterable, Iterator

from aurastream.domain.files.rows import MARK

SAMPLE = 65_536
"""Bytes, from the first that is not ASCII on, by which UTF-8 is told from cp1252."""
UTF_8, WITH_BOM, CP1252 = "utf-8", "utf-8-sig", "cp1252"

_MARKING = "aurastream.mark"
_BOMS = (
    (codecs.BOM_UTF8, WITH_BOM),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_ASCII = re.compile(rb"[\x80-\xff]")


class TextDecoder:
    """
    Decodes an input piece by piece; a byte that does not fit becomes MARK, and the rest goes on.

    Without a byte order mark the question is left open while all is ASCII. It is settled on the SAMPLE that
    begins with the first other byte: UTF-8 if most of it is, else cp1252. `encoding` is final after the last
    piece.
    """

    def __init__(self, head: bytes) -> None:
        codecs.register_error(_MARKING, _mark)
        self.damaged = False
        self.encoding = _by_mark(head) or _by_zeros(head) or UTF_8
        self._decoder = _decoder_for(self.encoding) if self.encoding != UTF_8 else None
        self._waiting = b""

    @property
    def has_bom(self) -> bool:
        """Whether the input was marked as Unicode in the way of spreadsheets; all UTF-16 counts as that."""
        return self.encoding not in (UTF_8, CP1252)

    def decode(self, pieces: Iterable[bytes]) -> Iterator[str]:
        """The text of all pieces; some may be empty."""
        for piece in pieces:
            yield self._checked(self._feed(piece, final=False))
        yield self._checked(self._feed(b"", final=True))

    def _checked(self, text: str) -> str:
        self.damaged = self.damaged or MARK in text
        return text

    def _feed(self, piece: bytes, *, final: bool) -> str:
        if self._decoder:
            return self._decoder.decode(piece, final)
        if not self._waiting and piece.isascii():
            return piece.decode("ascii")
        self._waiting += piece
        first = _NOT_ASCII.search(self._waiting)
        assert first
        sample = self._waiting[first.start() : first.start() + SAMPLE]
        if len(sample) < SAMPLE and not final:
            return ""
        self.encoding = _by_sample(sample, complete=len(sample) < SAMPLE)
        self._decoder = _decoder_for(self.encoding)
        waiting, self._waiting = self._waiting, b""
        return self._decoder.decode(waiting, final)


def _mark(error: UnicodeError) -> tuple[str, int]:
    if isinstance(error, UnicodeDecodeError):
        return MARK, error.end
    raise error


def _decoder_for(encoding: str) -> IncrementalDecoder:
    return codecs.getincrementaldecoder(encoding)(_MARKING)


def _by_mark(head: bytes) -> str | None:
    return next((encoding for mark, encoding in _BOMS if head.startswith(mark)), None)


def _by_zeros(head: bytes) -> str | None:
    """UTF-16 that lost its mark: in Latin text nearly every other byte is zero."""
    pairs = len(head) // 2
    if pairs < 2:
        return None
    low, high = head[0 : 2 * pairs : 2].count(0) / pairs, head[1 : 2 * pairs : 2].count(0) / pairs
    if high > 0.4 and low < 0.1:
        return "utf-16-le"
    return "utf-16-be" if low > 0.4 and high < 0.1 else None


def _by_sample(sample: bytes, *, complete: bool) -> str:
    text = _decoder_for(UTF_8).decode(sample, complete)
    bad = text.count(MARK)
    good = sum(map(len, re.findall(r"[^\x00-\x7f]+", text))) - bad
    return UTF_8 if good > bad or not bad else CP1252
