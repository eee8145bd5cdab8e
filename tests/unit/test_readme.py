"""The README tells the truth about what can be configured and called, and the map about where things are."""

import re
from pathlib import Path

import pytest

from aurastream.domain.pricing import cost_of
from aurastream.entrypoints.cli.app import COMMANDS
from aurastream.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAP = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def row_of(name: str) -> str:
    field = Settings.model_fields[name]
    default = field.get_default(call_default_factory=True)
    shown = f"`{default}`" if default not in (None, {}) else ""
    return f"| `{PREFIX}{name.upper()}` | {shown} | {field.description} |"


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_the_table_with_its_default(name: str) -> None:
    assert row_of(name) in README


def test_the_table_names_no_setting_that_is_not_there() -> None:
    named = set(re.findall(rf"^\| `{PREFIX}([A-Z_]+)`", README, re.MULTILINE))
    assert named == {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_named(command: str) -> None:
    assert f"`{command}`" in README


@pytest.mark.parametrize(("already", "usd"), [(0, "300.00"), (10_000_000, "150.00"), (50_000_000, "75.00")])
def test_the_prices_are_those_of_the_code(already: int, usd: str) -> None:
    assert f"{cost_of(3_000_000, already=already):.2f}" == usd
    assert f"| {usd} |" in README


@pytest.mark.parametrize("place", sorted(set(re.findall(r"`([a-z_]+\.py|[a-z_]+/[a-z_/]*(?:\.py)?)`", MAP))))
def test_every_place_on_the_map_is_there(place: str) -> None:
    """A module is named by its path, or by its name alone beside others of its package."""
    package = ROOT / "src" / "aurastream"
    assert (ROOT / place).exists() or (package / place).exists() or any(package.rglob(place))
