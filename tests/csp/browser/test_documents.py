"""The named cases that are no matcher's business: frames, sandbox, isolation, permissions, Trusted Types (csp contract 7.2)."""

from typing import TYPE_CHECKING, Any

import pytest

from halloo.csp.model import Given
from halloo.csp.policy import may_create, parse, requires_trusted_types
from tests.csp.case import C

if TYPE_CHECKING:
    from tests.csp.browser.chromium import Chromium

pytestmark = pytest.mark.browser

EVIL = "https://evil.test"
GAME = "https://game.chat.test"


@pytest.mark.parametrize(
    ("value", "shown"),
    [("'none'", False), (EVIL, False), ("https://site.test", True), ("http: https:", True), ("site.test", True)],
    ids=["ancestors-none", "ancestors-other", "ancestors-listed", "ancestors-any-website", "ancestors-schemeless"],
)
def test_ancestors(value: str, shown: bool, chromium: "Chromium") -> None:  # noqa: FBT001 - a column of the table
    from tests.csp.browser.chromium import Site
    from tests.csp.browser.frames import Framed, ancestors, heard

    assert heard(chromium, Site(), Framed(headers=ancestors(value))) == ([C] if shown else [])


@pytest.mark.parametrize(
    ("value", "shown"),
    [(f"https://site.test {EVIL}", True), ("https://site.test", False), (EVIL, False)],
    ids=["both", "outer", "inner"],
)
def test_ancestors_nested(value: str, shown: bool, chromium: "Chromium") -> None:  # noqa: FBT001 - a column
    from tests.csp.browser.chromium import Site
    from tests.csp.browser.frames import Framed, ancestors, heard

    inner = Framed(headers=ancestors(value), path="/inner")
    outer = Framed(f'<iframe src="{inner.address}"></iframe>', origin=EVIL)
    assert heard(chromium, Site(), outer, inner) == ([C] if shown else [])


@pytest.mark.parametrize(("tokens", "shown"), [("allow-scripts", False), ("allow-scripts allow-same-origin", True)])
def test_sandbox_opaque_parent(tokens: str, shown: bool, chromium: "Chromium") -> None:  # noqa: FBT001 - a column
    """A page without an origin of its own is on no list of ancestors."""
    from tests.csp.browser.chromium import Site
    from tests.csp.browser.frames import Framed, ancestors, heard

    framed = Framed(headers=ancestors("https://site.test"))
    assert heard(chromium, Site(headers=(f"sandbox {tokens}",)), framed) == ([C] if shown else [])


def test_sandbox_of_the_page_reaches_into_its_frames(chromium: "Chromium") -> None:
    """What the page's `sandbox` leaves out is missing in the frame too."""
    from tests.csp.browser.chromium import Site
    from tests.csp.browser.frames import Framed, heard

    form = "<form></form><script>document.forms[0].onsubmit = () => top.postMessage('sent', '*');"
    form += (
        "document.forms[0].action = '/sent'; document.forms[0].requestSubmit(); top.postMessage('ran', '*')</script>"
    )
    whole, less = (Site(headers=(f"sandbox allow-scripts allow-same-origin{more}",)) for more in (" allow-forms", ""))
    assert heard(chromium, whole, Framed(form), count=2) == ["sent", "ran"]
    assert heard(chromium, less, Framed(form), count=2) == ["ran"]


@pytest.mark.parametrize("value", ["require-corp", "credentialless"])
@pytest.mark.parametrize("carried", [True, False], ids=["with", "without"])
def test_coep_frame(value: str, carried: bool, chromium: "Chromium") -> None:  # noqa: FBT001 - a column
    from tests.csp.browser.chromium import Site
    from tests.csp.browser.frames import OPEN, Framed, heard, isolated

    framed = Framed(headers=OPEN if carried else ())
    assert heard(chromium, Site(further=isolated([value])), framed) == ([C] if carried else [])


ALLOWS = "<script>top.postMessage(document.featurePolicy.allowedFeatures(), '*')</script>"


@pytest.mark.parametrize(
    ("sent", "feature", "allowed"),
    [
        (("camera=()",), "camera", False),
        (("microphone=(self)",), "microphone", False),
        ((f'camera=(self "{C}")',), "camera", True),
        ((f'display-capture=("{C}")',), "display-capture", False),
        (("autoplay=*",), "autoplay", True),
        ((), "camera", True),
        (("camera=(",), "camera", True),
        ((f'camera=(), camera=(self "{C}")',), "camera", True),
        ((f'camera=(self "{C}")', "camera=()"), "camera", False),
        (("camera=(), microphone=(self", "autoplay=()"), "camera", True),
    ],
)
def test_permissions(sent: tuple[str, ...], feature: str, allowed: bool, chromium: "Chromium") -> None:  # noqa: FBT001 - a column
    """Absent and unreadable: allowed; twice: the last counts. Our origin alone is not enough: the page itself must have it."""
    from tests.csp.browser.chromium import Site
    from tests.csp.browser.frames import Framed, heard

    site = Site(further=tuple(("Permissions-Policy", one) for one in sent))
    attributes = {"allow": "camera; microphone; display-capture; autoplay"}
    [features] = heard(chromium, site, Framed(ALLOWS), attributes=attributes)
    assert (feature in features) == allowed


