"""The doctor's answer as text for terminals (csp contract 4.2)."""

import re
from collections.abc import Iterable, Iterator

from halloo.csp.model import Diagnosis, Examined, Feature, Finding, Fix, Fixed, FixKind

_LEVEL_AT = 82
_NAMES: dict[Feature, str] = {
    "audio": "voice messages",
    "bot_check": "bot check",
    "cobrowse": "co-browsing",
    "wait_game": "wait game",
    "outbound": "outbound media",
}
_WHAT = {
    "script-src-elem": "the script",
    "frame-src": "the frame",
    "connect-src": "the connection to",
}
_VERBS: dict[FixKind, str] = {
    "add_source": "write",
    "add_directive": "add",
    "replace_none": "write",
    "nonce": "tag",
    "hash": "write",
    "trusted_types": "write",
    "permissions_policy": "send",
    "sandbox": "write",
    "allow_origin": "do",
}
_ASKING = frozenset({"nonce", "hash"})
"""Fixes that ask something of the page's tag: then it is good to know what else would do."""
_UNPRINTABLE = re.compile(r"[^\t\n\x20-\x7e\xa1-\u200a\u2010-\u2027\u202f-\u205f\u2070-\ud7ff\uf900-\ufffd]")


def shown(diagnosis: Diagnosis) -> str:
    """The whole answer. What pages hold is shown without anything that a terminal would obey."""
    return printable("\n".join(_lines(diagnosis)))


def printable(text: str) -> str:
    """`text` without anything that a terminal would obey, or that turns or hides what stands beside it."""
    return _UNPRINTABLE.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def counted(diagnosis: Diagnosis) -> str:
    """How many needs are blocked, as a sentence."""
    required = {one.need for one in diagnosis.findings if one.level == "required"}
    optional = {one.need for one in diagnosis.findings if one.level == "optional"} - required
    counts = [(len(required), "required"), (len(optional), "optional")]
    parts = [f"{count} {word}" for count, word in counts if count]
    if not parts:
        return "Nothing is blocked."
    one = len(required) + len(optional) == 1
    return f"{' and '.join(parts)} {'need is' if one else 'needs are'} blocked."


def _lines(diagnosis: Diagnosis) -> Iterator[str]:
    if not diagnosis.policies:
        yield "no policy"
    for policy in diagnosis.policies:
        yield f"policy {policy.index} ({_place(policy)})"
        of_policy = [one for one in diagnosis.findings if one.policy == policy.index]
        yield from _findings(of_policy)
        if not of_policy and policy.given.disposition == "enforce":
            yield "  ✓ blocks nothing that Halloo needs"
        yield from (_remark("!", one.directive, one.source, f"{one.text} ({one.code})") for one in policy.warnings)
    others = [one for one in diagnosis.findings if one.policy is None]
    if others or diagnosis.warnings:
        yield "the page"
        yield from _findings(others)
        yield from (_remark("!", one.directive, one.source, f"{one.text} ({one.code})") for one in diagnosis.warnings)
    yield from _new(diagnosis)
    if diagnosis.removable:
        yield "not needed by Halloo; take out what nothing else on the page uses"
        yield from (_remark("-", one.directive, one.source, one.text) for one in diagnosis.removable)
    yield from (f"note: {note}" for note in diagnosis.notes)
    yield counted(diagnosis)


def _place(policy: Examined) -> str:
    given = policy.given
    where = given.delivery if given.line is None else f"{given.delivery}, line {given.line}"
    return f"{where}, {'enforced' if given.disposition == 'enforce' else 'report only'}"


def _findings(findings: Iterable[Finding]) -> Iterator[str]:
    for one in findings:
        name = _NAMES.get(one.feature, one.feature)
        yield f"{f'  ✗ {name}: {_cause(one)}':<{_LEVEL_AT - 1}} {one.level}"
        yield from _fix(_VERBS[one.fix.kind], one.fix)
        for fix in one.alternatives if one.fix.kind in _ASKING else ():
            yield from _fix("or", fix)


def _cause(one: Finding) -> str:
    kind = one.fix.kind
    if kind == "allow_origin":
        return f"{one.blocked} is none of the widget's allowed domains"
    if kind == "sandbox":
        return f"sandbox lacks {one.fix.value}"
    if kind == "permissions_policy":
        return f"Permissions-Policy withholds {one.directive} from {one.blocked}"
    if kind == "trusted_types":
        what = "a name in it" if one.directive == "trusted-types" else "the address from a Trusted Types policy"
        return f"{one.decided_by} wants {what}"
    reading = {"letter": ", by the standard's text", "browser": ", in browsers"}.get(one.reading, "")
    return f"{one.decided_by} blocks {_WHAT.get(one.directive, one.directive)} {one.blocked}{reading}"


def _fix(verb: str, fix: Fix) -> Iterator[str]:
    first, *more = (fix.line or fix.note).split("\n")
    yield f"      {verb:<5} {first}"
    yield from (f"            {line}" for line in more)
    if fix.line and fix.note:
        yield f"            ({fix.note})"


def _new(diagnosis: Diagnosis) -> Iterator[str]:
    for one in diagnosis.fixed:
        yield "new policy" if len(diagnosis.policies) == 1 else f"new policy {_number(one)}"
        yield f"  {one.text.strip()}"


def _number(one: Fixed) -> str:
    return f"{one.index} ({one.delivery})"


def _remark(sign: str, directive: str, source: str, text: str) -> str:
    about = f"{directive} {source}".strip()
    return f"  {sign} {f'{about} – ' if about else ''}{text}"
