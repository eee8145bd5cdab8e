"""`aurastream redrive`."""

import click

from aurastream.entrypoints.cli.app import Choices
from aurastream.entrypoints.cli.printing import say_json, say_table

AT_A_TIME = 100


@click.command()
@click.option("--dry-run", is_flag=True, help="List what rests, put nothing back.")
@click.pass_obj
def redrive(choices: Choices, *, dry_run: bool) -> None:
    """List the promises that were tried in vain, and put them back in the queue."""
    from aurastream.containers import Container
    from aurastream.settings import Settings

    container = Container(settings=Settings.from_environ(choices.environ))
    queue, clock = container.queue(), container.clock()
    tickets = queue.resting(AT_A_TIME)
    for ticket in tickets if not dry_run else ():
        queue.redrive(ticket, now=clock.now())
    rows = [(ticket.job.tenant, ticket.job.job_id, ticket.queued_at.isoformat()) for ticket in tickets]
    if choices.as_json:
        say_json(
            {
                "redriven": not dry_run,
                "tickets": [dict(zip(("tenant", "job_id", "queued_at"), row, strict=True)) for row in rows],
            }
        )
        return
    say_table(("tenant", "job", "queued"), rows)
    click.echo(f"{len(rows)} {'would be' if dry_run else 'were'} put back", err=True)
