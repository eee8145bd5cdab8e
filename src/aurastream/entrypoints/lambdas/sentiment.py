"""POST /v1/sentiment."""

import os

from aurastream.entrypoints.aws.functions import function
from aurastream.entrypoints.aws.gateway import gateway_handler
from aurastream.entrypoints.http.wiring import sentiment_route

_function = function("sentiment", os.environ, live=True)
handler = gateway_handler(_function, sentiment_route(_function.container))
