# Everything that is done with this repository, by name. `make help` lists it.

# Sparse machines leave HOME out, and neither Go nor npm works without a place of its own.
ifeq ($(HOME),)
export HOME := $(CURDIR)/build/home
endif

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VERSION ?= $(shell git -c safe.directory='*' describe --tags --always --dirty 2>/dev/null || echo dev)
GOBUILD := CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w -X main.version=$(VERSION)'
# Every system and every processor, once; the one at hand is built anyway.
PLATFORMS := linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
GOLANGCI := build/tools/golangci-lint-v2.15.0
FUZZTIME ?= 30s
# What make bench and bench-base measure beside this revision. It runs this revision's benchmarks.
BASE ?= 1996ad4
# The program that an upgrade begins with in the tests: from its state to this one's, and back.
OLDER_REVISION := 1996ad4
OLDER := $(CURDIR)/build/older/$(OLDER_REVISION)/older
# How long make test has callers leave and vendors restart; make soak does it for longer.
SOAK ?= 60s
VSCODE := clients/vscode
CONFORMANCE := clients/conformance
WEBSERVER := $(CURDIR)/build/nginx/usr/sbin
# Where make test puts the programs that people keep secrets with.
STORES := $(CURDIR)/build/stores
SOPS := $(CURDIR)/build/sops-v3.13.3
STORE_PACKAGES := pass tree age gnome-keyring libgcr-base-3-1 libgck-1-0
RPM := $(CURDIR)/build/rpm
SSHD := $(CURDIR)/build/sshd
SHELLCHECK := $(CURDIR)/build/shellcheck/usr/bin
OTHERS := $(WEBSERVER):$(STORES)/usr/bin:$(SOPS)

.PHONY: help build run screens generate test test-go test-release test-clients test-conformance test-editors conformance lint lint-go lint-clients bench bench-base soak fuzz extension release clean cc older webserver stores precommit rpm sshd shellcheck

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## bin/scrubjay and the small program, bin/quick/scrubjay, without cgo and without paths of this machine
	$(GOBUILD) -o bin/ ./server/scrubjay
	$(GOBUILD) -o bin/quick/scrubjay ./server/quick
	ln -sf ../scrubjay bin/quick/scrubjay-full

run: build ## the main job, on an embedded stand-in vendor
	bin/scrubjay demo

# What a test writes with -update, in the order in which one is made of another: detection is built with the tables of
# telephone numbers and of the judge.
generate: ## writes anew what is made of something else: tables, compiled rules, schema, lists, expected answers
	go test ./internal/detect/phones -run '^TestPhones$$' -count=1 -update
	go test ./internal/detect/guess -run '^TestJudge$$' -count=1 -update
	go test ./internal/detect -run '^(TestCompiled|TestRulesPageListsTheChecks|TestRuleList)$$' -count=1 -update
	go test ./internal/lsp -run '^TestWordsPage$$' -count=1 -update
	go test ./internal/wire -run '^TestVectors$$' -count=1 -update
	go test ./internal/policy -run '^TestSchemaIsCurrent$$' -count=1 -update
	go test ./internal/opa -run '^TestDefaultPolicy$$' -count=1 -update
	go test . -run '^(TestLinkedModules|TestNotices)$$' -count=1 -update

test: test-go test-release test-conformance test-clients test-editors ## every test: Go with the race detector, Rego within it, the real editors

test-go: cc older webserver stores precommit sshd ## the Go tests alone, with the race detector, and gitleaks' findings and others' readings beside ours
	PATH="$(OTHERS):$$PATH" OLDER=$(OLDER) SSHD_TREE=$(SSHD) SOAK=$(SOAK) CGO_ENABLED=1 go test -race -timeout 20m ./...
	PATH="$(OTHERS):$$PATH" go test ./internal/detect ./internal/opa # all of it: the race detector gets a part of the long ones
	cd internal/detect/peer && go test ./...
	cd internal/credentials/peer && go test ./...

test-release: rpm shellcheck $(VSCODE)/node_modules/.package-lock.json ## a release for this machine, made twice; installed, run and removed
	cd internal/release && go vet ./... && PATH="$(SHELLCHECK):$$PATH" RPM_TREE=$(RPM) go test -timeout 20m ./...

test-conformance: cc $(CONFORMANCE)/node_modules/.package-lock.json ## the vendors' own clients through the proxy, at some cuts of their answers
	cd internal/proxy/conformance && CGO_ENABLED=1 go test -race ./...

