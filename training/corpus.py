"""The labelled texts as the manifest says: checked, weighted, with soft targets and a fixed split."""

import csv
import gzip
import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from training.manifest import (
    CLASSES,
    DEV_ONE_IN,
    EVENING,
    MIXED_WEIGHT,
    MOST_EVENED,
    MOST_TIMES,
    SOURCES,
    STAR_TARGETS,
    TEMPLATE_SMOOTHING,
    TEMPLATE_WEIGHT,
    Source,
)
from training.templates import Line

Target = tuple[float, float, float, float]


MADE = frozenset({"templates", "joined"})  # sources that are no file


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
    The rows of every source, but of those that are nearly all praise only a part of it.

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


def evened(examples: Sequence[Example]) -> list[Example]:
    """A source's rare classes count more and its common ones less: its shares are no tenant's."""
    counts = Counter((one.source, one.label) for one in examples if one.label != "mixed")
    kinds = Counter(source for source, _ in counts)
    rows: Counter[str] = Counter()
    for (source, _), count in counts.items():
        rows[source] += count
    found: list[Example] = []
    for one in examples:
        if one.label == "mixed" or one.source in MADE:
            found.append(one)
            continue
        even = rows[one.source] / (kinds[one.source] * counts[one.source, one.label])
        found.append(replace(one, weight=one.weight * min(MOST_EVENED, even**EVENING)))
    return found


def stressed(examples: Sequence[Example]) -> list[Example]:
    """Invented lines of praise and blame count as the rare rows do that people labelled mixed."""
    return [
        replace(one, weight=one.weight * MIXED_WEIGHT)
        if (one.source, one.label) == ("templates", "mixed")
        else one
        for one in examples
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
            if row["label"] == "positive" and number // DEV_ONE_IN % source.praise_one_in:
                continue
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
