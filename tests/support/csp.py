"""What browsers report, in both formats, and a widget that some of it was kept for."""

import json
from dataclasses import dataclass
from typing import Any

from halloo.csp import store
from halloo.csp.actions.checks import save_check
from halloo.csp.actions.reports import keep_reports
from halloo.csp.kept import Check
from halloo.csp.model import Deployment
from halloo.csp.reports import read_reports, sort_reports
from halloo.db.tx import Tx
from halloo.workspaces.model import system_actor

CLIENT = "https://chat.example"
SHOP = "https://shop.example"
OLD, NEW = {"Content-Type": "application/csp-report"}, {"Content-Type": "application/reports+json"}


@dataclass(frozen=True)
class Violation:
    """One violation as a browser sees it; the page's frames are blocked unless said otherwise."""

    page: str = f"{SHOP}/cart?token=secret#pay"
    directive: str = "frame-src"
    blocked: str = CLIENT
    policy: str = "default-src 'self'; frame-src 'none'"
    disposition: str = "enforce"
    source: str = f"{CLIENT}/public/embed/x"
    sample: str = ""

    def old(self) -> dict[str, Any]:
        """As `report-uri` has it."""
        return {
            "csp-report": {
                "document-uri": self.page,
                "referrer": "https://secret.example/",
                "violated-directive": self.directive,
                "effective-directive": self.directive,
                "original-policy": self.policy,
                "disposition": self.disposition,
                "blocked-uri": self.blocked,
                "status-code": 200,
                "script-sample": self.sample,
                "source-file": self.source,
                "line-number": 1,
                "column-number": 2,
            }
        }

    def new(self) -> dict[str, Any]:
        """As `report-to` has it."""
        return {
            "type": "csp-violation",
            "age": 10,
            "url": self.page,
            "user_agent": "Mozilla/5.0",
            "body": {
                "documentURL": self.page,
                "referrer": "https://secret.example/",
                "blockedURL": self.blocked,
                "effectiveDirective": self.directive,
                "originalPolicy": self.policy,
                "sourceFile": self.source,
                "sample": self.sample,
                "disposition": self.disposition,
                "statusCode": 200,
                "lineNumber": 1,
                "columnNumber": 2,
            },
        }


def body_of(*violations: Violation) -> bytes:
    """One as `report-uri` sends it, several as `report-to` does."""
    if len(violations) == 1:
        return json.dumps(violations[0].old()).encode()
    return json.dumps([one.new() for one in violations]).encode()


def furnish_reports(tx: Tx, widget_id: str, word: str, origin: str = SHOP) -> str:
    """Keep a report about `word`, and a check of an allowed domain; the group's id."""
    deployment = Deployment({"client": CLIENT, "relay": CLIENT}, frozenset({"chat"}), widget_id=widget_id)
    found = read_reports(body_of(Violation(f"{origin}/{word}page", sample=f"{word} sample")))
    assert found
    (group,) = keep_reports(tx, widget_id, sort_reports(found, deployment, lambda _: True))
    check = Check(origin, tx.now, None, f"{word} was not found", None)
    save_check(tx, system_actor(tx.workspace_id), widget_id, [origin], check)
    return store.get_group(tx, widget_id, group.id).id
