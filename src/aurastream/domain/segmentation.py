"""Long texts cut into segments, where their author paused and never inside a character as readers see it."""

import re

from aurastream.domain.document import is_blank, size_of
from aurastream.domain.graphemes import is_boundary

MIN_BYTES = 4
"""The size of the largest code point, the least a segment can hold."""

_CLOSING = r"""["'”’»›)\]}」』）】]*+"""
# Possessive throughout, and what may repeat begins no match: each is linear on any text.
_PAUSES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:(?>\r\n|[\r\n])[^\S\r\n]*+[\r\n]|\u2029)\s*+",  # a paragraph
        # A full stop ends a sentence only before a space (3.14, a.b); those of other scripts always do.
        rf"(?:[.!?…‥]{_CLOSING}(?=\s)|[。！？｡؟۔।॥։።။។]{_CLOSING}(?![。！？]))\s*+",
        rf"(?:[\r\n]|[,;:،؛–—]{_CLOSING}(?=\s)|[、，；：])\s*+",  # a clause, a line
        r"\s++",
    )
)
_VISIBLE = re.compile(r"\S")


def segment(text: str, max_bytes: int) -> list[str]:
    """
    Pieces of at most `max_bytes` in UTF-8 that joined are the text.

    Each is cut after the last paragraph in its second half, or else after the last sentence there, clause or
    word, or else after the last grapheme cluster that fits. Only a cluster larger than a whole segment is cut
    inside. A piece is blank only where a cluster together with the blanks before it (for the last one, with
    those behind it too) is larger than a segment. An empty text has no pieces.

    Raises:
        ValueError: `max_bytes` is under 4, or the text is not Unicode that UTF-8 can carry.
    """
    if max_bytes < MIN_BYTES:
        raise ValueError(f"a segment holds at least {MIN_BYTES} bytes")
    if size_of(text) <= max_bytes:
        return [text] if text else []
    pieces: list[str] = []
    start = boundary = 0  # they differ only inside a cluster that is larger than a segment
    last = _last_visible(text, max_bytes)
    while (end := _reach(text, start, max_bytes)) < len(text):
        cut = _cut(text, start, end, last, boundary)
        if is_boundary(text, cut, boundary):
            boundary = cut
        pieces.append(text[start:cut])
        start = cut
    pieces.append(text[start:])
    return pieces


def _reach(text: str, start: int, max_bytes: int) -> int:
    """The first index that a segment from `start` cannot hold."""
    window = text[start : start + max_bytes]
    if window.isascii():
        return start + len(window)
    return start + len(window.encode()[:max_bytes].decode(errors="ignore"))


def _last_visible(text: str, max_bytes: int) -> int:
    """Where the last cluster to be seen begins, if one segment can hold it and the blanks after it."""
    place = max(0, len(text.rstrip()) - 1)
    too_far = max(0, len(text) - max_bytes - 1)
    while place > too_far and is_blank(text[place]):
        place -= 1
    while place > too_far and not is_boundary(text, place):
        place -= 1
    return place if size_of(text[place:]) <= max_bytes else len(text)


def _first_visible(text: str, start: int, end: int) -> int:
    found = _VISIBLE.search(text, start, end)
    place = found.start() if found else end
    while place < end and is_blank(text[place]):
        place += 1
    return place


def _cut(text: str, start: int, end: int, last: int, boundary: int) -> int:
    """Where the segment from `start` ends: by `end`, all that it can hold, and with `last` left over."""
    first = _first_visible(text, start, end)
    if first < last < end:
        end = last
    least = max(first + 1, (start + end) // 2)
    for pause in _PAUSES:
        # One character more than fits, so that a full stop can see the space after it.
        for match in reversed(list(pause.finditer(text, least - 1, end + 1))):
            after = min(match.end(), end)
            for cut in (after, after - 1):  # the last blank may carry an accent
                if least <= cut and match.start() < cut and is_boundary(text, cut, boundary):
                    return cut
    cut = end
    while cut > start and not is_boundary(text, cut, boundary):
        cut -= 1
    return cut if cut > start else end
