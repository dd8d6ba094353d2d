"""A shop whose visitors send files, over each kind of database."""

from tests.public.conftest import build, shop

__all__ = ["build", "shop"]
