"""Under which addresses the widget's parts are reached."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_DEFAULT_PORT = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class PublicSettings:
    """Settings of the part `public`."""

    url: str = field(
        default="",
        metadata={
            "sentence": "Address of this server in browsers, such as https://chat.example. Empty: where it listens."
        },
    )


@dataclass(frozen=True, slots=True)
class HostSettings:
    """Settings of the part `hosts`: origins such as https://relay.example (http:// for this machine alone)."""

    client: str = field(
        default="", metadata={"sentence": "Origin of loader, widget and their files. Empty: that of public.url."}
    )
    relay: str = field(default="", metadata={"sentence": "Origin of the relay's WebSocket. Empty: that of public.url."})
    rescue: str = field(
        default="",
        metadata={
            "sentence": "Origin that widgets use while the relay cannot be reached. Empty: none; on this machine alone, "
            "where relay.rescue_port listens."
        },
    )
    image: str = field(default="", metadata={"sentence": "Origin of avatars and previews. Empty: that of public.url."})
    storage: str = field(
        default="",
        metadata={"sentence": "Origin of uploaded files, best under a domain of its own. Empty: that of public.url."},
    )
    game: str = field(default="", metadata={"sentence": "Origin of the game for waiting visitors. Empty: none."})
    stream: str = field(default="", metadata={"sentence": "Origin of call and co-browsing streams. Empty: none."})


@dataclass(frozen=True, slots=True)
class Hosts:
    """The origins in force, all `http(s)://host[:port]`; None where there is none. `public` serves the inbox."""

    public: str
    client: str
    relay: str
    image: str
    storage: str
    rescue: str | None = None
    game: str | None = None
    stream: str | None = None

    def record(self) -> dict[str, Any]:
        """The `hosts` of the public record: sockets as full `ws(s)://` addresses."""
        return {
            "client": self.client,
            "relay": f"{socket_origin(self.relay)}/relay",
            "rescue": None if self.rescue is None else f"{socket_origin(self.rescue)}/relay",
            "stream": None if self.stream is None else socket_origin(self.stream),
            "image": self.image,
            "storage": self.storage,
            "game": self.game,
        }


def socket_origin(origin: str) -> str:
    """`https://h` as `wss://h`, `http://h` as `ws://h`."""
    return "ws" + origin.removeprefix("http")


def resolve_hosts(settings: HostSettings, public_url: str, rescue_port: int = 0) -> Hosts:
    """The origins in force. Raises `ValueError` with a sentence where a setting is no origin.

    `rescue_port`: where the rescue relay listens. Its address follows from that on this machine alone: elsewhere a proxy
    decides which ports can be reached, and one that cannot costs visitors time.
    """
    public = origin_of("public.url", public_url)

    def required(name: str) -> str:
        return optional(name) or public

    def optional(name: str) -> str | None:
        value: str = getattr(settings, name)
        return _host_origin(f"hosts.{name}", value) if value else None

    return Hosts(
        public=public,
        client=required("client"),
        relay=required("relay"),
        image=required("image"),
        storage=required("storage"),
        rescue=optional("rescue") or _rescue_here(public, rescue_port),
        game=optional("game"),
        stream=optional("stream"),
    )


def _rescue_here(public: str, port: int) -> str | None:
    host = urlsplit(public).hostname or ""
    if not port or not public.startswith("http://") or host not in _LOOPBACK:
        return None
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _host_origin(name: str, text: str) -> str:
    origin = origin_of(name, text)
    host = urlsplit(origin).hostname or ""
    if origin.startswith("http://") and host not in _LOOPBACK and not host.endswith(".localhost"):
        raise ValueError(f"{name}: {text} must begin with https://; http:// is for this machine alone.")
    return origin


def origin_of(name: str, text: str) -> str:
    """The origin of a setting's address. Raises `ValueError` with a sentence that names the setting."""
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port, parts = None, None, urlsplit("")
    if parts.scheme not in _DEFAULT_PORT or not host or parts.username is not None or not host.isascii():
        raise ValueError(f"{name}: {text!r} is no address such as https://chat.example.")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"{name}: {text!r} must be an origin, without a path.")
    host = f"[{host}]" if ":" in host else host
    shown = "" if port is None or port == _DEFAULT_PORT[parts.scheme] else f":{port}"
    return f"{parts.scheme}://{host}{shown}"
