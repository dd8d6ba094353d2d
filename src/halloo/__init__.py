"""Halloo: a website messenger that a team hosts itself."""

__version__ = "0.1.0"
