"""What the csp slice refuses."""

from halloo.kit.refusals import Invalid, NotFound


class ReportNotFound(NotFound):
    """There is no such group of reports."""

    code = "csp_report_not_found"


class OriginUnlisted(Invalid):
    """origin: this is none of the widget's allowed domains."""

    code = "origin_unlisted"
