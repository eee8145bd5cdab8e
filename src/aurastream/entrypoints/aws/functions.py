"""A function's container and telemetry, made once, when its environment starts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aurastream.containers import Container, required
from aurastream.entrypoints.aws.telemetry import Telemetry
from aurastream.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """What a handler is built from."""

    container: Container
    telemetry: Telemetry


def function(
    name: str, environ: Mapping[str, str], *, live: bool = False, keeps_results: bool = False
) -> Function:
    """
    The parts of one function; `live` where somebody waits for it, `keeps_results` where it deals
    with exports, and would find out late that there is no bucket for them.

    Raises:
        SettingsError: a variable is missing or makes no sense; the message names it.
    """
    telemetry = Telemetry(name)
    settings = Settings.from_environ(environ)
    if keeps_results:
        required(settings, "results_bucket")
    overrides: dict[str, Any] = {"patience": "LIVE_STORE"} if live else {}
    container = Container(settings=settings, **overrides)
    container.on_call.override(telemetry.engine_called)
    container.on_documents.override(telemetry.documents_scored)
    return Function(container=container, telemetry=telemetry)
