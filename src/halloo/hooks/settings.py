"""Settings of web hooks."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HooksSettings:
    """Settings of the part `hooks`."""

    log_days: int = field(
        default=30,
        metadata={"sentence": "How many days attempts of web hooks, with request and answer, are kept; 5 at least."},
    )
    allow_networks: tuple[str, ...] = field(
        default=(),
        metadata={
            "sentence": "Networks inside of your own that web hooks may reach all the same, such as 10.1.2.0/24. Everybody who may "
            "set up a web hook can then send requests there."
        },
    )
    deny_networks: tuple[str, ...] = field(
        default=(),
        metadata={"sentence": "Further networks that nothing of Halloo may connect to, such as 203.0.112.0/24."},
    )
