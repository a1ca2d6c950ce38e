#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Memory runs out at any point: a request fails whole or is done whole, nothing
# leaks, and traffic goes on when memory is there again.
# seconds: 6
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"

TESTS="requests requests_l3 links bridge_fdb transmit transmit_l3 receive namespace module"

# Set by bg.
p=''

setup_suite()
{
	load_module
}

# Not by "ip netns exec", which hides debugfs.
faults()
{
	local name=$1 out rc=0

	shift
	out=$(nsenter --net="/run/netns/$name" "$PY" "$HELPERS/faults.py" "$@" 2>&1 3>&-) || rc=$?
	diag "$out"
	((rc == 0)) || fail "faults.py $1: status $rc"
}

plain()
{
	ns_new H1
	addr "$H1" lo 10.9.0.1/32
	ovctl -n "$H1" dev add a vni 100 local 10.9.0.1 ttl 64
	ovctl -n "$H1" peer add a 10.9.0.2
	ovctl -n "$H1" fdb add a 02:00:00:00:00:01 peer 10.9.0.2 seq 5
	ovctl -n "$H1" port add a ap
	ip -n "$H1" link add du type dummy
	ip -n "$H1" link set dev a up
}

test_requests()
{
	need_debug "distributions build no fault injection"
	plain
	faults "$H1" requests a 10.9.0.2
}

plain_l3()
{
	ns_new H1
	addr "$H1" lo 10.9.0.1/32
	ovctl -n "$H1" dev add a mode l3 vni 100 local 10.9.0.1 ttl 64
	ovctl -n "$H1" peer add a 10.9.0.2
	ovctl -n "$H1" route add a 10.1.0.0/16 peer 10.9.0.2
	ip -n "$H1" link set dev a up
}

test_requests_l3()
{
	need_debug "distributions build no fault injection"
	plain_l3
	faults "$H1" requests a 10.9.0.2
}

test_links()
{
	need_debug "distributions build no fault injection"
	ns_new H1
	addr "$H1" lo 10.9.0.1/32
	faults "$H1" links
	same 0 "$(cat /sys/module/tenovl/refcnt)" "references left"
}

test_bridge_fdb()
{
	need_debug "distributions build no fault injection"
	plain
	faults "$H1" bridge a 10.9.0.2
}

# A flood to two peers, over each encapsulation: every copy is an allocation.
test_transmit()
{
	local enc

	need_debug "distributions build no fault injection"
	for enc in $ENCS; do
		hv_lay 3
		overlay "$enc" 4 3
		ping_ok "$T1" 10.1.0.2 1
		faults "$T1" transmit s1 "$(tenant_mac 1)"
		ping_ok "$T1" 10.1.0.2 2
		ping_ok "$T1" fd01::3 2
		for n in "$T1" "$T2" "$T3" "$H1" "$H2" "$H3" "$SW"; do
			ns_del "$n"
		done
	done
}

# A packet to a peer, in either layout of the key.
test_transmit_l3()
{
	local key

	need_debug "distributions build no fault injection"
	hv_lay 2
	for key in plain nvgre; do
		ns_new V1
		ovctl -n "$H1" batch - <<-END
			dev add tr0 mode l3 netns $V1 vni 300 gre-key $key local 10.9.0.1
			peer add tr0 10.9.0.2 inner-source any
			route add tr0 10.31.0.0/16 peer 10.9.0.2
		END
		ip -n "$V1" link set tr0 up
		faults "$V1" packets tr0 10.31.1.1 10.31.2.1
		ns_del "$V1"
	done
}

inject_faults()
{
	echo "$1" >/sys/kernel/debug/failslab/probability
}

# One allocation in ten fails everywhere, under traffic and learning.
test_receive()
{
	local enc d

	need_debug "distributions build no fault injection"
	d=/sys/kernel/debug/failslab
	hv_lay 2
	overlay vxlan 4 2
	echo N >$d/task-filter
	echo 0 >$d/verbose
	echo Y >$d/ignore-gfp-wait
	echo -1 >$d/times
	defer inject_faults 0
	bg p ip netns exec "$T1" ping -q -i 0.002 -s 1200 10.1.0.2
	before=$(counter "$T2" s1 rx-packets)
	inject_faults 10
	for _ in 1 2 3; do
		poll more_received $((before += 300)) || :
		ip -n "$T2" neigh flush dev s1 2>/dev/null || :
		ovctl -n "$T2" fdb flush s1 2>/dev/null || :
	done
	inject_faults 0
	number "$(counter "$T2" s1 rx-packets)" -ge "$before" "frames received while memory was short"
	bg_stop "$p"
	ping_ok "$T1" 10.1.0.2 3
	ping_ok "$T2" fd01::1 3
}

more_received()
{
	(($(counter "$T2" s1 rx-packets) >= $1))
}

test_namespace()
{
	need_debug "distributions build no fault injection"
	ns_new H1
	faults "$H1" namespace
}

test_module()
{
	need_debug "distributions build no fault injection"
	tenovl_unload
	ns_new H1
	faults "$H1" module "$TENOVL_KO"
	load_module
}

run_tests "$@"
