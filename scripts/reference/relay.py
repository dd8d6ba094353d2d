"""`docs/api/relay.md`: frames, streams and close codes of the live connection."""

from typing import get_args

from halloo.relay.frames import CLOSES, ClientFrame, CloseFrame, Draft, Found, Reconnect, ServerFrame, Want
from halloo.relay.limits import MESSAGE_BURST, OPERATOR_FRAME_BYTES, VISITOR_FRAME_BYTES, Timing, limits_of
from halloo.relay.settings import RelaySettings
from halloo.relay.tokens import LIFE_S
from reference.markdown import code, page, table
from reference.structs import Shape, fields, section, sentence

_RECONNECT: dict[Reconnect, str] = {
    "never": "no",
    "at_once": "yes, at once, with recovery",
    "after_frame": "yes, after the delay of the `reconnect` frame",
    "after_30_s": "yes, after 30 seconds",
    "after_new_token": "yes, with a new token",
}
_WHY: dict[int, str] = {
    1000: "The other side has closed.",
    1002: "A fault of the WebSocket protocol itself: an unmasked frame, reserved bits, a bad control frame.",
    1012: "The server stops or starts again.",
    4008: "The client does not read: too much waited for it, or for too long.",
    4009: "More frames than allowed.",
    4010: "This node fell behind the log; another try recovers.",
    4400: "No JSON, no UTF-8, a binary frame, a second `connect`, a first frame that is none, or another version.",
    4401: "The token is missing, expired or revoked; the operator was deactivated or signed out.",
    4403: "Not allowed: the origin was taken off the list, the visitor is blocked, the stream is somebody else's.",
    4404: "The widget is unknown, unpublished or deleted.",
    4408: "No `connect` in time.",
    4413: "A message was larger than allowed.",
    4429: "Too many connections of one person.",
}
_HINTS = (
    (
        "typing",
        "somebody types, or stopped",
        (
            "`conversation_id`, `from` (`user` or `operator`), `state` (`start` or `stop`), `user` {`user_id`, `nickname`, "
            "`avatar`}; to operators also `excerpt` where the widget's `typing_preview` is on"
        ),
    ),
    (
        "presence",
        "which operators are there, to everybody",
        (
            "`operators` (list of {`id`, `name`, `avatar`, `availability`}), `available`; above 200 only how many there are: `count` "
            "beside an empty list"
        ),
    ),
    (
        "visitors",
        "who is on the site, to operators who `watch` it; at most twice a second",
        (
            "`set`: who came or changed, each as in [`GET /core/visitors`](management.md#visitors); `gone`: the ids of who went; "
            "`missed` where hints were lost: read the list again"
        ),
    ),
)

