"""Use cases, a verb per file; they see ports, never adapters."""
