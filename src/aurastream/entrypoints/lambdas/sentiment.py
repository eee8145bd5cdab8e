"""POST /v1/sentiment."""

import asyncio
import os

from aurastream.entrypoints.aws.functions import function
from aurastream.entrypoints.aws.gateway import gateway_handler
from aurastream.entrypoints.http.wiring import sentiment_route

asyncio.set_event_loop(asyncio.new_event_loop())
_function = function("sentiment", os.environ, patience="LIVE_STORE")
# Nobody who waits for an answer should wait for the detector's model: it takes a second to load.
_function.container.detector().detect(["Mieux vaut charger le modèle avant la première question."])
handler = gateway_handler(_function, sentiment_route(_function.container))
