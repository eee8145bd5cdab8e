"""Which of several engines is asked."""

import pytest

from aurastream.domain.document import Document
from aurastream.domain.engine import Call, EngineId, EngineLimits, Priority
from aurastream.domain.engines.by_language import ByLanguageEngine
from aurastream.domain.language import Language, LanguageSource
from tests.contracts.cases import ACME
from tests.fakes import FakeEngine

CALL = Call(tenant=ACME, priority=Priority.BULK)


def reader(version: str, *codes: str) -> FakeEngine:
    languages = frozenset(map(Language, codes))
    return FakeEngine(
        limits=EngineLimits(languages=languages), identity=EngineId(name="own", version=version)
    )


def documents(*codes: str) -> list[Document]:
    return [
        Document(id=str(number), text="good", language=Language(code), source=LanguageSource.CALLER)
        for number, code in enumerate(codes)
    ]


def test_each_document_goes_to_the_engine_that_reads_it_and_comes_back_in_its_place() -> None:
    english, others = reader("1", "en"), reader("2", "de", "fr")
    outcomes = ByLanguageEngine([english, others]).analyze(documents("de", "en", "fr", "en"), CALL)
    assert [outcome.id for outcome in outcomes] == ["0", "1", "2", "3"]
    assert [outcome.result.engine.version for outcome in outcomes if outcome.result] == ["2", "1", "2", "1"]
    assert (len(english.calls), len(others.calls)) == (1, 1)


def test_its_version_changes_with_that_of_any_of_them() -> None:
    versions = {
        ByLanguageEngine([reader(first, "en"), reader(second, "de")]).identity.version
        for first, second in (("1", "2"), ("1", "3"), ("2", "2"))
    }
    assert len(versions) == 3
    assert ByLanguageEngine([reader("1", "en")]).identity.name == "own"


def test_two_engines_for_one_language_are_refused() -> None:
    with pytest.raises(ValueError, match="'de'"):
        ByLanguageEngine([reader("1", "en", "de"), reader("2", "de")])


def test_a_language_that_none_of_them_reads_is_the_callers_mistake() -> None:
    engine = ByLanguageEngine([reader("1", "en"), reader("2", "de")])
    assert engine.limits.languages == frozenset(map(Language, ("en", "de")))
    with pytest.raises(ValueError):
        engine.analyze(documents("fr"), CALL)
