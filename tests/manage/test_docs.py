"""`/docs`: the document tells of every route, and the page needs nothing from elsewhere."""

import re

from halloo.api.manage.router import ROUTES
from tests.support.api import Api


async def test_the_document_tells_every_route_with_scopes_and_refusals(api: Api) -> None:
    document = (await api.client.get("/docs/openapi.json")).json()
    for route in ROUTES:
        for path in route.paths:
            for method in route.http_methods:
                operation = document["paths"]["/core" + re.sub(r":\w+}", "}", path)][method.lower()]
                assert operation["summary"], path
                assert operation["tags"][0] in {tag["name"] for tag in document["tags"]}
                assert "400" not in operation["responses"]
                if operation["x-scopes"]:
                    assert "403" in operation["responses"]


async def test_every_reference_leads_somewhere(api: Api) -> None:
    text = (await api.client.get("/docs/openapi.json")).text
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert names <= set((await api.client.get("/docs/openapi.json")).json()["components"]["schemas"])


async def test_the_page_runs_under_a_policy_without_inline_or_foreign_code(api: Api) -> None:
    answer = await api.client.get("/docs")
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\son\w+=|style=", answer.text)
    assert "//" not in re.sub(r"<!doctype html>", "", answer.text)
