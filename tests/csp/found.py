"""Cases that the contract does not name: found by trying to tell matcher and Chromium apart."""

from tests.csp.case import (
    HASH,
    OWN,
    RELAY,
    C,
    Case,
    Meta,
    Probe,
    case,
    fetch,
    frame,
    image,
    inline,
    loader,
)

BEYOND = (
    # D10: control characters, which only a `<meta>` can bring.
    Case("control-character-skips", metas=(Meta("frame-src 'none' \x01x"),), probes=(frame(True, letter=False),)),
    Case(
        "control-character-takes-name",
        metas=(Meta("frame-src \x01x; frame-src 'none'"),),
        probes=(frame(True, False),),
    ),
    Case("vertical-tab-is-a-space", metas=(Meta("frame-src\v'none'"),), probes=(frame(False, letter=True),)),
    Case("vertical-tab-is-stripped", metas=(Meta("\vframe-src 'none'"),), probes=(frame(False, letter=True),)),
    # D11: what counts as a hash.
    case("hash-with-a-dash", f"script-src '{HASH.replace('sha', 'sha-')}'", loader(True, False, integrity=HASH)),
    case("hash-undecodable", "script-src 'unsafe-inline' 'sha256-abcde'", inline("script", True, letter=False)),
    case("hash-overpadded", "script-src 'unsafe-inline' 'sha256-abcd='", inline("script", True, letter=False)),
    case("hash-underpadded", "script-src 'unsafe-inline' 'sha256-ab='", inline("script", False)),
    case("hash-with-options", f"script-src '{HASH}'", loader(True, integrity=f"{HASH}?ct=x md5-abc")),
    # D12: a frame's address and `'self'`, with a port that is written.
    case("self-frame-upgrade", "frame-src 'self'", frame(True, url=f"{OWN}/w"), page="http://site.test"),
    case("self-frame-port", "frame-src 'self'", frame(False, True, f"{OWN}:81/w"), page="http://site.test:81"),
    case("self-image-port", "img-src 'self'", image(f"{OWN}:81/x.png", True), page="http://site.test:81"),
    # D2, its other half: frames are judged elsewhere in the browser, and there 443 does not go with an upgrade.
    case("port-443-on-http-image", "img-src http://client.chat.test:443", image(f"{C}/x.png", True)),
    case("port-443-schemeless", "connect-src client.chat.test:443", fetch(f"{C}/x", True), page="http://site.test"),
    case("port-443-on-ws", "connect-src ws://relay.chat.test:443", fetch(f"{RELAY}/relay", False, letter=True)),
    case(
        "port-443-schemeless-frame",
        "frame-src client.chat.test:443",
        frame(False, letter=True),
        page="http://site.test",
    ),
    # D13: `default-src` is a list for scripts, also where it decides about styles.
    case("dynamic-default-style", "default-src 'unsafe-inline' 'strict-dynamic'", inline("style", False, letter=True)),
    case("dynamic-own-style", "style-src 'unsafe-inline' 'strict-dynamic'", inline("style", True)),
    # Paths: by UTF-8, and where it is none by bytes.
    case("path-latin", f"img-src {C}/%E9.png", image(f"{C}/%C3%A9.png", True, letter=False)),
    case("path-fragment", f"frame-src {C}/w#x", frame(True, letter=False)),
    case("port-of-another-kind", f"frame-src {C}:99999", frame(False)),
    case("star-port", "frame-src *:8443", frame(False), frame(True, url=f"{C}:8443/w")),
    case("star-path", "frame-src */w", frame(True), frame(False, url=f"{C}/v")),
    case("empty-port", f"frame-src {C}:", frame(False)),
    case("schemeless-slashes", "frame-src //client.chat.test https:/client.chat.test https:*", frame(False)),
    case("prefetch-by-any", "default-src 'none'; img-src *", Probe("prefetch", f"{C}/x.png", True, made=True)),
    # D14: a list for scripts with 'strict-dynamic' helps by what workers may load, not by its hosts.
    case(
        "prefetch-by-workers",
        "default-src 'none'; script-src 'strict-dynamic'",
        Probe("prefetch", f"{C}/x.png", True, letter=False, made=True),
    ),
    case(
        "prefetch-dynamic-hosts",
        f"default-src 'none'; worker-src 'none'; script-src 'strict-dynamic' {C}",
        Probe("prefetch", f"{C}/x.png", False, letter=True, made=True),
    ),
    case(
        "prefetch-dynamic-elem",
        f"default-src 'none'; worker-src 'none'; script-src-elem 'strict-dynamic' {C}",
        Probe("prefetch", f"{C}/x.png", False, letter=True, made=True),
    ),
    case(
        "prefetch-dynamic-default",
        f"worker-src 'none'; default-src 'strict-dynamic' {C}",
        Probe("prefetch", f"{C}/x.png", True, made=True),
    ),
    case("prefetch-by-none", "default-src 'none'; base-uri *", Probe("prefetch", f"{C}/x.png", False, made=True)),
)
