"""Each source held out in turn."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from training import held_out
from training.corpus import Example
from training.held_out import TOGETHER, files, folds, leave_one_out, thinned
from training.tests.examples import example, shares_of

REVIEWS, TITLES = TOGETHER[0]
SOURCES = ("tse_tweets", REVIEWS, TITLES)
CLASSES = ("positive", "negative", "neutral", "mixed")
EXAMPLES = [
    *(
        example(f"{source} {label} number {number}", label, source, dev=number % 4 == 0)
        for source in SOURCES
        for label in CLASSES
        for number in range(8)
    ),
    example("an invented line", "neutral", "templates"),
]


class HearsNames:
    """A network that was made in no time."""

    def logits(self, texts: Sequence[str]) -> np.ndarray:
        """Surest where the name of a class is in a text."""
        return np.log(shares_of(texts))


@pytest.fixture
def learnt(monkeypatch: pytest.MonkeyPatch) -> list[list[Example]]:
    """What each network was trained on."""
    seen: list[list[Example]] = []

    def train(examples: list[Example], *_rest: object) -> HearsNames:
        seen.append(list(examples))
        return HearsNames()

    monkeypatch.setattr(held_out, "train", train)
    monkeypatch.setattr(held_out, "vocabulary", lambda _examples, _known: ["word"])
    monkeypatch.setattr(held_out, "whole_words", list)
    return seen


def test_sources_of_the_same_texts_are_held_out_together() -> None:
    found = folds(sorted(SOURCES))
    assert sorted(name for fold in found for name in fold) == sorted(SOURCES)
    assert (REVIEWS, TITLES) in found
    assert files(EXAMPLES) == sorted(SOURCES)


def test_of_a_large_source_the_same_part_is_taken_each_time() -> None:
    kept = thinned(EXAMPLES, 3)
    assert {source: sum(one.source == source for one in kept) for source in SOURCES} == dict.fromkeys(
        SOURCES, 3
    )
    assert set(thinned(EXAMPLES[::-1], 3)) == set(kept)


def test_no_network_learns_from_what_it_is_measured_on(tmp_path: Path, learnt: list[list[Example]]) -> None:
    table = leave_one_out(tmp_path, EXAMPLES, {"word": np.zeros(3)})
    assert set(table) == set(SOURCES)
    sources = [{one.source for one in examples} - {"joined", "templates"} for examples in learnt]
    assert sources == [{REVIEWS, TITLES}, {"tse_tweets"}]
    assert not [one for examples in learnt for one in examples if one.dev]
    for row in table.values():
        assert set(row) == {"ours", "VADER", "VADER + head"}
        assert row["ours"].accuracy == 1
        assert row["ours"].rows == 32


def test_what_was_measured_is_kept_until_the_examples_change(
    tmp_path: Path, learnt: list[list[Example]]
) -> None:
    first = leave_one_out(tmp_path, EXAMPLES, {"word": np.zeros(3)})
    assert leave_one_out(tmp_path, EXAMPLES, {"word": np.zeros(3)}) == first
    assert len(learnt) == 2
    leave_one_out(tmp_path, EXAMPLES[:-1], {"word": np.zeros(3)})
    assert len(learnt) == 4
