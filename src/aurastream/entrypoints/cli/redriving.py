"""`aurastream redrive`."""

import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click

from aurastream.domain.errors import JobNotFoundError
from aurastream.entrypoints.cli.app import Choices
from aurastream.entrypoints.cli.printing import say_json, say_table
from aurastream.entrypoints.upload_events import sources_of

if TYPE_CHECKING:
    from aurastream.adapters.aws.sqs_failed_events import FailedEvent
    from aurastream.containers import Container
    from aurastream.domain.keys import JobKey
    from aurastream.domain.tickets import Ticket

AT_A_TIME = 10
"""What is set off again before more is looked for."""
NO_LIMIT = sys.maxsize - 1

Row = dict[str, str]


@click.command()
@click.option("--limit", type=click.IntRange(min=1), help="At most so many of a kind; else all of them.")
@click.option("--dry-run", is_flag=True, help="List what rests, put nothing back.")
@click.pass_obj
def redrive(choices: Choices, *, limit: int | None, dry_run: bool) -> None:
    """List promises and uploads that were tried in vain, and set them off again; twice is once."""
    from aurastream.containers import Container
    from aurastream.settings import Settings

    settings = Settings.from_environ(choices.environ)
    container = Container(settings=settings)
    kinds: list[Resting] = [Promises(container)]
    if settings.failed_events_url:
        kinds.append(Uploads(container))
    deal_with = list_up_to if dry_run else set_off_up_to
    found: list[Row] = []
    more = True
    try:
        rests_on = [deal_with(limit or NO_LIMIT, kind, found) for kind in kinds]
        more = any(rests_on)
    finally:  # also who breaks off or meets an error is told what was done
        if choices.as_json:
            say_json({"redriven": not dry_run, "tickets": found, "more": more})
        else:
            say_table(("what", "tenant", "job", "since"), [tuple(one.values()) for one in found])
            done = f"{len(found):,} {'would be' if dry_run else 'were'} set off again"
            click.echo(f"{done}; more rest" if more else done, err=True)


class Resting(ABC):
    """One kind of what was tried in vain."""

    @abstractmethod
    def look(self, limit: int) -> Iterable[Row]:
        """So many of them, if there are; nothing changes."""

    @abstractmethod
    def set_off(self, limit: int) -> Iterable[Row]:
        """The same, each after it was set off again."""


def list_up_to(limit: int, kind: Resting, found: list[Row]) -> bool:
    """Add what rests, up to the limit; whether there is more."""
    seen = list(kind.look(limit + 1))
    found += seen[:limit]
    return len(seen) > limit


def set_off_up_to(limit: int, kind: Resting, found: list[Row]) -> bool:
    """Set off what rests, up to the limit, and add it; whether there is more."""
    left = limit
    while left > 0:
        before = len(found)
        found.extend(kind.set_off(min(AT_A_TIME, left)))  # which adds them one by one, for the next may fail
        if len(found) == before:
            return False
        left -= len(found) - before
    return any(kind.look(1))


class Promises(Resting):
    """Promised answers."""

    def __init__(self, container: "Container") -> None:
        self._queue, self._clock = container.queue(), container.clock()

    def look(self, limit: int) -> Iterator[Row]:
        return map(_promise, self._queue.resting(limit))

    def set_off(self, limit: int) -> Iterator[Row]:
        return map(_promise, self._queue.redrive(limit, now=self._clock.now()))


class Uploads(Resting):
    """Uploads whose event nobody could handle; one that speaks of no job of ours is left where it is."""

    def __init__(self, container: "Container") -> None:
        self._events, self._start = container.aws.failed_events(), container.start()

    def look(self, limit: int) -> Iterator[Row]:
        for event in self._events.resting(limit):
            self._events.release(event)
            yield from (_row("upload", key) for key, _ in sources_of(event.payload))

    def set_off(self, limit: int) -> Iterator[Row]:
        """Start the jobs here and now; starting one that runs already changes nothing."""
        found = 0
        while found < limit and (events := self._events.resting(limit - found)):
            for event in events:
                for row in self._started(event):
                    found += 1
                    yield row

    def _started(self, event: "FailedEvent") -> list[Row]:
        sources = list(sources_of(event.payload))
        for key, source in sources:
            try:
                self._start(key, source)
            except JobNotFoundError:
                continue  # deleted since
        if sources:
            self._events.done(event)
        return [_row("upload", key) for key, _ in sources]


def _promise(ticket: "Ticket") -> Row:
    return _row("promise", ticket.job, ticket.queued_at.isoformat())


def _row(what: str, key: "JobKey", since: str = "") -> Row:
    return {"what": what, "tenant": key.tenant, "job_id": key.job_id, "since": since}
