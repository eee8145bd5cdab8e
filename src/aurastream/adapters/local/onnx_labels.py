"""What the outputs of a classifier of one's own mean."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aurastream.domain.sentiment import Sentiment, sentiment_named

LABELS, CONFIG = "labels.json", "config.json"
_SHOWN = 8
_EXAMPLE = '["negative", "neutral", "positive"]'


def output_labels(directory: Path, config: Mapping[str, Any]) -> Sequence[Sentiment]:
    """
    A sentiment for each output: by a list of one's own, or else by the names that the export has kept.

    Raises:
        ValueError: they are not all names of sentiments, or of one sentiment alone.
    """
    own = directory / LABELS
    names = _listed(own) if own.exists() else _kept(config)
    labels = [label for label in map(sentiment_named, names) if label is not None]
    if len(labels) < len(names) or len(set(labels)) < 2:
        where = LABELS if own.exists() else f"id2label of {CONFIG}"
        told = ", ".join(map(repr, names[:_SHOWN])) or "nothing"
        raise ValueError(
            f"{where} calls the outputs {told}; say in {LABELS} which sentiment each is, such as {_EXAMPLE}"
        )
    return labels


def _listed(path: Path) -> list[str]:
    try:
        names = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError(f"{LABELS} has to be a JSON list of a sentiment for each output, such as {_EXAMPLE}")
    return names


def _kept(config: Mapping[str, Any]) -> list[str]:
    """The values of `{"0": "NEGATIVE", "1": "POSITIVE"}`, if its keys count from 0."""
    kept = config.get("id2label")
    names = kept if isinstance(kept, dict) else {}
    in_order = [names.get(str(place)) for place in range(len(names))]
    return [] if None in in_order else list(map(str, in_order))
