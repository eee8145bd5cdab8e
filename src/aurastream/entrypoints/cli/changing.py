"""`aurastream cancel`, `retry`, `delete`."""

import click

from aurastream.entrypoints.cli.app import Choices
from aurastream.entrypoints.cli.client import FINAL, connected
from aurastream.entrypoints.cli.printing import say_end, say_job, say_json, show_progress


@click.command()
@click.argument("job_id")
@click.pass_obj
def cancel(choices: Choices, *, job_id: str) -> None:
    """Stop a job; what is done is kept."""
    with connected(choices) as client:
        client.post(f"/v1/jobs/{job_id}/cancel")
        job = client.get(f"/v1/jobs/{job_id}")
    if choices.as_json:
        say_json(job)
    else:
        say_job(job)


@click.command()
@click.argument("job_id")
@click.option("--wait/--no-wait", default=None, help="Wait for the end; always so in process.")
@click.pass_obj
def retry(choices: Choices, *, job_id: str, wait: bool | None) -> int:
    """Make a new job of the rows that failed in a way that may be mended."""
    with connected(choices) as client:
        job = client.post(f"/v1/jobs/{job_id}/retry")
        if wait or client.in_process:
            job = show_progress(client, job["job_id"])
        else:
            job = client.get(f"/v1/jobs/{job['job_id']}")
    if choices.as_json:
        say_json(job)
    else:
        say_job(job)
    return say_end(job) if job["status"] in FINAL else 0


@click.command()
@click.argument("job_id")
@click.pass_obj
def delete(choices: Choices, *, job_id: str) -> None:
    """Erase a job that has ended, with all its text and results."""
    with connected(choices) as client:
        client.delete(f"/v1/jobs/{job_id}")
    if choices.as_json:
        say_json({"deleted": job_id})
    else:
        click.echo(f"{job_id} is gone")
