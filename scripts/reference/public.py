"""`docs/api/public.md`: what a visitor's browser may call."""

from dataclasses import dataclass

from halloo.api.public import shapes
from halloo.api.public.app import PREFIX
from halloo.api.public.routes import ROUTES
from halloo.files.previews import Preview
from reference.markdown import code, page, table
from reference.structs import Shape, link, reachable, section


@dataclass(frozen=True)
class Row:
    """What a route takes and gives. `token`: needed, used where it is sent, or not looked at."""

    token: str
    what: str
    takes: Shape | None
    gives: str
    shape: Shape | None
    refuses: tuple[str, ...] = ()
    query: str = ""


_STARTING = ("origin_not_allowed", "embedding_unverified", "visitor_token_invalid", "visitor_blocked")
_FIELDS = ("field_unknown", "field_invalid", "field_required")
_KNOWN = ("visitor_token_missing", "visitor_token_invalid", "visitor_blocked")
_INSIDE = ("conversation_forbidden", "visitor_token_invalid", "visitor_blocked")

ROWS: dict[tuple[str, str], Row] = {
    ("GET", ""): Row(
        "not looked at",
        "The widget's public record: its allowed domains, its whole configuration with every default filled in, its "
        "hosts. Any page may read it (`Access-Control-Allow-Origin: *`); it is kept for 60 seconds and has an `ETag`.",
        None,
        "200, 304",
        None,
    ),
    ("POST", "/visitor"): Row(
        "used if sent",
        "First contact, or a browser that came back. A first contact gets a visitor token, this once. The answer also "
        "holds a fresh token for the relay.",
        shapes.VisitorPost,
        "201 first contact, 200 known",
        shapes.VisitorHello,
        (*_STARTING, "ticket_invalid", "field_invalid", "bot_check_required", "bot_check_failed"),
    ),
    ("PATCH", "/visitor"): Row(
        "needed",
        "What the page or the visitor says of themselves, without proof. Keys that are not sent stay as they are, keys of `data` "
        "are added to those of before, and nothing that was signed is replaced.",
        shapes.VisitorPatch,
        "200",
        shapes.VisitorPatched,
        (*_KNOWN, "embedding_unverified", "field_invalid"),
    ),
    ("DELETE", "/visitor"): Row(
        "needed",
        "End this browser's visitor token. Its conversations stay with the operators; other browsers of a known person go on.",
        None,
        "204",
        None,
        ("visitor_token_missing", "visitor_token_invalid"),
    ),
    ("POST", "/identify"): Row(
        "needed",
        "Prove who the visitor is: with a token that the customer's server has signed, or with a plain hash, where the widget has "
        "a key for it. The answer holds a new visitor token; the old one is void. What was said in this browser before is the "
        "person's from now on. A proof that fails changes nothing; `details.reason` says why.",
        shapes.IdentifyPost,
        "200",
        shapes.Identified,
        (*_KNOWN, "embedding_unverified", "identity_off", "identity_invalid"),
    ),
    ("POST", "/embed-ticket"): Row(
        "not looked at",
        "Prove the page: the page itself asks, so that its browser names the `Origin`, which must be in the allowed domains. The "
        "ticket is good once, for 60 seconds, as `embed_ticket` of `POST /visitor`. The body is `{}`.",
        shapes.Nothing,
        "200",
        shapes.EmbedTicket,
        ("origin_not_allowed",),
    ),
    ("GET", "/conversations"): Row(
        "used if sent",
        "The visitor's conversations, newest first. Without a token the list is empty, whoever is asked for.",
        None,
        "200",
        shapes.PublicConversationPage,
        ("visitor_token_invalid", "visitor_blocked"),
        "`limit` 1 to 50 (20), `cursor`, `user_id`",
    ),
    ("POST", "/conversations"): Row(
        "used if sent",
        "Start a conversation, or resume the one in `conversation_id`; send its first message in the same transaction. "
        "`client_id` makes a repeated start one conversation. Without a token this is first contact, too. Where the widget "
        "asks a form first, a new conversation needs `form`, unless the visitor has answered that very form before.",
        shapes.ConversationStart,
        "201 started, 200 resumed or repeated",
        shapes.ConversationStarted,
        (
            *_STARTING,
            "visitor_token_missing",
            "conversation_forbidden",
            "bot_check_required",
            "bot_check_failed",
            "identity_required",
            "client_id_conflict",
            "form_off",
            "form_required",
            *_FIELDS,
        ),
    ),
    ("GET", "/conversations/{cid}/messages"): Row(
        "needed",
        "Messages in ascending `seq`, without gaps. Notes never appear. A removed message stays, with "
        "`removed: true` and `content: null`.",
        None,
        "200",
        shapes.PublicMessagePage,
        _INSIDE,
        "`after` (0) or `before`, both exclusive; `limit` 1 to 100 (50)",
    ),
    ("POST", "/conversations/{cid}/messages"): Row(
        "needed",
        "Send a text of 1 to 10,000 characters; or what was uploaded: `type` `file`, `audio` or `animation`, with `content` "
        '`{"upload_id"}`, and of sound its `duration` in seconds and a `waveform` of up to 100 numbers from 0 to 100. '
        "`client_id` is a UUID of the caller's making; the same again is the same message.",
        shapes.PublicMessagePost,
        "201 sent, 200 repeated",
        shapes.PublicMessageSent,
        (
            *_INSIDE,
            "embedding_unverified",
            "identity_required",
            "client_id_conflict",
            "upload_incomplete",
            "bot_check_required",
            "bot_check_failed",
        ),
    ),
    ("GET", "/conversations/{cid}/files/{file}"): Row(
        "needed",
        "A new address of a file that stands in a message: for a screen whose own ran out. It holds an hour.",
        None,
        "200",
        shapes.FileAddress,
        (*_INSIDE, "file_not_found"),
    ),
    ("GET", "/conversations/{cid}/preview"): Row(
        "needed",
        "What the page at the query's `url` says of itself, if a message of the conversation links to it; empty where nothing is "
        "known. Pages on private networks are not read. `image` is an address of the image host.",
        None,
        "200",
        Preview,
        (*_INSIDE, "link_not_found"),
    ),
    ("POST", "/uploads"): Row(
        "needed",
        "Ask where the bytes of a file go. They are sent by `PUT` to `put.url`, on the storage host, within five minutes; where the "
        "line broke, `HEAD` says by `Upload-Offset` how much is there, and `PATCH` with `Upload-Offset` goes on. Nobody sees the file "
        "before its bytes were looked at and a message names its `upload_id`. `sha256`, in hex, is compared if sent.",
        shapes.UploadPost,
        "201",
        shapes.UploadOpened,
        (
            "visitor_token_missing",
            "visitor_token_invalid",
            "visitor_blocked",
            "embedding_unverified",
            "identity_required",
            "files_off",
            "file_too_large",
            "file_type",
            "bot_check_required",
            "bot_check_failed",
        ),
    ),
    ("POST", "/conversations/{cid}/read"): Row(
        "needed",
        "Everything up to `seq` was seen. It never moves back.",
        shapes.PublicReadPost,
        "204",
        None,
        _INSIDE,
    ),
    ("POST", "/conversations/{cid}/end"): Row(
        "needed",
        "Resolve the conversation, where the widget lets visitors do so. The body is `{}`.",
        shapes.Nothing,
        "200",
        shapes.ConversationEnded,
        (*_INSIDE, "end_off"),
    ),
    ("POST", "/conversations/{cid}/feedback"): Row(
        "needed",
        "What the visitor says after a conversation: once, while it is resolved. The first stays as it was, also after the "
        "conversation was opened and resolved again. The body has at most 8 KiB.",
        shapes.FieldsPost,
        "201",
        shapes.FieldsAccepted,
        (*_INSIDE, "identity_required", "feedback_off", *_FIELDS, "conversation_open", "feedback_exists"),
    ),
    ("POST", "/pre-conversation-form"): Row(
        "needed",
        "What the visitor filled in before a conversation. It joins the `custom_metadata` of their next one, and fields "
        "with `maps_to` set what the visitor claims of themselves. The body has at most 8 KiB.",
        shapes.FieldsPost,
        "200",
        shapes.FieldsAccepted,
        (
            "visitor_token_missing",
            "visitor_token_invalid",
            "visitor_blocked",
            "identity_required",
            "form_off",
            *_FIELDS,
        ),
    ),
    ("GET", "/bot-check"): Row(
        "used if sent",
        "A challenge of the bot check in the shape of ALTCHA's protocol, version 2, to be solved before it is asked for. It holds for "
        "this visitor of this widget, ten minutes and one start, message or file; who has no token yet names the guest id that will "
        'start in the query\'s `user_id`. `bot_check` takes the solution: base64 of JSON `{"challenge", "solution": {"counter", '
        '"derivedKey"}}`. Identified visitors need none.',
        None,
        "200, the challenge",
        None,
        ("bot_check_off", "visitor_token_invalid", "visitor_blocked"),
    ),
    ("POST", "/continue-link"): Row(
        "used if sent",
        "Ask for a link by mail that continues a conversation in another browser. It goes to the address if somebody with a "
        "conversation gave it; the answer is the same either way.",
        shapes.ContinueLinkPost,
        "202, `{}`",
        None,
        ("mail_off", "embedding_unverified"),
    ),
    ("POST", "/continue"): Row(
        "used if sent",
        "Go on as the visitor of a link that was sent by mail. It works once, and not for long. A guest's other tokens end, "
        "unless links gave them, too. It makes nobody identified.",
        shapes.ContinuePost,
        "200",
        shapes.Identified,
        ("continue_invalid", "embedding_unverified"),
    ),
    ("POST", "/csp-reports"): Row(
        "not looked at",
        "Where browsers report by themselves what a page's [Content Security Policy](../embed/csp.md) has refused: as "
        "`application/csp-report` or `application/json` of at most 16 KiB, or as an array of `application/reports+json` of at most "
        "64 KiB, of which 20 violations are used. Any page may send them (`Access-Control-Allow-Origin: *`); 30 requests a minute for each "
        "address, 600 for each widget. The answer is the same whether something is kept or not. Pages of the inbox report to "
        "`/core/public/csp-reports`.",
        None,
        "204",
        None,
        ("body_too_large", "content_type"),
    ),
}

