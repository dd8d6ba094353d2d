"""Whole pages of hostile text for the doctor, and what must hold of its answer whatever the page says."""

import msgspec

from halloo.csp.asked import Asked, put_together
from halloo.csp.checkup import check_page
from halloo.csp.model import Deployment, Given, Page, Tag
from halloo.csp.page import read_html
from halloo.csp.present import CspDiagnosis, present
from halloo.csp.shown import shown
from tests.csp.draws import HOSTS, PINNED, WIDGET

DEPLOYMENT = Deployment(
    HOSTS, frozenset({"chat", "calls", "sounds", "cobrowse", "outbound", "pusher"}), ("https://a.test",), WIDGET, PINNED, True
)  # fmt: skip


def answered(page: Page) -> None:
    """Let the doctor answer in every form; raises for an answer that is none."""
    diagnosis = check_page(DEPLOYMENT, page)
    # A lone surrogate cannot come over the wire, nor out of a decoder.
    encoded = msgspec.json.encode(present(diagnosis))
    assert msgspec.json.decode(encoded, type=CspDiagnosis).verdict == diagnosis.verdict
    text = shown(diagnosis)
    assert all(one.isprintable() or one in "\t\n\xa0" or one.isspace() for one in text)
    assert len(diagnosis.policies) == len(page.policies)
    assert (diagnosis.verdict == "ok") is (not diagnosis.findings)


def examined(policies: list[Given], tag: Tag, texts: list[str]) -> None:
    """A page whose headers, origin and tag are these texts."""
    first, second, third = (texts * 3)[:3] if texts else ("", "", "")
    answered(Page(tuple(policies), first or None, tag, (second, third), (first,), (third,)))


def read(html: str, url: str) -> None:
    """A page as HTML; its metas lie in the text, in order."""
    document = read_html(html, DEPLOYMENT, url)
    lines = [one.line for one in document.metas if one.line is not None]
    assert lines == sorted(lines)
    assert all(0 < one <= html.count("\n") + html.count("\r") + 1 for one in lines)
    put = put_together(Asked(html=html, page_origin="https://site.test"), DEPLOYMENT)
    answered(put.page)
