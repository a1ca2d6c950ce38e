# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2086 # SETTINGS are words
# Paths of one packet, and pktgen to walk them: what insn.sh counts and profile.sh looks into.

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
OVCTL=${OVCTL:-$TOP/tools/ovctl/ovctl}
COUNT=${COUNT:-10000}
SIZE=${SIZE:-60}
FLOWS=${FLOWS:-1}
RUNS=3
MARK=${MARK:-}
SMAC=02:aa:00:00:00:01
DMAC=02:aa:00:00:00:02
declare -A COST

say() { printf '%s\n' "$*" >&2; }

ns() { ip netns exec "$@"; }

pg() { echo "$2" >"/proc/net/pktgen/$1"; }

# "mark start", "mark stop": what is between the two is profiled, where somebody does.
mark() { [[ -z $MARK ]] || "$MARK-$1"; }

# Prints the instructions a packet of the cheapest of some runs of pktgen in this namespace (what
# else the kernel does meanwhile only adds to them), after one that warms caches. The last is marked.
pktgen_here()
{
	local dev=$1 dmac=$2 saddr=$3 i nanos best=

	pg kpktgend_0 rem_device_all
	pg kpktgend_0 "add_device $dev"
	pg "$dev" "count $COUNT"
	pg "$dev" "clone_skb 0"
	pg "$dev" "pkt_size $SIZE"
	pg "$dev" "delay 0"
	pg "$dev" "dst 10.1.0.2"
	pg "$dev" "src_min $saddr"
	pg "$dev" "src_max $saddr"
	pg "$dev" "dst_mac $dmac"
	pg "$dev" "src_mac $SMAC"
	# An access port lets nobody be a DHCP server: none of the flows has its port.
	pg "$dev" "udp_src_min $((FLOWS > 1 ? 10000 : 9))"
	pg "$dev" "udp_src_max $((FLOWS > 1 ? 10000 + FLOWS : 9))"
	pg pgctrl start
	for ((i = 1; i <= RUNS; i++)); do
		((i < RUNS)) || mark start
		pg pgctrl start
		((i < RUNS)) || mark stop
		# Result: OK: 28285(c28110+d174) usec, 10000 (60byte,0frags)
		nanos=$(sed -n 's/^Result: OK: \([0-9]*\)(.*/\1/p' "/proc/net/pktgen/$dev")
		[[ -n $best ]] && ((best <= nanos)) || best=$nanos
	done
	pg kpktgend_0 rem_device_all
	echo $((best * 1000 / COUNT))
}

export -f pktgen_here pg mark
export COUNT SIZE FLOWS RUNS SMAC DMAC MARK

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

# The underlay's device becomes one of two that take turns: bond NS ADDRESS REMOTE
bond()
{
	ip -n "$1" link add bond0 type bond mode active-backup miimon 100
	ip -n "$1" link add d1 type dummy
	ip -n "$1" link set d0 down
	ip -n "$1" link set d0 master bond0
	ip -n "$1" link set d1 master bond0
	ip -n "$1" link set bond0 up
	ip -n "$1" addr flush dev d0
	ip -n "$1" addr add "$2/24" dev bond0
	ip -n "$1" neigh add "$3" lladdr 02:00:00:00:00:02 dev bond0
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
	vxlan_gre-v4)
		ip -n "$nsname" link add g0 type gre local "$here" remote "$remote" key 7
		ip -n "$nsname" addr add "10.8.0.$me/24" dev g0
		ip -n "$nsname" link set g0 up
		ip -n "$nsname" link add "$name" type vxlan id 42 local "10.8.0.$me" dev g0 dstport 4789
		bridge -n "$nsname" fdb add "$DMAC" dev "$name" dst "10.8.0.$((3 - me))"
		;;
	vxlan_bond-v4)
		bond "$nsname" "$here" "$remote"
		ip -n "$nsname" link add "$name" type vxlan id 42 local "$here" dstport 4789
		bridge -n "$nsname" fdb add "$DMAC" dev "$name" dst "$remote"
		;;
	gretap-v4)
		ip -n "$nsname" link add "$name" type gretap local "$here" remote "$remote" \
			key "${KEY:-42}"
		;;
	gretap-v6)
		ip -n "$nsname" link add "$name" type ip6gretap local "$here" remote "$remote" \
			key "${KEY:-42}" encaplimit none
		;;
	tenovl-*)
		[[ $kind != tenovl-nvgre ]] || gre_key=nvgre
		[[ $kind == tenovl-vxlan ]] || kind=tenovl-gre
		ip -n "$nsname" link add "$name" type tenovl
		ns "$nsname" "$OVCTL" dev set "$name" vni 42 local "$here" \
			udp-csum off udp-zero-csum6-rx on encap "${kind#tenovl-}" gre-key "$gre_key"
		[[ -z ${SETTINGS:-} ]] || ns "$nsname" "$OVCTL" dev set "$name" $SETTINGS
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
	ip -n a link set t0 address "$SMAC" up
	COST[$key]=$(($(measure a t0) - COST[floor]))
	ip netns del a
	say "  transmit $key: ${COST[$key]}"
}

