"""The relay: everything live between visitors, operators and programs (relay contract).

Owns sockets, streams, recovery, presence and hints. It never writes to the database: what a frame asks for is done by
the actions it was handed, and what happened comes back as facts from the pump.
"""
