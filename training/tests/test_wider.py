"""Pieces of texts for the teacher to judge."""

import numpy as np

from aurastream.adapters.local.embedded_text import tokenise
from training.tests.examples import example
from training.wider import KEPT_WORDS, LIKE, wider

SHORT = ["kettle", "kettles"]
WORDS = [*SHORT, *(f"word{'abcdefghijklmnopqrst'[n]}" for n in range(20)), "not", "the"]
VECTORS = np.random.default_rng(3).normal(size=(len(WORDS), 8)).astype(np.float32)
TEXTS = [example("the kettle is not good 12", source="shop"), *(example("film", source="cinema"),) * 9]


def test_as_many_come_as_are_asked_for_and_the_same_for_a_seed() -> None:
    found = wider(TEXTS, WORDS, VECTORS, 200, 1)
    assert len(found) == 200
    assert found == wider(TEXTS, WORDS, VECTORS, 200, 1) != wider(TEXTS, WORDS, VECTORS, 200, 2)


def test_every_source_has_the_same_share_however_many_texts_it_has() -> None:
    found = wider(TEXTS, WORDS, VECTORS, 2_000, 1)
    assert 0.45 < sum(piece == "film" for piece in found) / len(found) < 0.55


def test_a_word_is_exchanged_for_its_like_alone_and_what_denies_for_nothing() -> None:
    unit = VECTORS - VECTORS.mean(axis=0)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    nearest = np.argsort(-(unit @ unit[0]))
    like = {WORDS[place] for place in nearest[1 : LIKE + 1]}
    kept = {*tokenise([TEXTS[0].text]), "film"}
    seen = {word for piece in wider(TEXTS, WORDS, VECTORS, 2_000, 1) for word in piece.split()}
    assert seen - kept <= like
    assert seen - kept, "some words are exchanged"
    assert {"not", "the"} <= KEPT_WORDS & seen


def test_a_piece_is_cut_from_one_place_of_one_text() -> None:
    whole = " ".join(tokenise(["one two three four five six"])[:-1])
    for piece in wider([example("one two three four five six")], WORDS, VECTORS, 100, 1):
        assert piece in whole
