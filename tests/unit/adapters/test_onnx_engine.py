"""What OnnxEngine does beyond any engine's promise, with a classifier of five words."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from aurastream.adapters.local.onnx_engine import OnnxEngine
from aurastream.containers import Container
from aurastream.domain.document import Document
from aurastream.domain.engine import Call, Priority
from aurastream.domain.keys import LOCAL_TENANT
from aurastream.domain.language import ENGLISH, Language, LanguageSource
from aurastream.domain.outcome import FailureCode, Outcome, OutcomeStatus
from aurastream.domain.sentiment import Sentiment, SentimentResult
from aurastream.settings import Settings, SettingsError
from tests.fakes import FakeClock
from tests.onnx_model import WORDS, write_classifier

CALL = Call(tenant=LOCAL_TENANT, priority=Priority.BULK)


def engine_of(directory: Path, **made: Any) -> OnnxEngine:
    return OnnxEngine(write_classifier(directory, **made), clock=FakeClock())


def document(text: str, language: Language = ENGLISH) -> Document:
    return Document(id="1", text=text, language=language, source=LanguageSource.COLUMN)


def outcome_of(engine: OnnxEngine, text: str) -> Outcome:
    [outcome] = engine.analyze([document(text)], CALL)
    return outcome


def result_of(engine: OnnxEngine, text: str) -> SentimentResult:
    result = outcome_of(engine, text).result
    assert result is not None
    return result


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("love", Sentiment.POSITIVE),
        ("HATE", Sentiment.NEGATIVE),
        ("a table", Sentiment.NEUTRAL),
    ],
)
def test_the_models_outputs_get_the_names_of_the_labels(
    tmp_path: Path, text: str, sentiment: Sentiment
) -> None:
    result = result_of(engine_of(tmp_path), text)
    assert result.sentiment is sentiment
    assert result.scores.mixed == 0


def test_scores_are_the_softmax_of_what_the_model_says(tmp_path: Path) -> None:
    scores = result_of(engine_of(tmp_path), "table").scores
    assert scores.as_tuple() == pytest.approx((0.27407, 0.27407, 0.45186, 0), abs=1e-4)


def test_outputs_of_one_label_are_added_up(tmp_path: Path) -> None:
    stars = {"[UNK]": (1.0, 1.0, 1.0, 1.0, 1.0), "love": (0.0, 0.0, 0.0, 3.0, 3.0)}
    labels = ["negative", "Negative", "MIXED", "positive", "positive"]
    engine = engine_of(tmp_path, rows=stars, labels=labels)
    assert result_of(engine, "table").scores.as_tuple() == pytest.approx((0.4, 0.4, 0, 0.2))
    assert result_of(engine, "love").scores.positive == pytest.approx(0.9305, abs=1e-4)


def test_a_text_longer_than_a_window_is_read_to_its_end(tmp_path: Path) -> None:
    engine = engine_of(tmp_path, window=4)
    result = result_of(engine, "love " * 9 + "hate " * 9)
    assert result.segments == 5
    assert result.coverage == 1
    assert result.sentiment is Sentiment.MIXED
    assert result_of(engine, "a " * 4 + "hate " * 40).sentiment is Sentiment.NEGATIVE


def test_a_tokenizer_that_states_no_window_has_the_usual_one(tmp_path: Path) -> None:
    assert result_of(engine_of(tmp_path), "love " * 513).segments == 2


def test_what_else_is_in_a_call_moves_no_score(tmp_path: Path) -> None:
    engine = engine_of(tmp_path, window=4)
    long = "a love " * 50
    together = engine.analyze([document("love a"), document(long)], CALL)
    assert [outcome.result for outcome in together] == [result_of(engine, "love a"), result_of(engine, long)]


def test_a_text_of_which_nothing_is_left_to_read_fails_alone(tmp_path: Path) -> None:
    engine = engine_of(tmp_path)
    outcomes = engine.analyze([document("love"), document(" "), document("hate")], CALL)
    assert [outcome.status for outcome in outcomes] == [
        OutcomeStatus.SUCCEEDED,
        OutcomeStatus.FAILED,
        OutcomeStatus.SUCCEEDED,
    ]
    assert outcomes[1].failure is not None
    assert outcomes[1].failure.code is FailureCode.ENGINE_REJECTED


def test_a_text_that_the_model_breaks_off_at_fails_alone_and_silently(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_classifier(tmp_path / "more", {**WORDS, "crash": (0.0, 0.0, 0.0)})
    write_classifier(tmp_path / "fewer")
    (tmp_path / "more" / "tokenizer.json").replace(tmp_path / "fewer" / "tokenizer.json")
    engine = OnnxEngine(tmp_path / "fewer", clock=FakeClock())
    outcomes = engine.analyze([document("love"), document("crash")], CALL)
    assert [outcome.status for outcome in outcomes] == [OutcomeStatus.SUCCEEDED, OutcomeStatus.FAILED]
    assert capfd.readouterr() == ("", "")


def test_a_lone_surrogate_is_no_reason_to_stop(tmp_path: Path) -> None:
    assert outcome_of(engine_of(tmp_path), "love \ud800").status is OutcomeStatus.SUCCEEDED


def test_any_language_will_do_but_none_is_a_mistake(tmp_path: Path) -> None:
    engine = engine_of(tmp_path)
    [outcome] = engine.analyze([document("bun", Language("ro"))], CALL)
    assert outcome.result is not None
    assert outcome.result.language.code == "ro"
    with pytest.raises(ValueError):
        engine.analyze([Document(id="1", text="love")], CALL)


def test_the_version_changes_with_whatever_decides_an_answer(tmp_path: Path) -> None:
    versions = [
        engine_of(tmp_path / "one").identity.version,
        engine_of(tmp_path / "labels", labels=["negative", "positive", "neutral"]).identity.version,
        engine_of(tmp_path / "model", rows={**WORDS, "love": (8.0, 0.0, 0.0)}).identity.version,
        engine_of(tmp_path / "tokenizer", window=8).identity.version,
    ]
    write_classifier(tmp_path / "weights")
    (tmp_path / "weights" / "model.onnx.data").write_bytes(b"weights beside the model")
    versions.append(OnnxEngine(tmp_path / "weights", clock=FakeClock()).identity.version)
    assert len(set(versions)) == len(versions)
    assert engine_of(tmp_path / "again").identity.version == versions[0]
    assert len(versions[0]) == 12


@pytest.mark.parametrize(
    "labels", [["positive", "negative"], ["good", "bad", "so-so"], "positive", 3, [1, 2, 3], {"a": 1}, []]
)
def test_labels_that_do_not_fit_are_found_out_at_once(tmp_path: Path, labels: object) -> None:
    with pytest.raises(ValueError, match=r"labels\.json"):
        engine_of(tmp_path, labels=labels)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "labels.json"])
def test_a_file_that_is_missing_or_broken_is_told_by_name(tmp_path: Path, name: str) -> None:
    write_classifier(tmp_path)
    (tmp_path / name).write_text("broken")
    with pytest.raises(ValueError, match=name):
        OnnxEngine(tmp_path, clock=FakeClock())
    (tmp_path / name).unlink()
    with pytest.raises(FileNotFoundError, match=name):
        OnnxEngine(tmp_path, clock=FakeClock())


def test_a_model_that_wants_to_be_fed_with_more_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="input_ids"):
        engine_of(tmp_path, fed="pixels")


@pytest.mark.parametrize("package", ["onnxruntime", "tokenizers"])
def test_a_missing_package_is_told_with_what_to_do(
    tmp_path: Path, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_classifier(tmp_path)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=r"pip install 'aurastream\[onnx\]'"):
        OnnxEngine(tmp_path, clock=FakeClock())
    with pytest.raises(SettingsError, match=r"pip install 'aurastream\[onnx\]'"):
        Container(settings=Settings(engine="onnx", onnx_dir=tmp_path)).live_engine()


def test_the_engine_is_chosen_by_a_setting(tmp_path: Path) -> None:
    settings = Settings(
        engine="onnx", onnx_dir=write_classifier(tmp_path / "model"), data_dir=tmp_path / "data"
    )
    [outcome] = Container(settings=settings).bulk_engine().analyze([Document(id="1", text="love")], CALL)
    assert outcome.result is not None
    assert outcome.result.engine.name == "onnx"
    with pytest.raises(SettingsError, match="AURASTREAM_ONNX_DIR is not set"):
        Container(settings=Settings(engine="onnx")).bulk_engine()


def test_nobody_else_pays_for_the_packages() -> None:
    program = (
        "import sys, aurastream.containers, aurastream.adapters.local.onnx_engine; "
        "sys.exit(bool({'onnxruntime', 'tokenizers', 'numpy'} & {*sys.modules}))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
