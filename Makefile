# SPDX-License-Identifier: GPL-2.0-only
#
#	make			builds tcpfsm.ko for the running kernel, or for KDIR=
#	make cli		builds build/tcpfsm, the command
#	make demo		shows it at work in a virtual machine
#	make shell [K=6.12]	a shell in that machine, with the module inserted
#	make test		all tests; each lane is a target of its own:
#	make check		compiler, sparse, checkpatch, cppcheck, shellcheck
#	make test-unit		the core in user space
#	make test-vm [K=6.12]	real sockets on a real kernel: 6.1, 6.12 or newest
#	make test-cli		the command on files and captures, its pictures in a browser
#	make test-fleet		three hosts with Prometheus, alerts, a dashboard, rsyslog
#	make test-replay	captures through `tcpfsm replay`, against tshark and the module
#	make test-wire [K=6.12] [SCRIPT=07]	crafted segments against its sockets, printed
#	make test-um		User-Mode Linux: without all that can be left out, and with all that watches
#	make test-debug		all VM tests on kernels with KASAN, lockdep, kmemleak, KCSAN ...
#	make storm		reload, namespaces, floods, failing allocations: hours
#	make sockets		the kernel's own sockets, 10,000 connections a workload
#	make bench		what tcpfsm costs, beside others: makes the tables of docs/performance.md
#	make test-bench		what it costs in instructions, against the budgets
#	make test-flood		floods: what must stand stands, and memory is bounded
#	make test-contention	do processors wait for each other?
#	make model		the core against a model of both ends, all bounds: 10 minutes
#	make fuzz [SECONDS=600]	the parsers, the rules and the command, that long each
#	make mutants [FILES=reset.c]	would a unit test miss a rule? Each is broken in turn: half an hour
#	make prove		no invalid access in the core, whatever comes: Frama-C's Eva
#	make docs		makes the generated parts of docs/ again, manual pages too
#	make pictures		draws the pictures of docs/ again
#	make guide		makes the outputs of docs/guide.md and README.md again, in a VM
#	make conformance	makes docs/conformance.md of the last test run
#	make deb		Debian packages, tcpfsm-dkms and tcpfsm-tools, in build/
#	make test-packages	installs them in a machine, and removes them again
#	make install [PREFIX=/usr/local] [DESTDIR=] [KDIR=]	what the packages have, without them
#	make uninstall		the same arguments; install-tools, install-module: a part of it
#	make clean

KDIR ?= /lib/modules/$(shell uname -r)/build
K ?= 6.12
SECONDS ?= 600

# Where things go that are installed; docs/packages.md.
PREFIX ?= /usr/local
UNITS ?= $(PREFIX)/lib/systemd/system
RULES ?= $(PREFIX)/lib/udev/rules.d
share = $(DESTDIR)$(PREFIX)/share
# As the module has it; include/config/ may know another one.
release = $(shell sed -n 's/^\#define UTS_RELEASE "\(.*\)"/\1/p' "$(KDIR)/include/generated/utsrelease.h")
# All that is in directories of others.
installed = $(DESTDIR)$(PREFIX)/bin/tcpfsm $(share)/man/man1/tcpfsm.1 $(share)/man/man4/tcpfsm.4 \
	$(share)/bash-completion/completions/tcpfsm $(DESTDIR)$(RULES)/60-tcpfsm.rules \
	$(patsubst scripts/systemd/%,$(DESTDIR)$(UNITS)/%,$(units))
