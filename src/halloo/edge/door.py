"""The door: signing in with a password, slowly for those who guess, the same for known and unknown addresses.

Hashing takes tens of milliseconds on purpose. It runs on its own few threads: neither the event loop nor a transaction
waits for it.
"""

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from halloo.db import directory
from halloo.db.engine import DIRECTORY, Database
from halloo.edge.address import limit_key
from halloo.kit.clock import Clock
from halloo.kit.ids import digest
from halloo.kit.limits import Limiter, Rate
from halloo.kit.passwords import MAX_LENGTH, hash_password, verify_password
from halloo.kit.refusals import RateLimited, Unavailable, field_invalid
from halloo.workspaces.actions import invitations, me, sessions
from halloo.workspaces.actions.invitations import Acceptance
from halloo.workspaces.actions.sessions import Browser
from halloo.workspaces.errors import InvitationNotFound, SignInFailed
from halloo.workspaces.model import Actor, check_password, fold_email
from halloo.workspaces.settings import SIGN_IN_WINDOW_MS, WorkspacesSettings

P = ParamSpec("P")
T = TypeVar("T")
_THREADS = 2
_WAITING_MAX = 64
_EMAIL_SEEN = 254


class Door:
    """Signs people in; one for the process."""

    def __init__(self, db: Database, clock: Clock, settings: WorkspacesSettings) -> None:
        """Nobody waits yet."""
        self._db = db
        self._settings = settings
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="halloo-password")
        self._threads.submit(verify_password, None, "")  # so that the first stranger waits as long as everybody
        self._waiting = 0
        self._by_address = Limiter(_rate(settings.sign_in_per_address), clock)
        self._by_account = Limiter(_rate(settings.sign_in_per_account), clock)

    async def sign_in(self, email: str, password: str, browser: Browser) -> tuple[str, Actor]:
        """The session's secret and who it is. Raises `SignInFailed` whatever was wrong, and `RateLimited`."""
        account = digest(fold_email(email[:_EMAIL_SEEN]))
        self._knock(browser.address, account)
        workspace_id = await self._db.read(DIRECTORY, directory.find_workspace, "login", fold_email(email)) or DIRECTORY
        login = await self._db.read(workspace_id, sessions.find_login, email)
        fits = await self._verify(None if login is None else login.password_hash, password)
        if login is None or not fits:
            raise SignInFailed
        self._by_account.forget(account)
        return await self._db.write(workspace_id, sessions.open_session, login, browser, self._settings)

    async def accept(self, secret: str, name: str, password: str, browser: Browser) -> tuple[str, Actor]:
        """Use an invitation; answers like a sign-in. Raises `InvitationNotFound`, `RateLimited`."""
        self._knock(browser.address, None)
        check_password(password)
        workspace_id = await self._db.read(DIRECTORY, directory.find_workspace, "invitation", digest(secret))
        if workspace_id is None:
            raise InvitationNotFound
        acceptance = Acceptance(name, await self.hash(password))
        return await self._db.write(
            workspace_id, invitations.accept_invitation, secret, acceptance, browser, self._settings
        )

    async def change_password(self, who: Actor, current: str, new: str) -> None:
        """Change the caller's own password. Raises `Invalid` with `details.field`, `RateLimited`."""
        check_password(new, "new_password")
        self._knock(who.address, digest(who.id))
        stored = await self._db.read(who.workspace_id, me.find_own_password_hash, who)
        if stored is None or not await self._verify(stored, current):
            raise field_invalid("current_password", "this is not your password.")
        await self._db.write(who.workspace_id, me.change_password, who, stored, await self.hash(new))

    async def hash(self, password: str) -> str:
        """The hash of a new password, made on the door's own threads. Raises `Invalid`, `Unavailable`."""
        check_password(password)
        return await self._run(hash_password, password)

    async def _verify(self, stored: str | None, password: str) -> bool:
        return await self._run(verify_password, stored, password[: MAX_LENGTH + 1])

    async def _run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._waiting >= _WAITING_MAX:
            raise Unavailable
        self._waiting += 1
        try:
            call = functools.partial(function, *args, **kwargs)
            return await asyncio.get_running_loop().run_in_executor(self._threads, call)
        finally:
            self._waiting -= 1

    def _knock(self, address: str | None, account: str | None) -> None:
        wait = self._by_address.take(limit_key(address))
        if account is not None:
            wait = max(wait, self._by_account.take(account))
        if wait:
            raise RateLimited(wait, "Too many attempts; wait a moment.")

    def close(self) -> None:
        """Let the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _rate(amount: int) -> Rate:
    return Rate(amount, SIGN_IN_WINDOW_MS, amount)
