"""Wrappers over the engine port; what wraps an engine is an engine."""
