"""The code that signs who somebody is does what its page says, in every language that is here, with a key as Halloo makes them."""

import hashlib
import hmac
import json
import os
import secrets
import shutil
import subprocess
import sys
import time
from base64 import urlsafe_b64encode

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from node import find_node
from tests.support.snippets import WIDGET, block

KID = "the key's id"
CALLS = {
    "Python": 'class User:\n    id, name, email = 1042, "Ada ✓", "ada@example.com"\nprint(chat_token(User))\n',
    "Node": 'console.log(chatToken({ id: 1042, name: "Ada ✓", email: "ada@example.com" }));\n',
    "PHP": "echo chat_token((object) ['id' => 1042, 'name' => 'Ada ✓', 'email' => 'ada@example.com']);\n",
    "Ruby": 'puts chat_token(Struct.new(:id, :name, :email).new(1042, "Ada ✓", "ada@example.com"))\n',
}


def run(language: str, code: str, secret: str) -> str:
    command = {
        "Python": [sys.executable, "-"],
        "Node": [find_node().node, "--input-type=module", "-"],
        "PHP": ["php"],
        "Ruby": ["ruby", "-Ku", "-"],
    }[language]
    environment = {**os.environ, "CHAT_SECRET": secret, "PYTHONIOENCODING": "utf-8"}
    begin = "<?php\n" if language == "PHP" else ""
    done = subprocess.run(
        command, input=begin + code, capture_output=True, text=True, encoding="utf-8", env=environment, check=True
    )
    return done.stdout.strip()


def claims_of(token: str, key: bytes | str, algorithm: str) -> dict[str, object]:
    """What a token says, by the rules of embedding contract 9."""
    header = jwt.get_unverified_header(token)
    assert header.keys() <= {"alg", "typ", "kid"}
    assert (header["alg"], header["kid"]) == (algorithm, KID)
    claims = jwt.decode(
        token,
        key,
        algorithms=[algorithm],
        audience=WIDGET,
        options={"require": ["aud", "sub", "iat", "exp"], "strict_aud": True},
        leeway=60,
    )
    assert 0 < claims["exp"] - claims["iat"] <= 3_600
    assert len(token) <= 8_192
    return claims


INSTALLED = [
    ("Python", "python"),
    ("Node", "js"),
    *((one, one.lower()) for one in ("PHP", "Ruby") if shutil.which(one.lower())),
]


@pytest.mark.parametrize(("language", "kind"), INSTALLED)
def test_the_code_signs_what_the_server_takes(language: str, kind: str) -> None:
    key = secrets.token_bytes(32)
    secret = urlsafe_b64encode(key).decode().rstrip("=")
    token = run(language, block("identity.md", language, kind) + CALLS[language], secret)
    claims = claims_of(token, key, "HS256")
    assert claims.pop("iat") == pytest.approx(time.time(), abs=60)
    claims.pop("exp")
    assert claims == {"aud": WIDGET, "sub": "1042", "name": "Ada ✓", "email": "ada@example.com"}
    with pytest.raises(jwt.InvalidSignatureError):
        claims_of(token, secrets.token_bytes(32), "HS256")


def test_with_a_key_pair() -> None:
    """As the page says: the private key in PEM form, and another algorithm."""
    private = Ed25519PrivateKey.generate()
    plain = serialization.NoEncryption()
    pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()
    code = block("identity.md", "Python", "python")
    code = code.replace('base64.urlsafe_b64decode(os.environ["CHAT_SECRET"] + "=")', 'os.environ["CHAT_SECRET"]')
    token = run("Python", code.replace('algorithm="HS256"', 'algorithm="EdDSA"') + CALLS["Python"], pem)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert claims_of(token, public.decode(), "EdDSA")["sub"] == "1042"


def test_all_languages_sign_the_same_claims() -> None:
    """Those that are not here name at least the same key, claims and lifetime."""
    for language, kind in (("Python", "python"), ("Node", "js"), ("PHP", "php"), ("Ruby", "ruby"), ("Go", "go")):
        code = block("identity.md", language, kind)
        for word in ("CHAT_SECRET", WIDGET, KID, "HS256", "aud", "sub", "name", "email", "iat", "exp", "600"):
            assert word in code, (language, word)


def test_the_hashes_of_those_who_move_over() -> None:
    code = block("identity.md", "Coming from Crisp or Gleap", "python")
    call = 'import json\nprint(json.dumps([email_hash("s3cret ✓", "Ada@Example.com"), user_id_hash("s3cret ✓", "1042")]))\n'
    expected = [
        hmac.new("s3cret ✓".encode(), text, hashlib.sha256).hexdigest() for text in (b"ada@example.com", b"1042")
    ]
    assert json.loads(run("Python", code + call, "")) == expected
