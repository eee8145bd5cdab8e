"""What is kept between runs, and until when."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from training import stages
from training.corpus import Example
from training.stages import judge, key, plain_vectors, told
from training.tests.examples import example

EXAMPLES = [example("good"), example("bad", "negative")]


class SmallTeacher(nn.Module):
    """A layer, which was tuned where its numbers are ones."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Linear(1, 1)
        nn.init.zeros_(self.encoder.weight)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done anew, in order."""
    done: list[str] = []

    def tune(_examples: list[Example]) -> SmallTeacher:
        done.append("tuned")
        teacher = SmallTeacher()
        nn.init.ones_(teacher.encoder.weight)
        return teacher

    def numbers(name: str, width: int) -> object:
        def count(_model: object, texts: list[str]) -> np.ndarray:
            done.append(name)
            return np.array([[float(len(text) + at) for at in range(width)] for text in texts])

        return count

    monkeypatch.setattr(stages, "Teacher", SmallTeacher)
    monkeypatch.setattr(stages, "MiniLM", SmallTeacher)
    monkeypatch.setattr(stages, "tune", tune)
    monkeypatch.setattr(stages, "opinions", numbers("opinions", 4))
    monkeypatch.setattr(stages, "vectors", numbers("vectors", 2))
    return done


def test_a_teacher_is_tuned_once_and_then_read_again(tmp_path: Path, made: list[str]) -> None:
    first, again = judge(tmp_path, EXAMPLES), judge(tmp_path, EXAMPLES)
    assert made == ["tuned"]
    for one in first, again:
        assert torch.equal(one.teacher.encoder.weight, torch.ones(1, 1))
        assert not one.teacher.training


@pytest.mark.parametrize(
    "changed",
    [
        EXAMPLES[:1],
        EXAMPLES[::-1],
        [example("good"), example("bad", "negative", weight=2.0)],
        [example("good"), example("bad", "mixed")],
        [example("good", dev=True), example("bad", "negative")],
    ],
)
def test_with_any_other_examples_it_is_tuned_anew(
    tmp_path: Path, made: list[str], changed: list[Example]
) -> None:
    judge(tmp_path, EXAMPLES)
    judge(tmp_path, changed)
    assert made == ["tuned", "tuned"]
    assert key(told(changed)) != key(told(EXAMPLES))


def test_with_other_settings_it_is_tuned_anew(
    tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    judge(tmp_path, EXAMPLES)
    monkeypatch.setattr(stages, "SETTINGS", "others")
    judge(tmp_path, EXAMPLES)
    assert made == ["tuned", "tuned"]


def test_opinions_are_shares_and_asked_for_once(tmp_path: Path, made: list[str]) -> None:
    teacher = judge(tmp_path, EXAMPLES)
    shares = teacher.shares(["a", "bb"])
    assert shares.sum(axis=1) == pytest.approx(1)
    assert shares[0] == pytest.approx(np.exp([0, 1, 2, 3]) / np.exp([0, 1, 2, 3]).sum())
    assert np.array_equal(teacher.shares(["a", "bb"]), shares)
    teacher.shares(["a", "c"])
    assert made == ["tuned", "opinions", "opinions"]


def test_a_teachers_vectors_and_minilms_own_are_kept_apart(tmp_path: Path, made: list[str]) -> None:
    teacher = judge(tmp_path, EXAMPLES)
    for _ in range(2):
        teacher.vectors(["word"])
        plain_vectors(tmp_path, ["word"])
    assert made == ["tuned", "vectors", "vectors"]


def test_a_key_heeds_where_a_text_ends_and_takes_half_characters() -> None:
    assert key(["ab", "c"]) != key(["a", "bc"]) != key(["abc"])
    assert key(["\ud800"])
