"""The port to the database and its group commit; twins: `db.sqlite.SqliteDatabase`, `db.postgres.PostgresDatabase`.

Guarantee of `write`: when it returns, the transaction is committed and synced to disk. When it raises, nothing of that action
was stored, and other actions of the same group were not touched. Values left with `Tx.after_commit` reach the listener after
the commit, in commit order per workspace, before the caller of `write` goes on.
"""

import asyncio
import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from halloo.db.tally import GroupTally
from halloo.db.tx import Tx

P = ParamSpec("P")
T = TypeVar("T")
logger = logging.getLogger("halloo.db")
DIRECTORY = ""
"""The scope of look-ups that come before a workspace is known."""
GROUP_MAX = 512
Done = Callable[[Any, BaseException | None], None]
"""Told the result, or what the action raised."""


class Job:
    """One action or query on its way through a worker thread."""

    __slots__ = ("args", "done", "error", "function", "kwargs", "loop", "result", "workspace_id")

    def __init__(self, workspace_id: str, function: Callable[..., Any], args: Any, kwargs: Any, done: Done) -> None:
        """Bind the call to the running loop."""
        self.workspace_id = workspace_id
        self.function = function
        self.args = args
        self.kwargs = kwargs
        self.done = done
        self.loop = asyncio.get_running_loop()
        self.result: Any = None
        self.error: BaseException | None = None

    def settle(self) -> None:
        """Answer the caller, once; runs on the loop."""
        done, self.done = self.done, _answered
        try:
            done(None if self.error is not None else self.result, self.error)  # what was not committed is no result
        except Exception:
            logger.exception("A caller could not take its answer")

    def fail(self, error: BaseException) -> None:
        """Answer a caller whose job was left half done; any thread may call it."""
        self.error = error
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self.loop.call_soon_threadsafe(self.settle)


def _answered(result: Any, error: BaseException | None) -> None:
    """Who was answered already is told nothing more."""


def settles(future: asyncio.Future[Any]) -> Done:
    """Answer whoever awaits `future`, if they still do."""

    def done(result: Any, error: BaseException | None) -> None:
        if future.done():
            return
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)

    return done


class Database(Protocol):
    """What the edges call. Both methods take the workspace first: no query runs without one."""

    async def write(
        self, workspace_id: str, action: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `action(tx, …)` in a transaction; returns after commit and sync. Raises what the action raised."""
        ...

    def submit(
        self,
        workspace_id: str,
        done: Done,
        action: Callable[Concatenate[Tx, P], object],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        """`write` for who has no task to wait in: `done` is called on the loop when `write` would return or raise."""
        ...

    async def read(
        self, workspace_id: str, query: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `query(tx, …)` on one consistent, read-only snapshot."""
        ...

    def listen(self, listener: Callable[[list[Any]], None]) -> None:
        """Have `listener` called on the loop with what actions left with `after_commit`. One listener."""
        ...

    @property
    def writers(self) -> "Sequence[Worker]":
        """The threads that write; for those who watch."""
        ...

    @property
    def readers(self) -> "Sequence[Worker]":
        """The threads that read; for those who watch."""
        ...

    async def close(self) -> None:
        """Finish what is queued and close every connection."""
        ...


class Worker(threading.Thread):
    """A thread with a queue; takes all that waits, up to `GROUP_MAX`, and hands it to `group`."""

    def __init__(self, name: str, group: Callable[[list[Job]], None], group_max: int = GROUP_MAX) -> None:
        """Start at once."""
        super().__init__(name=name, daemon=True)
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._group = group
        self._group_max = group_max
        self.tally = GroupTally()
        self.busy_since: float | None = None
        """When it began with the group it is at, by `time.perf_counter`; None while it has nothing to do."""
        self.start()

    @property
    def waiting(self) -> int:
        """Jobs that wait for their turn; about as many, since others go on meanwhile."""
        return self._jobs.qsize()

    def submit(self, job: Job) -> None:
        """Queue a job; any thread may call it."""
        self._jobs.put(job)

    def stop(self) -> None:
        """Let the thread end after what is queued."""
        self._jobs.put(None)

    def run(self) -> None:
        """Work until stopped."""
        going = True
        while going:
            jobs: list[Job] = []
            job = self._jobs.get()
            with contextlib.suppress(queue.Empty):
                while job is not None:
                    jobs.append(job)
                    if len(jobs) >= self._group_max:
                        break
                    job = self._jobs.get_nowait()
            going = job is not None
            if jobs:
                self._work(jobs)

    def _work(self, jobs: list[Job]) -> None:
        """Whatever goes wrong with one group, its callers are told and the thread lives on."""
        began = self.busy_since = time.perf_counter()
        try:
            self._group(jobs)
        except Exception as error:
            logger.exception("A group of queries could not be finished")
            for job in jobs:
                job.fail(error)
        self.busy_since = None
        self.tally.count(len(jobs), time.perf_counter() - began)


class Threaded:
    """What both twins share: choosing a worker, telling the listener, settling on the loop."""

    def __init__(self) -> None:
        """No workers yet; the twin adds them."""
        self.writers: list[Worker] = []
        self.readers: list[Worker] = []
        self._next_reader = 0
        self._listener: Callable[[list[Any]], None] | None = None

    def listen(self, listener: Callable[[list[Any]], None]) -> None:
        """See `Database.listen`."""
        self._listener = listener

    async def write(
        self, workspace_id: str, action: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """See `Database.write`."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self.submit(workspace_id, settles(future), action, *args, **kwargs)
        return await future

    def submit(
        self,
        workspace_id: str,
        done: Done,
        action: Callable[Concatenate[Tx, P], object],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        """See `Database.submit`."""
        job = Job(workspace_id, action, args, kwargs, done)
        self.writers[hash(workspace_id) % len(self.writers)].submit(job)

    async def read(
        self, workspace_id: str, query: Callable[Concatenate[Tx, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """See `Database.read`."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        job = Job(workspace_id, query, args, kwargs, settles(future))
        self._next_reader = (self._next_reader + 1) % len(self.readers)
        self.readers[self._next_reader].submit(job)
        return await future

    def deliver(self, jobs: list[Job], after: list[Any]) -> None:
        """Hand results back to the loop, the listener first; called by a worker once the commit is safe."""

        def on_loop() -> None:
            try:
                if after and self._listener is not None:
                    self._listener(after)
            except Exception:
                logger.exception("What was committed could not be handed on")
            for job in jobs:
                job.settle()

        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            jobs[0].loop.call_soon_threadsafe(on_loop)

    async def close(self) -> None:
        """See `Database.close`."""
        workers = [*self.writers, *self.readers]
        for worker in workers:
            worker.stop()
        for worker in workers:
            await asyncio.to_thread(worker.join, 30)
