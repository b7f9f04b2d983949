# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# What keeps rows, and does not run on both databases by itself, as ledger, vault, records, homes, backups and work do.
STATEFUL := $(addprefix tests/acts/test_,$(addsuffix .py,admitting deciding deciding_killed delivering drafting following \
  gathering granting handling_killed indexing ingesting people publishing ticking))
export SEAWALL_DATA ?= $(abspath ../shared/data)

.PHONY: demo test test-postgres test-postgres-rows test-postgres-pages test-browser check lint types imports bench soak docs clean

demo: $(VENV)/.run
	$(BIN)/seawall demo

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 --dist loadfile --ignore tests/browser

# The same, where rows lie in PostgreSQL: private servers of the system's binaries, gone afterwards. Pages share one home, so
# they are one process; what else keeps rows runs beside it (`make -j2 test-postgres`).
test-postgres: test-postgres-rows test-postgres-pages

test-postgres-rows: $(VENV)/.dev
	SEAWALL_TEST_DATABASE=postgresql $(BIN)/python -m pytest $(STATEFUL)

test-postgres-pages: $(VENV)/.dev
	SEAWALL_TEST_DATABASE=postgresql $(BIN)/python -m pytest tests/console/pages

# In the system's Chromium.
test-browser: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/browser

# What takes long or much disk: a file with a line of 2 GB, many kills at random points.
soak: $(VENV)/.dev
	$(BIN)/python -m pytest -m soak
	SEAWALL_KILLS=200 $(BIN)/python -m pytest tests/ledger/test_faults.py
	SEAWALL_KILLS=70 $(BIN)/python -m pytest tests/acts/test_deciding_killed.py
	SEAWALL_KILLS=20 $(BIN)/python -m pytest tests/office -k killed_anywhere
	SEAWALL_WEB_KILLS=50 $(BIN)/python -m pytest tests/console/test_serving_killed.py

check: lint types imports test

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

imports: $(VENV)/.dev
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	$(BIN)/python bench/portfolio.py
	$(BIN)/python bench/pages.py
	$(BIN)/python bench/calibration.py
	$(BIN)/python bench/expression.py
	$(BIN)/python bench/policy_check.py
	$(BIN)/python bench/windows.py
	$(BIN)/python bench/policy.py
	$(BIN)/python bench/ledger.py
	$(BIN)/python bench/vault.py
	$(BIN)/python bench/detectors.py
	$(BIN)/python -m bench.deciding
	$(BIN)/python bench/replay.py
	$(BIN)/python bench/clocks.py
	$(BIN)/python bench/warning.py
	$(BIN)/python -m bench.cases
	$(BIN)/python -m bench.case_lists
	$(BIN)/python -m bench.load
	$(BIN)/python -m bench.lists

docs: $(VENV)/.dev
	$(BIN)/mkdocs build --strict

$(VENV)/.run: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) build dist site seawall-home .mypy_cache .ruff_cache .pytest_cache
