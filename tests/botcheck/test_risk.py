"""When a widget asks on risk: rates, crowds, haste, traps and lists; and that nobody is locked out for their address."""

from pathlib import Path

import httpx
import pytest

from halloo.api.public.limits import PublicApiSettings
from halloo.botcheck.networks import read_addresses
from halloo.botcheck.settings import BotCheckSettings
from halloo.botcheck.signs import ASKED_AT, Signs
from halloo.config import Config
from halloo.kit.clock import HOUR, MINUTE
from halloo.kit.networks import AddressList
from tests.botcheck.solving import FAILED, required, send, solve, solved, start
from tests.files.desk import ask as bring
from tests.public.people import hmac_issuer, identify
from tests.public.shop import SHOP, Build, Shop, error, guest, open_shop, text
from tests.support.api import serving
from tests.support.product import Store


async def arrive(shop: Shop, check: object = None, who: str = "") -> httpx.Response:
    body = {"user_id": who or guest(), "parent_origin": SHOP, "bot_check": check}
    return await shop.call("POST", "/visitor", body)


async def test_people_in_peace_are_never_asked(shop: Shop) -> None:
    visitor = await shop.arrive()
    cid = (await start(shop, visitor)).json()["conversation"]["id"]
    assert (await send(shop, visitor, cid)).status_code == 201
    assert (await shop.call("POST", "/conversations", {"user_id": guest(), "message": text()})).status_code == 201


async def test_what_is_given_is_judged_also_where_nothing_was_needed(shop: Shop) -> None:
    visitor = await shop.arrive()
    check = await solved(shop, visitor)
    assert (await start(shop, visitor, check)).status_code == 201
    assert error(await start(shop, visitor, check)) == FAILED
    assert error(await start(shop, visitor, "x")) == FAILED


async def test_an_office_is_asked_and_not_locked_out(build: Build) -> None:
    """Twelve colleagues behind an address that lets four come and five write in an hour."""
    shop = await build(contacts_per_minute=100, contacts_per_hour=4, starts_per_hour_and_address=5)
    asked = 0
    for _ in range(12):
        who = guest()
        answer = await arrive(shop, who=who)
        if answer.status_code == 428:
            asked += 1
            answer = await arrive(shop, solve(required(answer)), who)
        assert answer.status_code == 201, answer.text
        me = answer.json()["visitor"]
        headers = {"Origin": "https://chat.example", "X-Halloo-Visitor": me["visitor_token"]}
        answer = await shop.call("POST", "/conversations", {"message": text()}, headers)
        if answer.status_code == 428:
            asked += 1
            body = {"message": text(), "bot_check": solve(required(answer))}
            answer = await shop.call("POST", "/conversations", body, headers)
        assert answer.status_code == 201, answer.text
    assert asked == 8 + 7


async def test_no_address_fills_the_disk_with_the_files_of_many_visitors(build: Build) -> None:
    """Two MiB a day: beyond it each file costs a check, at ten times of it there is an end, and asking uses nothing up."""
    shop = await build(upload_mib_per_day_and_address=2)
    data, answers = b"Hi", list[int]()
    for _ in range(24):
        visitor = await shop.arrive()
        answer = await bring(shop, visitor, "a.txt", data, "text/plain")
        answers.append(answer.status_code)
        if answer.status_code == 428:
            check = solve(required(answer))
            answer = await bring(shop, visitor, "a.txt", data, "text/plain", bot_check=check)
            answers.append(answer.status_code)
    assert answers == [201] * 2 + [428, 201] * 18 + [429] * 4


async def test_without_a_check_an_address_is_refused_for_the_files_of_many_visitors(build: Build) -> None:
    shop = await build(upload_mib_per_day_and_address=2)
    await shop.config(bot_check={"guard_level": "off"})
    answers = [(await bring(shop, await shop.arrive(), "a.txt", b"Hi", "text/plain")).status_code for _ in range(3)]
    assert answers == [201, 201, 429]


async def test_far_beyond_its_rates_an_address_is_refused_whatever_it_solves(build: Build) -> None:
    shop = await build(contacts_per_minute=2, contacts_per_hour=2, starts_per_hour_and_address=2)
    visitor = await shop.arrive()
    for n in range(6):
        answer = await start(shop, visitor, None if n < 2 else await solved(shop, visitor))
        assert answer.status_code == 201, answer.text
    assert error(await start(shop, visitor, await solved(shop, visitor))) == (429, "rate_limited")
    assert error(await start(shop, visitor)) == (429, "rate_limited"), "and it need not solve to learn that"
    answers = [(await arrive(shop)).status_code for _ in range(25)]
    assert answers == [201] + [428] * 18 + [429] * 6


async def test_asking_for_a_check_uses_no_rate_up(build: Build) -> None:
    shop = await build(starts_per_hour=3)
    await shop.config(bot_check={"guard_level": "always"})
    visitor = await shop.arrive()
    for _ in range(10):
        required(await start(shop, visitor))
    for _ in range(3):
        assert (await start(shop, visitor, await solved(shop, visitor))).status_code == 201
    assert error(await start(shop, visitor)) == (429, "rate_limited")


