"""The labelled texts as the manifest says: checked, weighted, with soft targets and a fixed split."""

import csv
import gzip
import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from training.manifest import (
    CLASSES,
    DEV_ONE_IN,
    MIXED_WEIGHT,
    MOST_TIMES,
    SOURCES,
    STAR_TARGETS,
    TEMPLATE_SMOOTHING,
    TEMPLATE_WEIGHT,
    Source,
)
from training.templates import Line

Target = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A text with the shares its readers gave the four classes, and how much it counts."""

    text: str
    label: str
    target: Target
    weight: float
    source: str
    dev: bool


class CorpusChangedError(Exception):
    """A file is not the one that the manifest names."""


def load_corpus(folder: Path, sources: tuple[Source, ...] = SOURCES) -> list[Example]:
    """
    Every row of every source.

    Raises:
        CorpusChangedError: a file's hash is not the manifest's.
    """
    return [example for source in sources for example in _read(folder / source.filename, source)]


def invented(lines: Iterable[Line]) -> list[Example]:
    """The templates' lines as examples."""
    return [
        Example(
            text=line.text,
            label=line.label,
            target=hard_target(line.label, TEMPLATE_SMOOTHING),
            weight=TEMPLATE_WEIGHT * min(line.times, MOST_TIMES),
            source="templates",
            dev=False,
        )
        for line in lines
    ]


def text_hash(text: str) -> int:
    """The same for texts that differ in case or spacing only; decides splits and thinning."""
    normalised = " ".join(text.lower().split())
    return int.from_bytes(hashlib.md5(normalised.encode()).digest(), "big")


def hard_target(label: str, smoothing: float) -> Target:
    """The label's class, with a share of doubt spread evenly."""
    spread = smoothing / len(CLASSES)
    first, second, third, fourth = (spread + (1 - smoothing) * (label == name) for name in CLASSES)
    return first, second, third, fourth


def _read(path: Path, source: Source) -> Iterator[Example]:
    packed = path.read_bytes()
    if hashlib.sha256(packed).hexdigest() != source.sha256:
        raise CorpusChangedError(f"{source.filename} is not the file that the manifest names")
    with io.TextIOWrapper(gzip.open(io.BytesIO(packed)), encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            number = text_hash(row["text"])
            yield Example(
                text=row["text"],
                label=row["label"],
                target=_target(row, source),
                weight=source.weight * (MIXED_WEIGHT if row["label"] == "mixed" else 1.0),
                source=source.name,
                dev=number % DEV_ONE_IN == 0,
            )


def _target(row: dict[str, str], source: Source) -> Target:
    if row["soft"]:
        negative, neutral, positive, mixed = map(float, row["soft"].split("|"))
        return positive, negative, neutral, mixed
    if row["stars"]:
        return STAR_TARGETS[int(row["stars"])]
    return hard_target(row["label"], source.smoothing)
