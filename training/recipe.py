"""From examples to a model: vocabulary, vectors, training, rounding."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from training.corpus import Example
from training.lexicon import lexicon_columns, lexicon_words
from training.network import Network, Shape, Texts, learn, logits_of
from training.vocabulary import Reader, choose


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A trained network and how it reads texts."""

    network: Network
    reader: Reader
    words: list[str]

    def logits(self, texts: Sequence[str]) -> np.ndarray:
        """The network's numbers, as torch sums them."""
        codes = self.reader.read(texts, self.network.shape.longest)
        return logits_of(self.network, Texts(codes, texts, len(self.words)))


def vocabulary(examples: Sequence[Example], known: Sequence[str]) -> list[str]:
    """Words of the examples that are for training, of the lexicon, and those known from elsewhere."""
    return choose(
        [one.text for one in examples if one.source != "templates" and not one.dev],
        [one.text for one in examples if one.source == "templates"],
        [*known, *lexicon_words()],
    )


def train(
    examples: Sequence[Example],
    words: list[str],
    vectors: np.ndarray,
    shape: Shape,
    seed: int,
) -> Made:
    """Learn from the examples, with the vectors of the words to begin from."""
    torch.manual_seed(seed)
    reader = Reader(words)
    texts = [one.text for one in examples]
    made = Made(network=Network(vectors, lexicon_columns(words), shape), reader=reader, words=words)
    read = Texts(reader.read(texts, shape.longest), texts, len(words))
    targets = np.array([one.target for one in examples])
    learn(made.network, read, targets, np.array([one.weight for one in examples]), seed)
    return made
