"""What the pages point at is there: files, headings, make targets, commands."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from halloo.cli.root import app
from reference.markdown import anchor

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path.relative_to(ROOT) for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/**/*.md"))
)
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_MAKE = re.compile(r"\bmake ([a-z]+)")
_HALLOO = re.compile(r"(?:^|[\s/`$(])(?<!-u )halloo ([a-z]+(?: [a-z]+)?)", re.MULTILINE)
_OPTION = re.compile(r"(?<=\s)(--[a-z-]+)")
_PATH = re.compile(r"[\w.-]+/[\w./-]*")
_TARGETS = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def _prose(path: Path) -> str:
    return _FENCE.sub("", (ROOT / path).read_text("utf-8"))


def _shell(path: Path) -> list[str]:
    """The lines of shell blocks, continued ones joined."""
    blocks = [
        body for kind, body in _FENCE.findall((ROOT / path).read_text("utf-8")) if kind in {"sh", "bash", "console"}
    ]
    return [line for body in blocks for line in body.replace("\\\n", " ").splitlines()]


def _anchors(path: Path) -> set[str]:
    return {anchor(heading.replace("`", "")) for heading in _HEADING.findall(_prose(path))}


def _options(command: str) -> set[str]:
    """What a command takes. Raises `KeyError` for a command that is not there."""
    group = get_command(app)
    for word in command.split():
        commands = getattr(group, "commands", None)
        if commands is None:
            break
        group = commands[word]
    return {"--help"} | {option for param in group.params for option in (*param.opts, *param.secondary_opts)}


def test_there_are_pages() -> None:
    assert {Path("README.md"), Path("ARCHITECTURE.md"), Path("CONTRIBUTING.md"), Path("SECURITY.md")} <= set(PAGES)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_relative_links_lead_somewhere(page: Path) -> None:
    lost: list[str] = []
    for target in _LINK.findall(_prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, fragment = target.partition("#")
        file = (ROOT / page.parent / name).resolve() if name else ROOT / page
        there = file.is_relative_to(ROOT) and file.exists()
        pointed = fragment and file.suffix == ".md"
        if not there or (pointed and fragment not in _anchors(file.relative_to(ROOT))):
            lost.append(target)
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_make_targets_exist(page: Path) -> None:
    named = {target for line in _shell(page) for target in _MAKE.findall(line)}
    named |= {target for words in re.findall(r"`([^`\n]+)`", _prose(page)) for target in _MAKE.findall(words)}
    assert named <= _TARGETS


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_commands_and_their_options_exist(page: Path) -> None:
    wrong: list[str] = []
    for line in _shell(page):
        for command in _HALLOO.findall(line.partition(" # ")[0]):
            try:
                known = _options(command)
            except KeyError:
                wrong.append(command)
                continue
            after = line[line.index(f"halloo {command}") :].partition(" # ")[0]
            wrong += [f"{command} {option}" for option in _OPTION.findall(after) if option not in known]
    assert wrong == []


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_files_that_the_map_names_are_there(page: str) -> None:
    bases = [
        ROOT,
        ROOT / "src/halloo",
        ROOT / "src/halloo/conversations",
        ROOT / "web/packages",
        ROOT / "web/packages/inbox/src",
    ]
    named = {word for word in re.findall(r"`([^`\n]+)`", _prose(Path(page))) if _PATH.fullmatch(word)}
    assert named
    made = {"src/halloo/embed/assets/", "dist/"}
    assert [word for word in sorted(named - made) if not any((base / word).exists() for base in bases)] == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_pictures_are_small(page: Path) -> None:
    for target in re.findall(r"!\[[^\]]*\]\(([^)\s]+\.png)\)", _prose(page)):
        assert (ROOT / page.parent / target).stat().st_size <= 400 * 1024, target
