"""Identity keys over the management API (embedding contract 9, 13)."""

import asyncio
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from halloo.db.tx import Tx
from halloo.kit.ids import is_uuid, new_id
from halloo.kit.sealing import Sealer
from halloo.widgets.actions import keys_of_widget
from tests.support.api import Api, House
from tests.support.identity import decoded, new_private_key, private_pem, public_pem


async def call(api: Api, house: House, method: str, path: str = "", body: Any = None) -> Any:
    address = f"/core/web-widgets/{house.widget_id}/identity-keys{path}"
    sent = {} if body is None else {"json": body}
    return await api.client.request(method, address, headers=house.bearer, **sent)


async def make(api: Api, house: House, alg: str = "HS256", **more: Any) -> Any:
    answer = await call(api, house, "POST", "", {"alg": alg, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_secret_of_32_bytes_is_shown_once(api: Api, house: House) -> None:
    made = await make(api, house)
    assert set(made) == {"kid", "alg", "secret", "created_at"}
    assert is_uuid(made["kid"])
    assert made["alg"] == "HS256"
    assert len(decoded(made["secret"])) == 32
    listed = await call(api, house, "GET")
    assert listed.json() == {
        "data": [
            {"kid": made["kid"], "alg": "HS256", "weak": False, "created_at": made["created_at"], "last_used_at": None}
        ]
    }
    assert made["secret"] not in listed.text


async def test_a_public_key_is_kept_without_a_secret(api: Api, house: House) -> None:
    key = new_private_key()
    for pem in (public_pem(key), f"\n  {public_pem(key)}\n"):
        made = await make(api, house, "EdDSA", public_key=pem)
        assert set(made) == {"kid", "alg", "created_at"}


def foreign_pems() -> dict[str, Any]:
    other = Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    return {
        "private": private_pem(new_private_key()),
        "another curve": generate_private_key(SECP256R1()).public_key().public_bytes(*other).decode(),
        "a bigger brother": Ed448PrivateKey.generate().public_key().public_bytes(*other).decode(),
        "none": None,
        "blank": "",
        "nonsense": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        "huge": public_pem(new_private_key()) + "x" * 3_000,
    }


async def test_only_an_ed25519_public_key_is_taken(api: Api, house: House) -> None:
    for name, pem in foreign_pems().items():
        answer = await call(api, house, "POST", "", {"alg": "EdDSA", "public_key": pem})
        assert (answer.status_code, answer.json()["error"]) == (422, "field_invalid"), name
        assert answer.json()["details"] == {"field": "public_key"}
    assert (await call(api, house, "GET")).json() == {"data": []}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"alg": "HS256", "secret": "one of my own choice"}, "secret"),
        ({"alg": "HS256", "public_key": "x"}, "public_key"),
        ({"alg": "EdDSA", "secret": "one of my own choice"}, "secret"),
        ({"alg": "HMAC-email", "secret": "short"}, "secret"),
        ({"alg": "HMAC-email", "secret": " " * 20}, "secret"),
        ({"alg": "HMAC-email", "secret": "x" * 257}, "secret"),
        ({"alg": "HMAC-user-id", "public_key": "x"}, "public_key"),
        ({"alg": "none"}, "alg"),
        ({"alg": "RS256"}, "alg"),
        ({"alg": "HS256", "kid": "mine"}, "kid"),
        ({}, "alg"),
    ],
)
async def test_a_wrong_draft_is_refused_with_its_field(api: Api, house: House, body: Any, field: str) -> None:
    answer = await call(api, house, "POST", "", body)
    assert answer.status_code == 422
    assert answer.json()["details"]["field"] == field


async def test_two_strong_keys_and_one_for_each_kind_of_hash(api: Api, house: House) -> None:
    """For rotation: two at most; an old one goes before a third comes."""
    first = await make(api, house)
    await make(api, house, "EdDSA", public_key=public_pem(new_private_key()))
    for alg in ("HMAC-email", "HMAC-user-id"):
        assert decoded((await make(api, house, alg))["secret"])
        again = await call(api, house, "POST", "", {"alg": alg})
        assert (again.status_code, again.json()["error"]) == (409, "too_many_keys")
    for body in ({"alg": "HS256"}, {"alg": "EdDSA", "public_key": public_pem(new_private_key())}):
        third = await call(api, house, "POST", "", body)
        assert (third.status_code, third.json()["error"]) == (409, "too_many_keys")
    listed = (await call(api, house, "GET")).json()["data"]
    assert [(one["alg"], one["weak"]) for one in listed] == [
        ("HS256", False),
        ("EdDSA", False),
        ("HMAC-email", True),
        ("HMAC-user-id", True),
    ]
    assert (await call(api, house, "DELETE", f"/{first['kid']}")).status_code == 204
    await make(api, house)


