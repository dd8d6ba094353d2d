"""Shapes of the management API: who is kept away, and proofs of deletion."""

from typing import Literal

from msgspec import Struct

from halloo.api.manage.shapes.common import OperatorBrief


class BlockView(Struct):
    """Somebody who is kept away. `value`: the id of a contact, or of a visitor who is none; of a network its range.

    `name`: what the person is called or their e-mail address; null where neither is known, and for a network.
    `created_by`: null where it was a program.
    """

    id: str
    kind: Literal["visitor", "network"]
    value: str
    name: str | None
    contact_id: str | None
    reason: str
    created_by: OperatorBrief | None
    created_at: str
    expires_at: str | None


class BlockPost(Struct, forbid_unknown_fields=True):
    """`POST /core/blocks`: exactly one of the three. `network`: an address or a range; `around`: a visitor whose address is meant."""

    visitor: str | None = None
    """The id of a contact or a visitor."""
    network: str | None = None
    around: str | None = None
    reason: str = ""
    expires_at: str | None = None


class BlockPage(Struct):
    """`GET /core/blocks`."""

    data: list[BlockView]
    next_cursor: str | None


class ErasureCounts(Struct):
    """How much was deleted."""

    contact: int
    visitor: int
    conversation: int
    message: int
    file: int
    mail: int


class ErasureView(Struct):
    """A proof of deletion. It names nobody: `subject` is the id that the contact had.

    `digest`: SHA-256 in hex of a line `kind id` for the contact and each visitor, conversation, message and file in a conversation,
    sorted and joined by line feeds, so that an export of before shows what went. `finished_at`: when the bytes of the last file were gone.
    """

    id: str
    subject: str
    counts: ErasureCounts
    digest: str
    requested_by: OperatorBrief | None
    requested_at: str
    finished_at: str | None


class ErasurePage(Struct):
    """`GET /core/erasures`."""

    data: list[ErasureView]
    next_cursor: str | None
