"""The law of the bot check: no solution counts twice, late, altered, or for somebody else; without one nothing is stored."""

import asyncio
import copy
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from sqlalchemy import text as sql_text

from halloo.botcheck.challenges import ATTEMPTS
from halloo.botcheck.errors import BotCheckFailed
from halloo.db.tx import Tx
from halloo.kit.clock import HOUR, MINUTE
from halloo.kit.ids import new_id
from tests.botcheck.solving import FAILED, begun, challenge, closed, opened, required, said, send, solve, solved, start
from tests.files.desk import ask as bring
from tests.isolation.sockets import Port, Socket, listening
from tests.public.people import hmac_issuer, identify
from tests.public.shop import Build, Json, Shop, Visitor, error, guest, text

RATES = {"messages_per_minute": 60_000, "messages_burst": 1000, "starts_per_hour": 1000, "reads_per_minute": 1000}


@pytest.fixture
async def strict(build: Build) -> Shop:
    """A widget that always asks, without rates that answer first."""
    shop = await build(**RATES)
    await shop.config(bot_check={"guard_level": "always"})
    return shop


@pytest.fixture
async def port(strict: Shop) -> AsyncIterator[Port]:
    """The relay of the same server."""
    async with listening(strict.api.halloo) as made:
        yield made


async def live(shop: Shop, port: Port, visitor: Visitor) -> Socket:
    hello = {"user_id": visitor.user_id, "parent_origin": "https://shop.example"}
    token = (await shop.call("POST", "/visitor", hello, visitor.headers)).json()["relay"]["token"]
    return await port.enter("visitor", token, [], widget=shop.house.widget_id)


async def ask(socket: Socket, cid: str | None, check: object = None, content: str = "Hi", **more: Any) -> Json:
    """Send a frame; the ack or error."""
    message = {"type": "text", "content": content}
    frame = {"t": "send", "id": "1", "client_id": new_id(), "conversation": cid, "message": message, **more}
    await socket.say(**frame, bot_check=check)
    (answer,) = await answers_of(socket, 1)
    return answer


async def answers_of(socket: Socket, count: int) -> list[Json]:
    """The next acks and errors, however long a busy machine takes for them."""
    found: list[Json] = []
    while len(found) < count:
        heard = await socket.hear(30)
        assert heard is not None, f"the connection ended with {socket.code}"
        found += [heard] if heard["t"] in {"ack", "error"} else []
    return found


async def test_cve_2025_68113_no_solution_counts_twice_for_fifty_at_once(strict: Shop) -> None:
    visitor = await strict.arrive()
    cid = await begun(strict, visitor)
    check = await solved(strict, visitor)
    answers = await asyncio.gather(*(send(strict, visitor, cid, check, content=str(n)) for n in range(50)))
    passed = [answer for answer in answers if answer.status_code == 201]
    assert len(passed) == 1
    assert {error(answer) for answer in answers if answer is not passed[0]} == {FAILED}
    assert len(await said(strict, cid)) == 2
    starts = await asyncio.gather(*(start(strict, visitor, check) for _ in range(50)))
    assert {error(answer) for answer in starts} == {FAILED}, "and not for another kind of thing either"
    strict.api.clock.shift += MINUTE
    assert error(await send(strict, visitor, cid, check)) == FAILED, "and not later"


async def test_fifty_newcomers_with_one_solution_are_one(strict: Shop) -> None:
    who = guest()
    check = solve((await strict.call("GET", f"/bot-check?user_id={who}")).json())
    body = {"user_id": who, "bot_check": check}
    answers = await asyncio.gather(
        *(strict.call("POST", "/conversations", {**body, "message": text()}) for _ in range(50))
    )
    assert [answer.status_code for answer in answers].count(201) == 1
    assert {error(answer) for answer in answers if answer.status_code != 201} == {FAILED}
    assert len((await strict.manage("GET", "/core/conversations"))["data"]) == 1


