"""The rules that need no database."""

import pytest

from halloo.kit.refusals import Invalid
from halloo.workspaces.model import (
    ROLE_SCOPES,
    SCOPES,
    Actor,
    MissingScope,
    check_email,
    check_name,
    check_password,
    check_scopes,
    fold_email,
)


def test_addresses_are_compared_without_case() -> None:
    assert fold_email(" Ada@Example.COM ") == fold_email("ada@example.com")
    assert fold_email("stra\u00dfe@example.com") == fold_email("STRASSE@example.com")


@pytest.mark.parametrize("email", ["", "ada", "ada@example", "a b@example.com", "ada@@example.com", "<a@example.com>"])
def test_what_is_no_address(email: str) -> None:
    with pytest.raises(Invalid):
        check_email(email)


def test_names_are_one_line() -> None:
    assert check_name("  Ada\n Byron\x00 ") == "Ada Byron"
    for name in ("", " \n", "x" * 81):
        with pytest.raises(Invalid):
            check_name(name)


@pytest.mark.parametrize("password", ["", "short", "x" * 9, "x" * 257])
def test_passwords_have_a_useful_length(password: str) -> None:
    with pytest.raises(Invalid):
        check_password(password)


def test_scopes_are_known_and_in_their_order() -> None:
    assert check_scopes(["audit:read", "contacts:read", "audit:read"]) == ["contacts:read", "audit:read"]
    for scopes in ([], ["everything"], ["audit:read", ""]):
        with pytest.raises(Invalid):
            check_scopes(scopes)


def test_operators_have_fewer_scopes_than_admins() -> None:
    assert ROLE_SCOPES["operator"] < ROLE_SCOPES["admin"] == ROLE_SCOPES["owner"] == frozenset(SCOPES)


def test_one_of_several_scopes_is_enough() -> None:
    who = Actor("operator", "w", "o", "Ada", scopes=frozenset({"audit:read"}))
    who.require("audit:read", "tokens:manage")
    with pytest.raises(MissingScope) as refused:
        who.require("tokens:manage", "operators:manage")
    assert refused.value.details == {"scopes": ["tokens:manage", "operators:manage"]}
