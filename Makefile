# SPDX-License-Identifier: GPL-2.0
# tenovl: the kernel module, the tool, and what proves them. "make help" lists the targets.

# The kernel to build for: the running one where its headers are installed, else the newest that
# has some. KDIR chooses another tree; KERNELRELEASE another installed kernel.
ifneq ($(KERNELRELEASE),)
KDIR ?= /lib/modules/$(KERNELRELEASE)/build
else
KDIR ?= $(or $(wildcard /lib/modules/$(shell uname -r)/build), \
	     $(shell ls -d /lib/modules/*/build 2>/dev/null | sort -V | tail -n 1))
endif
kdir := $(strip $(KDIR))
release = $(or $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' $(kdir)/include/generated/utsrelease.h 2>/dev/null), \
	       $(shell $(MAKE) -s --no-print-directory -C $(kdir) kernelrelease))
# User-mode Linux is an architecture, and its tree does not say so by itself.
kernel_arch = $(if $(shell grep -s '^CONFIG_UML=y' $(kdir)/include/config/auto.conf),ARCH=um)
# Each kernel has its own directory of objects, with links to the sources, so that builds for
# several kernels do not trample on each other. (Not named "build": kbuild has such a variable, and
# what is given on the command line reaches it.)
TENOVL_BUILD = $(CURDIR)/build/$(strip $(release))

DESTDIR ?=
PREFIX ?= /usr/local
MODDIR ?= /lib/modules/$(strip $(release))/updates
VM := selftests/vm

# K names the VM's kernel (stock, uml, debug, 6.12, 7), T the suites (all when empty):
# make test T="claims data:vxlan" K=debug
# Suites of two machines (T=machines) have them; with no T they are left out: make check runs all.
K ?= stock
T ?=
export T
# What a suite wants on the kernel's command line.
words_of_t = $(strip $(shell for t in $(T); do \
	sed -n 's/^\x23 append: //p' selftests/test_$${t%%:*}.sh 2>/dev/null; done))

.PHONY: all modules tool install uninstall setup demo check check-debug check-debug-smp check-static check-unit \
	selftest test migrations bench bench-insn bench-failover bench-control bench-cold bench-migrate storm \
	profile shell clean help

all: modules tool

modules:
	@test -n "$(kdir)" || { echo "no kernel headers found: make setup, or give KDIR=" >&2; exit 1; }
	+@mkdir -p $(TENOVL_BUILD)/kmod $(TENOVL_BUILD)/uapi
	+@flock $(TENOVL_BUILD) tests/static/link-sources $(TENOVL_BUILD) $(kdir)
	+@flock $(TENOVL_BUILD) $(MAKE) --no-print-directory -C $(kdir) M=$(TENOVL_BUILD) \
		$(kernel_arch) $(if $(W),W=$(W)) $(if $(C),C=$(C)) modules

tool:
	$(MAKE) -C tools/ovctl all

install: all
	install -D -m 644 $(TENOVL_BUILD)/tenovl.ko $(DESTDIR)$(MODDIR)/tenovl.ko
	$(if $(DESTDIR),,depmod $(strip $(release)))
	install -D -m 644 uapi/linux/tenovl.h $(DESTDIR)$(PREFIX)/include/linux/tenovl.h
	$(MAKE) -C tools/ovctl install DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)

uninstall:
	rm -f $(DESTDIR)$(MODDIR)/tenovl.ko $(DESTDIR)$(PREFIX)/include/linux/tenovl.h
	$(if $(DESTDIR),,depmod $(strip $(release)))
	$(MAKE) -C tools/ovctl uninstall DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)

setup:
	$(VM)/setup

# From here on the kernel is the VM's, not this machine's: the recipes ask for it when they run.
demo: setup
	tests/check/build stock
	$(VM)/run --timeout 900 -- selftests/demo.sh

check:
	tests/check/all stock

check-debug:
	tests/check/all uml

check-debug-smp:
	tests/check/all debug

check-static: setup
	tests/check/build stock
	tests/static/run

check-unit:
	$(MAKE) -C tests check

test selftest:
	tests/check/build $(K)
	$(if $(filter guest guest:%,$(T)),selftests/station/build build/station 128)
	$(VM)/$(if $(filter machines machines:%,$(T)),pair,run) --kernel $(K) \
		$(if $(words_of_t),--append "$(words_of_t)") \
		-- selftests/run

# N moves of a station in a row.
N ?= 1000
migrations:
	tests/check/build $(K)
	TENOVL_MIGRATIONS=$(N) TENOVL_SUITE_MAX=7200 $(VM)/run --kernel $(K) --timeout 7500 -- \
		env T="migrations:many_vxlan,many_gre" selftests/run

# BOOTS=N of which the median is taken; PARTS="head flood ..." as the script says.
BOOTS ?= 3
PARTS ?=
bench: setup
	tests/check/build stock
	@set -e; ovs=$$(selftests/bench/openvswitch); rm -rf build/bench/all; \
	for boot in $$(seq $(BOOTS)); do \
		mkdir -p build/bench/all/$$boot; \
		$(VM)/run --icount --mem 4096 --timeout 7200 --out build/bench/all/$$boot -- \
			env OVS="$$ovs" selftests/bench/bench.sh $(PARTS); \
	done
	selftests/bench/table.py build/bench/all build/bench/all/*/bench.csv

bench-insn: setup
	tests/check/build stock
	$(VM)/run --icount -- selftests/bench/insn.sh

# FLOW=NAME as the script says, FAM=v6 for an underlay of IPv6.
FLOW ?= tenovl-vxlan
profile: setup
	tests/check/build stock
	@mkdir -p build/bench/profile
	selftests/bench/build-profile build/bench
	$(VM)/run --icount --out build/bench/profile \
		--plugin $(CURDIR)/build/bench/profile.so,out=$(CURDIR)/build/bench/profile/blocks -- \
		env MARK=$(CURDIR)/build/bench/mark $(if $(FAM),FAM=$(FAM)) selftests/bench/profile.sh $(FLOW)
	selftests/bench/profile.sh --tell build/bench/profile
	$(if $(filter tenovl-% port% access enslaved stacked-tenovl,$(FLOW)), \
		. build/bench/profile/env && selftests/bench/locks.py build/bench/profile "$$TENOVL_KO")

# ROUNDS=N CAUSES="..." CONTESTANTS="..." as the script says.
bench-failover: setup
	tests/check/build stock
	@mkdir -p build/bench
	$(CC) -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -Wno-missing-field-initializers \
		-o build/bench/probe selftests/bench/probe.c
	$(VM)/run --icount --timeout 3600 --out build/bench/failover -- \
		env $(foreach v,ROUNDS CAUSES CONTESTANTS,$(if $(filter undefined,$(origin $(v))),,$(v)="$($(v))")) \
		selftests/bench/failover.sh

# TENANTS="10 100" as the script says.
bench-control: setup
	tests/check/build stock
	@mkdir -p build/bench/control
	$(VM)/run --timeout 3600 --out build/bench/control -- \
		env $(if $(TENANTS),TENANTS="$(TENANTS)") selftests/bench/control.sh

# SIZES="128 256" ROUNDS=N CONTESTANTS="..." DELAY=MS LINE=MBIT as the script says.
bench-migrate: SIZES ?= 128 192 256
bench-migrate:
	tests/check/build uml
	selftests/station/build build/station $(SIZES)
	@mkdir -p build/bench/migrate
	$(VM)/run --kernel uml --mem 2048 --timeout 7200 --out build/bench/migrate -- \
		env $(foreach v,SIZES ROUNDS CONTESTANTS DELAY LINE,$(if $(filter undefined,$(origin $(v))),,$(v)="$($(v))")) \
		selftests/bench/migrate.sh

# STEPS=N SEED=N as selftests/helpers/storm.py says.
STEPS ?= 300
storm:
	tests/check/build $(K)
	$(VM)/run --kernel $(K) --timeout 7300 -- env STEPS=$(STEPS) SEED=$(or $(SEED),1) BUDGET=7000 TENOVL_SUITE_MAX=7100 \
		T=heal:random selftests/run

# Cold moves of a subnet while all VMs send probes: the outage, and that others have none; MOVES=N.
bench-cold:
	tests/check/build $(K)
	$(VM)/run --kernel $(K) --timeout 7300 -- env MOVES=$(or $(MOVES),100) TENOVL_SUITE_MAX=7100 \
		T=cold:no_outage_elsewhere selftests/run

shell:
	tests/check/build $(K)
	$(VM)/shell --kernel $(K)

clean:
	rm -rf build
	$(MAKE) -C tools/ovctl clean
	$(MAKE) -C tests clean

help:
	@echo 'make [KDIR=DIR]      the module (build/RELEASE/tenovl.ko) and the tool (tools/ovctl/ovctl)'
	@echo 'make modules         the module only; KDIR=DIR or KERNELRELEASE=R for another kernel, W=1, C=2'
	@echo 'make tool            the tool only'
	@echo 'make install         both, with manual page and header; DESTDIR, PREFIX, MODDIR'
	@echo 'make uninstall       takes them away'
	@echo 'make setup           installs the packages needed and fetches the kernel of the VM'
	@echo 'make demo            two tenants on two hypervisors: the ways of a packet, tables, fail-over, in the VM'
	@echo 'make check           everything: build, unit tests, static checks, selftests in the VM'
	@echo 'make migrations      a station that moves 1000 times in a row (N=NUMBER)'
	@echo 'make check-debug     selftests under the debug kernel of user-mode Linux (built once, then cached)'
	@echo 'make check-debug-smp selftests under the debug kernel in QEMU, several processors: hours'
	@echo 'make check-static    compilers, sparse, checkpatch, kernel-doc, shellcheck, other kernels'
	@echo 'make check-unit      unit tests'
	@echo 'make -C tests fuzz   fuzzers of the tool, with clang; FUZZ_SECONDS=N for each'
	@echo 'make test T=NAME     one suite (or NAME:TEST,TEST) in the VM; K=uml|debug|6.12|7; T=machines has two'
	@echo 'make shell           a root shell in the VM; K=debug'
	@echo 'make bench           beside vxlan, gretap, gre, bonding, Open vSwitch: table, CSV, plot; BOOTS=N PARTS=...'
	@echo 'make bench-insn      instructions a packet, compared with vxlan and gretap'
	@echo 'make profile FLOW=F  where the instructions of a path go, by function'
	@echo 'make bench-failover  probes lost when a bridge fails, compared with bonding, backup_port and polling'
	@echo 'make bench-control   time and requests of a sync of 10 and 100 tenants, beside ip and bridge -batch'
	@echo 'make bench-cold      outage of a subnet that moves while all VMs send probes; MOVES=N K=uml'
	@echo 'make bench-migrate   a guest is migrated by QEMU, pinged meanwhile: loss, times and rates, beside vxlan'
	@echo 'make storm           random operations and damage, each healed by a sync; STEPS=N SEED=N K=uml'
	@echo 'make clean           removes what was built here, not the cache'
