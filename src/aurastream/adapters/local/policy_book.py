"""Cascade policies that were tuned on labelled texts."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aurastream.adapters.local.whole_file import write_whole
from aurastream.domain.engines.cascade import CascadePolicy

_REFERENCE = re.compile(r"[a-z0-9-]{1,40}@[0-9a-f]{12}")
_NAME = re.compile(r"[a-z0-9-]{1,40}")


class PolicyBook:
    """A file a policy, called by its name and the hash of what it says; none is ever changed."""

    def __init__(self, data_dir: Path) -> None:
        self._root = data_dir / "policies"

    def add(self, name: str, threshold: float, report: Mapping[str, Any]) -> CascadePolicy:
        """
        Keep a threshold with the report that speaks for it.

        Raises:
            ValueError: the name is not 1 to 40 of a-z, 0-9 and -, or the threshold no probability.
        """
        if not _NAME.fullmatch(name):
            raise ValueError("a policy's name is 1 to 40 of a-z, 0-9 and -")
        version = hashlib.sha256(repr(threshold).encode()).hexdigest()[:12]
        policy = CascadePolicy(threshold=threshold, name=name, version=version)
        told = json.dumps({"threshold": threshold, "report": dict(report)}, indent=2)
        write_whole(self._root / f"{name}@{version}.json", told)
        return policy

    def get(self, reference: str) -> CascadePolicy:
        """
        The policy that the service was told to follow.

        Raises:
            KeyError: there is none of that name and version.
        """
        path = self._root / f"{reference}.json"
        if not _REFERENCE.fullmatch(reference) or not path.is_file():
            raise KeyError(reference)
        name, _, version = reference.partition("@")
        threshold = json.loads(path.read_text(encoding="utf-8"))["threshold"]
        return CascadePolicy(threshold=threshold, name=name, version=version)
