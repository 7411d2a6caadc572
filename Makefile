# Two commands for a newcomer: `make demo` and `make test`. Both begin from nothing but Python and make.

PYTHON ?= python3
BIN := .venv/bin
ONCE ?=

.PHONY: demo test lint types contracts tests bench lock key clean help

help:
	@echo "make demo         a venue with sandbox vendors, served until Ctrl-C (ONCE=1: stop after the summary)"
	@echo "make test         lint, types, import contracts and all tests"
	@echo "make bench        what mirroring, issuing, quiet passes and pages cost, as ratios and counts (some minutes)"
	@echo "make lock         renew the locked requirements"
	@echo "make key          a new key for FIELD_ENCRYPTION_KEYS"

demo: .venv/.demo
	@$(BIN)/python manage.py demo $(if $(ONCE),--once)

test: lint types contracts tests

lint: .venv/.dev
	@echo "== lint"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check -q .

types: .venv/.dev
	@echo "== types"
	@$(BIN)/mypy

contracts: .venv/.dev
	@echo "== import contracts"
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports

tests: .venv/.dev
	@echo "== tests"
	@$(BIN)/python -m pytest -q -n 2 --maxfail=20 $(ARGS)

bench: .venv/.dev
	@$(BIN)/python -m tests.bench $(ARGS)

.venv/.demo: requirements/demo.txt
	@$(MAKE) --no-print-directory .venv/bin/pip
	@echo "== installing what the demo needs (half a minute)"
	@$(BIN)/python -m pip install --disable-pip-version-check -q --require-hashes -r requirements/demo.txt
	@touch $@

.venv/.dev: requirements/dev.txt
	@$(MAKE) --no-print-directory .venv/bin/pip
	@echo "== installing what the tests need (a minute)"
	@$(BIN)/python -m pip install --disable-pip-version-check -q --require-hashes -r requirements/dev.txt
	@touch $@ .venv/.demo

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Latchkey needs Python 3.11 or newer")'
	@echo "== making .venv"
	@$(PYTHON) -m venv .venv

lock: .venv/.dev
	@for name in production demo dev; do \
		$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --python-version 3.11 \
			--custom-compile-command "make lock" -o requirements/$$name.txt requirements/$$name.in; done

key: .venv/.demo
	@$(BIN)/python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'

clean:
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis
