# `make demo` and `make test` need only git, make and Python >= 3.11: each sets up what it uses.
export OPENBLAS_NUM_THREADS = 1
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: setup demo test sim certificate lint types check fix pins
setup: $(VENV)/.dev-ready

$(VENV)/.ready: requirements.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "voicegate needs Python 3.11 or newer with venv"; exit 1; }
	@echo "setting up $(VENV) with $(PYTHON) (about a minute, once)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev-ready: $(VENV)/.ready requirements-dev.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

demo: $(VENV)/.ready
	$(BIN)/voicegate demo $(DEMO)

test: $(VENV)/.dev-ready
	$(BIN)/python -m pytest $(TESTS)

SEEDS ?= 300
sim: $(VENV)/.dev-ready
	$(BIN)/voicegate sim --seeds $(SEEDS) --report heard --report faults

# Every row of `voicegate bench codecs`; pesq comes as C source and needs a compiler.
$(VENV)/.quality-ready: $(VENV)/.ready requirements-quality.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-quality.txt
	@touch $@

certificate: $(VENV)/.quality-ready
	$(BIN)/voicegate bench codecs --require-all --out .voicegate/certificate $(CERTIFICATE)

lint: $(VENV)/.dev-ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

# As of the Python that is there: for another one, libraries come with other types.
types: $(VENV)/.dev-ready
	$(BIN)/basedpyright --pythonpath $(BIN)/python

check: lint types test

fix: $(VENV)/.dev-ready
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Pins with hashes and without a registry's address; one file for Python 3.11 to 3.13.
pins:
	uv pip compile requirements.in --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -o requirements.txt
	uv pip compile requirements-dev.in --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -o requirements-dev.txt
	uv pip compile requirements-quality.in --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -o requirements-quality.txt
