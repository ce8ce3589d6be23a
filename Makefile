# The targets that people use; `make help` lists them.

STATICCHECK = go run honnef.co/go/tools/cmd/staticcheck@v0.8.2
# How long the tests of a package may take: go test's own ten minutes are too few for two busy cores.
LIMIT = 60m
# The systems, beside the one at hand, for which everything must at least compile.
SYSTEMS = linux windows darwin freebsd
# What the course is recorded on, beside the embedded broker.
COURSE = docker:rabbitmq:3.10-management,docker:rabbitmq:4.0-management,docker:rabbitmq:4.3-management

.PHONY: help build release site-assets test race lint bench determinism mutants update schema course recordings supported

help: ## what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

build: ## build ./tutor
	go build -o tutor ./cmd/tutor

release: site-assets ## build ./tutor so that its tutor site needs no Go: it carries the laboratory for browsers
	go build -trimpath -tags site -o tutor ./cmd/tutor

site-assets: ## compile the laboratory for browsers to where a build with the tag site takes it from
	go run ./cmd/laboratory/pack runner/lab/site/carried

test: ## run the tests on the brokers that are there (TUTOR_TEST_BROKERS says which must be)
	go test -timeout $(LIMIT) ./...

race: ## the same with the race detector
	go test -race -timeout $(LIMIT) ./...

lint: ## gofmt, go vet for Linux, Windows, macOS, FreeBSD and browsers, staticcheck
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "not gofmt'ed:"; echo "$$unformatted"; exit 1; fi
	@for system in $(SYSTEMS); do echo GOOS=$$system go vet ./...; GOOS=$$system go vet ./... || exit 1; done
	GOOS=js GOARCH=wasm go vet ./cmd/laboratory
	$(STATICCHECK) ./...

bench: determinism ## measure, as ratios within one run; before that, make determinism
	go test -run '^$$' -bench . -skip Determinism -benchtime 1x -timeout 90m ./runner ./runner/lab/browsertest ./cmd/tutor

determinism: RUNS = 200
determinism: ## play each tutorial RUNS=200 times with all cores busy, on the tests' brokers (RabbitMQ: hours each)
	go test -run '^$$' -bench Determinism -benchtime 1x -timeout 12h ./runner -runs $(RUNS)

mutants: ## break the embedded broker in many ways, and see that the recordings of RabbitMQ notice each
	TUTOR_TEST_BROKERS=embedded go test ./runner/broker/difftest -run Mutants -mutants -parallel 4 -timeout 30m

update: ## rewrite the golden files, the README's output and the course's contents from what is observed
	TUTOR_TEST_BROKERS=embedded go test ./scenarios ./runner ./runner/report ./runner/report/picture ./runner/diagram ./cmd/tutor -update

schema: ## rewrite scenarios/schema.json and scenarios/FORMAT.md from the Go types
	go test ./runner/scenario/schema -update

course: ## play the course on RabbitMQ 3.10, 4.0 and 4.3, and record what comes of it, for its contents and the laboratory
	TUTOR_TEST_BROKERS=$(COURSE) go test -timeout $(LIMIT) ./runner -run Tutorials -update

recordings: ## record anew what RabbitMQ 4.3 answers, which the embedded broker is held to
	TUTOR_TEST_BROKERS=embedded,docker:rabbitmq:4.3-management go test ./runner/broker/difftest -update

supported: ## rewrite runner/broker/SUPPORTED.md from the methods that the embedded broker serves
	go test ./runner/broker -run Supported -update
