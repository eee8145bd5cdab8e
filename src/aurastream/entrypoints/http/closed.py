"""What a view says is all there is: nothing is answered that the document does not name."""

from pydantic import ConfigDict, with_config

closed = with_config(ConfigDict(extra="forbid"))
