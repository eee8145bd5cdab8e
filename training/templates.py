"""Invented customer lines with known feeling: what data sets leave out or get wrong, in our own words."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from training.template_patterns import FAMILIES
from training.template_words import WORDS, fillers

SLOT = re.compile(r"\{([a-z_]+?)\d?\}")
LETTERS_TO_SHOUT = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One invented line, its label, the family of patterns it comes from, and how often it was drawn."""

    text: str
    label: str
    family: str
    times: int = 1


def lines(seed: int, count: int, *, unseen: bool = False) -> list[Line]:
    """About `count` distinct lines, each family by its share; `unseen` takes the words kept from training."""
    chance = random.Random(f"{seed} {unseen}")
    found: dict[str, Line] = {}
    whole = sum(family.share for family in FAMILIES)
    for family in FAMILIES:
        wanted = max(1, round(count * family.share / whole))
        for line in _draw(chance, family.name, family.label, family.patterns, wanted, unseen=unseen):
            before = found.get(line.text)
            found[line.text] = replace(line, times=before.times + 1) if before else line
    return list(found.values())


def _draw(
    chance: random.Random, name: str, label: str, patterns: tuple[str, ...], wanted: int, *, unseen: bool
) -> Iterator[Line]:
    usable = [pattern for pattern in patterns if SLOT.search(pattern)] if unseen else list(patterns)
    if not usable:
        return
    chance.shuffle(usable)
    for at in range(wanted):
        plain = _fill(chance, usable[at % len(usable)], unseen=unseen)
        yield Line(text=_dress(chance, plain, label), label=label, family=name)


def _fill(chance: random.Random, pattern: str, *, unseen: bool) -> str:
    taken: set[str] = set()

    def word(slot: re.Match[str]) -> str:
        free = [choice for choice in fillers(slot[1], unseen=unseen) if choice not in taken]
        taken.add(chosen := chance.choice(free))
        return chosen

    return SLOT.sub(word, pattern)


def _dress(chance: random.Random, text: str, label: str) -> str:
    """As people type: with and without capitals, stops and apostrophes, at times shouted or with an emoji."""
    dice = chance.random()
    text = text if dice < 0.35 else text[:1].upper() + text[1:]
    text = text.replace("'", "") if chance.random() < 0.06 else text
    if text[-1].isalnum():
        strong = label in ("positive", "negative")
        text += chance.choice(("", "", ".", ".", "!", "!!") if strong else ("", ".", "."))
    if label == "negative" and chance.random() < 0.1 and len(text) > LETTERS_TO_SHOUT:
        return text.upper()
    if label in ("positive", "negative") and chance.random() < 0.05:
        text += " " + chance.choice(WORDS["happy_emoji" if label == "positive" else "sad_emoji"])
    return text
