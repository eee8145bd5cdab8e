"""The first task of the workflow."""

import os

from aurastream.entrypoints.aws.functions import function
from aurastream.entrypoints.aws.tasks import prepare_handler

handler = prepare_handler(function("prepare_job", os.environ))
