# Everything that is done with this repository. `make` alone lists it.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# One more than cores: a worker that drives a browser or waits for a broker leaves its core to others.
WORKERS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
PYTEST := $(BIN)/pytest --numprocesses $(WORKERS) --dist loadgroup
RUNTIME := $(VENV)/runtime.stamp
DEVELOPMENT := $(VENV)/development.stamp
ASSETS := services/gateway/static/vendor/receipt.json
CATALOGUES := $(wildcard services/gateway/translations/*/LC_MESSAGES/messages.po)
REACHED := build/reached
# Compiled once instead of by every program that a test starts, also where the surroundings say otherwise.
unexport PYTHONDONTWRITEBYTECODE
FAST := not broker and not postgresql and not browser and not system and not sweep and not long
ASIDE := tests/architecture tests/browser tests/system tests/integration/authorisation tests/integration/fuzzing

.DEFAULT_GOAL := help
.PHONY: help setup run demo stack test test-fast check style types generated laws format bench resilience lock generate packages clean

help: ## List what can be done
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(DEVELOPMENT) pages ## Build .venv, the page assets and the translations; quick when up to date

run: $(RUNTIME) pages ## Start everything in one process on http://127.0.0.1:8000 (no server needed)
	@exec $(BIN)/sise run

demo: $(RUNTIME) pages ## Start everything with a generated district of 2,000 enterprises, in .sise-demo
	@exec $(BIN)/sise demo

stack: $(DEVELOPMENT) pages packages ## Start the full stack: private RabbitMQ and PostgreSQL, a process per role
	@exec $(BIN)/python -m deploy.stack

test: setup packages check ## Check and test everything on private servers; what the CI runs
	@rm -rf $(REACHED)
	SISE_TESTS_REACHED=$(CURDIR)/$(REACHED) $(PYTEST) --ignore=tests/architecture
	$(BIN)/python -m tests.support.coverage $(REACHED)

test-fast: setup ## Run the tests that need no server, in less than a minute
	$(PYTEST) $(ASIDE:%=--ignore=%) -m "$(FAST)"
	@echo "Left out: what needs RabbitMQ, PostgreSQL, Chromium or the running system, what asks every route or takes longest, and the laws (make check). Run: make test"

check: setup ## Format, lint, types, architecture and generated files
	@$(MAKE) --no-print-directory --jobs 2 --output-sync types laws style generated

style:
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .

types:
	$(BIN)/mypy

generated:
	$(BIN)/sise topology print | cmp --silent - deploy/rabbitmq/definitions.json \
		|| { echo "deploy/rabbitmq/definitions.json is not what the subscriptions say. Run: make generate"; exit 1; }

laws:
	$(PYTEST) --quiet tests/architecture

format: $(DEVELOPMENT) ## Format the code and mend what the linter can mend
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format .

generate: $(DEVELOPMENT) ## Write the files that are generated from the code
	@mkdir -p deploy/rabbitmq
	$(BIN)/sise topology print > deploy/rabbitmq/definitions.json.new
	mv deploy/rabbitmq/definitions.json.new deploy/rabbitmq/definitions.json

bench: setup packages ## Measure, and write benchmarks/RESULTS.md
	$(BIN)/python -m benchmarks

resilience: setup packages ## Run the fault tests in full volume (long)
	SISE_FULL_VOLUME=1 $(PYTEST) tests/system tests/browser/test_large_files.py tests/contract/test_hostile_messages.py \
		tests/integration/events/test_state_machine.py tests/integration/fuzzing tests/integration/registry/test_mutated_imports.py tests/integration/permits/test_killed_at_ten.py

lock: ## Pin all dependencies with their digests again
	uv pip compile --universal --generate-hashes --no-header --python-version 3.11 requirements.in -o requirements.txt
	uv pip compile --universal --generate-hashes --no-header --python-version 3.11 requirements-dev.in -o requirements-dev.txt

clean: ## Remove what setup built; homes with data (.sise*) stay
	rm -rf $(VENV) node_modules services/gateway/static/vendor .mypy_cache .ruff_cache .hypothesis build *.egg-info
	find services shared tests deploy -name __pycache__ -type d -prune -exec rm -rf {} +

# --- what the targets above stand on ---------------------------------------------------------------------------

$(VENV)/bin/pip:
	deploy/setup/virtual-environment.sh "$(PYTHON)" $(VENV)

$(RUNTIME): requirements.txt pyproject.toml | $(VENV)/bin/pip
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(DEVELOPMENT): requirements-dev.txt $(RUNTIME)
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements-dev.txt
	@touch $@

.PHONY: pages
pages: $(ASSETS) $(CATALOGUES:.po=.mo)

$(ASSETS): package-lock.json deploy/assets.py services/gateway/static/icons.txt | $(RUNTIME)
	$(BIN)/python deploy/assets.py
	@touch $@

%.mo: %.po | $(RUNTIME)
	$(BIN)/pybabel --quiet compile --input-file $< --output-file $@

packages:
	@deploy/setup/system-packages.sh rabbitmq-server postgresql fonts-noto-cjk
	@deploy/setup/system-packages.sh chromium-headless-shell # Chromium without windows: half the processor time
	@command -v chromium-headless-shell >/dev/null || deploy/setup/system-packages.sh chromium