conformance: $(CONFORMANCE)/node_modules/.package-lock.json ## the same at every cut, and a table of all of it
	@cd internal/proxy/conformance && go test -count=1 -timeout 30m -args -full

test-clients: $(VSCODE)/node_modules/.package-lock.json ## what of the extension can be tested without an editor
	cd $(VSCODE) && npm test --silent

test-editors: extension ## the tests in the real VS Code, Neovim, Emacs and Helix, and of the console in the real Chromium
	clients/test-editors/install.sh
	clients/test-editors/run.sh

screens: test-editors ## the pictures of README, from what the editors' tests saw
	cp build/screens/vscode-actions.png docs/screens/editor.png
	cp build/screens/console-light-exchange-all.png docs/screens/console.png

lint: lint-go lint-clients ## formatting, vet, golangci-lint, builds for other systems, TypeScript and Lua

lint-go: $(GOLANGCI) ## the part of lint that is about Go
	@unformatted=$$(gofmt -l internal rules server *.go); \
	if [ -n "$$unformatted" ]; then echo "run gofmt -w on: $$unformatted"; exit 1; fi
	go vet ./...
	$(GOLANGCI) run --allow-parallel-runners ./...
	cd internal/release && $(CURDIR)/$(GOLANGCI) run --allow-parallel-runners ./...
	@for platform in $(PLATFORMS); do \
		echo "go build for $$platform"; \
		GOOS=$${platform%/*} GOARCH=$${platform#*/} CGO_ENABLED=0 go build -trimpath -buildvcs=false -o /dev/null ./server/scrubjay; \
		GOOS=$${platform%/*} GOARCH=$${platform#*/} CGO_ENABLED=0 go build -trimpath -buildvcs=false -o /dev/null ./server/quick; \
	done

lint-clients: $(VSCODE)/node_modules/.package-lock.json ## the part of lint that is about the editors' clients and the console's script
	cd $(VSCODE) && npm run --silent typecheck && npm run --silent lint
	cd clients/console && ../vscode/node_modules/.bin/biome check --error-on-warnings . ../../internal/console/page/console.js
	clients/test-editors/install.sh
	build/editors/bin/nvim --clean --headless +'lua for _, f in ipairs(vim.fn.glob("clients/{neovim,test-editors}/**/*.lua", false, true)) do local _, err = loadfile(f) if err then print(err) vim.cmd.cquit() end end' +qall

bench: build extension ## the figures of docs/benchmarks.md, each beside its floor or its peer
	@echo "== the engine, and what only reads the same bytes"
	@go test ./internal/detect -run '^$$' -bench 'Engine|Edit'
	@echo "== what is found in a megabyte of what tools print all day, by rule"
	@go test ./internal/detect -run '^$$' -bench OrdinaryOutput -benchtime 1x
	@echo "== the process on a tree of source, and gitleaks on the same"
	@cd internal/detect/peer && go build -o $(CURDIR)/build/tools/gitleaks github.com/zricethezav/gitleaks/v8
	@GITLEAKS=$(CURDIR)/build/tools/gitleaks go test ./server/scrubjay -run '^$$' -bench Process -benchtime 1x -timeout 30m
	@echo "== the engine beside gitleaks, on a sample"
	@cd internal/detect/peer && go test -run '^$$' -bench .
	@echo "== from a keystroke to its diagnostics"
	@go test ./internal/lsp -run '^$$' -bench Keystroke
	@echo "== what a completion takes beyond the model's own time"
	@go test ./server/scrubjay -run '^$$' -bench Completion
	@echo "== what the proxy adds to a request, and what a bare one adds"
	@go test ./internal/proxy -run '^$$' -bench 'Exchange|FirstByte' -benchtime 1000x
	@echo "== requests a second that sixteen clients get answered"
	@go test ./internal/proxy -run '^$$' -bench Throughput -benchtime 5x
	@echo "== the daemon's memory, idle and under sixteen clients"
	@go test ./server/scrubjay -run '^$$' -bench Serve -benchtime 1x
	@echo "== answers that lose their end"
	@STREAMS=100000 go test -count=1 ./internal/proxy -run 'TestTruncation$$' -v
	@$(MAKE) --no-print-directory bench-base

