"""How a page lets our scripts in: by host, by the page's nonce, or by the hash of the pinned loader (csp contract 4.1.1)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from halloo.csp.model import Fix, FixKind, Need, Trust
from halloo.csp.policy import Directive, Load, Source, deciding
from halloo.csp.sheet import NONCE, Sheet, View, page_nonce
from halloo.csp.treatment import Blocked, Treatment, blocked_by, blocked_parts, preview, write

Way = Literal["host", "nonce", "new_nonce", "hash"]
"""`nonce`: one that the list has; `new_nonce`: the list gets the page's."""
_GIVE_NONCE = "Give the tag your page's nonce, the one that the policy of the same answer has."
_BY_SCRIPT = "Or let a script that the policy trusts make the tag: what it makes is trusted too."
_PIN = "Use the tag of the pinned loader:"
_RECORD = "Its record needs connect-src besides."
_BASE = "Beside a nonce write base-uri 'none', or 'self' if the page has a <base>: else markup may turn your scripts' addresses."
_NONCE_SOURCE = f"'nonce-{NONCE}'"
_ROUNDS = 3
_TRIES = 6
"""Rounds for one script and policy. One is enough, but where the tag changes, and for texts that the two readings cut differently."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a list says about scripts. `inline`: `'unsafe-inline'` is in effect, and a nonce or hash would end that."""

    nonces: frozenset[str]
    dynamic: bool
    inline: bool
    hashes_only: bool


def facts_of(directive: Directive) -> Facts:
    """The facts of a directive's list."""
    listed = directive.list
    dynamic = "'strict-dynamic'" in listed.keywords
    proofs = bool(listed.nonces or listed.hashes)
    return Facts(
        frozenset(listed.nonces),
        dynamic,
        "'unsafe-inline'" in listed.keywords and not proofs and not dynamic,
        bool(listed.hashes)
        and not listed.nonces
        and "'self'" not in listed.keywords
        and not any(one.kind in {"host", "scheme"} for one in directive.sources),
    )


def ways(facts: Facts, trust: Trust, *, pinned: bool, recorder: bool) -> list[Way]:
    """The ways that work with such a list, the best first.

    `pinned`: there is a pinned loader. `recorder`: co-browsing is on; since no hash covers its `import()`, what lets the recorder in
    lets the loader in too, and a hash beside it would be for nothing. Only who asks for a hash gets both.
    """
    host: list[Way] = [] if facts.dynamic else ["host"]
    known: list[Way] = ["nonce"] if facts.nonces else []
    hashed: list[Way] = ["hash"] if pinned else []
    if facts.inline:
        return ["host"]
    last: list[Way] = ["new_nonce", *hashed] if recorder else [*hashed, "new_nonce"]
    if trust != "auto":
        asked: dict[Trust, list[Way]] = {
            "host": [*host, *known, *last],
            "nonce": [*known, "new_nonce"],
            "hash": [*hashed, *host, *known, "new_nonce"],
        }
        return asked[trust]
    if facts.nonces or facts.dynamic:
        return [*known, *host, "new_nonce", *hashed] if recorder else [*known, *hashed, *host, "new_nonce"]
    return [*hashed, *host] if facts.hashes_only and not recorder else [*host, *hashed]


