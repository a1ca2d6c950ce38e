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
up='' down='' head='' churn='' deaths='' stream=''

TESTS="
	moves_before_stop
	switches_under_load bridges_flap
	die_with_segment die_with_underlay stays_together ports_churn
"

setup_suite()
{
	modprobe bonding
	load_module
}

# The VM's own bridge has a NIC in either: both bridges reach it at any time. Nobody has to ask for
# an address.
bridged_vm()
{
	local from

	ip -n "$V" -batch - <<-END
		link del bond0
		link add br0 address $(tenant_mac 3) type bridge mcast_snooping 0
		link set va master br0 up
		link set vb master br0 up
		addr add 10.1.0.3/24 dev br0
		link set br0 up
	END
	for from in "$T1" "$T2"; do
		ip -n "$from" neigh replace 10.1.0.3 lladdr "$(tenant_mac 3)" dev s1 nud permanent
	done
}

# Further ports, which get no copy of anything: a bridge stops forwarding at one after the other,
# and is down after the last. Those that came last are the first.
slow_to_stop()
{
	local i

	ns "$T1" sysctl -qw net.ipv6.conf.default.disable_ipv6=1
	for ((i = 0; i < 200; i++)); do
		printf '%s\n' "link add x$i type dummy" "link set x$i master $1 up" \
			"link set x$i type bridge_slave flood off mcast_flood off bcast_flood off"
	done | ip -n "$T1" -batch -
	ip -n "$T1" link set pa nomaster
	ip -n "$T1" link set pa master "$1"
}

# flowed PORT N: so many frames went to a port.
flowed()
{
	(($(link_stat "$T1" "$1" rx_packets) >= $2))
}

flows()
{
	wait_for "frames go to $1" flowed "$1" $(($(link_stat "$T1" "$1" rx_packets) + 100))
}

# When a bridge is set down, known and unknown, from a peer and from the head: each frame arrives,
# once, and in its order; and so when it is back.
test_moves_before_stop()
{
	local n i

	lay
	bridged_vm
	slow_to_stop br1
	bg stream "$PY" "$HELPERS/stream.py" 2 "$V" 10.1.0.3 \
		"$T2" 10.1.0.2 unicast,multicast,broadcast "$T1" 10.1.0.1 unicast,multicast
	wait_for "streams flow" grep -q flowing "$TMP/stream.out"
	n=$(rounds 5)
	for ((i = 0; i < n; i++)); do
		flows s1a
		ip -n "$T1" link set br1 down
		selected s1b bridge-down || fail "no fail-over"
		flows s1b
		ip -n "$T1" link set br1 up
		wait_for "s1a is selected again" selected s1a revert
	done
	flows s1a
	kill "$stream"
	wait "$stream" || fail "not each frame arrived once: $(<"$TMP/stream.out")"
	diag "$n rounds: $(<"$TMP/stream.out")"
}

load()
{
	bg up ip netns exec "$V" ping -q -i 0.002 10.1.0.2
	bg down ip netns exec "$T2" ping -q -i 0.002 10.1.0.3
	bg head ip netns exec "$T1" ping -q -i 0.002 10.1.0.3
}

unload()
{
	bg_alive "$up" "what the VM sends"
	bg_alive "$down" "what the peer sends"
	bg_alive "$head" "what the head sends"
	bg_stop "$up"
	bg_stop "$down"
	bg_stop "$head"
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
		echo "died: $k"
	done
}

# What a bridge hands to a port is counted by tc just before the port is.
watch()
{
	tc -n "$T1" qdisc add dev "$1" clsact
	tc -n "$T1" filter add dev "$1" egress protocol all matchall action pass
}

tc_counted()
{
	[[ $(tc -n "$T1" -s filter show dev "$1" egress) =~ \ ([0-9]+)\ pkt ]] && echo "${BASH_REMATCH[1]}"
}

# unaccounted PORT: how many frames the port counted, sent on or dropped, that tc did not.
unaccounted()
{
	local port n

	while :; do
		n=$(tc_counted "$1")
		port=$(ovctl -n "$T1" -j port show s1 "$1")
		[[ $n != "$(tc_counted "$1")" ]] || break
	done
	echo $(($(json_get "$port" tx-packets none) + $(json_get "$port" tx-drops none) - n))
}

counted_once()
{
	[[ $(unaccounted "$1") == "$2" ]]
}

test_switches_under_load()
{
	local n before port
	local -A had

	lay
	talks
	for port in s1a s1b; do
		watch "$port"
		had[$port]=$(unaccounted "$port")
	done
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
	number "$(grep -c "^died: " "$TMP/deaths.out")" -gt 0 "pairs of namespaces that died"
	unload
	for port in s1a s1b; do
		wait_for "$port counted each frame of its bridge, once" counted_once "$port" "${had[$port]}"
	done
	number "$(tc_counted s1a)" -gt 0 "frames of the bridge of s1a"
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
	kill -0 "$1" 2>/dev/null || fail "$2 ended by itself: $(tail -n 5 "$TMP"/*.out)"
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
	unload
	wait_for "both are usable" port_is s1b standby
	talks
	number "$(changes)" -ge $((2 * n)) "changes"
	diag "$n rounds"
}

all_gone()
{
	wait_for "no reference to the module is left" module_idle
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
	unload
	wait_for "the best is selected" selected s1a
	talks
	same 2 "$(dev_value "$T1" s1 ports)" "ports left"
	diag "$n rounds"
}

run_tests "$@"
