"""A stronger model that the small one learns from: MiniLM, tuned on the labelled texts."""

import random
import time
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from training.corpus import Example, text_hash
from training.manifest import SEED
from training.minilm import WIDTH, MiniLM, batches, encode, padded

# The tuning costs most of the whole training's time: big sources are thinned and long texts cut.
MOST_EXAMPLES = {
    "tse_tweets": 15_000,
    "goemotions": 10_000,
    "clothing_reviews": 5_000,
    "clothing_titles": 2_000,
    "xed_en": 5_000,
    "templates": 5_000,
}
EPOCHS, BATCH, LONGEST, RATE, WARM_STEPS = 2, 64, 40, 1e-4, 60
FROZEN_LAYERS = 2
LAST_RATE = 0.02
SETTINGS = repr((MOST_EXAMPLES, EPOCHS, BATCH, LONGEST, RATE, WARM_STEPS, FROZEN_LAYERS, LAST_RATE))


class Teacher(nn.Module):
    """MiniLM with a layer of four classes; its word vectors and lowest layers stay as they were."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = MiniLM()
        self.drop = nn.Dropout(0.1)
        self.head = nn.Linear(WIDTH, 4)
        self.encoder.body.embeddings.requires_grad_(requires_grad=False)
        self.encoder.body.encoder.layer[:FROZEN_LAYERS].requires_grad_(requires_grad=False)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        return self.head(self.drop(self.encoder(ids, mask)))


def tune(examples: Sequence[Example]) -> Teacher:
    """Learn from the examples that are not for development."""
    torch.manual_seed(SEED)
    chance = random.Random(SEED)
    chosen = _thinned([example for example in examples if not example.dev])
    ids = encode([example.text for example in chosen], LONGEST)
    targets = torch.tensor([example.target for example in chosen])
    weights = torch.tensor([example.weight for example in chosen])
    teacher = Teacher()
    learning = [number for number in teacher.parameters() if number.requires_grad]
    optimiser = torch.optim.AdamW(learning, lr=RATE, weight_decay=0.01, fused=True)
    steps = EPOCHS * -(-len(ids) // BATCH)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / WARM_STEPS) * max(LAST_RATE, 1 - step / steps)
    )
    teacher.train()
    started, done = time.monotonic(), 0
    for _ in range(EPOCHS):
        for batch in batches(ids, BATCH, chance):
            with torch.autocast("cpu", torch.bfloat16):
                logits = teacher(*padded([ids[at] for at in batch]))
            each = -(targets[batch] * logits.float().log_softmax(1)).sum(1)
            loss = (each * weights[batch]).sum() / weights[batch].sum()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            done += 1
            if done % 100 == 0:
                print(f"teacher: step {done} of {steps}, {time.monotonic() - started:.0f} s", flush=True)
    return teacher.eval()


@torch.no_grad()
def opinions(teacher: Teacher, texts: Sequence[str]) -> np.ndarray:
    """The teacher's four logits for each text."""
    ids = encode(texts, LONGEST)
    found = np.zeros((len(texts), 4), dtype=np.float32)
    for batch in batches(ids, 4 * BATCH):
        with torch.autocast("cpu", torch.bfloat16):
            found[batch] = teacher(*padded([ids[at] for at in batch])).float().numpy()
    return found


def _thinned(examples: Sequence[Example]) -> list[Example]:
    kept: list[Example] = []
    counts: dict[str, int] = {}
    for example in sorted(examples, key=lambda example: text_hash(example.text)):
        counts[example.source] = counts.get(example.source, 0) + 1
        if counts[example.source] <= MOST_EXAMPLES.get(example.source, len(examples)):
            kept.append(example)
    return kept
