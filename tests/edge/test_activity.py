"""The last hour: minute by minute for each workspace, and what the node counted."""

from halloo.edge.activity import MINUTES, Activity, LastHour
from halloo.events.model import Fact
from halloo.kit.clock import DAY, HOUR, MINUTE
from halloo.relay.tally import Tally

NOON = 1_790_000_040_000 // MINUTE * MINUTE


def fact(at: int, name: str = "message:send", workspace_id: str = "here") -> Fact:
    return Fact(workspace_id, 1, "id", name, b"{}", at)


def test_facts_stand_in_their_minute() -> None:
    activity = Activity()
    activity.read_facts([fact(NOON), fact(NOON + 1), fact(NOON, "session:set_state"), fact(NOON, workspace_id="there")])
    activity.read_facts([fact(NOON + 3 * MINUTE), fact(NOON + MINUTE)])
    messages, facts = activity.last_hour("here", NOON + 3 * MINUTE)
    assert len(messages) == len(facts) == MINUTES
    assert messages[-4:] == [2, 1, 0, 1]
    assert facts[-4:] == [3, 1, 0, 1]
    assert sum(facts) == 5
    assert sum(activity.last_hour("there", NOON)[1]) == 1
    assert activity.facts == 6


def test_what_is_older_than_an_hour_is_forgotten_whatever_the_clock_does() -> None:
    activity = Activity()
    activity.read_facts([fact(NOON)])
    assert sum(activity.last_hour("here", NOON + 59 * MINUTE)[0]) == 1
    assert sum(activity.last_hour("here", NOON + 60 * MINUTE)[0]) == 0
    activity.read_facts([fact(NOON + DAY), fact(NOON)])
    messages, _ = activity.last_hour("here", NOON + DAY)
    assert (sum(messages), messages[-1]) == (1, 1)
    assert sum(activity.last_hour("here", NOON)[0]) == 1  # a clock that moved back
    activity.forget_idle(NOON + DAY + HOUR)
    assert sum(activity.last_hour("here", NOON + DAY)[0]) == 0


def test_the_last_hour_is_the_difference_to_an_hour_ago() -> None:
    tally = Tally()
    tally.closes[4010] += 5
    repairs = [0]
    hour = LastHour(tally, lambda: sum(repairs), NOON)
    assert hour.counted(NOON).closes[4010] == 0
    tally.closes[4008] += 2
    tally.recoveries["ring", "recovered"] += 3
    tally.lag.observe(0.003)
    for minute in range(1, 31):
        hour.note(NOON + minute * MINUTE)
    repairs.append(1)
    counted = hour.counted(NOON + 30 * MINUTE)
    assert (counted.at, counted.closes, counted.repairs, sum(counted.lag)) == (NOON, {4008: 2}, 1, 1)
    assert counted.recoveries == {("ring", "recovered"): 3}
    for minute in range(31, 91):
        hour.note(NOON + minute * MINUTE)
    counted = hour.counted(NOON + 90 * MINUTE)
    assert (counted.at, counted.closes, counted.repairs, sum(counted.lag)) == (NOON + 30 * MINUTE, {}, 1, 0)