_HEAD = f"""\
The live connection of visitors, operators and programs: a WebSocket at `/relay`. Everything that was said goes through
the log first; the relay hands on what is stored. What a frame asks for is done by the same code as the API route of the
same meaning.

## Opening

1. Get a token. Visitors find one in `relay` of the answer to [`POST …/visitor`](public.md). Operators and programs call
   [`POST /core/relay-token`](management.md#session). It is good for {LIFE_S // 60} minutes. Beside it stand the `streams` to begin with.
2. Open the WebSocket. The upgrade must name exactly one `Origin`: that of the widget host or of the public URL. A program
   outside a browser has to send it by hand. A wrong or missing one is refused with 403, a token in the address or in a
   subprotocol with 400, a path other than `/relay` with 404, an unknown `Host` with 421.
3. Send `connect` as the first frame, within {Timing().connect // 1000} seconds.
4. Send `refresh` with a new token before the old one ends, or the connection is closed with 4401.

```json
{{"t": "connect", "v": 1, "role": "operator", "token": "…", "tab": "t1",
 "streams": [{{"id": "w:0196f0c2-…", "epoch": "5d1c09aa", "offset": 118}}]}}
```

Frames are text: one JSON object each, its kind in `t`. Several may stand in one message, one a line; the server does
that, too. An unknown kind is answered by an `error` frame with `unknown_frame`, and the connection stays. The server's pings are
those of the WebSocket protocol, which libraries answer by themselves; the `ping` frame is for clients that want to know.
[A whole client](README.md#live) in Python stands on the first page.

## Streams

| stream | who may follow it | what it carries |
|---|---|---|
| `c:<conversation id>` | the conversation's visitor; operators | the public [events](events.md) of one conversation |
| `v:<visitor id>` | that visitor; operators | the visitor's own events across conversations |
| `w:<workspace id>` | operators and programs with `conversations:read` | every event of the workspace |

Each event has an `offset` in its stream: 1, 2, 3 and so on, without gaps. `epoch` names the log that the offsets belong
to; whoever [restores a backup](../guide/backup.md) gives it a new one. Keep the last `(epoch, offset)` of each stream and send it
in `connect` or `subscribe`. The server compares:

- the epoch is the same and no more than 300 events are missing: they follow, and the stream says `recovered: true`;
- else `recovered: false`. Read the lists afresh through the API. Each answer there carries the `position` it is valid at.

A stream that is named without a position starts at its head. A client that sees an offset jump asks again with
`subscribe`. Show an event once: drop what you have seen by its offset, and messages by their `fingerprint`.

## Sending

`ack` comes after the message is committed and synced to disk. If no `ack` came, send again with the same `client_id`:
it stays one message.

## Over HTTP

Where WebSockets are blocked, the same frames go over two plain requests. Both need the same `Origin` as an upgrade, and no header
that a browser would ask for first: send `Content-Type: text/plain;charset=utf-8`.

`POST /relay/stream` with the `connect` frame as its body (at most {VISITOR_FRAME_BYTES:,} bytes) is answered by 200 and a body
without an end, `application/x-ndjson`: one frame a line. An empty line comes every `ping_s` seconds; it keeps proxies awake.
The last line is a `close` frame with a [code](#closing) and its name, in place of a WebSocket's close. In `connected`, `session`
is the stream's secret: whoever has it can send.

`POST /relay/send` brings frames: the secret on the first line, then frames, one a line. Acks and answers come down the stream. A client
that has sent nothing for `ping_s` seconds sends a `ping` frame when it hears an empty line, or is given up.

| answer | why |
|---|---|
| 204 | taken, in the order of the lines |
| 403, 421, 400 | as for an upgrade |
| 404 `session_unknown` | there is no such stream any more: open one anew |
| 408, 413 | the body came too slowly, or is larger than a message may be |
| 429 | what came before waits for its turn: come again after `Retry-After` |
| 503 | too many connections begin at once, or the server stops: come again after `Retry-After`, 1 to 5 seconds |

To look at it, with a token from `POST /core/relay-token` in `$ACCESS` and its stream in `$STREAM`:

```sh
curl -sN "$HALLOO/relay/stream" -H "Origin: $HALLOO" -H "Content-Type: text/plain;charset=utf-8" \
  -d '{{"t": "connect", "v": 1, "role": "operator", "token": "'$ACCESS'", "streams": [{{"id": "'$STREAM'"}}]}}'
```

An upgrade gets the same 503. Widgets and inbox find a second address for the relay in `hosts.rescue` of the widget's record."""


