"""The sentiment of a text, for a stand-in: never right about much, never the same for all."""

import csv
import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from math import exp, isclose
from pathlib import Path

Score = Callable[[str, str], Mapping[str, float]]
"""From a text and its language to the four probabilities."""

CLASSES = ("Positive", "Negative", "Neutral", "Mixed")


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


_GOOD = _words(
    "good great love loved excellent amazing awesome perfect happy wonderful fantastic best thanks thank",
    "bueno buena excelente encanta gracias gut toll super wunderbar danke bon bonne génial parfait merci",
    "nice buono buona ottimo ottima grazie bom boa ótimo ótima adoro",
)
_BAD = _words(
    "bad terrible awful hate hated horrible worst broken angry disappointed disappointing poor useless",
    "malo mala pésimo odio roto schlecht furchtbar kaputt enttäuscht mauvais mauvaise nul déçu",
    "cattivo cattiva pessimo pessima rotto ruim péssimo péssima quebrado rude refund",
)
_NOT = _words("not no never isn't don't didn't wasn't nicht kein nunca não non")
# For scripts that do not set their words apart, or bend them.
_GOOD_PARTS = (
    "好",
    "喜欢",
    "喜歡",
    "很棒",
    "最高",
    "素晴らしい",
    "좋",
    "훌륭",
    "ممتاز",
    "رائع",
    "अच्छ",
    "बढ़िया",
)
_BAD_PARTS = ("不好", "糟", "很差", "最悪", "ひどい", "나쁘", "나쁜", "최악", "سيئ", "खराब", "बुरा")
_WORD = re.compile(r"[\w']+")


def leaning(text: str, language: str) -> Mapping[str, float]:
    """
    Leans the right way for a few obvious words.

    No two texts get quite the same numbers, so that answers given to the wrong document show.
    """
    good, bad = (min(count, 3) for count in _opinions(text.lower().replace("’", "'")))
    logits = (2.5 * good, 2.5 * bad, 1.5, 3.5 * min(good, bad) - 0.5)
    grain = sha256(f"{language}\0{text}".encode()).digest()
    weights = [exp(logit + byte / 2_560) for logit, byte in zip(logits, grain, strict=False)]
    return {name: weight / sum(weights) for name, weight in zip(CLASSES, weights, strict=True)}


def replay(recorded: Mapping[str, Mapping[str, float]]) -> Score:
    """Answers as they were recorded, by text; a text that was not recorded cannot be scored (KeyError)."""
    return lambda text, _language: recorded[text]


def recorded_answers(path: Path) -> dict[str, dict[str, float]]:
    """
    Recorded answers from a CSV file with the columns text, positive, negative, neutral and mixed.

    Raises:
        ValueError: a column is missing, or a line is no answer; it says which line, never what is in it.
    """
    recorded: dict[str, dict[str, float]] = {}
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.reader(lines, strict=True)
        header = [name.strip().lower() for name in next(rows, [])]
        if missing := {"text", *(name.lower() for name in CLASSES)} - set(header):
            raise ValueError(f"no column {', '.join(sorted(missing))} in the recorded answers")
        try:
            for row in rows:
                record = dict(zip(header, row, strict=True))
                recorded[record["text"]] = checked({name: float(record[name.lower()]) for name in CLASSES})
        except (ValueError, csv.Error):
            raise ValueError(f"line {rows.line_num} of the recorded answers is no answer") from None
    return recorded


def checked(scores: Mapping[str, float]) -> dict[str, float]:
    """
    The four probabilities as Comprehend names them.

    Raises:
        ValueError: other names, or no probabilities.
    """
    if set(scores) != set(CLASSES):
        raise ValueError(f"a score has {', '.join(CLASSES)}")
    if min(scores.values()) < 0 or not isclose(sum(scores.values()), 1, abs_tol=1e-3):
        raise ValueError("scores must be probabilities that add up to 1")
    return {name: float(scores[name]) for name in CLASSES}


def sentiment_of(scores: Mapping[str, float]) -> str:
    """The class with the highest score; the first of equals."""
    return max(CLASSES, key=lambda name: scores[name]).upper()


def _opinions(text: str) -> tuple[int, int]:
    good = bad = 0
    before = ""
    for word in _WORD.findall(text):
        denied = before in _NOT
        good += (word in _BAD) if denied else (word in _GOOD)
        bad += (word in _GOOD) if denied else (word in _BAD)
        before = word
    for part in _BAD_PARTS:
        bad += text.count(part)
        text = text.replace(part, " ")  # so that 不好 does not count as 好 too
    return good + sum(text.count(part) for part in _GOOD_PARTS), bad
