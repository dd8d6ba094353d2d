"""What the built loader must not hold, whatever wrote it (csp contract 6): it asks a page for a script and a frame and nothing else.

The lint of `web/lint/loader.grit` says the same of its sources; this is the file that pages get.
"""

import json
import re

import pytest
from playwright.sync_api import Browser

from halloo.embed.assets import load_assets
from tests.embed.pages import Sites
from tests.embed.visits import visiting
from tests.support.product import Product

QUOTE = "[`'\"]"
FORBIDDEN: dict[str, str] = {
    "markup from strings": r"innerHTML|outerHTML|insertAdjacentHTML|setHTML|parseHTMLUnsafe|DOMParser|srcdoc"
    r"|createContextualFragment|document\.write",
    "elements that load or style": rf"{QUOTE}(script|img|image|link|style|object|embed|audio|video|source|base|meta|form){QUOTE}",
    "code from strings": rf"\beval\b|\bFunction\(|set(Timeout|Interval)\({QUOTE}|javascript:",
    "further code": r"\bimport\b",
    "inline styles and handlers": rf"\.style\b|cssText|setAttribute\({QUOTE}(style|on)|insertRule",
    "pictures, fonts and sounds": r"\bImage\b|\bAudio\b|FontFace|url\(|@import|@font-face",
    "workers": r"Worker|Worklet",
    "addresses that are no network's": rf"blob:|{QUOTE}data:|createObjectURL|filesystem:",
    "further connections": r"WebSocket|XMLHttpRequest|EventSource|sendBeacon|RTCPeer|WebTransport|serviceWorker",
    "the page's storage": r"localStorage|sessionStorage|indexedDB|\bcaches\b|\.cookie\b",
    "patched globals": r"\.prototype\b|__proto__|defineProperty|Reflect\.|new Proxy",
    "a policy for trusted types": r"trustedTypes|createPolicy|createHTML|createScript",
}
"""What it would be → how it would look in the file."""
PLANTED = {
    "markup from strings": "a.innerHTML=b",
    "elements that load or style": "document.createElement(`script`)",
    "code from strings": "setTimeout(`x`,1)",
    "further code": "import(`${e}/x.js`)",
    "inline styles and handlers": "a.style.color=`red`",
    "pictures, fonts and sounds": ":host{background:url(x.png)}",
    "workers": "new Worker(a)",
    "addresses that are no network's": "a.src=`data:text/html,x`",
    "further connections": "new WebSocket(a)",
    "the page's storage": "localStorage.a=1",
    "patched globals": "history.prototype.pushState=a",
    "a policy for trusted types": "trustedTypes.createPolicy(`halloo`,{})",
}


@pytest.fixture(scope="module")
def loader() -> str:
    text = load_assets().pinned().decode()
    assert len(text) > 1000, "the loader was not built"
    return text


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_built_loader_has_no(what: str, loader: str) -> None:
    found = [loader[max(0, hit.start() - 30) : hit.end() + 30] for hit in re.finditer(FORBIDDEN[what], loader)]
    assert found == []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_it_would_be_noticed(what: str, loader: str) -> None:
    assert re.search(FORBIDDEN[what], f"{loader};{PLANTED[what]}")


def test_it_asks_one_address_and_frames_one(loader: str) -> None:
    """Both begin with the client origin, from the record or the script's own address, and go on with a constant."""
    assert loader.count("fetch(") == 1
    assert re.search(r"\((\w+),(\w+),\w+\)=>fetch\(`\$\{\1\}/core/public/web-widgets/\$\{\2\}`", loader)
    framed = re.findall(r"\bsrc:`([^`?]*)", loader)
    assert len(framed) == 1
    assert re.fullmatch(r"\$\{\w+\}/public/widget/\$\{\w+\}", framed[0])
    assert re.findall(r"\b(?:src|href|action)=", loader) == []


def test_of_the_tag_s_data_it_reads_the_widget_s_id_alone(loader: str) -> None:
    names = re.findall(r"dataset:(\w+)", loader)
    assert len(names) == loader.count("dataset") == 1
    assert rf"/^[\w-]{{36}}$/.exec({names[0]}.widget)[0]" in loader


HOSTILE = (
    "../../../evil",
    "http://evil.localhost/x",
    "//evil.localhost/",
    "0196f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1/../../x",
    "0196f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1?x=1",
    "javascript:alert(1)",
    " 0196f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1",
    "",
)


@pytest.mark.browser
def test_no_attribute_of_the_tag_becomes_an_address(browser: Browser, product: Product, web: Sites) -> None:
    """Whatever stands in `data-…`: nothing is asked but the loader, of any host."""
    embed = product.call("GET", "/core/embed")
    product.widget([])
    for at, value in enumerate(HOSTILE):
        others = " ".join(
            f'data-{name}="http://evil.localhost:1/"' for name in ("client", "host", "src", "relay", "origin")
        )
        tag = f'<script async crossorigin="anonymous" src="{embed["pinned_url"]}" data-widget="{value}" {others}></script>'
        with visiting(browser, product, web.put("hostile", tag, path=f"/{at}")) as visit:
            visit.page.wait_for_timeout(300)
            asked = [one.url for one in visit.everything if one.resource_type != "document"]
            assert asked == [embed["pinned_url"]], json.dumps(value)
            assert visit.errors == ["Halloo: no record."]
