"""Settings of mail."""

from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Literal

from halloo.kit.clock import SECOND
from halloo.kit.text import is_email

Security = Literal["starttls", "tls", "none"]
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_PORT_MAX = 65535


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Settings of the part `mail`. Without a host there is no mail, and nothing offers any."""

    host: str = field(
        default="",
        metadata={
            "sentence": "Host name of the SMTP server that sends our mail, such as smtp.example. Empty: no mail."
        },
    )
    port: int = field(default=587, metadata={"sentence": "Port of the SMTP server: 587 for starttls, 465 for tls."})
    security: Security = field(
        default="starttls",
        metadata={
            "sentence": "How the connection to the SMTP server is protected: starttls, tls, or none (without a password, "
            "or on this machine alone)."
        },
    )
    username: str = field(
        default="", metadata={"sentence": "Name to sign in to the SMTP server with. Empty: no sign-in."}
    )
    password: str = field(default="", metadata={"sentence": "Password for the SMTP server.", "secret": True})
    sender: str = field(
        default="",
        metadata={
            "sentence": "Whom mail is from, such as Acme Support <help@acme.example>. Needed where there is a host."
        },
    )
    reply_to: str = field(
        default="",
        metadata={
            "sentence": "Address that gets what people answer to our mail; Halloo reads no mail itself. Empty: the sender's."
        },
    )
    timeout_s: int = field(
        default=20, metadata={"sentence": "Seconds that the SMTP server has for each of its answers."}
    )
    answer_delay_s: int = field(
        default=120,
        metadata={
            "sentence": "Seconds that an answer may stay unread before the visitor, who has left, gets it by mail."
        },
    )
    answer_again_s: int = field(
        default=900,
        metadata={
            "sentence": "Seconds between two mails about the same conversation while its visitor has not come back."
        },
    )

    @property
    def on(self) -> bool:
        """Whether this server can send mail."""
        return bool(self.host)

    @property
    def address(self) -> tuple[str, str]:
        """The sender's name and address."""
        return parseaddr(self.sender)

    @property
    def delay_ms(self) -> int:
        """`answer_delay_s` in milliseconds."""
        return self.answer_delay_s * SECOND

    @property
    def again_ms(self) -> int:
        """`answer_again_s` in milliseconds."""
        return self.answer_again_s * SECOND

    def check(self) -> None:
        """Raise `ValueError` with a sentence where mail is wanted and could not be sent."""
        if not self.on:
            return
        if any(sign in self.sender + self.reply_to for sign in "\r\n") or not is_email(self.address[1]):
            raise ValueError(f"mail.sender: {self.sender!r} is no sender such as Acme Support <help@acme.example>.")
        if self.reply_to and not is_email(parseaddr(self.reply_to)[1]):
            raise ValueError(f"mail.reply_to: {self.reply_to!r} is no e-mail address.")
        if not 0 < self.port <= _PORT_MAX:
            raise ValueError("mail.port: the port is a number from 1 to 65535.")
        if self.timeout_s < 1:
            raise ValueError("mail.timeout_s: at least one second is needed.")
        if self.security == "none" and self.password and self.host not in _LOOPBACK:
            raise ValueError(
                "mail.security: with none, the password would travel in clear to another machine; use starttls or tls."
            )
