"""Refusals of mail."""

from halloo.kit.refusals import NotFound


class MailOff(NotFound):
    """This server sends no mail."""

    code = "mail_off"
