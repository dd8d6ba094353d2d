"""What the widgets slice refuses."""

from halloo.kit.refusals import Conflict, Invalid, NotFound


class WidgetNotFound(NotFound):
    """There is no such widget, or it is not published."""

    code = "widget_not_found"


class TooManyDomains(Invalid):
    """A widget takes at most 100 allowed domains."""

    code = "too_many_domains"


class DomainInvalid(Invalid):
    """An allowed domain is not an origin that can be matched."""

    code = "domain_invalid"

    def __init__(self, index: int, entry: str, reason: str, why: str) -> None:
        """`index` is the entry's place, `reason` the code of the rule that it broke, `why` that rule in words."""
        super().__init__(f"domains[{index}]: {why}", index=index, input=entry, reason=reason)


class ConfigInvalid(Invalid):
    """The configuration does not follow its schema."""

    code = "config_invalid"

    def __init__(self, path: str, why: str) -> None:
        """`path` names the key, such as `config.v1.trigger.size`."""
        super().__init__(f"{path}: {why}", path=path)


class IdentityKeyNotFound(NotFound):
    """There is no such identity key."""

    code = "identity_key_not_found"


class TooManyKeys(Conflict):
    """A widget has at most two keys for signed tokens and one for each kind of hash; delete one first."""

    code = "too_many_keys"
