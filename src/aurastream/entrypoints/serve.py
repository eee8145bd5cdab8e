"""The service on one machine: the HTTP app, and the runner that works on what it saves."""

import ipaddress
import logging
import os
import secrets
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

import uvicorn
from starlette.types import ASGIApp

from aurastream.adapters.local.data_directory import RUNNER_LOCK
from aurastream.adapters.local.runner import Runner, untold
from aurastream.containers import Container
from aurastream.domain.errors import AuraStreamError
from aurastream.domain.keys import JobKey
from aurastream.entrypoints.http.about import front_endpoint
from aurastream.entrypoints.http.app import create_app
from aurastream.entrypoints.http.authentication import ApiKeys, LocalOnly
from aurastream.entrypoints.http.running import shedding
from aurastream.entrypoints.http.wiring import other_routes, sentiment_route, upload_route
from aurastream.entrypoints.unparsable import protocol_of
from aurastream.settings import Settings, SettingsError

_log = logging.getLogger(__name__)

OnFailed = Callable[[JobKey, Exception], None]
"""Hears which job's run failed, and why; it will be tried again."""

SETTLE_EVERY = 60.0
RETRY_EVERY = 1.0
FORGET_EVERY = 3600.0
"""Seconds between rounds of the chores."""
STOP_WITHIN = 5.0


def serve(settings: Settings, *, host: str, port: int, say: Callable[[str], None]) -> None:
    """
    Answer until a signal comes; port 0 picks a free one, and the first line said names it.

    Raises:
        SettingsError: without API keys the service would be open to others than this machine.
        OSError: the address cannot be bound.
    """
    signal.signal(signal.SIGTERM, _end)  # uvicorn raises it anew when it has ended; by itself it would kill
    with _prepared(settings, host, port) as (url, server, listening):
        say(f"AuraStream listening on {url}")
        server.run(sockets=[listening])


@contextmanager
def running(settings: Settings, *, host: str, port: int, on_failed: OnFailed = untold) -> Iterator[str]:
    """
    The same service in a thread of this process, for as long as it is needed; its address.

    Raises:
        SettingsError, OSError
    """
    with _prepared(settings, host, port, on_failed) as (url, server, listening):
        thread = Thread(target=server.run, args=([listening],), name="server", daemon=True)
        thread.start()
        try:
            yield url
        finally:
            server.should_exit = True
            thread.join(STOP_WITHIN)


@contextmanager
def _prepared(
    settings: Settings, host: str, port: int, on_failed: OnFailed = untold
) -> Iterator[tuple[str, uvicorn.Server, socket.socket]]:
    """Everything but the loop that answers: socket, app and runner; what was opened is closed in any case."""
    if not settings.api_keys and not _is_loopback(host):
        raise SettingsError("AURASTREAM_API_KEYS: set keys before serving other machines than this one")
    _make_writable(settings.data_dir)
    with ExitStack() as opened:
        listening = opened.enter_context(_bind(host, port))
        shown = f"[{host}]" if ":" in host else host
        url = f"http://{shown}:{listening.getsockname()[1]}"
        container = Container(
            settings=settings,
            public_url=url,
            wake=lambda: runner.wake(),
            halted=lambda: runner.stopping(),
            on_resisted=_resisted,
        )
        opened.callback(container.local.database().close)
        runner: Runner = runner_of(container, on_failed)
        opened.callback(runner.stop, STOP_WITHIN)
        app = local_app(container, settings)
        # Only now: of two threads that ask a container for the same thing at once, each may get its own.
        opened.enter_context(_becoming(runner))
        Thread(target=_warm_up, args=(container,), name="warm-up", daemon=True).start()
        config = uvicorn.Config(
            app,
            http=protocol_of(new_request_id),
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=int(STOP_WITHIN),
        )
        yield url, uvicorn.Server(config), listening


def local_app(container: Container, settings: Settings) -> ASGIApp:
    """The HTTP app of one machine."""
    upload = upload_route(container, shedding(settings.max_live_calls))
    others = other_routes(container, extra=[upload, front_endpoint()], secured=bool(settings.api_keys))
    return create_app(
        [*sentiment_route(container), *others],
        run=shedding(settings.max_live_calls, waiting=settings.max_live_calls),
        authenticate=ApiKeys(settings.api_keys) if settings.api_keys else LocalOnly(),
        new_request_id=new_request_id,
    )


def _end(_signal: int, _frame: object) -> None:
    """What is open is closed on the way out."""
    raise SystemExit(0)


def new_request_id() -> str:
    """By which an operator finds what a caller asks about."""
    return f"req_{secrets.token_hex(8)}"


def runner_of(container: Container, on_failed: OnFailed = untold) -> Runner:
    """The one that works on the jobs of the data directory, with its chores."""
    settle, retries = container.settle_overdue(), container.work_retries()
    cache, clock = container.cache(), container.clock()
    return Runner(
        container.local.database(),
        container.settings().data_dir / RUNNER_LOCK,
        container.run_job(),
        clock=clock,
        chores=[
            (SETTLE_EVERY, lambda: _ignore(settle())),
            (RETRY_EVERY, lambda: _ignore(retries())),
            (FORGET_EVERY, lambda: cache.drop_expired(clock.now())),
        ],
        rouse=clock.rouse,
        on_failed=on_failed,
    )


def _ignore(_count: int) -> None:
    """A chore tells nobody how much there was to do."""


def _resisted(key: JobKey, kind: str) -> None:
    _log.warning("a job resists and will be tried again: %s %s", key.job_id, kind)


@contextmanager
def _becoming(runner: Runner) -> Iterator[None]:
    """Whoever runs the directory now may end; then it is our turn."""
    stopping = Event()

    def try_on() -> None:
        while not stopping.is_set():
            with suppress(AuraStreamError):
                if runner.try_become_runner():
                    return
            stopping.wait(1.0)

    waiting = Thread(target=try_on, name="runner-to-be", daemon=True)
    waiting.start()
    try:
        yield
    finally:
        stopping.set()
        waiting.join(STOP_WITHIN)


def _warm_up(container: Container) -> None:
    """Load what the first request would otherwise wait for."""
    container.live_engine()
    container.detector().detect(["ein Satz, dessen Sprache niemandem ein Geheimnis ist, und noch etwas mehr"])


def _make_writable(directory: Path) -> None:
    """
    Make the data directory if need be.

    Raises:
        SettingsError: that cannot be done, or nothing can be written into it.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        fault = None if os.access(directory, os.W_OK | os.X_OK) else "nothing can be written into it"
    except OSError as error:
        fault = error.strerror
    if fault:
        raise SettingsError(f"AURASTREAM_DATA_DIR: {directory} cannot be used ({fault}); name another one")


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio looks at the protocol: only where it is told TCP it turns off the delay of small packets.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen()  # who reads the address may call at once, and waits for the loop to begin
    except BaseException:
        listening.close()
        raise
    return listening


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
