"""Whether a visitor has to show that they are no bot, and whether what they show holds."""

from typing import Any

from halloo.botcheck.challenges import Challenges
from halloo.botcheck.errors import BotCheckOff, BotCheckRequired
from halloo.botcheck.model import Asker, Proof
from halloo.botcheck.networks import read_addresses
from halloo.botcheck.settings import BotCheckSettings
from halloo.botcheck.signs import ASKED_AT, Signs
from halloo.kit.clock import Clock


class BotGuard:
    """Judges starts and messages of visitors; one for the public API and the relay."""

    def __init__(self, settings: BotCheckSettings, secret: bytes, clock: Clock, *, crowd: int = 0) -> None:
        """`secret`: the server's. `crowd`: so many new visitors in a minute are none, whatever the setting says."""
        self.challenges = Challenges(secret, settings, clock)
        self.signs = Signs(read_addresses(settings.address_file), max(crowd, settings.newcomers_per_minute), clock)

    def challenge(self, who: Asker) -> dict[str, Any]:
        """A challenge to be solved before it is asked for. Raises `BotCheckOff`."""
        if who.level == "off":
            raise BotCheckOff
        return self.challenges.issue(who.widget_id, who.visitor)

    def judge(self, who: Asker, given: object, *, beyond: bool = False) -> Proof | None:
        """What lets a start or a message pass: None where nothing is needed, else a proof to spend where it is stored.

        `beyond`: a rate was passed that only counts without a check. What is `given` is judged also where nothing was needed.
        Raises `BotCheckRequired`, `BotCheckFailed`.
        """
        if who.exempt:
            return None
        if given is not None:
            return self.challenges.open(given, who.widget_id, who.visitor)
        if who.level == "always" or beyond or self.signs.weigh(who.widget_id, who.visitor, who.address) >= ASKED_AT:
            raise self._required(who)
        return None

    def judge_contact(self, who: Asker, given: object, *, beyond: bool) -> Proof | None:
        """`judge` for a first contact that says nothing yet: only a rate asks for a check, so that pages load undisturbed."""
        if who.exempt:
            return None
        if given is not None:
            return self.challenges.open(given, who.widget_id, who.visitor)
        if beyond:
            raise self._required(who)
        return None

    def _required(self, who: Asker) -> BotCheckRequired:
        return BotCheckRequired(challenge=self.challenges.issue(who.widget_id, who.visitor))
