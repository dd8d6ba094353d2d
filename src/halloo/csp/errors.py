"""What the csp slice refuses."""

from halloo.kit.refusals import Invalid, NotFound, RateLimited


class ReportNotFound(NotFound):
    """There is no such group of reports."""

    code = "csp_report_not_found"


class OriginUnlisted(Invalid):
    """origin: this is none of the widget's allowed domains."""

    code = "origin_unlisted"


class TooManyChecks(RateLimited):
    """Pages are checked at most ten times a minute; wait a moment."""

    code = "too_many_checks"