_BACK = """\
Come back with growing, random pauses: half a second, doubled each time, at most 30 seconds.

## Other ways

Widget and inbox try the ways to the relay in this order, and clients of your own may do the same. The addresses stand in
`hosts` of the [widget's record](public.md); the one for streaming is that of the WebSocket with `/stream` behind it and
`http` for `ws`.

| | way | left after |
|---|---|---|
| 1 | the WebSocket at `hosts.relay`, the primary | three failures in a row, or 20 seconds without it |
| 2 | the WebSocket at `hosts.rescue`, where there is one | two failures |
| 3 | HTTP streaming at the primary's host | two failures |
| 4 | HTTP streaming at the rescue host | two failures, then the next round begins, with one try each |

A close that the relay itself sends (1012 and those from 4000 on) is no failure of the way: wait as the table above says.
Away from the primary, try it again every 60 seconds on a second connection, with your positions, and let the first go only
when the second is `live`: what both bring is dropped by its offset. Try it at once when the network comes back or the page
becomes visible. Once a way has stood for five seconds the widget remembers it in this tab for an hour, so that the next page does
not begin with one that is blocked.

## Tabs

A browser needs one connection for all its tabs, and one visitor may have no more than the limit below. The widget's tabs of
one site and one visitor elect a leader with `navigator.locks`, or by talking over a `BroadcastChannel` where there are no
locks. The leader holds the connection and speaks these same frames with the others: it keeps the last 256 events of each
stream for a tab that is behind, asks what they ask, tells `online` while any of them is seen, and the page of the one that
was seen last. When it is closed or falls silent the next one connects with its own positions. Without a `BroadcastChannel`
each tab has a connection of its own."""


def render() -> str:
    """The page. Raises `KeyError` for a close code that has no sentence."""
    closes = table(
        ("code", "name", "why", "come back?"),
        [(str(one.code), code(one.name), _WHY[one.code], _RECONNECT[one.reconnect]) for one in CLOSES.values()],
    )
    return page(
        "The relay",
        _HEAD,
        "## Frames from the client",
        *(_frame(frame) for frame in get_args(ClientFrame)),
        section(Want),
        section(Draft),
        "## Frames from the server",
        *(_frame(frame) for frame in get_args(ServerFrame)),
        _frame(CloseFrame),
        section(Found),
        "## Hints",
        "A hint is not remembered: it has no offset, and it may be lost.",
        table(("name", "when", "data"), [(code(name), when, data) for name, when, data in _HINTS]),
        "## Closing",
        closes,
        _BACK,
        "## Limits",
        _limits(),
    )


def _frame(frame: Shape) -> str:
    kind = str(frame.__struct_config__.tag)
    parts = (f"### `{kind}`", sentence(frame), fields(frame))
    return "\n\n".join(part for part in parts if part)


def _limits() -> str:
    limits, timing = limits_of(RelaySettings()), Timing()
    visitor, operator = limits["visitor"], limits["operator"]
    rows = [
        ("connections of one person", str(visitor.sockets), str(operator.sockets)),
        ("bytes in one message", f"{VISITOR_FRAME_BYTES:,}", f"{OPERATOR_FRAME_BYTES:,}"),
        (
            "frames in a second, and at once",
            f"{visitor.frames.amount}, {visitor.frames.burst}",
            f"{operator.frames.amount}, {operator.frames.burst}",
        ),
        (
            "messages in a minute, and at once",
            f"{visitor.messages.amount}, {MESSAGE_BURST}",
            f"{operator.messages.amount}, {MESSAGE_BURST}",
        ),
        ("streams followed in one frame", f"{visitor.streams:,}", f"{operator.streams:,}"),
        ("bytes that wait before 4008", f"{visitor.queue_bytes:,}", f"{operator.queue_bytes:,}"),
        ("seconds that a full queue may stand still", str(timing.slow // 1000), str(timing.slow // 1000)),
        ("seconds of silence before a ping", str(timing.ping // 1000), str(timing.ping // 1000)),
        ("seconds to answer it", str(timing.pong // 1000), str(timing.pong // 1000)),
    ]
    tail = (
        "Most of them are [settings](../guide/settings.md#relay). Messages beyond the limit get an `error` frame with\n"
    )
    tail += "`rate_limited` and `retry_after_ms`; frames beyond the limit close the connection with 4009."
    return table(("what", "visitor", "operator"), rows) + "\n\n" + tail
