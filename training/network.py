"""The small network in torch: the same sums as the engine's, with what training needs around them."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - torch's own habit
from torch import Tensor, nn

from training.minilm import batches
from training.vocabulary import BUCKETS, Code

MOST_PIECES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How large the network is and how it is trained."""

    word: int = 80
    filters: int = 96
    window: int = 3
    epochs: int = 5
    batch: int = 128
    rate: float = 2e-3
    word_rate: float = 0.2  # single words learn this much slower than the rest, to stay near their like
    drop: float = 0.3
    drop_words: float = 0.1
    longest: int = 160
    scale: float = 0.6


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts of about one length, as the network takes them."""

    rows: Tensor  # texts x tokens; 0 is nothing, from the vocabulary's size up an unknown word
    shouted: Tensor


class Texts:
    """Read texts; unknown words are numbered and their pieces kept in one table."""

    def __init__(self, codes: Sequence[Sequence[Code]], texts: Sequence[str], words: int) -> None:
        self.shouted = torch.tensor([float(text.isupper()) for text in texts])
        unknown: dict[Code, int] = {}
        self.rows = [
            [
                code if isinstance(code, int) else words + unknown.setdefault(code, len(unknown))
                for code in text
            ]
            for text in codes
        ]
        self.pieces = torch.zeros(len(unknown) + 1, MOST_PIECES, dtype=torch.long)
        self.shares = torch.zeros(len(unknown) + 1, MOST_PIECES)
        for code, at in unknown.items():
            assert isinstance(code, tuple)
            kept = code[:MOST_PIECES]
            self.pieces[at, : len(kept)] = torch.tensor(kept)
            self.shares[at, : len(kept)] = 1 / len(kept)

    def __len__(self) -> int:
        return len(self.rows)

    def batch(self, chosen: Sequence[int]) -> Batch:
        longest = max(1, *(len(self.rows[at]) for at in chosen))
        rows = np.zeros((len(chosen), longest), dtype=np.int64)
        for place, at in enumerate(chosen):
            rows[place, : len(self.rows[at])] = self.rows[at]
        return Batch(torch.from_numpy(rows), self.shouted[list(chosen)])


class Network(nn.Module):
    """
    Word vectors (a learned view of MiniLM's plus a learned difference) and fixed columns, one convolution,
    the strongest and the mean of each filter, and one layer of four classes.
    """

    def __init__(self, vectors: np.ndarray, columns: np.ndarray, shape: Shape) -> None:
        super().__init__()
        self.shape, self.words = shape, len(vectors)
        known = vectors - vectors.mean(0)
        known /= np.linalg.norm(known, axis=1, keepdims=True)
        axes = np.linalg.svd(known.T @ known)[0][:, : shape.word]
        self.register_buffer("known", torch.tensor(known, dtype=torch.float32))
        self.register_buffer("columns", torch.tensor(columns, dtype=torch.float32))
        self.view = nn.Parameter(torch.tensor(axes / (known @ axes).std() * shape.scale, dtype=torch.float32))
        self.difference = nn.Parameter(torch.zeros(self.words, shape.word))
        self.buckets = nn.Parameter(torch.randn(BUCKETS, shape.word) * 0.1)
        self.filters = nn.Linear((shape.word + columns.shape[1]) * shape.window, shape.filters)
        self.head = nn.Linear(2 * shape.filters + 1, 4)

    def table(self) -> Tensor:
        """All rows as the engine will hold them: words, then buckets."""
        words = torch.cat([self.known @ self.view + self.difference, self.columns], 1)
        return torch.cat([words, F.pad(self.buckets, (0, self.columns.shape[1]))])

    def forward(self, batch: Batch, texts: Texts) -> Tensor:
        rows = batch.rows
        present = (rows > 0).float()[..., None]
        unknown = rows >= self.words
        used, places = torch.where(unknown, 0, rows).unique(return_inverse=True)
        vectors = F.embedding(places, self.known[used] @ self.view + self.difference[used])
        if unknown.any():
            numbers = rows[unknown] - self.words
            spelled = F.embedding(texts.pieces[numbers], self.buckets) * texts.shares[numbers][..., None]
            vectors = vectors.clone()
            vectors[unknown] = spelled.sum(1)
        columns = F.embedding(places, self.columns[used]) * (~unknown).float()[..., None]
        return self.head_on(torch.cat([vectors, columns], -1) * present, present, batch.shouted)

    def head_on(self, vectors: Tensor, present: Tensor, shouted: Tensor) -> Tensor:
        """From word vectors to four logits."""
        if self.training:
            vectors = vectors * (torch.rand(vectors.shape[:2]) > self.shape.drop_words).float()[..., None]
        around = self.shape.window // 2
        wide = F.pad(vectors, (0, 0, around, around))
        length = vectors.shape[1]
        windows = torch.cat([wide[:, at : at + length] for at in range(self.shape.window)], -1)
        found = F.relu(self.filters(windows)) * present
        mean = found.sum(1) / present.sum(1).clamp(min=1)
        pooled = F.dropout(torch.cat([found.max(1).values, mean], 1), self.shape.drop, self.training)
        return self.head(torch.cat([pooled, shouted[:, None]], 1))


def learn(network: Network, texts: Texts, targets: np.ndarray, weights: np.ndarray, seed: int) -> None:
    """Train in place on soft targets, each example by its weight."""
    shape = network.shape
    chance = random.Random(seed)
    wanted = torch.tensor(targets, dtype=torch.float32)
    counted = torch.tensor(weights / weights.mean(), dtype=torch.float32)
    slow = [network.difference]
    quick = [number for number in network.parameters() if number is not network.difference]
    optimiser = torch.optim.Adam(
        [{"params": slow, "lr": shape.rate * shape.word_rate}, {"params": quick, "lr": shape.rate}],
        fused=True,
    )
    steps = shape.epochs * -(-len(texts) // shape.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / 50) * max(0.02, 1 - step / steps)
    )
    network.train()
    for epoch in range(shape.epochs):
        started, smoothed = time.monotonic(), 0.0
        for chosen in batches(texts.rows, shape.batch, chance):
            logits = network(texts.batch(chosen), texts)
            each = -(wanted[chosen] * logits.log_softmax(1)).sum(1)
            loss = (each * counted[chosen]).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            smoothed = 0.98 * smoothed + 0.02 * loss.item()
        print(
            f"network: epoch {epoch + 1}, loss {smoothed:.4f}, {time.monotonic() - started:.0f} s", flush=True
        )
    network.eval()


@torch.no_grad()
def logits_of(network: Network, texts: Texts) -> np.ndarray:
    """The network's four numbers for each text."""
    network.eval()
    found = np.zeros((len(texts), 4), dtype=np.float32)
    for chosen in batches(texts.rows, 512):
        found[chosen] = network(texts.batch(chosen), texts).numpy()
    return found
