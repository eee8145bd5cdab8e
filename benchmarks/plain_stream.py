"""What one would write instead: JSON lines in, JSON lines out, vaderSentiment in between."""

import json
import sys

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer


def main() -> None:
    """Score the texts of stdin as they come."""
    analyzer = SentimentIntensityAnalyzer()
    for line in sys.stdin:
        document = json.loads(line)
        scores = analyzer.polarity_scores(document["text"])
        sys.stdout.write(json.dumps({"id": document["id"], **scores}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
