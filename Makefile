# Everything a newcomer needs. Each target installs what it lacks into .venv first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check fuzz bench docs

help:
	@echo "make demo    index sample DICOM files, search them, open the page"
	@echo "make test    run all tests"
	@echo "make check   lint, formatting, types and layers"
	@echo "make fuzz    send damaged files through the decoders for twenty minutes"
	@echo "make bench   run the benchmarks"
	@echo "make docs    rebuild docs/reference and check every link"

demo: $(VENV)/.installed-demo
	@$(BIN)/python -m radseek.demo

test: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile

check: $(VENV)/.installed-dev
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

# Another time, seed, or folder to keep mutants in: RADSEEK_FUZZ_SECONDS=60 make fuzz
fuzz: $(VENV)/.installed-dev
	@RADSEEK_FUZZ_SECONDS=$${RADSEEK_FUZZ_SECONDS:-1200} \
		RADSEEK_FUZZ_SEED=$${RADSEEK_FUZZ_SEED:-$$(date +%s)} \
		RADSEEK_FUZZ_KEEP=$${RADSEEK_FUZZ_KEEP:-fuzz-findings} \
		$(BIN)/python -m pytest -q tests/fuzz/test_mutations.py

bench: $(VENV)/.installed-dev
	@for name in encoder encoder_speed collection search_engine concurrent_search commits millions overhead compaction journey one_shot pipeline ray_engine decoding workers copies bad_input rendering faults; do \
		echo "== benchmarks.$$name"; \
		$(BIN)/python -m benchmarks.$$name || exit 1; \
	done

docs: $(VENV)/.installed-dev
	@$(BIN)/python -m docs.build

define install
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "radseek needs Python 3.11 or newer, and '$(PYTHON)' is not." \
		     "Name another one: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; \
		exit 1; \
	}
	@echo "Installing radseek and what it needs into $(VENV) (once; some minutes, some GB)."
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
endef

$(VENV)/.installed-demo: pyproject.toml constraints.txt
	$(install)
	@$(PIP) -e '.[demo]'
	@touch $@

# The development install holds the demo's too.
$(VENV)/.installed-dev: pyproject.toml constraints.txt
	$(install)
	@$(PIP) -e '.[demo,dev]'
	@touch $(VENV)/.installed-demo $@
