"""What a view says is all there is: nothing is answered that the document does not name."""

from typing import TypeVar

View = TypeVar("View", bound=type)


def closed(view: View) -> View:
    """What pydantic's `with_config` does, without pydantic: the command line has views but no document."""
    setattr(view, "__pydantic_config__", {"extra": "forbid"})  # noqa: B010 - no type has it before
    return view
