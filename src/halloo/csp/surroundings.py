"""What besides source lists keeps the widget away: sandbox, Permissions-Policy, its domains (csp contract 4.1.6 to 4.1.9)."""

import re
from collections.abc import Iterator

from halloo.csp.manifest import SANDBOX_OPTIONAL, SANDBOX_REQUIRED, permissions
from halloo.csp.model import Deployment, Feature, Finding, Fix, Level, Page
from halloo.csp.model import Warning as Remark
from halloo.csp.permissions import completed, parse_permissions, withheld
from halloo.csp.sheet import Sheet
from halloo.csp.sources import split_url

_PERMISSION_NEEDS: dict[Feature, str] = {
    "audio": "host.microphone",
    "calls": "host.media",
    "sounds": "host.sound",
}
_COEP = re.compile(r"\s*(require-corp|credentialless)\s*(?:;.*)?", re.IGNORECASE | re.DOTALL)


def sandboxed(sheet: Sheet) -> Iterator[Finding]:
    """Tokens that the page's `sandbox` lacks: it applies to frames as well. They are written into the sheet."""
    levels: tuple[tuple[Level, tuple[str, ...]], ...] = (("required", SANDBOX_REQUIRED), ("optional", SANDBOX_OPTIONAL))
    lacking: dict[Level, list[str]] = {level: _lacking(sheet, tokens) for level, tokens in levels}
    boxed = [view for view in sheet.views if view.policy.get("sandbox")]
    for view in boxed:
        present = {one.lower() for one in sheet.written(view, "sandbox").split()[1:]}
        missing = [one for tokens in lacking.values() for one in tokens if one not in present]
        if missing:
            sheet.add(view, "sandbox", " ".join(missing))
    for level, tokens in lacking.items():
        if tokens:
            line = next((found for view in boxed if (found := sheet.written(view, "sandbox"))), "")
            fix = Fix("sandbox", "sandbox", " ".join(tokens), line)
            yield Finding("host.sandbox", "chat", level, sheet.index, "sandbox", "sandbox", tokens[0], "both", fix)


def _lacking(sheet: Sheet, tokens: tuple[str, ...]) -> list[str]:
    lists = [
        {one.lower() for one in found.values}
        for view in sheet.views
        if (found := view.policy.get("sandbox")) is not None
    ]
    return [one for one in tokens if any(one not in present for present in lists)]


def permitted(deployment: Deployment, page: Page) -> Iterator[Finding]:
    """Features that the page's Permissions-Policy withholds from the client origin."""
    lists = parse_permissions(page.permissions_policy)
    for feature, name in permissions(deployment):
        members = lists.get(name)
        if members is None or not withheld(members, deployment.client, page.origin):
            continue
        line = completed(name, members, deployment.client, page.origin)
        fix = Fix("permissions_policy", name, f'"{deployment.client}"', line, "In the header Permissions-Policy.")
        need = _PERMISSION_NEEDS[feature]
        header, client = "Permissions-Policy", deployment.client
        yield Finding(need, feature, "optional", None, name, header, client, "both", fix)


def listed(deployment: Deployment, page: Page) -> Iterator[Finding]:
    """A page that is none of the widget's allowed domains; what they say is compared byte for byte (embedding contract 3.2)."""
    if page.origin is None or not deployment.domains or page.origin in deployment.domains:
        return
    line = f"Add {page.origin} under Settings › Widget › Allowed Domains."
    fix = Fix("allow_origin", "", page.origin, line)
    yield Finding("host.domain", "chat", "required", None, "", "", page.origin, "both", fix)


def own_page(deployment: Deployment, page: Page) -> Iterator[Remark]:
    """What is worth saying of the client origin: a page on it is not isolated from the frame; an IP address may match nothing (D3)."""
    if page.origin == deployment.client:
        text = "The page has the origin of the widget's frame, which then is not isolated from it: give one of them another host."
        yield Remark("same_origin_frame", "", deployment.client, text)
    client = split_url(deployment.client)
    if client is not None and client.is_ip and page.policies:
        text = "By the standard's text an IP address matches nothing; only browsers let it match. Better give Halloo's server a name."
        yield Remark("ip_host", "", deployment.client, text)


def isolated(page: Page) -> Iterator[str]:
    """What is worth saying of Cross-Origin-Embedder-Policy: nothing is missing (4.1.7)."""
    if found := next((match[1].lower() for value in page.coep if (match := _COEP.fullmatch(value))), None):
        yield (
            f"Cross-Origin-Embedder-Policy: {found}: nothing to add. Loader, frame and assets carry what it asks for; "
            "a proxy must not strip Cross-Origin-Embedder-Policy and Cross-Origin-Resource-Policy from /public/."
        )