units = scripts/systemd/tcpfsm-metrics.service scripts/systemd/tcpfsm-metrics.timer
# Neither has to be there.
bpftrace = $(wildcard scripts/bpftrace/*.bt)
fleet = $(wildcard scripts/fleet/*.yml scripts/fleet/*.yaml scripts/fleet/*.json scripts/fleet/*.conf)

all: modules

modules:
	@test -e "$(KDIR)/Makefile" || { \
		echo "make: no kernel headers in $(KDIR): install linux-headers-$(shell uname -r) (Debian) or set KDIR=; 'make demo' needs none" >&2; \
		exit 1; }
	$(MAKE) -C "$(KDIR)" M="$(CURDIR)" modules

cli:
	@scripts/cli

demo:
	@scripts/demo

shell:
	@scripts/shell $(K)

check:
	@scripts/check

test:
	@tests/run

test-unit:
	@tests/run unit

test-vm:
	@tests/run vm:$(K)

test-cli:
	@tests/run cli

test-fleet:
	@tests/run fleet

test-replay:
	@tests/run replay

test-wire:
	@SCRIPT="$(SCRIPT)" tests/run wire:$(K)

test-um:
	@tests/run um um:debug

model:
	@tests/run model:full

test-bench:
	@tests/run bench

test-flood:
	@tests/run flood

test-contention:
	@tests/run contention

test-sockets:
	@tests/run sockets

sockets:
	@tests/sockets/run -n 10000

test-packages:
	@tests/packages/run

test-debug:
	@tests/run debug:full

storm:
	@tests/storm/run

bench:
	@tests/bench/run

fuzz:
	@tests/fuzz/run -t $(SECONDS)

mutants:
	@tests/mutate/run $(FILES)

prove:
	@tests/run prove

docs:
	@scripts/docs
	@scripts/manual

pictures:
	@scripts/pictures

guide:
	@scripts/guide

conformance:
	@scripts/conformance

deb:
	@scripts/deb

install: install-module install-tools

# A tree for others to pack has no modules.dep: that is made where the kernel is.
install-module: modules
	$(MAKE) -C "$(KDIR)" M="$(CURDIR)" INSTALL_MOD_PATH="$(DESTDIR)" INSTALL_MOD_DIR=updates \
		DEPMOD=true modules_install
	$(if $(DESTDIR),,depmod "$(release)")
	install -D -m 644 -t "$(DESTDIR)$(RULES)" scripts/systemd/60-tcpfsm.rules
	mkdir -p "$(share)/doc/tcpfsm"
	cp -r scripts/examples "$(share)/doc/tcpfsm/"

install-tools: cli
	install -D -t "$(DESTDIR)$(PREFIX)/bin" build/tcpfsm
	install -D -m 644 -t "$(share)/man/man1" docs/tcpfsm.1
	install -D -m 644 -t "$(share)/man/man4" docs/tcpfsm.4
	install -D -m 644 scripts/tcpfsm.bash "$(share)/bash-completion/completions/tcpfsm"
	install -D -m 644 -t "$(share)/tcpfsm" docs/tcpfsm.schema.json
	install -D -m 644 -t "$(DESTDIR)$(UNITS)" $(units)
	$(if $(bpftrace),install -D -t "$(share)/tcpfsm/bpftrace" $(bpftrace))
	$(if $(fleet),install -D -m 644 -t "$(share)/tcpfsm/fleet" $(fleet))

uninstall:
	rm -f $(foreach file,$(installed),"$(file)") \
		"$(DESTDIR)/lib/modules/$(release)/updates"/tcpfsm.ko*
	rm -rf "$(share)/tcpfsm" "$(share)/doc/tcpfsm"
	$(if $(DESTDIR),,depmod "$(release)")

clean:
	rm -rf build
	find . -name build -prune -o \( -name '*.o' -o -name '*.ko' -o -name '*.mod' -o \
		-name '*.mod.c' -o -name '.*.cmd' -o -name '*.d' \) -exec rm -f {} +
	rm -f Module.symvers modules.order

.PHONY: all modules cli demo shell check test test-unit test-vm test-cli test-replay test-um \
	test-wire test-bench test-flood test-contention test-sockets test-debug test-packages test-fleet \
	model fuzz mutants prove sockets storm bench conformance docs pictures guide deb install install-module \
	install-tools uninstall clean
