"""Where visitors come from."""

import pytest

from halloo.relay.source import source_of

SHOP = "https://shop.example"


@pytest.mark.parametrize(
    ("url", "referrer", "source"),
    [
        (f"{SHOP}/", "", "Direct"),
        (f"{SHOP}/cart", f"{SHOP}/", "Direct"),
        (f"{SHOP}/", "https://www.shop.example/", "Direct"),
        (f"{SHOP}/", "https://www.google.com/", "Google"),
        (f"{SHOP}/", "https://google.co.uk/search?q=mugs", "Google"),
        (f"{SHOP}/", "https://www.bing.com/search", "Bing"),
        (f"{SHOP}/", "https://l.facebook.com/l.php", "Facebook"),
        (f"{SHOP}/", "https://t.co/abc", "X"),
        (f"{SHOP}/", "https://google.evil.example/", "google.evil.example"),
        (f"{SHOP}/", "https://notgoogle.com/", "notgoogle.com"),
        (f"{SHOP}/", "https://www.blog.example/post", "blog.example"),
        (f"{SHOP}/?utm_source=newsletter&utm_medium=mail", "https://www.google.com/", "Newsletter (utm)"),
        (f"{SHOP}/?utm_source=", "https://www.google.com/", "Google"),
        (f"{SHOP}/?utm_source=%00%0A", "", "Direct"),
        (f"{SHOP}/?utm_source=" + "x" * 500, "", "X" + "x" * 39 + " (utm)"),
        (f"{SHOP}/", "https://" + "a" * 300 + ".example/", "a" * 40),
        ("no address", "https://[broken", "Direct"),
        ("", "", "Direct"),
    ],
)
def test_a_source_is_a_campaign_a_known_site_a_host_or_nobody(url: str, referrer: str, source: str) -> None:
    assert source_of(url, referrer) == source
