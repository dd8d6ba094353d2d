"""Settings of the server as a whole."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Settings of the part `server`."""

    hosts: tuple[str, ...] = field(
        default=(),
        metadata={
            "sentence": "Further host names the server answers to, beside that of the public URL; others get 421.",
        },
    )
    trusted_proxies: tuple[str, ...] = field(
        default=(),
        metadata={
            "sentence": "Addresses or networks of proxies whose X-Forwarded-For is believed, such as 10.0.0.0/8.",
        },
    )
