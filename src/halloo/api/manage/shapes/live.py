"""Shapes of the management API: who is on the site. A visitor has the shape that the relay's `visitors` hints have."""

from msgspec import Struct

from halloo.relay.frames import LiveVisitor


class LiveVisitorPage(Struct):
    """`GET /core/visitors`."""

    data: list[LiveVisitor]
    next_cursor: str | None


class LiveVisitorCount(Struct):
    """`GET /core/visitors/count`."""

    count: int
