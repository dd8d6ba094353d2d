"""Where and how a hook is posted to: made once for each version of it, so that a request costs only what differs."""

import logging
from typing import NamedTuple

from halloo.hooks.model import Target
from halloo.hooks.sign import Letterhead
from halloo.kit.clock import SECOND
from halloo.kit.outbound.model import Limits, Url
from halloo.kit.outbound.url import BadUrl, parse_url

logger = logging.getLogger("halloo.hooks")


class Address(NamedTuple):
    """Of one hook. `url` is None where the rules do not allow it any more, and `flaw` says which."""

    workspace_id: str
    hook_id: str
    version: int
    url: Url | None
    text: str
    flaw: str
    letterhead: Letterhead | None
    limits: Limits
    attempts_max: int
    max_in_flight: int
    ordered: bool
    events: frozenset[str]

    @property
    def needs_ms(self) -> int:
        """How long an attempt may take at most."""
        limits = self.limits
        return int((limits.connect_s + limits.answer_s + limits.body_s) * SECOND)

    @classmethod
    def of(cls, target: Target) -> "Address | None":
        """None for a hook that is signed and whose secret does not open: it would be refused for what is not its fault."""
        hook = target.hook
        current = [one for one in target.secrets if one.role == "current"]
        if hook.is_signed and not (current and current[0].secret):
            logger.error(
                "The secret of hook %s does not open; nothing is sent to it until it gets another one", hook.id
            )
            return None
        url, flaw = None, ""
        try:
            url = parse_url(hook.url)
        except BadUrl as error:
            flaw = error.code
        letterhead = None if url is None else Letterhead(hook, url, [one for one in target.secrets if one.secret])
        limits = Limits(answer_s=hook.timeout_ms / SECOND)
        return cls(
            hook.workspace_id, hook.id, hook.version, url, hook.url, flaw, letterhead, limits, hook.attempts_max,
            hook.max_in_flight, hook.ordered != "none", frozenset(hook.events),
        )  # fmt: skip
