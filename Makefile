# What a person types. Everything else is in medportal/tools/launch/.
# Needs Python 3.11 and make; the rest comes by pip. PORT=8001 and MEDPORTAL_VAR=/folder are passed on.

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3.11)
PY := .venv/bin/python
ENVIRONMENT = @"$(PYTHON)" medportal/tools/launch/environment.py
WITHOUT_SERVERS = MEDPORTAL_WITHOUT_SERVERS=1 DJANGO_SETTINGS_MODULE=medportal.settings.test
ARGS ?=
PROCESSES ?= 2
EXAMPLES ?= 200

.PHONY: help demo demo-reset serve servers backup-key backup verify-backup restore upgrade test fuzz check format demo-models bench bench-explain bench-paths screenshots translations tables requirements

help:
	@echo "make demo          the demonstration at http://127.0.0.1:8000 (PORT= changes the port)"
	@echo "make demo-reset    throw its data away and start afresh"
	@echo "make serve         the same portal, empty: asks for the first organisation"
	@echo "make backup-key    KEY=/safe/medportal.key: what seals backups, kept apart from them"
	@echo "make backup        TO=/backups KEY=…; then make verify-backup FROM=/backups/medportal-… KEY=…"
	@echo "make restore       FROM=/backups/medportal-… KEY=…, into an empty MEDPORTAL_VAR"
	@echo "make upgrade       TO=/backups KEY=…: a tried backup, then this version's tables"
	@echo "make test          every test, the browser ones included (ARGS= for pytest, PROCESSES=0 for one process)"
	@echo "make check         format, lint, types, imports, templates, migrations, translations"
	@echo "make demo-models   train the demonstration's models anew and say what changed"
	@echo "make bench         the benchmarks, beside their references"
	@echo "make bench-explain that of the explanations alone (ARGS=--write: and its page in docs/)"
	@echo "make bench-paths   clicks and seconds of three paths to a decision (ARGS=--write NAME: docs/paths.md)"
	@echo "make screenshots   the pictures in docs/"

demo demo-reset serve servers backup-key backup verify-backup restore upgrade:
	$(ENVIRONMENT) requirements.txt
	@exec $(PY) -m medportal.tools.launch $@

test:
	$(ENVIRONMENT) requirements-dev.txt
	@$(PY) -m medportal.tools.launch.browser
	@exec $(PY) -m pytest -n $(PROCESSES) $(ARGS)

fuzz: # hundreds of examples an address, others each time: EXAMPLES=500
	$(ENVIRONMENT) requirements-dev.txt
	@MEDPORTAL_FUZZ=$(EXAMPLES) exec $(PY) -m pytest tests/bad_input/test_fuzz.py tests/bad_input/test_readers.py $(ARGS)

check:
	$(ENVIRONMENT) requirements-dev.txt
	@$(WITHOUT_SERVERS) $(PY) -m medportal.tools.launch.check

format:
	$(ENVIRONMENT) requirements-dev.txt
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

demo-models:
	$(ENVIRONMENT) requirements.txt
	@exec $(PY) -m medportal.demo.build

bench:
	$(ENVIRONMENT) requirements.txt
	@exec $(PY) -m medportal.tools.bench

bench-paths: # clicks, keys and seconds of three paths to a decision, in a browser
	$(ENVIRONMENT) requirements-dev.txt
	@$(PY) -m medportal.tools.launch.browser
	@exec $(PY) -m medportal.tools.bench.paths $(ARGS)

bench-explain:
	$(ENVIRONMENT) requirements.txt
	@exec $(PY) -m medportal.tools.bench.explain $(ARGS)

screenshots:
	$(ENVIRONMENT) requirements-dev.txt
	@$(PY) -m medportal.tools.launch.browser
	@exec $(PY) -m medportal.tools.screenshots

translations:
	$(ENVIRONMENT) requirements-dev.txt
	@$(WITHOUT_SERVERS) $(PY) -m medportal.tools.launch.translations update

tables:
	$(ENVIRONMENT) requirements-dev.txt
	@$(WITHOUT_SERVERS) $(PY) -m tests.tables

requirements: # pip-compile leaves out what this Python does not need: it is added by hand
	$(ENVIRONMENT) requirements-dev.txt
	for name in serving:requirements-serving training:requirements dev:requirements-dev; do \
	  $(PY) -m piptools compile --quiet --no-header --strip-extras --no-emit-index-url \
	    --no-emit-find-links --no-emit-trusted-host --no-allow-unsafe \
	    --output-file $${name#*:}.txt requirements/$${name%%:*}.in || exit 1; \
	  grep '^async-timeout' requirements/serving.in | cut -d'#' -f1 >> $${name#*:}.txt; \
	done
