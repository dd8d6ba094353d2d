"""Countries of addresses, from a file that whoever hosts brings along."""

from pathlib import Path
from typing import Any

import pytest

from halloo.contacts.model import Spot
from halloo.edge.countries import Countries
from tests.support.mmdb import write_mmdb

BERLIN = {"country": {"iso_code": "DE"}, "city": {"names": {"en": "Berlin", "de": "Berlin"}}}
NETWORKS: dict[str, dict[str, Any]] = {
    "198.51.100.0/24": BERLIN,
    "203.0.113.0/24": {"country_code": "NL"},
    "192.0.2.0/25": {"registered_country": {"iso_code": "FR"}},
    "192.0.2.128/25": {"country": {"iso_code": "<b>"}, "city": {"names": {"en": "x" * 200}}},
    "192.0.0.0/25": {
        "country": {"iso_code": "AT"},
        "subdivisions": [{"names": {"en": "Styria"}}, {"names": {"en": "Graz-Umgebung"}}],
        "city": {"names": {"en": "Graz"}},
        "location": {"latitude": 47.070714, "longitude": 15.4395},
    },
    "192.0.0.128/25": {"country": "NZ", "subdivisions": [], "location": {"latitude": 91, "longitude": "east"}},
    "2001:db8::/32": {"country": {"iso_code": "JP"}, "city": "Kyoto"},
}


@pytest.fixture
def countries(tmp_path: Path) -> Countries:
    return Countries(str(write_mmdb(tmp_path / "countries.mmdb", NETWORKS)))


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("198.51.100.7", Spot("DE", city="Berlin")),
        ("203.0.113.9", Spot("NL")),
        ("192.0.2.1", Spot("FR")),
        ("192.0.2.200", None),
        ("192.0.0.1", Spot("AT", "Styria", "Graz", 47.070714, 15.4395)),
        ("192.0.0.200", Spot("NZ")),
        ("2001:db8:1::/64", Spot("JP", city="Kyoto")),
        ("10.0.0.1", None),
        ("unknown", None),
        ("", None),
    ],
)
def test_an_address_has_the_place_that_the_file_says(countries: Countries, address: str, place: Spot | None) -> None:
    assert countries.find(address) == place


def test_without_a_file_nobody_is_anywhere() -> None:
    assert Countries().find("198.51.100.7") is None


@pytest.mark.parametrize("content", [None, b"", b"this is no such file", b"\xab\xcd\xefMaxMind.com"])
def test_a_missing_or_broken_file_is_a_warning_that_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None
) -> None:
    path = tmp_path / "countries.mmdb"
    if content is not None:
        path.write_bytes(content)
    countries = Countries(str(path))
    assert countries.find("198.51.100.7") is None
    said = "".join(capsys.readouterr())
    assert "country_file_unreadable" in said
    assert "relay.country_file" in said


def test_a_folder_in_its_place_is_a_warning_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert Countries(str(tmp_path)).find("198.51.100.7") is None
    assert "country_file_unreadable" in "".join(capsys.readouterr())


def test_a_file_that_is_cut_short_later_breaks_nothing(tmp_path: Path) -> None:
    path = write_mmdb(tmp_path / "countries.mmdb", NETWORKS)
    whole = path.read_bytes()
    cut = whole.replace(b"Berlin", b"\xff\xff\xff\xff\xff\xff")
    path.write_bytes(cut)
    assert Countries(str(path)).find("198.51.100.7") in (None, Spot("DE"))


def test_a_closed_file_says_nothing(countries: Countries) -> None:
    countries.close()
    countries.close()
    assert countries.find("198.51.100.7") is None
