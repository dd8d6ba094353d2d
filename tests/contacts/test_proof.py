"""What a proof of identity has to be (embedding contract 9; acceptance test 23, and the known failures of contract 16)."""

import json
from typing import Any

import pytest

from halloo.contacts.errors import IdentityInvalid
from halloo.contacts.model import Proven, external_id
from halloo.contacts.proof import TOKEN_MAX, HashProof, SignedToken, check_hash, check_token, read_proof
from halloo.kit.ids import new_id
from halloo.kit.refusals import Invalid
from tests.support.identity import Issuer, crafted, new_private_key, part, plain_hash, private_pem, public_pem

NOW = 1_800_000_000
WIDGET = new_id()
SECRET = b"s" * 32
PRIVATE = new_private_key()
HMAC = Issuer("k1", WIDGET, SECRET)
EDDSA = Issuer("k2", WIDGET, private_pem(PRIVATE), "EdDSA")
KEYS: dict[str, tuple[str, bytes | str]] = {"k1": ("HS256", SECRET), "k2": ("EdDSA", public_pem(PRIVATE))}


def check(token: object, now: float = NOW) -> Proven:
    """Read and check a token as the action does."""
    proof = read_proof({"token": token})
    assert isinstance(proof, SignedToken)
    if proof.kid not in KEYS:
        raise IdentityInvalid("unknown_key")
    return check_token(proof, *KEYS[proof.kid], WIDGET, int(now * 1000))


def reason(token: object, now: float = NOW) -> tuple[str, str | None]:
    with pytest.raises(IdentityInvalid) as refused:
        check(token, now)
    assert refused.value.code == "identity_invalid"
    assert refused.value.message
    return refused.value.details["reason"], refused.value.details.get("field")


@pytest.mark.parametrize("issuer", [HMAC, EDDSA], ids=lambda issuer: issuer.alg)
def test_23_a_token_names_a_person_and_vouches_for_what_it_says(issuer: Issuer) -> None:
    bare = check(issuer.token(NOW))
    assert bare == Proven(issuer.kid, "42", "jwt")
    full = check(
        issuer.token(
            NOW,
            name="Ada  Lovelace",
            email="Ada@Example.com",
            email_verified=True,
            phone="+1 555 0100",
            company="Engines",
            avatar_url="https://img.example/a.png",
            data={"plan": "pro", "seats": 3, "trial": False},
        )
    )
    assert full.vouched == {
        "name": "Ada Lovelace",
        "email": "ada@example.com",
        "phone": "+1 555 0100",
        "company": "Engines",
        "avatar": "https://img.example/a.png",
        "data": {"plan": "pro", "seats": 3, "trial": False},
    }
    assert full.claimed == {}


def test_23_an_address_that_the_server_calls_unverified_is_only_claimed() -> None:
    proven = check(HMAC.token(NOW, email="ada@example.com", email_verified=False))
    assert (proven.vouched, proven.claimed) == ({}, {"email": "ada@example.com"})


def test_23_aud_may_be_a_list_that_holds_the_widget() -> None:
    assert check(HMAC.token(NOW, aud=[new_id(), WIDGET])).external_id == "42"
    for audience in (new_id(), [], [new_id()], WIDGET.upper(), f"{WIDGET} ", [[WIDGET]], {WIDGET: 1}, 1, True, ""):
        assert reason(HMAC.token(NOW, aud=audience)) == ("audience", "aud"), audience
    assert reason(HMAC.sign({**HMAC.claims(NOW), "aud": None})) == ("audience", "aud")
    assert reason(HMAC.token(NOW, aud=None)) == ("audience", "aud")


TIMES: list[tuple[dict[str, Any], str]] = [
    ({"exp": None}, "claims"),
    ({"iat": None}, "claims"),
    ({"exp": str(NOW + 60)}, "claims"),
    ({"iat": True}, "claims"),
    ({"exp": 10**30}, "claims"),
    ({"iat": NOW + 10, "exp": NOW + 10}, "claims"),
    ({"iat": NOW + 30, "exp": NOW + 20}, "claims"),
    ({"exp": NOW + 3_601}, "too_long_lived"),
    ({"iat": NOW, "exp": NOW + 7_200}, "too_long_lived"),
    ({"iat": NOW - 3_700, "exp": NOW - 100}, "expired"),
    ({"iat": NOW - 300, "exp": NOW - 60}, "expired"),
    ({"iat": NOW + 7_200, "exp": NOW + 7_500}, "not_yet_valid"),
    ({"iat": NOW + 61, "exp": NOW + 300}, "not_yet_valid"),
    ({"nbf": NOW + 61}, "not_yet_valid"),
    ({"nbf": "soon"}, "claims"),
]


