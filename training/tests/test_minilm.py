"""Texts on their way into MiniLM."""

import random

import pytest

from training.minilm import batches, encode, padded, whole_words

IDS = [[1] * length for length in (5, 1, 9, 3, 3, 7, 2)]


def test_each_text_is_in_one_batch_with_others_of_about_its_length() -> None:
    found = list(batches(IDS, 3))
    assert sorted(at for batch in found for at in batch) == list(range(len(IDS)))
    lengths = [len(IDS[at]) for batch in found for at in batch]
    assert lengths == sorted(lengths)
    assert [len(batch) for batch in found] == [3, 3, 1]


def test_batches_of_a_seed_are_the_same_and_of_another_are_not() -> None:
    first, again, other = (list(batches(IDS * 20, 3, random.Random(seed))) for seed in (1, 1, 2))
    assert sorted(at for batch in first for at in batch) == list(range(len(IDS) * 20))
    assert first == again != other


def test_a_block_says_what_of_it_is_text() -> None:
    ids, mask = padded([[7, 8, 9], [5]])
    assert ids.tolist() == [[7, 8, 9], [5, 0, 0]]
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0]]


def test_a_text_begins_and_ends_with_minilms_marks_however_it_is_cut() -> None:
    short, long = encode(["good", "good " * 50], 8)
    assert len(long) == 8
    assert (short[0], short[-1]) == (long[0], long[-1]) == (101, 102)


@pytest.mark.parametrize("mark", ["`", "'"])
def test_tweets_apostrophes_are_read_as_apostrophes(mark: str) -> None:
    assert encode([f"don{mark}t"], 8) == encode(["don't"], 8)


def test_words_of_its_own_are_plain_words() -> None:
    words = whole_words()
    assert len(words) == len(set(words)) > 15_000
    assert {"return", "broken"} <= set(words)
    assert all(word.isalpha() and word.islower() and len(word) > 1 for word in words)
