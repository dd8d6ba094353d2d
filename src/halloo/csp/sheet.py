"""A policy that the doctor writes into: its text, what both readings make of it, and edits that leave the rest untouched."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from halloo.csp.html import lower
from halloo.csp.model import Given, Reading
from halloo.csp.policy import Directive, Load, Policy, Ruling, deciding, is_readable, parse, parse_source, rule
from halloo.csp.sources import split_url

NONCE = "{NONCE}"
"""Stands in texts for the nonce that the page makes for each answer."""
STAND_IN = "HallooPageNonce"
"""What `{NONCE}` is read as, where the tag has no nonce of its own."""
_READINGS: tuple[Reading, ...] = ("letter", "browser")
_WHITE = "\t\n\f\r "
_BLANK: dict[Reading, str] = {"letter": _WHITE, "browser": _WHITE + "\v"}
_WORDS = {reading: re.compile(f"[^{white}]+") for reading, white in _BLANK.items()}
_PLAIN = re.compile(r"[\t\n\f\r\x20-+\x2d-\x7e]*")
"""A text that both readings cut alike: no comma, and no character for which a part is skipped (D7, D9)."""
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_DIFFER = re.compile(r"[?#]|'sha", re.IGNORECASE)
"""What the readings may understand otherwise in a text that they cut alike (D6, D11)."""
POLICIES = 64
"""How many policies of one page are examined: no honest page comes near."""


def nonce_of(text: str) -> str:
    """The value that a tag's nonce is compared by; empty where it has none that a policy could list."""
    return STAND_IN if text == NONCE else text


def page_nonce(text: str) -> str:
    """What `{NONCE}` in a policy stands for, beside a tag with this nonce."""
    return text if _BASE64.fullmatch(text) else STAND_IN


@dataclass(slots=True)
class View:
    """What one reading makes of one part of the text. `added`: directives that hold nothing but what the doctor added.

    A load passes a list and what was added to it exactly if it passes one of the two, as long as no host is added beside
    `'strict-dynamic'`; so a list of thousands is never read twice.
    """

    reading: Reading
    part: int
    policy: Policy
    added: Policy


@dataclass(frozen=True, slots=True)
class Place:
    """Where a directive stands: the end of its name, and the end of its values without what is white."""

    name_end: int
    end: int


