#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What `make demo` shows, inside the VM: two tenants with the same subnets, over three VPCs each, on
# two hypervisors joined by a router. The store is filled, carried out, and what stands on the wire
# is shown for each way that a packet can take; then a fail-over, an overlay that is closed and
# opened, refusals, and the end. What is said is checked: ends with 1 when anything is not so.
#
#	             ┌──────┐
#	  hv1 ───────┤  rt  ├─────── hv2         VPCs 1 and 3 of each tenant on hv1, VPC 2 on hv2
#	             └──────┘
#	21.0.0.0/24  in VPCs 1, 2      VMs a1 (.2, VPC 1), a2 (.3, VPC 2)
#	31.0.0.0/24  in VPCs 1, 3      VMs b1 (.2, VPC 1), b3 (.3, VPC 3)
#	41.0.0.0/24  in VPC 2          VM  c2 (.2)

set -u

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
: "${TENOVL_KO:=$TOP/build/$(uname -r)/tenovl.ko}"
: "${OVCTL:=$TOP/tools/ovctl/ovctl}"
PATH=$(dirname "$OVCTL"):/usr/local/sbin:/usr/sbin:/sbin:$PATH
TMP=$(mktemp -d)
STEP=0 STEPS=16
BG=()
# The first VM of each tenant, and others of tenant 1, by their namespaces.
A1=ns1_t1-s21_vm A2=ns2_t1-s21_vm C2=ns2_t1-s41_vm
OTHER_A1=ns1_t2-s21_vm
# A password is never an argument. That of the provider serves for all.
export OVCTL_STORE=$TMP/store OVCTL_PASSWORD=secret OVCTL_NEW_PASSWORD=secret

# The namespaces that sync makes here.
ours()
{
	ip netns list | awk '$1 ~ /^(hv[12]|rt|(ns|mesh)[1-3]_t[12](-s[0-9]+_vm)?)$/ { print $1 }'
}

clean()
{
	local p n

	for p in "${BG[@]}"; do
		kill "$p" 2>/dev/null
	done
	for n in $(ours); do
		ip netns del "$n" 2>/dev/null
	done
	rm -rf "$TMP"
}

bold()
{
	STEP=$((STEP + 1))
	printf '\n== %d of %d. %s\n\n' "$STEP" "$STEPS" "$*"
}

