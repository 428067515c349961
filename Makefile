# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

SHELL := /bin/sh
PYTHON ?= python3
# How many checks run at the same time: each waits now and then
JOBS ?= 4
ARGS ?=
export PYTHONPYCACHEPREFIX := $(CURDIR)/.build/cache/python

TOOLS := "$(PYTHON)" tests/tools
VENV := @$(TOOLS)/venv.py
CHECK := @$(TOOLS)/check.py
LINT := ruff format mypy yamllint ansible-lint changelog reuse
# These have two minutes of their own in .ci/run: ruff and sanity see most of what they see.
SLOW_LINT := antsibull-docs pylint
# The long ones first: they decide how long the whole takes on two cores.
TEST := sanity importer unit integration faults $(LINT)

.PHONY: help demo simulator benchmark rules test lint $(TEST) $(SLOW_LINT) build test-system test-matrix clean
.PHONY: venv-run venv-test venv-importer venv-peer

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile
	@echo
	@echo "  PYTHON=/path/to/python3.12 chooses the interpreter (3.10 or newer). All that is made lies in .build/."

demo: build ## Audit a made-up company: a simulated CertView and one playbook, under two minutes
	@$(TOOLS)/demo.py

simulator: venv-run ## Run the simulated CertView in the foreground: make simulator ARGS=--help
	@$(TOOLS)/run.py run python tests/simulator $(ARGS)

benchmark: build venv-peer ## Measure side by side with other clients: ARGS="sweep --quick", or all without
	@$(TOOLS)/run.py run python tests/benchmark $(ARGS)

rules: venv-test ## Write the documentation of rules and profiles anew, after a rule was changed
	@$(TOOLS)/run.py test python -c "import sys; sys.path.insert(0, 'tests'); import unit.conftest, support.policy_docs as docs; docs.main()"

test: ## Everything that needs nothing but git, make and python3-venv
	@$(TOOLS)/check.py --forget build $(TEST)
	@$(MAKE) --no-print-directory --keep-going --jobs $(JOBS) $(TEST) || true
	@$(TOOLS)/check.py --summary build $(TEST)

lint: $(LINT) $(SLOW_LINT) ## Style, types, licences, changelog, Ansible practice

unit: venv-test venv-peer ## Unit tests and the coverage gate: 95 % of the branches of the library
faults: venv-test ## What the network, the server, the disk and a kill -9 can do: all rows once, or an error
integration: build venv-test ## ansible-playbook with the installed collection against the simulator
sanity: venv-test ## ansible-test sanity
importer: build venv-importer ## galaxy-importer, as Ansible Galaxy runs it on upload
build: venv-run ## Build the artifact into .build/dist, install it into .build/collections
$(LINT) $(SLOW_LINT): venv-test
$(TEST) $(SLOW_LINT) build:
	$(CHECK) $@

test-system: ## What needs programs from the distribution: installs them if it may
	@sh tests/tools/system.sh

test-matrix: build ## Unit and integration tests on every ansible-core that the Pythons here can run
	@$(TOOLS)/matrix.py

clean: ## Remove all that was made
	rm -rf .build

venv-run:
	$(VENV) run -r tests/requirements/run.txt
venv-test:
	$(VENV) test -r tests/unit/requirements.txt -r tests/requirements/lint.txt
venv-importer:
	$(VENV) importer -r tests/requirements/importer.txt
venv-peer:
	@if "$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
		$(TOOLS)/venv.py peer -r tests/simulator/peer-requirements.txt; \
	else \
		echo "absent    qualysdk needs Python 3.11: no independent client reads the simulator"; \
	fi