async def test_who_is_identified_is_not_counted_by_address(build: Build) -> None:
    shop = await build(starts_per_hour_and_address=1)
    issuer = await hmac_issuer(shop)
    known = (await identify(shop, await shop.arrive(), issuer)).visitor
    assert (await start(shop, await shop.arrive())).status_code == 201
    required(await start(shop, await shop.arrive()))
    assert [(await start(shop, known)).status_code for _ in range(4)] == [201] * 4


async def test_without_a_check_the_rates_refuse(build: Build) -> None:
    shop = await build(contacts_per_minute=2, contacts_per_hour=2, starts_per_hour_and_address=2)
    await shop.config(bot_check={"guard_level": "off"})
    visitor = await shop.arrive()
    assert [(await start(shop, visitor)).status_code for _ in range(3)] == [201, 201, 429]
    assert [(await arrive(shop)).status_code for _ in range(2)] == [201, 429]


async def test_who_writes_at_once_while_a_crowd_comes_is_asked(store: Store) -> None:
    config = Config(public_api=PublicApiSettings(), bot_check=BotCheckSettings(newcomers_per_minute=3))
    async with serving(store, config) as api:
        shop = await open_shop(api)
        calm = await shop.arrive()
        cid = (await start(shop, calm)).json()["conversation"]["id"]
        hasty = [await shop.arrive() for _ in range(3)][-1]
        required(await start(shop, hasty))
        required(await shop.call("POST", "/conversations", {"user_id": guest(), "message": text()}))
        assert (await start(shop, hasty, await solved(shop, hasty))).status_code == 201
        api.clock.shift += 3000
        assert (await send(shop, calm, cid)).status_code == 201, "who has read before is not"
        api.clock.shift += MINUTE
        assert (await start(shop, await shop.arrive())).status_code == 201, "and the crowd is over"


async def test_whoever_fills_in_what_people_do_not_see_is_asked(shop: Shop) -> None:
    form = {"fields": [{"id": "topic", "type": "text"}]}
    await shop.config(pre_conversation_form=form)
    honest, bot = await shop.arrive(), await shop.arrive()
    for visitor, website in ((honest, ""), (bot, "https://spam.example")):
        body = {"fields": {"topic": "Shoes"}, "website": website}
        assert (await shop.call("POST", "/pre-conversation-form", body, visitor.headers)).status_code == 200
    assert (await start(shop, honest)).status_code == 201
    required(await start(shop, bot))
    answer = await start(shop, bot, await solved(shop, bot))
    cid = answer.json()["conversation"]["id"]
    required(await send(shop, bot, cid))


@pytest.mark.parametrize("listed", [True, False])
async def test_addresses_of_ill_repute_are_asked(store: Store, tmp_path: Path, listed: bool) -> None:  # noqa: FBT001 - a case
    file = tmp_path / "addresses"
    file.write_text("# bad\n127.0.0.0/8 ; ours\n" if listed else "198.51.100.7\n")
    config = Config(bot_check=BotCheckSettings(address_file=str(file)))
    async with serving(store, config) as api:
        shop = await open_shop(api)
        visitor = await shop.arrive()
        answer = await start(shop, visitor)
        if not listed:
            assert answer.status_code == 201
            return
        required(answer)
        assert api.halloo.guard.signs.weigh(shop.house.widget_id, visitor.id, None) >= ASKED_AT, "over the relay, too"
        assert (await start(shop, visitor, await solved(shop, visitor))).status_code == 201


@pytest.mark.parametrize(
    ("address", "held"),
    [
        ("192.0.2.7", True),
        ("192.0.2.8", False),
        ("203.0.113.0", True),
        ("203.0.113.255", True),
        ("203.0.112.255", False),
        ("203.0.114.0", False),
        ("10.1.2.3", True),
        ("2001:db8:1:2::/64", True),
        ("2001:db8:1:3::/64", False),
        ("2001:db8:ffff::/64", True),
        ("unknown", False),
        ("", False),
        (None, False),
    ],
)
def test_lists_of_addresses(address: str | None, held: bool) -> None:  # noqa: FBT001 - a case
    listed = AddressList(
        [
            "203.0.113.0/25",
            "203.0.113.128/25",
            "192.0.2.7",
            "10.0.0.0/8",
            "10.1.0.0/16",
            "2001:db8:1:2::7",
            "2001:db8:ffff::/48",
        ]
    )
    assert listed.holds(address) is held


def test_a_list_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    file = tmp_path / "addresses"
    for junk in (b"not an address\n", b"\xff\xfe\n"):
        file.write_bytes(junk)
        assert not read_addresses(str(file)).holds("192.0.2.1")
    assert not read_addresses(str(tmp_path / "missing")).holds("192.0.2.1")


def test_signs_are_forgotten() -> None:
    now = 0
    signs = Signs(AddressList(), 1, lambda: now)
    signs.trap("v")
    assert signs.weigh("w", "v", None) == 2
    now = 13 * HOUR
    assert signs.weigh("w", "v", None) == 0
    for n in range(60_000):
        signs.came(f"w{n}", f"v{n}")
    assert signs.weigh("w0", "v0", None) == 1, "the crowd is known, who came first is forgotten: memory has an end"
