#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Instructions a packet, tenovl beside the in-tree drivers, in one boot.
#
# Run by "make bench-insn": one processor whose clock advances a nanosecond an
# instruction, so that pktgen's packets a second say how many instructions one
# packet costs. Two runs differ by some 0.1 %, whatever else the machine does.
#
# Transmit: pktgen into the tunnel device, its outer packets into a dummy. The
# floor, pktgen into a dummy, is taken off.
# Receive: pktgen into a router, from there into an in-tree tunnel device, a
# veth, and on the other side the device under test, whose frames tc drops. The
# floor, tc dropping the outer packets on the veth, is taken off. Sender and
# packets are the same for both. (pktgen keeps a reference to what it sends; the
# router's copy ends that, or receivers would see packets that nobody sends and
# vxlan would pass by the merging that it does for all others.)
#
# Fails when tenovl costs more than the in-tree driver on any path.

set -eu
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
OVCTL=${OVCTL:-$TOP/tools/ovctl/ovctl}
COUNT=${COUNT:-10000}
SMAC=02:aa:00:00:00:01
DMAC=02:aa:00:00:00:02
declare -A COST
worse=0

say() { printf '%s\n' "$*" >&2; }

ns() { ip netns exec "$@"; }

pg() { echo "$2" >"/proc/net/pktgen/$1"; }

# Prints the instructions a packet of the third of three runs of pktgen in this
# namespace; the first two warm caches.
pktgen_here()
{
	local dev=$1 dmac=$2 saddr=$3 i nanos

	pg kpktgend_0 rem_device_all
	pg kpktgend_0 "add_device $dev"
	pg "$dev" "count $COUNT"
	pg "$dev" "clone_skb 0"
	pg "$dev" "pkt_size 60"
	pg "$dev" "delay 0"
	pg "$dev" "dst 10.1.0.2"
	pg "$dev" "src_min $saddr"
	pg "$dev" "src_max $saddr"
	pg "$dev" "dst_mac $dmac"
	pg "$dev" "src_mac $SMAC"
	pg "$dev" "udp_src_min 9"
	pg "$dev" "udp_src_max 9"
	for i in 1 2 3; do
		pg pgctrl start
	done
	# Result: OK: 28285(c28110+d174) usec, 10000 (60byte,0frags)
	nanos=$(sed -n 's/^Result: OK: \([0-9]*\)(.*/\1/p' "/proc/net/pktgen/$dev")
	pg kpktgend_0 rem_device_all
	echo $((nanos * 1000 / COUNT))
}

export -f pktgen_here pg
export COUNT SMAC DMAC

measure() { ns "$1" bash -euc "pktgen_here $2 ${3:-$DMAC} ${4:-10.1.0.1}"; }

# pktgen into a dummy: what the method itself costs.
floor_tx()
{
	ip netns add f
	ip -n f link add d0 up type dummy
	COST[floor]=$(measure f d0)
	ip netns del f
}

underlay_v4() { echo "10.9.0.$1"; }
underlay_v6() { echo "fd09::$1"; }

# A namespace whose underlay ends in a dummy, everything resolved.
tx_underlay()
{
	local fam=$1

	ip netns add a
	ip -n a link add d0 up type dummy
	ip -n a addr add "$(underlay_"$fam" 1)"/64 dev d0 nodad 2>/dev/null ||
		ip -n a addr add "$(underlay_"$fam" 1)"/24 dev d0
	ip -n a neigh add "$(underlay_"$fam" 2)" lladdr 02:00:00:00:00:02 dev d0
}

