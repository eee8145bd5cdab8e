"""A model for a further language is a file, and nothing else."""

from pathlib import Path

import pytest

from aurastream.adapters.local.embedded_calibration import Calibration
from aurastream.adapters.local.embedded_engine import embedded_engine
from aurastream.containers import Container
from aurastream.domain.document import Document
from aurastream.domain.engine import Call, Priority
from aurastream.domain.keys import LOCAL_TENANT
from aurastream.domain.language import Language, LanguageSource
from aurastream.domain.outcome import SkipCode
from aurastream.settings import Settings, SettingsError
from tests.fakes import FakeClock
from tests.language_model import add_model

GERMAN = "Die Bestellung kam zwei Wochen zu spät, und niemand beantwortet meine Briefe."
CALL = Call(tenant=LOCAL_TENANT, priority=Priority.BULK)


def test_without_its_model_a_language_is_skipped_and_with_it_scored(tmp_path: Path) -> None:
    document = Document(id="1", text=GERMAN)
    [before] = Container(settings=Settings(data_dir=tmp_path)).bulk_engine().analyze([document], CALL)
    assert before.skip is SkipCode.UNSUPPORTED_LANGUAGE
    add_model(tmp_path / "models", "de", "fr")
    engine = Container(settings=Settings(data_dir=tmp_path)).bulk_engine()
    [after] = engine.analyze([document], CALL)
    assert after.result is not None
    assert after.result.language.code == "de"
    assert after.result.engine.version != embedded_engine(FakeClock()).identity.version


def test_a_calibration_is_of_the_english_model_alone(tmp_path: Path) -> None:
    add_model(tmp_path, "de")
    gloomy = Calibration(biases=(-9, 9, 0, 0))
    documents = [
        Document(id=code, text="I love it", language=Language(code), source=LanguageSource.CALLER)
        for code in ("en", "de")
    ]
    told = [
        outcome.result.sentiment
        for outcome in embedded_engine(FakeClock(), tmp_path, gloomy).analyze(documents, CALL)
        if outcome.result
    ]
    assert told == ["NEGATIVE", "POSITIVE"]


@pytest.mark.parametrize("languages", [("en",), ("de", "en")])
def test_a_second_model_for_one_language_is_refused(tmp_path: Path, languages: tuple[str, ...]) -> None:
    add_model(tmp_path / "models", *languages)
    with pytest.raises(SettingsError, match="two models read 'en'"):
        Container(settings=Settings(data_dir=tmp_path)).bulk_engine()


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "mine.npz").write_bytes(b"not a model")
    with pytest.raises(SettingsError, match=r"mine\.npz"):
        Container(settings=Settings(data_dir=tmp_path)).bulk_engine()
