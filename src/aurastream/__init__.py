"""How customers feel, live and in bulk: one library for both homes of the service."""

__version__ = "0.1.0"
