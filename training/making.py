"""The whole run: read, learn from labels and teacher, calibrate, round, write."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from aurastream.adapters.local.embedded_calibration import Calibration, fit
from aurastream.adapters.local.embedded_model import load_model
from training.corpus import Example, invented, load_corpus
from training.golden import golden_json, golden_sentences
from training.manifest import CLASSES, PIECE_WEIGHT, PIECES, PULL, SEED, TAUGHT, TEMPLATE_LINES
from training.measures import mean, measure
from training.minilm import whole_words
from training.network import Shape
from training.quantise import pack, quantise
from training.recipe import train, vocabulary
from training.stages import Judge, judge, plain_vectors
from training.templates import lines
from training.wider import wider

MODEL = Path("src/aurastream/adapters/local/model/sentiment-en.npz")
GOLDEN = Path("tests/data/embedded_golden.json")


def make_model(data: Path, work: Path, root: Path) -> None:
    """Write the model file and the golden numbers under `root`."""
    started = time.monotonic()
    examples = [*load_corpus(data), *invented(lines(SEED, TEMPLATE_LINES))]
    words = vocabulary(examples, whole_words())
    learning = [one for one in examples if not one.dev]
    teacher = judge(work, learning)
    taught = [
        *with_opinions(learning, teacher),
        *pieces(learning, words, plain_vectors(work, words), teacher),
    ]
    made = train(taught, words, teacher.vectors(words), Shape(), SEED)
    rounded = quantise(made.network)
    held_back = [one for one in examples if one.dev]
    calibration = calibrate(made.logits([one.text for one in held_back]), held_back)
    packed = pack(made.network, rounded, words, ["en"], calibration)
    path = root / MODEL
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(packed)
    model = load_model(path)
    texts = golden_sentences()
    golden = golden_json(texts, made.logits(texts), model.calibration.probabilities(model.logits(texts)))
    (root / GOLDEN).write_text(golden, encoding="utf-8")
    print(f"{path.name}: {len(packed):,} bytes, version {model.version}, {calibration}")
    _report(model.calibration.probabilities(model.logits([one.text for one in held_back])), held_back)
    print(f"all of it took {time.monotonic() - started:.0f} s")


def with_opinions(examples: Sequence[Example], teacher: Judge) -> list[Example]:
    """Labels mixed with what the teacher sees; invented lines keep theirs, which are certain."""
    found = [one for one in examples if one.source == "templates"]
    labelled = [one for one in examples if one.source != "templates"]
    for one, seen in zip(labelled, teacher.shares([one.text for one in labelled]), strict=True):
        first, second, third, fourth = (1 - TAUGHT) * np.array(one.target) + TAUGHT * seen
        found.append(replace(one, target=(float(first), float(second), float(third), float(fourth))))
    return found


def pieces(
    examples: Sequence[Example], words: Sequence[str], vectors: np.ndarray, teacher: Judge
) -> list[Example]:
    """Pieces of texts with the teacher's opinion of them."""
    labelled = [one for one in examples if one.source != "templates"]
    texts = wider(labelled, words, vectors, PIECES, SEED)
    return [
        Example(
            text=text,
            label=CLASSES[int(seen.argmax())],
            target=(float(seen[0]), float(seen[1]), float(seen[2]), float(seen[3])),
            weight=PIECE_WEIGHT,
            source="pieces",
            dev=False,
        )
        for text, seen in zip(texts, teacher.shares(texts), strict=True)
    ]


def calibrate(logits: np.ndarray, examples: Sequence[Example]) -> Calibration:
    """Each source has the same say, however many rows it has."""
    sources = [one.source for one in examples]
    weights = np.array([1 / sources.count(source) for source in sources])
    labels = np.eye(len(CLASSES))[[CLASSES.index(one.label) for one in examples]]
    return fit(logits, labels, weights, pull=PULL)


def _report(chances: np.ndarray, examples: Sequence[Example]) -> None:
    labels = np.array([CLASSES.index(one.label) for one in examples])
    sources = np.array([one.source for one in examples])
    found = {
        str(name): measure(chances[sources == name], labels[sources == name]) for name in np.unique(sources)
    }
    for name, one in [*found.items(), ("mean", mean(list(found.values())))]:
        print(
            f"{name:20} {one.rows:6} acc {one.accuracy:.3f} F1 {one.macro_f1:.3f} "
            f"ECE {one.calibration_error:.3f} at 90 % {one.coverage:.3f}"
        )
