"""What one would write instead: a script that reads a CSV, asks vaderSentiment, and writes a CSV."""

import csv
import sys
from pathlib import Path

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer


def main(source: str, target: str) -> None:
    """Score column `text` of a file."""
    analyzer = SentimentIntensityAnalyzer()
    with (
        Path(source).open(encoding="utf-8", newline="") as read,
        Path(target).open("w", encoding="utf-8", newline="") as out,
    ):
        rows = csv.DictReader(read)
        writer = csv.writer(out)
        writer.writerow([*(rows.fieldnames or ()), "compound"])
        for row in rows:
            writer.writerow([*row.values(), analyzer.polarity_scores(row["text"])["compound"]])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
