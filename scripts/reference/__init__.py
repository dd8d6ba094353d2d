"""The generated pages of the manual, one module a page; `scripts/docs.py` writes them."""
