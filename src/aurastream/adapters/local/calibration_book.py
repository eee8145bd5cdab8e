"""Calibrations that tenants have made from labels of their own."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aurastream.adapters.local.whole_file import write_whole
from aurastream.domain.keys import Tenant, parse_tenant

if TYPE_CHECKING:
    from aurastream.adapters.local.embedded_calibration import Calibration

_REFERENCE = re.compile(r"[a-z0-9-]{1,40}@[0-9a-f]{12}")
_NAME = re.compile(r"[a-z0-9-]{1,40}")


class CalibrationBook:
    """A file a calibration, called by its name and the hash of its numbers; none is ever changed."""

    def __init__(self, data_dir: Path) -> None:
        self._root = data_dir / "calibrations"

    def add(self, tenant: Tenant, name: str, calibration: "Calibration", report: Mapping[str, Any]) -> str:
        """
        Keep a calibration with the report that speaks for it; what jobs call it by.

        Raises:
            ValueError: the name is not 1 to 40 of a-z, 0-9 and -.
        """
        if not _NAME.fullmatch(name):
            raise ValueError("a calibration's name is 1 to 40 of a-z, 0-9 and -")
        numbers = {"sharpness": calibration.sharpness, "biases": list(calibration.biases)}
        version = hashlib.sha256(json.dumps(numbers).encode()).hexdigest()[:12]
        told = json.dumps({**numbers, "report": dict(report)}, indent=2)
        write_whole(self._path(tenant, f"{name}@{version}"), told)
        return f"{name}@{version}"

    def knows(self, tenant: Tenant, reference: str) -> bool:
        """Whether there is such a calibration."""
        return _REFERENCE.fullmatch(reference) is not None and self._path(tenant, reference).is_file()

    def get(self, tenant: Tenant, reference: str) -> "Calibration":
        """
        The calibration that a job has named.

        Raises:
            KeyError: the tenant has none of that name and version.
        """
        from aurastream.adapters.local.embedded_calibration import Calibration  # brings numpy

        if not self.knows(tenant, reference):
            raise KeyError(reference)
        read = json.loads(self._path(tenant, reference).read_text(encoding="utf-8"))
        positive, negative, neutral, mixed = read["biases"]
        return Calibration(sharpness=read["sharpness"], biases=(positive, negative, neutral, mixed))

    def _path(self, tenant: Tenant, reference: str) -> Path:
        return self._root / parse_tenant(tenant) / f"{reference}.json"
