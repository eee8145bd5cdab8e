"""What all wrappers share: the name and the limits of the engine inside, unless they say more."""

from aurastream.domain.engine import EngineId, EngineLimits
from aurastream.ports.sentiment_engine import SentimentEngine


class WrappingEngine(SentimentEngine):
    """An engine around another one."""

    def __init__(self, inner: SentimentEngine) -> None:
        self._inner = inner

    @property
    def identity(self) -> EngineId:
        return self._inner.identity

    @property
    def limits(self) -> EngineLimits:
        return self._inner.limits
