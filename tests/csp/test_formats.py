"""Every format is read back, and says the policy that was meant (csp contract 3)."""

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from halloo.csp.formats import Target
from halloo.csp.generate import Form, Generated, Options, generate
from halloo.csp.manifest import ALL_FEATURES
from halloo.csp.model import Context, Deployment, Feature, Pinned, Role, Trust
from tests.csp.readers import POLICY, READERS

ROLES: tuple[Role, ...] = get_args(Role)
DEPLOYMENT = Deployment(
    hosts={role: f"https://{role}.chat.example.com" for role in ROLES},
    features=frozenset(ALL_FEATURES) - {"pusher"},
    domains=("https://shop.example",),
    widget_id="0196f0c2-7b1e-7c54-9d0a-2f4be1c0a6d1",
    pinned=Pinned("https://client.chat.example.com/public/loader/1f0c.js", "sha384-" + "ab/+" * 16),
    verified_embedding=True,
)
FORMS: tuple[Form, ...] = get_args(Form)
TRUSTS: tuple[Trust, ...] = get_args(Trust)
CONTEXTS: tuple[Context, ...] = get_args(Context)
QUICK = tuple(target for target in READERS if target not in ("nextjs", "express"))
NOT_IN_META = ("frame-ancestors", "sandbox", "report-uri", "report-to")


def listed(policy: str, *, without: tuple[str, ...] = ()) -> list[tuple[str, list[str]]]:
    """Directives in order, each with its sources in a fixed order: Rails writes nonces last."""
    parts = [part.split() for part in policy.split(";")]
    return [(name, sorted(sources)) for name, *sources in parts if name not in without]


def check(made: Generated, target: str) -> None:
    headers = READERS[target](made.text)
    without = {"meta": NOT_IN_META, "rails": ("report-to",)}.get(target, ())
    assert listed(headers[POLICY]) == listed(made.policy, without=without)
    if target not in ("text", "meta", "rails"):
        assert headers.keys() == dict(made.headers).keys()
        further = "Reporting-Endpoints"
        assert headers.get(further) == dict(made.headers).get(further)


def test_every_target_has_a_reader() -> None:
    assert READERS.keys() | {"table"} == set(get_args(Target))


@pytest.mark.parametrize("target", READERS)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("trust", ["host", "nonce"])
def test_what_is_written_is_what_is_read(target: Target, form: Form, trust: Trust) -> None:
    check(generate(DEPLOYMENT, Options(form=form, trust=trust, target=target, report=True)), target)


@pytest.mark.parametrize("target", READERS)
@pytest.mark.parametrize("context", [one for one in CONTEXTS if one != "host"])
def test_our_own_policies_too(target: Target, context: Context) -> None:
    check(generate(replace(DEPLOYMENT, domains=()), Options(context=context, target=target)), target)


def labels() -> st.SearchStrategy[str]:
    return st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)


@st.composite
def deployments(draw: st.DrawFn) -> Deployment:
    """Any hosts on any ports, any features."""
    names = draw(st.lists(st.lists(labels(), min_size=1, max_size=4).map(".".join), min_size=7, max_size=7))
    ports = draw(st.lists(st.sampled_from(["", "", ":8443"]), min_size=7, max_size=7))
    hosts = {role: f"https://{name}{port}" for role, name, port in zip(ROLES, names, ports, strict=True)}
    kept = draw(st.sets(st.sampled_from(["rescue", "game", "stream"])))
    drawn: frozenset[Feature] = draw(st.frozensets(st.sampled_from(ALL_FEATURES)))
    features: frozenset[Feature] = drawn.union(("chat",))
    return replace(
        DEPLOYMENT,
        hosts={role: origin for role, origin in hosts.items() if role not in kept},
        features=features,
        verified_embedding=draw(st.booleans()),
    )


@settings(max_examples=60, deadline=None)
@given(
    deployments(),
    st.builds(
        Options,
        form=st.sampled_from(FORMS),
        trust=st.sampled_from(TRUSTS),
        context=st.sampled_from(CONTEXTS),
        no_self=st.booleans(),
        report=st.booleans(),
    ),
)
def test_whatever_is_asked_for(deployment: Deployment, options: Options) -> None:
    for target in QUICK:
        asked = replace(options, target=target)
        made = generate(deployment, asked)
        check(made, target)
        assert made == generate(deployment, asked)