# Makes the device NAME of namespace NS, at end ME of two, for KIND and FAMILY.
tunnel()
{
	local kind=$1 fam=$2 nsname=$3 me=$4 name=$5 here remote
	local gre_key=plain zerocsum=()

	here=$(underlay_"$fam" "$me")
	remote=$(underlay_"$fam" $((3 - me)))
	case $kind-$fam in
	vxlan-*)
		[[ $fam != v6 ]] || zerocsum=(udp6zerocsumtx udp6zerocsumrx)
		ip -n "$nsname" link add "$name" type vxlan id 42 local "$here" dstport 4789 \
			"${zerocsum[@]}"
		bridge -n "$nsname" fdb add "$DMAC" dev "$name" dst "$remote"
		;;
	gretap-v4)
		ip -n "$nsname" link add "$name" type gretap local "$here" remote "$remote" key 42
		;;
	gretap-v6)
		ip -n "$nsname" link add "$name" type ip6gretap local "$here" remote "$remote" \
			key 42 encaplimit none
		;;
	tenovl-*)
		[[ $kind != tenovl-nvgre ]] || gre_key=nvgre
		[[ $kind == tenovl-vxlan ]] || kind=tenovl-gre
		ip -n "$nsname" link add "$name" type tenovl
		ns "$nsname" "$OVCTL" dev set "$name" vni 42 local "$here" \
			udp-csum off udp-zero-csum6-rx on encap "${kind#tenovl-}" gre-key "$gre_key"
		ns "$nsname" "$OVCTL" peer add "$name" "$remote"
		# What it learns from is what it receives; what it sends to is static.
		[[ $me == 2 ]] || ns "$nsname" "$OVCTL" fdb add "$name" "$DMAC" peer "$remote"
		;;
	esac
}

tx()
{
	local key=$1 kind=$2 fam=$3

	tx_underlay "$fam"
	tunnel "$kind" "$fam" a 1 t0
	ip -n a link set t0 up
	COST[$key]=$(($(measure a t0) - COST[floor]))
	ip netns del a
	say "  transmit $key: ${COST[$key]}"
}

# The same by a built-in port of the device, in a bridge, with a second one standing by or not.
tx_port()
{
	local key=$1 port

	shift
	tx_underlay v4
	tunnel tenovl-vxlan v4 a 1 t0
	ip -n a link set t0 up
	for port; do
		ip -n a link add "br-$port" up type bridge
		ns a "$OVCTL" port add t0 "$port" bridge "br-$port"
	done
	COST[$key]=$(($(measure a "$1") - COST[floor]))
	sent "$key"
	ip netns del a
	say "  transmit $key: ${COST[$key]}"
}

# A station's frames by a veth: enslaved, or in a bridge with the in-tree device.
tx_veth()
{
	local key=$1 kind=$2

	tx_underlay v4
	tunnel "$kind" v4 a 1 t0
	ip -n a link set t0 up
	ip -n a link add v0 up type veth peer name v1
	if [[ $kind == vxlan ]]; then
		ip -n a link add br0 up type bridge mcast_snooping 0
		ip -n a link set t0 master br0
		ip -n a link set v1 master br0 up
		bridge -n a fdb add "$DMAC" dev t0 master static
	else
		ns a "$OVCTL" port add t0 v1 access
	fi
	COST[$key]=$(($(measure a v0) - COST[floor]))
	sent "$key"
	ip netns del a
	say "  transmit $key: ${COST[$key]}"
}

# What is not sent is cheap.
sent()
{
	local n

	n=$(ns a cat /sys/class/net/d0/statistics/tx_packets)
	if ((n < 3 * COUNT)); then
		say "only $n of $((3 * COUNT)) packets were sent: $1"
		exit 1
	fi
}

tc_drop()
{
	tc -n "$1" qdisc add dev "$2" clsact
	tc -n "$1" filter add dev "$2" ingress matchall action drop
}

# pktgen's packets to the tunnel of r1, forwarded.
rx_source()
{
	ip netns add r0
	ip link add p0 netns r0 type veth peer name p1 netns r1
	ip -n r0 link set p0 up
	ip -n r1 addr add 10.2.0.1/24 dev p1
	ip -n r1 link set p1 up
	ns r1 sysctl -qw net.ipv4.ip_forward=1
	ip -n r1 addr add 10.1.0.1/24 dev t0
	ip -n r1 neigh replace 10.1.0.2 dev t0 lladdr "$DMAC"
}

