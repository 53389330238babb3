# The commands of the house. `make run` and `make test` do all their set-up themselves.
PYTHON ?= python3
V := .venv/bin
RUN_STAMP := .venv/.run-ready
DEV_STAMP := .venv/.dev-ready
export DJANGO_SETTINGS_MODULE ?= tradewind.conf.settings

.PHONY: setup run test fast arch types bench docs fix deep e2e screenshots lock messages clean

$(RUN_STAMP): requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Tradewind needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	test -x $(V)/python || $(PYTHON) -m venv .venv
	$(V)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	$(V)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	touch $@

$(DEV_STAMP): $(RUN_STAMP) requirements-dev.txt requirements-scale.txt
	$(V)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

setup: $(DEV_STAMP) messages  ## everything for developers

messages: $(RUN_STAMP)  ## compile the translations
	$(V)/python -m tradewind.conf.messages

run: $(RUN_STAMP) messages  ## practice company and server; prints the address and the login
	$(V)/tradewind run

fast: $(DEV_STAMP) messages  ## quick checks before every commit
	$(V)/ruff check -q .
	$(V)/python -m pytest tradewind/engine tests/architecture -n 2

arch: $(DEV_STAMP)  ## the contracts of the rings
	$(V)/lint-imports --no-cache

types: $(DEV_STAMP)
	$(V)/mypy

test: $(DEV_STAMP) messages  ## all tests but the deep drills
	$(V)/ruff check -q .
	$(V)/ruff format -q --check .
	$(V)/lint-imports --no-cache
	$(V)/mypy
	$(V)/python -m pytest -n 2 --dist loadfile -m "not deep"

deep: $(DEV_STAMP) messages  ## long drills: kill -9, races, faults
	$(V)/python -m pytest -m deep tests tradewind

bench: $(DEV_STAMP) messages  ## every benchmark; without the peers where they cannot be installed
	-$(V)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-bench.txt
	$(V)/python -m bench

e2e: $(DEV_STAMP) messages
	$(V)/python -m pytest tests/e2e -m browser

screenshots: $(DEV_STAMP) messages
	$(V)/python -m tests.e2e.screenshots

docs: $(DEV_STAMP)
	$(V)/mkdocs build -q --strict

fix: $(DEV_STAMP)
	$(V)/ruff check -q --fix .
	$(V)/ruff format -q .

LOCK := $(V)/pip-compile -q --upgrade --generate-hashes --no-emit-index-url --no-emit-trusted-host \
  --no-emit-find-links --strip-extras --allow-unsafe

lock: $(DEV_STAMP)  ## lock the requirements anew; the wider files agree with the narrower
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) -c requirements.txt requirements-scale.in -o requirements-scale.txt
	$(LOCK) -c requirements.txt -c requirements-scale.txt requirements-dev.in -o requirements-dev.txt
	$(LOCK) -c requirements.txt -c requirements-scale.txt -c requirements-dev.txt requirements-bench.in \
	  -o requirements-bench.txt

clean:
	rm -rf .venv var
