# make run     a chat on this machine, port 8000
# make test    everything: lint, types, tests under pytest and trial, packages (WORKERS= at a time)
# make soak    what takes long: schedules (random ones of a whole chat; COUNT=, SEED=)
#              and kills (of servers with people on failing disks, of nodes and their Redis; KILLS=, SEED=)
# make bench   what everything costs, beside other programs: docs/performance.md (forty minutes; ARGS=)
# make clean   remove what these made

PYTHON ?= python3
PORT ?= 8000
COUNT ?= 20000
KILLS ?= 60
# Most of what is end to end waits for others: so one more than the two cores of a small machine.
WORKERS ?= 3
BIN = .venv/bin

.PHONY: run test lint types unit trial package soak schedules kills bench clean

run: .venv/run
	$(BIN)/twistd -n --pidfile= chat --port $(PORT) $(ARGS)

test: lint types unit trial package

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev
	$(BIN)/mypy

unit: .venv/dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

# What is end to end takes minutes, and pytest has run it: trial runs a part of that.
trial: .venv/dev
	$(BIN)/python -m twisted.trial --jobs=$(WORKERS) --reporter=text tests/e2e/test_one_port.py tests/e2e/test_talk.py \
	  $$(find tests -name 'test_*.py' -not -path 'tests/e2e/*' | sort)

package: .venv/dev
	$(BIN)/python tests/check_packages.py

soak: schedules kills

schedules: .venv/dev
	for engine in memory slow sqlite memory+json slow+json sqlite+json \
	  memory+irc slow+irc sqlite+irc; do \
	  $(BIN)/python -m tests.simulation $$engine $(or $(SEED),10000) $(COUNT) || exit 1; \
	done

kills: .venv/dev
	KILLS=$(KILLS) SEED=$(SEED) $(BIN)/python -m pytest -o faulthandler_timeout=3600 \
	  tests/e2e/test_crash.py tests/e2e/test_disk.py tests/e2e/test_nodes_mishaps.py

bench: .venv/bench
	$(BIN)/python -m benchmarks $(ARGS)

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "twistchat needs Python 3.11 or newer: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv .venv \
	  || { echo "Python has no venv here. On Debian: sudo apt install git make python3-venv"; rm -rf .venv; exit 1; }

.venv/run: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[all]'
	@touch $@

.venv/dev: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[all,dev]'
	@touch $@ .venv/run

.venv/bench: .venv/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[all,bench]'
	@touch $@ .venv/run

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis _trial_temp* *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +
	rm -f twisted/plugins/dropin.cache
