"""Hashes of a source list: which are right, and whether a script's integrity or an inline text is among them (CSP3 6.7.1.1, 6.7.3.3). Pure.

A hash is (algorithm, base64 as written).
"""

import base64
import hashlib
import re
from collections.abc import Set as AbstractSet

from halloo.csp.model import Reading

Hash = tuple[str, str]
_QUOTED = re.compile(r"'sha(-?)(256|384|512)-([A-Za-z0-9+/_-]+)(={0,2})'", re.IGNORECASE | re.ASCII)
_INTEGRITY = re.compile(r"(sha256|sha384|sha512)-([A-Za-z0-9+/_-]+={0,2})(?:\?.*)?", re.DOTALL)
_SPACES = re.compile(r"[\t\n\f\r ]+")
_TO_BASE64 = str.maketrans("-_", "+/")


def parse_hash(text: str, reading: Reading) -> Hash | None:
    """The hash that a quoted token is. D11: browsers take `'sha-256-…'` as well, and no base64 that cannot be decoded."""
    found = _QUOTED.fullmatch(text)
    if found is None:
        return None
    dash, bits, value, padding = found.groups()
    if reading == "letter":
        return None if dash else (f"sha{bits}", value + padding)
    decodable = len(value) % 4 != 1 and len(padding) <= -len(value) % 4
    return (f"sha{bits}", value + padding) if decodable else None


def integrity_listed(hashes: AbstractSet[Hash], integrity: str, reading: Reading) -> bool:
    """Every hash of the element that is recognised is in the list, and there is one. D8: browsers compare what is decoded."""
    given = {(found[1], found[2]) for one in _SPACES.split(integrity) if (found := _INTEGRITY.fullmatch(one))}
    if not given or not hashes:
        return False
    if reading == "browser":
        given, hashes = {_plain(one) for one in given}, {_plain(one) for one in hashes}
    return given <= hashes


def code_listed(hashes: AbstractSet[Hash], code: str, reading: Reading) -> bool:
    """Whether the text of an inline script, style or attribute has one of these hashes; both alphabets of base64 count."""
    content = code.encode(errors="surrogatepass")
    digests = {
        (algorithm, base64.b64encode(hashlib.new(algorithm, content).digest()).decode())
        for algorithm in {one for one, _ in hashes}
    }
    if reading == "browser":
        return not {_plain(one) for one in hashes}.isdisjoint(_plain(one) for one in digests)
    return not {(algorithm, value.translate(_TO_BASE64)) for algorithm, value in hashes}.isdisjoint(digests)


def _plain(one: Hash) -> Hash:
    return one[0], one[1].translate(_TO_BASE64).rstrip("=")
