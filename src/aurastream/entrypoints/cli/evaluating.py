"""`aurastream evaluate`."""

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from aurastream.domain.evaluation import (
    accuracy,
    answerable,
    calibration_error,
    confusion,
    macro_f1,
    per_class,
)
from aurastream.domain.pricing import list_price, units_of
from aurastream.domain.sentiment import Sentiment
from aurastream.entrypoints.cli.app import Choices
from aurastream.entrypoints.cli.ending import BAD_INPUT, EndedError
from aurastream.entrypoints.cli.judging import judged_of, score
from aurastream.entrypoints.cli.labelled import Labelled, read_labelled
from aurastream.entrypoints.cli.printing import say_json, say_table
from aurastream.ports.sentiment_engine import SentimentEngine

MILLION = 1_000_000
BILLED_BY_TOKENS = "bedrock"
"""What AWS bills for this engine's answers, no outcome tells."""


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
    found = read_labelled(file, text_column=text_column, label_column=label_column)
    if not found.texts:
        raise EndedError(f"{found}: there is nothing to measure", BAD_INPUT)
    report = {**measure(Container(settings=settings).bulk_engine(), found.texts), "left_out": found.left_out}
    if choices.as_json:
        say_json(report)
    else:
        click.echo(str(found))
        _show(report)


def measure(engine: SentimentEngine, labelled: Sequence[Labelled]) -> dict[str, Any]:
    """
    Score the texts and compare, as plain values; what was remembered from before is told at its price.

    Raises:
        EndedError: not one of the texts was scored.
    """
    began = time.perf_counter()
    outcomes = score(engine, [one.text for one in labelled])
    seconds = time.perf_counter() - began
    judged = judged_of(labelled, outcomes)
    not_scored = Counter(
        outcome.reason or outcome.status.lower() for outcome in outcomes if outcome.result is None
    )
    if not judged:
        raise EndedError(
            f"not one of the texts was scored ({', '.join(not_scored)}); see `aurastream doctor`", BAD_INPUT
        )
    results = [outcome.result for outcome in outcomes if outcome.result is not None]
    cached = [outcome for outcome in outcomes if outcome.result is not None and outcome.result.cached]
    units = sum(outcome.units for outcome in outcomes) + sum(outcome.saved_units for outcome in cached)
    by_tokens = any(result.engine.name == BILLED_BY_TOKENS for result in results)
    comprehend = sum(units_of(len(one.text)) for one in labelled)
    return {
        "engine": {"name": engine.identity.name, "version": engine.identity.version},
        "texts": len(labelled),
        "scored": len(judged),
        "not_scored": dict(not_scored),
        "remembered": len(cached),
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
        "usd_per_million": None if by_tokens else float(list_price(units)) / len(labelled) * MILLION,
        "comprehend_usd_per_million": float(list_price(comprehend)) / len(labelled) * MILLION,
    }


def _show(report: dict[str, Any]) -> None:
    engine, usd = report["engine"], report["usd_per_million"]
    click.echo(
        f"{engine['name']} {engine['version']}: {report['scored']:,} of {report['texts']:,} texts scored"
    )
    for code, count in report["not_scored"].items():
        click.echo(f"  not scored, {code}: {count:,}")
    if report["remembered"]:
        click.echo(f"  remembered, which is faster than to score: {report['remembered']:,}")
    told = "by tokens" if usd is None else f"{usd:.2f}"
    say_table(
        ("accuracy", "macro F1", "calibration error", "answerable at 90 %", "texts/s", "USD per million"),
        [
            (
                f"{report['accuracy']:.3f}",
                f"{report['macro_f1']:.3f}",
                f"{report['calibration_error']:.3f}",
                f"{report['answerable_at_90']:.3f}",
                f"{report['texts_per_second']:,.0f}",
                f"{told} (Comprehend {report['comprehend_usd_per_million']:.2f})",
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