class Sheet:
    """One enforced policy as it was delivered, and what was added to it."""

    def __init__(self, index: int, given: Given, self_origin: str, nonce: str, limit: int = POLICIES) -> None:
        self.index = index
        self.given = given
        self.text = given.text
        self.nonce = nonce
        self._self_origin = self_origin
        self._limit = limit
        self._created: set[str] = set()
        self._odd = _PLAIN.fullmatch(given.text) is None
        self._alike = not self._odd and _DIFFER.search(given.text) is None
        self._views: list[View] | None = None
        self._stops: list[int] | None = None
        self._lower: str | None = None
        self._delivered: list[View] | None = None

    def __repr__(self) -> str:
        return f"Sheet({self.index}, {self.text!r})"

    def read_nonce(self, nonce: str) -> None:
        """Take `{NONCE}` for this nonce from now on."""
        if nonce != self.nonce and NONCE in self.text:
            self._views = None
        self.nonce = nonce

    @property
    def views(self) -> list[View]:
        """What the readings make of it, as it is now."""
        if self._views is None:
            self._views = list(self._read())
            if not self.changed:
                self._delivered = self._views
        return self._views

    @property
    def delivered(self) -> list[View]:
        """What the readings made of the text as it came: look at the policy of these views alone."""
        return self._delivered or self.views

    @property
    def policies(self) -> int:
        """How many policies browsers make of it."""
        return sum(view.reading == "browser" for view in self.views)

    @property
    def changed(self) -> bool:
        """Whether anything was added."""
        return self.text != self.given.text

    def rulings(self, load: Load) -> list[tuple[View, Ruling]]:
        """The readings that block this load. For an IP address the browsers' alone counts (D3)."""
        url = split_url(load.url or "")
        by_address = url is not None and url.is_ip
        found: list[tuple[View, Ruling]] = []
        for view in self.views:
            if by_address and view.reading == "letter":
                continue
            ruling = self.refuses(view, load)
            if ruling is not None:
                found.append((view, ruling))
        return found

    def refuses(self, view: View, load: Load) -> Ruling | None:
        """How this view blocks a load; None where it does not."""
        ruling = rule(view.policy, load, view.reading)
        return None if ruling.allowed or self._passes_by_addition(view, load) else ruling

    @staticmethod
    def _passes_by_addition(view: View, load: Load) -> bool:
        return deciding(view.added, load.destination) is not None and rule(view.added, load, view.reading).allowed

    def stands(self, view: View, name: str) -> bool:
        """Whether the policy has this directive, from the beginning or by now."""
        return view.policy.get(name) is not None or (not self._odd and name in self._created)

    def written(self, view: View, name: str) -> str:
        """The directive as it stands now; empty where it does not."""
        place = self._find(view, name)
        return " ".join((name, *self._values(view, place))) if place else ""

    def lone_none(self, view: View, name: str) -> bool:
        """Whether the directive matches nothing by intent: `'none'` alone, or no value at all."""
        place = self._find(view, name)
        return place is not None and self.text[place.name_end : place.end].strip(_BLANK[view.reading]).lower() in {
            "",
            "'none'",
        }

    def add(self, view: View, name: str, source: str) -> None:
        """Write a source to the end of a directive's list; it takes the place of a lone `'none'`."""
        place = self._find(view, name)
        if place is None:
            return
        if self.lone_none(view, name):
            start, end = place.name_end, place.end
        elif "," in self.text[place.name_end : place.end]:
            start = end = place.name_end  # a meta whose commas browsers read otherwise: before all of them
        else:
            start = end = place.end
        self._write(start, end, f" {source}")
        self._note(name, source)

    def create(self, view: View, name: str, copied: Sequence[str], source: str) -> None:
        """Write a new directive behind the others: the copied values and the source."""
        directive = " ".join((name, *copied, source))
        start, end = self._bounds(view)
        text = self.text[start:end]
        if self._odd and self._taken(text, name):
            self._write(start, start, f"{directive}; ")
        else:
            stop = start + len(text.rstrip(_WHITE))
            apart = " " if text.rstrip(_WHITE).endswith(";") else "; "
            self._write(stop, stop, apart + directive)
        self._created.add(name)
        self._note(name, source)

    def _write(self, start: int, end: int, text: str) -> None:
        glue = " " if self.text[end : end + 1] == "," else ""
        self.text = self.text[:start] + text + glue + self.text[end:]
        self._stops = self._lower = None

    def _note(self, name: str, source: str) -> None:
        """Let the views know. Where the readings cut the text differently, all is read again."""
        if self._odd:
            self._views = None
            return
        source = source.replace(NONCE, self.nonce)
        for view in self.views:
            old = view.added.get(name)
            new = Directive(
                name,
                (*(old.values if old else ()), source),
                (*(old.sources if old else ()), parse_source(source, view.reading)),
            )
            others = tuple(one for one in view.added.directives if one.name != name)
            view.added = replace(view.added, directives=(*others, new))

    def _read(self) -> Iterator[View]:
        found = {
            reading: list(self._read_as(reading)) for reading in _READINGS if not self._alike or reading == "browser"
        }
        letter = found.get("letter") or [replace(one, reading="letter") for one in found["browser"] if self._alike]
        yield from (*letter, *found["browser"])

    def _read_as(self, reading: Reading) -> Iterator[View]:
        """At most as many policies as the page has room for."""
        given, count = self.given, 0
        for part, (start, end) in enumerate(self._parts(reading)):
            if count >= self._limit:
                return
            text = self.text[start:end].strip(_WHITE)
            if text:
                policies = parse(replace(given, text=text.replace(NONCE, self.nonce)), self._self_origin, reading)
                count += len(policies)
                yield from (View(reading, part, policy, Policy((), self._self_origin)) for policy in policies)

    def _parts(self, reading: Reading) -> list[tuple[int, int]]:
        """Where the policies of the text begin and end: a meta is one by the letter, browsers split it at commas (D7)."""
        if "," not in self.text or (reading == "letter" and self.given.delivery == "meta"):
            return [(0, len(self.text))]
        if self._stops is None:
            self._stops = [found.start() for found in re.finditer(",", self.text)]
        return list(zip([0, *(stop + 1 for stop in self._stops)], [*self._stops, len(self.text)], strict=True))

    def _bounds(self, view: View) -> tuple[int, int]:
        return self._parts(view.reading)[view.part]

    def _find(self, view: View, name: str) -> Place | None:
        """The first counting part of this name."""
        start, end = self._bounds(view)
        if self._lower is None:
            self._lower = lower(self.text)
        at, white = start - len(name), _BLANK[view.reading]
        while (at := self._lower.find(name, at + len(name), end)) >= 0:
            name_end, before = at + len(name), at
            while before > start and self.text[before - 1] in white:
                before -= 1
            begins = before == start or self.text[before - 1] == ";"
            if not begins or (name_end < end and self.text[name_end] not in f"{white};"):
                continue
            stop = self.text.find(";", name_end, end)
            piece = self.text[name_end : stop if stop >= 0 else end]
            if is_readable(piece, view.reading):
                return Place(name_end, name_end + len(piece.rstrip(white)))
        return None

    @staticmethod
    def _taken(text: str, name: str) -> bool:
        """Whether a part that is skipped for its characters has this name: browsers then ignore a later one (D9, D10)."""
        white = _BLANK["browser"]
        return any(
            not is_readable(piece, "browser") and piece.strip(white).lower().startswith(name)
            for _, piece in _pieces(text, 0, len(text))
        )

    def _values(self, view: View, place: Place) -> list[str]:
        text = self.text[place.name_end : place.end]
        return _WORDS[view.reading].findall(text) if self._odd else text.split()


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    at = start
    for piece in text[start:end].split(";"):
        yield at, piece
        at += len(piece) + 1
