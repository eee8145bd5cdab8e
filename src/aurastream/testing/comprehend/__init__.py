"""A strict stand-in for Amazon Comprehend's sentiment calls, on loopback, for tests and integrators."""

from aurastream.testing.comprehend.billing import Bill, Call, Ledger, Line, text_key, units_of
from aurastream.testing.comprehend.scoring import Score, leaning, recorded_answers, replay
from aurastream.testing.comprehend.serving import serve
from aurastream.testing.comprehend.settings import ComprehendSettings
from aurastream.testing.comprehend.standin import ComprehendStandIn

__all__ = [
    "Bill",
    "Call",
    "ComprehendSettings",
    "ComprehendStandIn",
    "Ledger",
    "Line",
    "Score",
    "leaning",
    "recorded_answers",
    "replay",
    "serve",
    "text_key",
    "units_of",
]
