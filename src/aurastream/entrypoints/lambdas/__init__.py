"""A module a function; these alone work when they are imported."""
