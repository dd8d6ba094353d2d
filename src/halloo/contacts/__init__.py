"""Visitors and known people: who somebody on a page is, what proves it, and what was said of them. Knows no conversations."""
