"""English that anybody recognises, found by its commonest words."""

import re

_HEAD = 400
"""So many characters tell as much as the whole text."""
_WORD = re.compile(r"[a-z']+")
_COMMON = frozenset(
    """
    the and you that this with they what your are have which would been their there when from because
    could should about it's i'm don't isn't didn't can't very but not just these those she him who how
    them than only had has does doesn't i've other some any after again my of is it to for i we our at
    be if dont im its ive cant great love nice like good really never always please thanks thank got get
    getting know think want need more much well even still also now then here out up down off over back
    too see go going make made look looks work works working buy bought day today time new did done one
    all yes his her by feel little big bit quality price order ordered
    """.split()  # noqa: SIM905 - a list of quoted words cannot be read
)
"""Hardly any of them is common in another language that is written in the Latin alphabet."""


def is_plain_english(text: str) -> bool:
    """Whether a text is English beyond doubt: no foreign letter, and many of the commonest English words."""
    if not text.isascii():
        if any(character.isalpha() for character in text if not character.isascii()):
            return False
        text = text.replace("’", "'")
    words = _WORD.findall(text[:_HEAD].lower())
    hits = sum(map(_COMMON.__contains__, words))
    return hits >= 2 and (2 * hits >= len(words) or (hits >= 3 and 10 * hits >= 3 * len(words)))
