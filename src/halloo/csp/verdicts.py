"""What the doctor says of a group of reports: whether its policy keeps something of Halloo away, and what to add (csp contract 5)."""

from dataclasses import dataclass

from halloo.csp.doctor import examine
from halloo.csp.kept import Group
from halloo.csp.model import Deployment, Feature, Finding, Given, Level, Page, Tag
from halloo.csp.reports import CUT, as_http, origin_of

_NAMES: dict[Feature, str] = {
    "chat": "the chat",
    "files": "files",
    "audio": "voice messages",
    "images": "pictures",
    "sounds": "sounds",
    "bot_check": "the bot check",
    "rescue": "the rescue relay",
    "calls": "calls",
    "cobrowse": "co-browsing",
    "wait_game": "the wait game",
    "outbound": "outbound media",
    "pusher": "your own pusher-js",
}
_EXTENSION = "This was an extension of a visitor's browser. Nothing needs to change."
_NOT_OURS = "Not ours: Halloo does not need it."
_OWN_PAGE = "This is a page of Halloo itself. Tell who runs this server, unless it comes from one visitor alone."
_LET_IN = "This policy lets in what Halloo needs. Check the page: it may have changed since."


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict. `blocks`: something of Halloo is kept away, of this `level`; `line`: what to add, or to do.

    No line where it would hold what is not Halloo's: the policy is a stranger's text, and who copies the line would let them in.
    """

    blocks: bool
    level: Level | None
    text: str
    line: str | None


def judge(group: Group, deployment: Deployment) -> Judged | None:
    """The verdict on a group; None where the policy is not known as a whole. For a report-only policy: as if it were enforced."""
    if group.kind == "extensions":
        return Judged(blocks=False, level=None, text=_EXTENSION, line=None)
    if group.kind == "others":
        return Judged(blocks=False, level=None, text=_NOT_OURS, line=None)
    page_origin = origin_of(group.page)
    if page_origin == deployment.client:
        return Judged(blocks=False, level=None, text=_OWN_PAGE, line=None)
    if not group.policy or group.policy.endswith(CUT):
        return None
    tag = Tag(pinned=deployment.pinned is not None and group.directive == "connect-src")
    page = Page((Given(group.policy),), page_origin, tag)
    found = [one for one in examine(deployment, page).findings if _tells_of(group, one)]
    worst = next((one for one in found if one.level == "required"), found[0] if found else None)
    return Judged(blocks=False, level=None, text=_LET_IN, line=None) if worst is None else _blocked(group, worst)


def blocks_chat(group: Group, deployment: Deployment) -> bool:
    """Whether a group's policy keeps something away that the widget cannot do without."""
    judged = judge(group, deployment) if group.disposition == "enforce" else None
    return judged is not None and judged.blocks and judged.level == "required"


def _tells_of(group: Group, finding: Finding) -> bool:
    """Whether a group reports what the doctor has found: the same part of the same policy, about the same host."""
    if finding.policy is None:
        return False
    same = finding.directive == group.directive or finding.directive.startswith(f"{group.directive}-")
    scheme = finding.blocked.partition(":")[0]
    return same and (as_http(finding.blocked) == as_http(group.blocked) or group.blocked == scheme)


def _blocked(group: Group, finding: Finding) -> Judged:
    name, fix = _NAMES[finding.feature], finding.fix
    does = "Blocks" if group.disposition == "enforce" else "Would block, once it is enforced,"
    line: str | None = fix.line or None
    if line is None or not line.startswith(f"{fix.directive} "):  # none of a policy: the tag as it should be
        how = fix.note or fix.line
    elif _is_ours(line, fix.value):
        how = f"add {line}"
    else:
        line = None
        beside = f", beside what {finding.decided_by} has" if fix.kind == "add_directive" else ""
        how = f"add {fix.value} to {fix.directive}{beside}. Check the page for the whole line. {fix.note}".rstrip()
    return Judged(blocks=group.disposition == "enforce", level=finding.level, text=f"{does} {name}: {how}", line=line)


def _is_ours(line: str, value: str) -> bool:
    """Whether a line of a policy holds nothing but what the doctor adds, and the page's own origin."""
    return set(line.lower().split()[1:]) <= {*value.lower().split(), "'self'", "'none'"}
