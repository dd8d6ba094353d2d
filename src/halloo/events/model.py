"""What a fact is, and the streams it is numbered in."""

from msgspec import Struct


class Fact(Struct, frozen=True, gc=False):
    """Something that happened, recorded once. `data` is the hook payload as compact JSON bytes, rendered when it was recorded.

    `seq` numbers the facts of a workspace without gaps and is the offset in its `w:` stream. `conversation_offset` is set where
    the fact is public in its conversation (`c:`), `visitor_offset` where it is the visitor's own (`v:`).
    """

    workspace_id: str
    seq: int
    id: str
    name: str
    data: bytes
    at: int
    conversation_id: str | None = None
    conversation_offset: int | None = None
    visitor_id: str | None = None
    visitor_offset: int | None = None

    def streams(self) -> list[tuple[str, int]]:
        """Every stream that carries this fact, with its offset there."""
        carried = [(f"w:{self.workspace_id}", self.seq)]
        if self.conversation_offset is not None:
            carried.append((f"c:{self.conversation_id}", self.conversation_offset))
        if self.visitor_offset is not None:
            carried.append((f"v:{self.visitor_id}", self.visitor_offset))
        return carried


class Position(Struct, frozen=True):
    """How far a stream is: the number of its last fact, 0 for an empty one."""

    stream: str
    epoch: str
    offset: int
