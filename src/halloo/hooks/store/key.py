"""How a statement names one delivery."""

KEY = "workspace_id = :ws AND hook_id = :hook AND seq = :seq AND series = :series"
PENDING = f"{KEY} AND state || '' = 'pending'"
"""Where it waits still. Only its key finds it: before PostgreSQL has learnt how many wait, it takes an index of those that do for the
better way, and reads through what it holds of the hook, each time and what has ended meanwhile as well."""
