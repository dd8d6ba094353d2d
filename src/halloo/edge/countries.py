"""Which country an address is in, from a file in MaxMind's format that whoever hosts brings along; for show, never for decisions."""

import re
from typing import Any, cast

import maxminddb
import structlog

from halloo.contacts.model import Spot

_CODE = re.compile(r"[A-Z]{2}")
_NAME_MAX = 80
_HOW = (
    "No country is shown beside visitors. Put a file in MaxMind's format (.mmdb), such as GeoLite2 or DB-IP Lite, where "
    "relay.country_file says and start again, or leave that setting empty."
)
_log = structlog.get_logger("halloo")


class Countries:
    """Looks addresses up. Opened once, mapped into memory: the system shares it between processes and drops what is not used."""

    def __init__(self, file: str = "") -> None:
        """Open `file`; empty means none. One that is missing or broken is a warning, and nobody's country is known."""
        self._reader: Any = None
        if not file:
            return
        try:
            self._reader = maxminddb.open_database(file, maxminddb.MODE_AUTO)  # pyright: ignore[reportUnknownMemberType] - half of its types are said
            self._reader.get("192.0.2.1")
        except (OSError, ValueError, maxminddb.InvalidDatabaseError) as error:
            self._reader = None
            _log.warning("country_file_unreadable", file=file, why=str(error) or type(error).__name__, what_to_do=_HOW)

    def find(self, address: str) -> Spot | None:
        """Where an address is, or None. Takes an IPv6 network, too, which is what rates are counted by; never raises."""
        if self._reader is None:
            return None
        try:
            return _spot(self._reader.get(address.partition("/")[0]))
        except (ValueError, maxminddb.InvalidDatabaseError):
            return None

    def close(self) -> None:
        """Let go of the file."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None


def _spot(record: object) -> Spot | None:
    """What a record says, in the shapes that the common files have."""
    for name in ("country", "registered_country", "country_code"):
        said = _at(record, name)
        code = said if isinstance(said, str) else _at(said, "iso_code")
        if isinstance(code, str) and _CODE.fullmatch(code):
            where = _at(record, "location")
            degrees = [_degree(_at(where, one), most) for one, most in (("latitude", 90), ("longitude", 180))]
            return Spot(code, _name(_first(_at(record, "subdivisions"))), _name(_at(record, "city")), *degrees)
    return None


def _name(said: object) -> str | None:
    name = said if isinstance(said, str) else _at(_at(said, "names"), "en")
    return name[:_NAME_MAX] if isinstance(name, str) and name else None


def _first(value: object) -> object:
    return next(iter(cast("list[object]", value)), None) if isinstance(value, list) else value


def _degree(value: object, most: int) -> float | None:
    return float(value) if isinstance(value, (int, float)) and abs(value) <= most else None


def _at(value: object, key: str) -> object:
    return cast("dict[str, object]", value).get(key) if isinstance(value, dict) else None
