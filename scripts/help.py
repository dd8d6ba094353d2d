"""Print the targets of the Makefile with their sentences."""

from __future__ import annotations

import re

from steps import ROOT, paint

for target, sentence in re.findall(r"^(\w+):[^#\n]*## (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE):
    print(f"  make {paint(f'{target:<8}', '1')} {sentence}")
