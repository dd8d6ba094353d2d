"""A reader of the pump: answers of operators, and notices of what fails, become mails that wait. An action never knows of it."""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Sequence

from halloo.conversations.actions import list_unheard
from halloo.db import directory
from halloo.db.engine import DIRECTORY, Database
from halloo.events.log import list_named
from halloo.events.model import Fact
from halloo.kit.clock import DAY, Clock
from halloo.kit.refusals import Unavailable
from halloo.mail.actions import plan_answer, plan_notice
from halloo.mail.notices import NOTICES
from halloo.mail.settings import MailSettings

_AGAIN_S = 1
_KNOWN_MAX = 10_000
_LOOKED_AT = 1_000
logger = logging.getLogger("halloo.mail")


class Planner:
    """Plans at most one mail for a conversation at a time.

    What was committed when the server ended, and not planned yet, is found by `repair` at the next start: it looks at the
    last day, and at no more than a thousand conversations of a workspace.
    """

    def __init__(self, database: Database, settings: MailSettings, clock: Clock) -> None:
        """Hand `read_facts` to the pump."""
        self._database = database
        self._settings = settings
        self._clock = clock
        self._wanted: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._noticed: deque[tuple[str, int]] = deque()
        self._planned: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._task: asyncio.Task[None] | None = None

    def read_facts(self, run: Sequence[Fact]) -> None:
        """Note conversations with an answer that the visitor may see, and notices; a reader of the pump."""
        now = self._clock()
        for fact in run:
            if fact.name == "message:received" and fact.conversation_offset is not None and fact.conversation_id:
                place = (fact.workspace_id, fact.conversation_id)
                if self._planned.get(place, 0) <= now:
                    self._wanted[place] = None
            elif fact.name in NOTICES:
                self._noticed.append((fact.workspace_id, fact.seq))
        if (self._wanted or self._noticed) and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._plan_all())

    async def _plan_all(self) -> None:
        while self._noticed or self._wanted:
            if self._noticed:
                await self._plan_notice(self._noticed.popleft())
                continue
            place, _ = self._wanted.popitem(last=False)
            try:
                due_at = await self._database.write(place[0], plan_answer, place[1], self._settings)
            except Unavailable:
                self._wanted[place] = None
                await asyncio.sleep(_AGAIN_S)
                continue
            except Exception:
                logger.exception("An answer could not be planned to be mailed")
                continue
            self._remember(place, due_at)

    async def _plan_notice(self, place: tuple[str, int]) -> None:
        try:
            await self._database.write(place[0], plan_notice, place[1])
        except Unavailable:
            self._noticed.append(place)
            await asyncio.sleep(_AGAIN_S)
        except Exception:
            logger.exception("A notice could not be planned to be mailed")

    def _remember(self, place: tuple[str, str], due_at: int | None) -> None:
        if due_at is not None:
            self._planned[place] = due_at
            self._planned.move_to_end(place)
            if len(self._planned) > _KNOWN_MAX:
                self._planned.popitem(last=False)

    async def repair(self) -> None:
        """Plan what a server that ended in between has left: answers and notices of the last day that nobody has heard of."""
        since = self._clock() - DAY
        for workspace_id in await self._database.read(DIRECTORY, directory.list_keys, "workspace"):
            for seq in await self._database.read(workspace_id, list_named, NOTICES, since, _LOOKED_AT * 10):
                await self._database.write(workspace_id, plan_notice, seq)
            for conversation_id in await self._database.read(workspace_id, list_unheard, since, _LOOKED_AT):
                await self._database.write(workspace_id, plan_answer, conversation_id, self._settings)

    async def stop(self) -> None:
        """Finish what is wanted."""
        if self._task is not None and not self._task.done():
            await asyncio.wait({self._task}, timeout=2)
            self._task.cancel()
