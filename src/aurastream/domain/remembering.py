"""By what a result is remembered, so that a tenant pays for a text once."""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from aurastream.domain.engine import EngineId
from aurastream.domain.keys import Tenant
from aurastream.domain.language import Language
from aurastream.domain.sentiment import SentimentResult

REMEMBERED = timedelta(days=30)
"""For how long a text is not paid for again."""


@dataclass(frozen=True, slots=True)
class CacheKey:
    """A tenant, and a hash of all that decides an engine's answer; it cannot be turned back into the text."""

    tenant: Tenant
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """
    A result, the units it cost, and the piece of work that paid for it.

    A chunk that is tried again finds what it paid for in the cache: its units are counted then, since no
    earlier try of it was committed. For everybody else they are saved.
    """

    result: SentimentResult
    units: int
    payer: str


def cache_key(tenant: Tenant, text: str, language: Language, engine: EngineId) -> CacheKey:
    """Texts that differ in Unicode form or outer and repeated whitespace alone are the same text."""
    normalised = " ".join(unicodedata.normalize("NFC", text).split())
    parts = "\x00".join((tenant, language, engine.name, engine.version, normalised))
    return CacheKey(tenant, hashlib.sha256(parts.encode()).hexdigest())
