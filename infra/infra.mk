# Everything that packages, checks and deploys the stack; the Makefile includes this file.
# Each tool that pins another boto3 lives in an environment of its own under .envs/ and runs as a process.

PYTHON ?= python3
ENVS := .envs
# A lock is complete, so nothing is resolved again (older pip stumbles over extras in hashed requirements).
# Tools compile what they import; the rest need not be.
LOCKED := install --quiet --disable-pip-version-check --no-compile --require-hashes --no-deps --requirement

# What the functions run on, and what the end-to-end tests run the same bundle on.
ARCH ?= arm64
LAMBDA_PYTHON := 3.13
HOST_ARCH := $(if $(filter aarch64 arm64,$(shell uname -m)),arm64,x86_64)
HOST_PYTHON := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')

ENV ?= dev
PARAMETERS ?=
STACK := SAM_CLI_TELEMETRY=0 $(ENVS)/sam/bin/python infra/stack.py

wheels = $(ENVS)/wheels/$(1)/.made
INFRA_ENVIRONMENTS := $(foreach name,sam ministack scan runtime asl,$(ENVS)/$(name)/.made) \
  $(sort $(call wheels,arm64-$(LAMBDA_PYTHON)) $(call wheels,$(HOST_ARCH)-$(HOST_PYTHON)))

.PHONY: envs package lint-infra account deploy destroy live-test lock-infra

test: $(INFRA_ENVIRONMENTS)

envs: $(INFRA_ENVIRONMENTS) ## Build the tools' environments and fetch the wheels of the bundle

define environment
$(ENVS)/$(1)/.made: locks/$(1).txt
	$(PYTHON) -m venv --clear $(ENVS)/$(1)
	$(ENVS)/$(1)/bin/pip $(LOCKED) locks/$(1).txt
	@touch $$@
endef
$(foreach name,sam ministack scan,$(eval $(call environment,$(name))))

# Lambda's own client for Python, apart from all else: what a function finds must come from its bundle.
$(ENVS)/runtime/.made: locks/runtime.txt
	rm -rf $(ENVS)/runtime
	$(PYTHON) -m pip $(LOCKED) locks/runtime.txt --only-binary :all: --target $(ENVS)/runtime
	@touch $@

# A second opinion on the state machine, where there is a Node to give it.
$(ENVS)/asl/.made: infra/asl/package-lock.json
	@mkdir -p $(ENVS)/asl && cp infra/asl/package.json infra/asl/package-lock.json $(ENVS)/asl
	@if command -v npm >/dev/null; then npm ci --prefix $(ENVS)/asl --no-audit --no-fund --silent; fi
	@touch $@

define fetched
$(ENVS)/wheels/$(1)-$(2)/.made: locks/lambda.txt
	$(PYTHON) infra/package.py fetch --architecture $(1) --python $(2)
	@touch $$@
endef
$(foreach architecture,arm64 x86_64,$(foreach python,$(sort $(LAMBDA_PYTHON) $(HOST_PYTHON)),\
  $(eval $(call fetched,$(architecture),$(python)))))

package: $(call wheels,$(ARCH)-$(LAMBDA_PYTHON)) ## Build the functions' bundles: ARCH=arm64
	$(PYTHON) infra/package.py pack --architecture $(ARCH) --python $(LAMBDA_PYTHON)

lint-infra: $(INFRA_ENVIRONMENTS) $(READY) ## Check template and state machine
	$(PYTEST) -q tests/infra

# Before the minute that packaging takes.
account: $(ENVS)/sam/.made
	@$(STACK) check $(ENV) $(PARAMETERS)

deploy: account package ## Deploy to your AWS account: ENV=dev ARCH=arm64 PARAMETERS="Auth=API_KEY …"
	$(STACK) deploy $(ENV) Architecture=$(ARCH) $(PARAMETERS)

destroy: $(ENVS)/sam/.made ## Take the stack down, with all that it keeps: ENV=dev
	$(STACK) destroy $(ENV)

live-test: $(READY) ## Run contracts and scenarios against a real account; costs a few cents
	$(PYTEST) -m live tests/live

lock: lock-infra

COMPILE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
  --no-annotate --quiet
lock-infra:
	$(COMPILE) pyproject.toml locks/lambda.in --extra lambda --output-file locks/lambda.txt
	for name in sam ministack scan runtime; do $(COMPILE) locks/$$name.in --output-file locks/$$name.txt; done
	cd infra/asl && npm install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund
