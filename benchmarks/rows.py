"""Files of feedback of any size, the same every time."""

import csv
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


def write_rows(path: Path, rows: int, *, seed: int = 7) -> None:
    """A CSV with a number, a shop and a sentence a row; about 60 characters of text each."""
    chance = Random(seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("number", "shop", "text"))
        for number in range(rows):
            parts = (OPENINGS, VERBS, OPINIONS, ENDINGS)
            text = " ".join(chance.choice(part) for part in parts)
            writer.writerow((number, f"shop {number % 20}", f"{text} #{number}"))
