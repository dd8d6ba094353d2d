"""Write the generated pages of the manual from the code: `make docs`.

python3 scripts/docs.py           installs what is missing, then writes them
python3 scripts/docs.py --check   writes nothing and fails where one is stale
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import setup
from setup import PYTHON
from steps import ROOT, VENV, StepError


def main(arguments: list[str]) -> int:
    """Write or compare, inside the project's environment; return how the process shall end."""
    if Path(sys.prefix).resolve() != VENV.resolve():
        setup.development()
        return subprocess.run([str(PYTHON), __file__, *arguments], check=False).returncode
    from reference.pages import PAGES  # noqa: PLC0415 - needs the packages of the environment

    check = "--check" in arguments
    stale = [path for path, render in PAGES.items() if _differs(ROOT / path, render(), check=check)]
    for path in stale:
        print(f"{path} is stale; run: make docs" if check else f"wrote {path}")
    return 1 if check and stale else 0


def _differs(path: Path, text: str, *, check: bool) -> bool:
    if path.exists() and path.read_text("utf-8") == text:
        return False
    if not check:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return True


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except StepError as error:
        sys.exit(f"\n{error}")
