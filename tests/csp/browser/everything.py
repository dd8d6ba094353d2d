"""A page that asks for one thing of each kind, and what the matcher says that its policies will tell (csp contract 7.1)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from halloo.csp.policy import Policy, parse, rule
from tests.csp.browser.asks import Ask, Told, plain
from tests.csp.browser.chromium import Site
from tests.csp.draws import INLINE, PINNED, RIGHT_NONCE, SCRIPT, STYLE, WIDGET, C, Drawn, hashed, place_of

RECORDER = f"{C}/public/assets/recorder.js?n=recorder"
HOPPED = "https://storage.chat.test/public/a.png"


def site_of(drawn: Drawn) -> Site:
    """The page as it is served."""
    return Site(drawn.origin, drawn.headers("enforce"), drawn.headers("report"), drawn.metas)


def loader_of(drawn: Drawn) -> Ask:
    """Our tag on the page."""
    url = PINNED.url if drawn.tag.pinned else drawn.deployment.loader_url
    later = any(place_of(one) == "after" for one in drawn.policies if one.delivery == "meta")
    # A later `<meta>` may come before or after the `import()` begins: that order is nobody's promise.
    imports = "" if later and not drawn.tag.made else RECORDER
    tag = drawn.tag
    return Ask("loader", "script", f"{url}?n=loader", tag.nonce, tag.integrity, parser=not tag.made, imports=imports)


def asks_of(drawn: Drawn) -> list[Ask]:
    """Everything that the page asks for."""
    asks = [loader_of(drawn), *_parsed(drawn.origin), *_made(drawn.origin), *_needed(drawn), *_further(drawn)]
    if drawn.origin.startswith("http:"):
        asks += [
            Ask("plain", "connect", "http://client.chat.test/a.json?n=plain"),
            Ask("plain_other", "connect", "http://client.chat.test:81/a.json?n=plain_other"),
            Ask("plain_wire", "connect", "ws://relay.chat.test/relay?n=plain_wire"),
            Ask("plain_own", "connect", "ws://site.test:81/relay?n=plain_own"),
        ]
    return asks


def _parsed(page: str) -> Iterator[Ask]:
    yield Ask("tag", "script", f"{C}/s.js?n=tag", parser=True)
    yield Ask("tag_nonce", "script", f"{C}/s.js?n=tag_nonce", nonce=RIGHT_NONCE, parser=True)
    yield Ask("tag_hash", "script", f"{C}/s.js?n=tag_hash", integrity=hashed(SCRIPT), parser=True)
    yield Ask("tag_own", "script", f"{page}/s.js?n=tag_own", parser=True)
    yield Ask("tag_hiding", "script", f"{C}/s.js?n=tag_hiding", nonce=RIGHT_NONCE, parser=True, hiding=' x="<script"')
    yield Ask("tag_twice", "script", f"{C}/s.js?n=tag_twice", nonce=RIGHT_NONCE, parser=True, hiding=" x x")
    yield Ask("code", "script", code=INLINE, parser=True)
    yield Ask("code_hiding", "script", code="window.hid = 1", nonce=RIGHT_NONCE, parser=True, hiding=" x='<STYLE'")
    yield Ask("code_nonce", "script", code="window.other = 1", nonce=RIGHT_NONCE, parser=True)
    yield Ask("sheet_code", "style", code=STYLE, parser=True)
    yield Ask("attribute_style", "style-attr", code="color: red", parser=True)


def _made(page: str) -> Iterator[Ask]:
    yield Ask("made", "script", f"{C}/s.js?n=made")
    yield Ask("made_nonce", "script", f"{C}/s.js?n=made_nonce", nonce=RIGHT_NONCE)
    yield Ask("made_hash", "script", f"{C}/s.js?n=made_hash", integrity=hashed(SCRIPT))
    yield Ask("made_code", "script", code="window.made = 1")
    yield Ask("attribute", "script-attr", code=INLINE)
    yield Ask("address", "javascript-url", code=INLINE)
    yield Ask("eval", "eval")
    yield Ask("wasm", "wasm")
    yield Ask("sheet", "style", f"{C}/a.css?n=sheet")
    yield Ask("sheet_nonce", "style", f"{C}/a.css?n=sheet_nonce", nonce=RIGHT_NONCE)
    yield Ask("worker", "worker", f"{page}/worker.js?n=worker")
    yield Ask("worker_blob", "worker", "blob:")
    yield Ask("frame", "frame", f"{C}/public/widget/{WIDGET}?n=frame")
    if page != C:
        yield Ask("frame_own", "frame", f"{page}/own?n=frame_own")
    yield Ask("fetch", "connect", f"{C}/core/public/web-widgets/{WIDGET}?n=fetch")
    yield Ask("fetch_relay", "connect", "https://relay.chat.test/relay?n=fetch_relay")
    yield Ask("fetch_foreign", "connect", "https://evil.test:8443/a.json?n=fetch_foreign")
    yield Ask("wire", "connect", "wss://relay.chat.test/relay?n=wire")
    yield Ask("wire_own", "connect", "wss://site.test/relay?n=wire_own")
    yield Ask("image", "image", "https://image.chat.test/public/a.png?n=image")
    yield Ask("image_foreign", "image", "https://evil.test/a.png?n=image_foreign")
    yield Ask("image_data", "image", "data:image/png;base64,AAAA")
    yield Ask("image_hop", "image", f"https://hop.chat.test/go?n=image_hop&to={HOPPED}", hops=(HOPPED,))
    yield Ask("font", "font", f"{C}/public/assets/a.woff2?n=font")
    yield Ask("media", "media", "https://storage.chat.test/a.wav?n=media")
    yield Ask("object", "object", f"{C}/thing.png?n=object")
    yield Ask("prefetch", "prefetch", f"{C}/s.js?n=prefetch")


def _needed(drawn: Drawn) -> Iterator[Ask]:
    """What only some widgets need of the page."""
    relay = drawn.deployment.hosts["relay"]
    yield Ask("ticket", "connect", f"{C}/core/public/web-widgets/{WIDGET}/embed-ticket?n=ticket")
    yield Ask("pusher", "connect", f"{relay}/?n=pusher")
    yield Ask("pusher_wire", "connect", f"{relay.replace('http', 'ws', 1)}/?n=pusher_wire")


def _further(drawn: Drawn) -> Iterator[Ask]:
    for number, one in enumerate(drawn.requests):
        name = f"further{number}"
        url = f"{one.url}{'&' if '?' in one.url else '?'}n={name}"
        proof = hashed(SCRIPT) if one.hashed else ""
        yield Ask(name, one.kind, url, one.nonce, proof, parser=one.parser, hops=one.hops, how=one.how)


@dataclass(frozen=True)
class Bound:
    """A policy as it binds the page, and whether it stood there before the first script."""

    policy: Policy
    before: bool


def bound(drawn: Drawn) -> list[Bound]:
    """The policies that bind the page, as browsers read them."""
    return [Bound(policy, one.before_tag) for one in drawn.policies for policy in parse(one, drawn.origin, "browser")]


def predicted(drawn: Drawn, asks: list[Ask]) -> frozenset[Told]:
    """What the matcher says that the policies will tell."""
    policies = bound(drawn)
    told = {one for ask in asks for one in _told(ask, policies)}
    loader = asks[0]
    if loader.imports and not _stopped(loader, policies):
        told |= set(_told(Ask("recorder", "script", RECORDER, loader.nonce, parser=loader.parser), policies))
    return frozenset(one for one in told if one.ask != "prefetch")


def kept_quiet(drawn: Drawn, asks: list[Ask]) -> frozenset[Told]:
    """What Chromium may not tell: a script that it fetched ahead of its parser, and that only a report-only policy minds where it leads."""
    policies = [one for one in bound(drawn) if one.policy.disposition == "report"]
    ahead = [ask for ask in asks if ask.parser and ask.kind == "script" and ask.hops]
    return frozenset(
        {one for ask in ahead for one in _told(ask, policies)}
        - {one for ask in ahead for one in _told(replace(ask, hops=()), policies)}
    )


def prefetched(drawn: Drawn, asks: list[Ask]) -> bool:
    """Whether the matcher lets the page prefetch. Chromium tells of the first policy alone that does not, so it is asked by outcome."""
    ask = next(one for one in asks if one.kind == "prefetch")
    return not _stopped(ask, bound(drawn))


def binding(ask: Ask, policies: list[Bound]) -> list[Policy]:
    """Those that stood there when it was asked for."""
    early = ask.parser and not ask.kind.endswith("-attr")
    return [one.policy for one in policies if one.before or not early]


def _told(ask: Ask, policies: list[Bound]) -> Iterator[Told]:
    """Hop by hop: where a policy stops it, no other is asked about what would have come next."""
    for hops in range(len(ask.hops) + 1):
        load = replace(ask.load(), hops=ask.hops[:hops])
        refused = [
            (policy, ruling)
            for policy in binding(ask, policies)
            if not (ruling := rule(policy, load, "browser")).allowed
        ]
        for policy, ruling in refused:
            yield Told(plain(policy.text), policy.disposition, ruling.effective, ruling.blocked, ask.id)
        if any(policy.disposition == "enforce" for policy, _ in refused):
            return


def _stopped(ask: Ask, policies: list[Bound]) -> bool:
    return any(
        one.disposition == "enforce" and not rule(one, ask.load(), "browser").allowed for one in binding(ask, policies)
    )
