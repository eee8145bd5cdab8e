"""The task of the map."""

import os

from aurastream.entrypoints.aws.functions import function
from aurastream.entrypoints.aws.tasks import chunk_handler

handler = chunk_handler(function("process_chunk", os.environ))
