.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
PYTEST := $(BIN)/python -m pytest
SEEDS ?= 10000

.PHONY: help demo serve test quick check fmt soak bench lock clean

help: ## Say what can be done here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

$(READY): locks/dev.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "AuraStream needs Python 3.11 or newer")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r locks/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY) ## Score real feedback through both paths of the service, offline
	$(BIN)/python examples/demo.py

serve: $(READY) ## Run the service on this machine
	@$(BIN)/aurastream serve

test: $(READY) $(TEST_ENVIRONMENTS) ## Run every test that needs no account
	$(PYTEST) -n 2 -m "not soak and not live"

quick: $(READY) ## The inner loop: unit tests and contracts
	$(PYTEST) -q -x -n 2 --hypothesis-profile=quick -m "not slow and not soak and not live" \
	  tests/unit tests/contracts tests/architecture

check: $(READY) ## Style, types and the arrows of the architecture
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fmt: $(READY) ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

soak: $(READY) ## Look for rare faults for long: SEEDS=10000
	AURASOAK_SEEDS=$(SEEDS) $(PYTEST) -q -m soak

bench: $(READY) ## Measure, side by side with what one would pick instead
	$(BIN)/python -m benchmarks

lock: ## Pin every environment anew; needs uv
	uv pip compile pyproject.toml --extra local --extra lexicon --extra onnx --extra aws --extra lambda --group dev --universal \
	  --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q -o locks/dev.txt

clean: ## Remove what was built
	rm -rf .venv .envs build dist .aws-sam .pytest_cache .mypy_cache .ruff_cache .hypothesis

-include infra/infra.mk
-include training/training.mk
