#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Ports change hands under load, thousands of times, while everything around them changes as well.
# processors: several
# shellcheck disable=SC2119 # lay has defaults
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"
# shellcheck source=selftests/bridges.sh
source "$TOP/selftests/bridges.sh"

# Set by bg.
up='' down='' churn='' deaths=''

TESTS="
	switches_under_load bridges_flap
	die_with_segment die_with_underlay stays_together ports_churn
"

setup_suite()
{
	modprobe bonding
	load_module
}

load()
{
	bg up ip netns exec "$V" ping -q -i 0.002 10.1.0.2
	bg down ip netns exec "$T2" ping -q -i 0.002 10.1.0.3
}

# Reconfigures the device again and again.
reconfigure()
{
	local k

	for ((k = 0; k < 1000000; k++)); do
		printf '%s\n' "dev set s1 ageing $((100 + k % 7))" "fdb flush s1" \
			"peer set s1 10.9.0.2 flood off" "peer set s1 10.9.0.2 flood on" \
			"dev set s1 standby-ingress $( ((k % 2)) && echo learn || echo drop)" >"$TMP/churn"
		ovctl -n "$T1" batch "$TMP/churn" || return 1
	done
}

# A segment with a port in a bridge, whose namespaces end in either order.
one_death()
{
	local a=D$1a$RANDOM b=D$1b$RANDOM

	ip netns add "$a"
	ip netns add "$b"
	ovctl -n "$a" dev add d1 netns "$b" vni $((1000 + $1 % 1000)) local 10.9.0.77
	ip -n "$b" link add br0 up type bridge
	ovctl -n "$b" port add d1 d1a bridge br0
	ip -n "$b" link set d1 up
	if (($1 % 2)); then
		ip netns del "$a"
		ip netns del "$b"
	else
		ip netns del "$b"
		ip netns del "$a"
	fi
}

many_deaths()
{
	local k

	for ((k = 0; k < 1000000; k++)); do
		one_death "$k" || return 1
	done
}

test_switches_under_load()
{
	local n before

	lay
	talks
	load
	bg churn reconfigure
	bg deaths many_deaths
	n=$(rounds 20000)
	before=$(changes)
	check "$n switches" ns "$T1" "$PY" "$HELPERS/nl.py" pins s1 "$n"
	same $((before + n)) "$(changes)" "changes counted"
	bg_alive "$churn" "the reconfiguration"
	bg_alive "$deaths" "the deaths"
	bg_stop "$churn"
	bg_stop "$deaths"
	bury
	bg_stop "$up"
	bg_stop "$down"
	ovctl -n "$T1" port select s1 s1a
	leg a
	talks
	diag "$n switches"
}

# What the last death left.
bury()
{
	local n rest

	while read -r n rest; do
		[[ $n != D[0-9]* ]] || ip netns del "$n"
	done < <(ip netns list)
}

bg_alive()
{
	kill -0 "$1" 2>/dev/null || fail "$2 ended by itself: $(tail -n 5 "$TMP"/churn.out "$TMP"/deaths.out)"
}

# Down and up by turns, so that one of the two can carry traffic at any time.
test_bridges_flap()
{
	local n i

	lay
	load
	n=$(rounds 200)
	for ((i = 0; i < n; i++)); do
		ip -n "$T1" -batch - <<-END
			link set br1 down
			link set br1 up
		END
		wait_for "both are usable" port_is s1a selected
		ip -n "$T1" -batch - <<-END
			link set br2 down
			link set br2 up
		END
	done
	bg_stop "$up"
	bg_stop "$down"
	wait_for "both are usable" port_is s1b standby
	talks
	number "$(changes)" -ge $((2 * n)) "changes"
	diag "$n rounds"
}

all_gone()
{
	wait_for "no reference to the module is left" module_idle
}

module_idle()
{
	[[ $(</sys/module/tenovl/refcnt) == 0 ]]
}

test_die_with_segment()
{
	local order n

	for order in "T1 H1" "H1 T1"; do
		lay
		load
		for n in $order; do
			ns_del "${!n}"
		done
		for n in V T2 H2; do
			ns_del "${!n}"
		done
		all_gone
	done
	lay
	load
	ip -n "$T1" link del s1
	refuse "a port without its device" ip -n "$T1" link show s1a
}

test_die_with_underlay()
{
	lay
	load
	ovctl -n "$T1" port select s1 s1b
	ns_del "$H1"
	wait_for "the ports go with the underlay" gone s1b
	refuse "the device without its underlay" ip -n "$T1" link show s1
}

gone()
{
	! ip -n "$T1" link show "$1" >/dev/null 2>&1
}

# Ports and their device are of one namespace.
test_stays_together()
{
	lay
	load
	ns_new X
	refuse "a port goes to another namespace" ip -n "$T1" link set s1a netns "$X"
	refuse "a device leaves its ports behind" ip -n "$T1" link set s1 netns "$X"
	must_fail_with "A port is made in the namespace of its device" \
		ip -n "$T1" link add link s1 name s1c netns "$X" type tenovl_port
	talks
	ovctl -n "$T1" port del s1 s1a
	ovctl -n "$T1" port del s1 s1b
	ip -n "$T1" link set s1 netns "$X"
	tenant_up "$X" s1 1
	ping_ok "$X" 10.1.0.2 1
}

test_ports_churn()
{
	local n i

	lay
	load
	n=$(rounds 200)
	for ((i = 0; i < n; i++)); do
		printf '%s\n' "port add s1 s1c priority $((i % 30)) bridge br$((i % 2 + 1))" \
			"port select s1 s1c" "port set s1 s1c priority 5" "port del s1 s1c"
	done >"$TMP/batch"
	ovctl -n "$T1" batch "$TMP/batch"
	bg_stop "$up"
	bg_stop "$down"
	wait_for "the best is selected" selected s1a
	talks
	same 2 "$(dev_value "$T1" s1 ports)" "ports left"
	diag "$n rounds"
}

run_tests "$@"