async def test_ten_at_once_are_two(api: Api, house: House) -> None:
    answers = await asyncio.gather(*(call(api, house, "POST", "", {"alg": "HS256"}) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, *[409] * 8]


async def test_the_secret_that_a_customer_brings_is_kept_as_it_is(api: Api, house: House) -> None:
    made = await make(api, house, "HMAC-email", secret="  from another messenger ")
    assert made["secret"] == "  from another messenger "


async def test_unknown_keys_and_widgets(api: Api, house: House) -> None:
    made = await make(api, house)
    for kid in (new_id(), "x", made["kid"].upper()):
        gone = await call(api, house, "DELETE", f"/{kid}")
        assert (gone.status_code, gone.json()["error"]) == (404, "identity_key_not_found")
    elsewhere = (await api.client.post("/core/web-widgets", json={}, headers=house.bearer)).json()["id"]
    address = f"/core/web-widgets/{elsewhere}/identity-keys/{made['kid']}"
    gone = await api.client.delete(address, headers=house.bearer)
    assert (gone.status_code, gone.json()["error"]) == (404, "identity_key_not_found")
    for method, path in (("GET", ""), ("POST", ""), ("DELETE", f"/{made['kid']}")):
        sent: Any = {"json": {"alg": "HS256"}} if method == "POST" else {}
        address = f"/core/web-widgets/{new_id()}/identity-keys{path}"
        nowhere = await api.client.request(method, address, headers=house.bearer, **sent)
        assert (nowhere.status_code, nowhere.json()["error"]) == (404, "widget_not_found")
    assert (await call(api, house, "DELETE", f"/{made['kid']}")).status_code == 204
    assert (await call(api, house, "DELETE", f"/{made['kid']}")).status_code == 404


async def test_who_may_only_read_widgets_sees_no_keys(api: Api, house: House) -> None:
    reader = await api.token(house, "web_widgets:read")
    answer = await api.client.get(f"/core/web-widgets/{house.widget_id}/identity-keys", headers=reader)
    assert (answer.status_code, answer.json()["details"]) == (403, {"scopes": ["web_widgets:manage"]})


async def test_what_is_done_with_keys_is_audited_without_their_secrets(api: Api, house: House) -> None:
    made = await make(api, house)
    await call(api, house, "DELETE", f"/{made['kid']}")
    log = await api.client.get("/core/audit", headers=house.bearer)
    lines = [one for one in log.json()["data"] if one["subject"] == made["kid"]]
    assert [one["action"] for one in lines] == ["identity_key.deleted", "identity_key.created"]
    assert lines[1]["details"] == {"widget": house.widget_id, "alg": "HS256"}
    assert made["secret"] not in log.text


async def test_keys_go_with_their_widget(api: Api, house: House) -> None:
    await make(api, house)
    await api.client.delete(f"/core/web-widgets/{house.widget_id}", headers=house.bearer)
    keys = await api.halloo.database.read(house.workspace_id, keys_of_widget, house.widget_id)
    assert keys == []


async def test_a_sealed_secret_opens_in_its_own_place_alone(api: Api, house: House) -> None:
    """A row that is copied to another widget, or that another server's secret meets, proves nothing."""
    made = await make(api, house)
    sealer = api.halloo.services.identity_secrets

    def read(tx: Tx) -> str:
        return keys_of_widget(tx, house.widget_id)[0].sealed or ""

    sealed = await api.halloo.database.read(house.workspace_id, read)
    place = house.workspace_id, house.widget_id, made["kid"]
    assert sealer.open(sealed, *place) == made["secret"]
    for wrong in ((new_id(), *place[1:]), (place[0], new_id(), place[2]), (*place[:2], new_id()), place[:2], ()):
        assert sealer.open(sealed, *wrong) is None
    assert Sealer(b"x" * 32, "identity-key").open(sealed, *place) is None
    assert Sealer(b"k" * 32, "another").open(sealed, *place) is None