@pytest.mark.parametrize(("changed", "why"), TIMES)
def test_23_cwe_294_a_token_lives_an_hour_at_most_and_has_its_time(changed: dict[str, Any], why: str) -> None:
    assert reason(HMAC.token(NOW, **changed))[0] == why


def test_23_clocks_may_differ_by_a_minute() -> None:
    token = HMAC.token(NOW, exp=NOW + 3_600)
    for now in (NOW - 60, NOW, NOW + 3_600, NOW + 3_659.9):
        assert check(token, now).external_id == "42"
    assert reason(token, NOW - 61)[0] == "not_yet_valid"
    assert reason(token, NOW + 3_660)[0] == "expired"
    assert check(HMAC.token(NOW, iat=NOW - 0.5, exp=NOW + 0.5)).external_id == "42"


def test_23_the_algorithm_is_exactly_that_of_the_key() -> None:
    claims = HMAC.claims(NOW)
    for alg in ("none", "None", "NONE", "HS384", "HS512", "RS256", "ES256", "hs256", "Ed25519", "", None, 1, ["HS256"]):
        assert reason(crafted({"alg": alg, "kid": "k1"}, claims, SECRET))[0] == "algorithm", alg
    assert reason(crafted({"alg": "none", "kid": "k1"}, claims, signature=""))[0] == "algorithm"
    assert reason(crafted({"alg": "none"}, claims, signature=""))[0] == "algorithm"
    public = public_pem(PRIVATE).encode()
    for secret in (public, public.strip(), public.rstrip(b"\n") + b"\n"):
        assert reason(crafted({"alg": "HS256", "kid": "k2"}, claims, secret))[0] == "algorithm"
        assert reason(crafted({"alg": "HS256", "kid": "k1"}, claims, secret))[0] == "signature"
    assert reason(EDDSA.sign(claims, kid="k1"))[0] == "algorithm"


def test_23_the_key_is_named() -> None:
    claims = HMAC.claims(NOW)
    for kid in (None, "", "k3", "k1 ", "K1", 1, True, ["k1"], {"k1": 1}, "k" * 129):
        assert reason(crafted({"alg": "HS256", "kid": kid}, claims, SECRET))[0] == "unknown_key", kid
    assert reason(crafted({"alg": "HS256"}, claims, SECRET))[0] == "unknown_key"


@pytest.mark.parametrize("name", ["crit", "jku", "jwk", "x5u", "x5c"])
def test_23_a_header_brings_no_key_of_its_own(name: str) -> None:
    values: tuple[Any, ...] = ("https://evil.example/keys", [], {}, None, ["exp"])
    for value in values:
        token = crafted({"alg": "HS256", "kid": "k1", name: value}, HMAC.claims(NOW), SECRET)
        assert reason(token) == ("malformed", name)


def test_23_the_signature_is_that_of_the_key() -> None:
    good = HMAC.token(NOW)
    head, claims, signature = good.split(".")
    flipped = signature[:10] + ("A" if signature[10] != "A" else "B") + signature[11:]
    for token in (
        Issuer("k1", WIDGET, b"t" * 32).token(NOW),
        Issuer("k2", WIDGET, private_pem(new_private_key()), "EdDSA").token(NOW),
        f"{head}.{claims}.{flipped}",
        f"{head}.{claims}.{signature[:-4]}",
        f"{head}.{claims}.AAAA",
        f"{head}.{claims}.",
        f"{head}.{part(HMAC.claims(NOW, 'admin'))}.{signature}",
        f"{part({'alg': 'HS256', 'kid': 'k1', 'typ': 'x'})}.{claims}.{signature}",
    ):
        assert reason(token)[0] == "signature", token


