"""The command line: serve, init, migrate, workspaces, operators, tokens, settings, mail, doctor, benchmarks.

Every command knows `--json`.
"""

import os
import sys

from halloo.cli.root import app
from halloo.cli.say import fail
from halloo.kit.refusals import Refusal


def main() -> None:
    """Run the command line; what is refused is one sentence on standard error and exit code 1.

    Files that it makes are their owner's alone: conversations are nobody else's business on a shared machine.
    """
    os.umask(0o077)
    try:
        app()
    except ValueError as error:
        fail(str(error))
    except Refusal as refusal:
        fail(refusal.message, refusal.code)
    except Exception as error:
        from halloo.db.connect import why_away

        away = why_away(error)
        if away is None:
            raise
        fail(away)


if __name__ == "__main__":
    sys.exit(main())
