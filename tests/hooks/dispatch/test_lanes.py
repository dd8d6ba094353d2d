from halloo.hooks.address import Address
from halloo.hooks.lane import Kind, Lane, Share
from halloo.hooks.lanes import Lanes, Turn
from halloo.hooks.light import WAITING_MAX, LightEvent, LightQueue
from halloo.hooks.model import LEASE, Claimed, Health
from halloo.kit.clock import MINUTE, SECOND
from halloo.kit.outbound.model import Limits

NOW = 1_700_000_000_000
UNTIL = NOW + LEASE
GOOD = Health(last_call="succeeded")


def row(hook_id: str, seq: int, attempts: int = 0, series: int = 0) -> Claimed:
    return Claimed("w", hook_id, seq, series, attempts, NOW, "f", "message:send", NOW, b"{}", None)


def lane(hook_id: str = "h", share: Share | None = None, cap: int = 10, health: Health = GOOD) -> Lane:
    limits = Limits(connect_s=2, answer_s=2, body_s=1)
    address = Address("w", hook_id, 1, None, "", "", None, limits, 10, cap, False, frozenset())
    return Lane(address, share or Share(), health)


def feed(lanes: Lanes, one: Lane, count: int, attempts: int = 0, series: int = 0) -> None:
    lanes.feed(one, [row(one.hook_id, seq, attempts, series) for seq in range(1, count + 1)], UNTIL)


def take_all(lanes: Lanes, now: int = NOW) -> list[Turn]:
    turns: list[Turn] = []
    while (turn := lanes.take(now)) is not None:
        turns.append(turn)
    return turns


def kinds(turns: list[Turn]) -> dict[Kind, int]:
    found: dict[Kind, int] = {}
    for turn in turns:
        found[turn.kind] = found.get(turn.kind, 0) + 1
    return found


def test_the_round_goes_over_hooks_and_not_over_rows() -> None:
    lanes, share = Lanes(), Share()
    long, short = lane("long", share), lane("short", share)
    feed(lanes, long, 20)
    feed(lanes, short, 2)
    order = [turn.lane.hook_id for turn in take_all(lanes)]
    assert order[:4] == ["long", "short", "long", "short"]
    assert order[4:] == ["long"] * 8


def test_a_hook_has_no_more_in_flight_than_its_cap_and_twice_that_in_memory() -> None:
    lanes, one = Lanes(), lane(cap=3)
    assert one.room(NOW) == 6
    feed(lanes, one, 6)
    assert one.room(NOW) == 0
    turns = take_all(lanes)
    assert len(turns) == 3
    lanes.done(one, turns[0].kind)
    assert one.room(NOW) == 0  # its result is not written yet
    one.held -= 1
    assert one.room(NOW) == 1
    assert len(take_all(lanes)) == 1


def test_a_workspace_has_200_in_flight_and_a_process_1000() -> None:
    lanes = Lanes()
    shares = [Share() for _ in range(5)]
    for share in shares:
        for number in range(2):
            feed(lanes, lane(str(number), share, cap=100), 200)
    turns = take_all(lanes)
    assert len(turns) == lanes.in_flight == 1000
    assert [share.in_flight for share in shares] == [200] * 5
    feed(lanes, late := lane("late"), 1)
    assert take_all(lanes) == []
    begun: list[Lane] = []
    for done in turns[:11]:
        lanes.done(done.lane, done.kind)
        begun += [turn.lane for turn in take_all(lanes)]
    assert late in begun
    assert lanes.in_flight == 1000
    alone, busy = Lanes(), Share()
    for number in range(2):
        feed(alone, lane(str(number), busy, cap=100), 100)
    assert len(take_all(alone)) == 200
    feed(alone, other := lane("other", Share()), 1)
    assert [turn.lane for turn in take_all(alone)] == [other]


def test_where_slots_are_scarce_nobody_takes_more_than_a_fair_part() -> None:
    lanes, share = Lanes(), Share()
    hanging = [lane(f"hanging {number}", share) for number in range(30)]
    for one in hanging:
        feed(lanes, one, 20)
    taken = take_all(lanes)
    assert len(taken) <= 200 - 5
    feed(lanes, late := lane("late", share), 4)
    assert [turn.lane for turn in take_all(lanes)] == [late] * 4


def test_where_slots_are_scarce_who_does_not_answer_gets_one() -> None:
    lanes, share = Lanes(slots=20), Share()
    for number in range(2):
        feed(lanes, lane(str(number), share, cap=5), 5)
    assert len(take_all(lanes)) == 10
    feed(lanes, unproven := lane("unproven", share, health=Health()), 5)
    assert [turn.lane for turn in take_all(lanes)] == [unproven]


def test_retries_take_three_tenths_of_a_hook_while_first_attempts_wait() -> None:
    lanes, one = Lanes(), lane()
    feed(lanes, one, 10, attempts=1)
    feed(lanes, one, 10)
    turns = take_all(lanes)
    assert kinds(turns) == {"first": 7, "retry": 3}
    for turn in turns:
        lanes.done(one, turn.kind)
    assert kinds(take_all(lanes)) == {"first": 3, "retry": 7}


