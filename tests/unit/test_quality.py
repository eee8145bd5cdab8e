"""The README's table of quality speaks of what is shipped, in the words of the measurement that wrote it."""

from pathlib import Path

import pytest

from aurastream.adapters.local.embedded_engine import ENGLISH_MODEL, EmbeddedEngine
from aurastream.adapters.local.embedded_model import load_model
from aurastream.adapters.local.lexicon_engine import LexiconEngine
from benchmarks.quality import BEGIN, END, ENGINES, FILES
from tests.fakes import FakeClock

README = Path(__file__).parents[2] / "README.md"
AGAIN = "measure again: BENCH_DATA=FOLDER python -m benchmarks quality"


@pytest.fixture(scope="module")
def table() -> str:
    _, rest = README.read_text(encoding="utf-8").split(BEGIN)
    told, _ = rest.split(END)
    return told


def test_it_was_measured_with_the_engines_as_they_are(table: str) -> None:
    engines = (EmbeddedEngine(FakeClock(), load_model(ENGLISH_MODEL)), LexiconEngine(FakeClock()))
    for engine in engines:
        assert f"`{engine.identity.name}` {engine.identity.version}" in table, AGAIN
    assert f"| {ENGLISH_MODEL.stat().st_size / 1e6:.1f} MB |" in table, AGAIN


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("what", FILES.values())
def test_every_engine_was_measured_on_every_file(table: str, what: str, engine: str) -> None:
    assert f" {what} | {engine} | " in table, AGAIN
