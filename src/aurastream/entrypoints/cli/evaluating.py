"""`aurastream evaluate`."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from aurastream.domain.document import Document
from aurastream.domain.engine import Call, Priority
from aurastream.domain.evaluation import (
    Judged,
    accuracy,
    answerable,
    calibration_error,
    confusion,
    macro_f1,
    per_class,
)
from aurastream.domain.keys import LOCAL_TENANT
from aurastream.domain.outcome import Outcome
from aurastream.domain.pricing import list_price, units_of
from aurastream.domain.sentiment import Sentiment
from aurastream.entrypoints.cli.app import Choices
from aurastream.entrypoints.cli.ending import BAD_INPUT, EndedError
from aurastream.entrypoints.cli.labelled import Labelled, read_labelled
from aurastream.entrypoints.cli.printing import say_json, say_table
from aurastream.ports.sentiment_engine import SentimentEngine

AT_A_TIME = 512
MILLION = 1_000_000


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--text-column", help="The column of texts; found out if it has a usual name.")
@click.option(
    "--label-column", required=True, help="The column of labels: positive, negative, neutral, mixed."
)
@click.option("--engine", help="The engine to measure instead of the one that is configured.")
@click.pass_obj
def evaluate(
    choices: Choices, *, file: Path, text_column: str | None, label_column: str, engine: str | None
) -> None:
    """Measure an engine on a FILE of labelled texts: accuracy, F1, calibration, speed and cost."""
    from aurastream.containers import Container
    from aurastream.settings import Settings

    settings = Settings.from_environ(choices.environ)
    if engine is not None:
        settings = settings.model_copy(update={"engine": engine})
    labelled = read_labelled(file, text_column=text_column, label_column=label_column)
    report = measure(Container(settings=settings).bulk_engine(), labelled)
    if choices.as_json:
        say_json(report)
    else:
        _show(report)


def measure(engine: SentimentEngine, labelled: Sequence[Labelled]) -> dict[str, Any]:
    """
    Score the texts and compare, as plain values.

    Raises:
        EndedError: not one of the texts was scored.
    """
    began = time.perf_counter()
    outcomes = score(engine, [one.text for one in labelled])
    seconds = time.perf_counter() - began
    judged = [
        Judged(label=one.label, sentiment=outcome.result.sentiment, scores=outcome.result.scores)
        for one, outcome in zip(labelled, outcomes, strict=True)
        if outcome.result is not None
    ]
    if not judged:
        raise EndedError("not one of the texts was scored; see `aurastream doctor`", BAD_INPUT)
    units = sum(outcome.units for outcome in outcomes)
    comprehend = sum(units_of(len(one.text)) for one in labelled)
    return {
        "engine": {"name": engine.identity.name, "version": engine.identity.version},
        "texts": len(labelled),
        "scored": len(judged),
        "accuracy": accuracy(judged),
        "macro_f1": macro_f1(judged),
        "calibration_error": calibration_error(judged),
        "answerable_at_90": answerable(judged),
        "per_class": {
            sentiment: {
                "precision": quality.precision,
                "recall": quality.recall,
                "f1": quality.f1,
                "labelled": quality.labelled,
            }
            for sentiment, quality in per_class(judged).items()
        },
        "confusion": confusion(judged),
        "texts_per_second": len(labelled) / seconds if seconds else None,
        "usd_per_million": float(list_price(units)) / len(labelled) * MILLION,
        "comprehend_usd_per_million": float(list_price(comprehend)) / len(labelled) * MILLION,
    }


def score(engine: SentimentEngine, texts: Sequence[str]) -> list[Outcome]:
    """An outcome for each text, asked for some hundreds at a time."""
    call = Call(tenant=LOCAL_TENANT, priority=Priority.BULK)
    documents = [Document(id=str(number), text=text) for number, text in enumerate(texts, 1)]
    return [
        outcome
        for at in range(0, len(documents), AT_A_TIME)
        for outcome in engine.analyze(documents[at : at + AT_A_TIME], call)
    ]


def _show(report: dict[str, Any]) -> None:
    engine = report["engine"]
    click.echo(
        f"{engine['name']} {engine['version']}: {report['scored']:,} of {report['texts']:,} texts scored"
    )
    say_table(
        ("accuracy", "macro F1", "calibration error", "answerable at 90 %", "texts/s", "USD per million"),
        [
            (
                f"{report['accuracy']:.3f}",
                f"{report['macro_f1']:.3f}",
                f"{report['calibration_error']:.3f}",
                f"{report['answerable_at_90']:.3f}",
                f"{report['texts_per_second']:,.0f}",
                f"{report['usd_per_million']:.2f} (Comprehend {report['comprehend_usd_per_million']:.2f})",
            )
        ],
    )
    columns = (
        "label",
        "labelled",
        "precision",
        "recall",
        "F1",
        *(f"told {kind.lower()}" for kind in Sentiment),
    )
    say_table(
        columns,
        [
            (
                label,
                quality["labelled"],
                f"{quality['precision']:.3f}",
                f"{quality['recall']:.3f}",
                f"{quality['f1']:.3f}",
                *(report["confusion"][label][told] for told in Sentiment),
            )
            for label, quality in report["per_class"].items()
        ],
    )
