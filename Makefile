# make demo       a clinic to try, on http://localhost:8000
# make test       everything: pure, SQLite, PostgreSQL, Redis, worker, browser
# make check      lint, types, layers, pure tests: what to run between two commits
# The rest is explained in docs/developing.md.

PYTHON ?= python3
PORT ?= 8000
RUN = .venv/bin/python
# Every package and its hash is named, so nothing needs resolving. Compiling all of them takes half a minute; Python
# compiles at its first use those that are used.
PIP = --quiet --disable-pip-version-check --require-hashes --no-deps --no-compile

# So that they do, also where Python is told to keep nothing: a demo has four processes, the tests start a hundred.
export PYTHONDONTWRITEBYTECODE =

DEMO = SEXTANT_DEMO=1 \
	SEXTANT_SECRET_KEY="$$(cat var/demo.key)" \
	SEXTANT_TABLET_KEY="$$(cat var/demo.tablet)" \
	SEXTANT_DATABASE_URL=sqlite:///$(CURDIR)/var/demo.sqlite3 \
	SEXTANT_BROKER_URL=filesystem://localhost SEXTANT_BROKER_DIR=$(CURDIR)/var/broker \
	SEXTANT_SITE_URL=http://localhost:$(PORT) \
	SEXTANT_EMAIL_URL=filemail:///$(CURDIR)/var/mail SEXTANT_EMAIL_FROM=clinic@sextant.example

.PHONY: demo demo-reset manage test check prove reference bench bench-rows pictures env lock assets messages

demo: .venv/app var/demo.key var/demo.tablet
	@exec env $(DEMO) $(RUN) manage.py demo --port $(PORT)

demo-reset:
	rm -rf var/demo.* var/broker var/mail

# Any command on the demo: make manage DO="outcomes --clinic north --scale phq-9"
manage: .venv/app var/demo.key var/demo.tablet
	@$(DEMO) $(RUN) manage.py $(DO)

test: .venv/test
	@$(RUN) -m tests.run test

check: .venv/test
	@$(RUN) -m tests.run check

prove: .venv/test
	@$(RUN) -m tests.run prove

reference: .venv/test
	@$(RUN) -m tests.run reference

bench: .venv/test
	@$(RUN) -m bench.run

bench-rows: .venv/test
	@$(RUN) -m bench.rows

pictures: .venv/test
	@$(RUN) -m bench.pictures

env:
	@$(PYTHON) tracker/write_env.py

# After a change of pyproject.toml. uv is needed for this one only.
lock:
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --upgrade pyproject.toml -o requirements/app.txt
	uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --upgrade --extra test pyproject.toml -c requirements/app.txt -o requirements/test.txt

# After a change in frontend/assets. Node is needed for this one only.
assets:
	cd frontend/assets && npm ci && npm run build

# After a change in what patients read: brings the Spanish catalogue up to date, names what has no Spanish yet, compiles.
# No gettext tools are needed.
messages: .venv/test
	@$(RUN) -m tests.messages

.venv/bin/python:
	$(PYTHON) -m venv .venv

# In two halves at once: one pip keeps one processor busy with unpacking, for twice as long.
define INSTALL
@awk '/^[A-Za-z0-9]/ { n++ } { print > (".venv/half" n % 2) }' $<
@.venv/bin/pip install $(PIP) -r .venv/half0 & other=$$!; \
.venv/bin/pip install $(PIP) -r .venv/half1; own=$$?; wait $$other && exit $$own
endef

.venv/app: requirements/app.txt | .venv/bin/python
	$(INSTALL)
	@touch $@

.venv/test: requirements/test.txt | .venv/bin/python
	$(INSTALL)
	@touch $@ .venv/app

var/demo.key:
	@mkdir -p var && umask 077 && $(PYTHON) -c "import secrets; print(secrets.token_urlsafe(50))" > $@

var/demo.tablet:
	@mkdir -p var && umask 077 && $(PYTHON) -c "import secrets; print(secrets.token_hex(32))" > $@
