"""The teacher's answers to texts it was not tuned on: another model that a stand-in can replay."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from training.corpus import evened, invented, load_corpus
from training.manifest import CLASSES, SEED, TEMPLATE_LINES
from training.stages import judge
from training.templates import lines

ASKED = ("tse_tweets", "vader_amazon_half", "mams_restaurants")


def write_answers(data: Path, work: Path, into: Path) -> None:
    """Write `labelled.csv` and `answers.csv`, for BENCH_LABELLED and BENCH_ANSWERS; they hold the texts."""
    examples = [*load_corpus(data), *invented(lines(SEED, TEMPLATE_LINES))]
    teacher = judge(work, evened([one for one in examples if not one.dev]))
    asked = [one for one in examples if one.dev and one.source in ASKED]
    shares = teacher.shares([one.text for one in asked]).astype(float)
    into.mkdir(parents=True, exist_ok=True)
    _write(into / "labelled.csv", ("text", "label"), ((one.text, one.label) for one in asked))
    rows = ((one.text, *map(float, row)) for one, row in zip(asked, shares, strict=True))
    _write(into / "answers.csv", ("text", *CLASSES), rows)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(header)
        writer.writerows(rows)
