"""Cascade policies that were tuned on labelled texts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aurastream.adapters.local.versioned_files import VersionedFiles
from aurastream.domain.engines.cascade import CascadePolicy
from aurastream.domain.versions import version_of


class PolicyBook:
    """A file a policy, called by its name and the hash of what it says; none is ever changed."""

    def __init__(self, data_dir: Path) -> None:
        self._files = VersionedFiles(data_dir / "policies")

    def add(self, name: str, threshold: float, report: Mapping[str, Any]) -> CascadePolicy:
        """
        Keep a threshold with the report that speaks for it.

        Raises:
            ValueError: the name is not 1 to 40 of a-z, 0-9 and -, or the threshold no probability.
        """
        version = version_of(repr(threshold).encode())
        policy = CascadePolicy(threshold=threshold, name=name, version=version)
        self._files.add(name, {"threshold": threshold}, version=version, report=report)
        return policy

    def get(self, reference: str) -> CascadePolicy:
        """
        The policy that the service was told to follow.

        Raises:
            KeyError: there is none of that name and version.
        """
        threshold = self._files.get(reference)["threshold"]
        name, _, version = reference.partition("@")
        return CascadePolicy(threshold=threshold, name=name, version=version)
