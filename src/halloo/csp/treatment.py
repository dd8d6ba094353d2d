"""What the doctor writes while it treats a page: the sheets, the tag as it becomes, and what was found on the way (csp contract 4.1)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Literal, Self

from halloo.csp.model import Deployment, Finding, Fix, FixKind, Level, Need, Page, Reading, Tag, Trust
from halloo.csp.policy import Load, Ruling, Source, parse_source, rule
from halloo.csp.sheet import NONCE, POLICIES, Sheet, View, nonce_of, page_nonce
from halloo.csp.sources import split_url

_UNKNOWN = "page.invalid"
"""Host of a page that is not known: nobody's, so that `'self'` never means us."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """That a sheet blocks a load: the first reading that does, and what it says."""

    sheet: Sheet
    view: View
    ruling: Ruling
    reading: Reading | Literal["both"]

    @property
    def decider(self) -> str:
        """The directive that stands in the policy."""
        return self.ruling.decided_by or self.ruling.effective


@dataclass(frozen=True, slots=True)
class Draft:
    """A finding whose line is written when all is done, so that two additions to one directive are one line."""

    need: Need
    blocked: Blocked
    fix: Fix
    alternatives: tuple[Fix, ...] = ()
    directive: str = ""


def blocked_by(sheet: Sheet, load: Load) -> Blocked | None:
    """Whether the sheet, as it is now, blocks a load, under whichever reading."""
    return next(iter(blocked_parts(sheet, load)), None)


def blocked_parts(sheet: Sheet, load: Load) -> list[Blocked]:
    """Every policy in the sheet that blocks a load, by the reading that is told first.

    There may be many, between the commas of a `<meta>`. Each may be written into once before the sheet is asked anew: what is written
    into one of them changes nothing in the others of that reading.
    """
    found = sheet.rulings(load)
    blocking: set[Reading] = {view.reading for view, _ in found}
    # Browsers are what people see; a blocked load of theirs is told first.
    reading: Reading = "browser" if "browser" in blocking else "letter"
    told = _told(sheet, load, blocking)
    return [Blocked(sheet, view, ruling, told) for view, ruling in found if view.reading == reading]


def _told(sheet: Sheet, load: Load, blocking: set[Reading]) -> Reading | Literal["both"]:
    """The readings that blocked the page as it was delivered: writing for one may shut out by the other what came through before."""
    delivered: set[Reading] = {
        view.reading for view in sheet.delivered if sheet.changed and not rule(view.policy, load, view.reading).allowed
    }
    readings = blocking & delivered or delivered or blocking
    url = split_url(load.url or "")
    if len(readings) > 1 or (url is not None and url.is_ip):  # by the letter nothing matches an address (D3)
        return "both"
    return "letter" if readings == {"letter"} else "browser"


@dataclass(slots=True)
class Treatment:
    """A page under treatment. `tag`: our tag as it becomes; `nonce`: what it is compared by."""

    deployment: Deployment
    page: Page
    trust: Trust
    sheets: list[Sheet]
    tag: Tag
    drafts: list[Draft] = field(default_factory=list[Draft])

    @classmethod
    def of(cls, deployment: Deployment, page: Page, trust: Trust) -> Self:
        """The page with its enforced policies ready to be written into."""
        scheme = deployment.client.partition("://")[0]
        own = page.origin or f"{scheme}://{_UNKNOWN}"
        nonce = page_nonce(page.tag.nonce)
        sheets: list[Sheet] = []
        room = POLICIES
        for index, given in enumerate(page.policies, 1):
            if room > 0 and given.disposition == "enforce" and given.in_head:
                sheets.append(Sheet(index, given, own, nonce, room))
                room -= sheets[-1].policies
        return cls(deployment, page, trust, sheets, page.tag)

    @staticmethod
    def can_be_written(origin: str) -> bool:
        """Whether an origin is a source expression; one with an IPv6 address or with `_` is none."""
        return parse_source(origin, "letter").kind == "host"

    def loader(self) -> Load:
        """What the tag loads."""
        return Load(
            "script",
            self.loader_url,
            nonce_of(self.tag.nonce),
            self.tag.integrity,
            parser_inserted=not self.tag.made,
        )

    def recorder(self) -> Load:
        """What the loader brings by `import()`: with the tag's nonce and its way of coming, never with integrity (1.4)."""
        url = f"{self.deployment.client}/public/assets/cobrowse.js"
        return Load("script", url, nonce_of(self.tag.nonce), parser_inserted=not self.tag.made)

    @property
    def loader_url(self) -> str:
        """The address of the tag."""
        if not self.tag.pinned:
            return self.deployment.loader_url
        return self.deployment.pinned.url if self.deployment.pinned else f"{self.deployment.client}/public/loader/x.js"

    def tag_html(self, tag: Tag | None = None) -> str:
        """The tag as it should stand in the page; its nonce is another in each answer."""
        tag = tag or self.tag
        nonce = f' nonce="{NONCE}"' if tag.nonce else ""
        pinned = self.deployment.pinned
        if tag.pinned and pinned:
            return (
                f'<script async crossorigin="anonymous"{nonce} src="{escape(pinned.url)}" '
                f'integrity="{escape(pinned.integrity)}" data-widget="{escape(self.deployment.widget_id)}"></script>'
            )
        return f'<script async{nonce} src="{escape(self.deployment.loader_url)}"></script>'

    def pin(self) -> None:
        """Make it the tag of the pinned loader."""
        pinned = self.deployment.pinned
        if pinned is not None:
            self.tag = replace(self.tag, pinned=True, integrity=pinned.integrity)

    def give_nonce(self, value: str) -> None:
        """Give the tag the page's nonce."""
        self.tag = replace(self.tag, nonce=NONCE if value == nonce_of(NONCE) else value)

    def draft(
        self, need: Need, blocked: Blocked, fix: Fix, alternatives: Sequence[Fix] = (), directive: str = ""
    ) -> None:
        """Keep a finding. `directive`: the one whose final text is the line to write; empty where the line stands already."""
        self.drafts.append(Draft(need, blocked, fix, tuple(alternatives), directive))

    @staticmethod
    def cannot(blocked: Blocked, origin: str) -> Fix:
        """What to say where the host has no form that a policy could hold."""
        note = f"No policy can name {origin}: give it a host name of letters, digits, hyphens and dots."
        return Fix("add_source", blocked.decider, "", "", note)

    def findings(self) -> list[Finding]:
        """What was found, each with the line as it stands in the end."""
        return [_finding(draft) for draft in self.drafts]


