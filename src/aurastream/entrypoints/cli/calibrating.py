"""`aurastream calibrate`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aurastream.domain.keys import Tenant
from aurastream.domain.language import ENGLISH
from aurastream.entrypoints.cli.app import Choices
from aurastream.entrypoints.cli.ending import BAD_INPUT, EndedError
from aurastream.entrypoints.cli.fitting import cross_validated, figures, fitted, logits, told
from aurastream.entrypoints.cli.judging import score
from aurastream.entrypoints.cli.labelled import Labelled, read_labelled
from aurastream.entrypoints.cli.options import name_option, tenant_option
from aurastream.entrypoints.cli.printing import say_json, say_table

if TYPE_CHECKING:
    from aurastream.settings import Settings

MIN_LABELS = 50


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--text-column", help="The column of texts; found out if it has a usual name.")
@click.option(
    "--label-column", required=True, help="The column of labels: positive, negative, neutral, mixed."
)
@click.option(
    "--name",
    default="own",
    show_default=True,
    callback=name_option,
    help="What to call it: a-z, 0-9 and -.",
)
@click.option(
    "--tenant", default="local", show_default=True, callback=tenant_option, help="Whose jobs may name it."
)
@click.pass_obj
def calibrate(
    choices: Choices, *, file: Path, text_column: str | None, label_column: str, name: str, tenant: Tenant
) -> None:
    """Fit the embedded engine to your own labels, from 50 up, if cross-validation says that it helps."""
    from aurastream.adapters.local.calibration_book import CalibrationBook
    from aurastream.adapters.local.embedded_engine import ENGLISH_MODEL
    from aurastream.adapters.local.embedded_model import load_model
    from aurastream.settings import Settings

    settings = Settings.from_environ(choices.environ)
    found = read_labelled(file, text_column=text_column, label_column=label_column)
    if not choices.as_json:
        click.echo(str(found))
    labelled = _english(settings, found.texts)
    _check(labelled)
    model = load_model(ENGLISH_MODEL)
    rows = logits(model, labelled)
    report: dict[str, Any] = {
        "labels": len(labelled),
        "left_out": found.left_out,
        "other_languages": len(found.texts) - len(labelled),
        "before": figures(told(model, None, labelled)),
        "after": figures(cross_validated(model, rows, labelled)),
    }
    if not choices.as_json:
        _show(report)
    if not helps(report["before"], report["after"]):
        raise EndedError("calibrating on these labels does not help; nothing was stored", BAD_INPUT)
    reference = CalibrationBook(settings.data_dir).add(tenant, name, fitted(model, rows, labelled), report)
    if choices.as_json:
        say_json({**report, "calibration": reference})
    else:
        click.echo(f"stored as {reference}; submit files with --calibration {reference}")


def helps(before: dict[str, float], after: dict[str, float]) -> bool:
    """It has to lessen the log loss, and must not cost accuracy."""
    return after["log_loss"] < before["log_loss"] and after["accuracy"] >= before["accuracy"]


def _english(settings: "Settings", labelled: Sequence[Labelled]) -> list[Labelled]:
    """A calibration is one of the English model: texts that jobs would not give to it teach nothing."""
    from aurastream.containers import Container

    engine = Container(settings=settings.model_copy(update={"engine": "embedded"})).bulk_engine()
    outcomes = score(engine, [one.text for one in labelled])
    return [
        one
        for one, outcome in zip(labelled, outcomes, strict=True)
        if outcome.result is not None and outcome.result.language.code == ENGLISH
    ]


def _check(labelled: Sequence[Labelled]) -> None:
    """A text that comes again is no further evidence, nor is one sentiment a distinction."""
    texts = len({one.text for one in labelled})
    if texts < MIN_LABELS:
        raise EndedError(
            f"{texts} different English texts with labels are too few; {MIN_LABELS} are the least", BAD_INPUT
        )
    if len({one.label for one in labelled}) == 1:
        raise EndedError(
            f"every label is {labelled[0].label.lower()}: then there is nothing to learn but to say so "
            "always; label texts of another sentiment, too",
            BAD_INPUT,
        )


def _show(report: dict[str, Any]) -> None:
    if report["other_languages"]:
        click.echo(f"{report['other_languages']:,} of them in other languages, which cannot be calibrated")
    names = ("accuracy", "macro_f1", "calibration_error", "log_loss")
    say_table(
        ("", "accuracy", "macro F1", "calibration error", "log loss"),
        [(when, *(f"{report[when][name]:.3f}" for name in names)) for when in ("before", "after")],
    )
