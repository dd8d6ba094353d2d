"""A mail server on loopback that takes what it gets, and may be told to misbehave."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope

from tests.support.pace import PATIENCE_S

OK = "250 taken"
Answer = Callable[[Envelope], Awaitable[str]]


@dataclass
class Postbox:
    """What came in, and what is said to it: each entry of `answers` to one message, then `OK`."""

    port: int = 0
    envelopes: list[Envelope] = field(default_factory=list[Envelope])
    answers: list[str | Answer] = field(default_factory=list[str | Answer])
    refused: dict[str, str] = field(default_factory=dict[str, str])
    sessions: int = 0
    logins: list[bytes] = field(default_factory=list[bytes])
    password: str = "sesame"

    @property
    def mails(self) -> list[EmailMessage]:
        """Return the messages that were taken."""
        return [read(one) for one in self.envelopes]

    async def arrived(self, count: int, seconds: float = PATIENCE_S) -> list[EmailMessage]:
        """Wait until so many messages were taken."""
        async with asyncio.timeout(seconds):
            while len(self.envelopes) < count:  # noqa: ASYNC110 - a list has no event
                await asyncio.sleep(0.02)
        return self.mails

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 - the library's
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802 - the library's
        answer = self.answers.pop(0) if self.answers else OK
        said = answer if isinstance(answer, str) else await answer(envelope)
        if said.startswith("250"):
            self.envelopes.append(envelope)
        return said

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        self.logins.append(data.login)
        return AuthResult(success=data.password == self.password.encode(), handled=False)


def read(envelope: Envelope) -> EmailMessage:
    """Return the message of an envelope."""
    content = envelope.original_content
    assert content is not None
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, kind: str) -> str:
    """Return the text or HTML part."""
    found = message.get_body((kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n")


@asynccontextmanager
async def postbox(tls: ssl.SSLContext | None = None, *, login: bool = False) -> AsyncGenerator[Postbox]:
    """Serve a postbox on a free port; with a certificate it offers STARTTLS, with `login` it wants a password."""
    box = Postbox()
    loop = asyncio.get_running_loop()

    open_ones: list[Any] = []

    def protocol() -> SMTP:
        box.sessions += 1
        made = SMTP(
            box,
            hostname="postbox.test",
            tls_context=tls,
            enable_SMTPUTF8=True,
            authenticator=box.authenticate,
            auth_required=login,
            auth_require_tls=tls is not None,
            loop=loop,
        )
        open_ones.append(made)
        return made

    server = await loop.create_server(protocol, "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()
        for one in open_ones:
            if one.transport is not None:
                one.transport.close()
        await asyncio.sleep(0.01)