async def test_what_is_repeated_costs_nothing_and_is_stored_once(strict: Shop) -> None:
    visitor = await strict.arrive()
    cid = await begun(strict, visitor)
    check, client_id = await solved(strict, visitor), new_id()
    answers = await asyncio.gather(*(send(strict, visitor, cid, check, client_id=client_id) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    check, client_id, message = await solved(strict, visitor), new_id(), text()
    again = [await start(strict, visitor, check, client_id=client_id, message=message) for _ in range(2)]
    assert [answer.status_code for answer in again] == [201, 200]


async def test_a_solution_is_not_lost_on_what_is_refused(strict: Shop) -> None:
    visitor = await strict.arrive()
    cid = await begun(strict, visitor)
    check, client_id = await solved(strict, visitor), new_id()
    assert (await send(strict, visitor, cid, check, client_id=client_id)).status_code == 201
    check = await solved(strict, visitor)
    assert error(await send(strict, visitor, cid, check, client_id=client_id, content="x"))[0] == 409
    assert (await send(strict, visitor, cid, check)).status_code == 201


async def test_an_expired_one(strict: Shop) -> None:
    visitor = await strict.arrive()
    cid = await begun(strict, visitor)
    early, late = await solved(strict, visitor), await solved(strict, visitor)
    strict.api.clock.shift += 10 * MINUTE - 2000
    assert (await send(strict, visitor, cid, early)).status_code == 201
    strict.api.clock.shift += 3000
    assert error(await send(strict, visitor, cid, late)) == FAILED


def spliced(one: Json, other: Json) -> Iterator[tuple[str, Json]]:
    """Every part of one payload replaced by another's, both of the same visitor."""
    for name in ("parameters", "signature"):
        mixed = copy.deepcopy(one)
        mixed["challenge"][name] = other["challenge"][name]
        yield name, mixed
    for name in ("nonce", "salt", "keyPrefix"):
        mixed = copy.deepcopy(one)
        mixed["challenge"]["parameters"][name] = other["challenge"]["parameters"][name]
        yield name, mixed
    yield "solution", {**one, "solution": other["solution"]}


def altered(one: Json) -> Iterator[tuple[str, Json]]:
    """Everything that a challenge or solution says, changed."""
    changes: list[tuple[str, Any]] = [
        ("expiresAt", one["challenge"]["parameters"]["expiresAt"] + 3600),
        ("cost", 1),
        ("keyPrefix", "00"),
        ("keyPrefix", ""),
        ("keyLength", 1),
        ("algorithm", "SHA-512"),
        ("algorithm", "PBKDF2/SHA-256"),
        ("keySignature", "00"),
        ("expiresAt", None),
        ("nonce", one["challenge"]["parameters"]["nonce"] + "00"),
        ("salt", one["challenge"]["parameters"]["salt"][:-2]),
        ("data", {}),
        ("data", {**one["challenge"]["parameters"]["data"], "more": 1}),
    ]
    for name, value in changes:
        mixed = copy.deepcopy(one)
        mixed["challenge"]["parameters"][name] = value
        yield f"{name}={value}", mixed
    for name, value in [
        ("counter", one["solution"]["counter"] + 1),
        ("counter", str(one["solution"]["counter"])),
        ("counter", one["solution"]["counter"] + 2**32),
        ("counter", -1),
        ("derivedKey", one["solution"]["derivedKey"].upper()),
        ("derivedKey", one["solution"]["derivedKey"][:32]),
    ]:
        yield f"{name}={value}", {**one, "solution": {**one["solution"], name: value}}
    for signature in ("", None, one["challenge"]["signature"].upper(), one["challenge"]["signature"] + " "):
        mixed = copy.deepcopy(one)
        mixed["challenge"]["signature"] = signature
        yield f"signature={signature}", mixed
    yield "more", {**one, "more": 1}
    unsigned = copy.deepcopy(one)
    del unsigned["challenge"]["signature"]
    yield "unsigned", unsigned


async def test_an_altered_or_spliced_one(strict: Shop) -> None:
    visitor = await strict.arrive()
    cid = await begun(strict, visitor)
    one, other = opened(await solved(strict, visitor)), opened(await solved(strict, visitor))
    strict.api.clock.shift += MINUTE
    wrong: list[str] = []
    for name, payload in [*spliced(one, other), *altered(one)]:
        strict.api.clock.shift += 3000
        if error(await send(strict, visitor, cid, closed(payload))) != FAILED:
            wrong.append(name)
    others: list[Any] = ["", "x", "AAAA", "{}", closed([]), closed({}), closed(None), 7, True, [], one, "=" * 9000, "é"]
    for junk in others:
        strict.api.clock.shift += 3000
        if error(await send(strict, visitor, cid, junk)) != FAILED:
            wrong.append(repr(junk))
    assert wrong == []
    assert (await send(strict, visitor, cid, closed(one))).status_code == 201, "and the same, unaltered, counts"


async def test_every_single_byte_matters(strict: Shop) -> None:
    """Judged without a server between, since there are hundreds of bytes. The time that solving took is nobody's business."""
    guard = strict.api.halloo.guard
    visitor = new_id()
    payload = opened(solve(guard.challenges.issue(strict.house.widget_id, visitor)))
    del payload["solution"]["time"]
    whole = closed(payload)
    for at, char in enumerate(whole):
        other = whole[:at] + ("B" if char != "B" else "C") + whole[at + 1 :]
        with pytest.raises(BotCheckFailed):
            guard.challenges.open(other, strict.house.widget_id, visitor)


async def test_another_visitors_and_another_widgets(strict: Shop) -> None:
    visitor, thief = await strict.arrive(), await strict.arrive()
    cid = await begun(strict, visitor)
    assert error(await send(strict, visitor, cid, await solved(strict, thief))) == FAILED
    elsewhere = f"/core/public/web-widgets/{strict.other_widget_id}"
    there = await strict.arrive(elsewhere)
    assert error(await send(strict, visitor, cid, await solved(strict, there, elsewhere))) == FAILED
    foreign = strict.api.halloo.guard.challenges.issue(strict.other_widget_id, visitor.id)
    assert error(await send(strict, visitor, cid, solve(foreign))) == FAILED
    as_guest = (await strict.call("GET", f"/bot-check?user_id={visitor.user_id}")).json()
    assert error(await send(strict, visitor, cid, solve(as_guest))) == FAILED
    newcomer = {"user_id": guest(), "message": text(), "bot_check": await solved(strict, visitor)}
    assert error(await strict.call("POST", "/conversations", newcomer)) == FAILED


async def test_a_script_that_skips_it_gets_nothing_stored(strict: Shop, port: Port) -> None:
    bare = await strict.call("POST", "/conversations", {"user_id": guest(), "message": text()})
    assert required(bare)["parameters"]["data"]["widget"] == strict.house.widget_id
    required(await strict.call("POST", "/conversations", {"user_id": guest()}))
    visitor = await strict.arrive()
    required(await start(strict, visitor))
    required(await start(strict, visitor, message=None))
    socket = await live(strict, port, visitor)
    refused = await ask(socket, None)
    assert refused["code"] == "bot_check_required"
    assert refused["details"]["challenge"]["parameters"]["data"]["visitor"] == visitor.id
    assert (await strict.manage("GET", "/core/conversations"))["data"] == []
    assert (await strict.manage("GET", "/core/contacts"))["data"] == []
    cid = await begun(strict, visitor)
    required(await send(strict, visitor, cid))
    assert (await ask(socket, cid))["code"] == "bot_check_required"
    required(await start(strict, visitor, conversation_id=cid))
    assert (await start(strict, visitor, conversation_id=cid, message=None)).status_code == 200, "nothing is said"
    assert await said(strict, cid) == ["Hello"]


def _uploads(tx: Tx) -> list[Any]:
    return tx.all(sql_text("SELECT id FROM uploads"))


async def test_a_script_that_skips_it_brings_no_file(strict: Shop) -> None:
    visitor = await strict.arrive()
    wanted = required(await bring(strict, visitor, "a.txt", b"Hi", "text/plain"))
    assert error(await bring(strict, visitor, "a.exe", b"Hi", "application/x-msdownload")) == (415, "file_type")
    check = solve(wanted)
    assert (await bring(strict, visitor, "a.txt", b"Hi", "text/plain", bot_check=check)).status_code == 201
    many = [bring(strict, visitor, "a.txt", b"Hi", "text/plain", bot_check=check) for _ in range(5)]
    assert {error(answer) for answer in await asyncio.gather(*many)} == {FAILED}
    check = await solved(strict, visitor)
    files = [bring(strict, visitor, "a.txt", b"Hi", "text/plain", bot_check=check) for _ in range(10)]
    codes = sorted([answer.status_code for answer in await asyncio.gather(*files)])
    assert codes == [201] + [422] * 9
    uploads = await strict.api.halloo.database.read(strict.house.workspace_id, _uploads)
    assert len(uploads) == 2


async def test_the_relay_obeys_the_same_law(strict: Shop, port: Port) -> None:
    visitor, thief = await strict.arrive(), await strict.arrive()
    socket = await live(strict, port, visitor)
    wanted = (await ask(socket, None))["details"]["challenge"]
    check = solve(wanted)
    first = await ask(socket, None, check)
    assert first["t"] == "ack"
    cid = first["conversation"]
    assert (await ask(socket, cid, check))["code"] == "bot_check_failed"
    assert (await ask(socket, None, check))["code"] == "bot_check_failed"
    assert (await ask(socket, cid, await solved(strict, thief)))["code"] == "bot_check_failed"
    check, client_id = await solved(strict, visitor), new_id()
    for _ in range(2):
        assert (await ask(socket, cid, check, client_id=client_id))["t"] == "ack", "repeated"
    assert error(await send(strict, visitor, cid, check)) == FAILED, "one law for both"
    check = await solved(strict, visitor)
    for n in range(10):
        message = {"type": "text", "content": str(n)}
        await socket.say(t="send", id=n, client_id=new_id(), conversation=cid, message=message, bot_check=check)
    answers = [one["t"] for one in await answers_of(socket, 10)]
    assert sorted(answers) == ["ack"] + ["error"] * 9


async def test_what_is_wrong_besides_is_told_first(strict: Shop, port: Port) -> None:
    visitor, other = await strict.arrive(), await strict.arrive()
    theirs = await begun(strict, other)
    cid = await begun(strict, visitor)
    assert error(await send(strict, visitor, theirs))[0] == 403
    assert error(await start(strict, visitor, conversation_id=theirs))[0] == 403
    assert error(await send(strict, visitor, cid, content=""))[0] == 422
    assert error(await send(strict, visitor, cid, more=1)) == (422, "field_unknown")
    socket = await live(strict, port, visitor)
    assert (await ask(socket, theirs))["code"] == "conversation_forbidden"
    assert (await ask(socket, cid, content=""))["code"] != "bot_check_required"


async def test_whoever_is_identified_is_never_asked(strict: Shop, port: Port) -> None:
    issuer = await hmac_issuer(strict)
    known = (await identify(strict, await strict.arrive(), issuer)).visitor
    answer = await start(strict, known)
    assert answer.status_code == 201
    cid = answer.json()["conversation"]["id"]
    assert (await send(strict, known, cid)).status_code == 201
    assert (await ask(await live(strict, port, known), cid))["t"] == "ack"


async def test_off_asks_nobody_and_looks_at_nothing(shop: Shop) -> None:
    await shop.config(bot_check={"guard_level": "off"})
    visitor = await shop.arrive()
    assert error(await shop.call("GET", "/bot-check", headers=visitor.headers)) == (404, "bot_check_off")
    cid = (await start(shop, visitor, "whatever")).json()["conversation"]["id"]
    assert (await send(shop, visitor, cid)).status_code == 201


async def test_what_a_challenge_says(strict: Shop) -> None:
    visitor = await strict.arrive()
    made = await challenge(strict, visitor)
    assert made["parameters"]["data"] == {"widget": strict.house.widget_id, "visitor": visitor.id}
    assert set(made) == {"parameters", "signature"}
    left = made["parameters"]["expiresAt"] - strict.api.clock() / 1000
    assert 590 < left <= 600
    counters = [opened(solve(await challenge(strict, visitor)))["solution"]["counter"] for _ in range(5)]
    assert all(ATTEMPTS // 2 <= counter < ATTEMPTS for counter in counters), "no luck, and no long tail"
    assert error(await strict.call("GET", "/bot-check")) == (422, "field_invalid")
    assert error(await strict.call("GET", "/bot-check?user_id=ada")) == (422, "field_invalid")


async def test_used_solutions_are_forgotten_once_they_would_not_hold(strict: Shop) -> None:
    visitor = await strict.arrive()
    await begun(strict, visitor)
    rows = "SELECT count(*) FROM bot_solutions WHERE workspace_id = :ws"
    count = strict.api.halloo.database.read
    assert await count(strict.house.workspace_id, _scalar, rows) == 1
    await strict.api.halloo.sweeper.sweep()
    assert await count(strict.house.workspace_id, _scalar, rows) == 1
    strict.api.clock.shift += 2 * HOUR
    await strict.api.halloo.sweeper.sweep()
    assert await count(strict.house.workspace_id, _scalar, rows) == 0


def _scalar(tx: Tx, sql: str) -> int:
    return tx.scalar(sql_text(sql), ws=tx.workspace_id)
