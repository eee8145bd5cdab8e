"""`aurastream submit`."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfileobj
from tempfile import NamedTemporaryFile

import click

from aurastream.domain.language import Language
from aurastream.entrypoints.cli.app import Choices
from aurastream.entrypoints.cli.client import Client, connected
from aurastream.entrypoints.cli.options import language_option, output_option
from aurastream.entrypoints.cli.printing import say_end, say_job, say_json, show_progress

STDIN = Path("-")
MEDIA = {
    ".csv": "text/csv",
    ".tsv": "text/csv",
    ".ndjson": "application/x-ndjson",
    ".jsonl": "application/x-ndjson",
    ".txt": "text/plain",
}


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--text-column", help="The column to score; found out if it has a usual name.")
@click.option("--id-column", help="A column with your own ids.")
@click.option("--language-column", help="A column with language codes.")
@click.option(
    "--language",
    callback=language_option,
    help="The language of all texts; found out for each if absent.",
)
@click.option("--max-cost-usd", type=click.FloatRange(min=0), help="Refuse the file if it would cost more.")
@click.option("--calibration", help="A calibration of your own, as `aurastream calibrate` names it.")
@click.option("--dry-run", is_flag=True, help="Read the file and say what it would cost; score nothing.")
@click.option("--escape-input", is_flag=True, help="Also neutralise formulas in your own columns.")
@click.option("--wait/--no-wait", default=None, help="Wait for the end; always so in process.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=output_option,
    help="Write the export there; waits.",
)
@click.pass_obj
def submit(
    choices: Choices,
    *,
    file: Path,
    text_column: str | None,
    id_column: str | None,
    language_column: str | None,
    language: Language | None,
    max_cost_usd: float | None,
    calibration: str | None,
    dry_run: bool,
    escape_input: bool,
    wait: bool | None,
    output: Path | None,
) -> int:
    """Score a FILE (`-` for stdin): CSV, NDJSON, a JSON array or text by line, each also gzipped."""
    options = {
        "text_column": text_column,
        "id_column": id_column,
        "language_column": language_column,
        "language": language,
        "max_cost_usd": max_cost_usd,
        "calibration": calibration,
        "dry_run": dry_run or None,
        "escape_input": escape_input or None,
        "filename": os.fsencode(file.name).decode(errors="replace") if file.is_file() else None,
    }
    with connected(choices) as client, _measurable(file) as content:
        job = client.submit(content, _media_of(file), options)
        if not (wait or output or client.in_process):
            _tell(choices, job)
            return 0
        job = show_progress(client, job["job_id"], name_first=not choices.as_json)
        if output is not None and job["input"]:
            save_export(client, job["job_id"], output)
        _tell(choices, job)
        return say_end(job)


@contextmanager
def _measurable(file: Path) -> Iterator[Path]:
    """The file itself; of what comes through a pipe a copy, for whoever sends says first how much it is."""
    if file.is_file():
        yield file
        return
    with NamedTemporaryFile() as copy, sys.stdin.buffer if file == STDIN else file.open("rb") as piped:
        copyfileobj(piped, copy)
        copy.flush()
        yield Path(copy.name)


def save_export(client: Client, job_id: str, output: Path) -> None:
    """Stream an export into a file, which is there whole or not at all."""
    part = output.with_name(output.name + ".part")
    with client.export(job_id) as response, part.open("wb") as out:
        for block in response.iter_bytes(1 << 16):
            out.write(block)
    part.replace(output)


def _media_of(file: Path) -> str | None:
    """What the name says; None where only a look into the file can tell."""
    endings = [ending.lower() for ending in file.suffixes if ending.lower() != ".gz"]
    return MEDIA.get(endings[-1] if endings else "")


def _tell(choices: Choices, job: dict[str, object]) -> None:
    if choices.as_json:
        say_json(job)
    else:
        say_job(job)