# VXLAN inside GRE: a device as above, whose underlay is another namespace, in which a tunnel that
# carries IP packets leads to the real one. tx_stacked KEY vxlan|tenovl FAMILY
tx_stacked()
{
	local key=$1 kind=$2 fam=$3 here remote

	here=$(underlay_"$fam" 1) remote=$(underlay_"$fam" 2)
	tx_underlay "$fam"
	ip netns add m
	ip -n m link set lo up
	if [[ $kind == vxlan ]]; then
		ip -n a link add g0 type "$(in_tree_gre "$fam")" local "$here" remote "$remote" key 7
		ip -n a link set g0 netns m
	else
		ns a "$OVCTL" dev add g0 netns m mode l3 vni 7 encap gre local "$here"
		ns m "$OVCTL" peer add g0 "$remote"
		ns m "$OVCTL" route add g0 10.8.0.0/16 peer "$remote"
	fi
	ip -n m addr add 10.8.0.1/32 dev lo
	ip -n m link set g0 up
	ip -n m route add 10.8.0.2/32 dev g0
	# (pktgen holds what it sends, and vxlan without "dev" would not know how much room g0 needs.)
	if [[ $kind == vxlan ]]; then
		ip -n m link add t0 type vxlan id 42 local 10.8.0.1 dev g0 dstport 4789
		bridge -n m fdb add "$DMAC" dev t0 dst 10.8.0.2
	else
		ns m "$OVCTL" dev add t0 vni 42 encap vxlan local 10.8.0.1 udp-csum off
		ns m "$OVCTL" peer add t0 10.8.0.2
		ns m "$OVCTL" fdb add t0 "$DMAC" peer 10.8.0.2
	fi
	ip -n m link set t0 address "$SMAC" up
	COST[$key]=$(($(measure m t0) - COST[floor]))
	sent "$key"
	away m a
	say "  stacked $key: ${COST[$key]}"
}

in_tree_gre() { [[ $1 == v4 ]] && echo gre || echo ip6gre; }

# The N-th of many others in the underlay, of which each is a peer.
other() { echo "10.10.$(($1 / 250)).$(($1 % 250 + 1))"; }

# What is for nobody known goes to N peers: instructions a copy. tx_flood KEY KIND N
tx_flood()
{
	local key=$1 kind=$2 n=$3 encap=vxlan i
	local -x COUNT=$((20000 / n))

	((COUNT >= 200)) || COUNT=200
	tx_underlay v4
	ip -n a addr add 10.10.255.1/16 dev d0
	for ((i = 0; i < n; i++)); do
		echo "neigh add $(other "$i") lladdr 02:00:00:00:00:02 dev d0"
	done | ip -n a -batch -
	if [[ $kind == vxlan ]]; then
		ip -n a link add t0 type vxlan id 42 local 10.9.0.1 dstport 4789
		for ((i = 0; i < n; i++)); do
			echo "fdb append 00:00:00:00:00:00 dev t0 dst $(other "$i")"
		done | bridge -n a -batch -
	else
		ip -n a link add t0 type tenovl
		[[ $kind == tenovl-vxlan ]] || encap=gre
		ns a "$OVCTL" dev set t0 vni 42 local 10.9.0.1 encap "$encap" udp-csum off
		for ((i = 0; i < n; i++)); do
			echo "peer add t0 $(other "$i")"
		done | ns a "$OVCTL" batch -
	fi
	ip -n a link set t0 address "$SMAC" up
	COST[$key]=$((($(measure a t0 "$DMAC") - COST[floor]) / n))
	sent "$key" "$n"
	ip netns del a
	say "  flood $key: ${COST[$key]} a copy"
}

