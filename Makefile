# aepflow: make demo · make test · make check · make bench
# Everything that is needed comes with Go and make.

export CGO_ENABLED ?= 0
# One set of flags for every command, so that what one has compiled serves the next.
export GOFLAGS := $(strip $(GOFLAGS) -trimpath)
VERSION     ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
STATICCHECK := go run honnef.co/go/tools/cmd/staticcheck@v0.8.2
ACTIONLINT  := go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.12 -shellcheck= -pyflakes=
# The system that differs most has to build; PLATFORMS names others.
PLATFORMS   ?= windows/amd64
# The race detector needs a C compiler; binaries never do.
RACE := $(shell command -v $${CC:-cc} >/dev/null 2>&1 && echo -race)

.PHONY: build test demo check bench golden fuzz shape reproducible snapshot clean

build: ## bin/aepflow
	go build -ldflags '-s -w -X main.version=$(VERSION)' -o bin/aepflow ./cmd/aepflow

# Packages that start goroutines, and those that run all of them together.
RACED := ./applier ./cmd/aepflow ./compiler ./internal/bug ./internal/emulator ./internal/emulator/state ./internal/files \
	./internal/laws ./internal/lockfile ./internal/output ./internal/parallel ./internal/platform ./internal/record ./internal/remote ./internal/view
# Packages that repeat the main job hundreds of times: with the race detector, they take a sample.
SAMPLED := ./applier ./cmd/aepflow ./internal/laws ./internal/lockfile

test: ## every test, with the race detector where goroutines run and a C compiler exists
	@$(if $(RACE),true,echo "no C compiler: testing without the race detector")
	$(if $(RACE),CGO_ENABLED=1 go test -race $(RACED))
	CGO_ENABLED=0 go test $(SAMPLED) $(if $(RACE),$$(go list ./... | grep -vxF "$$(go list $(RACED))"),./...)

demo: build ## the main job on the embedded emulator, from file to platform and back
	@./examples/demo.sh

check: ## format, vet, staticcheck, workflows, fresh files, tidy modules, another system
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "run gofmt -w ."; exit 1; }
	go vet ./...
	$(STATICCHECK) ./...
	$(ACTIONLINT) .github/workflows/*.yml docs/ci/github-actions.yml
	go generate ./...
	@git diff --exit-code --stat -- schemas docs || { echo "generated files were stale: commit them"; exit 1; }
	go mod tidy -diff
	@for p in $(PLATFORMS); do echo "build $$p"; GOOS=$${p%/*} GOARCH=$${p#*/} CGO_ENABLED=0 go build -o /dev/null ./cmd/aepflow || exit 1; done

BENCHTIME ?= 5x
bench: ## times and memory beside the floor of the same bytes and libraries; BENCH_FULL=1 adds 10,000 dataflows
	@go test -run '^$$' -bench . -benchtime $(BENCHTIME) -timeout 60m ./internal/benchmark

golden: ## rewrite expected outputs after looking at why they changed
	UPDATE=1 go test ./...

FUZZTIME ?= 30s
fuzz: ## every fuzz target for FUZZTIME
	@for pkg in $$(go list ./...); do for f in $$(go test -list '^Fuzz' $$pkg | grep ^Fuzz); do \
		echo "$$pkg $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$pkg || exit 1; done; done

shape: ## the largest files, functions, types and packages: a mirror, not a law
	@go run .ci/shape.go

reproducible: ## two builds of the last commit, which have to be equal
	@.ci/reproducible.sh

GORELEASER ?= go run github.com/goreleaser/goreleaser/v2@v2.15.1
snapshot: ## archives and packages of a release in dist, without image, SBOMs, and signatures
	TAP_TOKEN= $(GORELEASER) release --snapshot --clean --skip=ko,sbom,sign

clean:
	rm -rf bin dist
