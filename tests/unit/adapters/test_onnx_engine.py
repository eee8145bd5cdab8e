"""What OnnxEngine does beyond any engine's promise, with a classifier of five words."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aurastream.adapters.local.onnx_classifier import OnnxClassifier, Window
from aurastream.adapters.local.onnx_engine import SEGMENT_BYTES, OnnxEngine
from aurastream.containers import Container
from aurastream.domain.document import Document
from aurastream.domain.engine import Call, Priority
from aurastream.domain.errors import DeadlineError, StoppedError
from aurastream.domain.keys import LOCAL_TENANT
from aurastream.domain.language import ENGLISH, Language, LanguageSource
from aurastream.domain.outcome import FailureCode, Outcome, OutcomeStatus
from aurastream.domain.sentiment import Sentiment, SentimentResult
from aurastream.settings import Settings, SettingsError
from tests.fakes import FakeClock
from tests.onnx_model import INT32, WORDS, Shape, words_alone, write_classifier, write_export

CALL = Call(tenant=LOCAL_TENANT, priority=Priority.BULK)


def engine_of(directory: Path, **made: Any) -> OnnxEngine:
    return OnnxEngine(write_classifier(directory, **made), clock=FakeClock())


def document(text: str, language: Language = ENGLISH) -> Document:
    return Document(id="1", text=text, language=language, source=LanguageSource.COLUMN)


def exported(directory: Path, **made: Any) -> OnnxEngine:
    return OnnxEngine(write_export(directory, **made), clock=FakeClock())


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


def test_what_came_before_moves_no_score(tmp_path: Path) -> None:
    engine = engine_of(tmp_path, window=4)
    before = result_of(engine, "love a")
    result_of(engine, "a love " * 50)
    assert result_of(engine, "love a") == before


def test_a_text_of_which_nothing_is_left_to_read_fails(tmp_path: Path) -> None:
    outcome = outcome_of(engine_of(tmp_path), " ")
    assert outcome.failure is not None
    assert (outcome.failure.code, outcome.retryable) == (FailureCode.ENGINE_REJECTED, False)


def test_a_text_that_the_model_breaks_off_at_fails_silently(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_classifier(tmp_path / "more", {**WORDS, "crash": (0.0, 0.0, 0.0)})
    write_classifier(tmp_path / "fewer")
    (tmp_path / "more" / "tokenizer.json").replace(tmp_path / "fewer" / "tokenizer.json")
    engine = OnnxEngine(tmp_path / "fewer", clock=FakeClock())
    assert outcome_of(engine, "love").status is OutcomeStatus.SUCCEEDED
    assert outcome_of(engine, "love, then crash").status is OutcomeStatus.FAILED
    assert capfd.readouterr() == ("", "")


def test_what_an_exporter_writes_needs_nothing_beside_it(tmp_path: Path) -> None:
    engine = exported(tmp_path)
    assert result_of(engine, "a wonderful table").sentiment is Sentiment.POSITIVE
    assert result_of(engine, "I hate the awful table").sentiment is Sentiment.NEGATIVE


@pytest.mark.parametrize(
    ("names", "sentiments"),
    [
        (("NEGATIVE", "POSITIVE"), ["NEGATIVE", "POSITIVE"]),
        (("pos", "neg"), ["POSITIVE", "NEGATIVE"]),
        (("negative", "neutral", "positive"), ["NEGATIVE", "NEUTRAL", "POSITIVE"]),
        (("Positive", "Negative", "Neutral", "Mixed"), ["POSITIVE", "NEGATIVE", "NEUTRAL", "MIXED"]),
    ],
)
def test_two_to_four_outputs_are_called_as_the_export_calls_them(
    tmp_path: Path, names: tuple[str, ...], sentiments: list[str]
) -> None:
    one_each = {
        f"word{place}": tuple(9.0 * (place == other) for other in range(len(names)))
        for place in range(len(names))
    }
    rows = {"[UNK]": (0.0,) * len(names), "[PAD]": (0.0,) * len(names), **one_each}
    engine = exported(tmp_path, rows=rows, names=names)
    assert [result_of(engine, word).sentiment for word in one_each] == sentiments


def test_labels_of_ones_own_go_before_those_of_the_export(tmp_path: Path) -> None:
    write_export(tmp_path, names=("LABEL_0", "LABEL_1", "LABEL_2"))
    with pytest.raises(ValueError, match=r"'LABEL_0', 'LABEL_1', 'LABEL_2'; say in labels\.json"):
        OnnxEngine(tmp_path, clock=FakeClock())
    (tmp_path / "labels.json").write_text('["negative", "positive", "neutral"]', encoding="utf-8")
    assert result_of(OnnxEngine(tmp_path, clock=FakeClock()), "love").sentiment is Sentiment.NEGATIVE


def test_an_output_that_is_no_sentiment_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"'toxic'; say in labels\.json"):
        exported(tmp_path, names=("positive", "negative", "toxic"))


@pytest.mark.parametrize("kept", [{"1": "negative", "2": "positive"}, {"a": "positive"}, [], None])
def test_names_that_do_not_count_from_0_are_no_labels(tmp_path: Path, kept: object) -> None:
    write_export(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"id2label": kept}), encoding="utf-8")
    with pytest.raises(ValueError, match=r"id2label of config\.json calls the outputs nothing"):
        OnnxEngine(tmp_path, clock=FakeClock())


def test_an_export_is_given_no_more_tokens_than_it_reads(tmp_path: Path) -> None:
    result = result_of(exported(tmp_path, positions=8), "love " * 12)
    assert (result.segments, result.coverage) == (2, 1)
    assert result.sentiment is Sentiment.POSITIVE


def test_what_its_tokenizer_says_of_itself_is_heeded(tmp_path: Path) -> None:
    write_export(tmp_path, positions=32)
    stated = {"model_max_length": 4}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(stated), encoding="utf-8")
    assert result_of(OnnxEngine(tmp_path, clock=FakeClock()), "love " * 12).segments == 3


def test_a_length_that_nobody_stated_and_the_model_cannot_read_is_found_out_at_once(tmp_path: Path) -> None:
    config = json.loads((write_export(tmp_path) / "config.json").read_text(encoding="utf-8"))
    del config["max_position_embeddings"]
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ValueError, match=r"512 tokens.*model_max_length in tokenizer_config\.json"):
        OnnxEngine(tmp_path, clock=FakeClock())


@pytest.mark.parametrize("shape", [("texts", 6), (1, "words"), (1, 6), (3, 6), (3, "words")])
def test_an_export_of_a_fixed_size_says_the_same(tmp_path: Path, shape: Shape) -> None:
    any_size, fixed = exported(tmp_path / "any"), exported(tmp_path / "fixed", shape=shape)
    assert result_of(fixed, "I love it").scores == result_of(any_size, "I love it").scores
    assert result_of(fixed, "love " * 12).sentiment is Sentiment.POSITIVE


def test_numbers_of_half_the_size_will_do(tmp_path: Path) -> None:
    small, usual = exported(tmp_path / "small", kind=INT32), exported(tmp_path / "usual")
    assert result_of(small, "I love it").scores == result_of(usual, "I love it").scores


def test_a_model_without_a_row_of_outputs_is_told_as_such(tmp_path: Path) -> None:
    write_export(tmp_path)
    (tmp_path / "model.onnx").write_bytes(words_alone(list(WORDS.values())))
    with pytest.raises(ValueError, match="no row of outputs"):
        OnnxEngine(tmp_path, clock=FakeClock())


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json"])
def test_a_broken_file_beside_the_model_is_told_by_name(tmp_path: Path, name: str) -> None:
    write_export(tmp_path)
    for content in ("{broken", "[]", b"\xff"):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(ValueError, match=f"^{name} is no JSON object"):
            OnnxEngine(tmp_path, clock=FakeClock())


def test_a_text_of_any_length_is_read_a_segment_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, read = engine_of(tmp_path), []
    windows = OnnxClassifier.windows

    def counted(self: OnnxClassifier, text: str) -> Iterator[Window]:
        read.append(len(text))
        return windows(self, text)

    monkeypatch.setattr(OnnxClassifier, "windows", counted)
    result = result_of(engine, "love the table. " * 10_000)
    assert max(read) <= SEGMENT_BYTES
    assert sum(read) == 160_000
    assert result.coverage == 1


def test_a_long_text_is_given_up_between_two_segments(tmp_path: Path) -> None:
    engine, asked = engine_of(tmp_path), iter([False, False, True])
    with pytest.raises(StoppedError):
        engine.analyze([document("love " * 5_000)], replace(CALL, stopped=lambda: next(asked)))
    clock = FakeClock()
    engine = OnnxEngine(write_classifier(tmp_path), clock=clock)

    def while_time_passes() -> bool:
        clock.sleep(1)
        return False

    call = replace(CALL, stopped=while_time_passes, deadline=clock.monotonic() + 2.5)
    with pytest.raises(DeadlineError):
        engine.analyze([document("love " * 5_000)], call)


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
    write_classifier(tmp_path / "shorter")
    (tmp_path / "shorter" / "config.json").write_text('{"max_position_embeddings": 8}', encoding="utf-8")
    versions.append(OnnxEngine(tmp_path / "shorter", clock=FakeClock()).identity.version)
    assert len(set(versions)) == len(versions)
    assert engine_of(tmp_path / "again").identity.version == versions[0]
    assert len(versions[0]) == 12


@pytest.mark.parametrize(
    "labels",
    [
        ["positive", "negative"],
        ["good", "bad", "so-so"],
        ["positive", "positive", "positive"],
        "positive",
        3,
        [1, 2, 3],
        {"a": 1},
        [],
    ],
)
def test_labels_that_do_not_fit_are_found_out_at_once(tmp_path: Path, labels: object) -> None:
    with pytest.raises(ValueError, match=r"labels\.json"):
        engine_of(tmp_path, labels=labels)


@pytest.mark.parametrize(
    ("name", "missing"),
    [("model.onnx", FileNotFoundError), ("tokenizer.json", FileNotFoundError), ("labels.json", ValueError)],
)
def test_a_file_that_is_missing_or_broken_is_told_by_name(
    tmp_path: Path, name: str, missing: type[Exception]
) -> None:
    write_classifier(tmp_path)
    (tmp_path / name).write_text("broken")
    with pytest.raises(ValueError, match=name):
        OnnxEngine(tmp_path, clock=FakeClock())
    (tmp_path / name).unlink()
    with pytest.raises(missing, match=name):
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
    (tmp_path / "model" / "model.onnx").unlink()
    with pytest.raises(SettingsError, match=r"AURASTREAM_ONNX_DIR: there is no model\.onnx"):
        Container(settings=settings).bulk_engine()
    with pytest.raises(SettingsError, match="AURASTREAM_ONNX_DIR is not set"):
        Container(settings=Settings(engine="onnx")).bulk_engine()


def test_nobody_else_pays_for_the_packages() -> None:
    program = (
        "import sys, aurastream.containers, aurastream.adapters.local.onnx_engine; "
        "sys.exit(bool({'onnxruntime', 'tokenizers', 'numpy'} & {*sys.modules}))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
