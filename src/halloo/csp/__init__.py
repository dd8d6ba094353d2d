"""Content Security Policy: what a page must allow for a widget, whether it does, and what browsers reported (csp contract).

Owns `policy.py` (parse and match), `manifest.py` (what Halloo needs), generator, doctor and the stored reports. It takes plain
values: who calls it fetches the widget and hands in a `Deployment`.
"""
