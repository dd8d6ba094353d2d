"""All SQL of web hooks: `records` (hooks, secrets, health), `queue` (plan, claim, settle), `log` (what was delivered), `replays`."""
