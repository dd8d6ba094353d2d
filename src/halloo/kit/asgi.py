"""What our server adds to ASGI."""

TRANSPORT = "halloo.transport"
"""The extension of a request's scope that holds its `asyncio.Transport`: to cut a connection, and to see what waits in it."""
