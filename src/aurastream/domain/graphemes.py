"""Where one character ends for the reader: UAX #29 as far as `unicodedata` alone can tell."""

import unicodedata
from functools import lru_cache

_ZWNJ, _ZWJ = "\u200c", "\u200d"
_FIRST_MARK = "\u0300"
_BY_CATEGORY = dict.fromkeys(("Mn", "Mc", "Me"), "mark") | dict.fromkeys(
    ("Cc", "Cf", "Zl", "Zp", "Cs"), "control"
)

# Thai and Lao AM and the halfwidth voicing marks are letters to unicodedata and marks to a reader.
_EXTENDING = frozenset(
    [_ZWNJ, _ZWJ, "\u0e33", "\u0eb3", "\uff9e", "\uff9f"]
    + [chr(tone) for tone in range(0x1F3FB, 0x1F400)]  # skin tones
    + [chr(tag) for tag in range(0xE0020, 0xE0080)]  # the tags that spell Scotland's flag
)
_PREPENDED = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e\U000110bd\U000110cd"
    "\U000111c2\U000111c3\U0001193f\U00011941\U00011a3a\U00011a84\U00011a85\U00011a86\U00011a87"
    "\U00011a88\U00011a89\U00011d46\U00011f02\U000113d1"
)
# Those that join two consonants into one letter; the Tamil one, which is seen, does not.
_VIRAMAS = frozenset(
    "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0c4d\u0ccd\u0d4d\u1039\u17d2\u1a60\u1b44\u1bab\ua9c0\uaaf6"
    "\U00010a3f\U00011133\U0001193e\U00011a47\U00011a99"
)
# Hangul: leading consonants, then vowels, then trailing ones; LV and LVT are precomposed.
_SYLLABLE = frozenset(
    {
        *(("L", "L"), ("L", "V"), ("L", "LV"), ("L", "LVT")),
        *(("V", "V"), ("LV", "V"), ("V", "T"), ("LV", "T"), ("T", "T"), ("LVT", "T")),
    }
)


def is_boundary(text: str, index: int, since: int = 0) -> bool:
    """
    Whether the text may be cut before `index` and no grapheme cluster with it; `since` is such a place too.

    It errs on the side of not cutting: whatever follows a joiner is taken to belong to it.
    """
    if text[index - 1] < _FIRST_MARK and text[index] < _FIRST_MARK:
        return text[index - 1 : index + 1] != "\r\n"
    before, after = _kind(text[index - 1]), _kind(text[index])
    if before == "control" or after == "control":
        return True
    if after == "mark" or before == "prepended" or text[index - 1] == _ZWJ:
        return False
    if after == "regional":
        return _regionals_before(text, index, since) % 2 == 0
    if after == "letter":
        return not _follows_virama(text, index, since)
    return (before, after) not in _SYLLABLE


@lru_cache(maxsize=4096)
def _kind(character: str) -> str:
    """What a character does to its neighbours."""
    if character in _EXTENDING:
        return "mark"
    if character in _PREPENDED:
        return "prepended"
    if "\U0001f1e6" <= character <= "\U0001f1ff":
        return "regional"
    category = unicodedata.category(character)
    if category == "Lo":
        return _hangul(ord(character)) or "letter"
    return _BY_CATEGORY.get(category, "")


def _hangul(code: int) -> str:
    if 0xAC00 <= code <= 0xD7A3:
        return "LVT" if (code - 0xAC00) % 28 else "LV"
    if 0x1100 <= code <= 0x115F or 0xA960 <= code <= 0xA97C:
        return "L"
    if 0x1160 <= code <= 0x11A7 or 0xD7B0 <= code <= 0xD7C6:
        return "V"
    return "T" if 0x11A8 <= code <= 0x11FF or 0xD7CB <= code <= 0xD7FB else ""


def _regionals_before(text: str, index: int, since: int) -> int:
    """Flags are pairs, so that only counting from the first of a row of them tells where one ends."""
    first = index
    while first > since and _kind(text[first - 1]) == "regional":
        first -= 1
    return index - first


def _follows_virama(text: str, index: int, since: int) -> bool:
    """Indic: a letter after a virama, be there further marks between them."""
    place = index - 1
    while place >= since and _kind(text[place]) == "mark":
        if text[place] in _VIRAMAS:
            return True
        place -= 1
    return False
