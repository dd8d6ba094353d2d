"""Settings of the server as a whole."""

from dataclasses import dataclass, field

from halloo.kit.logs import Format, Level


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Settings of the part `server`."""

    hosts: tuple[str, ...] = field(
        default=(),
        metadata={
            "sentence": "Further host names the server answers to, beside those of public.url and hosts.*, and serves everything "
            "under; others get 421.",
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
    metrics_token: str = field(
        default="",
        metadata={
            "sentence": "What a Prometheus server sends as a bearer token to read /metrics, at least 16 characters. Empty: "
            "there is no /metrics.",
            "secret": True,
        },
    )
    log_format: Format = field(
        default="auto",
        metadata={"sentence": "How log lines look: json, text, or auto: text on a terminal and json elsewhere."},
    )
    log_level: Level = field(
        default="info",
        metadata={"sentence": "From which weight on lines are logged: debug, info, warning or error."},
    )
    access_log: bool = field(
        default=False,
        metadata={
            "sentence": "Log a line for each HTTP request: method, path, status, time; without query or address."
        },
    )
