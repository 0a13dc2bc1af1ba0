# Atelier's commands. `make` alone lists them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# rustup leaves cargo here; a shell that is older than the installation does not look there.
export PATH := $(PATH):$(or $(CARGO_HOME),$(HOME)/.cargo)/bin
# Where the public data sets and contracts stand that some tests read. Absolute: a test runs in its package's folder.
export ATELIER_SHARED ?= $(abspath ../shared)

# A target folder may be shared between clones; the site stays in the clone.
BUILT := $(or $(CARGO_TARGET_DIR),target)
SERVER := $(BUILT)/release/atelier

NPM := end2end/node_modules/.package-lock.json
MODELS := $(addprefix models/,smollm2-135m-instruct.gguf \
  $(addprefix all-minilm-l6-v2/,config.json model.safetensors tokenizer.json) $(addprefix potion-base-8m/,model.safetensors tokenizer.json))
WASM := target/wasm/.built
SITE := target/site/.built
# Folders too, not files alone: a folder is newer after something was removed from it.
WASM_SOURCES := $(shell find app src -not -path 'app/src/js/*') Cargo.toml Cargo.lock .cargo/config.toml tools/wasm.sh
SITE_SOURCES := $(shell find style public app/src/js) tools/site.sh tools/compress.mjs

.PHONY: help run build check test test-rust test-fuzz test-browser bench dist clean prerequisites server site npm models

help: ## lists the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1@\2/p' Makefile | column -t -s @

run: build models ## installs what is missing, builds, and serves on http://127.0.0.1:3000
	@exec $(SERVER) serve

build: server site ## the server (target/release/atelier) and the site (target/site)

check: prerequisites ## format, lints (for the server and for the browser), documentation
	cargo fmt --check
	cargo clippy --release --workspace --exclude atelier-hydrate --all-targets -- -D warnings
	cargo clippy --profile wasm-release -p atelier-hydrate --target wasm32-unknown-unknown -- -D warnings
	RUSTDOCFLAGS=-Dwarnings cargo doc --release --no-deps --workspace --exclude atelier-hydrate

test: test-rust test-fuzz test-browser ## all tests: unit, store on SQLite and Postgres, REST, fuzz, browser

test-rust: prerequisites models
	tools/postgres.sh cargo test --release
	cargo test --release -p atelier-sitebuild

# One seed, so that a run tells of a change and not of chance; without it, tools/fuzz.sh looks elsewhere each time.
test-fuzz: server models
	tools/fuzz.sh --seed 1

test-browser: build models
	tools/journeys.sh

bench: build models ## every benchmark of tools/bench
	@for bench in $$(find tools/bench -maxdepth 1 -type f -perm -u+x | sort); do echo "== $$bench"; "$$bench"; done

dist: build models ## an archive that runs on a machine without any of the tools
	tools/dist.sh $(SERVER)

clean: ## removes what was built; weights and data stay
	rm -rf target end2end/node_modules

prerequisites:
	@tools/prerequisites.sh

# The same set of packages as `cargo test`, so that both share one build of every dependency.
server: prerequisites
	cargo build --release

npm: $(NPM)
models: $(MODELS)
site: $(SITE)

$(NPM): end2end/package.json end2end/package-lock.json end2end/.npmrc | prerequisites
	cd end2end && npm ci --no-progress --loglevel=error || \
	  { echo "The npm packages could not be fetched: check the network, then run make again." >&2; exit 1; }
	touch $@

# One run of the script makes them all.
$(MODELS) &: tools/fetch_models.py | prerequisites
	python3 tools/fetch_models.py

$(WASM): $(WASM_SOURCES) $(NPM) | prerequisites
	tools/wasm.sh

$(SITE): $(SITE_SOURCES) $(WASM)
	tools/site.sh
