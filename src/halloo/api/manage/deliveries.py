"""Routes: what hooks were told, trying them, and telling it again (hooks contract 8 and 11)."""

from litestar import post
from litestar.params import FromPath, JSONBody

from halloo.api.manage import shapes
from halloo.api.manage.attempts_view import attempt_view
from halloo.edge.handed import Parts, Who
from halloo.hooks.actions.secrets import MANAGE as _MANAGE

_TAGS = ["Hooks"]
_PLAIN = shapes.HookTestPost()
"""What is meant by no body."""


@post("/hooks/{hook_id:str}/test", opt={"scope": _MANAGE}, tags=_TAGS, status_code=200)
async def try_hook(
    hook_id: FromPath[str], who: Who, services: Parts, data: JSONBody[shapes.HookTestPost] = _PLAIN
) -> shapes.AttemptView:
    """Make one test call and wait for its answer; at most ten a minute of a hook."""
    hook, body, attempt = await services.hook_trials.run(who, hook_id, data.event)
    return attempt_view(1, attempt, body, hook, who)


ROUTES = (try_hook,)
