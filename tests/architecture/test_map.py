"""The map shows every place, so that whoever looks for one finds it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = ROOT / "src" / "aurastream"
MAP = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def packages(under: Path) -> list[Path]:
    """The folders of code under a folder."""
    return sorted(init.parent for init in under.rglob("__init__.py") if init.parent != under)


def places() -> Iterator[str]:
    """Every package, and every module that stands beside packages, as the map would call it."""
    for package in packages(CODE):
        yield package.relative_to(CODE).as_posix()
    for folder in (CODE, CODE / "entrypoints", CODE / "adapters"):
        yield from sorted(module.name for module in folder.glob("*.py") if module.name != "__init__.py")
    for package in packages(ROOT / "tests"):
        yield package.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("place", list(places()))
def test_every_place_is_on_the_map(place: str) -> None:
    assert re.search(rf"[`/]{re.escape(place)}\b", MAP), f"ARCHITECTURE.md has to say what is in {place}"


def test_the_places_are_those_that_one_knows() -> None:
    assert {"domain/files", "entrypoints/lambdas", "serve.py", "records.py", "tests/unit/aws"} <= {*places()}
