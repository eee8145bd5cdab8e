"""What one would take instead: VADER as shipped, and VADER's numbers under a fitted softmax."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

NEUTRAL_WITHIN = 0.05  # VADER's own advice for its compound number
_STEPS = 200


def vader_numbers(texts: Sequence[str]) -> np.ndarray:
    """VADER's four numbers of each text, and how strong the last is."""
    analyser = SentimentIntensityAnalyzer()
    found = np.zeros((len(texts), 5), dtype=np.float32)
    for row, text in enumerate(texts):
        scores = analyser.polarity_scores(text)
        compound = scores["compound"]
        found[row] = (scores["pos"], scores["neg"], scores["neu"], compound, abs(compound))
    return found


def as_shipped(numbers: np.ndarray) -> np.ndarray:
    """Its label by its compound number, as sure as that is far from the border."""
    compound = numbers[:, 3]
    said = np.where(compound >= NEUTRAL_WITHIN, 0, np.where(compound <= -NEUTRAL_WITHIN, 1, 2))
    sure = np.where(said == 2, 1 - np.abs(compound), (1 + np.abs(compound)) / 2)
    chances = np.full((len(numbers), 4), 0.0)
    chances[np.arange(len(numbers)), said] = sure
    return chances


def with_head(numbers: np.ndarray, labels: np.ndarray, weights: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Four probabilities from a softmax that is fitted on labelled texts."""
    torch.manual_seed(0)
    head = nn.Linear(numbers.shape[1], 4)
    known, right = torch.from_numpy(numbers), torch.from_numpy(labels)
    counted = torch.from_numpy((weights / weights.sum()).astype(np.float32))
    optimiser = torch.optim.LBFGS(head.parameters(), max_iter=_STEPS, line_search_fn="strong_wolfe")

    def surprise() -> torch.Tensor:
        optimiser.zero_grad()
        loss = (nn.functional.cross_entropy(head(known), right, reduction="none") * counted).sum()
        loss.backward()
        return loss

    optimiser.step(surprise)
    with torch.no_grad():
        return np.asarray(head(torch.from_numpy(asked)).softmax(1).numpy())
