"""Files of feedback of any size, the same every time."""

import csv
from collections.abc import Iterable
from pathlib import Path
from random import Random

OPENINGS = (
    "The delivery",
    "My order",
    "This jacket",
    "The support team",
    "Your app",
    "The new version",
    "Checkout",
)
VERBS = ("was", "is", "seems", "turned out to be", "has been")
OPINIONS = (
    "great", "awful", "fine", "slower than expected", "exactly what I wanted", "broken again",
    "a bit expensive", "better than before", "not what the picture shows", "really well made",
)  # fmt: skip
ENDINGS = (
    "and I told my friends about it.", "but the price is fair.", "so I sent it back.", "since last Tuesday.",
    "for the third time this month.", "and nobody could explain why.", "which made my day.",
)  # fmt: skip


def write_repetitive_rows(path: Path, rows: int, *, distinct: float, seed: int = 7) -> int:
    """The same, but only this share of the texts is distinct and the rest repeats them; how many are."""
    chance = Random(seed)
    texts = [_sentence(chance, number) for number in range(round(rows * distinct))]
    told = texts + [chance.choice(texts) for _ in range(rows - len(texts))]
    chance.shuffle(told)
    _write(path, told)
    return len(texts)


def write_rows(path: Path, rows: int, *, seed: int = 7) -> None:
    """A CSV with a number, a shop and a sentence a row; about 60 characters of text each."""
    chance = Random(seed)
    _write(path, (_sentence(chance, number) for number in range(rows)))


def _sentence(chance: Random, number: int) -> str:
    parts = (OPENINGS, VERBS, OPINIONS, ENDINGS)
    return f"{' '.join(chance.choice(part) for part in parts)} #{number}"


def _write(path: Path, texts: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("number", "shop", "text"))
        writer.writerows((number, f"shop {number % 20}", text) for number, text in enumerate(texts))
