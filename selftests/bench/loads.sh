# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2004 # of paths.sh
# What bench.sh measures beside single packets, on top of paths.sh, by a clock that advances a
# nanosecond an instruction, and goes on when all wait for something.

HELPERS=$TOP/selftests/helpers
PY=/usr/bin/python3

nanoseconds() { date +%s%N; }

# What a command costs: clocked COMMAND...
clocked()
{
	local from to

	from=$(nanoseconds)
	"$@" >/dev/null || exit 1
	to=$(nanoseconds)
	echo $((to - from))
}

# Many large packets by a socket: tx_super KEY KIND; "none" is the dummy itself.
tx_super()
{
	local key=$1 kind=$2 n=500 before sent

	tx_underlay v4
	if [[ $kind == none ]]; then
		ip -n a link add t0 up type dummy
	else
		tunnel "$kind" v4 a 1 t0
		ip -n a link set t0 address "$SMAC" up
	fi
	ip -n a addr add 10.1.0.1/24 dev t0
	ip -n a neigh replace 10.1.0.2 lladdr "$DMAC" dev t0
	ns a ping -q -c 1 -W 1 10.1.0.2 >/dev/null || :
	before=$(ns a cat /sys/class/net/d0/statistics/tx_packets)
	COST[$key]=$(ns a "$PY" "$HELPERS/udpgso.py" time 10.1.0.2 60 "$n")
	sent=$(($(ns a cat /sys/class/net/d0/statistics/tx_packets) - before))
	if [[ $kind != none ]] && ((sent < n || sent > 2 * n)); then
		say "of $n large packets came $sent: $key"
		exit 1
	fi
	away a
	say "  super $key: ${COST[$key]}"
}

# Two hosts, a and b, and a station at each, in r1 and r2: full_lay KIND FAMILY
full_lay()
{
	local kind=$1 fam=$2 i h

	for h in a b r1 r2; do
		ip netns add "$h"
	done
	ip link add d0 netns a type veth peer name d0 netns b
	ip link add t0 netns r1 type veth peer name v1 netns a
	ip link add t0 netns r2 type veth peer name v1 netns b
	ip -n r2 link set t0 address "$DMAC"
	for i in 1 2; do
		h=$( ((i == 1)) && echo a || echo b)
		ip -n "$h" addr add "$(underlay_"$fam" $i)"/64 dev d0 nodad 2>/dev/null ||
			ip -n "$h" addr add "$(underlay_"$fam" $i)"/24 dev d0
		ip -n "$h" link set d0 up
		ip -n "$h" link set v1 up
		ip -n "r$i" link set t0 mtu 1400 up
	done
	ns a ping -q -c 1 -W 5 "$(underlay_"$fam" 2)" >/dev/null
	station "$kind" "$fam" a 1
	station "$kind" "$fam" b 2
	case $kind in
	vxlan) bridge -n a fdb append 00:00:00:00:00:00 dev s0 dst "$(underlay_"$fam" 2)"
		bridge -n b fdb append 00:00:00:00:00:00 dev s0 dst "$(underlay_"$fam" 1)"
		bridge -n b fdb del "$DMAC" dev s0 dst "$(underlay_"$fam" 1)" ;;
	esac
}

full_gone() { away a b r1 r2; }

full_addresses()
{
	ip -n r1 addr add 10.1.0.1/24 dev t0
	full_answers
}

# The receiver is learned where it is.
full_answers()
{
	ip -n r2 addr add 10.1.0.2/24 dev t0
	ns r2 ping -q -c 3 -i 0.2 -W 5 10.1.0.1 >/dev/null
}

# pktgen's packets, from a router in r1 to where r2's station drops them.
full_packets()
{
	local key=$1 n

	rx_source
	full_answers
	tc_drop r2 t0
	COST[$key]=$(measure r0 p0 "$(ns r1 cat /sys/class/net/p1/address)" 10.2.0.2)
	n=$(tc -n r2 -s -j filter show dev t0 ingress | sed -n 's/.*"packets":\([0-9]*\).*/\1/p')
	away r0
	if ((${n:-0} < (RUNS + 1) * COUNT)); then
		say "only ${n:-0} of $(((RUNS + 1) * COUNT)) packets arrived: $key"
		ip -n r1 addr flush dev t0
		ip -n r2 addr flush dev t0
		tc -n r2 qdisc del dev t0 clsact
		return 1
	fi
	say "  full $key: ${COST[$key]}"
}

# The stations talk: full_talk round|stream N
full_talk() { "$PY" "$HELPERS/talk.py" "$1" r1 r2 10.1.0.2 "$2"; }

# --- tables ---

# entries KIND add|replace N
entries()
{
	table "$3" | case $1 in
	vxlan) sed "s/.*/fdb $2 & dev t0 dst 10.9.0.2/" ;;
	*) by_500 | sed "s/.*/fdb $2 t0 & peer 10.9.0.2/" ;;
	esac
}

batch()
{
	case $1 in
	vxlan) bridge -n a -batch - ;;
	*) ns a "$OVCTL" batch - ;;
	esac
}

dumped()
{
	case $1 in
	vxlan) bridge -n a fdb show dev t0 ;;
	*) ns a "$OVCTL" fdb show t0 ;;
	esac
}

# 6.1 has no flush for vxlan's table; who wants an empty one deletes what is there.
flushed()
{
	case $1 in
	vxlan) table "${ENTRIES:-100000}" | sed 's/.*/fdb del & dev t0 dst 10.9.0.2/' |
		bridge -n a -batch - ;;
	*) ns a "$OVCTL" fdb flush t0 ;;
	esac
}

# --- devices ---

# An underlay, and a dummy for each segment to come.
devices_lay()
{
	tx_underlay v4
	seq "$1" | sed 's/.*/link add v& type dummy/' | ip -n a -batch -
	sync
	echo 3 >/proc/sys/vm/drop_caches
}

segments()
{
	if [[ $1 == vxlan ]]; then
		seq "$2" | sed 's/.*/link add x& up type vxlan id & local 10.9.0.1 dstport 4789\nlink add b& up type bridge\nlink set x& master b&\nlink set v& up master b&/'
	else
		seq "$2" | sed 's/.*/link add x& up type tenovl\nlink set v& up master x&/'
	fi
}

# Of what the kernel could give to processes, bytes in kB.
available() { awk '/^(MemFree|Cached|SReclaimable):/ { sum += $2 } END { print sum }' /proc/meminfo; }

# The veth that leads out of it goes with its last devices.
namespace_gone()
{
	ip link add w0 type veth peer name w1 netns "$1"
	ip netns del "$1"
	while [[ -e /sys/class/net/w0 ]]; do
		sleep 0.01
	done
}
