"""A treated page without one of the things that the doctor added: the other half of law 2 (csp contract 4.3)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from halloo.csp.doctor import treated
from halloo.csp.model import Diagnosis, Page
from tests.csp.draws import Drawn


@dataclass(frozen=True)
class Removed:
    """The page without one thing, and what that was."""

    what: str
    page: Page


def additions(drawn: Drawn, diagnosis: Diagnosis) -> Iterator[Removed]:
    """The treated page without one of the things that were added, and which."""
    page = treated(drawn.page, diagnosis)
    for finding in diagnosis.findings:
        if finding.policy is None:
            continue
        for value in finding.fix.value.split():
            index = finding.policy - 1
            text = _without(page.policies[index].text, finding.fix.directive, value)
            if text is not None and text.count(value) < page.policies[index].text.count(value):
                given_ = replace(page.policies[index], text=text)
                policies = (*page.policies[:index], given_, *page.policies[index + 1 :])
                if _added(drawn.policies[index].text, page.policies[index].text, value):
                    yield Removed(f"{value} of {finding.fix.directive}", replace(page, policies=policies))
    if page.tag.nonce != drawn.tag.nonce:
        yield Removed("the nonce", replace(page, tag=replace(page.tag, nonce=drawn.tag.nonce)))
    if page.tag.integrity != drawn.tag.integrity:
        yield Removed("the integrity", replace(page, tag=replace(page.tag, integrity="")))
    if page.tag.trusted_types != drawn.tag.trusted_types:
        yield Removed("the trusted address", replace(page, tag=replace(page.tag, trusted_types="")))


def _added(before: str, after: str, value: str) -> bool:
    return after.split().count(value) + after.count(f"{value};") > before.split().count(value) + before.count(
        f"{value};"
    )


def _without(text: str, name: str, value: str) -> str | None:
    """The text with the last such value of the first directive of this name left out."""
    pieces = text.split(";")
    for at, piece in enumerate(pieces):
        words = piece.split()
        if words and words[0].lower() == name:
            if value not in words[1:]:
                return None
            place = len(words) - 1 - words[::-1].index(value)
            pieces[at] = " ".join((*words[:place], *words[place + 1 :]))
            return ";".join(pieces)
    return None