# What the next lines show, or what the last ones did.
say()
{
	local line

	for line; do
		printf '%s\n' "${line:+  $line}"
	done
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

# refused SENTENCE COMMAND...: it fails, and says so in these words.
refused()
{
	local sentence=$1

	shift
	printf '  $ %s\n' "$*"
	if "$@" >"$TMP/out" 2>&1; then
		die "not refused: $*"
	fi
	sed 's/^/    /' "$TMP/out"
	grep -qF -- "$sentence" "$TMP/out" || die "refused in other words than \"$sentence\""
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

# New namespaces do without duplicate address detection, as the first one.
no_dad()
{
	sysctl -qw net.core.devconf_inherit_init_net=1 net.ipv6.conf.all.accept_dad=0 \
		net.ipv6.conf.default.accept_dad=0
}

hosts()
{
	say "hv1 and hv2 are namespaces here, as a lab's hosts are; with --machine they are machines." ""
	quiet ovctl provider passwd
	# The hash of a password is to cost little here: that of the next one does.
	ovctl provider set --ops 1 --memory 8 || die "provider set"
	ovctl provider passwd || die "provider passwd"
	quiet ovctl host add hv1 --router rt
	quiet ovctl host add hv2 --router rt
	run ovctl host show
}

first_tenant()
{
	say "21.0.0.0/24 and 31.0.0.0/24 are stretched over two VPCs each. VNIs, gateways, MAC and IP" \
		"addresses of VMs are chosen, unless they are given." ""
	quiet ovctl tenant add 1 --vpcs 3 --host hv1,hv2
	quiet ovctl subnet add 1 21.0.0.0/24,fd21::/64 --vpc 1,2
	quiet ovctl subnet add 1 31.0.0.0/24,fd31::/64 --vpc 1,3
	quiet ovctl subnet add 1 41.0.0.0/24,fd41::/64 --vpc 2
	quiet ovctl vm add 1 a1 --subnet 21 --vpc 1
	quiet ovctl vm add 1 a2 --subnet 21 --vpc 2
	quiet ovctl vm add 1 b1 --subnet 31 --vpc 1
	quiet ovctl vm add 1 b3 --subnet 31 --vpc 3
	quiet ovctl vm add 1 c2 --subnet 41 --vpc 2
}

# From what the first one is exported as: nothing but the transport differs.
second_tenant()
{
	say "A tenant is also a JSON file. Every address is that of tenant 1, MAC addresses as well." ""
	quiet ovctl tenant add 2
	printf '  $ %s\n' "ovctl export 1 | jq '.tenant = 2 | .transport = \"gre\"' >t2.json"
	ovctl export 1 | jq '.tenant = 2 | .transport = "gre"' >t2.json || die "export"
	quiet ovctl apply t2.json --no-sync
	[[ $(addresses 1) == "$(addresses 2)" ]] || die "the tenants' addresses differ"
}

# The VMs of a tenant as they are on the wire.
addresses()
{
	ovctl -j vm show "$1" | jq -c '[.[] | [.vm, .ip, .ip6, .mac]]'
}

first_sync()
{
	local steps sum

	say "The kernel has nothing of it yet. A plan is made of the difference, and is what sync does." ""
	steps=$(ovctl -j plan | jq length)
	printf '  $ ovctl plan | tail -n 1\n'
	ovctl plan | tail -n 1 | sed 's/^/    /'
	carry_out
	sum=$(awk '/^done:/ { print $2 + $4 + $6 }' "$TMP/out")
	[[ $sum == "$steps" ]] || die "sync did $sum steps, plan told $steps"
	# For drops(), below.
	NO_ROUTE=$(counted ns1_t1 s21 tx-drop-no-route)
}

# counted NETNS DEV COUNTER
counted()
{
	ovctl -n "$1" -j stats show "$2" | jq -r --arg name "$3" '.[0][$name]'
}

carry_out()
{
	run ovctl sync --stats
	ovctl status >"$TMP/status" 2>&1 || { cat "$TMP/status"; die "the state is not as the store says"; }
}

# pings FROM TO [COUNT]: all are answered. Told are the first answer and the sum.
pings()
{
	local count=${3:-3}

	printf '  $ ip netns exec %s ping -c %d %s\n' "$1" "$count" "$2"
	ip netns exec "$1" ping -n -c "$count" -i 0.2 -W 5 "$2" >"$TMP/out" 2>&1
	grep -m 1 'bytes from' "$TMP/out" | sed 's/^/    /'
	grep 'packets transmitted' "$TMP/out" | sed 's/, time .*//; s/^/    /'
	grep -q " $count received" "$TMP/out" || die "not all pings from $1 to $2 are answered"
}

# Begins to write down what passes the router, both encapsulations.
capture()
{
	local pid

	ip netns exec rt tcpdump -p -n -U --immediate-mode -Z root -i hv1 -c 400 \
		-w "$TMP/$1.pcap" 'udp port 4789 or proto gre' >"$TMP/$1.log" 2>&1 &
	pid=$!
	BG+=("$pid")
	echo "$pid" >"$TMP/$1.pid"
	wait_for grep -q 'listening on' "$TMP/$1.log"
}

capture_end()
{
	kill "$(<"$TMP/$1.pid")" 2>/dev/null
}

# crossed NAME WHAT: it is among what was written down.
crossed()
{
	tcpdump -n -e -r "$TMP/$1.pcap" 2>/dev/null >"$TMP/$1.txt"
	grep -q "$2" "$TMP/$1.txt"
}

# headers NAME FROM TO HEADER...: of the first echo request, as tcpdump reads it. Each HEADER is
# there or, with ! in front, is not.
headers()
{
	local name=$1 echo="$2 > $3: ICMP echo request" want

	shift 3
	wait_for crossed "$name" "$echo"
	capture_end "$name"
	awk -v echo="$echo" '
		/^[0-9:]+[.][0-9]+ / { packet = "" }
		{ packet = packet $0 "\n" }
		index($0, echo) { printf "%s", packet; exit }' "$TMP/$name.txt" >"$TMP/packet"
	# A line for each header, from the outer to the inner.
	sed -Ei 's/^[0-9:]+[.][0-9]+ //; s/: ([0-9][0-9.]+ > )/\n\1/g' "$TMP/packet"
	echo
	say "The first of them on the link between hv1 and the router, header by header:"
	sed 's/^/    /' "$TMP/packet"
	for want; do
		if [[ $want == !* ]]; then
			grep -q -- "${want#!}" "$TMP/packet" && die "${want#!} is in it"
		else
			grep -q -- "$want" "$TMP/packet" || die "no $want in it"
		fi
	done
}

# The number of a subnet's, and of a tenant's devices: vni TENANT SUBNET, tenant_vni TENANT WHICH.
vni()
{
	ovctl -j subnet show "$1" "$2" | jq -r '.[0].vni'
}

tenant_vni()
{
	ovctl -j tenant show "$1" | jq -r --arg which "$2-vni" '.[0][$which]'
}

# A GRE key as tcpdump writes it.
key()
{
	printf 'GREv0, key=0x%x, proto IPv4' "$1"
}

vtep()
{
	ovctl -j show "$1" | jq -r --argjson vpc "$2" '.vpcs[] | select(.vpc == $vpc).vtep'
}

listening()
{
	ip netns exec "$1" ss -Hltn 'sport = :5201' | grep -q .
}

# throughput FROM TO ADDRESS
throughput()
{
	ip netns exec "$2" iperf3 -s -1 >/dev/null 2>&1 &
	BG+=($!)
	wait_for listening "$2"
	printf '\n  $ ip netns exec %s iperf3 -c %s -t 1\n' "$1" "$3"
	ip netns exec "$1" timeout 120 iperf3 -c "$3" -t 1 -J >"$TMP/iperf" || die "iperf3 from $1"
	jq -r '"    \(.end.sum_received.bytes / 1048576 | floor) MB in \(.end.sum_received.seconds * 10 | floor / 10) s, " +
		"\(.end.sum_received.bits_per_second / 1000000 | floor) Mbit/s, \(.end.sum_sent.retransmits) segments sent again"' \
		"$TMP/iperf"
	(($(jq '.end.sum_received.bytes | floor' "$TMP/iperf") > 100000)) || die "hardly a byte arrived"
}

switched()
{
	say "a1 and a2 are in one Ethernet segment, whose halves are the devices s21 of VPC 1 and VPC 2." ""
	capture switched
	pings $A1 21.0.0.3
	pings $A1 fd21::3 1
	headers switched 21.0.0.2 21.0.0.3 "VXLAN, .*vni $(vni 1 21)$" "02:00:15:00:00:02 > 02:00:15:00:00:03" '!GRE'
	say "(the Ethernet frame of a1 to a2, in VXLAN; $(vni 1 21) is the VNI of tenant 1's subnet 21)"
	throughput $A1 $A2 21.0.0.3
}

in_the_mesh()
{
	say "With transport gre a tenant's VXLAN goes by its own GRE mesh, in a namespace without VMs." ""
	capture mesh
	pings $OTHER_A1 21.0.0.3
	pings $OTHER_A1 fd21::3 1
	headers mesh 21.0.0.2 21.0.0.3 "$(key "$(tenant_vni 2 mesh)")" "VXLAN, .*vni $(vni 2 21)$"
	say "(the same addresses as before, another VNI: $(vni 2 21) is that of tenant 2's subnet 21)"
	[[ $(vni 1 21) != "$(vni 2 21)" ]] || die "both tenants have one VNI"
}

routed()
{
	say "a1's gateway is s21 of its own VPC. From there the kernel routes into the transit, tr0." ""
	capture routed
	pings $A1 41.0.0.2
	grep -q 'ttl=62' "$TMP/out" || die "not two routers on the way"
	pings $A1 fd41::2 1
	headers routed 21.0.0.2 41.0.0.2 "$(key "$(tenant_vni 1 transit)")" '!VXLAN' '!02:00:15'
	say "(an IP packet, without an Ethernet header; the ttl tells of two routers: one in each VPC)"
	throughput $A1 $C2 41.0.0.2
}

# What was written down after a packet that did not cross shows that it was not merely late.
head_to_head()
{
	say "Between two subnets that a VPC has both of, its kernel routes from s21 to s31." ""
	capture heads
	pings $A1 31.0.0.2
	grep -q 'ttl=63' "$TMP/out" || die "not one router on the way"
	pings $A1 fd31::2 1
	quiet ip netns exec $A1 ping -q -c 1 -W 5 21.0.0.3
	wait_for crossed heads '21.0.0.2 > 21.0.0.3: ICMP echo request'
	capture_end heads
	if crossed heads '31[.]0[.]0[.]2\|fd31::2'; then
		die "what stays in one VPC was on the router's link"
	fi
	say "Packets from or to b1 on the link between hv1 and the router: 0 (that to a2 was there)"
}

isolated()
{
	local n

	say "a1 of tenant 2 pings 21.0.0.3, then a1 of tenant 1 does. Who hears what, at a2 of tenant 1?" ""
	ip netns exec $A2 tcpdump -p -n -U --immediate-mode -Z root -i eth0 -w "$TMP/seen.pcap" icmp \
		>"$TMP/seen.log" 2>&1 &
	BG+=($!)
	wait_for grep -q 'listening on' "$TMP/seen.log"
	quiet ip netns exec $OTHER_A1 ping -q -c 3 -i 0.2 -W 5 21.0.0.3
	quiet ip netns exec $A1 ping -q -c 1 -W 5 21.0.0.3
	wait_for seen_pair
	n=$(tcpdump -n -r "$TMP/seen.pcap" 2>/dev/null | grep -c 'echo request')
	say "Echo requests that a2 of tenant 1 saw: $n, that of its own tenant (the other one sent 3)"
	[[ $n == 1 ]] || die "one tenant saw the other's frames"
}

seen_pair()
{
	(($(tcpdump -n -r "$TMP/seen.pcap" 2>/dev/null | wc -l) >= 2))
}

tables()
{
	run ovctl show 1
	echo
	say "Where the MAC addresses of subnet 21 are, and the prefixes of other VPCs, seen from VPC 1:"
	run ovctl -n ns1_t1 fdb show s21
	ovctl -n ns1_t1 -j fdb show s21 | jq -e --arg to "$(vtep 1 2)" \
		'any(.[]; .mac == "02:00:15:00:00:03" and .peer == $to)' >/dev/null ||
		die "a2 is not behind the peer of VPC 2"
	run ovctl -n ns1_t1 route show tr0
	ovctl -n ns1_t1 -j route show tr0 | jq -e --arg to "$(vtep 1 2)" \
		'any(.[]; .prefix == "41.0.0.0/24" and .peer == $to)' >/dev/null ||
		die "subnet 41 is not behind the peer of VPC 2"
	echo
	say "Each packet is counted, and why it was dropped if it was:"
	counters ns1_t1 s21
	counters ns1_t1 tr0
	drops
}

# What a device counted, where it is not 0.
counters()
{
	printf '  $ ovctl -n %s stats show %s\n' "$1" "$2"
	ovctl -n "$1" stats show "$2" >"$TMP/stats" || die "stats show"
	awk '$NF != 0 { print "    " $0 }' "$TMP/stats"
	(($(counted "$1" "$2" rx-packets) > 0)) || die "no packets were counted"
}

# All that it dropped: dropped NETNS DEV
dropped()
{
	ovctl -n "$1" -j stats show "$2" |
		jq '[.[0] | to_entries[] | select(.key | test("-drop-")).value] | add'
}

# A device that comes up tells its multicast groups to all by itself: that is what went nowhere while
# sync had not laid the underlay's routes yet, and what the heads, which all have one MAC address,
# do not take from each other. Nothing of what VMs say to each other is among it.
drops()
{
	local before

	[[ $(counted ns1_t1 s21 tx-drop-no-route) == "$NO_ROUTE" ]] || die "no route, since sync"
	before=$(dropped ns1_t1 s21)
	quiet ip netns exec $A1 ping -q -c 20 -i 0.05 -W 5 21.0.0.3
	[[ $(dropped ns1_t1 s21) == "$before" ]] || die "frames between VMs were dropped"
	say "(What devices said by themselves is dropped: before sync had laid the underlay's routes, no-route;" \
		"from another head, which has the same MAC, own-mac. Of 20 pings of a1 to a2, 0 frames.)"
}

nothing_to_do()
{
	say "What is as it should be is not touched, so there is nothing left to do." ""
	run ovctl sync
	grep -q 'nothing to do' "$TMP/out" || die "the second sync did something"
}

port_is()
{
	[[ $(ovctl -n ns1_t1 -j port show s21 "$1" | jq -r '.[0].state') == "$2" ]]
}

bond_uses()
{
	[[ $(ip netns exec $A1 cat /sys/class/net/eth0/bonding/active_slave) == "$1" ]]
}

# So many pings of $TMP/probes.
answered()
{
	(($(grep -c 'bytes from' "$TMP/probes") >= $1))
}

# The longest time without an answer, in ms, of pings that are 20 ms apart.
longest_gap()
{
	sed -n 's/.*bytes from.*icmp_seq=\([0-9]*\) .*/\1/p' "$TMP/probes" | sort -n | awk '
		$1 - last - 1 > most { most = $1 - last - 1 }
		{ last = $1 }
		END { print most * 20 }'
}

event_came()
{
	grep -q '^port-selected .*port-name s21b old-port-name s21a cause bridge-down' "$TMP/events"
}

# The namespaces that are not as the store says.
drifted()
{
	ovctl status >"$TMP/status" 2>&1 && return 1
	awk 'NR == 1 || $3 + $4 + $5 + $6 + $7 { print "    " $0 }' "$TMP/status" >"$TMP/out"
}

fail_over()
{
	local probes gap

	say "With --ha a segment has two bridges in each VPC, and each VM of it a leg on both. The" \
		"segment's ports s21a and s21b lead there; one of them is selected." ""
	quiet ovctl subnet set 1 21 --ha
	carry_out
	wait_for port_is s21a selected
	wait_for port_is s21b standby
	wait_for bond_uses eth0a
	run ovctl -n ns1_t1 port show s21
	ovctl -n hv1 monitor >"$TMP/events" &
	BG+=($!)
	wait_for grep -q listening "$TMP/events"
	pings $A2 21.0.0.2 1
	echo
	say "a2 goes on pinging a1, 20 ms apart, when a1's first bridge fails:"
	ip netns exec $A2 ping -n -c 250 -i 0.02 -W 5 21.0.0.2 >"$TMP/probes" &
	probes=$!
	wait_for answered 40
	run ip -n ns1_t1 link set br21 down
	wait "$probes"
	wait_for event_came
	sed -n 's/^port-selected/    event: &/p' "$TMP/events"
	port_is s21b selected || die "the other port did not take over"
	bond_uses eth0b || die "a1 does not use its other leg"
	answered 200 || die "too many pings were lost"
	grep -q 'icmp_seq=250 ' "$TMP/probes" || die "the last ping was not answered"
	gap=$(longest_gap)
	((gap <= 1000)) || die "no answer for $gap ms"
	sed -n 's/^\([0-9]* packets.*\), time.*/    \1/p' "$TMP/probes"
	say "(longest time without an answer: $gap ms, until a1's bond has noticed that its gateway does" \
		"not answer by that leg; it asks every 100 ms)"
	echo
	say "A bridge that somebody set down is not as the store says, and sync heals just that:"
	printf '  $ ovctl status\n'
	drifted || die "status does not tell of the bridge"
	cat "$TMP/out"
	[[ $(awk 'NR > 1 { print $1, $3, $4, $5 }' "$TMP/out") == "ns1_t1 0 1 0" ]] ||
		die "not just the bridge is different"
	carry_out
	grep -q '^done: 0 made, 1 changed, 0 deleted$' "$TMP/out" || die "sync did more than that"
	wait_for port_is s21a selected
	pings $A1 21.0.0.3 2
}

# unanswered NS ADDRESS
unanswered()
{
	printf '  $ ip netns exec %s ping -q -c 2 -i 0.2 -W 1 %s\n' "$1" "$2"
	if ip netns exec "$1" ping -q -c 2 -i 0.2 -W 1 "$2" >"$TMP/out" 2>&1; then
		die "$2 still answers $1"
	fi
	grep 'packets transmitted' "$TMP/out" | sed 's/^/    /'
}

overlay_switch()
{
	say "Tenant 1's VPCs are islands without it: their peers go, and what is behind those." ""
	quiet ovctl tenant set 1 --overlay off
	carry_out
	grep -q '^done: 0 made, 0 changed, ' "$TMP/out" || die "sync did more than that"
	unanswered $A1 21.0.0.3
	unanswered $A1 41.0.0.2
	echo
	say "Inside a VPC all goes on, and with tenant 2:"
	quiet ip netns exec $A1 ping -q -c 2 -i 0.2 -W 5 21.0.0.1
	quiet ip netns exec $A1 ping -q -c 2 -i 0.2 -W 5 31.0.0.2
	quiet ip netns exec $OTHER_A1 ping -q -c 2 -i 0.2 -W 5 21.0.0.3
	echo
	quiet ovctl tenant set 1 --overlay on
	carry_out
	quiet ip netns exec $A1 ping -q -c 2 -i 0.2 -W 5 21.0.0.3
	quiet ip netns exec $A1 ping -q -c 2 -i 0.2 -W 5 41.0.0.2
}

# Of tenant 1 and of this machine's kernel.
state()
{
	ovctl export 1
	ovctl plan
	ip -n hv1 -o link show | wc -l
}

refusals()
{
	local before

	before=$(state)
	refused "this is not the password of tenant 1" env OVCTL_PASSWORD=guess ovctl vm del 1 a1
	refused "overlaps" ovctl subnet add 1 21.0.0.128/25
	refused "Another device receives this VNI" \
		ovctl -n hv1 dev add mine vni "$(vni 1 21)" local "$(vtep 1 1)"
	[[ $(state) == "$before" ]] || die "something has changed"
}

# Pings without an answer before the last one that had one.
lost()
{
	awk 'match($0, /icmp_seq=[0-9]+/) { n = substr($0, RSTART + 9, RLENGTH - 9) + 0
			got += !(n in seen)
			seen[n] = 1
			last = n > last ? n : last }
		END { print last - got }' "$TMP/probes"
}

# The longest time that an answer took, in whole milliseconds.
slowest()
{
	sed -n 's/.* time=\([0-9]*\).*/\1/p' "$TMP/probes" | sort -n | tail -n 1
}

vm_moves()
{
	local probes

	say "a1 moves from hv1 to hv2, and c2 goes on pinging it, 20 ms apart. All segments of its subnet" \
		"are told beforehand: what is sent to it meanwhile waits at its new place." ""
	ip netns exec $C2 ping -n -i 0.02 -W 10 -w 120 21.0.0.2 >"$TMP/probes" &
	probes=$!
	BG+=("$probes")
	wait_for answered 40
	run ovctl vm migrate 1 a1 --to hv2
	wait_for answered $(($(grep -c 'bytes from' "$TMP/probes") + 100))
	kill -INT "$probes"
	wait "$probes" || :
	sed -n 's/^\([0-9]* packets.*\), time.*/    \1/p' "$TMP/probes"
	say "(the longest wait for an answer was $(slowest) ms: a1's device is made anew there)"
	[[ $(lost) == 0 ]] || die "$(lost) pings were lost"
	echo
	run ovctl vm show 1 a1
	[[ $(ovctl -j vm show 1 a1 | jq -r '.[0].vpc') == 2 ]] || die "the store has a1 elsewhere"
	carry_out
	grep -qE '^(nothing to do: .*|done: 0 made, 0 changed, 0 deleted)$' "$TMP/out" || die "sync did something"
	pings $A1 31.0.0.2 2
}

gone()
{
	[[ -z $(ours) && $(</sys/module/tenovl/refcnt) == 0 ]]
}

all_goes()
{
	quiet ovctl tenant del 1 --yes
	quiet ovctl tenant del 2 --yes
	quiet ovctl host del hv1
	quiet ovctl host del hv2
	run ovctl sync --stats
	wait_for gone
	say "No namespace and no device of it is left."
}

[[ -z $(ours) ]] || { echo "demo: there are namespaces already: $(ours | tr '\n' ' ')" >&2; exit 1; }
trap clean EXIT
cd "$TMP" || exit 1

echo "tenovl on kernel $(uname -r): two tenants' networks, from the store to the wire"
load
no_dad

bold "Two hypervisors, hv1 and hv2, and the router rt between them"
hosts

bold "Tenant 1: three VPCs, three subnets, five VMs"
first_tenant

bold "Tenant 2: the same again, but that its VXLAN goes by a mesh of GRE tunnels"
second_tenant

bold "From the store to the kernel"
first_sync

bold "The same subnet, another VPC: switched, in VXLAN"
switched

bold "The same of tenant 2: VXLAN in GRE"
in_the_mesh

bold "Another subnet, another VPC: routed, in GRE"
routed

bold "Another subnet, the same VPC: from head to head, nowhere near the wire"
head_to_head

bold "Neither tenant hears the other, although all their addresses are the same"
isolated

bold "What there is, and what it counted"
tables

bold "A second sync does nothing"
nothing_to_do

bold "A second bridge for subnet 21, and the first one fails"
fail_over

bold "The overlay of tenant 1 off, and on again"
overlay_switch

bold "What is refused, in a sentence and with nothing changed"
refusals

bold "A VM moves to the other hypervisor while it is pinged"
vm_moves

bold "All goes"
all_goes

((STEP == STEPS)) || die "$STEP acts, not $STEPS"
printf '\nAll of it works: %d acts in %d s.\n' "$STEP" "$SECONDS"
