"""Every route but POST /v1/sentiment."""

import asyncio
import os

from aurastream.entrypoints.aws.functions import function
from aurastream.entrypoints.aws.gateway import gateway_handler
from aurastream.entrypoints.http.wiring import other_routes, route_served_elsewhere

asyncio.set_event_loop(asyncio.new_event_loop())
_function = function("jobs", os.environ, patience="SHORT_STORE", keeps_results=True)
_routes = other_routes(_function.container, secured=True)
handler = gateway_handler(_function, [*_routes, route_served_elsewhere()])
