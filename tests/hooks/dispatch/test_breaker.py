from halloo.hooks.breaker import Breaker, Cap
from halloo.hooks.model import Health
from halloo.kit.clock import MINUTE, SECOND
from halloo.kit.outbound.model import Exchange, Outcome, Timings

NOW = 1_700_000_000_000


def exchange(status: int, outcome: Outcome = "status") -> Exchange:
    return Exchange(outcome, status, None, Timings(0, 0, 0, 0, 0), b"", b"", False, None, "")


def opened() -> Breaker:
    breaker = Breaker()
    for _ in range(5):
        breaker.note("timeout", NOW)
    return breaker


def test_five_unreached_in_a_row_open_it_and_an_answer_between_begins_anew() -> None:
    breaker = Breaker()
    outcomes: list[Outcome] = [
        "timeout",
        "connect",
        "tls",
        "dns",
        "status",
        "timeout",
        "write",
        "protocol",
        "connect_timeout",
    ]
    assert [breaker.note(outcome, NOW) for outcome in outcomes] == [False] * 9
    assert not breaker.healthy
    assert breaker.note("timeout", NOW)
    assert (breaker.state, breaker.probes, breaker.probe_at) == ("open", 1, NOW + 30 * SECOND)


def test_seven_of_ten_failures_within_five_minutes_open_it() -> None:
    breaker = Breaker()
    for _ in range(3):
        breaker.note("success", NOW)
    assert not any(breaker.note("status", NOW + 40 * SECOND) for _ in range(6))
    assert breaker.note("status", NOW + 4 * MINUTE)


def test_what_is_older_than_five_minutes_does_not_count() -> None:
    breaker = Breaker()
    for _ in range(6):
        breaker.note("status", NOW)
    later = NOW + 5 * MINUTE
    assert not any(breaker.note("status", later) for _ in range(9))
    assert breaker.note("status", later)


def test_a_clock_that_goes_back_counts_from_there() -> None:
    breaker = Breaker()
    for _ in range(9):
        breaker.note("status", NOW)
    assert not breaker.note("status", NOW - 10 * MINUTE)


def test_probes_wait_longer_and_longer_up_to_ten_minutes() -> None:
    breaker = opened()
    waits: list[int] = []
    for _ in range(7):
        assert breaker.probe_at is not None
        assert breaker.note("timeout", breaker.probe_at, probe=True)
        waits.append(breaker.probe_at)
    gaps = [later - earlier for earlier, later in zip([NOW + 30 * SECOND, *waits], waits, strict=False)]
    assert gaps == [n * MINUTE for n in (1, 2, 4, 8, 10, 10, 10)]


def test_what_was_on_its_way_when_it_opened_changes_nothing() -> None:
    breaker = opened()
    assert not breaker.note("success", NOW + SECOND)
    assert not breaker.note("timeout", NOW + SECOND)
    assert (breaker.state, breaker.probes) == ("open", 1)


def test_a_probes_success_half_opens_it_and_three_in_a_row_close_it() -> None:
    breaker = opened()
    assert breaker.note("success", NOW, probe=True)
    assert (breaker.state, breaker.probes, breaker.probe_at) == ("half", 1, None)
    assert not breaker.note("success", NOW)
    assert breaker.note("success", NOW)
    assert (breaker.state, breaker.probes, breaker.probe_at, breaker.healthy) == ("closed", 0, None, True)


def test_a_failure_while_half_open_opens_it_for_longer() -> None:
    breaker = opened()
    breaker.note("success", NOW, probe=True)
    assert breaker.note("status", NOW)
    assert (breaker.state, breaker.probes, breaker.probe_at) == ("open", 2, NOW + MINUTE)


def test_it_goes_on_as_it_was_stored() -> None:
    assert Breaker(Health(probes=2, probe_at=NOW)).state == "open"
    assert Breaker(Health(probes=2)).state == "half"
    assert Breaker(Health(failures=7, failing_since=1)).state == "closed"


def test_overload_halves_the_cap_for_a_minute_once_for_what_was_asked_before() -> None:
    cap = Cap(10)
    for _ in range(3):
        cap.note(exchange(429), NOW - 5, NOW)
    assert cap.at(NOW) == 5
    cap.note(exchange(502), NOW + 10, NOW + 20)
    assert cap.at(NOW + 20) == 2
    for later in (30, 40, 50):
        cap.note(exchange(504), NOW + later, NOW + later)
    assert cap.at(NOW + 50) == 1
    assert cap.at(NOW + 50 + MINUTE - 1) == 1
    assert cap.at(NOW + 50 + MINUTE) == 10


def test_every_twenty_successes_give_one_back() -> None:
    cap = Cap(10)
    cap.note(exchange(503), NOW, NOW)
    assert cap.at(NOW) == 10
    cap.note(exchange(429), NOW, NOW)
    for _ in range(40):
        cap.note(exchange(200, "success"), NOW, NOW)
    assert cap.at(NOW) == 7
    for _ in range(200):
        cap.note(exchange(200, "success"), NOW, NOW)
    assert cap.at(NOW) == 10


def test_another_cap_of_the_hook_holds_at_once() -> None:
    cap = Cap(10)
    cap.resize(20)
    assert cap.at(NOW) == 20
    cap.note(exchange(429), NOW, NOW)
    cap.resize(4)
    assert cap.at(NOW) == 4
