"""The guard: every route says what it needs."""

from halloo.api.manage.router import ROUTES
from halloo.edge.auth import PUBLIC, drop_cookie, scopes_of, set_cookie
from halloo.workspaces.model import SCOPES


def test_every_route_says_which_scope_it_needs() -> None:
    for route in ROUTES:
        assert "scope" in route.opt, route.paths
        wanted = route.opt["scope"]
        if wanted not in (None, PUBLIC):
            assert set(scopes_of(wanted)) <= set(SCOPES), route.paths


def test_only_these_routes_need_no_sign_in() -> None:
    public = {path for route in ROUTES if route.opt["scope"] == PUBLIC for path in route.paths}
    assert public == {"/session", "/invitations/accept"}


def test_both_cookies_are_bound_alike() -> None:
    for cookie in (set_cookie("hs_x", 60), drop_cookie()):
        assert cookie.startswith("__Host-halloo=")
        assert "; Path=/; " in cookie
        assert cookie.endswith("; Secure; HttpOnly; SameSite=Lax")
