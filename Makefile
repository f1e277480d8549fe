# Two commands for a newcomer: `make demo` and `make test`. Each installs what it needs into this folder.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON := .venv/bin/python
LIBS := target/debug
REPO ?= .
NOGIL ?= python3.14t
CRATES := sealbook sealbook-error sealbook-ledger sealbook-attribution sealbook-report sealbook-store sealbook-tasks sealbook-runtime sealbook-common
NEXTEST := $(shell cargo nextest --version >/dev/null 2>&1 && echo 'nextest run' || echo test)

.PHONY: help demo test build native rust python nogil node c uniffi report text lint deny packaging bench soak peers accuracy fuzz clean

help:
	@sed -n 's/^\([a-z]*\):.*## /  make \1  /p' $(MAKEFILE_LIST)

demo: native ##        the main job on a real history (REPO=path for another than this)
	@examples/demo.sh "$(REPO)"

test: rust lint python node c uniffi report text deny packaging ##        everything, in every language
	@echo "make test: all passed"

build: ##       the whole workspace, once
	cargo build --workspace --locked

# The bindings as `cargo build` made them, where Python and Node look for them; never over a file that somebody has loaded.
native: build .venv/ready node_modules/ready
	@cp --remove-destination $(LIBS)/libsealbook_python.so python/sealbook/_native.abi3.so
	@cp --remove-destination $(LIBS)/libsealbook_node.so node/native.node

.venv/ready: tests/python/requirements.txt
	python3 -m venv .venv
	$(PYTHON) -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

node_modules/ready: package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

rust: build ##        the core, the command line and the bindings' Rust
	cargo $(NEXTEST) --workspace --locked
	cargo test --workspace --locked --doc --quiet

python: native ##      the Python package
	PYTHONPATH=python $(PYTHON) -m pytest -q tests/python

# Not among the tests of every run: few have such an interpreter, and the module is built anew for it.
nogil: ##       the Python tests under an interpreter without its lock (NOGIL=python3.14t)
	PYO3_PYTHON=$(NOGIL) cargo build -p sealbook-python --locked --target-dir target/nogil
	rm -rf target/nogil/python && cp -r python target/nogil/python && rm -f target/nogil/python/sealbook/_native*
	cp target/nogil/debug/libsealbook_python.so target/nogil/python/sealbook/_native.so
	$(NOGIL) -m venv target/nogil/venv
	grep -E '^(cryptography|hypothesis|pytest|rfc8785)' tests/python/requirements.txt | target/nogil/venv/bin/pip install --quiet -r /dev/stdin
	PYTHONPATH=target/nogil/python target/nogil/venv/bin/python -m pytest -q -o pythonpath=target/nogil/python tests/python

node: native ##        the Node package
	node --test tests/node/*.test.mjs tests/node/*.test.cjs

c: build ##           the C library, linked both ways, under valgrind and sanitizers
	@.ci/have 'command -v pkg-config' pkg-config
	@.ci/have 'command -v valgrind' valgrind
	tests/c/run.sh

uniffi: build ##      UniFFI's Python and Ruby; Kotlin and Swift are generated
	@.ci/have "ruby -e 'require %q(ffi)'" ruby ruby-ffi
	tests/uniffi/run.sh

report: build node_modules/ready ##      the HTML report in a browser; pictures go to target/report-screenshots
	@.ci/have 'command -v chromium || command -v chromium-browser || command -v google-chrome' chromium
	tests/report/run.sh

text: ##        the independent verifier and the vectors that it made
	python3 -I tests/vectors/ledger/generate.py --check

lint: native ##        formats, lints, types, stubs, documentation
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --locked --quiet $(addprefix -p ,$(CRATES))
	$(PYTHON) -m ruff check python tests/python tests/packaging docs tests/vectors benches examples
	$(PYTHON) -m ruff format --check python tests/python tests/packaging
	PYTHONPATH=python $(PYTHON) -m mypy --strict python/sealbook
	PYTHONPATH=python $(PYTHON) -m mypy.stubtest sealbook
	npx tsc --strict --noEmit -p tests/node

deny: ##        licences and sources of all dependencies
	@.ci/cargo-tool cargo-deny 0.20.2 deny check bans licenses sources

packaging: native ##   the wheel and the npm tarball, installed into empty places
	$(PYTHON) -m pytest -q tests/packaging
	node --test tests/packaging/*.test.mjs

bench: ##       criterion benches of the hot paths
	cargo bench -p sealbook-benches

soak: native ##        10,000 tasks under workers that are killed and stopped, and 2,000 each in Python and Node; the results go to benches/results
	@mkdir -p benches/results
	{ echo '$$ make soak'; \
	echo '# the command'; SEALBOOK_SOAK=10000 cargo test --release --locked --quiet -p sealbook-cli --test soak -- --nocapture | grep 'tasks in'; \
	echo '# Python'; SEALBOOK_SOAK=2000 PYTHONPATH=python $(PYTHON) -m pytest -q -s tests/python/test_task_soak.py | grep 'tasks in'; \
	echo '# Node'; SEALBOOK_SOAK=2000 node --test tests/node/task_soak.test.mjs | grep 'tasks in'; } | tee benches/results/soak.txt

peers: ##       side by side with what others use; results go to benches/results
	benches/run.sh
	benches/tasks.sh

accuracy: ##    the rules of attribution on real histories (REPOS="path path ..."); writes docs/accuracy.md
	@test -n "$(REPOS)" || { echo 'name repositories: make accuracy REPOS="path path ..."' >&2; exit 2; }
	cargo build --release --locked --quiet -p sealbook-attribution --example claims
	python3 benches/accuracy --claims target/release/examples/claims $(REPOS)

fuzz: ##        every parser of outside bytes, 60 s each
	fuzz/run.sh 60

clean:
	rm -rf target .venv node_modules node/native.node python/sealbook/_native.abi3.so
