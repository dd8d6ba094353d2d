"""Addresses of ill repute, from a file that whoever hosts brings along."""

from pathlib import Path

import structlog

from halloo.kit.networks import AddressList

_HOW = "Put one address or network such as 203.0.113.0/24 in each line and start again, or leave bot_check.address_file empty."
_log = structlog.get_logger("halloo")


def read_addresses(file: str) -> AddressList:
    """The list in `file`, whose lines may end in a comment after `#` or `;`. A file that cannot be read is a warning, and no list."""
    if not file:
        return AddressList()
    try:
        lines = Path(file).read_text("utf-8").splitlines()
        return AddressList(text for line in lines if (text := line.split("#")[0].split(";")[0].strip()))
    except (OSError, ValueError) as error:
        _log.warning("address_file_unreadable", file=file, why=str(error), what_to_do=_HOW)
        return AddressList()
