# The two commands: `make demo` and `make test`. Everything they need is installed into .venv.
# ARGS go to what is run, such as: make demo ARGS='--port 8001', make test ARGS='tests/client'.
PYTHON ?= python3.11
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: demo test stress load lint types layers migrations catalogs wheel bench clean

demo: $(VENV)/demo.stamp
	$(BIN)/python manage.py demo $(ARGS)

test: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -n auto $(ARGS)

stress: $(VENV)/dev.stamp
	CLOPOS_STRESS=1 $(BIN)/python -m pytest -n auto tests/stress $(ARGS)
	CLOPOS_STRESS=1 $(BIN)/python -m pytest -s tests/load $(ARGS)

# Only the part of `make stress` with real workers; it needs DATABASE_URL and CLOPOS_REDIS_URL or CLOPOS_AMQP_URL.
load: $(VENV)/dev.stamp
	CLOPOS_STRESS=1 $(BIN)/python -m pytest -s tests/load $(ARGS)

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/dev.stamp
	$(BIN)/mypy

layers: $(VENV)/dev.stamp
	$(BIN)/lint-imports

migrations: $(VENV)/dev.stamp
	$(BIN)/python manage.py makemigrations --check --dry-run

# Needs GNU gettext; docs/translations.md says more.
catalogs: $(VENV)/dev.stamp
	$(BIN)/python -m docs.generate_catalogs

wheel: $(VENV)/dev.stamp
	rm -rf dist
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m build --no-isolation .

# Its contenders are installed into an environment of their own.
bench: $(VENV)-bench/bench.stamp
	$(VENV)-bench/bin/python -m benchmarks.pipeline $(ARGS)

clean:
	rm -rf $(VENV) $(VENV)-bench dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(VENV)/pip.stamp:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	touch $@

$(VENV)/demo.stamp: pyproject.toml $(VENV)/pip.stamp
	$(BIN)/python -m pip install --quiet --editable . --group demo
	touch $@

$(VENV)/dev.stamp: pyproject.toml $(VENV)/pip.stamp
	$(BIN)/python -m pip install --quiet --editable . --group dev
	touch $(VENV)/demo.stamp $@

$(VENV)-bench/bench.stamp: pyproject.toml
	$(PYTHON) -m venv $(VENV)-bench
	$(VENV)-bench/bin/python -m pip install --quiet --upgrade pip
	$(VENV)-bench/bin/python -m pip install --quiet --editable . --group bench
	touch $@
