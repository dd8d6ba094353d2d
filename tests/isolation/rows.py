"""The matrix: how each route is aimed at what belongs to somebody else, and what is due. A route without a row fails.

`{name}` in an address or body is an id of the other side (`grounds.Side.ids`).
"""

from dataclasses import dataclass, field
from typing import Any

from halloo.api.manage.router import ROUTES
from halloo.api.public.routes import ROUTES as PUBLIC_ROUTES
from halloo.edge.auth import PUBLIC, scopes_of
from halloo.kit.ids import new_id


@dataclass(frozen=True)
class Aim:
    """One way to reach for another's thing.

    `due` is a status and, for a refusal, its code: the answer is then the same, byte for byte, as for an id that nothing
    has. Without a code the call is the caller's own, and shows and changes nothing of the other side.
    """

    path: str
    due: int
    code: str | None = None
    body: Any = None


@dataclass(frozen=True)
class Row:
    """A route's aims, and further scopes that its action needs beside the route's own."""

    aims: tuple[Aim, ...]
    also: frozenset[str] = field(default_factory=frozenset[str])


def row(*aims: Aim, also: tuple[str, ...] = ()) -> Row:
    return Row(aims, frozenset(also))


def text(**more: Any) -> dict[str, Any]:
    return {"client_id": new_id(), "type": "text", "content": "Hello", **more}


def filled(value: Any, ids: dict[str, Any]) -> Any:
    """`value` with every `{name}` replaced by an id."""
    if isinstance(value, str):
        return value.format_map(ids)
    if isinstance(value, dict):
        return {key: filled(item, ids) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType] - any JSON
    if isinstance(value, list):
        return [filled(item, ids) for item in value]  # pyright: ignore[reportUnknownVariableType] - any JSON
    return value


CONVERSATION = "/core/conversations/{conversation_id}"
NO_CONVERSATION = (404, "conversation_not_found")
CONTACT = "/core/contacts/{contact_id}"
NO_CONTACT = (404, "contact_not_found")
WIDGET = "/core/web-widgets/{widget_id}"
NO_WIDGET = (404, "widget_not_found")
KEYS = f"{WIDGET}/identity-keys"
OPERATOR = "/core/operators/{operator_id}"
NO_OPERATOR = (404, "operator_not_found")
HOOK = "/core/hooks/{hook_id}"
NO_HOOK = (404, "hook_not_found")
CSP = f"{WIDGET}/csp"
REPORT = f"{WIDGET}/csp/reports/{{report_id}}"
DELIVERY = f"{HOOK}/deliveries/{{delivery_id}}"
NEW_HOOK = {"name": "Mine", "url": "https://93.184.215.14/?key={word}", "events": ["message:send"]}
NO_MESSAGE = f"{CONVERSATION}/messages/{{fingerprint}}"

