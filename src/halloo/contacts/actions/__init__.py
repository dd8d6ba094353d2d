"""What happens to visitors and contacts: one function a verb, a file a theme."""

from halloo.contacts.actions.claim import claim_details, take_claims
from halloo.contacts.actions.contacts import (
    change_contact,
    count_conversation,
    create_contact,
    delete_contact,
    ensure_contact,
    get_contact,
    get_contacts,
    list_browsers,
    list_contacts,
    refuse_stale,
)
from halloo.contacts.actions.identify import Identified, identify, prove, take_over
from halloo.contacts.actions.join import join_contact
from halloo.contacts.actions.keys import retire_identity_key
from halloo.contacts.actions.links import Redeemed, list_of_email, make_code, redeem_code
from halloo.contacts.actions.sweep import delete_silent, list_silent, sweep_expired
from halloo.contacts.actions.visitors import (
    Hello,
    find_nickname,
    find_visitor,
    first_contact,
    forget_browser,
    get_visitors,
    greet_again,
    is_welcome,
    lock_visitor,
    new_token,
    recognise,
    recognise_browser,
    see_page,
    visitor_actor,
)

__all__ = [
    "Hello",
    "Identified",
    "Redeemed",
    "change_contact",
    "claim_details",
    "count_conversation",
    "create_contact",
    "delete_contact",
    "delete_silent",
    "ensure_contact",
    "find_nickname",
    "find_visitor",
    "first_contact",
    "forget_browser",
    "get_contact",
    "get_contacts",
    "get_visitors",
    "greet_again",
    "identify",
    "is_welcome",
    "join_contact",
    "list_browsers",
    "list_contacts",
    "list_of_email",
    "list_silent",
    "lock_visitor",
    "make_code",
    "new_token",
    "prove",
    "recognise",
    "recognise_browser",
    "redeem_code",
    "refuse_stale",
    "retire_identity_key",
    "see_page",
    "sweep_expired",
    "take_claims",
    "take_over",
    "visitor_actor",
]
