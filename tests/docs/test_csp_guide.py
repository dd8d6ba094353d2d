"""The page on policies: three messengers side by side, as the matcher sees them, and lines that say what they claim."""

import re
from pathlib import Path

import pytest

from halloo.csp.policy import KNOWN_DIRECTIVES
from reference import csp

PAGE = (Path(__file__).resolve().parents[2] / "docs/embed/csp.md").read_text("utf-8")


def rows(after: str) -> list[list[str]]:
    """The rows of the first table behind a sentence, its head first."""
    text = PAGE.partition(after)[2].lstrip().partition("\n\n")[2].lstrip()
    lines = [line for line in text.partition("\n\n")[0].splitlines() if line.startswith("|")]
    assert len(lines) > 2, after
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in (lines[0], *lines[2:])]


def test_the_three_stand_side_by_side() -> None:
    head, *body = rows("All three were parsed")
    assert head == ["directive", "Crisp", "Gleap", "Halloo"]
    shown = {row[0].strip("`"): row[1:] for row in body}
    for column, text in enumerate((*csp.THEIRS.values(), csp.ours())):
        for directive in csp.parsed(text)["browser"][0].directives:
            assert shown[directive.name][column] == " ".join(f"`{value}`" for value in directive.values)
    assert [row[3] for row in body[:-1]].count("nothing") == len(body) - 3
    assert int(shown["sources in all"][2]) < min(map(int, shown["sources in all"][:2]))


def test_what_halloo_asks_for_opens_nothing_else() -> None:
    head, *body = rows("On a page whose own policy is")
    assert head[1:] == ["Crisp", "Gleap", "Halloo"]
    assert {row[3] for row in body} == {"no"}
    assert all("yes" in row[1:3] for row in body)


def test_each_source_of_theirs_is_explained() -> None:
    _, *body = rows("What each source lets in")
    explained = {(row[0].strip("`"), name) for row in body for name in row[1].split(", ")}
    asked = {
        (source.text, directive.name)
        for text in csp.THEIRS.values()
        for directive in csp.parsed(text)["letter"][0].directives
        for source in directive.sources
        if source.text != "'self'"
    }
    assert explained == asked


def test_a_source_without_an_explanation_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(csp.THEIRS, "Crisp", "script-src 'unsafe-eval'")
    with pytest.raises(KeyError, match="unsafe-eval"):
        csp.render()


def test_no_directive_on_the_page_is_misspelt() -> None:
    found = set(re.findall(r"(?<![\w%/.-])[a-z]+(?:-[a-z]+)*-(?:src(?:-[a-z]+)?|uri|ancestors|action)(?![\w-])", PAGE))
    assert {"script-src", "frame-src", "connect-src", "report-uri"} <= found
    assert found <= KNOWN_DIRECTIVES
