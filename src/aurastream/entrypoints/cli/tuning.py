"""`aurastream tune`."""

from pathlib import Path

import click

from aurastream.domain.engines.cascade import MIN_TUNED
from aurastream.domain.evaluation import Judged, accuracy, smallest_threshold
from aurastream.entrypoints.cli.app import Choices
from aurastream.entrypoints.cli.ending import BAD_INPUT, EndedError
from aurastream.entrypoints.cli.evaluating import score
from aurastream.entrypoints.cli.labelled import read_labelled
from aurastream.entrypoints.cli.printing import say_json


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--text-column", help="The column of texts; found out if it has a usual name.")
@click.option(
    "--label-column",
    required=True,
    help="What people said of each text, or the other engine: then the target is agreement with it.",
)
@click.option(
    "--target", type=click.FloatRange(0.25, 1), default=0.9, show_default=True, help="The share to reach."
)
@click.option("--name", default="own", show_default=True, help="What to call the policy: a-z, 0-9 and -.")
@click.pass_obj
def tune(
    choices: Choices, *, file: Path, text_column: str | None, label_column: str, target: float, name: str
) -> None:
    """Find from which confidence on the embedded engine answers well enough; keep it as a policy."""
    from aurastream.adapters.local.policy_book import PolicyBook
    from aurastream.containers import Container
    from aurastream.settings import Settings

    settings = Settings.from_environ(choices.environ)
    labelled = read_labelled(file, text_column=text_column, label_column=label_column)
    if len(labelled) < MIN_TUNED:
        raise EndedError(f"{len(labelled)} labelled texts are too few; {MIN_TUNED} are the least", BAD_INPUT)
    engine = Container(settings=settings.model_copy(update={"engine": "embedded"})).bulk_engine()
    outcomes = score(engine, [one.text for one in labelled])
    judged = [
        Judged(label=one.label, sentiment=outcome.result.sentiment, scores=outcome.result.scores)
        for one, outcome in zip(labelled, outcomes, strict=True)
        if outcome.result is not None
    ]
    threshold = smallest_threshold(judged, at_accuracy=target) if judged else None
    if threshold is None:
        raise EndedError(f"no confidence reaches {target:.0%} on these texts; nothing was stored", BAD_INPUT)
    kept = [one for one in judged if one.confidence >= threshold]
    report = {
        "texts": len(labelled),
        "target": target,
        "threshold": threshold,
        "answered_locally": len(kept) / len(labelled),
        "accuracy_there": accuracy(kept),
    }
    policy = PolicyBook(settings.data_dir).add(name, threshold, report)
    reference = f"{policy.name}@{policy.version}"
    if choices.as_json:
        say_json({**report, "policy": reference})
        return
    click.echo(
        f"from {threshold:.3f} on the embedded engine answers {report['answered_locally']:.0%} of the texts "
        f"and is right in {report['accuracy_there']:.1%} of them"
    )
    click.echo(
        f"stored as {reference}; set AURASTREAM_ENGINE=cascade and AURASTREAM_CASCADE_POLICY={reference}"
    )