MANAGE: dict[str, Row] = {
    "POST /core/session": row(
        Aim("/core/session", 401, "sign_in_failed", {"email": "low@{word}.example", "password": "not the password"})
    ),
    "POST /core/invitations/accept": row(
        Aim(
            "/core/invitations/accept",
            404,
            "invitation_not_found",
            {"token": "hi_{invitation_id}", "name": "Eve", "password": "birch-heron-olive-42"},
        )
    ),
    "DELETE /core/session": row(Aim("/core/session", 204)),
    "DELETE /core/sessions": row(Aim("/core/sessions", 204)),
    "POST /core/relay-token": row(Aim("/core/relay-token", 200)),
    "GET /core/me": row(Aim("/core/me", 200)),
    "PATCH /core/me": row(
        Aim("/core/me", 200, body={"theme": "dark"}),
        Aim("/core/me", 422, "field_unknown", {"workspace_id": "{widget_id}"}),
        Aim("/core/me", 422, "field_unknown", {"id": "{operator_id}"}),
    ),
    "PUT /core/me/availability": row(Aim("/core/me/availability", 200, body={"state": "away"})),
    "PUT /core/me/avatar": row(
        Aim("/core/me/avatar", 409, "upload_incomplete", {"upload_id": "{upload_id}"}),
        Aim("/core/me/avatar", 422, "field_unknown", {"upload_id": "{upload_id}", "operator_id": "{operator_id}"}),
    ),
    "DELETE /core/me/avatar": row(Aim("/core/me/avatar", 200)),
    "GET /core/picture-key": row(Aim("/core/picture-key", 200)),
    "GET /core/uploads/rules": row(Aim("/core/uploads/rules", 200)),
    "POST /core/me/password": row(
        Aim("/core/me/password", 422, "field_invalid", {"current_password": "wrong", "new_password": "a new good one"})
    ),
    "GET /core/scopes": row(Aim("/core/scopes", 200)),
    "GET /core/conversations": row(
        Aim("/core/conversations", 200),
        Aim("/core/conversations?widget_id={widget_id}", 200),
        Aim("/core/conversations?contact_id={contact_id}", 200),
        Aim("/core/conversations?visitor_id={visitor_id}", 200),
        Aim("/core/conversations?assignee={operator_id}", 200),
        Aim("/core/conversations?tag={word}tag", 200),
        Aim("/core/conversations?q={word}", 200),
        Aim("/core/conversations?cursor={cursor}", 200),
    ),
    "GET /core/conversations/counts": row(Aim("/core/conversations/counts", 200)),
    "POST /core/conversations": row(
        Aim(
            "/core/conversations",
            404,
            "visitor_not_found",
            {"widget_id": "{widget_id}", "visitor_id": "{visitor_id}", "message": text()},
        ),
        Aim(
            "/core/conversations",
            404,
            "visitor_not_found",
            {"widget_id": "{widget_id}", "contact_id": "{contact_id}", "message": text()},
        ),
    ),
    "GET /core/conversations/{conversation_id}": row(Aim(CONVERSATION, *NO_CONVERSATION)),
    "PATCH /core/conversations/{conversation_id}": row(
        Aim(CONVERSATION, *NO_CONVERSATION, {"state": "resolved"}),
        Aim(CONVERSATION, *NO_CONVERSATION, {"spam": True}),
        Aim(CONVERSATION, *NO_CONVERSATION, {"tags": ["taken"], "subject": "Mine"}),
        Aim(CONVERSATION, 422, "field_unknown", {"workspace_id": "{widget_id}"}),
        Aim(CONVERSATION, 422, "field_unknown", {"visitor_id": "{visitor_id}"}),
    ),
    "DELETE /core/conversations/{conversation_id}": row(Aim(CONVERSATION, *NO_CONVERSATION)),
    "POST /core/conversations/{conversation_id}/read": row(Aim(f"{CONVERSATION}/read", *NO_CONVERSATION, {"seq": 1})),
    "POST /core/conversations/{conversation_id}/typing": row(
        Aim(f"{CONVERSATION}/typing", *NO_CONVERSATION, {"state": "start"})
    ),
    "GET /core/conversations/{conversation_id}/messages": row(
        Aim(f"{CONVERSATION}/messages", *NO_CONVERSATION),
        Aim(f"{CONVERSATION}/messages?after={{fingerprint}}", *NO_CONVERSATION),
    ),
    "POST /core/conversations/{conversation_id}/messages": row(
        Aim(f"{CONVERSATION}/messages", *NO_CONVERSATION, text()),
        Aim(f"{CONVERSATION}/messages", *NO_CONVERSATION, text(type="note", mentions=["{operator_id}"])),
        Aim(f"{CONVERSATION}/messages", 422, "field_unknown", text(user={"user_id": "{operator_id}"})),
        Aim(f"{CONVERSATION}/messages", *NO_CONVERSATION, text(type="file", content={"upload_id": "{upload_id}"})),
    ),
    "PATCH /core/conversations/{conversation_id}/messages/{fingerprint}": row(
        Aim(NO_MESSAGE, *NO_CONVERSATION, {"content": "Changed"})
    ),
    "DELETE /core/conversations/{conversation_id}/messages/{fingerprint}": row(Aim(NO_MESSAGE, *NO_CONVERSATION)),
    "POST /core/uploads": row(
        Aim("/core/uploads", 422, "field_unknown", {"name": "a.txt", "size": 1, "operator_id": "{operator_id}"}),
        Aim("/core/uploads", 422, "field_unknown", {"name": "a.txt", "size": 1, "file_id": "{file_id}"}),
    ),
    "GET /core/conversations/{conversation_id}/files/{file_id}": row(
        Aim(f"{CONVERSATION}/files/{{file_id}}", *NO_CONVERSATION)
    ),
    "GET /core/conversations/{conversation_id}/preview": row(
        Aim(f"{CONVERSATION}/preview?url=https%3A%2F%2Fshop.example%2F", *NO_CONVERSATION)
    ),
    "GET /core/feedback": row(
        Aim("/core/feedback", 200),
        Aim("/core/feedback?widget_id={widget_id}", 200),
        Aim("/core/feedback?operator_id={operator_id}", 200),
        Aim("/core/feedback?cursor={cursor}", 200),
    ),
    "GET /core/feedback/report": row(
        Aim("/core/feedback/report", 200),
        Aim("/core/feedback/report?widget_id={widget_id}", 200),
        Aim("/core/feedback/report?operator_id={operator_id}", 200),
    ),
    "GET /core/contacts": row(
        Aim("/core/contacts", 200),
        Aim("/core/contacts?q={word}", 200),
        Aim("/core/contacts?cursor={cursor}", 200),
    ),
    "POST /core/contacts": row(
        Aim("/core/contacts", 201, body={"email": "someone@{word}.example"}),
        Aim("/core/contacts", 422, "field_unknown", {"workspace_id": "{widget_id}"}),
    ),
    "GET /core/contacts/{contact_id}": row(Aim(CONTACT, *NO_CONTACT), Aim("/core/contacts/{person_id}", *NO_CONTACT)),
    "PATCH /core/contacts/{contact_id}": row(Aim(CONTACT, *NO_CONTACT, {"name": "Eve"})),
    "DELETE /core/contacts/{contact_id}": row(
        Aim(CONTACT, *NO_CONTACT), Aim(f"{CONTACT}?everything=true", *NO_CONTACT), also=("conversations:delete",)
    ),
    "GET /core/contacts/{contact_id}/events": row(Aim(f"{CONTACT}/events", *NO_CONTACT)),
    "GET /core/contacts/{contact_id}/export": row(Aim(f"{CONTACT}/export", *NO_CONTACT), also=("conversations:read",)),
    "GET /core/contacts/{contact_id}/archive": row(
        Aim(f"{CONTACT}/archive", *NO_CONTACT), also=("conversations:read",)
    ),
    "GET /core/blocks": row(
        Aim("/core/blocks", 200), Aim("/core/blocks?kind=network", 200), Aim("/core/blocks?cursor={block_cursor}", 200)
    ),
    "POST /core/blocks": row(
        Aim("/core/blocks", 404, "visitor_not_found", {"visitor": "{visitor_id}"}),
        Aim("/core/blocks", 404, "visitor_not_found", {"visitor": "{contact_id}"}),
        Aim("/core/blocks", 409, "address_unknown", {"around": "{visitor_id}"}),
        Aim("/core/blocks", 422, "field_unknown", {"network": "198.51.100.7", "workspace_id": "{widget_id}"}),
        also=("contacts:write", "web_widgets:manage"),
    ),
    "DELETE /core/blocks/{block_id}": row(
        Aim("/core/blocks/{block_id}", 404, "block_not_found"), also=("contacts:write", "web_widgets:manage")
    ),
    "GET /core/erasures": row(Aim("/core/erasures", 200), Aim("/core/erasures?cursor={block_cursor}", 200)),
    "GET /core/erasures/{erasure_id}": row(Aim("/core/erasures/{erasure_id}", 404, "erasure_not_found")),
    "GET /core/visitors": row(
        Aim("/core/visitors", 200),
        Aim("/core/visitors?online=true", 200),
        Aim("/core/visitors?cursor={visitor_id}", 422, "field_invalid"),
    ),
    "GET /core/visitors/count": row(Aim("/core/visitors/count", 200)),
    "GET /core/search": row(
        Aim("/core/search?q={word}", 200),
        Aim("/core/search?q=confidential", 200),
        Aim("/core/search?q=c", 200),
        Aim("/core/search?in=contacts&q={word}", 200),
        Aim("/core/search?in=conversations&q={word}", 200),
        also=("contacts:read",),
    ),
    "GET /core/canned-replies": row(Aim("/core/canned-replies", 200)),
    "POST /core/canned-replies": row(
        Aim("/core/canned-replies", 201, body={"shortcut": "{word}reply", "text": "Mine"})
    ),
    "PATCH /core/canned-replies/{reply_id}": row(
        Aim("/core/canned-replies/{reply_id}", 404, "canned_reply_not_found", {"text": "Mine"})
    ),
    "DELETE /core/canned-replies/{reply_id}": row(
        Aim("/core/canned-replies/{reply_id}", 404, "canned_reply_not_found")
    ),
    "GET /core/tags": row(Aim("/core/tags", 200)),
    "POST /core/tags": row(Aim("/core/tags", 201, body={"name": "{word}tag"})),
    "PATCH /core/tags/{tag_id}": row(Aim("/core/tags/{tag_id}", 404, "tag_not_found", {"name": "mine"})),
    "DELETE /core/tags/{tag_id}": row(Aim("/core/tags/{tag_id}", 404, "tag_not_found")),
    "GET /core/embed": row(Aim("/core/embed", 200)),
    "GET /core/web-widgets": row(Aim("/core/web-widgets", 200), Aim("/core/web-widgets?cursor={widget_id}", 200)),
    "POST /core/web-widgets": row(
        Aim("/core/web-widgets", 201, body={}),
        Aim("/core/web-widgets", 422, "field_unknown", {"workspace_id": "{widget_id}"}),
        Aim("/core/web-widgets", 422, "field_unknown", {"id": "{widget_id}"}),
    ),
    "GET /core/web-widgets/{widget_id}": row(Aim(WIDGET, *NO_WIDGET)),
    "PUT /core/web-widgets/{widget_id}": row(
        Aim(WIDGET, *NO_WIDGET, {"domains": ["https://evil.example"]}),
        Aim(f"{WIDGET}?dry_run=true", *NO_WIDGET, {"domains": []}),
        Aim(WIDGET, *NO_WIDGET, {"published": False}),
    ),
    "DELETE /core/web-widgets/{widget_id}": row(Aim(WIDGET, *NO_WIDGET)),
    "GET /core/web-widgets/{widget_id}/identity-keys": row(Aim(KEYS, *NO_WIDGET)),
    "POST /core/web-widgets/{widget_id}/identity-keys": row(
        Aim(KEYS, *NO_WIDGET, {"alg": "HS256"}),
        Aim(KEYS, *NO_WIDGET, {"alg": "HMAC-email", "secret": "something of theirs"}),
        Aim(KEYS, 422, "field_unknown", {"alg": "HS256", "workspace_id": "{widget_id}"}),
    ),
    "DELETE /core/web-widgets/{widget_id}/identity-keys/{kid}": row(Aim(f"{KEYS}/{{key_id}}", *NO_WIDGET)),
    "GET /core/operators": row(Aim("/core/operators", 200)),
    "POST /core/operators": row(
        Aim("/core/operators", 201, body={"email": "eve@eve.example", "name": "Eve", "password": "a new good one"}),
        Aim(
            "/core/operators",
            422,
            "field_unknown",
            {"email": "e@eve.example", "name": "E", "password": "a new good one", "workspace_id": "{widget_id}"},
        ),
    ),
    "GET /core/operators/{operator_id}": row(Aim(OPERATOR, *NO_OPERATOR)),
    "PATCH /core/operators/{operator_id}": row(
        Aim(OPERATOR, *NO_OPERATOR, {"role": "owner"}),
        Aim(OPERATOR, *NO_OPERATOR, {"active": False}),
        Aim(OPERATOR, 422, "field_unknown", {"password": "a new good one"}),
    ),
    "DELETE /core/operators/{operator_id}": row(Aim(OPERATOR, *NO_OPERATOR)),
    "GET /core/invitations": row(Aim("/core/invitations", 200)),
    "POST /core/invitations": row(
        Aim("/core/invitations", 201, body={"email": "eva@eve.example"}),
        Aim("/core/invitations", 422, "field_unknown", {"email": "e@e.example", "workspace_id": "{widget_id}"}),
    ),
    "DELETE /core/invitations/{invitation_id}": row(
        Aim("/core/invitations/{invitation_id}", 404, "invitation_not_found")
    ),
    "GET /core/tokens": row(Aim("/core/tokens", 200)),
    "POST /core/tokens": row(
        Aim("/core/tokens", 201, body={"name": "Mine", "scopes": ["audit:read"]}),
        Aim(
            "/core/tokens",
            422,
            "field_invalid",
            {"name": "Theirs", "scopes": ["audit:read"], "operator_id": "{operator_id}"},
        ),
        Aim(
            "/core/tokens",
            422,
            "field_unknown",
            {"name": "Theirs", "scopes": ["audit:read"], "workspace_id": "{widget_id}"},
        ),
        also=("audit:read",),
    ),
    "DELETE /core/tokens/{token_id}": row(Aim("/core/tokens/{token_id}", 404, "token_not_found")),
    "GET /core/web-widgets/{widget_id}/csp/policy": row(
        Aim(f"{CSP}/policy", *NO_WIDGET), Aim(f"{CSP}/policy?context=frame&as=header", *NO_WIDGET)
    ),
    "POST /core/web-widgets/{widget_id}/csp/doctor": row(
        Aim(f"{CSP}/doctor", *NO_WIDGET, {"headers": ["default-src 'self'"], "page_origin": "https://shop.example"}),
        Aim(f"{CSP}/doctor", *NO_WIDGET, {"url": "https://93.184.215.14/"}),
    ),
    "GET /core/web-widgets/{widget_id}/csp/checks": row(Aim(f"{CSP}/checks", *NO_WIDGET)),
    "POST /core/web-widgets/{widget_id}/csp/checks": row(
        Aim(f"{CSP}/checks", *NO_WIDGET, {"origin": "https://shop.example"})
    ),
    "GET /core/web-widgets/{widget_id}/csp/reports": row(
        Aim(f"{WIDGET}/csp/reports", *NO_WIDGET), Aim(f"{WIDGET}/csp/reports?kind=ours&muted=true", *NO_WIDGET)
    ),
    "PATCH /core/web-widgets/{widget_id}/csp/reports/{report_id}": row(Aim(REPORT, *NO_WIDGET, {"muted": True})),
    "DELETE /core/web-widgets/{widget_id}/csp/reports/{report_id}": row(Aim(REPORT, *NO_WIDGET)),
    "GET /core/hooks/events": row(Aim("/core/hooks/events", 200)),
    "GET /core/hooks": row(
        Aim("/core/hooks", 200),
        Aim("/core/hooks?cursor={hook_id}", 200),
        Aim("/core/hooks?cursor={cursor}", 422, "field_invalid"),
    ),
    "POST /core/hooks": row(
        Aim("/core/hooks", 201, body=NEW_HOOK),
        Aim("/core/hooks", 422, "field_unknown", {**NEW_HOOK, "workspace_id": "{widget_id}"}),
        Aim("/core/hooks", 422, "field_unknown", {**NEW_HOOK, "id": "{hook_id}"}),
    ),
    "GET /core/hooks/{hook_id}": row(Aim(HOOK, *NO_HOOK)),
    "PUT /core/hooks/{hook_id}": row(
        Aim(HOOK, *NO_HOOK, {"name": "Mine"}),
        Aim(HOOK, *NO_HOOK, {"url": "https://93.184.215.14/", "signing": "signed"}),
        Aim(HOOK, 422, "field_unknown", {"workspace_id": "{widget_id}"}),
    ),
    "PATCH /core/hooks/{hook_id}": row(Aim(HOOK, *NO_HOOK, {"name": "Mine"})),
    "DELETE /core/hooks/{hook_id}": row(Aim(HOOK, *NO_HOOK)),
    "POST /core/hooks/{hook_id}/enable": row(
        Aim(f"{HOOK}/enable", *NO_HOOK, {}),
        Aim(f"{HOOK}/enable", *NO_HOOK, {"recover_since": "2026-11-20T10:00:00Z"}),
    ),
    "POST /core/hooks/{hook_id}/disable": row(Aim(f"{HOOK}/disable", *NO_HOOK)),
    "GET /core/hooks/{hook_id}/chart": row(Aim(f"{HOOK}/chart", *NO_HOOK)),
    "POST /core/hooks/{hook_id}/secrets": row(Aim(f"{HOOK}/secrets", *NO_HOOK, {})),
    "POST /core/hooks/{hook_id}/secrets/promote": row(
        Aim(f"{HOOK}/secrets/promote", *NO_HOOK, {}),
        Aim(f"{HOOK}/secrets/promote", *NO_HOOK, {"immediately": True}),
    ),
    "DELETE /core/hooks/{hook_id}/secrets/{secret_id}": row(Aim(f"{HOOK}/secrets/{{secret_id}}", *NO_HOOK)),
    "POST /core/hooks/{hook_id}/test": row(
        Aim(f"{HOOK}/test", *NO_HOOK, {}),
        Aim(f"{HOOK}/test", *NO_HOOK, {"event": "message:send"}),
    ),
    "GET /core/hooks/{hook_id}/deliveries": row(
        Aim(f"{HOOK}/deliveries", *NO_HOOK),
        Aim(f"{HOOK}/deliveries?state=pending&event=message:send", *NO_HOOK),
        Aim(f"{HOOK}/deliveries?session_id={{conversation_id}}", *NO_HOOK),
    ),
    "GET /core/hooks/{hook_id}/deliveries/{delivery_id}": row(Aim(DELIVERY, *NO_HOOK)),
    "GET /core/hooks/{hook_id}/deliveries/{delivery_id}/attempts/{n}": row(Aim(f"{DELIVERY}/attempts/1", *NO_HOOK)),
    "POST /core/hooks/{hook_id}/deliveries/{delivery_id}/replay": row(Aim(f"{DELIVERY}/replay", *NO_HOOK)),
    "POST /core/hooks/{hook_id}/replays": row(
        Aim(f"{HOOK}/replays", *NO_HOOK, {"from": "2026-11-20T10:00:00Z", "to": "2026-11-21T10:00:00Z"}),
    ),
    "POST /core/hooks/{hook_id}/recover": row(Aim(f"{HOOK}/recover", *NO_HOOK, {"since": "2026-11-20T10:00:00Z"})),
    "GET /core/hooks/{hook_id}/replays/{replay_id}": row(Aim(f"{HOOK}/replays/{{replay_id}}", *NO_HOOK)),
    "DELETE /core/hooks/{hook_id}/replays/{replay_id}": row(Aim(f"{HOOK}/replays/{{replay_id}}", *NO_HOOK)),
    "GET /core/status": row(Aim("/core/status", 200)),
    "GET /core/audit": row(
        Aim("/core/audit", 200),
        Aim("/core/audit?cursor={audit_cursor}", 200),
        Aim("/core/audit?actor={operator_id}", 200),
        Aim("/core/audit?subject={widget_id}&action=widget", 200),
    ),
}
"""Every route of the management API, called by the owner of one workspace with ids of the other."""

