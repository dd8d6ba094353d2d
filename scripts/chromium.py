"""Bring a headless Chromium to a machine without root, with the fonts and the axe-core the browser tests need.

    python3 scripts/chromium.py        installs into .cache/browser when needed, prints the path of the executable

A Chromium of the system is taken when it is new enough; `HALLOO_CHROMIUM` names one outright. Otherwise the one from
npm's `@sparticuz/chromium` is unpacked, locked by scripts/browser/package-lock.json.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from node import find_node, npm_environment
from steps import ROOT, Stamp, StepError, run

HOME = ROOT / ".cache" / "browser"
"""Where the packages and what was unpacked from them lie."""

LOWEST = 128
"""The lowest major version of a system Chromium that the tests accept (`@starting-style`, anchors, CDP as used)."""

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FONTS = {
    "@expo-google-fonts/inter": ("400Regular", "500Medium", "600SemiBold", "700Bold"),
    "@expo-google-fonts/noto-color-emoji": ("400Regular",),
    "@expo-google-fonts/noto-sans-arabic": ("400Regular", "600SemiBold"),
    "@expo-google-fonts/noto-sans-hebrew": ("400Regular", "600SemiBold"),
    "@expo-google-fonts/noto-sans-jp": ("400Regular", "600SemiBold"),
}
_INFLATE = """
const [from, to] = process.argv.slice(1);
const { createReadStream, createWriteStream } = require("node:fs");
const inflate = require("node:zlib").createBrotliDecompress({ chunkSize: 1 << 21 });
require("node:stream").pipeline(createReadStream(from), inflate, createWriteStream(to),
  (error) => { if (error) { console.error(error); process.exit(1); } });
"""
_FONT_CONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{home}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <dir>/usr/local/share/fonts</dir>
  <cachedir>{home}/font-cache</cachedir>
  <match target="pattern">
    <test name="family"><string>system-ui</string></test>
    <edit name="family" mode="prepend" binding="strong"><string>Inter</string></edit>
  </match>
  <alias><family>sans</family><prefer><family>Inter</family></prefer></alias>
  <alias><family>sans-serif</family><prefer>
    <family>Inter</family><family>Noto Sans Arabic</family><family>Noto Sans Hebrew</family>
    <family>Noto Sans JP</family><family>Noto Color Emoji</family>
  </prefer></alias>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
  <alias><family>emoji</family><prefer><family>Noto Color Emoji</family></prefer></alias>
</fontconfig>
"""
_WRAPPER = """#!/bin/sh
here='{home}'
export LD_LIBRARY_PATH="$here/unpacked/lib${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"
export FONTCONFIG_FILE="$here/fonts.conf"
exec "$here/unpacked/chromium" "$@"
"""


def axe() -> Path:
    """Where axe-core's script lies after `install`."""
    return HOME / "node_modules" / "axe-core" / "axe.min.js"


def executable() -> Path:
    """Return the path of a Chromium that runs, installing what is missing."""
    install_packages()
    named = os.environ.get("HALLOO_CHROMIUM")
    if named:
        return Path(named)
    return _of_system() or _unpack()


def is_installed() -> bool:
    """Say whether nothing is left to install."""
    return _stamp().holds(HOME / "node_modules") and bool(
        os.environ.get("HALLOO_CHROMIUM") or (HOME / "chromium").exists()
    )


def install_packages() -> None:
    """Install the locked packages of scripts/browser into `.cache/browser`, once."""
    locked = ROOT / "scripts" / "browser"
    stamp = _stamp()
    if stamp.holds(HOME / "node_modules"):
        return
    HOME.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(locked / name, HOME / name)
    node = find_node()
    run([*node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=HOME, env=npm_environment(node))
    _place_fonts()
    shutil.rmtree(HOME / "unpacked", ignore_errors=True)
    stamp.set()


def _stamp() -> Stamp:
    return Stamp("browser-packages", [ROOT / "scripts" / "browser", Path(__file__)], extra=str(ROOT))


def _of_system() -> Path | None:
    for name in _NAMES:
        found = shutil.which(name)
        if found is None:
            continue
        answer = subprocess.run([found, "--version"], capture_output=True, text=True, check=False, timeout=20)
        version = re.search(r" (\d+)\.", answer.stdout)
        if answer.returncode == 0 and version and int(version[1]) >= LOWEST:
            return Path(found)
    return None


def _place_fonts() -> None:
    fonts = HOME / "fonts"
    shutil.rmtree(fonts, ignore_errors=True)
    fonts.mkdir()
    for package, weights in _FONTS.items():
        for weight in weights:
            for file in (HOME / "node_modules" / package / weight).glob("*.ttf"):
                file.rename(fonts / file.name)
        shutil.rmtree(HOME / "node_modules" / package)
    (HOME / "fonts.conf").write_text(_FONT_CONFIG.format(home=HOME))


def _unpack() -> Path:
    target = HOME / "unpacked"
    wrapper = HOME / "chromium"
    if wrapper.exists() and (target / "chromium").exists():
        return wrapper
    if not sys.platform.startswith("linux"):
        raise StepError("There is no Chromium here. Install Chrome or Chromium, or name one in HALLOO_CHROMIUM.")
    fresh = HOME / "unpacking"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    packed = HOME / "node_modules" / "@sparticuz" / "chromium" / "bin"
    for name in ("al2023", "swiftshader"):
        _inflate(packed / f"{name}.tar.br", fresh / f"{name}.tar")
        with tarfile.open(fresh / f"{name}.tar") as archive:
            archive.extractall(fresh, filter="data")
        (fresh / f"{name}.tar").unlink()
    _inflate(packed / "chromium.br", fresh / "chromium")
    (fresh / "chromium").chmod(0o755)
    shutil.rmtree(target, ignore_errors=True)
    fresh.rename(target)
    shutil.rmtree(packed)
    wrapper.write_text(_WRAPPER.format(home=HOME))
    wrapper.chmod(0o755)
    return wrapper


def _inflate(source: Path, target: Path) -> None:
    run([find_node().node, "-e", _INFLATE, str(source), str(target)], cwd=HOME)


if __name__ == "__main__":
    try:
        print(executable())
    except StepError as error:
        sys.exit(str(error))
