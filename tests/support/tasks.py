"""How long a page was busy in one go, in time of the processor: on a busy machine the clock says how busy others are."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page

_CATEGORY = "disabled-by-default-devtools.timeline"


@contextmanager
def busy_tasks(page: Page) -> Generator[list[float]]:
    """Collect the milliseconds of each task of the page's and its frames' main threads, longest first; known when the block has ended."""
    browser = page.context.browser
    assert browser is not None
    found: list[float] = []
    browser.start_tracing(page=page, categories=[_CATEGORY])
    try:
        yield found
    finally:
        events: list[dict[str, Any]] = json.loads(browser.stop_tracing())["traceEvents"]
    main = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    # What is still under way when the block ends has no length yet.
    found += sorted(
        (
            event.get("tdur", event["dur"]) / 1000
            for event in events
            if event["name"] == "RunTask" and (event["pid"], event["tid"]) in main and "dur" in event
        ),
        reverse=True,
    )
