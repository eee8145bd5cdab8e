"""A calibration of the English model, fitted to labels, and its worth on texts that it has not seen."""

import hashlib
from collections.abc import Sequence
from math import log
from typing import TYPE_CHECKING, Any

from aurastream.domain.evaluation import Judged, accuracy, calibration_error, macro_f1
from aurastream.domain.language import ENGLISH
from aurastream.domain.sentiment import Sentiment
from aurastream.entrypoints.cli.judging import AT_A_TIME, judged_of, score
from aurastream.entrypoints.cli.labelled import Labelled

if TYPE_CHECKING:
    from aurastream.adapters.local.embedded_calibration import Calibration
    from aurastream.adapters.local.embedded_model import EmbeddedModel

FOLDS = 5
PULL = 2.0
"""Divided by the number of labels: few labels move a calibration little."""
CERTAIN = 1e-6


def figures(judged: Sequence[Judged]) -> dict[str, float]:
    """How good answers are; `log_loss` is how little they expected of the labels (0 at best)."""
    return {
        "accuracy": accuracy(judged),
        "macro_f1": macro_f1(judged),
        "calibration_error": calibration_error(judged),
        "log_loss": -sum(log(max(CERTAIN, one.scores.of(one.label))) for one in judged) / len(judged),
    }


def logits(model: "EmbeddedModel", labelled: Sequence[Labelled]) -> Any:
    """What the model says before a calibration of one's own: the shipped one is part of the model."""
    import numpy as np

    texts = [one.text for one in labelled]
    parts = [model.logits(texts[at : at + AT_A_TIME]) for at in range(0, len(texts), AT_A_TIME)]
    return np.concatenate(parts) * model.calibration.sharpness + np.asarray(model.calibration.biases)


def fitted(model: "EmbeddedModel", rows: Any, labelled: Sequence[Labelled]) -> "Calibration":
    """The shipped calibration and what the labels add to it, as one."""
    import numpy as np

    from aurastream.adapters.local.embedded_calibration import Calibration, fit

    places = tuple(Sentiment)
    targets = np.zeros((len(labelled), len(places)))
    targets[np.arange(len(labelled)), [places.index(one.label) for one in labelled]] = 1
    own, shipped = fit(rows, targets, pull=PULL / len(labelled)), model.calibration
    positive, negative, neutral, mixed = (
        own.sharpness * theirs + ours for theirs, ours in zip(shipped.biases, own.biases, strict=True)
    )
    return Calibration(
        sharpness=own.sharpness * shipped.sharpness, biases=(positive, negative, neutral, mixed)
    )


def cross_validated(model: "EmbeddedModel", rows: Any, labelled: Sequence[Labelled]) -> list[Judged]:
    """Each text as it is read with a calibration that has not seen it."""
    folds = [int(hashlib.sha256(one.text.encode()).hexdigest(), 16) % FOLDS for one in labelled]
    judged = []
    for fold in sorted(set(folds)):
        seen = [at for at, its in enumerate(folds) if its != fold]
        calibration = fitted(model, rows[seen], [labelled[at] for at in seen])
        unseen = [one for one, its in zip(labelled, folds, strict=True) if its == fold]
        judged += told(model, calibration, unseen)
    return judged


def told(
    model: "EmbeddedModel", calibration: "Calibration | None", labelled: Sequence[Labelled]
) -> list[Judged]:
    """What jobs that name the calibration would be told, long texts and all."""
    from aurastream.adapters.local.embedded_engine import EmbeddedEngine
    from aurastream.adapters.local.system_clock import SystemClock

    engine = EmbeddedEngine(SystemClock(), model, calibration)
    return judged_of(labelled, score(engine, [one.text for one in labelled], language=ENGLISH))
