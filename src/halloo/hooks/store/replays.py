"""SQL of replays: which facts they are about, how far each is."""

from typing import NamedTuple

import msgspec
from sqlalchemy import bindparam, insert, select, text, update

from halloo.db.statement import Statement
from halloo.db.tx import Row, Tx
from halloo.hooks.model import DeliveryState, Replay
from halloo.hooks.tables import replays
from halloo.kit.json import dump

_R = replays.c
_INSERT = Statement(insert(replays).values({c.name: bindparam(c.name) for c in _R}))
_FIND = Statement(select(replays).where(_R.workspace_id == bindparam("ws"), _R.id == bindparam("id_")))
_RUNNING = Statement(
    select(_R.id, _R.hook_id).where(_R.workspace_id == bindparam("ws"), _R.state == "running").order_by(_R.id)
)
_MOVE = Statement(
    update(replays)
    .where(_R.workspace_id == bindparam("ws"), _R.id == bindparam("id_"))
    .values({name: bindparam(f"{name}_") for name in ("state", "next_seq", "planned", "count")})
)
_FACTS = Statement(
    text(
        "SELECT seq, name, at, conversation_id, length(data) FROM facts "
        "WHERE workspace_id = :ws AND seq >= :first AND seq <= :last ORDER BY seq LIMIT :limit"
    )
)
_TOLD = Statement(
    text(
        "SELECT seq, series, state FROM deliveries WHERE workspace_id = :ws AND hook_id = :hook "
        "AND seq >= :first AND seq <= :last ORDER BY seq, series"
    )
)
_names = msgspec.json.Decoder(tuple[str, ...])
_NOTHING = len(b"{}")


class Told(NamedTuple):
    """What a hook was told of a fact: the state of each series, in order, and the number of the last, or -1."""

    last_series: int
    states: tuple[DeliveryState, ...]


class Candidate(NamedTuple):
    """A fact that may be told again."""

    seq: int
    name: str
    at: int
    conversation_id: str | None
    is_kept: bool
    """Whether it still says something."""
    told: Told


_NEVER = Told(-1, ())


def insert_replay(tx: Tx, replay: Replay) -> None:
    """Store a new replay."""
    values = msgspec.structs.asdict(replay)
    tx.run(_INSERT, **{**values, "events": dump(replay.events).decode(), "states": dump(replay.states).decode()})


def find_replay(tx: Tx, workspace_id: str, replay_id: str) -> Replay | None:
    """The replay, or None."""
    row = tx.first(_FIND, ws=workspace_id, id_=replay_id)
    return None if row is None else _replay(row)


def list_running(tx: Tx, hook_id: str | None = None) -> list[str]:
    """The replays that are running, of all hooks or of one."""
    return [id for id, hook in tx.rows(_RUNNING, ws=tx.workspace_id) if hook_id in (None, hook)]


def move_replay(tx: Tx, replay: Replay) -> None:
    """Store how far a replay has planned. What has ended of it is counted elsewhere."""
    tx.run(
        _MOVE,
        ws=replay.workspace_id,
        id_=replay.id,
        state_=replay.state,
        next_seq_=replay.next_seq,
        planned_=replay.planned,
        count_=replay.count,
    )


def list_candidates(tx: Tx, hook_id: str, first: int, last: int, limit: int) -> list[Candidate]:
    """At most `limit` facts from number `first` to `last`, in order, each with what the hook was told of it."""
    tx.flush()
    facts = tx.rows(_FACTS, ws=tx.workspace_id, first=first, last=last, limit=limit)
    if not facts:
        return []
    told: dict[int, Told] = {}
    for seq, series, state in tx.rows(_TOLD, ws=tx.workspace_id, hook=hook_id, first=first, last=facts[-1][0]):
        told[seq] = Told(series, (*told.get(seq, _NEVER).states, state))
    return [
        Candidate(seq, name, at, talk, size > _NOTHING, told.get(seq, _NEVER)) for seq, name, at, talk, size in facts
    ]


def _replay(row: Row) -> Replay:
    values = dict(row)
    values["events"] = _names.decode(row["events"])
    values["states"] = _names.decode(row["states"])
    return Replay(**values)
