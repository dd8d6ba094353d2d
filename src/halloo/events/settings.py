"""Settings of the log of facts."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class EventsSettings:
    """Settings of the part `events`."""

    payload_days: int = field(
        default=90,
        metadata={
            "sentence": "How many days what a fact says is kept, which is how far back web hooks can be replayed; 5 at least."
        },
    )