def test_retries_take_three_tenths_of_the_process_while_first_attempts_wait() -> None:
    lanes = Lanes(slots=20)
    shares = [Share() for _ in range(4)]
    retrying = [lane(f"r{number}", share) for number, share in enumerate(shares)]
    for one in retrying:
        feed(lanes, one, 10, attempts=2)
    blocked = Share()
    blocked.shut = True
    feed(lanes, waits := lane("first", blocked), 1)
    assert kinds(take_all(lanes)) == {"retry": 6}
    lanes.reopen(blocked)
    first = take_all(lanes)
    assert [turn.lane for turn in first] == [waits]
    lanes.done(waits, "first")  # nobody waits for a first attempt any more: two lanes more go on for each that is done
    assert kinds(take_all(lanes)) == {"retry": 8}


def test_whoever_waited_for_slots_goes_on_where_the_next_one_has_nothing_any_more() -> None:
    lanes, share = Lanes(), Share(limit=2)
    feed(lanes, busy := lane("busy", share), 2)
    assert len(take_all(lanes)) == 2
    for number in range(4):
        feed(lanes, lane(str(number), share), 1)
    assert take_all(lanes) == []
    for waiting in list(share.waiting)[:-1]:
        lanes.drain(waiting)
    for _ in range(2):
        lanes.done(busy, "first")
    assert [turn.lane.hook_id for turn in take_all(lanes)] == ["3"]


def test_replays_take_half_of_the_cap_and_first_attempts_pass_them() -> None:
    lanes, one = Lanes(), lane()
    feed(lanes, one, 12, series=1)
    assert kinds(take_all(lanes)) == {"replay": 5}
    feed(lanes, one, 4)
    assert kinds(take_all(lanes)) == {"first": 4}
    lanes.done(one, "replay")
    assert kinds(take_all(lanes)) == {"replay": 1}


def test_an_open_breaker_lets_the_probe_through_alone() -> None:
    lanes, one = Lanes(), lane(health=Health(probes=1, probe_at=NOW))
    assert one.room(NOW) == 0
    feed(lanes, one, 3)
    assert take_all(lanes) == []
    assert [given.seq for given in lanes.drain(one)] == [1, 2, 3]
    assert (one.held, lanes.firsts) == (0, 0)
    lanes.feed_probe(one, row("h", 1), UNTIL)
    (turn,) = take_all(lanes)
    assert turn.kind == "probe"
    lanes.done(one, "probe")
    one.breaker.note("success", NOW, probe=True)
    feed(lanes, one, 3)
    assert len(take_all(lanes)) == 1  # half open: one at a time


def test_a_row_whose_lease_would_end_under_the_attempt_is_given_back() -> None:
    lanes, share = Lanes(), Share()
    feed(lanes, one := lane(share=share), 2)
    assert take_all(lanes, UNTIL - 5 * SECOND) == []
    assert [given.seq for given in share.late] == [1, 2]
    assert (one.held, lanes.in_flight) == (0, 0)


def test_a_shut_workspace_begins_nothing_until_it_is_open_again() -> None:
    lanes, share = Lanes(), Share()
    feed(lanes, lane("a", share), 2)
    feed(lanes, lane("b", share), 2)
    share.shut = True
    assert take_all(lanes) == []
    lanes.reopen(share)
    assert len(take_all(lanes)) == 4


def test_a_closed_lane_sends_nothing_more() -> None:
    lanes, one = Lanes(), lane()
    feed(lanes, one, 2)
    one.closed = True
    assert take_all(lanes) == []


def event(number: int) -> LightEvent:
    return LightEvent(b"msg_%d" % number, b"{}", NOW + MINUTE)


def test_light_events_share_the_round_and_hold_no_row() -> None:
    lanes, one = Lanes(), lane(cap=4)
    for number in range(8):
        one.light.put(event(number))
    feed(lanes, one, 8)
    turns = take_all(lanes)
    assert kinds(turns) == {"first": 2, "light": 2}
    assert [turn.light.id for turn in turns if turn.light is not None] == [b"msg_0", b"msg_1"]
    assert one.held == 8


def test_a_thousand_light_events_wait_and_the_oldest_is_dropped_and_counted() -> None:
    queue = LightQueue()
    for number in range(WAITING_MAX + 7):
        queue.put(event(number))
    assert (len(queue.waiting), queue.dropped) == (WAITING_MAX, 7)
    taken = queue.take(NOW)
    assert taken is not None
    assert taken.id == b"msg_7"
    assert queue.take(NOW + MINUTE) is None
    assert queue.dropped == WAITING_MAX + 6


def test_who_has_its_part_goes_on_when_one_of_its_own_is_done_and_costs_the_others_nothing() -> None:
    lanes, share = Lanes(), Share()
    for number in range(30):
        feed(lanes, lane(str(number), share), 20)
    turns = take_all(lanes)
    assert share.in_flight > 100
    assert share.resting
    rested = set(share.resting)
    done = next(turn for turn in turns if turn.lane in rested)
    lanes.done(done.lane, done.kind)
    assert rested - set(share.resting) == {done.lane}
    assert [turn.lane for turn in take_all(lanes)] == [done.lane]


def test_who_has_its_part_goes_on_when_slots_are_not_scarce_any_more() -> None:
    lanes, share = Lanes(), Share()
    few = [lane(str(number), share, cap=100) for number in range(2)]
    many = [lane(f"many {number}", share) for number in range(20)]
    for one in (*few, *many):
        feed(lanes, one, 200 if one in few else 10)
    turns = take_all(lanes)
    assert all(one.in_flight <= 60 for one in few)
    for turn in turns:
        if turn.lane in many:
            lanes.drain(turn.lane)
            lanes.done(turn.lane, turn.kind)
    take_all(lanes)
    assert sum(one.in_flight for one in few) >= 100