THEIRS = (403, "conversation_forbidden")
START = {"conversation_id": "{conversation_id}", "message": text()}

VISITOR: dict[str, Row] = {
    "GET ": row(Aim("", 200)),
    "POST /visitor": row(Aim("/visitor", 422, "field_unknown", {"visitor_id": "{visitor_id}"})),
    "PATCH /visitor": row(
        Aim("/visitor", 422, "field_unknown", {"visitor_id": "{visitor_id}"}),
        Aim("/visitor", 422, "field_unknown", {"user_id": "{guest}"}),
        Aim("/visitor", 422, "field_unknown", {"verified": True, "signed": ["name"]}),
    ),
    "DELETE /visitor": row(Aim("/visitor", 204)),
    "POST /identify": row(
        Aim("/identify", 401, "identity_invalid", {"user_id": "{guest}", "hmac": "0" * 64}),
        Aim("/identify", 401, "identity_invalid", {"token": "{guest}"}),
        Aim("/identify", 422, "field_unknown", {"visitor_id": "{visitor_id}"}),
    ),
    "POST /embed-ticket": row(Aim("/embed-ticket", 422, "field_unknown", {"origin": "https://evil.example"})),
    "GET /conversations": row(
        Aim("/conversations", 200),
        Aim("/conversations?user_id={guest}", 200),
        Aim("/conversations?visitor_id={visitor_id}", 200),
        Aim("/conversations?cursor={cursor}", 200),
    ),
    "POST /conversations": row(
        Aim("/conversations", *THEIRS, START),
        Aim("/conversations", *THEIRS, {"conversation_id": "{conversation_id}"}),
        Aim("/conversations", 422, "field_unknown", {"visitor_id": "{visitor_id}", "message": text()}),
        Aim("/conversations", 422, "field_unknown", {"workspace_id": "{widget_id}", "message": text()}),
    ),
    "GET /conversations/{cid}/messages": row(
        Aim("/conversations/{conversation_id}/messages", *THEIRS),
        Aim("/conversations/{conversation_id}/messages?after={fingerprint}", *THEIRS),
        Aim("/conversations/{conversation_id}/messages?before={fingerprint}", *THEIRS),
    ),
    "POST /conversations/{cid}/messages": row(
        Aim("/conversations/{conversation_id}/messages", *THEIRS, text()),
        Aim("/conversations/{conversation_id}/messages", *THEIRS, text(content="")),
        Aim(
            "/conversations/{conversation_id}/messages",
            *THEIRS,
            text(type="file", content={"upload_id": "{upload_id}"}),
        ),
        Aim("/conversations/{conversation_id}/messages", *THEIRS, text(**{"from": "operator"})),
        Aim("/conversations/{conversation_id}/messages", *THEIRS, {}),
    ),
    "POST /conversations/{cid}/read": row(
        Aim("/conversations/{conversation_id}/read", *THEIRS, {"seq": 1}),
        Aim("/conversations/{conversation_id}/read", *THEIRS, {"seq": "1"}),
    ),
    "POST /conversations/{cid}/end": row(
        Aim("/conversations/{conversation_id}/end", *THEIRS, {}),
        Aim("/conversations/{conversation_id}/end", *THEIRS, {"state": "resolved"}),
    ),
    "POST /conversations/{cid}/feedback": row(
        Aim("/conversations/{conversation_id}/feedback", *THEIRS, {"fields": {}}),
        Aim("/conversations/{conversation_id}/feedback", *THEIRS, {"fields": {"stars": 1}, "operator_id": "x"}),
    ),
    "GET /conversations/{cid}/files/{file}": row(Aim("/conversations/{conversation_id}/files/{file_id}", *THEIRS)),
    "GET /conversations/{cid}/preview": row(
        Aim("/conversations/{conversation_id}/preview?url=https%3A%2F%2Fshop.example%2F", *THEIRS)
    ),
    "POST /uploads": row(
        Aim("/uploads", 422, "field_unknown", {"name": "a.txt", "size": 1, "visitor_id": "{visitor_id}"}),
        Aim("/uploads", 422, "field_unknown", {"name": "a.txt", "size": 1, "file_id": "{file_id}"}),
    ),
    "GET /bot-check": row(Aim("/bot-check?user_id={visitor_id}", 422, "field_invalid")),
    "POST /pre-conversation-form": row(
        Aim("/pre-conversation-form", 404, "form_off", {"fields": {"name": "{visitor_id}"}}),
    ),
    "POST /csp-reports": row(
        Aim("/csp-reports", 204, body=[]),
        Aim(
            "/csp-reports", 204, body={"csp-report": {"document-uri": "https://{visitor_id}.example/{conversation_id}"}}
        ),
    ),
    "POST /continue-link": row(Aim("/continue-link", 404, "mail_off", {"email": "{visitor_id}@acme.example"})),
    "POST /continue": row(
        Aim("/continue", 403, "continue_invalid", {"code": "{visitor_id}"}),
        Aim("/continue", 403, "continue_invalid", {"code": "{guest}"}),
        Aim("/continue", 422, "field_unknown", {"code": "x", "visitor_id": "{visitor_id}"}),
    ),
}
"""Every public route below a widget, called by one visitor with ids of another."""

