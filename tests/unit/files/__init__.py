"""Bytes to rows to chunks, and rows and outcomes to an export."""
