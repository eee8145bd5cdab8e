"""Small files that people name and the product numbers: what jobs and settings refer to."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aurastream.adapters.local.whole_file import write_whole
from aurastream.domain.versions import is_reference, reference_to


class VersionedFiles:
    """A file for each name and version, never changed; it holds the report that speaks for it, too."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, name: str, content: Mapping[str, Any], *, version: str, report: Mapping[str, Any]) -> str:
        """
        Keep a content under a name; the reference that it is found by.

        Raises:
            ValueError: the name is not 1 to 40 of a-z, 0-9 and -.
        """
        reference = reference_to(name, version)
        write_whole(self._path(reference), json.dumps({**content, "report": dict(report)}, indent=2))
        return reference

    def knows(self, reference: str) -> bool:
        """Whether there is one of that name and version."""
        return is_reference(reference) and self._path(reference).is_file()

    def get(self, reference: str) -> dict[str, Any]:
        """
        What it says, and its report.

        Raises:
            KeyError: there is none of that name and version.
        """
        if not self.knows(reference):
            raise KeyError(reference)
        read: dict[str, Any] = json.loads(self._path(reference).read_text(encoding="utf-8"))
        return read

    def _path(self, reference: str) -> Path:
        return self._folder / f"{reference}.json"
