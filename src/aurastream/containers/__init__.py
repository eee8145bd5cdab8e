"""
What is made of what: the only package that knows every adapter by name.

A class is imported when the first one is built, so that a home never pays for the libraries of the other
and a Lambda function only for its own use case.
"""

from aurastream.containers.application import Container

__all__ = ["Container"]
