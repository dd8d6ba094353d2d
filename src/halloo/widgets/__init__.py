"""Widgets: the records, where they may be embedded, how they look. Decides nothing about visitors or conversations."""
