# Anteroom. `make help` lists what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash
GO ?= go
VERSION ?= 0.1.0-dev
GOFILES := $(shell git ls-files '*.go' 2>/dev/null)

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | sort | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

.PHONY: run
run: build ## Build everything and serve the demo world on http://127.0.0.1:8080
	./bin/anteroom serve

.PHONY: build
build: web ## Build bin/anteroom with the web SDK inside
	@scripts/need go
	$(GO) build -ldflags '-s -w -X main.version=$(VERSION)' -o bin/anteroom ./cmd/anteroom

.PHONY: web
web: web/dist/files.zip ## Build the web SDK and the pages

web/node_modules/.stamp: web/package-lock.json
	@scripts/need node
	cd web && npm ci --no-audit --no-fund
	@touch $@

web/dist/files.zip: web/node_modules/.stamp web/archive.go web/package.go web/pack/main.go $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -path web/build -prune -o -path '*/dist' -prune -o -type f \( -name '*.ts' -o -name '*.tsx' -o -name '*.css' -o -name '*.html' -o -name '*.mjs' -o -name 'package.json' \) -print 2>/dev/null)
	@scripts/need go
	cd web && npm run build
	$(GO) run ./web/pack web/build web/dist

.PHONY: test
test: build ## Run every test: Go with the race detector, the web SDK's, and real browsers
	@scripts/need test
	$(MAKE) test-go test-web test-browser

.PHONY: test-go
test-go: ## Run the Go tests with the race detector, the store on SQLite and PostgreSQL
	@scripts/need gcc postgres redis
	ANTEROOM_REQUIRE_POSTGRES=1 $(GO) test -race -timeout 20m ./...

.PHONY: test-web
test-web: web ## Run the web SDK's unit tests
	cd web && npm test

.PHONY: loadgen
loadgen: ## Build bin/loadgen, which fills a meeting with synthetic participants
	@scripts/need go
	$(GO) build -o bin/loadgen ./bench/loadgen/cmd/loadgen

.PHONY: test-browser
test-browser: build loadgen ## Run the browser tests against the built program
	@scripts/need chromium
	cd web && npm run test:browser

.PHONY: test-long
test-long: build loadgen ## Run the browser tests that take many minutes
	@scripts/need chromium
	cd web && ANTEROOM_LONG_TESTS=1 npm run test:browser -- -g 'reproduces codes|everybody who goes'

.PHONY: test-cluster
test-cluster: build ## Take everything away from a running cluster, part by part, for some minutes
	@scripts/need gcc postgres redis
	ANTEROOM_LONG_TESTS=1 ANTEROOM_REQUIRE_POSTGRES=1 ANTEROOM_REQUIRE_REDIS=1 \
		ANTEROOM_REQUIRE_NETNS=$$([ "$$(id -u)" != 0 ] || echo 1) $(GO) test -v -count 1 -timeout 40m ./internal/clustertest

.PHONY: lint
lint: web/node_modules/.stamp ## Check format, style and types
	$(GO) run ./scripts/checknames
	@scripts/need go node
	$(GO) tool -modfile=tools/go.mod golangci-lint run ./...
	$(GO) vet ./...
	cd web && npm run lint && npm run check

FUZZ ?= 10s

.PHONY: fuzz
fuzz: ## Fuzz every parser that strangers reach, one after another (FUZZ=10m each)
	@scripts/need go
	@GO='$(GO)' FUZZ='$(FUZZ)' scripts/fuzz

.PHONY: vulncheck
vulncheck: ## Look for known vulnerabilities in Go dependencies (needs vuln.go.dev)
	@scripts/need go
	@GO='$(GO)' scripts/vulncheck

.PHONY: format
format: ## Format the Go code
	$(GO) tool -modfile=tools/go.mod gofumpt -w $(GOFILES)

.PHONY: generate
generate: ## Make generated code and documents anew
	$(GO) generate ./...

.PHONY: bench
bench: build ## Measure speed and memory, as ratios in one run
	@scripts/need chromium postgres
	$(GO) run ./bench -o docs/benchmarks.md

.PHONY: test-memory
test-memory: build ## Compare a server's memory under 200 attackers with that under 200 publishers
	$(GO) build -o bin/bench ./bench && bin/bench -only memory

SOAK ?= 10m

.PHONY: soak
soak: build ## Watch memory while 25 publishers come and go (SOAK=10m)
	@scripts/need chromium
	$(GO) run ./bench -soak $(SOAK) -o docs/soak.md

.PHONY: clean
clean: ## Remove what was built
	rm -rf bin web/build web/dist/files.zip web/dist/npm.tar.zst web/*/dist
