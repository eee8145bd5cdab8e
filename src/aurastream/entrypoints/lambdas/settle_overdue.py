"""Every ten minutes."""

import os

from aurastream.entrypoints.aws.functions import function
from aurastream.entrypoints.aws.settling import settle_handler

handler = settle_handler(function("settle_overdue", os.environ, keeps_results=True))
