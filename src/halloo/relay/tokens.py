"""Relay tokens: signed, 15 minutes long, verified without a query. Their holder can read them, but for what is sealed."""

from typing import Literal

from msgspec import DecodeError, Struct, json
from msgspec.structs import replace

from halloo.kit.clock import SECOND, Clock
from halloo.kit.sealing import Sealer
from halloo.kit.signing import Signer
from halloo.relay.frames import Role
from halloo.relay.streamsecrets import StreamSecrets
from halloo.workspaces.model import Actor
from halloo.workspaces.model import Role as OperatorRole

Device = Literal["desktop", "mobile", "tablet", "other"]
LIFE_S = 900
"""How long a token opens connections, and how long a connection lives without `refresh`."""


class About(Struct, frozen=True, array_like=True):
    """What was known of a visitor when their token was given, for the list of live visitors, which so needs no query.

    `conversation_id`: their newest open one. `tracked`: their browser has not asked to be let alone. `address` is shown to nobody:
    by it connections end whose network is blocked.
    """

    browser: str = ""
    os: str = ""
    kind: Device = "other"
    country: str | None = None
    city: str | None = None
    contact_id: str | None = None
    conversation_id: str | None = None
    tracked: bool = True
    address: str | None = None


class Claims(Struct, frozen=True, omit_defaults=True):
    """Who holds the token. Times are UNIX milliseconds.

    A visitor's has `visitor_id` and `widget_id`, the `browser` whose visitor token it was given for (by that token's digest)
    and the identity key `kid` on whose word that token was; `proven` is what was proven of them; `about` travels as `sealed`,
    since their contact is the operators' business. An operator's has `operator_id`, a program's `token_id` (and the operator
    it acts for).
    """

    role: Role
    workspace_id: str
    issued_at: int
    expires_at: int
    name: str
    avatar: str | None = None
    widget_id: str | None = None
    visitor_id: str | None = None
    operator_id: str | None = None
    token_id: str | None = None
    operator_role: OperatorRole | None = None
    scopes: tuple[str, ...] = ()
    parent_origin: str | None = None
    typing_preview: bool = False
    away: bool = False
    browser: str | None = None
    kid: str | None = None
    proven: tuple[str, ...] = ()
    about: About | None = None
    sealed: str | None = None

    @property
    def address(self) -> str | None:
        """The address that a visitor's token was asked for from."""
        return None if self.about is None else self.about.address

    @property
    def identity(self) -> tuple[str, str]:
        """Whom connections are counted for: kind and id."""
        if self.visitor_id is not None:
            return ("visitor", self.visitor_id)
        if self.token_id is not None:
            return ("token", self.token_id)
        return ("operator", self.operator_id or "")

    def held(self) -> list[tuple[str, str]]:
        """Everything whose end is this connection's end: kinds and ids for `Hub.revoke`."""
        pairs = (
            ("visitor", self.visitor_id),
            ("operator", self.operator_id),
            ("token", self.token_id),
            ("widget", self.widget_id),
            ("browser", self.browser),
            ("key", self.kid),
        )
        return [(kind, id) for kind, id in pairs if id is not None]

    def actor(self) -> Actor:
        """The Actor that actions are handed."""
        kind, id = self.identity
        return Actor(
            kind="visitor" if kind == "visitor" else "integration" if kind == "token" else "operator",
            workspace_id=self.workspace_id,
            id=id,
            name=self.name,
            role=self.operator_role,
            scopes=frozenset(self.scopes),
            operator_id=self.operator_id if kind == "token" else None,
            widget_id=self.widget_id,
            avatar=self.avatar,
            proven=frozenset(self.proven),
        )


class RelayTokens:
    """Issues and opens relay tokens."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        """`key`: the server's secret, 32 bytes or more."""
        self._signer = Signer(key, "relay")
        self._sealer = Sealer(key, "relay-about")
        self.streams = StreamSecrets(key)
        self._clock = clock

    def issue_visitor(  # noqa: PLR0913 - what a token says, by name
        self,
        *,
        workspace_id: str,
        widget_id: str,
        visitor_id: str,
        name: str,
        avatar: str | None = None,
        parent_origin: str | None = None,
        typing_preview: bool = False,
        browser: str | None = None,
        kid: str | None = None,
        proven: frozenset[str] = frozenset(),
        about: About | None = None,
    ) -> str:
        """A visitor's token.

        `parent_origin`: the embedding origin it was given for; `typing_preview`: the widget's setting. The others as in `Claims`.
        """
        now = self._clock()
        return self._signer.seal(
            Claims(
                "visitor",
                workspace_id,
                now,
                now + LIFE_S * SECOND,
                name,
                avatar,
                widget_id=widget_id,
                visitor_id=visitor_id,
                parent_origin=parent_origin,
                typing_preview=typing_preview,
                browser=browser,
                kid=kid,
                proven=tuple(sorted(proven)),
                sealed=None if about is None else self._sealer.seal(json.encode(about).decode(), visitor_id),
            )
        )

    def issue_operator(self, who: Actor, *, away: bool = False) -> str:
        """The token of an operator, or of a program with an API token. The caller has checked `conversations:read`.

        `away`: the operator has said that they do not answer at present.
        """
        now = self._clock()
        program = who.kind == "integration"
        return self._signer.seal(
            Claims(
                "operator",
                who.workspace_id,
                now,
                now + LIFE_S * SECOND,
                who.name,
                who.avatar,
                operator_id=who.operator_id if program else who.id,
                token_id=who.id if program else None,
                operator_role=who.role,
                scopes=tuple(sorted(who.scopes)),
                away=away,
            )
        )

    def open(self, text: str) -> Claims | None:
        """The claims of a token that is ours and has not expired, else None."""
        claims = self._signer.open(text, Claims)
        if claims is None or claims.expires_at <= self._clock():
            return None
        return claims if claims.sealed is None else replace(claims, about=self._about(claims), sealed=None)

    def _about(self, claims: Claims) -> About | None:
        text = self._sealer.open(claims.sealed or "", claims.visitor_id or "")
        try:
            return None if text is None else json.decode(text, type=About)
        except DecodeError:  # another release says it differently
            return None
