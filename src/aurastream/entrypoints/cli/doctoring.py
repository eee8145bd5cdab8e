"""`aurastream doctor`."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from aurastream import __version__
from aurastream.entrypoints.cli.account import to_mend
from aurastream.entrypoints.cli.app import Choices
from aurastream.entrypoints.cli.ending import SERVICE
from aurastream.entrypoints.cli.extras import to_install
from aurastream.entrypoints.cli.printing import say_json, say_table

if TYPE_CHECKING:
    from aurastream.containers import Container

RESTING_SHOWN = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; `ok` is None where there is nothing to judge."""

    what: str
    found: str
    ok: bool | None = None


@click.command()
@click.pass_obj
def doctor(choices: Choices) -> int:
    """Say what is configured, what works and what is missing."""
    findings = list(_look(choices))
    if choices.as_json:
        say_json({"findings": [{"what": one.what, "found": one.found, "ok": one.ok} for one in findings]})
    else:
        marks = {True: "ok", False: "MISSING", None: ""}
        say_table(("", "what", "found"), [(marks[one.ok], one.what, one.found) for one in findings])
    return SERVICE if any(one.ok is False for one in findings) else 0


def _look(choices: Choices) -> Iterator[Finding]:
    from aurastream.containers import Container
    from aurastream.settings import PREFIX, Settings

    settings = Settings.from_environ(choices.environ)
    yield Finding(what="aurastream", found=f"{__version__} on Python {sys.version.split()[0]}")
    yield Finding(what="home", found=settings.home)
    given = sorted(name for name, value in choices.environ.items() if name.startswith(PREFIX) and value)
    yield Finding(what="set", found=", ".join(given) or "nothing, all is as it comes")
    if settings.url:
        yield _tried("server", lambda: _asked(choices, "/v1/health")["status"])
        yield _tried(
            "jobs are readable", lambda: f"{len(_asked(choices, '/v1/jobs')['jobs'])} on the first page"
        )
        return
    container = Container(settings=settings)
    yield Finding(what="engine", found=settings.engine)
    yield _tried("engine answers", lambda: _score(container))
    if settings.home == "local":
        yield Finding(what="data directory", found=str(settings.data_dir.resolve()))
        keys = f"{len(settings.api_keys)} of {len(set(settings.api_keys.values()))} tenants"
        yield Finding(what="API keys", found=keys if settings.api_keys else "none: loopback only")
    yield _tried("blobs are kept by", lambda: type(container.blobs()).__name__)
    yield _tried("jobs are started by", lambda: type(container.workflows()).__name__)
    yield _tried("jobs are readable", lambda: _overdue(container))
    yield _tried("promises that rest", lambda: str(len(container.queue().resting(RESTING_SHOWN))))
    if settings.failed_events_url:
        yield _tried("uploads that rest", lambda: str(container.aws.failed_events().count()))


def _tried(what: str, look: Callable[[], str]) -> Finding:
    """What came of it, or the kind of error: its words might be a customer's, if they are not our own."""
    from aurastream.domain.errors import AuraStreamError
    from aurastream.settings import SettingsError

    try:
        return Finding(what=what, found=look(), ok=True)
    except (SettingsError, AuraStreamError, click.ClickException) as error:
        found = str(error) or type(error).__name__
    except ModuleNotFoundError as error:
        found = to_install(error) or str(error)
    except OSError as error:
        found = f"{error.strerror}: {error.filename}"
    except Exception as error:  # a doctor names whatever is wrong
        found = to_mend(error) or type(error).__name__
    return Finding(what=what, found=found, ok=False)


def _asked(choices: Choices, path: str) -> Any:
    from aurastream.entrypoints.cli.client import connected

    with connected(choices) as client:
        return client.get(path)


def _score(container: "Container") -> str:
    from aurastream.domain.document import Document
    from aurastream.domain.engine import Call, Priority
    from aurastream.domain.keys import LOCAL_TENANT

    call = Call(tenant=LOCAL_TENANT, priority=Priority.LIVE)
    engine = container.live_engine()
    [outcome] = engine.analyze([Document(id="1", text="This works very well.")], call)
    return f"{outcome.status}, {engine.identity.name} {engine.identity.version}"


def _overdue(container: "Container") -> str:
    return f"{len(container.jobs().overdue(container.clock().now(), RESTING_SHOWN))} overdue"
