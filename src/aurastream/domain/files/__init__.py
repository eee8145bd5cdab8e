"""Pure generators: bytes to rows to chunk lines; rows and outcomes to export bytes."""
