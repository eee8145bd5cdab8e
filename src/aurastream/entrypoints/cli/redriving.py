"""`aurastream redrive`."""

from typing import TYPE_CHECKING, Any

import click

from aurastream.domain.errors import JobNotFoundError
from aurastream.entrypoints.cli.app import Choices
from aurastream.entrypoints.cli.printing import say_json, say_table
from aurastream.entrypoints.upload_events import sources_of

if TYPE_CHECKING:
    from aurastream.containers import Container

AT_A_TIME = 100


@click.command()
@click.option("--dry-run", is_flag=True, help="List what rests, put nothing back.")
@click.pass_obj
def redrive(choices: Choices, *, dry_run: bool) -> None:
    """List promises and uploads that were tried in vain, and set them off again; twice is once."""
    from aurastream.containers import Container
    from aurastream.settings import Settings

    settings = Settings.from_environ(choices.environ)
    container = Container(settings=settings)
    found = _promises(container, dry_run=dry_run)
    if settings.failed_events_url:
        found += _uploads(container, dry_run=dry_run)
    if choices.as_json:
        say_json({"redriven": not dry_run, "tickets": found})
        return
    say_table(("what", "tenant", "job", "since"), [tuple(one.values()) for one in found])
    click.echo(f"{len(found)} {'would be' if dry_run else 'were'} set off again", err=True)


def _promises(container: "Container", *, dry_run: bool) -> list[dict[str, Any]]:
    queue, clock = container.queue(), container.clock()
    tickets = queue.resting(AT_A_TIME)
    for ticket in tickets if not dry_run else ():
        queue.redrive(ticket, now=clock.now())
    return [
        {
            "what": "promise",
            "tenant": ticket.job.tenant,
            "job_id": ticket.job.job_id,
            "since": ticket.queued_at.isoformat(),
        }
        for ticket in tickets
    ]


def _uploads(container: "Container", *, dry_run: bool) -> list[dict[str, Any]]:
    """Start the jobs here and now; starting one that runs already changes nothing."""
    events, start = container.aws.failed_events(), container.start()
    found = []
    for event in events.resting(AT_A_TIME):
        for key, source in sources_of(event.payload):
            found.append({"what": "upload", "tenant": key.tenant, "job_id": key.job_id, "since": ""})
            if not dry_run:
                try:
                    start(key, source)
                except JobNotFoundError:
                    continue  # deleted since
        if dry_run:
            events.release(event)
        else:
            events.done(event)
    return found
