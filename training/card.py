"""The model's card: what it was made from, what it is worth, where it fails."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from training.corpus import Example
from training.manifest import (
    ALIKE_JOINED,
    CONTRASTS_JOINED,
    JOINED_WEIGHT,
    PIECES,
    SEED,
    SHARES,
    SOURCES,
    TEMPLATE_WEIGHT,
)
from training.measures import Measures, Table, mean
from training.network import Shape
from training.outside import SETS
from training.teacher import EPOCHS

TEXT = Path(__file__).parent / "card.md"
OURS, SHIPPED, HEAD = "ours", "VADER", "VADER + head"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the card says about one model file."""

    version: str
    sha256: str
    size: int
    words: int
    shape: Shape
    unseen_right: float
    dev: Mapping[str, Measures]
    held_out: Table
    outside: Table


def card(facts: Facts, examples: Sequence[Example]) -> str:
    """The card's text."""
    return Template(TEXT.read_text(encoding="utf-8")).substitute(
        version=facts.version,
        sha256=facts.sha256,
        size=f"{facts.size / 1e6:.2f}",
        words=f"{facts.words:,}",
        columns=facts.shape.word,
        filters=facts.shape.filters,
        epochs=facts.shape.epochs,
        seed=SEED,
        pieces=f"{PIECES:,}",
        template_weight=TEMPLATE_WEIGHT,
        joined=f"{ALIKE_JOINED + CONTRASTS_JOINED:,}",
        joined_weight=JOINED_WEIGHT,
        shares=" / ".join(f"{share:.2f}" for share in SHARES),
        teacher_epochs={1: "one", 2: "two", 3: "three"}[EPOCHS],
        invented=f"{sum(one.source == 'templates' for one in examples):,}",
        unseen=f"{100 * facts.unseen_right:.1f}",
        sources="\n".join(_source_rows(examples)),
        hashes="\n".join(f"{source.sha256}  {source.filename}" for source in SOURCES),
        dev="\n".join(_dev_rows(facts.dev)),
        held_out="\n".join(_compared_rows(facts.held_out)),
        outside="\n".join(_compared_rows(facts.outside)),
        outside_sets="\n".join(_set_rows(facts.outside)),
    )


def _source_rows(examples: Sequence[Example]) -> list[str]:
    return [
        f"| `{source.name}` | {sum(one.source == source.name for one in examples):,} | {source.weight} "
        f"| {source.credit} | {source.licence} |"
        for source in SOURCES
    ]


def _dev_rows(dev: Mapping[str, Measures]) -> list[str]:
    rows = [*dev.items(), ("**mean**", mean(list(dev.values())))]
    return [
        f"| {name} | {one.rows:,} | {_pair(one)} | {one.calibration_error:.3f} | {one.coverage:.3f} |"
        for name, one in rows
    ]


def _compared_rows(table: Table) -> list[str]:
    means = {kind: mean([one[kind] for one in table.values()]) for kind in (OURS, SHIPPED, HEAD)}
    return [
        f"| {name} | {_pair(one[OURS])} | {_pair(one[SHIPPED])} | {_pair(one[HEAD])} "
        f"| {one[OURS].calibration_error:.3f} | {one[SHIPPED].calibration_error:.3f} "
        f"| {one[HEAD].calibration_error:.3f} | {one[OURS].coverage:.3f} | {one[HEAD].coverage:.3f} |"
        for name, one in [*table.items(), ("**mean**", means)]
    ]


def _set_rows(table: Table) -> list[str]:
    return [
        f"* `{one.name}`: {table[one.name][OURS].rows:,} texts, {one.what}; from `{one.package.filename}`"
        for one in SETS
    ]


def _pair(one: Measures) -> str:
    return f"{one.accuracy:.3f} / {one.macro_f1:.3f}"
