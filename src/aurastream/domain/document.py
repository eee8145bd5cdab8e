"""One text to score."""

import unicodedata
from dataclasses import dataclass

from aurastream.domain.language import Language, LanguageSource

MAX_ID_BYTES = 256
_INVISIBLE = {"Cc", "Cf", "Zs", "Zl", "Zp"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text and the caller's name for it; a language of None is still to be found out."""

    id: str
    text: str
    language: Language | None = None
    source: LanguageSource | None = None

    def __post_init__(self) -> None:
        if (self.language is None) != (self.source is None):
            raise ValueError("a language comes with its source")


def size_of(text: str) -> int:
    """The size of a text in UTF-8 bytes, the only measure of size there is here."""
    return len(text) if text.isascii() else len(text.encode())


def is_blank(text: str) -> bool:
    """Whether there is nothing to see: whitespace, control and zero-width characters alone."""
    stripped = text.strip()
    return not stripped or all(unicodedata.category(character) in _INVISIBLE for character in stripped)


def is_valid_id(text: str) -> bool:
    """An id is 1 to 256 UTF-8 bytes without control characters."""
    return 0 < size_of(text) <= MAX_ID_BYTES and text.isprintable()
