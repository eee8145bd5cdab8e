"""Sentences of our own whose numbers are kept: any other machine or later change is held to them."""

import json
from collections.abc import Sequence

import numpy as np

from training.templates import lines

AWKWARD = (
    "",
    "42",
    "!!!",
    "🎉👩‍👩‍👧 ❤️",
    "مرحبا",
    "naïve café",
    "Sooooo goooood!!! :-)",
    "see https://example.com/a?b=c @someone 10/10",
    "zorblatt's quuxification fleemed",
    "don`t won’t CAN'T",
)
SENTENCES = 50


def golden_sentences() -> list[str]:
    """Awkward ones and invented ones, the same at each call."""
    invented = lines(7, 400, unseen=True)
    step = len(invented) // (SENTENCES - len(AWKWARD))
    return [*AWKWARD, *(line.text for line in invented[::step])][:SENTENCES]


def golden_json(texts: Sequence[str], logits: np.ndarray, chances: np.ndarray) -> str:
    """What the tests compare with: the numbers as torch sums them, and the engine's probabilities."""
    rows = [
        {
            "text": text,
            "logits": [round(float(number), 6) for number in numbers],
            "scores": [round(float(share), 5) for share in shares],
        }
        for text, numbers, shares in zip(texts, logits, chances, strict=True)
    ]
    return "[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n"
