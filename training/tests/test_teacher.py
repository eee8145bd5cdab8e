"""The teacher, with a body of MiniLM's form that was never trained."""

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel

from training import minilm, teacher
from training.corpus import text_hash
from training.minilm import WIDTH
from training.teacher import FROZEN_LAYERS, Teacher, opinions, tune
from training.tests.examples import example

EXAMPLES = [
    *(example(f"good and fine {number}", "positive") for number in range(8)),
    *(example(f"bad and broken {number}", "negative") for number in range(8)),
]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read from a file and there is little to sum."""
    form = BertConfig(
        hidden_size=WIDTH, num_hidden_layers=FROZEN_LAYERS + 1, num_attention_heads=2, intermediate_size=32
    )
    monkeypatch.setattr(minilm.AutoModel, "from_pretrained", lambda _folder: BertModel(form))
    monkeypatch.setattr(teacher, "BATCH", 8)


def test_it_learns_in_its_upper_layers_alone() -> None:
    torch.manual_seed(teacher.SEED)  # as tuning begins
    before, after = Teacher(), tune(EXAMPLES)
    moved = {
        name
        for (name, old), (_, new) in zip(before.named_parameters(), after.named_parameters(), strict=True)
        if not torch.equal(old, new)
    }
    assert "head.weight" in moved
    assert f"encoder.body.encoder.layer.{FROZEN_LAYERS}.output.dense.weight" in moved
    assert not [name for name in moved if "embeddings" in name]
    assert not [name for name in moved if f"encoder.layer.{FROZEN_LAYERS - 1}." in name]
    assert not after.training


def test_opinions_come_in_the_order_of_the_texts() -> None:
    judge = Teacher().eval()
    texts = ["good", "a much longer text than all of the others here", "bad"]
    together, turned = opinions(judge, texts), opinions(judge, texts[::-1])
    assert together.shape == (3, 4)
    assert np.abs(together - turned[::-1]).max() < 0.05  # summed in half precision


def test_it_is_not_tuned_on_texts_for_development_nor_on_more_of_a_source_than_it_may(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[str] = []

    def encoded(texts: list[str], longest: int) -> list[list[int]]:
        seen.extend(texts)
        return minilm.encode(texts, longest)

    monkeypatch.setattr(teacher, "encode", encoded)
    monkeypatch.setattr(teacher, "EPOCHS", 1)
    monkeypatch.setattr(teacher, "MOST_EXAMPLES", {"reviews": 3})
    kept = example("for development", dev=True)
    elsewhere = [example(f"elsewhere {number}", source="tweets") for number in range(5)]
    tune([*EXAMPLES, kept, *elsewhere])
    assert len([text for text in seen if text.startswith("elsewhere")]) == 5
    chosen = sorted((one.text for one in EXAMPLES), key=text_hash)[:3]
    assert {text for text in seen if not text.startswith("elsewhere")} == set(chosen)