def test_nested_not_ours(chromium: "Chromium") -> None:
    """The page's `frame-src` says nothing of the frames inside ours."""
    from tests.csp.browser.chromium import Site
    from tests.csp.browser.frames import TELL, Framed, heard

    game = Framed(origin=GAME, path="/game")
    ours = Framed(f'{TELL}<iframe src="{game.address}"></iframe>')
    assert sorted(heard(chromium, Site(headers=(f"frame-src {C}",)), ours, game, count=2)) == [C, GAME]


def test_csp_srcdoc_inherits(chromium: "Chromium") -> None:
    """A `srcdoc` frame has the page's policies, a frame from the network its own alone."""
    from tests.csp.browser.chromium import Site
    from tests.csp.browser.frames import Framed, heard

    tell = "onload=\"top.postMessage('shown', '*')\" onerror=\"top.postMessage('refused', '*')\""
    image = f"<img src='https://image.chat.test/a.png' {tell}>"
    site = Site(headers=("img-src 'none'",))
    assert heard(chromium, site, Framed("nothing"), attributes={"srcdoc": image}) == ["refused"]
    assert heard(chromium, site, Framed(image)) == ["shown"]


SINKS = f"""
Promise.all([
  import("{C}/public/assets/recorder.js").then(() => "imported", error => error.name),
  new Promise(done => {{
    const frame = document.createElement("iframe");
    frame.src = "{C}/public/widget/w";
    frame.onload = () => done("loaded");
    document.body.append(frame);
  }}),
  ...[
    () => {{ document.createElement("script").src = "{C}/s.js"; }},
    () => {{ document.body.innerHTML = "<p>"; }},
    () => {{ document.createElement("iframe").srcdoc = "<p>"; }},
    () => {{ new Worker("/worker.js"); }},
    () => {{ document.body.setAttribute("onclick", "1"); }},
    () => {{ document.createElement("p").textContent = "text"; }},
    () => {{ new CSSStyleSheet().replaceSync("p {{ color: red }}"); }},
    () => {{ trustedTypes.createPolicy("halloo", {{}}); }},
  ].map(work => {{ try {{ work(); return "passed"; }} catch (error) {{ return error.name; }} }}),
])
"""
GUARDED = ["TypeError"] * 5


@pytest.mark.parametrize("meta", [False, True], ids=["header", "meta"])
def test_tt_none(meta: bool, chromium: "Chromium") -> None:  # noqa: FBT001 - a column
    """Loader, frame and `import()` touch no guarded sink, so nothing is added for them."""
    from tests.csp.browser.chromium import Site

    text = "require-trusted-types-for 'script'; trusted-types 'none'"
    site = Site(metas=((text, "before"),)) if meta else Site(headers=(text,))
    said = chromium.visit(site, [], SINKS).evaluated
    assert said == ["imported", "loaded", *GUARDED, "passed", "passed", "TypeError"]


@pytest.mark.parametrize(
    ("name", "text", "guarded", "made"),
    [
        ("tt-name", "require-trusted-types-for 'script'; trusted-types halloo", True, [True, False]),
        ("tt-duplicate", "trusted-types halloo 'allow-duplicates'", False, [True, True]),
        ("tt-require-only", "require-trusted-types-for 'script'", True, [True, True]),
        ("tt-list-only", "trusted-types halloo", False, [True, False]),
        ("tt-other", "trusted-types other", False, [False, False]),
        ("tt-case", "trusted-types HALLOO", False, [False, False]),
        ("tt-star", "trusted-types *", False, [True, False]),
        ("tt-empty", "trusted-types", False, [False, False]),
        ("tt-none-with-name", "trusted-types 'none' halloo", False, [True, False]),
        ("tt-script-case", "require-trusted-types-for 'SCRIPT'", False, [True, True]),
        ("tt-script-unquoted", "require-trusted-types-for script", False, [True, True]),
        ("tt-duplicate-case", "trusted-types halloo 'Allow-Duplicates'", False, [True, True]),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("tt-") else "",
)
def test_tt(name: str, text: str, guarded: bool, made: list[bool], chromium: "Chromium") -> None:  # noqa: FBT001 - a column
    """Which names may be made, and made again; the matcher says the same."""
    from tests.csp.browser.chromium import Site

    script = """["halloo", "halloo"].map(name => {
      try { trustedTypes.createPolicy(name, {}); return true; } catch { return false; }
    }).concat([(() => { try { document.body.innerHTML = "<p>"; return false; } catch { return true; } })()])"""
    said: list[Any] = chromium.visit(Site(headers=(text,)), [], script).evaluated
    assert said == [*made, guarded], name
    [policy] = parse(Given(text), "https://site.test", "browser")
    assert requires_trusted_types(policy) == guarded
    assert [may_create(policy, "halloo", created) for created in (False, made[0])] == made
