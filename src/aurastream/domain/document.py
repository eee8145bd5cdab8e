"""One text to score."""

import re
import unicodedata
from dataclasses import dataclass

from aurastream.domain.language import Language, LanguageSource, TextLanguage

MAX_ID_BYTES = 256
"""Of an id, in UTF-8."""

_INVISIBLE_KINDS = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
# Fillers, the empty Braille cell and variation selectors are letters, symbols and marks, yet show nothing.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0").union(
    map(chr, [*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])
)
_BREAKS_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


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

    @classmethod
    def said(cls, *, id: str, text: str, language: Language | None) -> "Document":  # noqa: A002 - the field's name
        """A document whose language the caller has said, if anybody has."""
        return cls(
            id=id, text=text, language=language, source=None if language is None else LanguageSource.CALLER
        )

    @property
    def text_language(self) -> TextLanguage:
        """Its language and who said so, as results tell it; below the detector every document has one."""
        assert self.language is not None
        assert self.source is not None
        return TextLanguage(code=self.language, source=self.source)


def size_of(text: str) -> int:
    """The size of a text in UTF-8 bytes, the only measure of size there is here."""
    return len(text) if text.isascii() else len(text.encode())


def is_blank(text: str) -> bool:
    """Whether there is nothing to see: whitespace, control and zero-width characters alone."""
    return all(
        unicodedata.category(character) in _INVISIBLE_KINDS or character in _INVISIBLE
        for character in text.strip()
    )


def is_valid_id(text: str) -> bool:
    """An id is 1 to 256 UTF-8 bytes without control characters, line breaks and lone surrogates."""
    return text != "" and not _BREAKS_A_LINE.search(text) and size_of(text) <= MAX_ID_BYTES


def id_of(value: object, number: int) -> str:
    """An id from JSON, a number too; without one the row's number, and nothing where it can be no id."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return str(number)
    own = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return own if isinstance(own, str) and is_valid_id(own) else ""