# Sender: an in-tree device. RECEIVER "none": the outer packets are dropped.
rx()
{
	local key=$1 sender=$2 receiver=$3 fam=$4 i total

	for i in 1 2; do
		ip netns add "r$i"
	done
	ip link add v1 netns r1 type veth peer name v2 netns r2
	for i in 1 2; do
		ip -n "r$i" addr add "$(underlay_"$fam" "$i")"/64 dev "v$i" nodad 2>/dev/null ||
			ip -n "r$i" addr add "$(underlay_"$fam" "$i")"/24 dev "v$i"
		ip -n "r$i" link set "v$i" up
	done
	ns r1 ping -q -c 1 -W 5 "$(underlay_"$fam" 2)" >/dev/null
	ip -n r1 neigh replace "$(underlay_"$fam" 2)" dev v1 \
		lladdr "$(ns r2 cat /sys/class/net/v2/address)"
	tunnel "$sender" "$fam" r1 1 t0
	ip -n r1 link set t0 up
	rx_source
	if [[ $receiver == none ]]; then
		tc_drop r2 v2
	else
		tunnel "$receiver" "$fam" r2 2 t0
		ip -n r2 link set t0 address "$DMAC" up
		tc_drop r2 t0
	fi
	total=$(measure r0 p0 "$(ns r1 cat /sys/class/net/p1/address)" 10.2.0.2)
	if [[ $receiver == none ]]; then
		COST[$key]=$total
	else
		COST[$key]=$((total - COST[rxfloor-$sender-$fam]))
		arrived "$key"
		say "  receive $key: ${COST[$key]}"
	fi
	for i in 0 1 2; do
		ip netns del "r$i"
	done
}

# A path on which nothing arrives is cheap, and measures nothing.
arrived()
{
	local n

	n=$(tc -n r2 -s -j filter show dev t0 ingress |
		sed -n 's/.*"packets":\([0-9]*\).*/\1/p')
	if ((${n:-0} < 3 * COUNT)); then
		say "only ${n:-0} of $((3 * COUNT)) packets arrived: $1"
		exit 1
	fi
}

row()
{
	local what=$1 mine=${COST[$2]} theirs=${COST[$3]}

	printf '%-34s %8d %8d %8d.%02d\n' "$what" "$mine" "$theirs" \
		$((mine / theirs)) $((mine * 100 / theirs % 100))
	((mine <= theirs)) || worse=1
}

# WHAT COST OF MOST: what the first costs more than the second, which must not be more than MOST.
extra()
{
	local what=$1 more=$((COST[$2] - COST[$3]))

	printf '%-34s %8d   at most %d\n' "$what" "$more" "$4"
	((more <= $4)) || worse=1
}

modprobe -a pktgen dummy veth bridge vxlan ip_gre ip6_gre sch_ingress cls_matchall act_gact
say "in-tree, before tenovl is loaded"
floor_tx
for fam in v4 v6; do
	tx "vxlan-$fam" vxlan $fam
	tx "gretap-$fam" gretap $fam
	for kind in vxlan gretap; do
		rx "rxfloor-$kind-$fam" $kind none $fam
		rx "rx-$kind-$fam" $kind $kind $fam
	done
done
tx_veth bridged-vxlan vxlan

say "tenovl"
modprobe -a udp_tunnel ip6_udp_tunnel nf_defrag_ipv6
insmod "$TENOVL_KO"
for fam in v4 v6; do
	tx "tenovl-vxlan-$fam" tenovl-vxlan $fam
	tx "tenovl-nvgre-$fam" tenovl-nvgre $fam
	tx "tenovl-plain-$fam" tenovl-plain $fam
	rx "rx-tenovl-vxlan-$fam" vxlan tenovl-vxlan $fam
	rx "rx-tenovl-plain-$fam" gretap tenovl-plain $fam
done
tx_port port pa
tx_port port-backup pa pb
tx_veth enslaved tenovl-vxlan

echo "pktgen itself: ${COST[floor]} instructions a packet (taken off below)"
printf '%-34s %8s %8s %11s\n' "instructions a packet" tenovl in-tree ratio
for fam in v4 v6; do
	row "transmit, VXLAN, outer $fam" "tenovl-vxlan-$fam" "vxlan-$fam"
	row "transmit, GRE plain key, outer $fam" "tenovl-plain-$fam" "gretap-$fam"
	row "transmit, NVGRE, outer $fam" "tenovl-nvgre-$fam" "gretap-$fam"
	row "receive, VXLAN, outer $fam" "rx-tenovl-vxlan-$fam" "rx-vxlan-$fam"
	row "receive, GRE plain key, outer $fam" "rx-tenovl-plain-$fam" "rx-gretap-$fam"
done
row "veth of a station, VXLAN" enslaved bridged-vxlan
extra "by a bridge port, over the head" port tenovl-vxlan-v4 40
extra "with a second port standing by" port-backup port 30
if ((worse)); then
	echo "tenovl costs more than it may on a path above"
	exit 1
fi
