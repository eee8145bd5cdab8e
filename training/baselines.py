"""What one would take instead: VADER as shipped, and VADER's numbers under a fitted softmax."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from training.calibrating import even_weights
from training.corpus import Example

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


@dataclass(frozen=True, slots=True)
class Head:
    """A layer of four classes over VADER's numbers."""

    layer: nn.Linear

    @torch.no_grad()
    def logits(self, numbers: np.ndarray) -> np.ndarray:
        """Four numbers for each text, to be calibrated as ours are."""
        return np.asarray(self.layer(torch.from_numpy(numbers)).numpy())


def fitted_head(numbers: np.ndarray, examples: Sequence[Example]) -> Head:
    """Fitted on the same rows, targets and weights as ours; each source has the same say."""
    torch.manual_seed(0)
    head = nn.Linear(numbers.shape[1], 4)
    weights = np.array([one.weight for one in examples]) * even_weights(examples)
    known, wanted = torch.from_numpy(numbers), torch.tensor([one.target for one in examples])
    counted = torch.from_numpy((weights / weights.sum()).astype(np.float32))
    optimiser = torch.optim.LBFGS(head.parameters(), max_iter=_STEPS, line_search_fn="strong_wolfe")

    def log_loss() -> torch.Tensor:
        optimiser.zero_grad()
        loss = -((wanted * head(known).log_softmax(1)).sum(1) * counted).sum()
        loss.backward()
        return loss

    optimiser.step(log_loss)
    return Head(head)
