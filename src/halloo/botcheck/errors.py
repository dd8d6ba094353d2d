"""Refusals of the bot check."""

from halloo.kit.refusals import Invalid, NotFound, Refusal


class BotCheckRequired(Refusal):
    """Solve the challenge in details.challenge and send the same again with the solution as bot_check."""

    kind = "required"
    code = "bot_check_required"


class BotCheckFailed(Invalid):
    """This solution does not count: it is wrong, too old, used already, or somebody else's. Ask for a new challenge and solve that."""

    code = "bot_check_failed"


class BotCheckOff(NotFound):
    """This widget asks for no bot check; send without one."""

    code = "bot_check_off"
