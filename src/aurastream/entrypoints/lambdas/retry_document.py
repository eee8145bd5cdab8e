"""Promised answers, tried again."""

import os

from aurastream.entrypoints.aws.functions import function
from aurastream.entrypoints.aws.retries import retry_handler

handler = retry_handler(function("retry_document", os.environ, keeps_results=True))
