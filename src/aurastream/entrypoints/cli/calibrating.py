"""`aurastream calibrate`."""

import hashlib
from collections.abc import Sequence
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aurastream.domain.evaluation import Judged, accuracy, calibration_error, macro_f1
from aurastream.domain.keys import parse_tenant
from aurastream.domain.sentiment import Scores, Sentiment
from aurastream.entrypoints.cli.app import Choices
from aurastream.entrypoints.cli.ending import BAD_INPUT, EndedError
from aurastream.entrypoints.cli.labelled import Labelled, read_labelled
from aurastream.entrypoints.cli.printing import say_json, say_table

if TYPE_CHECKING:
    from aurastream.adapters.local.embedded_calibration import Calibration

MIN_LABELS = 50
FOLDS = 5
PULL = 2.0
"""Divided by the number of labels: few labels move a calibration little."""
CERTAIN = 1e-6

Told = list[tuple[float, float, float, float]]


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--text-column", help="The column of texts; found out if it has a usual name.")
@click.option(
    "--label-column", required=True, help="The column of labels: positive, negative, neutral, mixed."
)
@click.option("--name", default="own", show_default=True, help="What to call it: a-z, 0-9 and -.")
@click.option("--tenant", default="local", show_default=True, help="Whose jobs may name it.")
@click.pass_obj
def calibrate(
    choices: Choices, *, file: Path, text_column: str | None, label_column: str, name: str, tenant: str
) -> None:
    """Fit the embedded engine to your own labels, from 50 up, if cross-validation says that it helps."""
    from aurastream.adapters.local.calibration_book import CalibrationBook
    from aurastream.adapters.local.embedded_calibration import NONE
    from aurastream.settings import Settings

    settings = Settings.from_environ(choices.environ)
    labelled = read_labelled(file, text_column=text_column, label_column=label_column)
    if len(labelled) < MIN_LABELS:
        raise EndedError(f"{len(labelled)} labels are too few; {MIN_LABELS} are the least", BAD_INPUT)
    rows = _logits([one.text for one in labelled])
    labels = [one.label for one in labelled]
    report: dict[str, Any] = {
        "labels": len(labels),
        "before": _figures(rows, labels, NONE),
        "after": _validated(rows, labelled),
    }
    if not choices.as_json:
        _show(report)
    if not helps(report["before"], report["after"]):
        raise EndedError("calibrating on these labels does not help; nothing was stored", BAD_INPUT)
    calibration = _on_top(_fitted(rows, labels))
    reference = CalibrationBook(settings.data_dir).add(parse_tenant(tenant), name, calibration, report)
    if choices.as_json:
        say_json({**report, "calibration": reference})
    else:
        click.echo(f"stored as {reference}; submit files with --calibration {reference}")


def helps(before: dict[str, float], after: dict[str, float]) -> bool:
    """It has to surprise less, and must not cost accuracy."""
    return after["surprise"] < before["surprise"] and after["accuracy"] >= before["accuracy"]


def _logits(texts: Sequence[str]) -> Any:
    """What the model says before a calibration of one's own: the shipped one is part of the model."""
    import numpy as np

    from aurastream.adapters.local.embedded_engine import ENGLISH_MODEL
    from aurastream.adapters.local.embedded_model import load_model

    model = load_model(ENGLISH_MODEL)
    parts = [model.logits(texts[at : at + 512]) for at in range(0, len(texts), 512)]
    return np.concatenate(parts) * model.calibration.sharpness + np.asarray(model.calibration.biases)


def _fitted(rows: Any, labels: Sequence[Sentiment]) -> "Calibration":
    import numpy as np

    from aurastream.adapters.local.embedded_calibration import fit

    places = tuple(Sentiment)
    targets = np.zeros((len(labels), len(places)))
    targets[np.arange(len(labels)), [places.index(label) for label in labels]] = 1
    return fit(rows, targets, pull=PULL / len(labels))


def _on_top(own: "Calibration") -> "Calibration":
    """The shipped calibration and one's own as one."""
    from aurastream.adapters.local.embedded_calibration import Calibration
    from aurastream.adapters.local.embedded_engine import ENGLISH_MODEL
    from aurastream.adapters.local.embedded_model import load_model

    shipped = load_model(ENGLISH_MODEL).calibration
    positive, negative, neutral, mixed = (
        own.sharpness * theirs + ours for theirs, ours in zip(shipped.biases, own.biases, strict=True)
    )
    return Calibration(
        sharpness=own.sharpness * shipped.sharpness, biases=(positive, negative, neutral, mixed)
    )


def _validated(rows: Any, labelled: Sequence[Labelled]) -> dict[str, float]:
    """Figures on texts that the calibration they are read with has not seen."""
    folds = [int(hashlib.sha256(one.text.encode()).hexdigest(), 16) % FOLDS for one in labelled]
    told: Told = [(0.0, 0.0, 0.0, 0.0)] * len(labelled)
    for fold in set(folds):
        seen = [at for at, its in enumerate(folds) if its != fold]
        unseen = [at for at, its in enumerate(folds) if its == fold]
        calibration = _fitted(rows[seen], [labelled[at].label for at in seen])
        for at, chances in zip(unseen, calibration.probabilities(rows[unseen]).tolist(), strict=True):
            told[at] = tuple(chances)
    return _measured(told, [one.label for one in labelled])


def _figures(rows: Any, labels: Sequence[Sentiment], calibration: "Calibration") -> dict[str, float]:
    return _measured([tuple(chances) for chances in calibration.probabilities(rows).tolist()], labels)


def _measured(told: Told, labels: Sequence[Sentiment]) -> dict[str, float]:
    judged = []
    surprise = 0.0
    for chances, label in zip(told, labels, strict=True):
        scores = Scores.normalised(*chances)
        judged.append(Judged(label=label, sentiment=scores.top, scores=scores))
        surprise -= log(max(CERTAIN, scores.as_tuple()[tuple(Sentiment).index(label)]))
    return {
        "accuracy": accuracy(judged),
        "macro_f1": macro_f1(judged),
        "calibration_error": calibration_error(judged),
        "surprise": surprise / len(labels),
    }


def _show(report: dict[str, Any]) -> None:
    figures = ("accuracy", "macro_f1", "calibration_error", "surprise")
    say_table(
        ("", "accuracy", "macro F1", "calibration error", "surprise"),
        [(when, *(f"{report[when][figure]:.3f}" for figure in figures)) for when in ("before", "after")],
    )
