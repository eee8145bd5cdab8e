"""Longer texts from short ones: all of one feeling, which the data has too few of, or of both."""

import random
from collections.abc import Sequence

from training.corpus import Example, Target, hard_target
from training.manifest import ALIKE_JOINED, CLASSES, CONTRAST_WEIGHT, CONTRASTS_JOINED, JOINED_WEIGHT

SURE = 0.9  # a text is taken where its target gives one class so much
LONGEST_PART, SHORTEST_PART = 25, 3  # words
MOST_PARTS = 6
ASIDE = 0.3  # so often a neutral text stands among those that feel
ALIKE_SMOOTHING = 0.08
CONTRAST_TARGET = (0.07, 0.07, 0.01, 0.85)
BETWEEN = (" but ", ", but ", ". But ", ". However, ", ", although ", ", yet ", ". ", ". ", ", ")
ENDS = (".", ".", "!", "")
TURNS = ("positive", "negative", "positive", "negative", "neutral")
LEAST = 20  # a source with fewer sure texts of a class than this would repeat itself

Pools = dict[str, dict[str, list[str]]]


def joined(examples: Sequence[Example], seed: int) -> list[Example]:
    """Texts of two to six parts: as many that please as that complain, and some that do neither or both."""
    chance = random.Random(seed)
    pools = _sure(examples)
    both = [pool for pool in pools.values() if {"positive", "negative"} <= pool.keys()]
    neither = [pool for pool in pools.values() if "neutral" in pool]
    found = []
    for at in range(ALIKE_JOINED):
        label = TURNS[at % len(TURNS)]
        if within := neither if label == "neutral" else both:
            text = _alike(chance, chance.choice(within), label)
            found.append(_example(text, label, hard_target(label, ALIKE_SMOOTHING), JOINED_WEIGHT))
    for _ in range(CONTRASTS_JOINED if both else 0):
        text = _contrast(chance, chance.choice(both))
        found.append(_example(text, "mixed", CONTRAST_TARGET, CONTRAST_WEIGHT))
    return found


def _sure(examples: Sequence[Example]) -> Pools:
    pools: Pools = {}
    for one in examples:
        label = CLASSES[one.target.index(max(one.target))]
        if max(one.target) >= SURE and SHORTEST_PART <= len(one.text.split()) <= LONGEST_PART:
            pools.setdefault(one.source, {}).setdefault(label, []).append(one.text.strip())
    return {
        source: {label: texts for label, texts in pool.items() if len(texts) >= LEAST}
        for source, pool in sorted(pools.items())
    }


def _alike(chance: random.Random, pool: dict[str, list[str]], label: str) -> str:
    parts = chance.sample(pool[label], chance.randint(2, MOST_PARTS))
    if "neutral" in pool and chance.random() < ASIDE:
        parts.insert(chance.randrange(len(parts) + 1), chance.choice(pool["neutral"]))
    return " ".join(part + chance.choice(ENDS) if part[-1].isalnum() else part for part in parts)


def _contrast(chance: random.Random, pool: dict[str, list[str]]) -> str:
    both = [chance.choice(pool[label]).strip(" .,!?") for label in ("positive", "negative")]
    chance.shuffle(both)
    return chance.choice(BETWEEN).join(both) + chance.choice(ENDS)


def _example(text: str, label: str, target: Target, weight: float) -> Example:
    return Example(text=text, label=label, target=target, weight=weight, source="joined", dev=False)