bench-base: build ## the engine, the process and the proxy beside an older revision (BASE), by turns, in one run
	@rm -rf build/base && git worktree prune && git worktree add -q --detach build/base $(BASE)
	@cp internal/proxy/bench_test.go build/base/internal/proxy/
	@cp internal/detect/beside_bench_test.go build/base/internal/detect/
	@cd build/base && go test -c -o ../tools/base-proxy.test ./internal/proxy && go test -c -o ../tools/base-engine.test ./internal/detect \
		&& CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w' -o ../tools/base-scrubjay ./server/scrubjay
	@go test -c -o build/tools/this-proxy.test ./internal/proxy && go test -c -o build/tools/this-engine.test ./internal/detect
	@go test -c -o build/tools/process.test ./server/scrubjay && cp bin/scrubjay build/tools/this-scrubjay
	@cp bin/quick/scrubjay build/tools/this-small && cp build/tools/base-scrubjay build/tools/base-small # it had none
	@git worktree remove --force build/base
	@for turn in 1 2 3; do for of in base this; do \
		echo "== turn $$turn: $$([ $$of = base ] && echo $(BASE) || echo this one)"; \
		(cd internal/detect && $(CURDIR)/build/tools/$$of-engine.test -test.run '^$$' -test.bench Beside -test.benchtime 3x -test.cpu 1 | grep ^Benchmark); \
		(cd server/scrubjay && PROGRAM=$(CURDIR)/build/tools/$$of-scrubjay SMALL=$(CURDIR)/build/tools/$$of-small $(CURDIR)/build/tools/process.test -test.run '^$$' -test.bench 'Process/(tree|tiny|hook)' -test.benchtime 1x | grep -E '^Benchmark|run make'); \
		(cd internal/proxy && $(CURDIR)/build/tools/$$of-proxy.test -test.run '^$$' -test.bench 'Exchange/.*KB/(20mixed|history)' -test.benchtime 300x | grep ^Benchmark; \
		$(CURDIR)/build/tools/$$of-proxy.test -test.run '^$$' -test.bench 'Throughput/200KB' -test.benchtime 2x | grep ^Benchmark); \
	done; done

soak: ## thirty minutes of callers that leave and vendors that restart: nothing grows
	@SOAK=30m go test -count=1 -timeout 60m ./internal/proxy -run 'TestSoak$$' -v

