"""Things named by the place where they stand, so that wiring imports nothing that is not used."""

from collections.abc import Callable
from importlib import import_module
from typing import Any


class Lazily:
    """The class or function at `module:name`, imported when it is first called."""

    def __init__(self, place: str) -> None:
        self.place = place

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.target(*args, **kwargs)

    @property
    def target(self) -> Callable[..., Any]:
        """What stands at the place."""
        module, _, name = self.place.partition(":")
        return getattr(import_module(module), name)  # type: ignore[no-any-return] # only a name is known


def named(module: str, name: str) -> Any:
    """A constant of a module that is imported when it is asked for."""
    return getattr(import_module(module), name)
