# Everything a reader, a teacher or an author does with the book. `make` lists the targets.

# The first Python from 3.11 to 3.13 that really runs; the book's own, once it is there.
CANDIDATES = $(VENV_PYTHON) python3 python python3.13 python3.12 python3.11
PYTHON ?= $(shell for python in $(CANDIDATES); do \
	if $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
		2>/dev/null; then echo $$python; exit; fi; done; echo python3)

ifeq ($(OS),Windows_NT)
VENV_PYTHON := .venv/Scripts/python
else
VENV_PYTHON := .venv/bin/python
endif

CHAPTER ?=
BOOK_LANGUAGE ?=
PORT ?= 8000
NAME ?=

# Tests run on all cores, but on four at most, for each process takes half a gigabyte.
PYTEST = $(VENV_PYTHON) -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help setup book gettext pdf slides class slides-pdf handout pptx epub class-edition watch check-reproducible next-sphinx serve zip present lab new-chapter contents test test-all test-fast lint types browser bench lighthouse mutation lock clean distclean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-18s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## make the environment in .venv (the other targets do this first)
	@$(PYTHON) code/press/setup

book: setup ## build the book; a chapter alone: CHAPTER=part1/simulator; on two cores: JOBS=2
	@$(VENV_PYTHON) -m press build $(CHAPTER) --language "$(BOOK_LANGUAGE)"

gettext: setup ## write the texts to translate, into _build; bring book/locale/de up to date: BOOK_LANGUAGE=de
	@$(VENV_PYTHON) -m press gettext --language "$(BOOK_LANGUAGE)"

pdf: browser ## print the whole book, with the solutions at its end; _build/book.pdf
	@$(VENV_PYTHON) -m press pdf

slides: setup ## build the decks for class alone, into _build/html/slides
	@$(VENV_PYTHON) -m press slides

class: setup ## print schedules of a course, and write a page for the instructor of each part
	@$(VENV_PYTHON) -m press class

slides-pdf: browser ## build the decks and print them, into _build/pdf
	@$(VENV_PYTHON) -m press slides --pdf

handout: browser ## print the slides with their notes and space to write, into _build/pdf
	@$(VENV_PYTHON) -m press slides --handout

pptx: setup ## put the figures of the slides into PowerPoint files, in _build/pptx
	@$(VENV_PYTHON) -m press slides --pptx

epub: setup ## write the book for reading apps, an EPUB, into _build/book.epub
	@$(VENV_PYTHON) -m press epub

class-edition: setup ## build the book without solutions, for a class that is graded, and a key to it
	@$(VENV_PYTHON) -m press class-edition

watch: setup ## build whenever a file is saved, and reload the browser, at http://127.0.0.1:8000
	@$(VENV_PYTHON) -m press watch

check-reproducible: setup ## build the last commit twice, in two places, and compare to the byte
	@$(VENV_PYTHON) -m press check-reproducible

next-sphinx: setup ## build the last commit with a Sphinx that Jupyter Book 1 does not allow, in _build/next
	@$(VENV_PYTHON) -m press.setup.next_sphinx

serve: book ## build, and show the book at http://127.0.0.1:8000
	@$(VENV_PYTHON) -m http.server 8000 --bind 127.0.0.1 --directory _build/html

zip: book ## pack the book, to be read and run from a folder, without a server; _build/book.zip
	@$(VENV_PYTHON) -m press zip

present: book ## build, and present the book with a live kernel behind its code; on another port: PORT=8001
	@$(VENV_PYTHON) -m press present --port $(PORT)

lab: book ## open the chapters in JupyterLab; your work stays in notebooks/
	@$(VENV_PYTHON) -m press lab

new-chapter: setup ## begin a chapter with its exercise, test and slides: NAME=part4/tape
	@$(VENV_PYTHON) -m press new-chapter "$(NAME)"

contents: setup ## list the chapters with their words, sentences, exercises by kind and predictions
	@$(VENV_PYTHON) -m press contents

test: lint types browser ## check everything: style, types, code, book and site
	@$(PYTEST) -m "not exhaustive"

test-all: lint types browser ## the same, with what takes long and is left out of `make test`
	@$(PYTEST)

test-fast: setup ## check the code only, in a minute or so
	@$(PYTEST) -m "not slow and not site"

lint: setup ## check the style of the code
	@$(VENV_PYTHON) -m ruff check --quiet .
	@$(VENV_PYTHON) -m ruff format --check --quiet .

types: setup ## check the types
	@$(VENV_PYTHON) -m mypy --no-error-summary

browser: setup ## find or get a Chromium for the tests of the site
	@$(VENV_PYTHON) -m press.setup.browser

bench: setup ## measure times and sizes against their limits
	@$(VENV_PYTHON) -m tests.bench.bench

lighthouse: book ## visit three pages as a phone does, five times each, and print what Lighthouse says
	@$(VENV_PYTHON) tests/bench/lighthouse.py

mutation: setup ## plant small mistakes, and count those that the tests notice: AREAS="library press"
	@$(VENV_PYTHON) -m tests.mutation.run $(AREAS)

lock: setup ## pin anew all that requirements.txt brings, in code/constraints.txt
	@$(VENV_PYTHON) -m press.setup.lock

clean: ## remove what was built, and caches
	@rm -rf _build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find book code tests -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## remove the environment too
	@rm -rf .venv .venv.lock
