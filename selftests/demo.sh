#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What `make demo` shows, inside the VM: two hypervisors joined by a router, two
# tenants that use the same addresses, frames across in VXLAN and in GRE, and what
# stands on the wire meanwhile. Ends with 1 when anything of it does not work.

set -u

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
: "${TENOVL_KO:=$TOP/build/$(uname -r)/tenovl.ko}"
: "${OVCTL:=$TOP/tools/ovctl/ovctl}"
PATH=$(dirname "$OVCTL"):/usr/local/sbin:/usr/sbin:/sbin:$PATH
TMP=$(mktemp -d)
STEP=0
BG=()

clean()
{
	local p n

	for p in "${BG[@]}"; do
		kill "$p" 2>/dev/null
	done
	for n in web red1 red2 blue1 blue2 hv1 hv2 router; do
		ip netns del "$n" 2>/dev/null
	done
	rm -rf "$TMP"
}
trap clean EXIT

bold()
{
	STEP=$((STEP + 1))
	printf '\n== %d. %s\n\n' "$STEP" "$*"
}

die()
{
	printf '\ndemo: this does not work: %s\n' "$*" >&2
	exit 1
}

# Shows a command, then does it.
run()
{
	printf '  $ %s\n' "$*"
	"$@" >"$TMP/out" 2>&1 || { sed 's/^/    /' "$TMP/out"; die "$*"; }
	sed 's/^/    /' "$TMP/out"
}

# Does it without showing what it prints.
quiet()
{
	printf '  $ %s\n' "$*"
	"$@" >"$TMP/out" 2>&1 || { sed 's/^/    /' "$TMP/out"; die "$*"; }
}

wait_for()
{
	local i

	for ((i = 0; i < 600; i++)); do
		if "$@" >/dev/null 2>&1; then
			return 0
		fi
		sleep 0.1
	done
	die "still waiting for: $*"
}

load()
{
	local dep

	[[ -d /sys/module/tenovl ]] && return
	for dep in $(modinfo -F depends "$TENOVL_KO" | tr ',' ' '); do
		modprobe "$dep" || die "modprobe $dep"
	done
	insmod "$TENOVL_KO" || die "insmod $TENOVL_KO"
}

underlay()
{
	local n

	# New namespaces do without duplicate address detection, as the first one.
	sysctl -qw net.core.devconf_inherit_init_net=1 net.ipv6.conf.all.accept_dad=0 \
		net.ipv6.conf.default.accept_dad=0
	for n in hv1 router hv2 red1 red2 blue1 blue2; do
		ip netns add "$n" || die "namespace $n"
		ip -n "$n" link set lo up
	done
	ip -n hv1 link add u0 type veth peer name r1 netns router
	ip -n hv2 link add u0 type veth peer name r2 netns router
	ip netns exec router sysctl -qw net.ipv4.ip_forward=1
	ip -n router addr add 10.8.1.254/24 dev r1
	ip -n router addr add 10.8.2.254/24 dev r2
	ip -n router link set r1 up
	ip -n router link set r2 up
	ip -n hv1 addr add 10.8.1.1/24 dev u0
	ip -n hv2 addr add 10.8.2.2/24 dev u0
	ip -n hv1 link set u0 up
	ip -n hv2 link set u0 up
	ip -n hv1 route add default via 10.8.1.254
	ip -n hv2 route add default via 10.8.2.254
	wait_for ip netns exec hv1 ping -q -c 1 -W 1 10.8.2.2
}

# tenant NAME DEV SETTINGS...: the same addresses and MACs for each.
tenant()
{
	local name=$1 dev=$2

	shift 2
	run ovctl -n hv1 dev add "$dev" netns "${name}1" "$@" local 10.8.1.1
	run ovctl -n hv1 peer add "$dev" 10.8.2.2
	run ovctl -n hv2 dev add "$dev" netns "${name}2" "$@" local 10.8.2.2
	run ovctl -n hv2 peer add "$dev" 10.8.1.1
	for i in 1 2; do
		ip -n "$name$i" link set "$dev" address "02:00:00:00:00:0$i"
		ip -n "$name$i" addr add "21.0.0.$i/24" dev "$dev"
		ip -n "$name$i" addr add "fd21::$i/64" dev "$dev" nodad
		ip -n "$name$i" link set "$dev" up
	done
	echo "    ${name}1 has 21.0.0.1 and fd21::1, ${name}2 has 21.0.0.2 and fd21::2"
}

