"""The service over HTTP: one app for both homes."""
