"""Refusals of conversations."""

from halloo.kit.refusals import Conflict, Forbidden, Invalid, NotFound


class ConversationNotFound(NotFound):
    """There is no such conversation."""

    code = "conversation_not_found"


class ConversationForbidden(Forbidden):
    """This conversation is not yours; start one of your own."""

    code = "conversation_forbidden"


class MessageNotFound(NotFound):
    """There is no such message in this conversation."""

    code = "message_not_found"


class NotYourMessage(Forbidden):
    """Only its author may change a message."""

    code = "not_your_message"


class ClientIdConflict(Conflict):
    """This client_id was used for another content; make a new one for a new message."""

    code = "client_id_conflict"


class EndOff(NotFound):
    """Visitors may not end conversations of this widget."""

    code = "end_off"


class MessageRefused(Invalid):
    """The message is not valid."""

    code = "field_invalid"


class CannedReplyNotFound(NotFound):
    """There is no such canned reply."""

    code = "canned_reply_not_found"


class TagNotFound(NotFound):
    """There is no such tag."""

    code = "tag_not_found"


class NameTaken(Conflict):
    """Another one has this name."""

    code = "name_taken"


class FeedbackOff(NotFound):
    """This widget asks nothing after a conversation."""

    code = "feedback_off"


class FeedbackExists(Conflict):
    """Feedback was given for this conversation already; the first stays."""

    code = "feedback_exists"


class ConversationOpen(Conflict):
    """This conversation is not over yet; feedback is given once it is resolved."""

    code = "conversation_open"


class LinkNotThere(NotFound):
    """No message of this conversation links to this address."""

    code = "link_not_found"
