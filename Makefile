# `make` alone is what CI runs. `make help` lists the rest.
.DEFAULT_GOAL := check
SHELL := /bin/sh
PY := .venv/bin/python
BIN := .venv/bin
RUST := $(shell find rust_core protos -name '*.rs' -o -name '*.proto' -o -name 'Cargo.toml' 2>/dev/null)

TOOLS := build/tools
CARGO_MUTANTS := $(TOOLS)/cargo-mutants-27.1.0

.PHONY: check
check: format-check lint generated rust-test test ## Everything CI checks

.PHONY: run
run: .venv/.built ## Fly the demo on the simulated rig, live
	$(BIN)/qiki-hil run --rig sim --scenario demo

.PHONY: test
test: .venv/.built ## Set up and pass the Python tests
	$(BIN)/pytest -q -n logical --dist loadfile -m "not serial"
	$(BIN)/pytest -q -m serial

.PHONY: rust-test
rust-test: .venv/.installed ## Rust tests
	cargo test --locked --workspace --exclude qiki-py --quiet

.PHONY: lint
lint: .venv/.built ## ruff, mypy strict, stubtest, clippy, buf
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(PY) -m mypy.stubtest qiki_hil._core
	cargo clippy --locked --workspace --all-targets --quiet -- -D warnings
	cd protos && ../$(BIN)/buf lint

.PHONY: format
format: .venv/.installed ## Format everything
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	cargo fmt --all

.PHONY: format-check
format-check: .venv/.installed
	$(BIN)/ruff format --check .
	cargo fmt --all --check

.PHONY: generated
generated: .venv/.built ## Generated files are what the sources say
	$(PY) tools/gen_protos.py --check
	$(PY) tools/gen_maps.py --check
	$(PY) tools/demo_image.py --check

.PHONY: generate
generate: .venv/.installed ## Write generated files anew
	$(PY) tools/gen_protos.py
	$(MAKE) .venv/.built
	$(PY) tools/gen_maps.py

.PHONY: demo-image
demo-image: .venv/.built ## Fly the demo and draw docs/images/demo.png anew
	$(PY) tools/demo_image.py

.PHONY: update-refs
update-refs: .venv/.built ## Write the committed results anew, Rust's and Python's
	UPDATE_REFS=1 cargo test --locked --quiet -p qiki-control -p qiki-campaign --test all
	$(BIN)/pytest -q tests/campaign/test_closed_loop.py --update-refs
	git --no-pager diff --stat -- '*/closed_loop.csv'

.PHONY: fault-table
fault-table: .venv/.built ## Fly every failure and every pair of failures, write what became of them
	$(PY) tools/fault_table.py

.PHONY: mutants
mutants: .venv/.built $(CARGO_MUTANTS) ## Change the safety code; a test must notice every change
	$(PY) tools/mutants.py

.PHONY: mutants-short
mutants-short: .venv/.built $(CARGO_MUTANTS) ## The same for a fixed sample
	$(PY) tools/mutants.py --short

.PHONY: coverage
coverage: .venv/.built ## Lines that the tests run, against docs/reference/coverage.md
	$(PY) tools/coverage_table.py

.PHONY: coverage-update
coverage-update: .venv/.built ## Write docs/reference/coverage.md anew
	$(PY) tools/coverage_table.py --update

.PHONY: bench
bench: .venv/.built ## Benchmarks against the peers
	tools/peers.sh
	$(BIN)/pytest -q benches

.PHONY: bench-again
bench-again: ## Only the benchmarks that failed last time
	$(BIN)/pytest -q benches --last-failed --last-failed-no-failures none

.PHONY: soak
soak: .venv/.built ## The long forms: 2000 flights under random commands, 60 s in real time with the live view
	cargo test --locked -p qiki-campaign --test all -- --ignored
	tools/peers.sh
	QIKI_BENCH_SECONDS=60 $(BIN)/pytest -q benches/test_wakeup.py

.PHONY: lowest
lowest: .venv/.built ## Test with the lowest versions that pyproject.toml allows
	tools/lowest.sh

.PHONY: wheel
wheel: .venv/.installed ## Build the wheel into dist/
	$(BIN)/maturin build --release --locked --out dist

.PHONY: lock
lock: .venv/.installed ## Resolve dependencies anew
	tools/lock.sh
	cargo update

.PHONY: clean
clean: ## Remove what was built
	rm -rf .venv target dist build

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/.installed: requirements/dev.txt tools/setup.sh
	tools/setup.sh
	@touch $@

.venv/.built: .venv/.installed $(RUST) Cargo.lock pyproject.toml
	PATH="$(CURDIR)/.venv/bin:$$PATH" MATURIN_PEP517_ARGS=--locked $(BIN)/pip install --quiet --disable-pip-version-check \
	  --no-deps --no-build-isolation --editable .
	@# maturin rewrites the package's data through the links in qiki_hil/data, with the same bytes;
	@# for the newer times cargo would compile the extension again when the wheel is built.
	@find rigs firmware_protocols -type f -exec touch -r pyproject.toml {} +
	@touch $@

$(TOOLS)/cargo-%:
	@tools/cargo_tool.sh $*
