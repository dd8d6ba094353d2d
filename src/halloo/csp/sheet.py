"""A policy that the doctor writes into: its text, what both readings make of it, and edits that leave the rest untouched."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from halloo.csp.model import Given, Reading
from halloo.csp.policy import Directive, Load, Policy, Ruling, deciding, parse, parse_source, rule
from halloo.csp.sources import split_url

NONCE = "{NONCE}"
"""Stands in texts for the nonce that the page makes for each answer."""
STAND_IN = "HallooPageNonce"
"""What `{NONCE}` is read as, where the tag has no nonce of its own."""
_READINGS: tuple[Reading, ...] = ("letter", "browser")
_WHITE = "\t\n\f\r "
_BLANK: dict[Reading, str] = {"letter": _WHITE, "browser": _WHITE + "\v"}
_READABLE: dict[Reading, re.Pattern[str]] = {
    "letter": re.compile(r"[\x00-\x7f]*"),
    "browser": re.compile(r"[\t\n\v\f\r\x20-\x7e]*"),
}
"""What a part may hold that is not skipped (D9, D10)."""
_PLAIN = re.compile(r"[\t\n\f\r\x20-+\x2d-\x7e]*")
"""A text that both readings cut alike: no comma, and no character for which a part is skipped (D7, D9)."""
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")


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

    def __init__(self, index: int, given: Given, self_origin: str, nonce: str) -> None:
        self.index = index
        self.given = given
        self.text = given.text
        self.nonce = nonce
        self._self_origin = self_origin
        self._created: set[str] = set()
        self._odd = _PLAIN.fullmatch(given.text) is None
        self.views = list(self._read())
        self.delivered = self.views
        """What the readings made of the text as it came."""

    def __repr__(self) -> str:
        return f"Sheet({self.index}, {self.text!r})"

    def read_nonce(self, nonce: str) -> None:
        """Take `{NONCE}` for this nonce from now on."""
        again = nonce != self.nonce and NONCE in self.text
        self.nonce = nonce
        if again:
            self.views = list(self._read())
            self.delivered = self.views

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
            ruling = rule(view.policy, load, view.reading)
            if not ruling.allowed and not self._passes_by_addition(view, load):
                found.append((view, ruling))
        return found

    @staticmethod
    def _passes_by_addition(view: View, load: Load) -> bool:
        return deciding(view.added, load.destination) is not None and rule(view.added, load, view.reading).allowed

    def stands(self, view: View, name: str) -> bool:
        """Whether the policy has this directive, from the beginning or by now."""
        return view.policy.get(name) is not None or (not self._odd and name in self._created)

    def written(self, view: View, name: str) -> str:
        """The directive as it stands now; empty where it does not."""
        place = self._find(view, name)
        return f"{name} {' '.join(self._values(place))}".strip() if place else ""

    def lone_none(self, view: View, name: str) -> bool:
        """Whether the directive matches nothing by intent: `'none'` alone, or no value at all."""
        place = self._find(view, name)
        return place is not None and [one.lower() for one in self._values(place)] in ([], ["'none'"])

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

    def _note(self, name: str, source: str) -> None:
        """Let the views know. Where the readings cut the text differently, all is read again."""
        if self._odd:
            self.views = list(self._read())
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
        for reading in _READINGS:
            for part, (start, end) in enumerate(self._parts(reading)):
                text = self.text[start:end].replace(NONCE, self.nonce)
                for policy in parse(replace(self.given, text=text), self._self_origin, reading):
                    yield View(reading, part, policy, Policy((), self._self_origin))

    def _parts(self, reading: Reading) -> list[tuple[int, int]]:
        """Where the policies of the text begin and end: a meta is one by the letter, browsers split it at commas (D7)."""
        if reading == "letter" and self.given.delivery == "meta":
            return [(0, len(self.text))]
        stops = [found.start() for found in re.finditer(",", self.text)]
        return list(zip([0, *(stop + 1 for stop in stops)], [*stops, len(self.text)], strict=True))

    def _bounds(self, view: View) -> tuple[int, int]:
        return self._parts(view.reading)[view.part]

    def _find(self, view: View, name: str) -> Place | None:
        """The first counting part of this name."""
        start, end = self._bounds(view)
        for at, piece in _pieces(self.text, start, end):
            blank = _BLANK[view.reading]
            stripped = piece.strip(blank)
            written = re.split(f"[{blank}]", stripped, maxsplit=1)[0]
            if written.lower() == name and _READABLE[view.reading].fullmatch(stripped):
                begin = at + len(piece) - len(piece.lstrip(blank))
                return Place(begin + len(written), at + len(piece.rstrip(blank)))
        return None

    @staticmethod
    def _taken(text: str, name: str) -> bool:
        """Whether a part that is skipped for its characters has this name: browsers then ignore a later one (D9)."""
        return any(
            not _READABLE["browser"].fullmatch(piece) and piece.strip(_BLANK["browser"]).lower().startswith(name)
            for _, piece in _pieces(text, 0, len(text))
        )

    def _values(self, place: Place) -> list[str]:
        return re.findall(f"[^{_WHITE}]+", self.text[place.name_end : place.end])


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    at = start
    for piece in text[start:end].split(";"):
        yield at, piece
        at += len(piece) + 1
