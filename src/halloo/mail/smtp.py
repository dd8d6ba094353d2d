"""The way out: one connection to the configured SMTP server, kept while there is something to send."""

import ssl
import time
from types import TracebackType
from typing import Self

import aiosmtplib

from halloo.mail.settings import MailSettings

TROUBLE = (OSError, aiosmtplib.SMTPException, ssl.SSLError, TimeoutError)
"""What may go wrong on the way; `explain` says what it was."""
_FRESH_S = 5
_PERMANENT = 500


class Smtp:
    """Sends messages one after another. Guarantee of `send`: when it returns, the server has taken the message."""

    def __init__(self, settings: MailSettings) -> None:
        """Connects when there is something to send."""
        self._settings = settings
        self._client: aiosmtplib.SMTP | None = None
        self._used = 0.0

    async def __aenter__(self) -> Self:
        """Connect. Raises one of `TROUBLE`."""
        await self._connected()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Say goodbye."""
        await self.close()

    async def send(self, sender: str, recipient: str, message: bytes) -> str:
        """Hand one message over; what the server said to it. Raises one of `TROUBLE`."""
        client = await self._connected()
        options = [] if (sender + recipient).isascii() else ["SMTPUTF8"]
        try:
            _, answer = await client.sendmail(sender, [recipient], message, mail_options=options)
        except aiosmtplib.SMTPResponseException:
            raise  # the server has answered; the connection is as good as before
        except BaseException:
            self._drop()
            raise
        self._used = time.monotonic()
        return answer

    def describe(self) -> str:
        """How the connection is protected, for people."""
        cipher = None if self._client is None else self._client.get_transport_info("ssl_object")
        return "in clear" if cipher is None else f"encrypted ({cipher.version()})"

    async def _connected(self) -> aiosmtplib.SMTP:
        client = self._client
        if client is not None and client.is_connected and time.monotonic() - self._used > _FRESH_S:
            try:
                await client.noop()
            except TROUBLE:
                self._drop()
        if self._client is None or not self._client.is_connected:
            self._client = await self._connect()
            self._used = time.monotonic()
        return self._client

    async def _connect(self) -> aiosmtplib.SMTP:
        settings = self._settings
        client = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            username=settings.username or None,
            password=settings.password or None,
            timeout=settings.timeout_s,
            use_tls=settings.security == "tls",
            start_tls=settings.security == "starttls",
        )
        try:
            await client.connect()
        except BaseException:
            client.close()
            raise
        return client

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None

    async def close(self) -> None:
        """Let the connection go, politely where that is quick."""
        client, self._client = self._client, None
        if client is None or not client.is_connected:
            return
        try:
            await client.quit(timeout=2)
        except TROUBLE:
            client.close()


def explain(error: BaseException) -> str:
    """What went wrong, as a sentence for the administrator."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused) and error.recipients:
        error = error.recipients[0]
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return f"The mail server refused the sign-in: {error.code} {error.message}"
    if isinstance(error, aiosmtplib.SMTPRecipientRefused):
        return f"The mail server refused the recipient: {error.code} {error.message}"
    if isinstance(error, aiosmtplib.SMTPSenderRefused):
        return f"The mail server refused the sender: {error.code} {error.message}"
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"The mail server refused: {error.code} {error.message}"
    if isinstance(error, TimeoutError):
        return f"The mail server took too long: {error or 'no answer'}"
    return str(error) or type(error).__name__


def is_general(error: BaseException) -> bool:
    """Whether it is nothing about this mail: the others would fare no better now."""
    own = (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError)
    return not isinstance(error, own) and not is_final(error)


def is_final(error: BaseException) -> bool:
    """Whether trying again cannot help: this recipient, or this message, is not taken. A refused sign-in may be repaired."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return bool(error.recipients) and all(one.code >= _PERMANENT for one in error.recipients)
    if isinstance(error, aiosmtplib.SMTPNotSupported):
        return "SMTPUTF8" in error.message
    return isinstance(error, aiosmtplib.SMTPDataError) and error.code >= _PERMANENT
