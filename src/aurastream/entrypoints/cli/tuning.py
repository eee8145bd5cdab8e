"""`aurastream tune`."""

from pathlib import Path
from typing import Any

import click

from aurastream.domain.engines.cascade import MIN_TUNED
from aurastream.domain.evaluation import accuracy, smallest_threshold
from aurastream.domain.summary import wilson
from aurastream.entrypoints.cli.app import Choices
from aurastream.entrypoints.cli.ending import BAD_INPUT, EndedError
from aurastream.entrypoints.cli.judging import judged_of, score
from aurastream.entrypoints.cli.labelled import read_labelled
from aurastream.entrypoints.cli.options import name_option
from aurastream.entrypoints.cli.printing import say_json

MIN_KEPT = 20
"""Texts that a threshold has to leave; that a handful of the surest are right says nothing of the next."""


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--text-column", help="The column of texts; found out if it has a usual name.")
@click.option(
    "--label-column",
    required=True,
    help="What people said of each text, or the other engine (`aura_sentiment` of an export): then the "
    "target is agreement with it.",
)
@click.option(
    "--target", type=click.FloatRange(0.25, 1), default=0.9, show_default=True, help="The share to reach."
)
@click.option(
    "--name",
    default="own",
    show_default=True,
    callback=name_option,
    help="What to call the policy: a-z, 0-9 and -.",
)
@click.pass_obj
def tune(
    choices: Choices, *, file: Path, text_column: str | None, label_column: str, target: float, name: str
) -> None:
    """Find from which confidence on the embedded engine answers well enough; keep it as a policy."""
    from aurastream.adapters.local.policy_book import PolicyBook
    from aurastream.containers import Container
    from aurastream.settings import Settings

    settings = Settings.from_environ(choices.environ)
    found = read_labelled(file, text_column=text_column, label_column=label_column)
    engine = Container(settings=settings.model_copy(update={"engine": "embedded"})).bulk_engine()
    outcomes = score(engine, [one.text for one in found.texts])
    texts = len({one.text for one, outcome in zip(found.texts, outcomes, strict=True) if outcome.result})
    if texts < MIN_TUNED:
        raise EndedError(
            f"{texts} different texts with labels, in languages that the embedded engine reads, are too few; "
            f"{MIN_TUNED} are the least",
            BAD_INPUT,
        )
    judged = judged_of(found.texts, outcomes)
    threshold = smallest_threshold(judged, at_accuracy=target)
    kept = [one for one in judged if threshold is not None and one.confidence >= threshold]
    if threshold is None or len(kept) < MIN_KEPT:
        raise EndedError(
            f"no confidence reaches {target:.0%} on {MIN_KEPT} of these texts or more; nothing was stored",
            BAD_INPUT,
        )
    report: dict[str, Any] = {
        "texts": len(found.texts),
        "left_out": found.left_out,
        "target": target,
        "threshold": threshold,
        "answered_locally": len(kept) / len(found.texts),
        "accuracy_there": accuracy(kept),
        "accuracy_interval": wilson(sum(one.right for one in kept), len(kept)),
    }
    policy = PolicyBook(settings.data_dir).add(name, threshold, report)
    if choices.as_json:
        say_json({**report, "policy": policy.reference})
        return
    low, high = report["accuracy_interval"]
    click.echo(str(found))
    click.echo(
        f"from {threshold:.4f} on the embedded engine answers {report['answered_locally']:.0%} of the texts "
        f"and is right in {report['accuracy_there']:.1%} of them (95 % interval {low:.1%} to {high:.1%})"
    )
    click.echo(
        f"stored as {policy.reference}; set AURASTREAM_ENGINE=cascade and "
        f"AURASTREAM_CASCADE_POLICY={policy.reference}, or deploy a stack with "
        f'PARAMETERS="Engine=cascade CascadeThreshold={threshold}"'
    )
