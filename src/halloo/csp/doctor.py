from halloo.csp.model import *
from halloo.csp.policy import *


def examine(deployment, page, trust="auto"):
    found = []
    (p,) = page.policies
    for q in parse(p, page.origin, "browser"):
        from halloo.csp.manifest import needs, origins

        for n in needs(deployment, "host", pinned=page.tag.pinned):
            r = rule(q, Load(n.destination, origins(deployment, n)[0] + n.path + "x"), "browser")
            if not r.allowed:
                found.append(
                    Finding(
                        n.id,
                        n.feature,
                        "required" if n.required else "optional",
                        1,
                        r.effective,
                        r.decided_by or "",
                        r.blocked,
                        "both",
                        Fix("add_source", r.decided_by or "", "x", f"{r.decided_by} {deployment.client}"),
                    )
                )
    return Diagnosis("", page.origin, "ok", (), tuple(found), (), ())
