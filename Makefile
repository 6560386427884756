# Needs python3 (3.11 or newer), pip and make; everything else is set up in .venv from the lock files.
# The tests of the page need Chromium too, and are skipped without it; REQUIRE_BROWSER=1: they fail.
#   make install    sets it up, no more
#   make demo       the station on a simulated machine
#   make plots      adds what every `--plot` needs
#   make test       every check and every test, those of the figures in a short form
#   make accuracy   every figure of the counter, the calibration and the wire protocol, with its limit
#   make bench      every figure of speed and size, with its limit
#   make soak       every promise of firmware_bridge/RELIABILITY.md, with its limit; about two hours
#   make audit      what is known to be wrong with a library, and that a Pi gets all of them (network)
#   make lock       resolve the lock files anew from pyproject.toml (newest allowed versions: PIN=--upgrade)

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
# A new Python, or a clone that was moved, gets a new environment.
HERE := $(shell $(PYTHON) -c 'import sys, zlib; print("%d.%d-%08x" % (*sys.version_info[:2], zlib.crc32(b"$(CURDIR)")))')
TOOLS := $(VENV)/.tools-$(HERE)
RUN := $(VENV)/.run-$(HERE)
DEV := $(VENV)/.dev-$(HERE)

.PHONY: install demo plots test accuracy bench soak audit lock clean

install: $(RUN)

demo: $(RUN)
	@$(BIN)/leverrep demo

plots: $(RUN)
	$(UV) pip install --quiet --python $(BIN)/python -c requirements-dev.lock --editable '.[plot]'

test: $(DEV)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/pytest -n auto -q -rs

accuracy: $(DEV)
	$(BIN)/python -m tests.accuracy
	$(BIN)/python -m tests.device.faults 1000000

bench: $(DEV)
	$(BIN)/python -m tests.bench

soak: $(DEV)
	$(BIN)/python -m tests.soak

# --without-pip and --python, because Debian's python3 comes without ensurepip.
$(TOOLS): requirements-setup.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "LeverRep needs Python 3.11 or newer, this is " + sys.version)'
	@$(PYTHON) -m pip --version >/dev/null || { echo "pip is missing: sudo apt install python3-pip" >&2; exit 1; }
	$(PYTHON) -m venv --clear --without-pip $(VENV)
	$(PYTHON) -m pip --python $(BIN)/python install --quiet --no-deps --require-hashes -r $<
	@touch $@

$(RUN): $(TOOLS) requirements.lock pyproject.toml
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	$(INSTALL_PROJECT)
	@touch $@

$(DEV): $(TOOLS) requirements-dev.lock pyproject.toml
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements-dev.lock
	$(INSTALL_PROJECT)
	@touch $@

# The build backend is uv itself, so nothing is fetched here.
INSTALL_PROJECT = $(UV) pip install --quiet --python $(BIN)/python --offline --no-deps --editable .

COMPILE = $(UV) pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 \
	--generate-hashes --no-emit-index-url --custom-compile-command "make lock" $(PIN)

lock: $(TOOLS)
	$(COMPILE) --group setup -o requirements-setup.lock
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) pyproject.toml --extra plot --group dev -c requirements.lock -o requirements-dev.lock

PYTHONS = 3.11 3.13  # of Debian 12 and 13

audit: $(TOOLS)
	@for python in $(PYTHONS); do \
		echo "wheels for a Raspberry Pi with Python $$python"; \
		$(UV) pip install --quiet --target $(VENV)/.arm --python-platform aarch64-manylinux_2_28 \
			--python-version $$python --only-binary :all: --require-hashes -r requirements.lock || exit; \
		rm -rf $(VENV)/.arm; \
	done
	$(UV) tool run --quiet pip-audit@2.10.1 --strict --no-deps --disable-pip \
		--vulnerability-service osv -r requirements-dev.lock -r requirements-setup.lock

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
