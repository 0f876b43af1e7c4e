# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
SHELL := /bin/bash
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help demo test test-long test-access test-whoosh2 bench words screenshots looks clean browser python

help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

## make demo          set everything up, load content/, print demo sign-ins, serve (PORT=8001, NEW_PASSWORDS=1)
demo: $(VENV)/.demo
	@exec $(BIN)/kb demo --host $(HOST) --port $(PORT) $(if $(NEW_PASSWORDS),--new-passwords)

## make test          every test, in a real browser too (installs Chromium where the machine allows it)
test: $(VENV)/.test browser
	@$(BIN)/ruff format --check -q . && $(BIN)/ruff check -q .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q -n auto --dist loadfile $(PYTEST)

## make test-whoosh2  the tests of search on Whoosh 2.7.4, the other distribution that reads and writes our index
test-whoosh2: $(VENV)/.whoosh2
	@PYTHONPATH=$(VENV)/whoosh2 $(BIN)/python -W ignore -c 'import whoosh; assert whoosh.versionstring() == "2.7.4"'
	@PYTHONPATH=$(VENV)/whoosh2 $(BIN)/python -m pytest -q -n auto --dist loadfile -W ignore::SyntaxWarning -W ignore::DeprecationWarning tests/search

## make test-long     what takes too long for every change
test-long: $(VENV)/.test browser
	@$(BIN)/python -m pytest -q -n auto --dist loadfile -m long

## make test-access   every screen in both languages, both themes and four widths, by axe
test-access: $(VENV)/.test browser
	@$(BIN)/python -m pytest -q -m access tests/browser/test_axe.py

## make bench         the figures of search: all, or one part (BENCH="quality", BENCH="speed --pages 20000")
bench: $(VENV)/.test
	@$(BIN)/python -m bench $(or $(BENCH),all)

## make words         gather the interface's sentences and compile the catalogues
words: $(VENV)/.test
	@$(BIN)/python -m tests.words

## make screenshots   every screen and state, into screenshots/ (ONLY=home,page SIZES=390 THEMES=dark,forced LANGS=ja)
screenshots: $(VENV)/.test browser
	@$(BIN)/python -m tests.browser.screenshots --only "$(ONLY)" --sizes "$(SIZES)" --themes "$(THEMES)" --langs "$(LANGS)"

## make looks          renew the pictures of the style guide that a test compares (look at them before they are kept)
looks: $(VENV)/.test browser
	@$(BIN)/python -m tests.browser.picturing

## make clean         forget the virtual environment and caches; var/ and search_index/ stay
clean:
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

python:
	@command -v $(PYTHON) >/dev/null || { echo "kb: Python がありません。Python 3.11 以上を入れてください。 / There is no Python. Please install Python 3.11 or newer." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "kb: Python 3.11 以上が必要です。PYTHON=python3.12 のように選べます。 / Python 3.11 or newer is needed; choose one with PYTHON=python3.12." >&2; exit 1; }

$(VENV)/.demo: requirements.lock pyproject.toml | python
	@bash install.sh $(PYTHON) $(VENV) requirements.lock
	@touch $@

$(VENV)/.test: requirements-test.lock pyproject.toml | python
	@bash install.sh $(PYTHON) $(VENV) requirements-test.lock
	@touch $@ $(VENV)/.demo

$(VENV)/.whoosh2: requirements-whoosh2.lock $(VENV)/.test
	@rm -rf $(VENV)/whoosh2
	@$(BIN)/python -m pip install --disable-pip-version-check -q --target $(VENV)/whoosh2 --no-deps --require-hashes -r $<
	@touch $@

# Debian's Chromium, installed when this machine lets us; without it the browser tests skip loudly, and fail in CI.
browser:
	@command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	  && echo "kb: Chromium を入れています… / installing Chromium…" \
	  && { apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk; } >/dev/null 2>&1; } \
	  || echo "kb: Chromium がないため、ブラウザのテストは飛ばします。 / No Chromium: the browser tests are skipped." >&2
