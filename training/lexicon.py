"""VADER's word list (MIT) as fixed columns: a word's feeling, its strength, denial and emphasis."""

from collections.abc import Sequence

import numpy as np
from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE, SentimentIntensityAnalyzer

COLUMNS = 4
_STRONGEST, _BOOST = 4.0, 0.293


def lexicon_words() -> list[str]:
    """The list's own entries."""
    return sorted(SentimentIntensityAnalyzer().lexicon)


def lexicon_columns(words: Sequence[str]) -> np.ndarray:
    """A row of four for each word."""
    valence = SentimentIntensityAnalyzer().lexicon
    denials = set(NEGATE)
    found = np.zeros((len(words), COLUMNS), dtype=np.float32)
    for row, word in enumerate(words):
        feeling = valence.get(word, 0.0) / _STRONGEST
        denies = word in denials or "n't" in word
        found[row] = (feeling, abs(feeling), float(denies), BOOSTER_DICT.get(word, 0.0) / _BOOST)
    return found
