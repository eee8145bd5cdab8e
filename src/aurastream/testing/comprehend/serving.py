"""The stand-in as a process of its own."""

import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event

from aurastream.testing.comprehend.scoring import leaning, recorded_answers, replay
from aurastream.testing.comprehend.settings import ComprehendSettings
from aurastream.testing.comprehend.standin import ComprehendStandIn


def announce(line: str) -> None:
    """Tell a waiting parent process, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def serve(
    *,
    port: int = 4590,
    tps: float | None = 20.0,
    batch_tps: float | None = 10.0,
    latency_ms: float = 0.0,
    error_rate: float = 0.0,
    reset_rate: float = 0.0,
    seed: int = 0,
    recorded: Path | None = None,
    say: Callable[[str], None] = announce,
    wait: Callable[[], object] | None = None,
) -> None:
    """Serve on loopback until `wait` returns (by default until interrupted); port 0 picks a free one."""
    settings = ComprehendSettings(
        tps=tps,
        batch_tps=batch_tps,
        latency_ms=latency_ms,
        error_rate=error_rate,
        reset_rate=reset_rate,
        seed=seed,
    )
    score = leaning if recorded is None else replay(recorded_answers(recorded))
    with ComprehendStandIn(settings, port=port, score=score) as standin:
        say(f"Comprehend stand-in listening on {standin.url}")
        (wait or Event().wait)()
