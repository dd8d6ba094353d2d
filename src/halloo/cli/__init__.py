"""The command line: serve, init, migrate, workspaces, operators, tokens, settings, benchmarks. Every command knows `--json`."""

import sys

from halloo.cli.root import app
from halloo.cli.say import fail
from halloo.kit.refusals import Refusal


def main() -> None:
    """Run the command line; what is refused is one sentence on standard error and exit code 1."""
    try:
        app()
    except ValueError as error:
        fail(str(error))
    except Refusal as refusal:
        fail(refusal.message, refusal.code)


if __name__ == "__main__":
    sys.exit(main())