_HEAD = f"""\
What the widget's frame calls. The addresses begin with `{PREFIX}{{id}}`, where `{{id}}` is the widget's. No sign-in
is needed: the widget id fixes the workspace, and a request can touch that workspace alone.

## Rules for all routes

- **Visitor token.** A browser is known by the header `X-Halloo-Visitor: hvt_…`. It is given once, at first contact. It never
  travels in `Authorization`, in a cookie or in an address; an address that holds one is refused with 400 `token_in_url`.
- **Origin.** A request that names an `Origin` which is neither the widget host's own nor in the widget's
  [allowed domains](../embed/domains.md) is refused with 403 `origin_not_allowed`. Without an `Origin` it is let through,
  at half the rate. The record answers every origin.
- **Somebody else's conversation** is refused with 403 `conversation_forbidden`. The answer is the same whether it is
  another visitor's, another widget's, or does not exist.
- **Bodies** are JSON objects with `Content-Type: application/json`, at most 64 KiB. Unknown and repeated keys are refused.
- **Rates** are [settings](../guide/settings.md#public_api). Beyond one the answer is 429 `rate_limited` with `Retry-After`. Where
  the widget has a bot check, the rates of an address count otherwise: beyond those of first contacts, of uploaded bytes and of new
  conversations the answer is 428 `bot_check_required`, and 429 at ten, at ten and at three times of them.
- **Bot check.** 428 `bot_check_required` holds a challenge in `details.challenge`; the same call with its solution in `bot_check`
  passes. A solution counts once, for the visitor and the widget that it was made for; else the answer is 422 `bot_check_failed`.
- An unpublished widget answers like an unknown one: 404 `widget_not_found`.
- `OPTIONS` answers preflights; `HEAD` works wherever `GET` does. Nothing here sets or reads a cookie.

Errors have [one shape](errors.md)."""


def render() -> str:
    """The page. Raises `KeyError` for a route that has no row."""
    known = [(route.method, route.path) for route in ROUTES]
    stale = ROWS.keys() - set(known)
    if stale:
        raise KeyError(f"rows without a route: {sorted(stale)}")
    routes = table(
        ("route", "visitor token", "what it does", "body", "answer"),
        [
            (
                code(f"{method} {path or '(the widget itself)'}"),
                row.token,
                row.what,
                "–" if row.takes is None else link(row.takes),
                f"{row.gives} {'' if row.shape is None else link(row.shape)}".strip(),
            )
            for method, path in known
            for row in [ROWS[method, path]]
        ],
    )
    refusals = table(
        ("route", "query", "refusals beyond the general ones"),
        [
            (code(f"{method} {path}"), row.query or "–", ", ".join(code(one) for one in row.refuses) or "–")
            for method, path in known
            for row in [ROWS[method, path]]
            if row.refuses or row.query
        ],
    )
    used = [shape for row in ROWS.values() for shape in (row.takes, row.shape) if shape is not None]
    return page(
        "Public API",
        _HEAD,
        "## Routes",
        routes,
        refusals,
        "## Shapes",
        *(section(shape) for shape in reachable(used)),
    )
