"""The costly stages of a run, each kept in a folder until what goes into it changes."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from training.corpus import Example
from training.minilm import MiniLM, vectors
from training.teacher import SETTINGS, Teacher, opinions, tune


@dataclass(frozen=True, slots=True)
class Judge:
    """A tuned teacher, and what it said before."""

    teacher: Teacher
    folder: Path

    def vectors(self, words: Sequence[str]) -> np.ndarray:
        """What the teacher makes of single words."""
        return _kept(self.folder, "vectors", words, lambda: vectors(self.teacher.encoder, words))

    def shares(self, texts: Sequence[str]) -> np.ndarray:
        """The shares of the four classes that the teacher sees in each text."""
        logits = _kept(self.folder, "opinions", texts, lambda: opinions(self.teacher, texts))
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def plain_vectors(folder: Path, words: Sequence[str]) -> np.ndarray:
    """MiniLM's vectors of words, as it was shipped."""
    return _kept(folder, "vectors", words, lambda: vectors(MiniLM(), words))


def judge(folder: Path, examples: Sequence[Example]) -> Judge:
    """The teacher tuned on the examples; tuned before, it is read again."""
    own = folder / f"teacher-{key([SETTINGS, *told(examples)])}"
    path = own / "weights.pt"
    if not path.exists():
        own.mkdir(parents=True, exist_ok=True)
        torch.save(tune(examples).state_dict(), path)
    teacher = Teacher()
    teacher.load_state_dict(torch.load(path, weights_only=True))
    return Judge(teacher.eval(), own)


def _kept(folder: Path, name: str, texts: Sequence[str], make: Callable[[], np.ndarray]) -> np.ndarray:
    path = folder / f"{name}-{key(texts)}.npy"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        np.save(path, make())
    return np.asarray(np.load(path))


def told(examples: Sequence[Example]) -> list[str]:
    """All that training can see of the examples."""
    return [f"{one.text} {one.target} {one.weight} {one.dev}" for one in examples]


def key(texts: Sequence[str]) -> str:
    """A short name for these texts and no others."""
    return hashlib.sha256("\n".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:12]
