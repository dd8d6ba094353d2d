"""Where browsers report what a policy has refused (csp contract 5): the address, and how a policy and its response name it."""

GROUP = "halloo"
"""The name under which `Reporting-Endpoints` gives the address, and a policy's `report-to` asks for it."""
PATH = "/csp-reports"
OWN_PATH = "/core/public/csp-reports"
"""Where the operators' own pages report to; no workspace sees it."""


def reports_url(client: str, widget_id: str | None = None) -> str:
    """Where a widget's frame, and the pages that embed it, report to; without a widget the inbox's own pages."""
    return f"{client}{OWN_PATH}" if widget_id is None else f"{client}/core/public/web-widgets/{widget_id}{PATH}"


def report_directives(url: str) -> dict[str, str]:
    """The directives of a policy: one for each generation of browsers, who take `report-to` where they know it."""
    return {"report-uri": url, "report-to": GROUP}


def reporting_endpoints(url: str) -> str:
    """The value of the header `Reporting-Endpoints`, without which `report-to` means nothing."""
    return f'{GROUP}="{url}"'
