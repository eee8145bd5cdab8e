"""Ten seconds that show the pipeline whole: invented lines, chance vectors, a small network."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from aurastream.adapters.local.embedded_model import load_model
from training.calibrating import calibrate
from training.corpus import invented
from training.manifest import CLASSES, SEED
from training.network import Shape
from training.quantise import pack, quantise
from training.recipe import train, vocabulary
from training.templates import lines

LINES, UNSEEN, WIDTH = 4_000, 600, 64
SHAPE = Shape(word=24, filters=24, epochs=5, batch=48, rate=6e-3, word_rate=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoke:
    """A file made from invented lines, the share of unseen ones it has right, how far torch is from numpy."""

    packed: bytes
    unseen_right: float
    apart: float


def smoke(shape: Shape) -> Smoke:
    """Train, round, pack, read back and try on unseen lines."""
    examples = invented(lines(SEED, LINES))
    words = vocabulary(examples, [])
    made = train(examples, words, _chance_vectors(words), shape, SEED)
    rounded = quantise(made.network)
    calibration = calibrate(made.logits([one.text for one in examples[:500]]), examples[:500])
    packed = pack(made.network, rounded, words, ["en"], calibration)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "smoke.npz"
        path.write_bytes(packed)
        model = load_model(path)
    unseen = lines(SEED, UNSEEN, unseen=True)
    texts = [line.text for line in unseen]
    labels = np.array([CLASSES.index(line.label) for line in unseen])
    found = model.logits(texts)
    return Smoke(
        packed=packed,
        unseen_right=float((found.argmax(axis=1) == labels).mean()),
        apart=float(np.abs(found - made.logits(texts)).max()),
    )


def _chance_vectors(words: Sequence[str]) -> np.ndarray:
    return np.random.default_rng(SEED).normal(size=(len(words), WIDTH)).astype(np.float32)