SHAPELESS: tuple[object, ...] = (
    "",
    " ",
    "x",
    "a.b",
    "a.b.c.d",
    "..",
    "{}",
    "null",
    0,
    True,
    [],
    {},
    1.5,
    "hvt_" + "x" * 43,
    "ä.b.c",
    f"{HMAC.token(NOW)}\n",
    f" {HMAC.token(NOW)}",
    f"{HMAC.token(NOW)}=",
    HMAC.token(NOW).replace(".", "..", 1),
    HMAC.token(NOW).rpartition(".")[0],
    crafted([], {}, SECRET),
    crafted("x", {}, SECRET),
    crafted(b"{", {}, SECRET),
    crafted(b'{"alg": "HS256", "alg": "none", "kid": "k1"}', {}, SECRET),
    crafted(b"\xff\xfe", {}, SECRET),
    crafted(b"[" * 3_000, {}, SECRET),
)


@pytest.mark.parametrize("token", SHAPELESS, ids=range(len(SHAPELESS)))
def test_23_and_cve_2022_1176_what_is_no_token_is_none(token: object) -> None:
    assert reason(token)[0] == "malformed"


@pytest.mark.parametrize(
    "claims", [b"[]", b"null", b"{", b'{"sub": 1, "sub": "42"}', b'{"exp": NaN}', b"1" * 5_000, b'{"sub": "\\ud800"}']
)
def test_23_the_claims_are_one_object_with_each_key_once(claims: bytes) -> None:
    assert reason(crafted({"alg": "HS256", "kid": "k1"}, claims, SECRET))[0] == "malformed"


def test_23_a_token_has_at_most_8_kib() -> None:
    for size, fits in ((5_900, True), (6_100, False)):
        token = HMAC.token(NOW, filler="x" * size)
        assert (len(token) <= TOKEN_MAX) is fits
        assert (check(token).external_id == "42") if fits else reason(token)[0] == "malformed"


SUBJECTS: tuple[Any, ...] = (None, "", " ", "\t", 42, 0, True, [], {}, "x" * 129, "a\nb", "a\x00b")


@pytest.mark.parametrize("subject", SUBJECTS, ids=range(len(SUBJECTS)))
def test_23_and_cve_2022_1176_sub_is_a_text_of_1_to_128(subject: Any) -> None:
    assert reason(HMAC.sign({**HMAC.claims(NOW), "sub": subject})) == ("claims", "sub")
    assert reason(HMAC.token(NOW, sub=None)) == ("claims", "sub")


@pytest.mark.parametrize(
    "subject", ["x", "x" * 128, "ада", "a b", "email:ada@example.com", "id:7", "guest_" + "a" * 22]
)
def test_a_user_id_is_taken_as_it_is(subject: str) -> None:
    assert check(HMAC.token(NOW, sub=subject)).external_id == external_id(user_id=subject)


WRONG: list[tuple[str, Any]] = [
    ("name", 1),
    ("name", None),
    ("name", "x" * 129),
    ("email", "ada"),
    ("email", ["ada@example.com"]),
    ("email", "x" * 250 + "@example.com"),
    ("email_verified", "true"),
    ("email_verified", 1),
    ("phone", 15550100),
    ("phone", "1" * 33),
    ("company", {}),
    ("company", "x" * 129),
    ("avatar_url", "http://img.example/a.png"),
    ("avatar_url", "javascript:alert(1)"),
    ("avatar_url", "data:image/png;base64,x"),
    ("avatar_url", 'https://img.example/"><img onerror=alert(1)>'),
    ("avatar_url", "https://user@img.example/a.png"),
    ("avatar_url", "https://"),
    ("avatar_url", "https://img.example:port/"),
    ("avatar_url", "https://img.example/" + "x" * 2_048),
    ("avatar_url", True),
    ("data", []),
    ("data", "x"),
    ("data", {"Key": 1}),
    ("data", {"a": None}),
    ("data", {"a": []}),
    ("data", {"a": "x" * 501}),
    ("data", {f"k{number}": number for number in range(21)}),
]


@pytest.mark.parametrize(("name", "value"), WRONG, ids=range(len(WRONG)))
def test_23_optional_claims_have_their_exact_types(name: str, value: Any) -> None:
    assert reason(HMAC.sign({**HMAC.claims(NOW), name: value})) == ("claims", name)


