"""Ids, times, passwords and refusals."""

import time

import pytest

from halloo.kit import refusals
from halloo.kit.clock import optional_rfc3339, parse_rfc3339, rfc3339, system_clock
from halloo.kit.ids import digest, is_uuid, new_id, new_secret
from halloo.kit.passwords import hash_password, verify_password
from halloo.kit.refusals import RateLimited, Refusal, field_invalid, field_unknown


def test_ids_sort_by_age_and_are_all_different() -> None:
    now = time.time_ns() // 1_000_000
    made = [new_id() for _ in range(5_000)]
    assert len(set(made)) == 5_000
    assert all(is_uuid(one) and one[14] == "7" and one[19] in "89ab" for one in made)
    assert made == sorted(made)
    assert abs(int(made[0].replace("-", "")[:12], 16) - now) < 1_000


def test_ids_sort_by_age_when_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    before = new_id()
    monkeypatch.setattr(time, "time_ns", lambda: 1_000_000_000)
    assert before < new_id() < new_id()


@pytest.mark.parametrize(
    "wrong",
    ["", "x", None, 5, new_id().upper(), f"{{{new_id()}}}", f"{new_id()}\n", new_id()[:-1], new_id().replace("-", "")],
)
def test_another_spelling_is_no_id(wrong: object) -> None:
    assert not is_uuid(wrong)


def test_secrets_are_long_random_and_kept_as_digests() -> None:
    made = {new_secret("hvt_") for _ in range(1_000)}
    assert len(made) == 1_000
    assert {len(one) for one in made} == {47}
    one = made.pop()
    assert digest(one) != digest(one + "x")
    assert one not in digest(one)


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-11-20T10:00:00Z", 1_795_168_800_000),
        ("2026-11-20T10:00:00.123Z", 1_795_168_800_123),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ],
)
def test_times(text: str, ms: int) -> None:
    assert parse_rfc3339(text) == ms
    assert rfc3339(ms) == text


def test_a_time_may_have_another_offset() -> None:
    assert parse_rfc3339("2026-11-20T11:00:00+01:00") == parse_rfc3339("2026-11-20T10:00:00Z")
    assert optional_rfc3339(None) is None
    assert abs(system_clock() - time.time() * 1_000) < 5_000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-11-20",
        "2026-11-20T10:00:00",
        "9999-12-31T23:59:59-00:01",
        "0001-01-01T00:00:00+00:01",
        "2026-13-01T00:00:00Z",
    ],
)
def test_what_is_no_time_of_ours(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever the reason is
        parse_rfc3339(text)


def test_passwords() -> None:
    stored = hash_password("birch-heron-olive-42")
    assert stored.startswith("$argon2id$")
    assert verify_password(stored, "birch-heron-olive-42")
    for wrong in ("birch-heron-olive-43", "", "birch-heron-olive-42 ", stored):
        assert not verify_password(stored, wrong)
    for absent in (None, "", "plain", "$argon2id$broken"):
        assert not verify_password(absent, "nobody has this password")
    assert hash_password("birch-heron-olive-42") != stored


def test_each_refusal_has_a_kind_a_code_and_a_sentence() -> None:
    kinds = [one for one in vars(refusals).values() if isinstance(one, type) and issubclass(one, Refusal)]
    assert len(kinds) >= 12
    for one in kinds:
        made = one(5) if one is RateLimited else one()
        assert made.message.endswith((".", "here", "?")), one
        assert made.code
        assert one.kind
    assert Refusal("Said.", code="other", a=1).details == {"a": 1}
    assert RateLimited(1_500).details == {"retry_after_ms": 1_500}
    assert field_invalid("email", "no.").message == "email: no."
    assert field_unknown("state").code == "field_unknown"
