# The project's commands. `make` alone lists them: the text after two hashes is a command's line in that list.
#
# Everything is installed into .venv and nowhere else, but for the system libraries that Qt needs
# (tools/system_libraries.py). A stamp file says what .venv holds: it is older than pyproject.toml or constraints.txt
# only when one of them has changed, so that nothing is installed twice.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
RUN_READY := $(VENV)/.ready-to-run
TEST_READY := $(VENV)/.ready-to-test
MEASURE_READY := $(VENV)/.ready-to-measure
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
WORKERS := auto
INSTALL := $(PIP) install --constraint constraints.txt --editable

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help env run test check torture bench figures screenshots recordings measure clean system-libraries

help: ## list the commands
	@echo 'make COMMAND, where COMMAND is one of'
	@sed -nE 's/^([a-z-]+):.*## (.*)$$/  \1\t\2/p' Makefile | expand -t 10

env: system-libraries $(RUN_READY) ## set up alone: .venv with what the application needs
	@echo 'Ready: make run opens the application.'

run: system-libraries $(RUN_READY) ## open the application; FILE=… opens another checkpoint; with no display, render a film to out/
	@tools/run "$$FILE"

test: system-libraries $(TEST_READY) ## run the tests, with no display; ARGS=… goes to pytest, WORKERS=0 runs them in one process
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest --numprocesses $(WORKERS) --dist loadfile $(ARGS)

check: $(TEST_READY) ## format, lint, types and the import contracts
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

torture: system-libraries $(TEST_READY) ## drive the window for ten minutes as a person in a hurry might; ARGS=--seed=7 begins elsewhere
	@$(BIN)/python -m tests.monkey.torture out/monkey $(ARGS)

bench: system-libraries $(TEST_READY) ## measure the timings; prints a table and writes JSON to out/; ARGS=… names some parts, ARGS=--list all
	@$(BIN)/python -m tests.benchmarks.run $(ARGS)

figures: system-libraries $(TEST_READY) ## render the images of docs/gallery.md again; ARGS=… names some of them; an hour and more
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m tools.figures $(ARGS)

screenshots: system-libraries $(TEST_READY) ## render the images of the window on the pages again; ARGS=… names some of them; ten minutes
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m tools.screenshots $(ARGS)

recordings: system-libraries $(TEST_READY) ## make the recordings that the shipped checkpoints bring; ARGS=… names some models; an hour
	@$(BIN)/python -m tools.recordings $(ARGS)

measure: $(MEASURE_READY) ## measure the shipped image models beside codecs, a classifier and other inpainting; an hour and more
	@$(BIN)/python -m tools.measuring.report
	@$(BIN)/python -m tools.measuring.filling_report

clean: ## remove .venv, caches and what was built; out/ stays
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# dlopen is cheap: the check takes a twentieth of a second, and apt is touched only when something is missing.
system-libraries:
	@python=$$(tools/find_python) && "$$python" tools/system_libraries.py

$(BIN)/python:
	@python=$$(tools/find_python) && "$$python" -m venv $(VENV)

$(RUN_READY): pyproject.toml constraints.txt | $(BIN)/python
	@echo 'Installing what the application needs into $(VENV): about two minutes the first time …'
	@$(INSTALL) .
	@touch $@

$(TEST_READY): pyproject.toml constraints.txt | $(BIN)/python
	@echo 'Installing what the application and its tests need into $(VENV): about two minutes the first time …'
	@$(INSTALL) '.[dev]'
	@touch $(RUN_READY) $@

$(MEASURE_READY): pyproject.toml constraints.txt | $(BIN)/python
	@$(INSTALL) '.[dev,measure]'
	@touch $(RUN_READY) $(TEST_READY) $@
