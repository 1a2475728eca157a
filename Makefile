# Two commands do everything on a fresh machine:
#   make run     a demo company on an embedded PostgreSQL, with the scheduler and the web app
#   make test    every test, on real PostgreSQL
# The rest is for those who build Ratable; `make help` lists it.

VERSION  := $(shell git describe --always --dirty 2>/dev/null || echo development)
BUILD    := CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)"
PACKAGES ?= ./...

.DEFAULT_GOAL := help
.PHONY: help run build test check lint generate fmt bench schema clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## start the demo company: embedded PostgreSQL, scheduler, web app
	@exec bin/ratable demo

build: ## one static binary, bin/ratable
	@$(BUILD) -o bin/ratable ./cmd/ratable

test: ## every test, on a private PostgreSQL in a temporary folder
	@.ci/need hledger ledger bean-check chromium pdftotext
	@go test $(PACKAGES)

check: lint generate ## lint, and hold generated files to what is committed
	@git diff --exit-code -- '*_templ.go' client || { echo 'generated files changed: run `make generate` and commit'; exit 1; }

lint: ## gofmt, go vet, staticcheck
	@test -z "$$(gofmt -l . | tee /dev/stderr)" || { echo 'run `make fmt`'; exit 1; }
	@go vet ./...
	@go tool staticcheck ./...

generate: ## write *_templ.go from *.templ, and the client from the description of the API
	@go tool templ generate -log-level error
	@go run ./cmd/ratable openapi --older > client/openapi.json
	@go tool oapi-codegen -config client/config.yaml client/openapi.json; status=$$?; rm -f client/openapi.json; exit $$status

fmt: ## gofmt and templ fmt
	@gofmt -w .
	@go tool templ fmt -log-level error .

bench: ## measure the main paths against the limit of this machine; ratios from one run
	@go test ./bench -run '^$$' -bench . -benchtime 1x -timeout 30m

schema: ## write migrations/schema.sql, the whole schema on one page
	@home=$$(mktemp -d /var/tmp/ratable.XXXXXX) && chmod 755 $$home && \
	RATABLE_HOME=$$home go run ./cmd/ratable schema > migrations/schema.sql; status=$$?; rm -rf $$home; exit $$status

clean: ## remove what was built; data stays
	@rm -rf bin
