"""Leave one source out: what the recipe is worth on texts of a kind it never saw, beside the baselines."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np

from training.baselines import as_shipped, fitted_head, vader_numbers
from training.calibrating import calibrate, labels_of
from training.corpus import MADE, Example, evened, stressed, text_hash
from training.joined import joined
from training.manifest import SEED, SHARES
from training.measures import Measures, Table, measure
from training.minilm import whole_words
from training.network import Shape
from training.recipe import train, vocabulary
from training.stages import key, told

TOGETHER = (("clothing_reviews", "clothing_titles"),)  # of the same reviews
MOST_LEARNT, MOST_ASKED = 12_000, 4_000
EPOCHS = 3


def leave_one_out(work: Path, examples: Sequence[Example], vectors: Mapping[str, np.ndarray]) -> Table:
    """
    For each source: ours, trained without it (and without the teacher, who saw it), and the two baselines.

    Kept in the folder `work` until the examples or the network's shape change.
    """
    seen = told([*stressed(evened(examples)), *joined(examples, SEED)])
    path = work / f"held-out-{key([repr((Shape(), EPOCHS, MOST_LEARNT, MOST_ASKED, SHARES)), *seen])}.json"
    if not path.exists():
        table = _left_out(examples, vectors)
        path.write_text(json.dumps(table, default=asdict, indent=1), encoding="utf-8")
    kept = json.loads(path.read_text(encoding="utf-8"))
    return {name: {kind: Measures(**one) for kind, one in row.items()} for name, row in kept.items()}


def _left_out(examples: Sequence[Example], vectors: Mapping[str, np.ndarray]) -> Table:
    found: Table = {}
    chosen = [
        *thinned([one for one in examples if not one.dev], MOST_LEARNT),
        *(one for one in examples if one.dev),
    ]
    asked = {
        source: thinned([one for one in examples if one.source == source], MOST_ASKED)
        for source in files(examples)
    }
    texts = [one.text for one in chosen] + [one.text for many in asked.values() for one in many]
    vader = dict(zip(texts, vader_numbers(texts), strict=True))
    for held in folds(sorted(asked)):
        rest = [one for one in chosen if one.source not in held]
        learning, known = [one for one in rest if not one.dev], [one for one in rest if one.dev]
        made = train(
            [*stressed(evened(learning)), *joined(learning, SEED)],
            words := vocabulary(rest, whole_words()),
            np.array([vectors[word] for word in words]),
            replace(Shape(), epochs=EPOCHS),
            SEED,
        )
        ours = calibrate(made.logits([one.text for one in known]), known)
        head = fitted_head(_numbers(vader, learning), evened(learning))
        heads = calibrate(head.logits(_numbers(vader, known)), known)
        for source in held:
            theirs, labels = _numbers(vader, asked[source]), labels_of(asked[source])
            found[source] = {
                "ours": measure(ours.probabilities(made.logits([one.text for one in asked[source]])), labels),
                "VADER": measure(as_shipped(theirs), labels),
                "VADER + head": measure(heads.probabilities(head.logits(theirs)), labels),
            }
            print(source, found[source], flush=True)
    return found


def _numbers(vader: Mapping[str, np.ndarray], examples: Sequence[Example]) -> np.ndarray:
    return np.array([vader[one.text] for one in examples])


def files(examples: Sequence[Example]) -> list[str]:
    """The sources that are files of the data."""
    return sorted({one.source for one in examples} - MADE)


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
