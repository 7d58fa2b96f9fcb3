HOST ?= 127.0.0.1
PORT ?= 8000
PYTHON ?= python3

BIN := .venv/bin
BUNDLE := static/dist/.vite/manifest.json
# Directories too: their times tell of files that were taken away.
SOURCES := package.json package-lock.json tsconfig.json vite.config.ts $(shell find static/src app/locale)
# Node comes with the build's own requirements, so that none has to be on PATH.
NODE = $(shell $(BIN)/python -c "import hatch_build; print(hatch_build.find_node()[0])")
# Playwright's own Node wants a system library (libatomic) that slim images lack; this one does not.
PLAYWRIGHT = PLAYWRIGHT_NODEJS_PATH=$(NODE)
BUILD_REQUIRES = $(BIN)/python -c 'import tomllib; build = tomllib.load(open("pyproject.toml", "rb")); \
  print(*build["build-system"]["requires"], sep="\n")'
INSTALL = BACKFLOW_SKIP_FRONTEND=1 $(BIN)/pip install --quiet --no-build-isolation --editable
REMOTE := $(if $(filter-out 127.0.0.1 localhost ::1,$(HOST)),--allow-remote)

.PHONY: help scaling run dev test check bench numbers operations pictures types load fuzz soak
.DELETE_ON_ERROR:

help: ## Say what each command does
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

run: $(BUNDLE) ## Start the service at http://HOST:PORT
	$(BIN)/backflow serve --host $(HOST) --port $(PORT) $(REMOTE)

dev: $(BUNDLE) ## Like run, but rebuild and restart when a file changes
	@$(NODE) node_modules/vite/bin/vite.js build --watch & page=$$!; \
	$(BIN)/backflow serve --host $(HOST) --port $(PORT) $(REMOTE) --reload & service=$$!; \
	trap "kill $$page $$service" EXIT; trap "exit 130" INT TERM; wait $$service

test: $(BUNDLE) .venv/test $(if $(CI),.venv/bench .venv/cluster .venv/fuzz) ## Test engine, service and the page in a real browser
	$(NODE) node_modules/vitest/vitest.mjs run
	$(PLAYWRIGHT) $(BIN)/python -m tests.browser.chromium
	$(PLAYWRIGHT) $(BIN)/python -m pytest

check: $(BUNDLE) .venv/test ## Lint, formatting and types, in Python and TypeScript
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(NODE) node_modules/typescript/bin/tsc --noEmit

bench: .venv/bench ## Time the engine against the limit and PyTorch; writes benchmarks/results.json
	$(BIN)/python -m benchmarks

scaling: .venv/bench ## Time widths and depths beside PyTorch; writes charts into docs/pictures
	$(BIN)/python -m benchmarks.scaling

load: $(BUNDLE) .venv/test ## Put the service under the load of a class; writes docs/performance.md
	$(BIN)/python -m benchmarks.load

fuzz: $(BUNDLE) .venv/test .venv/fuzz ## Send the HTTP API what nobody would, for a few minutes
	FUZZ=2000 $(BIN)/python -m pytest -q tests/app/test_api.py

soak: $(BUNDLE) .venv/run ## An hour of 50 people; writes benchmarks/load/soak.json
	$(BIN)/python -m benchmarks.load.soak

numbers: .venv/test ## Compute every published number into docs/numbers.md
	$(BIN)/python -m tests.numbers

operations: .venv/test ## List every operation and its formulas in docs/operations.md
	$(BIN)/python -m tests.engine.operations_page

pictures: $(BUNDLE) .venv/test ## Photograph the page into docs/pictures
	$(PLAYWRIGHT) $(BIN)/python -m tests.browser.chromium
	$(PLAYWRIGHT) $(BIN)/python -m tests.browser.pictures

types: $(BUNDLE) .venv/test ## Generate the page's message types from the service's
	$(BIN)/python -m tests.app.messages

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "$(PYTHON) is not Python 3.11 or newer; name one that is: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	  { echo "$(PYTHON) has no working venv module; on Debian and Ubuntu, install python3-venv."; exit 1; }
	$(PYTHON) -m venv .venv

# What the build requires stays in .venv, because the bundle is made again far more often than the rest.
.venv/run: pyproject.toml hatch_build.py | $(BIN)/python
	@echo "Installing into .venv ..."
	@$(BUILD_REQUIRES) | $(BIN)/pip install --quiet --requirement /dev/stdin
	@$(INSTALL) .
	@touch $@

.venv/test .venv/bench .venv/cluster .venv/fuzz: .venv/run
	@echo "Installing what $(@F) needs into .venv ..."
	@$(INSTALL) ".[$(@F)]"
	@touch $@

$(BUNDLE): $(SOURCES) .venv/run
	$(BIN)/python hatch_build.py
