"""A policy in the settings of web frameworks (csp contract 3, ready lines), with a nonce where it asks for one."""

import json
from collections.abc import Mapping

from halloo.csp.printed import NONCE, Printed

_SYMBOLS: Mapping[str, str] = {
    "'self'": ":self",
    "'none'": ":none",
    "'strict-dynamic'": ":strict_dynamic",
    "'unsafe-inline'": ":unsafe_inline",
    "'script'": ":script",
    "http:": ":http",
    "https:": ":https",
}
_CONSTANTS: Mapping[str, str] = {
    "'self'": "SELF",
    "'none'": "NONE",
    "'strict-dynamic'": "STRICT_DYNAMIC",
    "'unsafe-inline'": "UNSAFE_INLINE",
    NONCE: "NONCE",
}
_MERGE = "What your settings have already stays there: add these sources to the entries of the same name."
_HELMET = "For directives that are not named here helmet writes its own defaults, among them default-src 'self' and frame-ancestors 'self'."
_RAILS = "Rails has no method for report-to. report-uri alone does, in every browser, so that no Reporting-Endpoints is needed."
_DJANGO = (
    "Django 6.0 and later bring this themselves; before, use django-csp 4. Take one of the two. In templates the nonce is "
    "{{ csp_nonce }} with the context processor django.template.context_processors.csp, and {{ request.csp_nonce }} with django-csp."
)
_DJANGO_HEAD = (
    "# settings.py, Django 6.0 and later: django.middleware.csp.ContentSecurityPolicyMiddleware in MIDDLEWARE"
)
_LIBRARY_HEAD = "# settings.py, django-csp 4: csp.middleware.CSPMiddleware in MIDDLEWARE"
_NEXT = "Pages with a nonce must be made for each request; what Next.js builds beforehand has none."
_REPORTING_MIDDLEWARE = """\
# middleware.py, named in MIDDLEWARE: where report-to leads
def reporting_endpoints(get_response):
    def middleware(request):
        response = get_response(request)
        response["Reporting-Endpoints"] = {}
        return response

    return middleware"""
_NEXT_PROXY = """\
// proxy.ts (middleware.ts, with the function's name middleware, before Next.js 16)
import {{ NextResponse }} from "next/server";
import type {{ NextRequest }} from "next/server";

export function proxy(request: NextRequest) {{
  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
  const policy = {policy}.replaceAll("{{NONCE}}", nonce);
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("Content-Security-Policy", policy);
  const response = NextResponse.next({{ request: {{ headers }} }});
  response.headers.set("Content-Security-Policy", policy);{further}
  return response;
}}"""
_NEXT_SCRIPT = """\
// app/layout.tsx, inside of <body>
import Script from "next/script";
import {{ headers }} from "next/headers";

const nonce = (await headers()).get("x-nonce") ?? undefined;

<Script nonce={{nonce}} src={source} />"""
_EXPRESS_NONCE = """\
app.use((request, response, next) => {
  response.locals.nonce = randomBytes(16).toString("base64");
  next();
});"""


def as_nextjs(printed: Printed) -> tuple[str, list[str]]:
    """`next.config.js`; with a nonce `proxy.ts`, where each request gets its own, and the script in the layout."""
    if printed.nonce:
        further = "".join(
            f"\n  response.headers.set({_js(name)}, {_js(value)});" for name, value in printed.further.items()
        )
        proxy = _NEXT_PROXY.format(policy=_js(printed.policy), further=further)
        return f"{proxy}\n\n{_NEXT_SCRIPT.format(source=_js(printed.source))}", [_NEXT]
    headers = "".join(f"          {{ key: {_js(name)}, value: {_js(value)} }},\n" for name, value in printed.headers)
    return (
        "// next.config.js\nmodule.exports = {\n  async headers() {\n    return [\n      {\n"
        f'        source: "/(.*)",\n        headers: [\n{headers}        ],\n      }},\n    ];\n  }},\n}};'
    ), []