def test_a_plain_hash_is_that_of_the_subject_and_the_key() -> None:
    secret = "the secret of another messenger"
    given = read_proof({"email": " Ada@Example.com ", "hmac": plain_hash(secret, "ada@example.com").upper()})
    assert isinstance(given, HashProof)
    proven = check_hash(given, "k3", secret)
    assert proven == Proven("k3", "email:ada@example.com", "hmac", {"email": "ada@example.com"})
    as_sent = read_proof({"email": "Ada@Example.com", "hmac": plain_hash(secret, "Ada@Example.com")})
    assert isinstance(as_sent, HashProof)
    assert check_hash(as_sent, "k3", secret) == proven, "a server that does not lower-case it"
    for other in ("\u00a0Ada@Example.com", "Ada@Example.com\n"):  # signed by a server for whom this is another address
        given = read_proof({"email": other, "hmac": plain_hash(secret, other)})
        assert isinstance(given, HashProof)
        with pytest.raises(IdentityInvalid, match="not the hash"):
            check_hash(given, "k3", secret)
    kelvin = "\u212aate@example.com"
    with pytest.raises(IdentityInvalid, match="not an e-mail address"):
        read_proof({"email": kelvin, "hmac": plain_hash(secret, kelvin)})
    given = read_proof({"user_id": "7", "hmac": plain_hash(secret, "7")})
    assert isinstance(given, HashProof)
    assert check_hash(given, "k4", secret) == Proven("k4", "7", "hmac")


def test_cwe_208_cwe_303_a_wrong_or_blank_hash_is_refused() -> None:
    for mac in (plain_hash("other", "7"), plain_hash("secret", "8"), plain_hash("", "7"), "0" * 64):
        with pytest.raises(IdentityInvalid) as refused:
            check_hash(HashProof("HMAC-user-id", "7", mac), "k", "secret")
        assert refused.value.details["reason"] == "signature"
    macs: tuple[Any, ...] = ("", " ", "0", None, 0, True, [], {}, "x" * 64, "0" * 63, "0" * 65, f"{'0' * 64}\n")
    subjects: tuple[Any, ...] = ("", " ", None, 0, True, [], "x" * 129)
    shapeless: list[dict[str, Any]] = [{"user_id": "7", "hmac": mac} for mac in macs]
    for subject in subjects:
        shapeless += [{name: subject, "hmac": plain_hash("secret", "")} for name in ("user_id", "email")]
    for given in shapeless:
        with pytest.raises(IdentityInvalid) as refused:
            read_proof(given)
        assert refused.value.details["reason"] == "malformed", given


def test_a_call_brings_one_proof() -> None:
    token, mac = HMAC.token(NOW), "0" * 64
    for given in (
        {},
        {"token": None},
        {"hmac": mac},
        {"email": "ada@example.com"},
        {"token": token, "hmac": mac},
        {"token": token, "email": "ada@example.com"},
        {"email": "ada@example.com", "user_id": "7", "hmac": mac},
    ):
        with pytest.raises(IdentityInvalid) as refused:
            read_proof(given)
        assert refused.value.details["reason"] == "malformed"
    with pytest.raises(Invalid) as unknown:
        read_proof({"token": token, "verified": True})
    assert unknown.value.code == "field_unknown"
    assert isinstance(read_proof({"token": token, "hmac": None, "email": None}), SignedToken)


def test_a_user_id_never_passes_for_an_address() -> None:
    ids = [external_id(email="ada@example.com")]
    ids += [
        external_id(user_id=said) for said in ("ada@example.com", "email:ada@example.com", "id:email:ada@example.com")
    ]
    assert len(set(ids)) == 4
    assert ids[0] == "email:ada@example.com"
    assert external_id(user_id="42") == "42"


def test_a_token_of_another_encoding_of_the_same_claims_is_checked_as_it_is_signed() -> None:
    claims = json.dumps(HMAC.claims(NOW), indent=2).encode()
    assert check(crafted({"alg": "HS256", "kid": "k1", "typ": "JWT"}, claims, SECRET)).external_id == "42"
