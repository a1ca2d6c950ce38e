#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Which port is selected, and why: every order of priorities, revert on and off, two and three ports,
# for every cause, read back after every step. The rules are in helpers/selection.py.
# seconds: 43
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"

TESTS="
	admin bridge_down bridge_deleted port_removed port_deleted stp pinned
	delay
"

setup_suite()
{
	load_module
}

# No frame has to go anywhere here, so one namespace does for all.
rules()
{
	local out rc=0

	ns_new T
	out=$(helper /dev/null "$T" selection "$@" $((WAIT_MAX * TENOVL_SLOW))) || rc=$?
	diag "$out"
	((rc == 0)) || fail "not as the rules say"
}

test_admin()
{
	rules matrix admin
}

test_bridge_down()
{
	rules matrix bridge-down
}

test_bridge_deleted()
{
	rules matrix bridge-deleted
}

test_port_removed()
{
	rules matrix port-removed
}

test_port_deleted()
{
	rules matrix port-deleted
}

test_stp()
{
	rules matrix stp
}

test_pinned()
{
	rules matrix pinned
}

test_delay()
{
	rules delay bridge-down
}

run_tests "$@"
