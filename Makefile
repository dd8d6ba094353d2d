# Thin names for the scripts; each script explains itself. `make demo PORT=9000 SHOP_PORT=9001` chooses other ports.
PYTHON ?= python3
PORT ?= 8000
SHOP_PORT ?= 8001
export PORT SHOP_PORT

.PHONY: help demo test check build docs format lock clean

help: ## this list
	@$(PYTHON) scripts/help.py

demo: ## install, build and serve the product with a demo shop beside it
	@$(PYTHON) scripts/demo.py

test: ## every check and every test, the browser's included
	@$(PYTHON) scripts/test.py

check: ## the quick checks: style, types, imports, budgets, catalogue, unit tests
	@$(PYTHON) scripts/check.py

build: ## the Python package with the browser packages inside, into dist/
	@$(PYTHON) scripts/build.py

docs: ## the generated pages of the manual, anew from the code
	@$(PYTHON) scripts/docs.py

format: ## put every file into the house style
	@$(PYTHON) scripts/format.py

lock: ## write the Python locks anew
	@$(PYTHON) scripts/lock.py

clean: ## remove everything that was made; the demo's data too
	@$(PYTHON) scripts/clean.py