def as_express(printed: Printed) -> tuple[str, list[str]]:
    """`helmet`, whose lists may hold functions of the answer."""
    nonce = "(request, response) => `'nonce-${response.locals.nonce}'`"
    lists = "".join(
        f"        {_js(name)}: [{', '.join(nonce if one == NONCE else _js(one) for one in sources)}],\n"
        for name, sources in printed.directives.items()
    )
    defaults = "      useDefaults: false,\n" if printed.whole else ""
    blocks = [
        _EXPRESS_NONCE if printed.nonce else "",
        "".join(
            f"app.use((request, response, next) => {{\n  response.setHeader({_js(name)}, {_js(value)});\n  next();\n}});"
            for name, value in printed.further.items()
        ),
        f"app.use(\n  helmet({{\n    contentSecurityPolicy: {{\n{defaults}      directives: {{\n{lists}      }},\n    }},\n  }}),\n);",
    ]
    notes = [] if printed.whole else [_MERGE, _HELMET]
    random = 'import { randomBytes } from "node:crypto";\n' if printed.nonce else ""
    return "\n\n".join([f'{random}import helmet from "helmet";', *(block for block in blocks if block)]), notes


def as_django(printed: Printed) -> tuple[str, list[str]]:
    """Settings of Django 6.0 and of django-csp 4."""
    used = sorted({_CONSTANTS[one] for sources in printed.directives.values() for one in sources if one in _CONSTANTS})
    names = f"from csp.constants import {', '.join(used)}\n\n" if used else ""
    builtin = f"from django.utils.csp import CSP\n\nSECURE_CSP = {{\n{_django(printed.directives, 'CSP.', 4)}}}"
    lists = _django(printed.directives, "", 8)
    library = f'{names}CONTENT_SECURITY_POLICY = {{\n    "DIRECTIVES": {{\n{lists}    }},\n}}'
    blocks = [
        f"{_DJANGO_HEAD}\n{builtin}",
        f"{_LIBRARY_HEAD}\n{library}",
        *(_REPORTING_MIDDLEWARE.format(_py(value)) for value in printed.further.values()),
    ]
    return "\n\n".join(blocks), [_DJANGO] if printed.whole else [_DJANGO, _MERGE]


def as_rails(printed: Printed) -> tuple[str, list[str]]:
    """An initializer. Rails adds the nonce itself."""
    lines = [
        f"  p.{name.replace('-', '_')} {', '.join(_SYMBOLS.get(one) or _rb(one) for one in sources if one != NONCE)}".rstrip()
        for name, sources in printed.directives.items()
        if name != "report-to"
    ]
    text = "\n".join(
        [
            "# config/initializers/content_security_policy.rb",
            "Rails.application.config.content_security_policy do |p|",
            *lines,
            "end",
        ]
    )
    if printed.nonce:
        text += (
            "\nRails.application.config.content_security_policy_nonce_generator = ->(request) { SecureRandom.base64(16) }"
            "\nRails.application.config.content_security_policy_nonce_directives = %w(script-src)"
            f"\n\n<%# app/views/layouts/application.html.erb %>\n"
            f"<%= javascript_include_tag {_rb(printed.source)}, async: true, nonce: true %>"
        )
    notes = [_RAILS] if "report-to" in printed.directives else []
    return text, notes if printed.whole else [*notes, _MERGE]


def _django(directives: Mapping[str, tuple[str, ...]], prefix: str, indent: int) -> str:
    return "".join(
        f"{' ' * indent}{_py(name)}: [{', '.join(prefix + _CONSTANTS[one] if one in _CONSTANTS else _py(one) for one in sources)}],\n"
        for name, sources in directives.items()
    )


def _js(text: str) -> str:
    """A string of JavaScript."""
    return json.dumps(text)


def _py(text: str) -> str:
    """A string of Python; what JSON writes of ASCII is one."""
    return json.dumps(text)


def _rb(text: str) -> str:
    """A string of Ruby between double quotes, in which `#{` would be code."""
    return json.dumps(text).replace("#", "\\#")
