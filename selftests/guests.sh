# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153,SC2154 # variables set by name, and for and by who reads this
#
# Three hypervisors, two of which have a tap for a guest that QEMU runs, on top of topology.sh.
#
#	T1            T2            T3 (10.1.0.3: pings, TCP)
#	 tap0 ┐        tap0 ┐        │
#	      s1            s1       s1        the tenant's network: tenovl, or bridge and vxlan
#	M1    │       M2    │        │
#	 m1 ──┼───────── m1 │        │         what QEMU sends the guest's state by: a tenovl segment,
#	X1    │       X2    │        │
#	 m1 ──┼───────── m1 │        │         or in-tree vxlan,
#	H1 ═══╧═══════ H2 ══╧═════ H3╧══       or the underlay itself

STATION=$TOP/build/station
GUEST_MAC=02:00:00:00:00:b1

# The guest's images are there: station_built SIZE... What waited is answered all at once, and all
# hypervisors share the queue of one processor.
station_built()
{
	local size

	for size; do
		[[ -f $STATION/state.$size ]] ||
			fail "no guest of $size MB: run selftests/station/build build/station $size"
	done
	[[ -c /dev/net/tun ]] || modprobe tun
	sysctl -qw net.core.netdev_max_backlog=10000
}

# A tap for QEMU; what comes while the guest does not run yet must find room in it.
lay_tap()
{
	ip -n "$1" tuntap add dev tap0 mode tap
	ns "$1" sysctl -qw net.ipv6.conf.tap0.disable_ipv6=1
	ip -n "$1" link set tap0 txqueuelen 10000 up
}

# What is for the third one, and comes from there, takes DELAY milliseconds more each way.
lay_delay()
{
	local ms=$1

	((ms)) || return 0
	modprobe sch_netem
	tc -n "$H3" qdisc add dev u0 root netem delay "${ms}ms" limit 10000
	tc -n "$SW" qdisc add dev p3 root netem delay "${ms}ms" limit 10000
}

# The line between the first two is no faster than that: lay_line MBIT
lay_line()
{
	(($1)) || return 0
	modprobe sch_tbf
	tc -n "$H1" qdisc add dev u0 root tbf rate "${1}mbit" burst 128k latency 50ms
}

# The hypervisors, and the ways for a guest's state: lay_hosts [DELAY]
lay_hosts()
{
	local i h m x

	hv_lay 3
	lay_delay "${1:-0}"
	ns_new M1 M2 X1 X2
	for i in 1 2; do
		h=H$i m=M$i x=X$i
		segment "${!h}" "${!m}" m1 vni 999 encap vxlan local "10.9.0.$i"
		ovctl -n "${!m}" peer add m1 "10.9.0.$((3 - i))"
		ip -n "${!h}" link add m1 netns "${!x}" type vxlan id 999 dstport 4790 \
			local "10.9.0.$i" remote "10.9.0.$((3 - i))"
		addr "${!m}" m1 "10.2.0.$i/24"
		addr "${!x}" m1 "10.2.0.$i/24"
	done
}

# How tenovl connects the guest: lay_tenovl [DELAY]
lay_tenovl()
{
	local t

	lay_hosts "${1:-0}"
	overlay vxlan 4 3
	for t in "$T1" "$T2"; do
		lay_tap "$t"
		ovctl -n "$t" port add s1 tap0 access
	done
}

# How bridges and vxlan devices that learn do: lay_vxlan [DELAY]
lay_vxlan()
{
	local i j h t

	lay_hosts "${1:-0}"
	ns_new T1 T2 T3
	for i in 1 2 3; do
		h=H$i t=T$i
		ip -n "${!h}" link add s1 netns "${!t}" type vxlan id 100 dstport 4790 local "10.9.0.$i"
		for j in 1 2 3; do
			((i == j)) || bridge -n "${!t}" fdb append 00:00:00:00:00:00 dev s1 dst "10.9.0.$j"
		done
		ip -n "${!t}" link add br0 type bridge mcast_snooping 0
		ip -n "${!t}" link set s1 master br0 up
		tenant_up "${!t}" br0 "$i"
		((i < 3)) || continue
		lay_tap "${!t}"
		ip -n "${!t}" link set tap0 master br0
	done
}

# The namespaces of a way, and the second one's address there: way tenovl|vxlan|bare
way()
{
	case $1 in
	tenovl) echo "$M1,$M2 10.2.0.2" ;;
	vxlan) echo "$X1,$X2 10.2.0.2" ;;
	bare) echo "$H1,$H2 10.9.0.2" ;;
	esac
}

# One migration, as JSON: live SIZE planned|unplanned|plain WAY [NAME=VALUE...]. Where the guest
# itself hangs, which is no business of the network, once more, and a third time.
live()
{
	local size=$1 kind=$2 over to rc turn

	read -r over to < <(way "$3")
	shift 3
	for turn in 1 2 3; do
		rc=0
		timeout -k 5 $((120 * TENOVL_SLOW)) "$PY" "$HELPERS/guest.py" "$STATION" "$size" "$kind" \
			"$over" "$to" "$T1,$T2,$T3" "$@" || rc=$?
		((rc == 3)) || break
	done
	return "$rc"
}
