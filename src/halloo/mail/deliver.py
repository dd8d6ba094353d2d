"""Gets mail out: looks what is due, claims one mail after another, hands it to the SMTP server.

Guarantee: a mail that was planned is handed over at least once, or its failure is kept with the reason. Where a server ends
between handing over and noting it, the same mail goes out again once its lease is over, under the same Message-ID.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

import structlog

from halloo.db import directory
from halloo.db.engine import DIRECTORY, Database
from halloo.kit.clock import Clock
from halloo.kit.refusals import Unavailable
from halloo.mail import actions
from halloo.mail.actions import Post
from halloo.mail.letters import Terms
from halloo.mail.mime import BadAddress, render
from halloo.mail.model import Letter, due_key, id_of
from halloo.mail.smtp import TROUBLE, Smtp, explain, is_final, is_general
from halloo.mail.store import DUE

IsOnline = Callable[[str, str], Awaitable[bool]]
"""Whether a visitor of a workspace has a connection now."""
PAUSE_S = 2.0
_RUN = 50
_ATTEMPT_S = 240
"""Less than the lease of a mail, so that nobody else takes it meanwhile."""
_REST_S = 30
"""How long nothing is tried after the SMTP server could not be reached."""
_NOTED_TRIES = 60
logger = logging.getLogger("halloo.mail")
_log = structlog.get_logger("halloo.mail")


class Deliverer:
    """One server's part in emptying the outbox; others may do the same beside it."""

    def __init__(
        self, database: Database, post: Post, is_online: IsOnline, clock: Clock, pause_s: float = PAUSE_S
    ) -> None:
        """`pause_s`: how long it looks away between two looks."""
        self._database = database
        self._post = post
        self._is_online = is_online
        self._clock = clock
        self._pause_s = pause_s
        self._smtp = Smtp(post.settings)
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Deliver until `stop`."""
        while not self._stopping.is_set():
            pause = self._pause_s
            try:
                if await self.deliver_due():
                    continue
            except Unavailable:
                pass
            except Unreachable:
                pause = max(pause, min(_REST_S, self._pause_s * 15))
            except Exception:
                logger.exception("The outbox could not be read; looking again")
            await self.close()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
        await self.close()

    def stop(self) -> None:
        """Let `run` end after the mail that it is at."""
        self._stopping.set()

    async def close(self) -> None:
        """Let the connection go."""
        await self._smtp.close()

    async def deliver_due(self) -> int:
        """Deliver the mails that are due, at most fifty; how many were looked at. Raises `Unreachable`."""
        until = due_key(self._clock())
        due = await self._database.read(DIRECTORY, directory.list_until, DUE, until, _RUN)
        for key, workspace_id in due:
            if self._stopping.is_set():
                break
            await self._deliver(workspace_id, key)
        return len(due)

    async def _deliver(self, workspace_id: str, key: str) -> None:
        try:
            letter = await self._claim(workspace_id, key)
        except Unavailable:
            raise
        except Exception as error:
            logger.exception("A mail could not be put together")
            await self._fail(workspace_id, id_of(key), f"It could not be put together: {error}", None, for_good=False)
            return
        if letter is None:
            return
        try:
            sender, recipient, message = render(letter, self._post.settings, self._clock())
            async with asyncio.timeout(_ATTEMPT_S):
                await self._smtp.send(sender, recipient, message)
        except BadAddress as error:
            await self._fail(workspace_id, letter.mail_id, str(error), letter, for_good=True)
        except TROUBLE as error:
            await self._fail(workspace_id, letter.mail_id, explain(error), letter, for_good=is_final(error))
            if is_general(error):
                raise Unreachable from error
        else:
            await self._note(workspace_id, letter)

    async def _claim(self, workspace_id: str, key: str) -> Letter | None:
        visitor_id = await self._database.read(workspace_id, actions.awaited_visitor, id_of(key))
        online = visitor_id is not None and await self._is_online(workspace_id, visitor_id)
        post = self._post
        terms = Terms(post.settings, post.frames, online, post.sealer.open, post.inbox)
        return await self._database.write(workspace_id, actions.claim, key, terms)

    async def _note(self, workspace_id: str, letter: Letter) -> None:
        """Note that a mail went out, until the database has taken it: else it would go out again."""
        for _ in range(_NOTED_TRIES):
            try:
                await self._database.write(workspace_id, actions.settle_sent, letter)
            except Unavailable:
                await asyncio.sleep(1)
            else:
                _log.info("mail_sent", mail_id=letter.mail_id)
                return

    async def _fail(self, workspace_id: str, mail_id: str, why: str, letter: Letter | None, *, for_good: bool) -> None:
        given_up = await self._database.write(
            workspace_id, actions.settle_failed, mail_id, why, letter, for_good=for_good
        )
        said = why if letter is None else why.replace(letter.recipient, "…")  # a log names no visitor
        _log.warning("mail_failed" if given_up else "mail_put_off", mail_id=mail_id, reason=said)


class Unreachable(Exception):
    """The SMTP server takes nothing from us now: it would be no use to try the other mails."""