NEEDS_TOKEN = frozenset(
    {"PATCH /visitor", "DELETE /visitor", "POST /identify", "POST /pre-conversation-form", "POST /uploads"}
)
"""Public routes that refuse who has no visitor token for that alone."""
IGNORES_TOKEN = frozenset({"GET ", "POST /embed-ticket", "POST /csp-reports"})
"""Public routes that look at no visitor token."""
FOR_BROWSERS = frozenset({"POST /csp-reports"})
"""Routes that browsers call by themselves: of the general rules only the rates and the workspace hold (csp contract 5)."""

OPEN: dict[str, int] = {
    "/public/embed": 200,
    "/public/loader": 404,
    "/public/widget": 200,
    "/public/assets": 404,
    "/inbox": 200,
    "/favicon.svg": 200,
    "/favicon.ico": 200,
    "/relay": 426,
    "/healthz": 200,
    "/readyz": 503,  # the relay of these tests is not started
    "/metrics": 404,
    "/docs": 200,
    "/docs/openapi.json": 200,
}
"""What everybody may read, and gets alike whoever they are."""


def manage_routes() -> dict[str, Any]:
    """Every handler of the management API by method and address."""
    return {
        f"{method} /core{path.replace(':str', '').replace(':int', '')}": handler
        for handler in ROUTES
        for path in handler.paths
        for method in handler.http_methods
    }


def public_routes() -> set[str]:
    """Every public route by method and address below the widget."""
    return {f"{route.method} {route.path}" for route in PUBLIC_ROUTES}


def needed(handler: Any) -> tuple[str, ...] | None:
    """The scopes of which a route needs one; None where nobody has to be signed in."""
    wanted = handler.opt["scope"]
    return None if wanted == PUBLIC else scopes_of(wanted)


def writes(key: str) -> bool:
    return not key.startswith("GET ")
