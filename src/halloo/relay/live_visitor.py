"""A live visitor: what is known of them on this node, as JSON, and joined over nodes. Pure values."""

import msgspec

from halloo.contacts.model import Page, nickname
from halloo.kit.clock import rfc3339
from halloo.relay.broker import GARBLED, VisitorsNote
from halloo.relay.frames import LiveDevice, LivePage, LiveTyping, LiveVisitor
from halloo.relay.peer import Peer
from halloo.relay.tokens import About, Claims

NOTHING = About()
NAME_MAX = 128
_encode = msgspec.json.encode
_live = msgspec.json.Decoder(LiveVisitor)


class Entry:
    """A live visitor: what their tokens say, what they do. Times in UNIX milliseconds; every text has its bound."""

    __slots__ = (
        "avatar",
        "away",
        "claims",
        "contact",
        "conversation",
        "name",
        "page",
        "peers",
        "since",
        "source",
        "timed",
        "typing",
        "value",
    )

    def __init__(self, peer: Peer, now: int) -> None:
        """Their first connection."""
        self.peers = [peer]
        self.since = now
        self.away = peer.away
        self.page: Page | None = None
        self.source = ""
        self.typing: tuple[str, str | None, int] | None = None
        """Conversation, excerpt, until when."""
        self.timed = False
        """Whether it is being waited for the end of typing: once, however often it begins anew."""
        self.conversation: str | None = None
        """The newest open one; set by `Visitors._own`."""
        self.value = b""
        """As it was kept last."""
        self.claims = peer.claims
        self.take(peer.claims)

    def take(self, claims: Claims) -> None:
        """What a token says."""
        self.claims = claims
        self.name = claims.name[:NAME_MAX]
        self.avatar = claims.avatar
        self.contact = (claims.about or NOTHING).contact_id

    @property
    def looks_away(self) -> bool:
        """Whether none of their pages is looked at."""
        return all(peer.away for peer in self.peers)


class Lobby:
    """The live visitors of one workspace on this node."""

    __slots__ = ("dirty", "entries", "gone", "next", "owners", "scheduled", "untold", "workspace_id")

    def __init__(self, workspace_id: str) -> None:
        """Nobody is there."""
        self.workspace_id = workspace_id
        self.entries: dict[str, Entry] = {}
        self.owners: dict[str, str] = {}
        """Visitors by their open conversation."""
        self.dirty: dict[str, bool] = {}
        """Whom there is news of; whether it is to be kept, too, or only told."""
        self.gone: dict[str, None] = {}
        self.untold: dict[str, int] = {}
        """Of whom there was news lately while nobody was known to look, and when; the oldest first."""
        self.next = 0
        self.scheduled = False


def render(id: str, entry: Entry, types: LiveTyping | None) -> bytes:
    """A live visitor as JSON."""
    about, page = entry.claims.about or NOTHING, entry.page
    return _encode(
        LiveVisitor(
            visitor_id=id,
            widget_id=entry.claims.widget_id or "",
            name=None if entry.name == nickname(id) else entry.name,
            since=rfc3339(entry.since),
            source=entry.source,
            device=LiveDevice(about.browser, about.os, about.kind),
            state="away" if entry.away else "online",
            avatar=entry.avatar,
            contact_id=entry.contact,
            conversation_id=entry.conversation,
            page=None if page is None else LivePage(page.url, page.title, page.referrer, rfc3339(page.at)),
            country=about.country,
            city=about.city,
            typing=types,
        )
    )


def read(id: str, value: bytes) -> LiveVisitor | None:
    """A live visitor as some node has rendered them, or None for what is none."""
    try:
        visitor = _live.decode(value)
    except GARBLED:
        return None
    return visitor if visitor.visitor_id == id else None


def readable(note: VisitorsNote) -> VisitorsNote:
    """A note without what is no live visitor: what it holds goes to screens as it is."""
    told = {id: value for id, value in note.set.items() if read(id, value) is not None}
    return VisitorsNote(note.workspace_id, note.node, told, note.gone)


def joined(found: list[LiveVisitor]) -> LiveVisitor:
    """One visitor as several nodes see them: here since the first, on the page they came to last, and online if anywhere."""
    newest = max(found, key=lambda one: one.page.at if one.page is not None else "")
    state = "online" if any(one.state == "online" for one in found) else "away"
    return msgspec.structs.replace(newest, since=min(one.since for one in found), state=state)
