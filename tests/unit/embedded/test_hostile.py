"""Texts that nobody writes, but that arrive."""

import pytest

from aurastream.adapters.local.embedded_engine import EmbeddedEngine
from tests.unit.embedded.reading import results_of

HOSTILE = {
    "nothing": "",
    "a blank": " ",
    "a zero-width space": "\u200b",
    "emoji alone": "🎉😡👩‍👩‍👧🇨🇭",
    "one huge word": "a" * 1_000_000,
    "one huge mark": "!" * 1_000_000,
    "one huge number": "1" * 1_000_000,
    "dots": "." * 200_000,
    "apostrophes": "a'" * 100_000,
    "half a link": "http://" * 50_000,
    "at signs": "@" * 100_000,
    "nulls": "\0good\0\0bad\0",
    "nulls alone": "\0" * 1_000,
    "right to left": "\u202eمرحبا بالعالم\u202c",
    "lone accents": "\u0301\u0300" * 500,
    "many accents": "Z" + "\u0334" * 3_000 + "algo",
    "dotted capital I": "İSTANBUL İİİ",
    "ligatures": "ﬃne ﬁne",
    "lines": "\n\r\n\u2028" * 1_000,
    "the engine's own marks": "<num> <url> <user> \ue000",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_it_gets_probabilities_all_the_same(engine: EmbeddedEngine, text: str) -> None:
    before, result, after = results_of(engine, ["I love it", text, "I love it"])
    assert sum(result.scores.as_tuple()) == pytest.approx(1, abs=1e-6)
    assert before == after
    assert [result] == results_of(engine, [text])
