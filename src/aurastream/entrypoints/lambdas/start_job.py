"""An upload has arrived."""

import os

from aurastream.entrypoints.aws.functions import function
from aurastream.entrypoints.aws.uploads import upload_handler

handler = upload_handler(function("start_job", os.environ, patience="SHORT_STORE"))
