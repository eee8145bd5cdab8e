"""What the embedded engine adds to its model."""

from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from aurastream.adapters.local import embedded_model
from aurastream.adapters.local.embedded_calibration import Calibration
from aurastream.adapters.local.embedded_engine import (
    AT_ONCE,
    ENGLISH_MODEL,
    SEGMENT_BYTES,
    EmbeddedEngine,
    embedded_engine,
    embedded_engines,
)
from aurastream.adapters.local.embedded_model import EmbeddedModel, load_model
from aurastream.domain.errors import DeadlineError, StoppedError
from tests.fakes import FakeClock
from tests.unit.embedded.reading import CALL, document, results_of


def test_its_version_is_the_models(model: EmbeddedModel) -> None:
    engine = EmbeddedEngine(FakeClock(), model)
    assert (engine.identity.name, engine.identity.version) == ("embedded", model.version)


def test_another_calibration_is_another_version_and_other_scores(model: EmbeddedModel) -> None:
    own = EmbeddedEngine(FakeClock(), model)
    gloomy = EmbeddedEngine(FakeClock(), model, Calibration(biases=(-9, 9, 0, 0)))
    flat = EmbeddedEngine(FakeClock(), model, Calibration(sharpness=0.05))
    assert len({engine.identity.version for engine in (own, gloomy, flat)}) == 3
    assert [results_of(engine, ["I love it"])[0].sentiment for engine in (own, gloomy)] == [
        "POSITIVE",
        "NEGATIVE",
    ]
    assert max(results_of(flat, ["I love it"])[0].scores.as_tuple()) < 0.4


def test_the_shipped_engine_reads_the_shipped_model(model: EmbeddedModel) -> None:
    assert embedded_engine(FakeClock()).identity.version == model.version


def test_a_models_file_is_read_once_for_all_calibrations(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []

    def load(path: Path) -> EmbeddedModel:
        read.append(path)
        return load_model(path)

    monkeypatch.setattr(embedded_model, "load_model", load)
    engine_of = embedded_engines(FakeClock())
    versions = {
        engine_of(one).identity.version for one in (None, Calibration(sharpness=2), Calibration(sharpness=3))
    }
    assert (len(versions), read) == (3, [ENGLISH_MODEL])


def test_a_long_text_is_read_in_segments(engine: EmbeddedEngine) -> None:
    sentence = "The parcel is on the second floor. "
    short, long = results_of(engine, [sentence, sentence * (3 * SEGMENT_BYTES // len(sentence))])
    assert short.segments == 1
    assert long.segments in (3, 4, 5)
    assert long.coverage == 1


def test_a_huge_text_takes_the_memory_of_a_round(model: EmbeddedModel) -> None:
    asked: list[int] = []

    class Counting(EmbeddedModel):
        def logits(self, texts: Sequence[str]) -> np.ndarray:
            asked.append(len(texts))
            return super().logits(texts)

    sentence = "The parcel is on the second floor. "
    engine = EmbeddedEngine(
        FakeClock(), Counting(**{one.name: getattr(model, one.name) for one in fields(model)})
    )
    [result] = results_of(engine, [sentence * (3 * AT_ONCE * SEGMENT_BYTES // len(sentence))])
    assert sum(asked) == result.segments > 3 * AT_ONCE
    assert max(asked) <= AT_ONCE


def test_many_texts_are_answered_in_order_round_by_round(engine: EmbeddedEngine) -> None:
    texts = ["I love it", "I hate it"] * AT_ONCE
    assert [result.sentiment for result in results_of(engine, texts)] == ["POSITIVE", "NEGATIVE"] * AT_ONCE


def test_it_looks_between_rounds_whether_to_go_on(model: EmbeddedModel) -> None:
    engine = EmbeddedEngine(FakeClock(), model)
    asked = [document("good", str(number)) for number in range(2 * AT_ONCE)]
    answers = iter([False, True])
    with pytest.raises(StoppedError):
        engine.analyze(asked, replace(CALL, stopped=lambda: next(answers)))
    with pytest.raises(DeadlineError):
        engine.analyze(asked, replace(CALL, deadline=-1.0))