capture()
{
	ip netns exec router tcpdump -p -n -U --immediate-mode -Z root -i r1 -c 400 \
		-w "$TMP/$1.pcap" "$2" >"$TMP/$1.log" 2>&1 &
	BG+=($!)
	wait_for grep -q 'listening on' "$TMP/$1.log"
}

# The outer headers of one echo request, as tcpdump reads them.
headers()
{
	tcpdump -n -e -v -r "$TMP/$1.pcap" 2>/dev/null >"$TMP/$1.txt"
	grep -q "$2" "$TMP/$1.txt" || die "no $2 in what was captured"
	grep -q 'ICMP echo request' "$TMP/$1.txt" || die "no echo request in what was captured"
	grep -B 3 -m 1 'ICMP echo request' "$TMP/$1.txt" | sed 's/^/    /' | cut -c1-150
}

listening()
{
	ip netns exec "$1" ss -Hltn 'sport = :5201' | grep -q .
}

throughput()
{
	ip netns exec "${1}2" iperf3 -s -1 >/dev/null 2>&1 &
	BG+=($!)
	wait_for listening "${1}2"
	printf '  $ ip netns exec %s1 iperf3 -c 21.0.0.2 -t 3\n' "$1"
	ip netns exec "${1}1" timeout 120 iperf3 -c 21.0.0.2 -t 3 -J >"$TMP/iperf" || die "iperf3 of $1"
	jq -r '"    \(.end.sum_received.bytes / 1048576 | floor) MB in \(.end.sum_received.seconds * 10 | floor / 10) s, " +
		"\(.end.sum_received.bits_per_second / 1000000 | floor) Mbit/s, \(.end.sum_sent.retransmits) segments sent again"' \
		"$TMP/iperf"
	(($(jq '.end.sum_received.bytes | floor' "$TMP/iperf") > 100000)) || die "hardly a byte arrived"
}

counters()
{
	printf '  $ ovctl -n %s stats show %s\n' "$1" "$2"
	ovctl -n "$1" stats show "$2" >"$TMP/stats" || die "stats show"
	awk '$NF != 0 { print "    " $0 }' "$TMP/stats"
	awk '$3 == "rx-packets" && $4 > 0 { found = 1 } END { exit !found }' "$TMP/stats" ||
		die "no frames were counted"
}

isolated()
{
	capture iso "icmp or udp port 4789 or proto gre"
	ip netns exec red2 tcpdump -p -n -U --immediate-mode -Z root -i s21 -w "$TMP/seen.pcap" icmp \
		>"$TMP/seen.log" 2>&1 &
	BG+=($!)
	wait_for grep -q 'listening on' "$TMP/seen.log"
	quiet ip netns exec blue1 ping -q -c 3 -i 0.2 -W 5 21.0.0.2
	quiet ip netns exec red1 ping -q -c 1 -W 5 21.0.0.2
	wait_for seen_pair
	n=$(tcpdump -n -r "$TMP/seen.pcap" 2>/dev/null | grep -c 'echo request')
	echo "    echo requests that red2 saw: $n (its own; blue1 sent 3 to the same address)"
	[[ $n == 1 ]] || die "one tenant saw the other's frames"
}

seen_pair()
{
	(($(tcpdump -n -r "$TMP/seen.pcap" 2>/dev/null | wc -l) >= 2))
}

