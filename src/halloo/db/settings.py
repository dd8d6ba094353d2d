"""Where the database is."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """Settings of the part `database`."""

    url: str = field(
        default="",
        metadata={
            "sentence": "Address of the database: sqlite:///path or postgresql://login:password@host/name. "
            "Empty: halloo.db in the data folder.",
            "secret": True,
        },
    )
    owner_url: str = field(
        default="",
        metadata={
            "sentence": "PostgreSQL only: the login that owns the tables, used by “halloo init” and “halloo migrate” "
            "alone. Empty: the same as database.url.",
            "secret": True,
        },
    )
