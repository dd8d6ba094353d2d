"""ETags of single resources, and the condition `If-Match`."""

from halloo.kit.refusals import Stale


def version_tag(version: int) -> str:
    """The tag of a resource whose states are told apart by a number, such as its time of change."""
    return f'"{version}"'


def wanted_version(if_match: str | None) -> int | None:
    """The number in an `If-Match`; None where any state will do. Raises `Stale` for what is no tag of ours."""
    if if_match is None or if_match.strip() == "*":
        return None
    number = if_match.strip().strip('"')
    if not (number.isascii() and number.isdigit()):
        raise Stale
    return int(number)
