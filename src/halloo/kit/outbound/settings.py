"""Settings of outgoing HTTP."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class OutboundSettings:
    """Settings of the part `outbound`."""

    ca_file: str = field(
        default="",
        metadata={
            "sentence": "File with certificate authorities (PEM) that are trusted besides the system's, for receivers with a "
            "certificate of your own authority."
        },
    )
