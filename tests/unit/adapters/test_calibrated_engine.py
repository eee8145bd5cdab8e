"""Which calibration a call is read with, and how many are held ready."""

from dataclasses import replace
from pathlib import Path

import pytest

from aurastream.adapters.local.calibrated_engine import HELD, CalibratedEngine
from aurastream.adapters.local.calibration_book import CalibrationBook
from aurastream.adapters.local.embedded_calibration import Calibration
from aurastream.domain.engine import EngineId
from aurastream.domain.errors import CallRejectedError
from aurastream.domain.keys import Tenant
from tests.fakes import FakeEngine
from tests.unit.engines.documents import BULK, TENANT, documents


class Bench:
    """The engine, its book, and with which calibrations engines were made."""

    def __init__(self, folder: Path) -> None:
        self.made: list[Calibration | None] = []
        self.book = CalibrationBook(folder)
        self.engine = CalibratedEngine(self._engine_of, self.book)

    def _engine_of(self, calibration: Calibration | None) -> FakeEngine:
        self.made.append(calibration)
        return FakeEngine(identity=EngineId(name="fake", version=str(calibration and calibration.sharpness)))

    def told_by(self, calibration: str | None, tenant: Tenant = TENANT) -> str:
        """The version of the engine that answers such a call."""
        call = replace(BULK, tenant=tenant, calibration=calibration)
        [outcome] = self.engine.analyze(documents("good"), call)
        assert outcome.result is not None
        return outcome.result.engine.version


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_a_call_is_read_with_the_calibration_it_names_or_with_none(bench: Bench) -> None:
    named = bench.book.add(TENANT, "own", Calibration(sharpness=2.0), {})
    assert [bench.told_by(name) for name in (None, named, named, None)] == ["None", "2.0", "2.0", "None"]
    assert bench.made == [None, Calibration(sharpness=2.0)]


@pytest.mark.parametrize("name", ["none@0123456789ab", "../own@0123456789ab", "own"])
def test_one_that_is_not_there_is_refused(bench: Bench, name: str) -> None:
    with pytest.raises(CallRejectedError, match="no such calibration"):
        bench.told_by(name)


def test_another_tenants_is_not_there(bench: Bench) -> None:
    named = bench.book.add(TENANT, "own", Calibration(sharpness=2.0), {})
    with pytest.raises(CallRejectedError):
        bench.told_by(named, Tenant("rival"))
    assert bench.told_by(named) == "2.0"


def test_a_few_are_held_ready_and_others_are_made_again(bench: Bench) -> None:
    named = [
        bench.book.add(TENANT, "own", Calibration(sharpness=1.0 + number), {}) for number in range(HELD + 1)
    ]
    for name in named:
        bench.told_by(name)
    bench.told_by(named[-1])
    assert len(bench.made) == 1 + len(named)
    assert bench.told_by(named[0]) == "1.0"
    assert len(bench.made) == 2 + len(named)
