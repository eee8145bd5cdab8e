"""Language codes as the engines write them, and how we came to know one."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

Language = NewType("Language", str)
"""A code such as `en` or `zh-TW`."""

ENGLISH = Language("en")


class LanguageSource(StrEnum):
    """Who said which language a text is in."""

    CALLER = "caller"
    COLUMN = "column"
    DETECTOR = "detector"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLanguage:
    """The language a text was scored in, and who said so."""

    code: Language
    source: LanguageSource
