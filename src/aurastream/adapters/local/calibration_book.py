"""Calibrations that tenants have made from labels of their own."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aurastream.adapters.local.versioned_files import VersionedFiles
from aurastream.domain.keys import Tenant, parse_tenant
from aurastream.domain.versions import version_of

if TYPE_CHECKING:
    from aurastream.adapters.local.embedded_calibration import Calibration


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
        numbers = {"sharpness": calibration.sharpness, "biases": list(calibration.biases)}
        version = version_of(json.dumps(numbers).encode())
        return self._files(tenant).add(name, numbers, version=version, report=report)

    def knows(self, tenant: Tenant, reference: str) -> bool:
        """Whether there is such a calibration."""
        return self._files(tenant).knows(reference)

    def get(self, tenant: Tenant, reference: str) -> "Calibration":
        """
        The calibration that a job has named.

        Raises:
            KeyError: the tenant has none of that name and version.
        """
        from aurastream.adapters.local.embedded_calibration import Calibration  # brings numpy

        read = self._files(tenant).get(reference)
        positive, negative, neutral, mixed = read["biases"]
        return Calibration(sharpness=read["sharpness"], biases=(positive, negative, neutral, mixed))

    def _files(self, tenant: Tenant) -> VersionedFiles:
        return VersionedFiles(self._root / parse_tenant(tenant))
