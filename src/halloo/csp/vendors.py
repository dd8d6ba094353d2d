"""Hosts of other messengers, which a page that changes over to Halloo may strike from its policy (csp contract 4.1, `removable`)."""

_DOMAINS = frozenset(
    {
        "chatwoot.com",
        "crisp.chat",
        "drift.com",
        "driftt.com",
        "freshchat.com",
        "getbeacon.helpscout.net",
        "gleap.io",
        "gorgias.chat",
        "helpcrunch.com",
        "intercom.com",
        "intercom.io",
        "intercomassets.com",
        "intercomcdn.com",
        "jivosite.com",
        "kustomerapp.com",
        "livechat-files.com",
        "livechatinc.com",
        "livechatinc.net",
        "lpsnmedia.net",
        "olark.com",
        "pusher.com",
        "pusherapp.com",
        "smartsupp.com",
        "smartsuppchat.com",
        "smooch.io",
        "tawk.to",
        "tidio.co",
        "tidiochat.com",
        "userlike.com",
        "zdassets.com",
        "zopim.com",
    }
)


def names_vendor(text: str) -> bool:
    """Whether one of the domains stands anywhere in the text: most policies need not be searched source by source."""
    text = text.lower()
    return any(name in text for name in _DOMAINS)


def vendor_of(host: str) -> str | None:
    """The vendor's domain that a host, or a wildcard, belongs to."""
    labels = host.removesuffix(".").rsplit(".", 3)[-3:]
    return next((name for at in range(len(labels)) if (name := ".".join(labels[at:])) in _DOMAINS), None)
