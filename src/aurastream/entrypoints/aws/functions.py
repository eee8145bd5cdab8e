"""A function's container and telemetry, made once, when its environment starts."""

from collections.abc import Mapping
from dataclasses import dataclass

from dependency_injector import providers

from aurastream.containers import Container
from aurastream.domain.job import Job
from aurastream.entrypoints.aws.telemetry import Telemetry
from aurastream.ports.notifier import Notifier
from aurastream.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """What a handler is built from."""

    container: Container
    telemetry: Telemetry


class CountedNotifier(Notifier):
    """Has every end that is told counted too."""

    def __init__(self, inner: Notifier, telemetry: Telemetry) -> None:
        self._inner, self._telemetry = inner, telemetry

    def job_ended(self, job: Job) -> None:
        self._inner.job_ended(job)
        self._telemetry.job_ended(job)


def function(
    name: str, environ: Mapping[str, str], *, patience: str = "BULK_STORE", keeps_results: bool = False
) -> Function:
    """
    The parts of one function; `patience` is how long its stores are waited for, `keeps_results` says that
    it deals with exports, and would find out late that there is no bucket for them.

    Raises:
        SettingsError: a variable is missing or makes no sense; the message names it.
    """
    telemetry = Telemetry(name)
    settings = Settings.from_environ(environ)
    if keeps_results:
        settings.required("results_bucket")
    container = Container(settings=settings, patience=providers.Object(patience))
    container.on_call.override(telemetry.engine_called)
    container.on_documents.override(telemetry.documents_scored)
    container.on_resisted.override(telemetry.job_resisted)
    told = container.notifier.providers[settings.home]
    container.notifier.override(providers.Singleton(CountedNotifier, told, telemetry))
    return Function(container=container, telemetry=telemetry)
