"""The shop of the public API's tests."""

from tests.public.conftest import build, shop

__all__ = ["build", "shop"]
