"""`aurastream jobs`, `status`, `results`, `export`, `summary`."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from aurastream.domain.job import JobStatus
from aurastream.entrypoints.cli.app import Choices
from aurastream.entrypoints.cli.client import FINAL, connected
from aurastream.entrypoints.cli.ending import BAD_INPUT, EndedError
from aurastream.entrypoints.cli.options import output_option
from aurastream.entrypoints.cli.printing import say_end, say_job, say_json, say_table, show_progress
from aurastream.entrypoints.cli.submitting import save_export


@click.command()
@click.option(
    "--status",
    type=click.Choice([one.value for one in JobStatus]),
    help="Only jobs in this status.",
)
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="The newest so many."
)
@click.pass_obj
def jobs(choices: Choices, *, status: str | None, limit: int) -> None:
    """List jobs, the newest first."""
    with connected(choices) as client:
        found: list[Any] = []
        cursor = None
        while len(found) < limit:
            page = client.get("/v1/jobs", status=status, limit=min(100, limit - len(found)), cursor=cursor)
            found += page["jobs"]
            cursor = page["next_cursor"]
            if cursor is None:
                break
    if choices.as_json:
        say_json({"jobs": found})
        return
    say_table(
        ("job", "status", "created", "rows", "failed", "progress"),
        [
            (
                job["job_id"],
                job["status"],
                job["created_at"],
                job["counts"]["total"],
                job["counts"]["failed"],
                f"{job['progress']:.0%}",
            )
            for job in found
        ],
    )


@click.command()
@click.argument("job_id")
@click.option("--wait", is_flag=True, help="Wait for its end, and exit as `submit --wait` does.")
@click.pass_obj
def status(choices: Choices, *, job_id: str, wait: bool) -> int:
    """Say how a job stands."""
    with connected(choices) as client:
        job = client.get(f"/v1/jobs/{job_id}")
        if wait:
            job = show_progress(client, job_id)
    if choices.as_json:
        say_json(job)
    else:
        say_job(job)
    return say_end(job) if wait else 0


@click.command()
@click.argument("job_id")
@click.pass_obj
def results(choices: Choices, *, job_id: str) -> None:
    """Print the outcomes that are there, a JSON object a line."""
    with connected(choices) as client:
        for outcome in client.results(job_id):
            say_json(outcome)


@click.command()
@click.argument("job_id")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=output_option,
    help="A file instead of stdout.",
)
@click.pass_obj
def export(choices: Choices, *, job_id: str, output: Path | None) -> None:
    """Give back the file with what became of each row."""
    with connected(choices) as client:
        if output is not None:
            save_export(client, job_id, output)
            return
        with client.export(job_id) as response:
            for block in response.iter_bytes(1 << 16):
                sys.stdout.buffer.write(block)


@click.command()
@click.argument("job_id")
@click.option("--group-by", metavar="COLUMN", help="Shares for each value of a column.")
@click.pass_obj
def summary(choices: Choices, *, job_id: str, group_by: str | None) -> None:
    """Say what the outcomes of a job are taken together."""
    with connected(choices) as client:
        told = client.get(f"/v1/jobs/{job_id}/summary")
        if group_by is not None:
            if group_by not in told["columns"]:
                raise EndedError(_not_a_group(told), BAD_INPUT)
            told = client.get(f"/v1/jobs/{job_id}/summary", group_by=group_by)
    if choices.as_json:
        say_json(told)
        return
    rows = [("all", told["totals"])]
    rows += [(group["value"], group) for group in told["groups"].get(group_by, ())]
    say_table(("", "rows", "positive", "negative", "neutral", "mixed", "polarity"), map(_line, rows))


def _not_a_group(told: Mapping[str, Any]) -> str:
    if told["status"] not in FINAL:
        return "groups are made when the job ends; wait for it with `aurastream status JOB_ID --wait`"
    columns = ", ".join(map(repr, told["columns"])) or "no column"
    return f"the job cannot be grouped by that; it can by {columns}"


def _line(named: tuple[str, Any]) -> list[str]:
    name, tally = named
    sentiments = tally["sentiments"] or {}
    shares = [sentiments.get(kind, {}).get("share") for kind in ("positive", "negative", "neutral", "mixed")]
    polarity = tally["polarity"]
    return [
        name,
        str(tally["count"]),
        *["-" if share is None else f"{share:.1%}" for share in shares],
        "-" if polarity is None else f"{polarity:+.2f}",
    ]
