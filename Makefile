# Every target that a developer needs. "make" alone lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help

# The newest JDK builds, so that Error Prone and NullAway run where they can; the tests run on the baseline where it is
# installed. JDK=/path/to/a/jdk forces one for both.
ifdef JDK
BUILD_JDK := $(JDK)
TEST_JDK := $(JDK)
else
BUILD_JDK := $(shell scripts/find-jdk newest)
TEST_JDK := $(shell scripts/find-jdk baseline)
endif

MVN := JAVA_HOME=$(BUILD_JDK) mvn -B -ntp -Dtest.jvm=$(TEST_JDK)/bin/java

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.PHONY: demo
demo: setup ## Embed 20,000 real texts, keep them in step, find them again (ARGS="--rows 5000 --keep")
	@./vectorkeeper demo $(ARGS)

.PHONY: example
example: setup ## Run one example from an empty database to its criteria (NAME=media, questions, products, jobs, events)
	$(MVN) -q -pl core,app,examples package -DskipTests
	@scripts/example $(NAME) $(ARGS)

.PHONY: examples
examples: setup ## Run all examples and end with the table of their criteria (ARGS="--small")
	$(MVN) -q -pl core,app,examples package -DskipTests
	@scripts/example $(ARGS)

.PHONY: test
test: ## Build everything and run all tests against a real PostgreSQL
	@scripts/setup --tests
	$(MVN) verify
	@scripts/canary

.PHONY: setup
setup: ## Install PostgreSQL and pgvector where they are missing
	@scripts/setup

.PHONY: build
build: ## Build the executable jar without running tests
	$(MVN) -q -pl core,app package -DskipTests

.PHONY: proof
proof: setup ## Run every proof at full size and write what was seen into docs/proof.md
	@scripts/setup --browser
	$(MVN) -q package -DskipTests
	scripts/proof

.PHONY: bench
bench: setup ## Print the performance ratios, measured side by side in one run (ARGS="queue store")
	$(MVN) -q -pl core,bench package -DskipTests
	@scripts/bench $(ARGS)

.PHONY: format
format: ## Format all Java sources
	$(MVN) -q spotless:apply

.PHONY: clean
clean: ## Remove what was built
	$(MVN) -q clean
