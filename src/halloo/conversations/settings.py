"""Settings of conversations."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ConversationSettings:
    """Settings of the part `conversations`."""

    starts_per_hour: int = field(
        default=10, metadata={"sentence": "How many conversations a visitor may start in an hour."}
    )
    starts_per_hour_and_address: int = field(
        default=100, metadata={"sentence": "How many conversations may be started in an hour from one address on one widget."}
    )
