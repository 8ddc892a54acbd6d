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
#	make test-replay	captures through `tcpfsm replay`, against tshark and the module
#	make test-wire [K=6.12] [SCRIPT=07]	crafted segments against its sockets, printed
#	make test-um		a kernel without all that can be left out (User-Mode Linux)
#	make test-debug		all VM tests on kernels with KASAN, lockdep, kmemleak, KCSAN ...
#	make storm		reload, namespaces, floods, failing allocations: hours
#	make sockets		the kernel's own sockets, 10,000 connections a workload
#	make bench		what tcpfsm costs, beside others: makes the tables of docs/performance.md
#	make test-bench		what it costs in instructions, against the budgets
#	make test-flood		floods: what must stand stands, and memory is bounded
#	make test-contention	do processors wait for each other?
#	make model		the core against a model of both ends, all bounds: 10 minutes
#	make fuzz [SECONDS=600]	the parsers, the rules and the command, that long each
#	make prove		no invalid access in the core, whatever comes: Frama-C's Eva
#	make docs		makes the generated parts of docs/ again, manual pages too
#	make pictures		draws the pictures of docs/ again
#	make guide		makes the outputs of docs/guide.md and README.md again, in a VM
#	make conformance	makes docs/conformance.md of the last test run
#	make clean

KDIR ?= /lib/modules/$(shell uname -r)/build
K ?= 6.12
SECONDS ?= 600

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

test-replay:
	@tests/run replay

test-wire:
	@SCRIPT="$(SCRIPT)" tests/run wire:$(K)

test-um:
	@tests/run um

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

test-debug:
	@tests/run debug:full

storm:
	@tests/storm/run

bench:
	@tests/bench/run

fuzz:
	@tests/fuzz/run -t $(SECONDS)

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

clean:
	rm -rf build
	find . -name build -prune -o \( -name '*.o' -o -name '*.ko' -o -name '*.mod' -o \
		-name '*.mod.c' -o -name '.*.cmd' -o -name '*.d' \) -exec rm -f {} +
	rm -f Module.symvers modules.order

.PHONY: all modules cli demo shell check test test-unit test-vm test-cli test-replay test-um \
	test-wire test-bench test-flood test-contention test-sockets test-debug model fuzz prove \
	sockets storm bench conformance docs pictures guide clean
