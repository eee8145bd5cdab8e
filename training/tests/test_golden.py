"""The sentences whose numbers every machine is held to."""

import json

import numpy as np

from training.golden import AWKWARD, SENTENCES, golden_json, golden_sentences


def test_there_are_fifty_sentences_the_same_each_time_and_none_twice() -> None:
    sentences = golden_sentences()
    assert len(set(sentences)) == len(sentences) == SENTENCES
    assert set(AWKWARD) < set(sentences)
    assert sentences == golden_sentences()


def test_numbers_and_scores_are_written_beside_their_sentence() -> None:
    logits, chances = np.array([[0.1234567, -1, 0, 2]]), np.array([[0.1, 0.2, 0.3, 0.4]])
    assert json.loads(golden_json(["naïve"], logits, chances)) == [
        {"text": "naïve", "logits": [0.123457, -1.0, 0.0, 2.0], "scores": [0.1, 0.2, 0.3, 0.4]}
    ]
