"""The generated pages follow the code, and leave nothing out."""

import dataclasses
import re
from pathlib import Path
from typing import get_args

import pytest

from halloo.api.public.routes import ROUTES as PUBLIC_ROUTES
from halloo.config import list_settings
from halloo.edge.metrics import METRICS
from halloo.relay.frames import CLOSES, ClientFrame
from reference import errors, events, management, public, sources, widget
from reference.pages import PAGES

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("path", PAGES)
def test_the_page_is_what_the_code_says_now(path: str) -> None:
    assert (ROOT / path).read_text("utf-8") == PAGES[path](), f"{path} is stale; run: make docs"


@pytest.mark.parametrize("setting", list_settings(), ids=lambda one: one.name)
def test_a_setting_has_a_sentence(setting: object) -> None:
    values = {field: getattr(setting, field) for field in ("name", "env", "sentence")}
    assert values["sentence"].endswith((".", ")"))
    assert values["sentence"][0].isupper()
    page = (ROOT / "docs/guide/settings.md").read_text("utf-8")
    assert f"`{values['name']}`" in page
    assert f"`{values['env']}`" in page


def test_every_route_of_the_management_api_has_a_row() -> None:
    page = (ROOT / "docs/api/management.md").read_text("utf-8")
    routes = [
        f"{method.upper()} {path}" for path, methods in management.document()["paths"].items() for method in methods
    ]
    assert routes
    assert [route for route in routes if f"`{route}`" not in page] == []


def test_every_public_route_has_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {(route.method, route.path) for route in PUBLIC_ROUTES} == public.ROWS.keys()
    planted = dataclasses.replace(PUBLIC_ROUTES[0], path="/planted")
    monkeypatch.setattr(public, "ROUTES", (*PUBLIC_ROUTES, planted))
    with pytest.raises(KeyError, match="planted"):
        public.render()


def test_every_refusal_has_a_row() -> None:
    page = (ROOT / "docs/api/errors.md").read_text("utf-8")
    classes = errors.refusal_classes()
    assert classes
    assert [cls.__name__ for cls in classes if f"| `{cls.code}` |" not in page] == []


def test_a_code_without_a_sentence_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors, "code_words", lambda: sources.code_words() | {"planted_code"})
    with pytest.raises(KeyError, match="planted_code"):
        errors.codes()


def test_an_event_without_a_row_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sources.event_names()
    monkeypatch.setattr(events, "event_names", lambda: sources.event_names() | {"planted:event"})
    with pytest.raises(KeyError, match="planted:event"):
        events.render()


def test_every_frame_and_close_code_has_a_place() -> None:
    page = (ROOT / "docs/api/relay.md").read_text("utf-8")
    kinds = [frame.__struct_config__.tag for frame in get_args(ClientFrame)]
    assert kinds
    assert [kind for kind in kinds if f"### `{kind}`" not in page] == []
    assert [code for code in CLOSES if f"| {code} |" not in page] == []


def test_every_metric_has_a_row_and_alerts_name_metrics_that_exist() -> None:
    text = (ROOT / "docs/guide/watching.md").read_text("utf-8")
    suffix = {"counter": "_total", "info": "_info"}
    rows = {one.name + suffix.get(one.kind, "") for one in METRICS}
    assert [name for name in rows if f"| `{name}` |" not in text] == []
    alerts = (ROOT / "deploy/prometheus/alerts.yml").read_text("utf-8")
    named = set(re.findall(r"\bhalloo_\w+", alerts))
    assert named
    assert [name for name in named if name.removesuffix("_bucket") not in rows] == []
    for alert in re.findall(r"alert: (\w+)", alerts):
        assert f"`{alert}`" in text.partition("| alert |")[2], alert


def test_every_field_of_a_widget_has_a_row() -> None:
    page = (ROOT / "docs/embed/configuration.md").read_text("utf-8")
    assert [path for path, _ in widget.fields() if f"| `{path}` |" not in page] == []
