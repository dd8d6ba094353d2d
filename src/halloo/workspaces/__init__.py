"""Workspaces, their operators, roles, sessions and API tokens; who an Actor is. Knows no conversations."""
