"""Settings of the part `bot_check`."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BotCheckSettings:
    """How hard the bot check is, and what counts as a risk where a widget asks for it on risk only."""

    minutes: int = field(
        default=10, metadata={"sentence": "Minutes within which a challenge has to be solved and sent."}
    )
    effort: int = field(
        default=100,
        metadata={
            "sentence": "How much a browser computes for one check, in percent of what a slow phone does in under 400 ms; 10 to 1000."
        },
    )
    newcomers_per_minute: int = field(
        default=120,
        metadata={
            "sentence": "New visitors of a widget in a minute, from all addresses, beyond which whoever writes at once after "
            "arriving is asked."
        },
    )
    address_file: str = field(
        default="",
        metadata={
            "sentence": "File with addresses and networks of ill repute, one a line, read at start; visitors from there are "
            "asked. Empty: none."
        },
    )
