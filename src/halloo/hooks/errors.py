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


class UrlBlocked(Invalid):
    """url: it leads into a network that web hooks may not reach."""

    code = "url_blocked"


class UrlScheme(Invalid):
    """url: it must begin with https:// or http://."""

    code = "url_scheme"


class UrlHost(Invalid):
    """url: it has no valid host name, or holds a space, a backslash or a control character."""

    code = "url_host"


class UrlPort(Invalid):
    """url: the port must be 80, 443 or one from 1024 to 65535 that no other service is known by."""

    code = "url_port"


class UrlUserinfo(Invalid):
    """url: a user name or password, the part before @, does not belong into it."""

    code = "url_userinfo"


class UrlFragment(Invalid):
    """url: it must have no part behind #."""

    code = "url_fragment"


class UrlTooLong(Invalid):
    """url: use at most 2,048 characters."""

    code = "url_too_long"


URL_REFUSALS: dict[str, type[Invalid]] = {
    cls.code: cls for cls in (UrlScheme, UrlHost, UrlPort, UrlUserinfo, UrlFragment, UrlTooLong)
}
"""By the code of the rule that an address breaks."""