# A VM of red1 with a NIC on each of two bridges, and a bridge of its own over the two.
two_bridges()
{
	local b priority=10

	ip netns add web
	ip -n web link add br0 address 02:00:00:00:00:03 up type bridge mcast_snooping 0
	for b in a b; do
		ip -n red1 link add "br21$b" arp off up type bridge mcast_snooping 0
		ip -n red1 link add "web$b" type veth peer name "eth$b" netns web
		ip -n red1 link set "web$b" master "br21$b" up
		ip -n web link set "eth$b" master br0 up
		run ovctl -n red1 port add s21 "s21$b" priority "$priority" bridge "br21$b"
		priority=$((priority + 10))
	done
	ip -n web addr add 21.0.0.3/24 dev br0
	wait_for state_of s21a selected
	wait_for state_of s21b standby
}

state_of()
{
	[[ $(ovctl -n red1 -j port show s21 "$1" | jq -r '.[0].state') == "$2" ]]
}

fail_over()
{
	ovctl -n hv1 monitor >"$TMP/events" &
	BG+=($!)
	wait_for grep -q listening "$TMP/events"
	run ip netns exec red2 ping -c 2 -i 0.3 -W 5 21.0.0.3
	ip netns exec red2 ping -q -c 200 -i 0.02 -W 5 21.0.0.3 >"$TMP/probes" &
	probes=$!
	wait_for received 40
	run ip -n red1 link set br21a down
	wait "$probes"
	sed -n 's/^port-selected/    event: &/p' "$TMP/events"
	sed -n 's/^\([0-9]* packets.*\)/    red2 to the VM, 20 ms apart: \1/p' "$TMP/probes"
	state_of s21b selected || die "the other port did not take over"
	(($(sed -n 's/.* \([0-9]*\) received.*/\1/p' "$TMP/probes") >= 180)) || die "too many probes were lost"
	run ovctl -n red1 port show s21
}

received()
{
	(($(ip netns exec web cat /sys/class/net/br0/statistics/rx_packets) >= $1))
}

echo "tenovl on kernel $(uname -r): a tenant's frames cross between two hypervisors"
load

bold "Two hypervisors, hv1 and hv2, joined by a router"
underlay
echo "    hv1 10.8.1.1 ---- 10.8.1.254 router 10.8.2.254 ---- 10.8.2.2 hv2"

bold "Tenant red in VXLAN, tenant blue in GRE, with the same MACs and addresses"
tenant red s21 vni 2112 encap vxlan
tenant blue s22 vni 4711 encap gre gre-key nvgre

bold "Red pings across, in VXLAN"
capture vxlan "udp port 4789"
run ip netns exec red1 ping -c 3 -i 0.3 -W 5 21.0.0.2
run ip netns exec red1 ping -c 1 -W 5 fd21::2
throughput red
echo
echo "  On the router's link:"
headers vxlan "vni 2112"

bold "Blue pings across, in GRE"
capture gre "proto gre"
run ip netns exec blue1 ping -c 3 -i 0.3 -W 5 21.0.0.2
run ip netns exec blue1 ping -c 1 -W 5 fd21::2
throughput blue
echo
echo "  On the router's link (the key is VNI 4711, 0x1267, and a flow's hash in the lowest byte):"
headers gre "key=0x1267"

bold "Neither sees the other, although all their addresses are the same"
isolated

bold "What the devices know"
run ovctl -n red1 dev show s21
run ovctl -n red1 peer show s21
run ovctl -n red1 fdb show s21
ovctl -n red1 -j fdb show s21 | jq -e '[.. | .mac? // empty] | index("02:00:00:00:00:02")' >/dev/null ||
	die "red2's address was not learned"

bold "What they counted (where it is not 0)"
counters red1 s21
counters blue1 s22

bold "A VM behind two bridges of red1, of which one fails"
two_bridges
fail_over

bold "A refusal, in the kernel's own words"
printf '  $ ovctl -n hv1 dev add s23 vni 2112 local 10.8.1.1\n'
if ovctl -n hv1 dev add s23 vni 2112 local 10.8.1.1 2>"$TMP/err"; then
	die "a VNI in use was given away"
fi
sed 's/^/    /' "$TMP/err"
grep -q "Another device receives this VNI" "$TMP/err" || die "refused with another sentence"

printf '\nAll of it works.\n'
