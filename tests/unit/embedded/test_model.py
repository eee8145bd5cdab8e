"""The network's sums, against the same written down word by word."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aurastream.adapters.local.embedded_calibration import NONE
from aurastream.adapters.local.embedded_model import OFTEN, EmbeddedModel
from aurastream.adapters.local.embedded_text import SEPARATOR, Speller, tokenise

COLUMNS, FILTERS, BUCKETS = 3, 4, 8
WORDS = (SEPARATOR, "good", "bad", "not", "!!")


def small_model(words: tuple[str, ...]) -> EmbeddedModel:
    chance = np.random.default_rng(4)
    table = chance.integers(-9, 9, (len(words) + BUCKETS, COLUMNS)).astype(np.int8)
    table[0] = 0
    return EmbeddedModel(
        version="small",
        languages=frozenset({"en"}),
        vocabulary={word: row for row, word in enumerate(words)},
        table=table,
        filters=chance.normal(size=(3, COLUMNS, FILTERS)).astype(np.float32),
        filter_bias=chance.normal(size=FILTERS).astype(np.float32),
        head=chance.normal(size=(2 * FILTERS + 1, 4)).astype(np.float32),
        head_bias=chance.normal(size=4).astype(np.float32),
        calibration=NONE,
    )


def word_by_word(model: EmbeddedModel, text: str) -> np.ndarray:
    """What the four numbers of a text are, without a batch and without anything kept."""
    speller = Speller(model.vocabulary, len(model.table) - len(model.vocabulary))
    vectors = [np.zeros(COLUMNS)]
    for token in tokenise([text])[:-1]:
        row = model.vocabulary.get(token, speller.known(token))
        rows = [len(model.vocabulary) + piece for piece in speller.pieces(token)] if row is None else [row]
        vectors.append(model.table[rows].mean(axis=0))
    vectors.append(np.zeros(COLUMNS))
    found = [
        np.maximum(
            sum(vectors[at + place] @ model.filters[place] for place in range(3)) + model.filter_bias, 0
        )
        for at in range(len(vectors) - 2)
    ] or [np.zeros(FILTERS)]
    pooled = np.concatenate([np.max(found, axis=0), np.mean(found, axis=0), [float(text.isupper())]])
    return np.asarray(pooled @ model.head + model.head_bias)


MANY = (
    *WORDS,
    *(f"word{chr(97 + n // 676)}{chr(97 + n // 26 % 26)}{chr(97 + n % 26)}" for n in range(OFTEN)),
)
MODELS = [small_model(WORDS), small_model(MANY)]
said = st.lists(
    st.sampled_from(
        ["good", "BAD", "not", "so", "gooood", "!!!", MANY[-1], MANY[OFTEN], MANY[OFTEN - 1], "ü"]
    )
).map(" ".join)


@pytest.mark.parametrize("model", MODELS, ids=["few words", "many words"])
@given(texts=st.lists(said | st.text(max_size=20), max_size=8))
def test_a_batch_is_summed_as_each_word_alone(model: EmbeddedModel, texts: list[str]) -> None:
    found = model.logits(texts)
    assert found.shape == (len(texts), 4)
    for row, text in zip(found, texts, strict=True):
        assert row == pytest.approx(word_by_word(model, text), abs=1e-3)


@pytest.mark.parametrize("name", ["filters", "filter_bias", "head", "head_bias"])
def test_arrays_that_do_not_fit_each_other_make_no_model(name: str) -> None:
    model = small_model(WORDS)
    shorter: Any = {name: getattr(model, name)[:-1]}
    with pytest.raises(ValueError, match="do not fit"):
        replace(model, **shorter)


def test_a_table_without_its_words_makes_no_model() -> None:
    model = small_model(WORDS)
    with pytest.raises(ValueError, match="do not fit"):
        replace(model, table=model.table[: len(WORDS)])
