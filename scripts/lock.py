"""Write the Python locks anew from pyproject.toml: `make lock`.

They hold versions and hashes for every platform, no addresses. requirements.txt is what the product needs,
requirements-build.txt what installs it, requirements-dev.txt what its tests and checks need on top.
"""

from __future__ import annotations

import sys
import tomllib

from steps import ROOT, VENV, StepError, run, step

_ALWAYS = [
    "--universal",
    "--python-version",
    "3.11",
    "--generate-hashes",
    "--no-annotate",
    "--no-header",
    "--quiet",
    "--upgrade",
]


def main() -> None:
    """Write the three locks."""
    uv = str(VENV / "bin" / "uv")
    building = ROOT / ".stamps" / "build.in"
    building.parent.mkdir(exist_ok=True)
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    building.write_text("\n".join([*wanted, "editables"]) + "\n")
    with step("requirements.txt"):
        run([uv, "pip", "compile", "pyproject.toml", *_ALWAYS, "-o", "requirements.txt"])
    with step("requirements-build.txt"):
        run([uv, "pip", "compile", str(building), *_ALWAYS, "-c", "requirements.txt", "-o", "requirements-build.txt"])
    with step("requirements-dev.txt"):
        limits = ["-c", "requirements.txt", "-c", "requirements-build.txt"]
        run([uv, "pip", "compile", "pyproject.toml", "--extra", "dev", *_ALWAYS, *limits, "-o", "requirements-dev.txt"])


if __name__ == "__main__":
    try:
        main()
    except StepError as error:
        sys.exit(str(error))
