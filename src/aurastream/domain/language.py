"""Language codes as the engines write them, and how we came to know one."""

import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import NewType

Language = NewType("Language", str)
"""A code such as `en` or `zh-TW`."""

ENGLISH = Language("en")

WRITTEN_IN: Mapping[str, tuple[Language, ...]] = MappingProxyType(
    {
        script: tuple(map(Language, codes.split()))
        for script, codes in {
            "ARABIC": "ar fa ur",
            "ARMENIAN": "hy",
            "BENGALI": "bn",
            "CJK": "zh zh-TW ja",
            "CYRILLIC": "ru uk bg sr",
            "DEVANAGARI": "hi mr ne",
            "ETHIOPIC": "am",
            "GEORGIAN": "ka",
            "GREEK": "el",
            "GUJARATI": "gu",
            "GURMUKHI": "pa",
            "HANGUL": "ko",
            "HEBREW": "he",
            "HIRAGANA": "ja",
            "KANNADA": "kn",
            "KATAKANA": "ja",
            "KHMER": "km",
            "LAO": "lo",
            "MALAYALAM": "ml",
            "MYANMAR": "my",
            "SINHALA": "si",
            "TAMIL": "ta",
            "TELUGU": "te",
            "THAI": "th",
        }.items()
    }
)
"""
The languages of a script, the one that most is written in first.

A script is called by the first word of its letters' names in Unicode. Latin tells no language.
"""
SIGNS, SIGN_WEIGHT = "\u2e80", 4
"""From here on in Unicode a letter is a syllable or a word, and counts for so many."""
_WORDS = frozenset({"CJK", "HANGUL"})
"""Scripts of which one sign is a word."""


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


def language_by_script(text: str, default: Language) -> Language | None:
    """
    What the letters alone tell: the language of a script that the default is not written in.

    None where most of the text is Latin, or in a script of the default's, or in one that we do not know; and
    where it is one letter, which may be the eyes or the mouth of a face.
    """
    if text.isascii():
        return None
    scripts: Counter[str] = Counter()
    letters = list(filter(str.isalpha, text))
    for letter in letters:
        scripts[_script_of(letter)] += _weight(letter)
    kana = scripts.pop("HIRAGANA", 0) + scripts.pop("KATAKANA", 0)
    if kana:  # Chinese has no such letters, and Japanese is written in all three at once
        scripts["HIRAGANA"] = kana + scripts.pop("CJK", 0)
    (script, count), *_ = scripts.most_common(1) or [("", 0)]
    languages = WRITTEN_IN.get(script, ())
    if default in languages or 2 * count <= scripts.total():
        return None
    if len(set(letters)) == 1 and script not in _WORDS:
        return None
    return languages[0] if languages else None


def letters_in(text: str) -> int:
    """How many letters it has; a sign of Chinese, Japanese or Korean says as much as several."""
    if text.isascii():
        return sum(map(str.isalpha, text))
    return sum(map(_weight, filter(str.isalpha, text)))


def _weight(letter: str) -> int:
    return SIGN_WEIGHT if letter >= SIGNS else 1


def _script_of(letter: str) -> str:
    """The first word of its name: also that of a letter of another width, and of a long Japanese vowel."""
    name = unicodedata.name(letter, "").removeprefix("HALFWIDTH ").removeprefix("FULLWIDTH ")
    return name.split(" ")[0].split("-")[0]
