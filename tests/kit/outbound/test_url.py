"""Which addresses may be written (hooks contract 9, G2, G3, G7, G8)."""

import pytest

from halloo.kit.outbound.url import MAX_CHARS, REFUSED_PORTS, BadUrl, parse_url


def code_of(text: str) -> str | None:
    try:
        parse_url(text)
    except BadUrl as bad:
        return bad.code
    return None


@pytest.mark.parametrize(
    ("text", "host", "port", "target", "authority"),
    [
        ("https://example.com", "example.com", 443, "/", "example.com"),
        ("HTTPS://Example.COM/a?b=C", "example.com", 443, "/a?b=C", "example.com"),
        ("http://example.com:80/", "example.com", 80, "/", "example.com"),
        ("http://example.com:443/", "example.com", 443, "/", "example.com:443"),
        ("https://example.com:8443?key=KEY", "example.com", 8443, "/?key=KEY", "example.com:8443"),
        ("https://example.com./x", "example.com", 443, "/x", "example.com"),
        (
            "https://bücher.example/ü?q=ö%20",
            "xn--bcher-kva.example",
            443,
            "/%C3%BC?q=%C3%B6%20",
            "xn--bcher-kva.example",
        ),
        ("https://ｅｘａｍｐｌｅ。com/", "example.com", 443, "/", "example.com"),
        ("https://my_receiver:9000/a@b", "my_receiver", 9000, "/a@b", "my_receiver:9000"),
        ("http://203.0.113.9:8080/", "203.0.113.9", 8080, "/", "203.0.113.9:8080"),
        ("http://①②⑦.0.0.1/", "127.0.0.1", 80, "/", "127.0.0.1"),
        ("http://127.0.0.1./", "127.0.0.1", 80, "/", "127.0.0.1"),
        ("http://[2A00:0:0::1]:8080/", "2a00::1", 8080, "/", "[2a00::1]:8080"),
        ("http://[::ffff:127.0.0.1]/", "::ffff:7f00:1", 80, "/", "[::ffff:7f00:1]"),
        ("http://0xyz.example/", "0xyz.example", 80, "/", "0xyz.example"),
        (
            "http://example.com//a/../b;c=%00?x=<\"{|}>'`[]^",
            "example.com",
            80,
            "//a/../b;c=%00?x=<\"{|}>'`[]^",
            "example.com",
        ),
    ],
)
def test_an_address_is_taken_apart_and_its_path_is_sent_as_written(
    text: str, host: str, port: int, target: str, authority: str
) -> None:
    url = parse_url(text)
    assert (url.text, url.host, url.port, url.target, url.authority) == (text, host, port, target, authority)
    assert url.is_address == (host[0] in "12:" and not host.endswith(("e", "m")))


@pytest.mark.parametrize(
    "host",
    [
        *("127.1", "0x7f000001", "0x7F.1", "2130706433", "0177.0.0.1", "1.2.3.256", "1.2.3", "1.2.3.4.5", "a.0x", "a.0", "a.0.", "x.09"),
        *("", ".", "..", "a..b", ".a", "a..", "-a.test", "a-.test", "a" * 64 + ".test", ".".join(["a" * 63] * 4) + ".aa", "%31.test"),
        *("[::1%25eth0]", "[fe80::1%eth0]", "[::1", "::1", "[v1.x]", "[127.0.0.1]", "[]", "[::1]x", "a]", "a!b", "a*b", "xn--\u00e4"),
        *("\u200d.test", "\u2488.test", "a\u2024\u2024b", "💩.test", "a<b", 'a"b', "a|b", "a^b"),
    ],
)  # fmt: skip
def test_g2_g3_a_host_that_could_be_read_in_two_ways_is_refused(host: str) -> None:
    assert code_of(f"http://{host}/") == "url_host"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("http://evil@127.0.0.1", "url_userinfo"),
        ("http://a:b@example.com/", "url_userinfo"),
        ("http://@example.com/", "url_userinfo"),
        ("http://127.0.0.1#@ok", "url_fragment"),
        ("http://example.com/#", "url_fragment"),
        ("http:\\\\127.0.0.1", "url_host"),
        ("http://example.com\\@127.0.0.1/", "url_host"),
        ("http://a b/", "url_host"),
        ("http://example.com/a b", "url_host"),
        (" http://example.com/", "url_scheme"),
        ("http://example.com/\n", "url_host"),
        ("http://example.com/\r\nX: y", "url_host"),
        ("http://example.com/\x00", "url_host"),
        ("http://example.com/\x7f", "url_host"),
        ("http://example.com/\x85", "url_host"),
        ("http://example.com/\u00a0", "url_host"),
        ("http://example.com/\u2028", "url_host"),
        ("http://example.com/\u3000", "url_host"),
        ("http://example.com/\ud800", "url_host"),
        ("http:example.com", "url_host"),
        ("http:/example.com", "url_host"),
        ("http:///example.com", "url_host"),
        ("", "url_scheme"),
        ("example.com", "url_scheme"),
        ("//example.com", "url_scheme"),
        ("gopher://example.com", "url_scheme"),
        ("file:///etc/passwd", "url_scheme"),
        ("ftp://example.com", "url_scheme"),
        ("javascript:alert(1)", "url_scheme"),
        ("httpx://example.com", "url_scheme"),
    ],
)
def test_g7_g8_what_breaks_a_rule_is_refused_by_name(text: str, code: str) -> None:
    assert code_of(text) == code


@pytest.mark.parametrize(
    "port",
    [
        *("0", "1", "22", "25", "79", "81", "444", "1023", "65536", "99999", "100000", "", "-1", "+80", "8O", "８０", "80 ", "1e4", "0x50"),
        *("1433", "2049", "2375", "3306", "5060", "5432", "6000", "6379", "6665", "6667", "6669", "9200", "10080", "11211", "27017"),
    ],
)  # fmt: skip
def test_g8_ports_of_other_services_are_refused(port: str) -> None:
    assert code_of(f"http://example.com:{port}/") in ({"url_host"} if port == "80 " else {"url_port"})


def test_every_other_port_is_taken() -> None:
    for port in range(65600):
        allowed = port in (80, 443) or (1024 <= port <= 65535 and port not in REFUSED_PORTS)
        assert (code_of(f"http://example.com:{port}/") is None) == allowed, port
    assert len(REFUSED_PORTS) == 18 + 19 - 1, "2049 is in both lists"


def test_an_address_has_2048_characters_at_most() -> None:
    text = "http://example.com/"
    assert code_of(text + "a" * (MAX_CHARS - len(text))) is None
    assert code_of(text + "a" * (MAX_CHARS - len(text) + 1)) == "url_too_long"
