"""What the hooks slice refuses."""

from halloo.kit.refusals import Conflict, Gone, Invalid, NotFound


class HookNotFound(NotFound):
    """There is no such hook."""

    code = "hook_not_found"


class SecretNotFound(NotFound):
    """There is no such secret."""

    code = "secret_not_found"


class DeliveryNotFound(NotFound):
    """There is no such delivery."""

    code = "delivery_not_found"


class AttemptNotFound(NotFound):
    """There is no such attempt."""

    code = "attempt_not_found"


class ReplayNotFound(NotFound):
    """There is no such replay."""

    code = "replay_not_found"


class HookLimit(Conflict):
    """A workspace has at most 50 hooks; delete one first."""

    code = "hook_limit"


class RotationRunning(Conflict):
    """There is a next secret already: promote or withdraw it first."""

    code = "rotation_running"


class NoRotation(Conflict):
    """There is no next secret; make one first."""

    code = "no_rotation"


class LastSecret(Conflict):
    """A hook keeps its current secret; make a next one and promote it."""

    code = "last_secret"


class ReplayRunning(Conflict):
    """A replay of this hook is running: wait for its end, or stop it."""

    code = "replay_running"


class PayloadExpired(Gone):
    """What this delivery said is no longer kept."""

    code = "payload_expired"


class NameEmpty(Invalid):
    """name: use 1 to 100 characters."""

    code = "name_empty"


class EventsEmpty(Invalid):
    """events: choose at least one."""

    code = "events_empty"


class EventUnknown(Invalid):
    """events: there is no such event."""

    code = "event_unknown"


class EventNeedsHttps(Invalid):
    """events: an event that carries a secret goes to https addresses alone."""

    code = "event_needs_https"


class PluginNeedsHttps(Invalid):
    """url: a plugin's hook has an https address."""

    code = "plugin_needs_https"


class HeaderForbidden(Invalid):
    """headers: a header has a name or a value that it cannot have."""

    code = "header_forbidden"


class RangeInvalid(Invalid):
    """A range ends behind its beginning, and does not begin in the future."""

    code = "range_invalid"


class UrlRefused(Invalid):
    """url: it leads into a network that web hooks may not reach."""

    code = "url_blocked"

    def __init__(self, code: str | None = None, why: str | None = None) -> None:
        """`code`: the rule that it breaks, `why`: that rule in words."""
        super().__init__(None if why is None else f"url: {why}", code=code, field="url")