class Scripts:
    """Treats what keeps our scripts away, over all policies of the page: they share one tag."""

    def __init__(self, treatment: Treatment, loader: Need | None, recorder: Need | None) -> None:
        self._treatment = treatment
        self._loader = loader
        self._recorder = recorder
        self._needs = [need for need in (loader, recorder) if need is not None]
        self._nonce = self._page_nonce()
        for sheet in treatment.sheets:
            sheet.read_nonce(self._nonce)

    def treat(self) -> None:
        """Write what is missing. A change of the tag may close a policy that was open, so all are asked until nothing changes."""
        for need in self._needs:
            for _ in range(_ROUNDS):
                treated = [self._treat(need, sheet) for sheet in self._covering(need)]
                if not any(treated):
                    break
            if need is self._loader and self._treatment.tag != self._treatment.page.tag:
                self._tell_of_opened(need)

    def _tell_of_opened(self, loader: Need) -> None:
        """Tell of the policies that another one's fix has opened: what the tag got for that one serves these, too (4.1)."""
        treatment = self._treatment
        told = [one.blocked.sheet for one in treatment.drafts if one.need is loader]
        before = replace(treatment, tag=treatment.page.tag).loader()
        for sheet in self._covering(loader):
            if sheet not in told and (blocked := blocked_by(sheet, before)):
                self._tell(loader, blocked)

    def _tell(self, loader: Need, blocked: Blocked) -> None:
        treatment = self._treatment
        directive = blocked.view.policy.get(blocked.decider)
        if directive is not None and treatment.loader().nonce in directive.list.nonces:
            fix = Fix("nonce", blocked.decider, _NONCE_SOURCE, self._nonce_line(), _GIVE_NONCE)
        else:
            tag = treatment.tag_html()
            fix = Fix("hash", blocked.decider, self._hash(), tag, f"{_PIN} {tag}")
        treatment.draft(loader, blocked, fix)

    def _load(self, need: Need) -> Load:
        return self._treatment.loader() if need is self._loader else self._treatment.recorder()

    def _covering(self, need: Need) -> Iterable[Sheet]:
        """The policies that hold when this script is fetched: a meta after our tag comes too late for the loader."""
        late = need is self._loader and not self._treatment.tag.made
        return [
            one for one in self._treatment.sheets if not late or one.given.before_tag or one.given.delivery == "header"
        ]

    def _page_nonce(self) -> str:
        """The nonce that the tag has or gets: its own where a policy lists that, else one that opens the first closed policy."""
        listed: list[tuple[bool, frozenset[str]]] = []
        for need in self._needs:
            for sheet in self._covering(need):
                found = [nonces for view in sheet.views if (nonces := _nonces(view))]
                shut = bool(found) and blocked_by(sheet, self._load(need)) is not None
                listed += [(shut, nonces) for nonces in found]
        counted = Counter(nonce for _, nonces in listed for nonce in nonces)
        own = self._treatment.loader().nonce
        if own in counted:
            return own
        if not counted:
            return page_nonce(self._treatment.tag.nonce)
        asking = next((nonces for shut, nonces in listed if shut), frozenset(counted))
        return min(asking, key=lambda one: (-counted[one], one))

    def _treat(self, need: Need, sheet: Sheet) -> bool:
        """Let the script through this policy. Return whether there was anything to do."""
        treatment, told = self._treatment, False
        for _ in range(_TRIES):
            tag = treatment.tag
            parts = blocked_parts(sheet, self._load(need))
            for blocked in parts:
                possible = self._possible(need, blocked)
                if not possible:
                    treatment.draft(need, blocked, treatment.cannot(blocked, treatment.deployment.client))
                    return True
                others = [] if told else [self._other(way, blocked) for way in possible[1:] if way != "new_nonce"]
                fix, directive = self._go(possible[0], need, blocked)
                if not told:
                    treatment.draft(need, blocked, fix, others, directive)
                    told = True
                if treatment.tag != tag:
                    break  # what it has got may open the others as well
            if not parts:
                break
        return told

    def _possible(self, need: Need, blocked: Blocked) -> list[Way]:
        """The ways that are open here, the best first."""
        directive = blocked.view.policy.get(blocked.decider)
        if directive is None:
            return []
        facts, deployment = facts_of(directive), self._treatment.deployment
        pinned = deployment.pinned is not None and need is self._loader
        found = ways(facts, self._treatment.trust, pinned=pinned, recorder=self._recorder is not None)
        shut: set[Way] = set() if self._nonce in facts.nonces else {"nonce"}
        if not self._treatment.can_be_written(deployment.client):
            shut.add("host")
        return [way for way in found if way not in shut]

    def _go(self, way: Way, need: Need, blocked: Blocked) -> tuple[Fix, str]:
        """Take this way. Return the fix, and the directive whose text is the line to write; empty where the tag is."""
        treatment = self._treatment
        if way == "host":
            client = treatment.deployment.client
            kind, directive = write(blocked, client, _all)
            return Fix(kind, directive, client, ""), directive
        if way == "hash":
            treatment.pin()
            value = self._hash()
            note = f"{_PIN} {treatment.tag_html()}"
            if not self._still_blocks(need, blocked):
                return Fix("hash", blocked.decider, value, treatment.tag_html(), note), ""
            _, directive = write(blocked, value, _all)
            return Fix("hash", directive, value, "", note), directive
        treatment.give_nonce(self._nonce)
        note = f"{_GIVE_NONCE}{_by_script(blocked)}"
        if way == "nonce":
            return Fix("nonce", blocked.decider, _NONCE_SOURCE, self._nonce_line(), note), ""
        _, directive = write(blocked, _NONCE_SOURCE, _all)
        base = "" if blocked.view.policy.get("base-uri") else f" {_BASE}"
        return Fix("nonce", directive, _NONCE_SOURCE, "", f"{note}{base} {self._nonce_line()}"), directive

    def _still_blocks(self, need: Need, blocked: Blocked) -> bool:
        """Whether what was blocked still is, now that the tag has changed; by either reading of the same part."""
        sheet, view, load = blocked.sheet, blocked.view, self._load(need)
        return sheet.refuses(view, load) is not None or any(one.part == view.part for one, _ in sheet.rulings(load))

    def _other(self, way: Way, blocked: Blocked) -> Fix:
        """What else would help, as it would be written."""
        treatment = self._treatment
        if way == "nonce":
            return Fix("nonce", blocked.decider, _NONCE_SOURCE, self._nonce_line(), _GIVE_NONCE)
        value = self._hash() if way == "hash" else treatment.deployment.client
        directive, line = preview(blocked, value, _all)
        if way == "hash":
            pinned = replace(treatment.tag, pinned=True)
            return Fix("hash", directive, value, line, f"{_PIN} {treatment.tag_html(pinned)} {_RECORD}")
        kind: FixKind = "add_source" if directive == blocked.decider else "add_directive"
        return Fix(kind, directive, value, line)

    def _hash(self) -> str:
        pinned = self._treatment.deployment.pinned
        return f"'{pinned.integrity}'" if pinned else ""

    def _nonce_line(self) -> str:
        """The tag with the page's nonce, whose value is another in each answer."""
        return self._treatment.tag_html(replace(self._treatment.tag, nonce=NONCE))


def _by_script(blocked: Blocked) -> str:
    directive = blocked.view.policy.get(blocked.decider)
    dynamic = directive is not None and "'strict-dynamic'" in directive.list.keywords
    return f" {_BY_SCRIPT}" if dynamic else ""


def _nonces(view: View) -> frozenset[str]:
    directive = deciding(view.policy, "script")
    return frozenset(directive.list.nonces) if directive else frozenset()


def _all(_source: Source) -> bool:
    return True
