"""A treated page without one of the things that the doctor added: the other half of law 2 (csp contract 4.3)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from halloo.csp.doctor import treated
from halloo.csp.model import Diagnosis, Page
from tests.csp.draws import Drawn


@dataclass(frozen=True)
class Removed:
    """The page without one thing, what that was, and the need that it was added for; "" for a part of the tag."""

    what: str
    page: Page
    need: str = ""


def additions(drawn: Drawn, diagnosis: Diagnosis) -> Iterator[Removed]:
    """The treated page without one of the things that were added, and which."""
    page = treated(drawn.page, diagnosis)
    for finding in diagnosis.findings:
        if finding.policy is None:
            continue
        index = finding.policy - 1
        before, after = drawn.policies[index].text, page.policies[index].text
        for value in finding.fix.value.split():
            for text in _without(before, after, finding.fix.directive, value):
                given = replace(page.policies[index], text=text)
                policies = (*page.policies[:index], given, *page.policies[index + 1 :])
                yield Removed(f"{value} of {finding.fix.directive}", replace(page, policies=policies), finding.need)
    if page.tag.nonce != drawn.tag.nonce:
        yield Removed("the nonce", replace(page, tag=replace(page.tag, nonce=drawn.tag.nonce)))
    if page.tag.integrity != drawn.tag.integrity:
        yield Removed("the integrity", replace(page, tag=replace(page.tag, integrity="")))
    if page.tag.trusted_types != drawn.tag.trusted_types:
        yield Removed("the trusted address", replace(page, tag=replace(page.tag, trusted_types="")))


def _without(before: str, after: str, name: str, value: str) -> Iterator[str]:
    """The text without the value, once for each directive of this name that it was added to: a meta may hold several policies."""
    pieces = _ENDS.split(after)
    for at in _written(_ENDS.split(before), pieces):
        words = pieces[at].split()
        if words and words[0].lower() == name and value in words[1:]:
            place = len(words) - 1 - words[::-1].index(value)
            less = " ".join((*words[:place], *words[place + 1 :]))
            yield "".join((*pieces[:at], less, *pieces[at + 1 :]))


def _written(before: Sequence[str], after: Sequence[str]) -> Iterator[int]:
    """Which pieces are new or longer: those that stood there are there still, in their order (law 6)."""
    old = iter(before)
    awaited = next(old, None)
    for at, piece in enumerate(after):
        if awaited is not None and continues(piece, awaited):
            if piece.split() != awaited.split():
                yield at
            awaited = next(old, None)
        else:
            yield at


def continues(new: str, old: str) -> bool:
    """Whether a part begins with what it was, but for a lone `'none'`."""
    alone = re.fullmatch(r"(\s*\S+)\s+'none'\s*", old, re.IGNORECASE)
    new = new.lstrip()
    return new.startswith(old.strip()) or (alone is not None and new.startswith(alone[1].lstrip()))


_ENDS = re.compile(r"([;,])")
"""Where a directive ends, or for browsers a policy; the signs themselves are pieces, too."""
