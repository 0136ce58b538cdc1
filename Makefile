PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

# Flower phones home by default; nothing of ours may (docs/threat-model.md).
export FLWR_TELEMETRY_ENABLED := 0
export FLWR_DISABLE_UPDATE_CHECK := 1
export FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION := 1
export OMP_NUM_THREADS := 1
# What is compiled once is kept, whatever the machine says: the tests start hundreds of programs, each four times slower
# while it compiles all that it loads.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup check test suite lint drill bench model interop demo clean

help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# torch first and alone: with 2.13.0 installed no resolver looks for a build that drags CUDA in.
# Python compiles a module when it is first loaded; compiling all that is installed takes a minute, most of it for nothing.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --no-compile --constraint constraints.txt torch==2.13.0
	$(PIP) install --no-compile --constraint constraints.txt --editable ".[dev]"
	$(BIN)/python -m pip check
	touch $@

setup: $(READY) ## Create the environment (once)

# Fast tests: the pure cores, which start no program and open no service. What takes long there is marked slow.
FAST := tests/policies tests/chassis tests/audit/tlog tests/audit/entries tests/client/coaching tests/consent/grants \
	tests/architecture/test_source_tree.py tests/architecture/test_documentation.py
PYTEST := $(BIN)/python -m pytest --dist loadgroup

lint: $(READY) ## Style, templates, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --lint --quiet audit chassis client consent server
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

check: lint ## Before each commit: style, types, contracts and the fast tests, in about a minute
	$(PYTEST) -n 2 -q -m "not slow" $(FAST)

# Four processes on two cores: some tests wait for a program or for a limit, and the others use that time. What needs
# one core alone, types above all, is checked meanwhile.
test: $(READY) ## Run every check that CI runs, in about a quarter of an hour on two cores
	+$(MAKE) --no-print-directory --jobs 2 lint suite

# The tests sort themselves (tests/conftest.py): xdist would leave files of one long test to the end.
# In a new clone one process compiles the tests, which pytest rewrites, before four would do so side by side.
suite: $(READY)
	ls tests/__pycache__/conftest.*-pytest-*.pyc >/dev/null 2>&1 || $(PYTEST) -n 0 -q -q --collect-only >/dev/null
	$(PYTEST) --no-loadscope-reorder -n 4 -m "not study"

# make drill ONLY=races SEED=7 runs one of them again.
drill: $(READY) ## Run what takes longer, one line each: kills, races, fuzz, soaks, wheels, a busy machine
	$(BIN)/python -m tests.drills.run $(if $(ONLY),--only $(ONLY)) $(if $(SEED),--seed $(SEED))

bench: $(READY) ## Measure the log (a million entries), signed calls, decisions, imports, figures, private learning, masks, a campaign of a deployed league, what the time of a squad page tells, and the club's pages
	$(BIN)/python tests/bench/bench_log.py
	$(BIN)/python -m tests.bench.bench_signed_calls
	$(BIN)/python -m tests.bench.bench_decisions
	$(BIN)/python -m tests.bench.bench_squad_page
	$(BIN)/python -m tests.bench.bench_pages
	$(BIN)/python -m tests.bench.bench_imports
	$(BIN)/python -m tests.bench.bench_metrics
	$(BIN)/python -m tests.bench.bench_learning
	-$(BIN)/python -m tests.bench.bench_pfl
	$(BIN)/python -m tests.bench.bench_masks
	$(BIN)/python -m tests.bench.bench_campaign
	$(BIN)/python -m tests.bench.bench_masked_campaign

model: ## Search a model of acts, crashes, backups and recoveries for a broken promise (needs spin and gcc)
	formal/check.sh

interop: $(READY) ## Let programs that are not ours check our log (needs the internet)
	interop/run.sh $(abspath $(BIN))/python

demo: $(READY) ## Run the whole main job and stay up with its pages
	$(BIN)/homefield-demo run --out demo-out

clean: ## Remove the environment and what the demo wrote
	rm -rf $(VENV) demo-out build *.egg-info
