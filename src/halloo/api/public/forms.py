"""The public routes of forms: what is asked before a conversation, and after it (embedding contract 8.4)."""

from dataclasses import replace
from typing import Any

from halloo.api.public.call import Answer, Call
from halloo.api.public.parts import PublicApi, accepted, judged, known_visitor, refuse_by_policy
from halloo.api.public.shapes import ConversationStart, FieldsAccepted, FieldsPost
from halloo.contacts import forms
from halloo.contacts.actions import visitor_actor
from halloo.contacts.errors import FormOff, FormRequired
from halloo.contacts.forms import Asked, Filled
from halloo.contacts.model import Visitor
from halloo.conversations import actions
from halloo.conversations.errors import FeedbackOff
from halloo.edge.body import convert
from halloo.kit.refusals import field_invalid
from halloo.widgets.forms import MAX_BYTES, accept_fields


async def submit_form(api: PublicApi, call: Call) -> Answer:
    """`POST /pre-conversation-form`: kept for the visitor's next conversation."""
    given = await call.read(MAX_BYTES)
    visitor = await api.visits.require_known(call)
    api.limits.take_form(visitor.id, call.cost)
    form_hash, filled = _filled(call, given, visitor)
    if given.get("website"):  # nobody sees that field
        api.guard.signs.trap(visitor.id)
    await api.database.write(call.workspace_id, actions.submit_form, visitor.id, form_hash, filled)
    return Answer(200, FieldsAccepted(filled.values))


def _filled(call: Call, given: dict[str, Any], visitor: Visitor) -> tuple[str, Filled]:
    """Which form is asked, and what was filled in, if policy and widget take it."""
    refuse_by_policy(call, visitor)
    asked = forms.asked_of(call.config)
    if asked is None:
        raise FormOff
    return asked.hash, forms.fill_in(asked, convert(given, FieldsPost).fields, "fields")


async def give_feedback(api: PublicApi, call: Call) -> Answer:
    """`POST /conversations/{cid}/feedback`: once, while it is resolved."""
    given = await call.read(MAX_BYTES)
    visitor = await known_visitor(api, call)
    api.limits.take_form(visitor.id, call.cost)
    cid = call.names["cid"]
    form, values = await judged(api, call, visitor, cid, lambda: _said(call, given, visitor))
    fields = await api.database.write(
        call.workspace_id, actions.give_feedback, visitor_actor(visitor), cid, form, values
    )
    return Answer(201, FieldsAccepted(fields))


def _said(call: Call, given: dict[str, Any], visitor: Visitor) -> tuple[dict[str, Any], dict[str, Any]]:
    """The form that is asked, and what it accepts of the answers."""
    refuse_by_policy(call, visitor)
    feedback = call.config["post_conversation_feedback"]
    if not feedback["enabled"]:
        raise FeedbackOff
    return feedback["form"], accept_fields(feedback["form"], convert(given, FieldsPost).fields)


def asks_feedback(call: Call) -> bool:
    """Whether the widget asks something after a conversation."""
    return bool(call.config["post_conversation_feedback"]["enabled"])


def accepted_start(
    call: Call, given: dict[str, Any], visitor: Visitor | None
) -> tuple[ConversationStart, Asked | None]:
    """What a start brings along, and the form that it answers or has to; whether it has to, the action decides.

    A newcomer cannot have answered before: nobody is made known for a start that the form refuses.
    """
    body = accepted(call, given, ConversationStart, visitor)
    asked = forms.asked_of(call.config)
    if body.conversation_id is not None:
        if body.form is not None:
            raise field_invalid("form", "only a new conversation takes one.")
        return body, None
    if body.form is None:
        if asked is not None and visitor is None:
            raise FormRequired
        return body, asked
    if asked is None and not body.form:
        return body, None
    filled = forms.fill_in(asked, body.form, "form")
    return body, None if asked is None else replace(asked, filled=filled)
