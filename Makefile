# Everything one does here starts with `make`. Needs Python >= 3.11 and make; the rest is fetched, by hash, into .venv.

BIN := .venv/bin
GUARD := $(BIN)/python -m deploy.build.leftovers
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	--no-emit-index-url --no-annotate --no-header
# What only `make bench-matching` needs, beside the environment; at once when it is there.
BENCH_PACKAGES := $(BIN)/uv pip install --quiet --require-hashes --python $(BIN)/python -r requirements-bench.lock

# The embedded database's fast server; built once per user, with cargo, CMake and a C compiler.
FAST_DATABASE := $(BIN)/python -m deploy.local.fast_database

.DEFAULT_GOAL := help
.PHONY: help env up down reset demo check audit test erasure faults bench bench-registry eval-duplicates bench-matching eval-matching pages places docs lock

help: ## This list.
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

env: ## Make .venv from the pinned packages; at once when nothing changed (PYTHON=...: with that Python).
	@$(or $(PYTHON),python3) deploy/bootstrap.py $(if $(PYTHON),--this)

up: env ## Start the whole platform here and load the programme data (DETACH=1 returns when ready; FAST=1: on the fast database server).
	@$(if $(FAST),$(FAST_DATABASE) && EMBEDDED_DATABASE=secantusd-rs )$(BIN)/worldcities up $(if $(DETACH),--detach)

down: env ## Stop it; the data stays.
	@$(BIN)/worldcities down

reset: env ## Stop it and forget its data.
	@$(BIN)/worldcities reset

demo: env ## Play the World Cities exchanges on the running platform (JSON=1 for machines).
	@$(BIN)/worldcities demo $(if $(JSON),--json)

check: env ## Lint, types, import rules, house rules, compose file, generated pages.
	@$(BIN)/python -m deploy.build.check

audit: env ## Ask for known vulnerabilities of what is pinned (needs the network).
	@$(BIN)/pip-audit --strict --require-hashes --disable-pip --requirement requirements.lock
	@$(BIN)/pip-audit --strict --require-hashes --disable-pip --requirement requirements-bench.lock

test: env ## All tests but the fault tests, on real servers; then nothing may still be running.
	@$(GUARD) $(BIN)/python -m pytest -m "not faults and not platform" --numprocesses=2 --dist=loadfile
	@$(GUARD) $(BIN)/python -m pytest -m "platform and not erasure"

erasure: env ## Erase people from a running platform and look for them in all it keeps (two minutes).
	@$(GUARD) $(BIN)/python -m pytest -m erasure tests/e2e

faults: env ## Kill, cut and repeat for real, and count what was lost (FAULTS=short for the quick form).
	@rm -f reports/faults.json
	@FAULTS=$(FAULTS) $(GUARD) $(BIN)/python -m pytest -m faults tests/faults --timeout=1800; code=$$?; \
		$(BIN)/python -m benchmarks.report faults && exit $$code

bench: env ## Measure our path against the bare drivers, side by side (BENCH=short for the quick form).
	@rm -f reports/bench.json
	@BENCH=$(BENCH) $(GUARD) $(BIN)/python -m benchmarks

bench-registry: env ## Measure the register with all cities of 15,000 inhabitants (BENCH=short for the quick form).
	@rm -f reports/bench-registry.json
	@BENCH=$(BENCH) $(GUARD) $(BIN)/python -m benchmarks.registry

eval-duplicates: env ## Count how well duplicates are found on the labelled pairs.
	@rm -f reports/eval-duplicates.json
	@$(BIN)/python -m benchmarks.eval_duplicates

bench-matching: env ## Measure rounds against other solvers and over HTTP (STRESS=1: 10,000 and 50,000 a side; BENCH=short; needs cargo).
	@rm -f reports/bench-matching.json
	@$(BENCH_PACKAGES)
	@$(FAST_DATABASE)
	@$(BIN)/python -m pytest -q tests/services/matching/test_large.py
	@BENCH=$(BENCH) $(GUARD) $(BIN)/python -m benchmarks.matching $(if $(STRESS),--stress)

eval-matching: env ## Judge the answers of rounds: conflicts, re-runs, why-nots, proofs (BENCH=short for the quick form).
	@rm -f reports/eval-matching.json
	@BENCH=$(BENCH) $(BIN)/python -m benchmarks.eval_matching

pages: env ## Rewrite docs/performance.md and docs/reliability.md from the last `make bench` and `make faults`.
	@$(BIN)/python -m deploy.build.pages

places: env ## Extract the places that the registry ships from the packaged GeoNames data.
	@$(BIN)/python -m deploy.build.places

docs: env ## Regenerate the API documents, the error list and the settings list from the code.
	@$(BIN)/worldcities docs

lock: env ## Pin the newest allowed versions again, with hashes.
	@echo "lock: resolving (about a quarter of a minute)"
	@$(COMPILE) --upgrade --group bootstrap --output-file requirements-bootstrap.lock
	@$(COMPILE) --upgrade --group local --group test --group quality pyproject.toml --output-file requirements.lock
	@$(COMPILE) --upgrade --group stress --group bench --constraint requirements.lock --output-file requirements-bench.lock
	@echo "lock: done; \`make env\` installs it"