# Of N known addresses one is sent to; or, "unknown", another one, which goes to the only peer there is.
# tx_table KEY KIND N [unknown]
tx_table()
{
	local key=$1 kind=$2 n=$3 dmac=02:bb:00:00:00:07

	[[ ${4:-} != unknown ]] || dmac=02:cc:00:00:00:07
	tx_underlay v4
	tunnel "$kind" v4 a 1 t0
	if [[ $kind == vxlan ]]; then
		echo "fdb append 00:00:00:00:00:00 dev t0 dst 10.9.0.2" | bridge -n a -batch -
		table "$n" | sed 's/.*/fdb add & dev t0 dst 10.9.0.2/' | bridge -n a -batch -
	else
		table "$n" | by_500 | sed 's/.*/fdb add t0 & peer 10.9.0.2/' |
			ns a "$OVCTL" batch - >/dev/null
	fi
	ip -n a link set t0 address "$SMAC" up
	COST[$key]=$(($(measure a t0 "$dmac") - COST[floor]))
	sent "$key"
	ip netns del a
	say "  table $key: ${COST[$key]}"
}

# N addresses, a line each; that which is sent to is among the first ten.
table() { awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++)
	printf "02:bb:00:%02x:%02x:%02x\n", i / 65536, i / 256 % 256, i % 256 }'; }

# 500 lines in one, for a command each.
by_500() { awk '{ printf "%s%s", NR % 500 == 1 ? (NR > 1 ? "\n" : "") : ",", $0 } END { print "" }'; }

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

# By an access port that is a container's own device.
tx_access()
{
	local key=$1

	tx_underlay v4
	ip netns add c
	tunnel tenovl-vxlan v4 a 1 t0
	ip -n a link set t0 up
	ns a "$OVCTL" port add t0 c0 access
	ip -n a link set c0 netns c
	ip -n c link set c0 address "$SMAC" up
	COST[$key]=$(($(measure c c0) - COST[floor]))
	sent "$key"
	away c a
	say "  transmit $key: ${COST[$key]}"
}

# A station's frames by a veth, and how they get to the wire: KIND of station() below; "none", into a
# dummy instead, is what the method itself costs. They come out of a router, as those of a guest
# come out of its own buffers: pktgen keeps a reference to what it sends, and its frames would be
# copied on the way. tx_station KEY KIND [FAMILY]
tx_station() { again tx_station_once "$@"; }

tx_station_once()
{
	local key=$1 kind=$2 fam=${3:-v4} whole=0

	tx_underlay "$fam"
	[[ -z ${RULES:-} ]] || ns a nft "$RULES"
	ip netns add r1
	if [[ $kind == none ]]; then
		ip -n r1 link add t0 up type dummy
	else
		ip link add t0 netns r1 type veth peer name v1 netns a
		ip -n r1 link set t0 up
		ip -n a link set v1 up
		station "$kind" "$fam"
	fi
	rx_source
	COST[$key]=$(measure r0 p0 "$(ns r1 cat /sys/class/net/p1/address)" 10.2.0.2)
	if [[ $kind == none ]]; then
		came_out "$key" r1 t0 || whole=1
	else
		came_out "$key" a d0 || whole=1
		COST[$key]=$((COST[$key] - COST[floor-station]))
	fi
	say "  transmit $key: ${COST[$key]}"
	away a r0 r1
	return "$whole"
}

# What takes the frames of v1 to the wire, d0: an access port, a bridge and one or two ports of ours,
# a bridge alone ("bare"), Open vSwitch, or a bridge and a device in it. At end ME of two, in a
# namespace: station KIND FAMILY [NS ME]
station()
{
	local kind=$1 fam=$2 in=${3:-a} me=${4:-1}

	case $kind in
	tenovl-*-port | tenovl-*-backup) station_port "${kind%-*}" "$fam" "${kind##*-}" ;;
	tenovl-*)
		tunnel "$kind" "$fam" "$in" "$me" s0
		ip -n "$in" link set s0 up
		ns "$in" "$OVCTL" port add s0 v1 access
		;;
	bare) bridge_of d0 "$in" ;;
	ovs) ovs_datapath "$fam" ;;
	*)
		tunnel "$kind" "$fam" "$in" "$me" s0
		ip -n "$in" link set s0 up
		bridge_of s0 "$in"
		;;
	esac
}

