"""What our server adds to ASGI."""

TRANSPORT = "halloo.transport"
"""The extension of a request's scope that holds its `asyncio.Transport`: to cut a connection, and to see what waits in it."""

PATIENCE = "halloo.patience"
"""The extension of a request's scope that gives its body a minute more: for those who take long bodies and see that bytes come."""
