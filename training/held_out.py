"""Leave one source out: what the recipe is worth on texts of a kind it never saw, beside the baselines."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from training.baselines import as_shipped, vader_numbers, with_head
from training.calibrating import calibrate, even_weights, labels_of
from training.corpus import Example, text_hash
from training.manifest import SEED
from training.measures import Measures, measure
from training.minilm import whole_words
from training.network import Shape
from training.recipe import train, vocabulary
from training.stages import key

TOGETHER = (("clothing_reviews", "clothing_titles"),)  # of the same reviews
MOST_LEARNT, MOST_ASKED, MOST_FITTED = 12_000, 4_000, 2_000
EPOCHS = 3

Table = dict[str, dict[str, Measures]]


def leave_one_out(work: Path, examples: Sequence[Example], vectors: Mapping[str, np.ndarray]) -> Table:
    """
    For each source: ours, trained without it (and without the teacher, who saw it), and the two baselines.

    Kept in the folder `work` until the examples or the network's shape change.
    """
    told = [f"{one.text} {one.target} {one.weight} {one.dev}" for one in examples]
    path = work / f"held-out-{key([repr(Shape()), *told])}.json"
    if not path.exists():
        table = _left_out(examples, vectors)
        path.write_text(json.dumps(table, default=asdict, indent=1), encoding="utf-8")
    kept = json.loads(path.read_text(encoding="utf-8"))
    return {name: {kind: Measures(**one) for kind, one in row.items()} for name, row in kept.items()}


def _left_out(examples: Sequence[Example], vectors: Mapping[str, np.ndarray]) -> Table:
    found: Table = {}
    for held in folds(sorted({one.source for one in examples} - {"templates"})):
        rest = [one for one in examples if one.source not in held]
        made = train(
            thinned([one for one in rest if not one.dev], MOST_LEARNT),
            words := vocabulary(rest, whole_words()),
            np.array([vectors[word] for word in words]),
            replace(Shape(), epochs=EPOCHS),
            SEED,
        )
        known = [one for one in rest if one.dev]
        calibration = calibrate(made.logits([one.text for one in known]), known)
        fitted = thinned([one for one in rest if one.source != "templates"], MOST_FITTED)
        numbers = vader_numbers([one.text for one in fitted])
        for source in held:
            asked = thinned([one for one in examples if one.source == source], MOST_ASKED)
            texts, labels = [one.text for one in asked], labels_of(asked)
            theirs = vader_numbers(texts)
            found[source] = {
                "ours": measure(calibration.probabilities(made.logits(texts)), labels),
                "VADER": measure(as_shipped(theirs), labels),
                "VADER + head": measure(
                    with_head(numbers, labels_of(fitted), even_weights(fitted), theirs), labels
                ),
            }
            print(source, found[source], flush=True)
    return found


def folds(sources: Sequence[str]) -> list[tuple[str, ...]]:
    """Each source alone, but for those that belong together."""
    joined = {name for names in TOGETHER for name in names}
    return [*((name,) for name in sources if name not in joined), *TOGETHER]


def thinned(examples: Sequence[Example], most: int) -> list[Example]:
    """At most so many of each source, the same ones each time."""
    kept: list[Example] = []
    counts: dict[str, int] = {}
    for one in sorted(examples, key=lambda one: text_hash(one.text)):
        counts[one.source] = counts.get(one.source, 0) + 1
        if counts[one.source] <= most:
            kept.append(one)
    return kept
