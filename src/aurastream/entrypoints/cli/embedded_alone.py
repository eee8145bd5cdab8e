"""The shortest way to an answer where nothing is set: what the container would build, without building it."""

from pathlib import Path

from aurastream.adapters.local.embedded_engine import MODELS, embedded_engine
from aurastream.adapters.local.langid_detector import LangidDetector
from aurastream.adapters.local.system_clock import SystemClock
from aurastream.domain.engines.batched import BatchedEngine
from aurastream.domain.engines.detected import DetectedEngine
from aurastream.domain.engines.screened import ScreenedEngine
from aurastream.domain.language import ENGLISH
from aurastream.ports.sentiment_engine import SentimentEngine


def embedded_alone(data_dir: Path) -> SentimentEngine:
    """
    The embedded engine behind what every text passes first.

    Reading the settings and wiring the rest of the service would take longer than the engine's own start.
    """
    engine = BatchedEngine(embedded_engine(SystemClock(), data_dir / MODELS))
    return ScreenedEngine(DetectedEngine(engine, detector=LangidDetector(), default=ENGLISH))
