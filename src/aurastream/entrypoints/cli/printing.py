"""How a command speaks: JSON for programs, tables and lines for people."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from aurastream.entrypoints.cli.client import Client
from aurastream.entrypoints.cli.ending import INTERRUPTED, EndedError, code_of

WIDE = 10_000
"""Characters; no table has so many in a row."""


def say_json(value: Any) -> None:
    """One JSON value, on one line."""
    click.echo(json.dumps(value, ensure_ascii=False))


def say_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Columns for a person; tabs where nobody looks."""
    if not sys.stdout.isatty():
        click.echo("\t".join(columns))
        for row in rows:
            click.echo("\t".join(map(str, row)))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, box=None)
    for row in rows:
        table.add_row(*[Text(str(cell)) for cell in row])
    # A terminal too narrow wraps the lines; cut off by us, an id could not be copied.
    wide = Console(width=WIDE)
    Console(width=max(wide.measure(table).maximum, Console().width)).print(table)


def say_job(job: Mapping[str, Any]) -> None:
    """A job in a few lines."""
    counts, cost = job["counts"], job["cost"]
    click.echo(f"{job['job_id']}  {job['status']}")
    told = ", ".join(f"{counts[part]:,} {part}" for part in counts if counts[part] or part == "total")
    click.echo(f"  rows      {told}")
    if job["rate"]:
        click.echo(f"  rate      {job['rate']:,.0f} rows/s")
    click.echo(
        f"  cost      {cost['units']:,} units, {cost['usd']:.4f} USD "
        f"(Comprehend: {cost['estimated_units']:,} units, {cost['estimated_usd']:.4f} USD)"
        + (f", {cost['saved_units']:,} units saved" if cost["saved_units"] else "")
    )
    found = job["input"]
    if found:
        delimiter = repr(found["delimiter"]) if found["delimiter"] else None
        header = "without a header" if found["header"] is False else None
        parts = (found["format"], found["encoding"], found["compression"], delimiter, header)
        told = " ".join(filter(None, parts))
        column = f", text in {found['text_column']!r}" if found["text_column"] else ""
        click.echo(f"  input     {told}{column}")
    if job["error"]:
        click.echo(f"  error     {job['error']['code']}: {job['error']['detail']}")
        if job["error"].get("columns"):
            click.echo(f"  columns   {', '.join(map(repr, job['error']['columns']))}")


def say_end(job: Mapping[str, Any]) -> int:
    """What the end of a job means for a command; where it is not all well, stderr says what to do."""
    error, failed = job["error"], job["counts"]["failed"]
    if error:
        columns = ", ".join(map(repr, error.get("columns") or ()))
        told = f"{error['code']}: {error['detail']}" + (f": {columns}" if columns else "")
        click.echo(f"aurastream: {told}", err=True)
    elif failed:
        click.echo(
            f"aurastream: {failed:,} row(s) failed; `aurastream results {job['job_id']}` says of each why, "
            f"and `aurastream retry {job['job_id']}` tries those again that may do better",
            err=True,
        )
    return code_of(job["status"], error and error["code"])


def show_progress(client: Client, job_id: str, *, name_first: bool = False) -> Any:
    """
    Follow a job to its end, by a bar on a terminal and lines elsewhere; its last state.

    Who is told the job's name first knows at any moment how to go on.

    Raises:
        EndedError: interrupted; it says how to go on.
    """
    try:
        if name_first:
            click.echo(job_id, err=True)
        return _bar(client, job_id) if sys.stderr.isatty() else _lines(client, job_id)
    except KeyboardInterrupt:
        raise EndedError(
            f"interrupted; `aurastream status {job_id} --wait` goes on from where it was", INTERRUPTED
        ) from None


def _lines(client: Client, job_id: str) -> Any:
    job: Any = None
    shown = -1
    for job in client.follow(job_id):
        done = job["counts"]["total"] - job["counts"]["pending"]
        if done != shown:
            counted = f" {done:,}/{job['counts']['total']:,} rows" if job["counts"]["total"] else ""
            click.echo(f"{job['status']}{counted}", err=True)
            shown = done
    return job


def _bar(client: Client, job_id: str) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    job: Any = None
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("waiting", total=None, rate="")
        for job in client.follow(job_id):
            counts = job["counts"]
            rate = f"{job['rate']:,.0f} rows/s" if job["rate"] else ""
            progress.update(
                task,
                description=job["status"].lower(),
                total=counts["total"] or None,
                completed=counts["total"] - counts["pending"],
                rate=rate,
            )
    return job
