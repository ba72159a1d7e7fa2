# Viaduct: what people type. Every target installs what it lacks and can be repeated.

SHELL := /bin/bash -euo pipefail
.DEFAULT_GOAL := help

# Options, for example: make run DATA_DIR=/srv/viaduct ARGS="--set http.listen=127.0.0.1:9000"
DATA_DIR ?= viaduct-data
ARGS ?=
# Seconds that `make fuzz` gives to each target, and which targets (all by default).
SECONDS ?= 20
TARGETS ?=
TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)

# Where tests note what they skipped, because ../shared is absent; `make test` counts it.
export VIADUCT_SKIPS ?= $(abspath $(TARGET_DIR))/skips

# What comes next, and the time: a log tells where a run spends it.
say = @printf '\n== %(%T)T %s\n' -1 "$(1)"

.PHONY: help
help: ## Show this help
	@echo "Viaduct. Targets:"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

# ---- using it ----------------------------------------------------------------------------------------------

.PHONY: run
run: build-tools console ## Build and start with simulated cameras; prints the address to open
	$(call say,Building the server for a trial (the first time takes some minutes))
	cargo build --profile trial --package viaduct --package media-worker --bins
	$(call say,Starting; data is kept in $(DATA_DIR); Ctrl-C stops)
	@exec $(TARGET_DIR)/trial/viaduct serve --demo --data-dir "$(DATA_DIR)" $(ARGS)

.PHONY: build
build: build-tools console ## Build the optimised program with the console inside, and its media worker: target/release
	$(call say,Building the optimised server)
	cargo build --release --package viaduct --package media-worker --bins
	@ls -lh $(TARGET_DIR)/release/viaduct $(TARGET_DIR)/release/viaduct-media-worker

# ---- changing it -------------------------------------------------------------------------------------------

.PHONY: check
check: build-tools web-packages format clippy tidy ## Fast: format, lints, tidiness, unit tests, web types
	$(call say,Unit tests)
	cargo test --workspace --lib --bins
	$(call say,Web: types and unit tests)
	cd web && npm run typecheck && npm test

.PHONY: lint
lint: build-tools web-packages format clippy tidy licences ## Format, lints, tidiness, licences, documentation links, web types
	$(call say,Documentation links)
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet
	$(call say,Web: types)
	cd web && npm run typecheck

.PHONY: test
test: forget-skips test-tools lint rust-tests hevc-check web-tests fuzz-check e2e ## Everything that a change must pass
	@scripts/skips report

.PHONY: forget-skips
forget-skips:
	@rm -f "$(VIADUCT_SKIPS)"

.PHONY: test-long
test-long: test-tools console ## Also the ignored tests, and every fuzz target for a minute
	$(call say,Long tests)
	cargo test --workspace -- --ignored --skip another_server_is_pulled
	cargo test --workspace --test e2e -- --ignored
	scripts/fuzz --seconds 60

.PHONY: hevc-wasm
hevc-wasm: build-tools ## Build the player's H.265 decoder (WebAssembly) anew and put it in its place
	$(call say,H.265 decoder)
	scripts/hevc-wasm build

.PHONY: bench
bench: build ## Benchmarks beside their floors: table and JSON
	$(call say,Benchmarks)
	$(TARGET_DIR)/release/viaduct bench all --json $(TARGET_DIR)/bench.json $(ARGS)

.PHONY: fuzz
fuzz: fuzz-tools ## Fuzz every target for SECONDS=20 each (TARGETS="a b" chooses)
	scripts/fuzz --seconds $(SECONDS) $(TARGETS)

# ---- the parts ---------------------------------------------------------------------------------------------

.PHONY: format clippy tidy licences rust-tests hevc-check web-tests fuzz-check e2e
format:
	$(call say,Format)
	cargo fmt --all --check

clippy: dist-folder
	$(call say,Lints)
	cargo clippy --workspace --all-targets --test e2e -- -D warnings

tidy:
	$(call say,Tidiness: layers and sans-IO bans and documents)
	cargo xtask tidy

licences:
	$(call say,Licences and sources of dependencies)
	scripts/deny

rust-tests: dist-folder
	$(call say,Tests of the crates)
	cargo test --workspace

hevc-check:
	$(call say,H.265 decoder: tests and the same bytes again)
	cargo fmt --manifest-path web/hevc/Cargo.toml --check
	cargo clippy --quiet --locked --manifest-path web/hevc/Cargo.toml --target-dir "$(TARGET_DIR)/hevc" --all-targets -- -D warnings
	scripts/hevc-wasm check

web-tests: console
	$(call say,Web: unit and browser tests)
	cd web && npm test
	cd web && CHROMIUM="$$(../scripts/chromium)" npm run test:browser

fuzz-check: fuzz-tools
	$(call say,Fuzz targets build and find a planted panic)
	scripts/fuzz --self-test

# The real program against FFmpeg, GStreamer, mpv and Chromium: the test binary e2e of the crate viaduct. The test `process` has the media
# worker built. As in all other parts with `--workspace`: another choice of crates has other features of dependencies, and builds them again.
e2e: console
	$(call say,End to end)
	@mkdir -p "$(TARGET_DIR)"
	@CHROMIUM="$$(scripts/chromium)" cargo test --workspace --test process --test e2e 2>&1 | tee "$(TARGET_DIR)/e2e.log" \
		|| { printf '\nWhat failed, and why:\n'; grep -A 4 "panicked at" "$(TARGET_DIR)/e2e.log" | tail -n 60; exit 1; }

.PHONY: console web-packages dist-folder
console: web-packages
	$(call say,Console)
	cd web && npm run build

web-packages:
	@scripts/web-packages

# The server embeds the console's folder, which may be empty while only Rust is looked at.
dist-folder:
	@mkdir -p web/console/dist

.PHONY: build-tools test-tools fuzz-tools
build-tools:
	@scripts/toolchain
	@scripts/need build-essential pkg-config libclang-dev libavcodec-dev libavformat-dev libavutil-dev libswresample-dev libswscale-dev

test-tools: build-tools
	@scripts/need ffmpeg gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good \
		gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav gstreamer1.0-rtsp \
		python3-gi gir1.2-gst-rtsp-server-1.0 python3-pyftpdlib mpv curl procps openssl postgresql nginx-light firefox-esr tshark \
		fonts-noto-cjk python3-openpyxl pulseaudio sip-tester
	@scripts/chromium > /dev/null

fuzz-tools:
	@scripts/toolchain rust
	@scripts/need build-essential
