"""Trusted Types: only where a script of the page makes our tag is there anything to say (csp contract 4.1.5).

Loader, frame and `import()` touch no guarded sink. The page's own `script.src = …` does: its address must come from a policy of the page.
"""

import json
from dataclasses import replace

from halloo.csp.model import Fix, Need
from halloo.csp.policy import Ruling, may_create, requires_trusted_types
from halloo.csp.sheet import Sheet, View
from halloo.csp.treatment import Blocked, Treatment

DEFAULT_NAME = "halloo-loader"
_REQUIRE, _LIST = "require-trusted-types-for", "trusted-types"
_FROM_POLICY = "Make the address by a Trusted Types policy, in the script that makes our tag."
_HAS_IT = " If the page makes this policy already, use that one: it can be made once."


def treat_trusted_types(treatment: Treatment, loader: Need) -> None:
    """Find the policies that would refuse the address of a tag that is made, and the name that all of them let the page use."""
    tag = treatment.tag
    if not tag.made or not any(
        requires_trusted_types(view.policy) for sheet in treatment.sheets for view in sheet.views
    ):
        return
    name = tag.trusted_types or _name(treatment.sheets)
    for sheet in treatment.sheets:
        requiring = next((view for view in sheet.views if requires_trusted_types(view.policy)), None)
        if requiring and not tag.trusted_types:
            ruling = Ruling(allowed=False, effective=_REQUIRE, decided_by=_REQUIRE, blocked="trusted-types-sink")
            note = _FROM_POLICY + (_HAS_IT if name != DEFAULT_NAME else "")
            fix = Fix("trusted_types", _REQUIRE, name, lines(name, treatment.loader_url), note)
            treatment.draft(loader, Blocked(sheet, requiring, ruling, "both"), fix)
        _list(treatment, loader, sheet, name)
    treatment.tag = replace(tag, trusted_types=name)


def lines(name: str, url: str) -> str:
    """The three lines that make our tag: the policy makes no other address."""
    return (
        f"const halloo = trustedTypes.createPolicy({json.dumps(name)}, {{ createScriptURL: () => {json.dumps(url)} }});\n"
        'const script = Object.assign(document.createElement("script"), { async: true, src: halloo.createScriptURL("") });\n'
        "document.head.append(script);"
    )


def _list(treatment: Treatment, loader: Need, sheet: Sheet, name: str) -> None:
    """Let the name into the list of a policy that has one without it."""
    told = False
    for view in sheet.views:
        if _creates(sheet, view, name):
            continue
        sheet.add(view, _LIST, name)
        if not told:
            ruling = Ruling(allowed=False, effective=_LIST, decided_by=_LIST, blocked="trusted-types-policy")
            fix = Fix("trusted_types", _LIST, name, "", "The page's policy needs this name.")
            treatment.draft(loader, Blocked(sheet, view, ruling, "both"), fix, directive=_LIST)
            told = True


def _creates(sheet: Sheet, view: View, name: str) -> bool:
    return may_create(view.policy, name, created=False) or name in sheet.written(view, _LIST).split()[1:]


def _name(sheets: list[Sheet]) -> str:
    """A name that every list has already; else one of our own."""
    views = [view for sheet in sheets for view in sheet.views]
    listed = [found.values for view in views if (found := view.policy.get(_LIST))]
    names = sorted(
        {name for values in listed for name in values if not name.startswith("'") and name not in {"*", "default"}}
    )
    return next(
        (name for name in names if all(may_create(view.policy, name, created=False) for view in views)), DEFAULT_NAME
    )