fuzz: ## every fuzz test, FUZZTIME (default 30s) each, and a million values in requests of every format
	@CANARIES=1000000 go test -count=1 -timeout 60m -run 'TestCanaries$$' -v ./internal/proxy
	@go list -f '{{.Dir}}' ./... | while read -r dir; do \
		{ grep -hso '^func Fuzz[A-Za-z0-9_]*' "$$dir"/*_test.go || true; } | sed 's/^func //' | while read -r name; do \
			echo "$$name in $${dir#$(CURDIR)/}"; \
			go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "$$dir" </dev/null; \
		done; \
	done

extension: build $(VSCODE)/node_modules/.package-lock.json ## build/vsix: the VS Code extension, for this platform and for all
	cd $(VSCODE) && npm run --silent package

release: $(VSCODE)/node_modules/.package-lock.json ## build/release/VERSION: all files of a release, signed by SCRUBJAY_RELEASE_KEY (CONTRIBUTING.md)
	cd internal/release && go run . -version $(VERSION)

clean: ## removes what was built; what was installed for the tests stays in build/
	rm -rf bin build/vsix build/screens $(VSCODE)/out

%/node_modules/.package-lock.json: %/package-lock.json
	cd $* && npm ci --loglevel=error
	@touch $@

# Built with the toolchain that builds the rest, so that it reads the same language.
$(GOLANGCI):
	GOBIN=$(CURDIR)/build/tools go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
	mv build/tools/golangci-lint $@

# The policy's tests have a real nginx serve bundles. It is unpacked and not installed: no service is to start. Where it cannot be
# had they skip it, and their imitation of it still runs.
webserver:
	@command -v nginx >/dev/null || [ -x $(WEBSERVER)/nginx ] || { mkdir -p build/nginx && cd build/nginx \
		&& { apt-get download -q nginx || { apt-get update -q && apt-get download -q nginx; }; } >/dev/null 2>&1 && dpkg -x nginx_*.deb .; } \
		|| echo "nginx is not to be had here: the tests with it are skipped"

# Pointers are tried with the programs that keep secrets: pass and GNOME's keyring are unpacked, SOPS is built with the toolchain that
# builds the rest. Where one cannot be had its test is skipped.
stores: $(SOPS)/sops
	@{ command -v pass && command -v gnome-keyring-daemon; } >/dev/null || [ -x $(STORES)/usr/bin/gnome-keyring-daemon ] || { mkdir -p build/stores && cd build/stores \
		&& { apt-get download -q $(STORE_PACKAGES) || { apt-get update -q && apt-get download -q $(STORE_PACKAGES); }; } >/dev/null 2>&1 \
		&& for package in *.deb; do dpkg -x $$package .; done; } \
		|| echo "pass and gnome-keyring are not to be had here: the tests with them are skipped"

$(SOPS)/sops:
	@GOBIN=$(SOPS) go install github.com/getsops/sops/v3/cmd/sops@v3.13.3 || echo "sops is not to be had here: the tests with it are skipped"

# A relay is tried through the real ssh. Its server is unpacked and not installed: no service is to start.
sshd:
	@command -v sshd >/dev/null || [ -x $(SSHD)/usr/sbin/sshd ] || { mkdir -p $(SSHD) && cd $(SSHD) \
		&& { apt-get download -q openssh-server libwrap0 || { apt-get update -q && apt-get download -q openssh-server libwrap0; }; } >/dev/null 2>&1 \
		&& for package in *.deb; do dpkg -x $$package .; done; } \
		|| echo "sshd is not to be had here: the test with it is skipped"

# It reads the scripts for other people's CI.
shellcheck:
	@command -v shellcheck >/dev/null || [ -x $(SHELLCHECK)/shellcheck ] || { mkdir -p build/shellcheck && cd build/shellcheck \
		&& { apt-get download -q shellcheck || { apt-get update -q && apt-get download -q shellcheck; }; } >/dev/null 2>&1 && dpkg -x shellcheck_*.deb .; } \
		|| echo "shellcheck is not to be had here: the test with it is skipped"

# The hooks are tried with the real pre-commit. It cannot be unpacked, since it is Python's.
precommit:
	@command -v pre-commit >/dev/null || { [ "$$(id -u)" = 0 ] \
		&& { apt-get install -y -q --no-install-recommends pre-commit || { apt-get update -q && apt-get install -y -q --no-install-recommends pre-commit; }; } >/dev/null 2>&1; } \
		|| echo "pre-commit is not to be had here: the test with it is skipped"

# A release's .rpm is installed with the real rpm, below a directory. It is unpacked and not installed, with the libraries that are not
# there; where it cannot be had the test is skipped.
rpm:
	@command -v rpm >/dev/null || [ -x $(RPM)/usr/bin/rpm ] || { mkdir -p $(RPM)/debs/partial && cd $(RPM) \
		&& get="apt-get install -y -q --no-install-recommends --download-only -o Debug::NoLocking=1 -o Dir::Cache::archives=$(RPM)/debs rpm" \
		&& { $$get || { apt-get update -q && $$get; }; } >/dev/null 2>&1 \
		&& for package in debs/*.deb; do dpkg -x $$package .; done; } \
		|| echo "rpm is not to be had here: the test with it is skipped"

# Upgrades are tried from a real older program, built once of what the history holds. A clone without its history has none.
older:
	@[ -x $(OLDER) ] || { git -c safe.directory='*' cat-file -e '$(OLDER_REVISION)^{commit}' 2>/dev/null || { \
			echo "this clone does not have $(OLDER_REVISION): the tests of upgrades are skipped"; exit 0; }; \
		source=$(dir $(OLDER))source; rm -rf $$source && mkdir -p $$source \
		&& git -c safe.directory='*' archive $(OLDER_REVISION) | tar -x -C $$source \
		&& (cd $$source && CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w -X main.version=older' -o $(OLDER) ./server/scrubjay) \
		&& rm -rf $$source; }

# The race detector needs a C compiler.
cc:
	@command -v gcc >/dev/null || command -v clang >/dev/null || { \
		[ "$$(id -u)" = 0 ] || { echo "the race detector needs a C compiler: install gcc and libc6-dev"; exit 1; }; \
		{ apt-get install -y -q --no-install-recommends gcc libc6-dev || { apt-get update -q && apt-get install -y -q --no-install-recommends gcc libc6-dev; }; } >/dev/null; \
	}
