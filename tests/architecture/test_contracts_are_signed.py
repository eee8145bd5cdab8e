"""An adapter that ships, and an engine that wraps another, has signed the contract of its port."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from inspect import getmembers, isabstract, isclass
from operator import attrgetter
from types import ModuleType

import pytest

import aurastream.adapters
import aurastream.domain.engines
import aurastream.ports
import tests.contracts
from tests import fakes


def modules(package: ModuleType) -> Iterator[ModuleType]:
    """Every module under a package."""
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        yield import_module(found.name)


def classes_of(module: ModuleType) -> list[type]:
    """The classes that a module makes itself."""
    return [made for _, made in getmembers(module, isclass) if made.__module__ == module.__name__]


PORTS = [made for module in modules(aurastream.ports) for made in classes_of(module) if isabstract(made)]


def port_of(made: type) -> type | None:
    """The port that a class fills, if it fills one."""
    return next((port for port in PORTS if issubclass(made, port)), None)


def signatories(*packages: ModuleType) -> list[type]:
    """The classes under these packages that fill a port."""
    found = [made for package in packages for module in modules(package) for made in classes_of(module)]
    return [made for made in found if port_of(made) is not None and not isabstract(made)]


def shipped() -> list[type]:
    """Every adapter and every engine wrapper."""
    return signatories(aurastream.adapters, aurastream.domain.engines)


def doubles() -> list[type]:
    """Every fake of a port."""
    return [made for made in classes_of(fakes) if port_of(made) is not None]


@pytest.fixture(scope="module")
def tested() -> dict[str, list[type]]:
    """The test classes of the contract suites, by name."""
    found: dict[str, list[type]] = {}
    for module in modules(tests.contracts):
        for made in classes_of(module):
            found.setdefault(made.__name__, []).append(made)
    return found


@pytest.mark.parametrize("made", [*shipped(), *doubles()], ids=attrgetter("__name__"))
def test_who_fills_a_port_runs_its_contract(made: type, tested: dict[str, list[type]]) -> None:
    port = port_of(made)
    assert port is not None
    suite = import_module(f"tests.contracts.test_{port.__module__.rpartition('.')[2]}")
    contract = getattr(suite, f"{port.__name__}Contract")
    signed = [test for test in tested.get(f"Test{made.__name__}", []) if issubclass(test, contract)]
    assert signed, f"tests/contracts needs a class Test{made.__name__}({contract.__name__})"


@pytest.mark.parametrize("port", PORTS, ids=attrgetter("__name__"))
def test_every_port_has_an_adapter_for_one_machine_and_a_double(port: type) -> None:
    local = signatories(import_module("aurastream.adapters.local"))
    assert [made for made in local if issubclass(made, port)]
    assert [made for made in doubles() if issubclass(made, port)]


def test_the_walk_finds_what_there_is() -> None:
    names = {made.__name__ for made in shipped()}
    assert {"SqliteLedger", "FileBlobStore", "BatchedEngine", "SystemClock"} <= names
    assert len(PORTS) == 11
