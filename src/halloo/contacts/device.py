"""What a `User-Agent` says of browser, system and device; for show, never for decisions."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ua_parser import parse

Kind = Literal["desktop", "mobile", "tablet", "other"]
_TABLETS = ("ipad", "tablet", "kindle", "sm-t", "sm-x")
_PHONES = {"iOS", "Android", "Windows Phone", "KaiOS", "HarmonyOS"}
_DESKTOPS = {"Windows", "Mac OS X", "Linux", "Ubuntu", "Fedora", "Debian", "Chrome OS", "FreeBSD"}


@dataclass(frozen=True, slots=True)
class Device:
    """Browser and system; empty strings where unknown."""

    browser_name: str
    browser_version: str
    os_name: str
    os_version: str
    kind: Kind


@lru_cache(maxsize=4096)
def parse_user_agent(user_agent: str) -> Device:
    """Read a `User-Agent` header."""
    found = parse(user_agent)
    browser, system = found.user_agent, found.os
    name = system.family if system else ""
    return Device(
        browser.family if browser else "",
        _version(browser.major, browser.minor) if browser else "",
        name,
        _version(system.major, system.minor) if system else "",
        _kind(user_agent.lower(), name),
    )


def _version(major: str | None, minor: str | None) -> str:
    return ".".join(part for part in (major, minor) if part)


def _kind(text: str, system: str) -> Kind:
    if any(word in text for word in _TABLETS) or (system == "Android" and "mobile" not in text):
        return "tablet"
    if system in _PHONES or "mobile" in text:
        return "mobile"
    return "desktop" if system in _DESKTOPS else "other"
