# `make help` lists what can be made. `make report` and `make test` do all the set-up themselves.

PYTHON ?= python3
CORPUS ?= seeds
OUT ?= figures
FORMATS ?= png,svg,pdf
RUN = .venv/bin/python -m

.DEFAULT_GOAL := help
.PHONY: help setup report test lint lab bench gallery clean

help: ## List the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

# The exact environment of uv.lock, with uv where it is installed and with pip's help where it is not.
.venv/.ready: pyproject.toml uv.lock
	@if command -v uv >/dev/null 2>&1; then \
	    uv sync --frozen --quiet; \
	else \
	    $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; this is " + sys.version)' && \
	    $(PYTHON) -m venv .uv && \
	    .uv/bin/python -m pip install --quiet --disable-pip-version-check uv && \
	    .uv/bin/uv sync --frozen --quiet --no-python-downloads --python $(PYTHON); \
	fi
	@touch $@

setup: .venv/.ready ## Install everything into .venv (the others do it when needed)

report: .venv/.ready ## Read seeds/ and write a report for every region into figures/
	$(RUN) toolkit report $(CORPUS) --out $(OUT) --formats $(FORMATS)

test: .venv/.ready ## Run the tests
	$(RUN) pytest

lint: .venv/.ready ## Check the form of the code
	$(RUN) ruff check .
	$(RUN) ruff format --check .

lab: .venv/.ready ## Open the notebooks in JupyterLab
	$(RUN) jupyterlab --LabApp.news_url=None --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate --notebook-dir=.

bench: .venv/.ready ## Run the benchmarks; each prints what it compares
	@for file in benchmarks/*.py; do echo "== $$file"; .venv/bin/python $$file || exit 1; done

gallery: .venv/.ready ## Draw the gallery in figures/gallery from seeds/
	.venv/bin/python scripts/build_gallery.py

clean: ## Remove what was made, the environment included
	rm -rf .venv .uv figures/index.html figures/run.json figures/.tables figures/.lock