station_port()
{
	tunnel "$1" "$2" a 1 s0
	ip -n a link set s0 up
	ip -n a link add br0 up type bridge mcast_snooping 0
	ns a "$OVCTL" port add s0 pa bridge br0
	if [[ $3 == backup ]]; then
		ip -n a link add br1 up type bridge mcast_snooping 0
		ns a "$OVCTL" port add s0 pb bridge br1
	fi
	ip -n a link set v1 master br0
	bridge -n a fdb add "$DMAC" dev pa master static
}

# A bridge of v1 and what leads on, to which the receiver is known: bridge_of DEV NS
bridge_of()
{
	ip -n "$2" link add br0 up type bridge mcast_snooping 0
	ip -n "$2" link set "$1" master br0
	ip -n "$2" link set v1 master br0
	[[ $2 != a ]] || bridge -n a fdb add "$DMAC" dev "$1" master static
}

# The kernel's datapath alone, with the one flow that Open vSwitch would put there.
ovs_datapath()
{
	local set="tun_id=42,tos=0,ttl=64,tp_src=0,tp_dst=4789,flags(df|key)"

	if [[ $1 == v4 ]]; then
		set="src=10.9.0.1,dst=10.9.0.2,$set"
	else
		set="ipv6_src=fd09::1,ipv6_dst=fd09::2,$set"
	fi
	modprobe -a openvswitch vport_vxlan
	ns a ovs-dpctl add-dp dp0
	ns a ovs-dpctl add-if dp0 v1
	ns a ovs-dpctl add-if dp0 vxlan_sys_4789,type=vxlan,remote_ip=flow,key=flow
	ns a ovs-dpctl add-flow dp0 "in_port(1),eth(),eth_type(0x0800),ipv4(frag=no)" \
		"set(tunnel($set)),2"
}

away()
{
	local name

	for name; do
		ip netns del "$name"
	done
}

# What is not sent is cheap. sent PATH [COPIES]
sent() { came_out "$1" a d0 "${2:-1}" || exit 1; }

# came_out PATH NAMESPACE DEVICE [COPIES]: whether all of them went out there.
came_out()
{
	local n wanted=$(((RUNS + 1) * COUNT * ${4:-1}))

	n=$(ns "$2" cat "/sys/class/net/$3/statistics/tx_packets")
	((n < wanted)) || return 0
	say "only $n of $wanted packets were sent: $1"
	return 1
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

# Where a softirq is put off, the receive queue overflows and what was lost costs nothing: then it is
# measured again. PATH-FUNCTION KEY...
again()
{
	local try

	for try in 1 2 3; do
		if "$@"; then
			return 0
		fi
		say "  $2: again, after try $try"
	done
	exit 1
}

rx() { again rx_once "$@"; }

# Sender: an in-tree device. RECEIVER "none": the outer packets are dropped.
rx_once()
{
	local key=$1 sender=$2 receiver=$3 fam=$4 i total whole=0 KEY=

	# The network has the upper three of its four bytes.
	[[ $receiver != tenovl-nvgre ]] || KEY=$((42 << 8))

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
		arrived "$key" v2 || whole=1
	else
		COST[$key]=$((total - COST[rxfloor-$sender-$fam]))
		arrived "$key" t0 || whole=1
		say "  receive $key: ${COST[$key]}"
	fi
	for i in 0 1 2; do
		ip netns del "r$i"
	done
	return "$whole"
}

# A path on which nothing arrives is cheap, and measures nothing.
arrived()
{
	local n

	n=$(tc -n r2 -s -j filter show dev "$2" ingress |
		sed -n 's/.*"packets":\([0-9]*\).*/\1/p')
	if ((${n:-0} < (RUNS + 1) * COUNT)); then
		say "only ${n:-0} of $(((RUNS + 1) * COUNT)) packets arrived: $1"
		return 1
	fi
}
