"""Functions over the fakes of the workshop."""

from types import SimpleNamespace
from typing import Any

from aurastream.entrypoints.aws.functions import Function
from aurastream.entrypoints.aws.telemetry import Telemetry
from aurastream.settings import Settings
from tests.unit.services.workshop import Workshop


class Shelf:
    """The part of a container that handlers ask: each use case by its provider's name."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop

    def settings(self) -> Settings:
        return Settings(home="aws", uploads_bucket="uploads")

    def __getattr__(self, name: str) -> Any:
        parts = {"run_promise": "run", "settle_overdue": "settle"}
        return lambda: getattr(self._shop, parts.get(name, name))


def function_of(shop: Workshop) -> Function:
    return Function(container=Shelf(shop), telemetry=Telemetry("test"))  # type: ignore[arg-type] # answers as one


CONTEXT = SimpleNamespace(function_name="test", aws_request_id="1")
