"""The whole run: read, learn from labels and teacher, calibrate, round, write."""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from aurastream.adapters.local.embedded_model import EmbeddedModel, load_model
from training.calibrating import calibrate, labels_of
from training.card import Facts, card
from training.corpus import Example, evened, invented, load_corpus, stressed
from training.golden import golden_json, golden_sentences
from training.held_out import leave_one_out
from training.joined import joined
from training.manifest import CLASSES, PIECE_WEIGHT, PIECES, SEED, TAUGHT, TEMPLATE_LINES, UNSEEN_LINES
from training.measures import Measures, measure
from training.minilm import whole_words
from training.network import Shape
from training.outside import outside
from training.quantise import pack, quantise
from training.recipe import train, vocabulary
from training.stages import Judge, judge, plain_vectors
from training.templates import lines
from training.wider import wider

MODEL = Path("src/aurastream/adapters/local/model/sentiment-en.npz")
CARD = Path("docs/model-card.md")
GOLDEN = Path("tests/data/embedded_golden.json")


def make_model(data: Path, packages: Path, work: Path, root: Path) -> None:
    """Write the model file, its golden numbers and its card under `root`."""
    started = time.monotonic()
    examples = [*load_corpus(data), *invented(lines(SEED, TEMPLATE_LINES))]
    words = vocabulary(examples, whole_words())
    learning = [one for one in examples if not one.dev]
    teacher = judge(work, evened(learning))
    taught = [
        *stressed(evened(with_opinions(learning, teacher))),
        *pieces(learning, words, plain_vectors(work, words), teacher),
        *joined(learning, SEED),
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
    facts = Facts(
        version=model.version,
        sha256=hashlib.sha256(packed).hexdigest(),
        size=len(packed),
        words=len(words),
        shape=Shape(),
        unseen_right=unseen_right(model),
        dev=by_source(model, held_back),
        held_out=leave_one_out(work, examples, dict(zip(words, plain_vectors(work, words), strict=True))),
        outside=outside(packages, model, examples),
    )
    (root / CARD).write_text(card(facts, examples), encoding="utf-8")
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


def unseen_right(model: EmbeddedModel) -> float:
    """The share of invented lines with words kept from training that comes out right."""
    unseen = lines(SEED, UNSEEN_LINES, unseen=True)
    chances = model.calibration.probabilities(model.logits([line.text for line in unseen]))
    said = [CLASSES[place] for place in chances.argmax(axis=1)]
    return float(np.mean([name == line.label for name, line in zip(said, unseen, strict=True)]))


def by_source(model: EmbeddedModel, examples: Sequence[Example]) -> dict[str, Measures]:
    """The figures of each source's texts."""
    chances = model.calibration.probabilities(model.logits([one.text for one in examples]))
    labels = labels_of(examples)
    sources = np.array([one.source for one in examples])
    found = {}
    for name in dict.fromkeys(one.source for one in examples):
        found[name] = measure(chances[sources == name], labels[sources == name])
        print(name, found[name], flush=True)
    return found
