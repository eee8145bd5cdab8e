"""The last task of the workflow, whatever came before."""

import os

from aurastream.entrypoints.aws.functions import function
from aurastream.entrypoints.aws.tasks import finish_handler

handler = finish_handler(function("finish_job", os.environ, keeps_results=True))