def _finding(draft: Draft) -> Finding:
    blocked, fix = draft.blocked, draft.fix
    if draft.directive:
        fix = replace(fix, line=blocked.sheet.written(blocked.view, draft.directive))
    level: Level = "required" if draft.need.required else "optional"
    return Finding(
        draft.need.id,
        draft.need.feature,
        level,
        blocked.sheet.index,
        blocked.ruling.effective,
        blocked.decider,
        blocked.ruling.blocked,
        blocked.reading,
        fix,
        draft.alternatives,
    )


def write(blocked: Blocked, source: str, copies: Callable[[Source], bool]) -> tuple[FixKind, str]:
    """Let a source into what decides; return what kind of change that is, and the directive that has it now (4.1.2, 4.1.3).

    Where a fallback decides, its values that `copies` wants go into a new directive: it would hide them otherwise.
    """
    sheet, view, name = blocked.sheet, blocked.view, _written_into(blocked)
    if sheet.stands(view, name):
        kind: FixKind = "replace_none" if sheet.lone_none(view, name) else "add_source"
        sheet.add(view, name, source)
        return kind, name
    sheet.create(view, name, _copied(blocked, copies), source)
    return "add_directive", name


def preview(blocked: Blocked, source: str, copies: Callable[[Source], bool]) -> tuple[str, str]:
    """The directive that `write` would write into, and its text afterwards."""
    sheet, view, name = blocked.sheet, blocked.view, _written_into(blocked)
    if not sheet.stands(view, name):
        return name, " ".join((name, *_copied(blocked, copies), source))
    return name, f"{name if sheet.lone_none(view, name) else sheet.written(view, name)} {source}"


def matches_urls(source: Source) -> bool:
    """Whether a source can match a URL, by whichever reading; what else there is means nothing for frames and fetches."""
    if source.kind == "invalid":
        source = parse_source(source.text, "browser")  # which takes what the letter does not: hosts with a query (D6)
    return source.kind in {"host", "scheme"} or source.value == "'self'"


def _copied(blocked: Blocked, copies: Callable[[Source], bool]) -> list[str]:
    """What a new directive takes over. By the letter a value may hold commas, which are no source and would end browsers' policy (D7)."""
    directive = blocked.view.policy.get(blocked.decider)
    sources = directive.sources if directive else ()
    return [one.text for one in sources if one.value != "'none'" and "," not in one.text and copies(one)]


def _written_into(blocked: Blocked) -> str:
    """The name of the directive that gets an addition; `script-src-elem` beside `'strict-dynamic'`, for workers keep their rule."""
    decider, effective = blocked.decider, blocked.ruling.effective
    if effective != "script-src-elem" or decider == effective:
        return effective
    if decider == "script-src":
        return decider
    directive = blocked.view.policy.get(decider)
    dynamic = directive is not None and "'strict-dynamic'" in directive.list.keywords
    return "script-src-elem" if dynamic else "script-src"
