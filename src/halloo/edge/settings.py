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
    secret_key: str = field(
        default="",
        metadata={
            "sentence": "What tokens are signed with, at least 32 characters; the same on every node. Empty: the file "
            "secret.key in the data folder, made at first use.",
            "secret": True,
        },
    )
