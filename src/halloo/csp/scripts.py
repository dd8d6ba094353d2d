"""How a page lets our scripts in: by host, by the page's nonce, or by the hash of the pinned loader (csp contract 4.1.1)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from halloo.csp.model import Fix, Need, Tag, Trust
from halloo.csp.policy import Directive, Load, deciding
from halloo.csp.sheet import NONCE, Sheet, View
from halloo.csp.treatment import Blocked, Treatment, blocked_by, write

Way = Literal["host", "nonce", "new_nonce", "hash"]
"""`nonce`: one that the list has; `new_nonce`: the list gets the page's."""
_GIVE_NONCE = "Give the tag your page's nonce, the one that the policy of the same answer has."
_BY_SCRIPT = "Or let a script that the policy trusts make the tag: what it makes is trusted too."
_ONE_NONCE = "A tag has one nonce: the policies of this page must all list the same."
_INERT = "A host would do nothing here: beside 'strict-dynamic' browsers pass over hosts."


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
    if facts.inline:
        return ["host"]
    host: list[Way] = [] if facts.dynamic else ["host"]
    known: list[Way] = ["nonce"] if facts.nonces else []
    hashed: list[Way] = ["hash"] if pinned else []
    if trust == "host":
        return [*host, *known, *hashed, "new_nonce"]
    if trust == "nonce":
        return [*known, "new_nonce"]
    if trust == "hash":
        return [*hashed, *host, *known, "new_nonce"]
    if facts.nonces or facts.dynamic:
        return [*known, *host, "new_nonce", *hashed] if recorder else [*known, *hashed, *host, "new_nonce"]
    if facts.hashes_only and not recorder:
        return [*hashed, *host]
    return [*host, *hashed]


class Scripts:
    """Treats what keeps our scripts away, over all policies of the page: they share one tag."""

    def __init__(self, treatment: Treatment, loader: Need | None, recorder: Need | None) -> None:
        self._treatment = treatment
        self._loader = loader
        self._recorder = recorder
        self._nonce = self._page_nonce()
        for sheet in treatment.sheets:
            sheet.nonce = self._nonce

    def treat(self) -> None:
        """Write what is missing. A change of the tag may close a policy that was open, so all are asked until nothing changes."""
        for need in (self._loader, self._recorder):
            for _ in range(3):
                if need is None or not any([self._treat(need, sheet) for sheet in self._covering(need)]):
                    break

    def _load(self, need: Need) -> Load:
        return self._treatment.loader() if need is self._loader else self._treatment.recorder()

    def _covering(self, need: Need) -> Iterable[Sheet]:
        """The policies that hold when this script is fetched: a meta after our tag comes too late for the loader."""
        late = need is self._loader and not self._treatment.tag.made
        return [one for one in self._treatment.sheets if not late or one.given.before_tag or one.given.delivery == "header"]

    def _page_nonce(self) -> str:
        """The nonce that the tag has or gets: its own where a policy lists that, else one that opens the first closed policy."""
        listed: list[tuple[bool, frozenset[str]]] = []
        for need in (self._loader, self._recorder):
            for sheet in self._covering(need) if need else ():
                shut = blocked_by(sheet, self._load(need)) is not None
                listed += [(shut, nonces) for view in sheet.views if (nonces := _nonces(view))]
        counted = Counter(nonce for _, nonces in listed for nonce in nonces)
        own = self._treatment.loader().nonce
        if own in counted or not counted:
            return own or self._treatment.sheets[0].nonce if self._treatment.sheets else own
        asking = next((nonces for shut, nonces in listed if shut), frozenset(counted))
        return min(asking, key=lambda one: (-counted[one], one))

    def _treat(self, need: Need, sheet: Sheet) -> bool:
        """Let the script through this policy. Return whether anything was done."""
        blocked = blocked_by(sheet, self._load(need))
        if blocked is None:
            return False
        for again in range(4):
            still = blocked_by(sheet, self._load(need))
            directive = still.view.policy.get(still.decider) if still else None
            if still is None or directive is None:
                break
            facts = facts_of(directive)
            possible = [way for way in self._ways(facts, need) if self._possible(way, facts, sheet, still)]
            if not possible:
                self._give_up(need, still)
                break
            fix, name = self._go(possible[0], still)
            if not again:
                others = [self._described(way, still) for way in possible[1:] if way != "new_nonce"]
                self._treatment.draft(need, blocked, fix, others, name)
        return True
