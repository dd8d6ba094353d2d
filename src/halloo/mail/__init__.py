"""Mail: what is sent to visitors and colleagues, when, and how it gets out. Reads facts; no action of another slice knows it."""
