"""Every generated page, by its path in the repository."""

from collections.abc import Callable

from halloo.config import commented_toml
from reference import commands, csp, errors, events, management, public, relay, settings, watching, widget

PAGES: dict[str, Callable[[], str]] = {
    "deploy/halloo.toml": commented_toml,
    "docs/api/errors.md": errors.render,
    "docs/api/events.md": events.render,
    "docs/api/management.md": management.render,
    "docs/api/public.md": public.render,
    "docs/api/relay.md": relay.render,
    "docs/embed/configuration.md": widget.render,
    "docs/embed/csp-doctor.schema.json": csp.render_schema,
    "docs/embed/csp.md": csp.render,
    "docs/guide/commands.md": commands.render,
    "docs/guide/settings.md": settings.render,
    "docs/guide/watching.md": watching.render,
}
