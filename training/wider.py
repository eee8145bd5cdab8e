"""More texts than the data has: pieces of them, words exchanged for their like, for the teacher to judge."""

import random
from collections.abc import Sequence

import numpy as np

from aurastream.adapters.local.embedded_text import tokenise
from training.corpus import Example
from training.template_words import words_of

LENGTHS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 20, 30)
EXCHANGED = (0.0, 0.1, 0.25, 0.4)
LIKE = 12
KEPT_WORDS = frozenset(
    words_of(
        "the|a|an|i|you|he|she|it|we|they|is|are|was|were|be|been|to|of|in|on|at|and|or|but|not|no|for|with|my|"
        "your|this|that|don't|can't|won't|isn't|never"
    )
)
_BLOCK = 1_000
_SHORTEST = 3


def wider(
    examples: Sequence[Example], words: Sequence[str], vectors: np.ndarray, count: int, seed: int
) -> list[str]:
    """So many pieces, from every source alike, with up to four of ten words exchanged for their like."""
    chance = random.Random(seed)
    rows = {word: row for row, word in enumerate(words)}
    like = _neighbours(words, vectors)
    sources: dict[str, list[str]] = {}
    for example in examples:
        sources.setdefault(example.source, []).append(example.text)
    pools = [sources[name] for name in sorted(sources)]
    found: list[str] = []
    while len(found) < count:
        tokens = tokenise([chance.choice(chance.choice(pools))])[:-1]
        if not tokens:
            continue
        length = min(len(tokens), chance.choice(LENGTHS))
        start = chance.randrange(len(tokens) - length + 1)
        share = chance.choice(EXCHANGED)
        piece = [
            words[chance.choice(like[rows[token]])]
            if _exchangeable(token, rows) and chance.random() < share
            else token
            for token in tokens[start : start + length]
        ]
        found.append(" ".join(piece))
    return found


def _exchangeable(token: str, rows: dict[str, int]) -> bool:
    return token.isalpha() and token in rows and token not in KEPT_WORDS


def _neighbours(words: Sequence[str], vectors: np.ndarray) -> list[list[int]]:
    """For each word the words whose vectors point most nearly the same way."""
    unit = vectors - vectors.mean(axis=0)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    real = np.array([word.isalpha() and len(word) >= _SHORTEST for word in words])
    found: list[list[int]] = []
    for start in range(0, len(words), _BLOCK):
        alike = unit[start : start + _BLOCK] @ unit.T
        alike[:, ~real] = -1
        alike[np.arange(len(alike)), start + np.arange(len(alike))] = -1
        nearest = np.argpartition(-alike, LIKE, axis=1)[:, :LIKE]
        found += np.sort(nearest, axis=1).tolist()
    return found
