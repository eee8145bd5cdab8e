"""Versions that come from what a thing says: they change with it, and with nothing else."""

import hashlib
import re

VERSION_LENGTH = 12
"""Hexadecimal digits: 48 bits, so that no two models, calibrations or policies share one by chance."""
NAME = "[a-z0-9-]{1,40}"
"""What people may call theirs, as a pattern."""
REFERENCE = f"{NAME}@[0-9a-f]{{{VERSION_LENGTH}}}"
"""`name@version`, as a pattern: by which jobs and settings mean exactly one."""


def version_of(content: bytes) -> str:
    """The version of a content: the first 12 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(content).hexdigest()[:VERSION_LENGTH]


def reference_to(name: str, version: str) -> str:
    """
    By what a version of something is meant.

    Raises:
        ValueError: the name is not 1 to 40 of a-z, 0-9 and -.
    """
    if not re.fullmatch(NAME, name):
        raise ValueError("a name is 1 to 40 of a-z, 0-9 and -")
    return f"{name}@{version}"


def is_reference(text: str) -> bool:
    """Whether the text could mean a version of something."""
    return re.fullmatch(REFERENCE, text) is not None
