"""The shipped model against numbers that were written down when it was made."""

import json
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aurastream.adapters.local.embedded_engine import ENGLISH_MODEL, EmbeddedEngine
from aurastream.adapters.local.embedded_model import EmbeddedModel, ModelFileError, load_model
from tests.unit.embedded.reading import results_of

GOLDEN = Path(__file__).parents[2] / "data" / "embedded_golden.json"
LARGEST = 6_000_000


@pytest.fixture(scope="module")
def golden() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert len(rows) == 50
    return rows


def test_numpy_sums_as_torch_did(model: EmbeddedModel, golden: list[dict[str, Any]]) -> None:
    found = model.logits([row["text"] for row in golden])
    assert np.abs(found - np.array([row["logits"] for row in golden])).max() < 1e-4


def test_scores_are_those_of_the_machine_that_made_it(
    engine: EmbeddedEngine, golden: list[dict[str, Any]]
) -> None:
    for row in golden:
        [result] = results_of(engine, [row["text"]])
        assert result.scores.as_tuple() == pytest.approx(row["scores"], abs=1e-3)


def test_a_text_has_the_same_scores_in_any_company(
    engine: EmbeddedEngine, golden: list[dict[str, Any]]
) -> None:
    texts = [row["text"] for row in golden] * 30
    together = results_of(engine, texts)
    assert together == [result for text in texts[:50] for result in results_of(engine, [text])] * 30


def test_it_is_small_enough_to_ship() -> None:
    assert ENGLISH_MODEL.stat().st_size <= LARGEST


def array_alone() -> bytes:
    """A file of numpy's that holds one array and no names."""
    np.save(file := BytesIO(), np.zeros(3))
    return file.getvalue()


def model_of(*, facts: bytes) -> bytes:
    """A file with nothing but these facts."""
    np.savez(file := BytesIO(), facts=np.frombuffer(facts, np.uint8))
    return file.getvalue()


def test_another_file_is_refused(tmp_path: Path) -> None:
    ours = ENGLISH_MODEL.read_bytes()
    middle = len(ours) // 2
    damaged = ours[:middle] + bytes(64) + ours[middle + 64 :]
    for content in (b"", b"not a model", ours[:2_000], damaged, array_alone(), model_of(facts=b"[1]")):
        (path := tmp_path / "broken.npz").write_bytes(content)
        with pytest.raises(ModelFileError):
            load_model(path)


def test_its_version_is_its_content(tmp_path: Path, model: EmbeddedModel) -> None:
    (path := tmp_path / "moved.npz").write_bytes(ENGLISH_MODEL.read_bytes())
    assert load_model(path).version == model.version
    assert len(model.version) == 12
    assert model.languages == {"en"}
