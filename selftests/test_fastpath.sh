#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Past the IP layer where it has nothing to do: the same bytes, the same counters, and whatever
# changes in the underlay is obeyed by the very next packet.
# seconds: 619
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"

TESTS="
	same_bytes_v4 same_bytes_v6 same_bytes_settings
	same_counters same_flow
	taken hooks_honoured hooks_bypassed hooks_at_any_priority
	next_packet_v4 next_packet_v6
	xfrm_added vrf_entered device_moved
	gso_whole
	stacked_v4 stacked_v6 stacked_next stacked_churn
"

setup_suite()
{
	load_module
}

# Two hypervisors whose segments know where everything is: nothing talks by itself.
lay()
{
	local enc=$1 fam=$2 i t h o

	shift 2
	hv_lay 2
	overlay "$enc" "$fam" 2 "$@"
	for i in 1 2; do
		t=T$i h=H$i o=H$((3 - i))
		ip -n "${!h}" -batch - <<-END
			neigh replace 10.9.0.$((3 - i)) lladdr $(mac_of "${!o}" u0) dev u0
			neigh replace fd09::$((3 - i)) lladdr $(mac_of "${!o}" u0) dev u0
		END
		ip -n "${!t}" -batch - <<-END
			neigh replace 10.1.0.$((3 - i)) lladdr $(tenant_mac $((3 - i))) dev s1
			neigh replace fd01::$((3 - i)) lladdr $(tenant_mac $((3 - i))) dev s1
		END
	done
	ovctl -n "$H1" fdb add s1 "$(tenant_mac 2)" peer "$(uaddr "$fam" 2)"
	ovctl -n "$H2" fdb add s1 "$(tenant_mac 1)" peer "$(uaddr "$fam" 1)"
	ping_ok "$H1" "$(uaddr "$fam" 2)" 1
	ping_ok "$T1" 10.1.0.2 1
}

# Frames of all sorts, by the head of T1 to that of T2.
frames()
{
	local to from

	to=dmac=$(tenant_mac 2) from=smac=$(tenant_mac 1)
	cat <<-END
		enc=frame via=s1 $to $from ip4=10.1.0.1,10.1.0.2 pay=20
		enc=frame via=s1 $to $from ip4=10.1.0.1,10.1.0.2 pay=0 iport=77 itos=3
		enc=frame via=s1 $to $from ip4=10.1.0.1,10.1.0.2 pay=1000 itos=0xb9
		enc=frame via=s1 $to $from ip6=fd01::1,fd01::2 pay=30 itos=0x2e
		enc=frame via=s1 $to $from ip6=fd01::1,fd01::2 pay=900 itos=1
		enc=frame via=s1 $to $from vlan=5 ip4=10.1.0.1,10.1.0.2 pay=50
		enc=frame via=s1 $to $from vlan=5,6 ip6=fd01::1,fd01::2 pay=50
		enc=frame via=s1 $to $from pay=46
		enc=frame via=s1 $to $from etype=0800 pay=60
	END
}

# Sends what is on its input by H1's segment and keeps what H2 gets, a line a packet, in $TMP/NAME.
# The id of a packet that may be fragmented counts up, and the sum over it with it.
caught()
{
	local name=$1 n=$2 dev=${3:-u0} in=$4

	rm -f "$TMP/$name".*
	capture_start "$name" "$H2" "$dev" -Q in udp port 4789 or proto gre
	helper "$in" "$T1" inject || fail "cannot send"
	wait_for "$n packets come" came "$name" "$n"
	pcap "$name" iproto df hex | awk '
		$1 == "58" { next }
		$2 == "0" { $3 = substr($3, 1, 36) "...." substr($3, 41, 8) "...." substr($3, 53) }
		{ print $3 }' >"$TMP/$name.hex"
}

# Neighbour discovery talks when it likes.
came()
{
	(($(pcap_now "$1" iproto | grep -vc '^58$') >= $2))
}

# The same frames by both ways.
both_ways()
{
	local n before

	frames >"$TMP/frames"
	n=$(wc -l <"$TMP/frames")
	before=$(counter "$T1" s1 tx-stack)
	caught fast "$n" u0 "$TMP/frames"
	same "$before" "$(counter "$T1" s1 tx-stack)" "packets that took the whole way: $*"
	ovctl -n "$H1" dev set s1 fastpath off
	caught whole "$n" u0 "$TMP/frames"
	number "$(counter "$T1" s1 tx-stack)" -ge $((before + n)) "packets that took the whole way: $*"
	ovctl -n "$H1" dev set s1 fastpath on
	same_as fast whole "$*"
}

# What was caught under two names: same_as NAME NAME WHAT
same_as()
{
	diff "$TMP/$1.hex" "$TMP/$2.hex" >"$TMP/differ" || {
		diag "$(cat "$TMP/differ")"
		fail "not the same bytes: $3"
	}
}

same_bytes()
{
	local enc

	for enc in $ENCS; do
		lay "$enc" "$1"
		both_ways "$enc, IPv$1"
		ns_del "$H1"
		ns_del "$H2"
	done
}

test_same_bytes_v4() { same_bytes 4; }
test_same_bytes_v6() { same_bytes 6; }

test_same_bytes_settings()
{
	local set

	for set in "df unset" "df inherit" "ttl 7" "dscp inherit" "dscp 46" "mark 9" "udp-csum on" \
		   "srcport 5000 5000" "flowid off" "gre-csum on"; do
		case $set in
		flowid* | gre-csum*) lay gre-nvgre 4 ;;
		*) lay vxlan 4 ;;
		esac
		# shellcheck disable=SC2086
		ovctl -n "$H1" dev set s1 $set
		both_ways "$set"
		ns_del "$H1"
		ns_del "$H2"
	done
}

# What the IP layer of the underlay counted since, of what it sends.
ip_counted()
{
	ns "$H1" cat /proc/net/snmp /proc/net/netstat | awk '
		$1 == "Ip:" && !(1 in ip) { for (i = 2; i <= NF; i++) ip[i] = $i; next }
		$1 == "Ip:" { for (i = 2; i <= NF; i++) if (ip[i] ~ /^Out/) print "Ip" ip[i], $i }
		$1 == "IpExt:" && !(2 in ext) { for (i = 2; i <= NF; i++) ext[i] = $i; next }
		$1 == "IpExt:" { for (i = 2; i <= NF; i++) if (ext[i] ~ /^Out/) print "IpExt" ext[i], $i }'
	ns "$H1" awk '/^Ip6Out/ { print }' /proc/net/snmp6
}

grown()
{
	awk 'NR == FNR { before[$1] = $2; next } $2 != before[$1] { print $1, $2 - before[$1] }' "$1" "$2"
}

same_counters()
{
	local fam=$1 way

	lay vxlan "$fam"
	frames >"$TMP/frames"
	for way in on off; do
		ovctl -n "$H1" dev set s1 fastpath $way
		caught first 9 u0 "$TMP/frames"
		ip_counted >"$TMP/before"
		caught counted 9 u0 "$TMP/frames"
		ip_counted >"$TMP/after"
		grown "$TMP/before" "$TMP/after" >"$TMP/grown.$way"
	done
	diff "$TMP/grown.on" "$TMP/grown.off" || fail "the IP layer counts otherwise"
	((fam == 6)) || grep -q '^IpExtOutOctets' "$TMP/grown.on" || fail "nothing was counted"
	ns_del "$H1"
	ns_del "$H2"
}

test_same_counters()
{
	same_counters 4
	same_counters 6
}

# Ports of one flow stay with it, others spread; fragments of one go together.
test_same_flow()
{
	local ports to from i

	lay vxlan 4
	to=dmac=$(tenant_mac 2) from=smac=$(tenant_mac 1)
	for ((i = 0; i < 64; i++)); do
		echo "enc=frame via=s1 $to $from ip4=10.1.0.1,10.1.0.2 pay=20 iport=$((1000 + i % 32))"
	done >"$TMP/flows"
	capture_start flows "$H2" u0 -Q in udp port 4789
	helper "$TMP/flows" "$T1" inject
	capture_wait flows 64 "64 packets come"
	pcap flows sport >"$TMP/ports"
	ports=$(sort -u "$TMP/ports" | wc -l)
	number "$ports" -ge 24 "source ports of 32 flows"
	same "$(head -n 32 "$TMP/ports")" "$(tail -n 32 "$TMP/ports")" "the same flow, the same port"
	same "$(head -n 1 "$TMP/ports")" "$(sed -n 33p "$TMP/ports")" "the first flow's port"
	ping_ok "$T1" 10.1.0.2 1
	capture_start frags "$H2" u0 -Q in udp port 4789
	ip -n "$T1" link set s1 mtu 1400
	ns "$T1" ping -c 1 -W 5 -s 4000 -M dont 10.1.0.2 >/dev/null || fail "fragments do not come through"
	same 1 "$(pcap frags sport isrc | awk '$2 == "10.1.0.1" { print $1 }' | sort -u | wc -l)" \
		"source ports of the fragments of one packet"
}

# Nothing takes the whole way that need not, and all of it does where it is told to.
test_taken()
{
	local enc fam before

	for enc in $ENCS; do
		for fam in 4 6; do
			lay "$enc" "$fam"
			before=$(counter "$T1" s1 tx-stack)
			ping_ok "$T1" 10.1.0.2 5
			ping_ok "$T1" fd01::2 5
			same "$before" "$(counter "$T1" s1 tx-stack)" "packets by the whole way, $enc IPv$fam"
			ns_del "$H1"
			ns_del "$H2"
		done
	done
}

# Rules see each packet from the moment that they are there, and none is missed after they go.
hooks()
{
	local fam=$1 hook=$2 match=$3 before n

	lay vxlan "$fam"
	before=$(counter "$T1" s1 tx-stack)
	ns "$H1" nft -f - <<-END
		table inet t {
			chain c {
				type filter hook $hook priority 0;
				$match counter comment "c"
			}
		}
	END
	frames >"$TMP/frames"
	caught seen 9 u0 "$TMP/frames"
	same 9 "$(nft_counter "$H1" c)" "packets that the rule saw, $hook, IPv$fam"
	same $((before + 9)) "$(counter "$T1" s1 tx-stack)" "packets by the whole way"
	ns "$H1" nft add rule inet t c "$match" drop
	helper "$TMP/frames" "$T1" inject || :
	same 18 "$(nft_counter "$H1" c)" "packets that the rule saw, then dropped"
	n=$(counter "$T1" s1 tx-drop-error)
	number "$n" -ge 9 "frames counted as dropped"
	ns "$H1" nft delete table inet t
	before=$(counter "$T1" s1 tx-stack)
	caught after 9 u0 "$TMP/frames"
	same "$before" "$(counter "$T1" s1 tx-stack)" "packets by the whole way when the rules are gone"
	ns_del "$H1"
	ns_del "$H2"
}

test_hooks_honoured()
{
	local hook

	for hook in output postrouting; do
		hooks 4 $hook "udp dport 4789"
		hooks 6 $hook "udp dport 4789"
	done
}

test_hooks_bypassed()
{
	local fam before

	for fam in 4 6; do
		lay vxlan "$fam" underlay-hooks bypass
		frames >"$TMP/frames"
		caught before 9 u0 "$TMP/frames"
		ns "$H1" nft -f - <<-END
			table inet t {
				chain o {
					type filter hook output priority 0;
					udp dport 4789 counter drop comment "o"
				}
				chain p {
					type filter hook postrouting priority 0;
					ct state new udp dport 4789 counter drop comment "p"
				}
			}
		END
		before=$(counter "$T1" s1 tx-stack)
		caught after 9 u0 "$TMP/frames"
		same "0 0" "$(nft_counter "$H1" o) $(nft_counter "$H1" p)" "packets that the rules saw"
		same "$before" "$(counter "$T1" s1 tx-stack)" "packets by the whole way"
		diff "$TMP/before.hex" "$TMP/after.hex" || fail "not the same bytes"
		ovctl -n "$H1" dev set s1 underlay-hooks honour
		helper "$TMP/frames" "$T1" inject || :
		same 9 "$(nft_counter "$H1" o)" "packets that the rules saw, once honoured again"
		ns_del "$H1"
		ns_del "$H2"
	done
}

# Security modules hook in at two priorities; a user's rules there are rules all the same.
test_hooks_at_any_priority()
{
	local priority

	lay vxlan 4
	ip -n "$T1" neigh replace 10.1.0.2 lladdr "$(tenant_mac 2)" dev s1
	for priority in -225 225; do
		ns "$H1" nft -f - <<-END
			table inet t {
				chain p {
					type filter hook postrouting priority $priority;
					udp dport 4789 counter drop comment "p"
				}
			}
		END
		ping_no "$T1" 10.1.0.2 2
		same 2 "$(nft_counter "$H1" p)" "packets that the rule at $priority saw"
		ns "$H1" nft delete table inet t
		ping_ok "$T1" 10.1.0.2 1
	done
}

# Something happens, one frame is sent: it obeys, and so does the same one by the whole way, byte for
# byte. WHERE is H2's device that it comes in by.
obeys()
{
	local what=$1 where=$2

	head -n 1 "$TMP/frames" >"$TMP/frame"
	ovctl -n "$H1" dev set s1 fastpath on
	caught warm 1 "$where" "$TMP/frame"
	shift 2
	"$@"
	caught fast 1 "$now" "$TMP/frame"
	ovctl -n "$H1" dev set s1 fastpath off
	caught whole 1 "$now" "$TMP/frame"
	diff "$TMP/fast.hex" "$TMP/whole.hex" || fail "not as the whole way does: $what"
	! cmp -s "$TMP/warm.hex" "$TMP/fast.hex" || fail "not obeyed: $what"
	ovctl -n "$H1" dev set s1 fastpath on
}

neighbour_moves() { ip -n "$H1" neigh replace "$(uaddr "$fam" 2)" lladdr 02:00:00:00:00:77 dev u0; }
own_mac_changes() { ip -n "$H1" link set u0 address 02:00:00:00:00:78; neighbour_back; }

# Each has the other's address as it is now.
neighbour_back()
{
	ip -n "$H1" neigh replace "$(uaddr "$fam" 2)" lladdr "$(mac_of "$H2" u0)" dev "${1:-u0}"
	ip -n "$H2" neigh replace "$(uaddr "$fam" 1)" lladdr "$(mac_of "$H1" "${1:-u0}")" dev u0
}

ttl_changes()
{
	if ((fam == 4)); then
		ns "$H1" sysctl -qw net.ipv4.ip_default_ttl=33
	else
		ns "$H1" sysctl -qw net.ipv6.conf.u0.hop_limit=33
	fi
}

route_changes()
{
	now=u1
	if ((fam == 4)); then
		ip -n "$H1" route add 10.9.0.2/32 via 10.99.0.2 dev u1
	else
		ip -n "$H1" route add fd09::2/128 via fd99::2 dev u1
	fi
}

route_back()
{
	now=u0
	if ((fam == 4)); then
		ip -n "$H1" route del 10.9.0.2/32
	else
		ip -n "$H1" route del fd09::2/128
	fi
}

metric_changes()
{
	if ((fam == 4)); then
		ip -n "$H1" route replace 10.9.0.0/24 dev u0 hoplimit 44 src 10.9.0.1
	else
		ip -n "$H1" route replace fd09::/64 dev u0 proto kernel metric 256 hoplimit 44
	fi
}

tc_rewrites()
{
	tc -n "$H1" qdisc add dev u0 clsact
	tc -n "$H1" filter add dev u0 egress protocol all matchall \
		action pedit ex munge eth dst set 02:00:00:00:00:79
}

# Something happens, after which nothing may come, but is counted or answered.
stops()
{
	local what=$1 undo=$2

	shift 2
	head -n 1 "$TMP/frames" >"$TMP/frame"
	caught warm 1 u0 "$TMP/frame"
	"$@"
	capture_start stopped "$H2" u0 -Q in udp port 4789
	helper "$TMP/frame" "$T1" inject || :
	ns "$H1" ping -c 1 -W 1 10.9.0.2 >/dev/null 2>&1 || :
	same 0 "$(capture_count stopped)" "packets sent in spite of: $what"
	rm -f "$TMP"/stopped.*
	"$undo"
}

tc_drops()
{
	tc -n "$H1" filter replace dev u0 egress protocol all pref 1 matchall action drop
}

tc_gone() { tc -n "$H1" qdisc del dev u0 clsact; }
u0_down() { ip -n "$H1" link set u0 down; }
address_gone() { ip -n "$H1" addr del "$(uaddr "$fam" 1)/$((fam == 4 ? 24 : 64))" dev u0; }
blackholed() { ip -n "$H1" route add blackhole "$(uaddr "$fam" 2)/$((fam == 4 ? 32 : 128))"; }
unblackholed() { ip -n "$H1" route del blackhole "$(uaddr "$fam" 2)/$((fam == 4 ? 32 : 128))"; }

address_back()
{
	ip -n "$H1" link set u0 up
	addr "$H1" u0 10.9.0.1/24 fd09::1/64 2>/dev/null || :
	neighbour_back
	wait_for "the underlay is back" ns "$H1" ping -c 1 -W 1 "$(uaddr "$fam" 2)"
}

next_packet()
{
	local fam=$1 now=u0

	lay vxlan "$fam"
	frames >"$TMP/frames"
	link_pair "$H1" u1 "$H2" u1
	addr "$H1" u1 10.99.0.1/24 fd99::1/64
	addr "$H2" u1 10.99.0.2/24 fd99::2/64
	ns "$H2" sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.u1.rp_filter=0
	ns "$H1" ping -c 1 -W 5 10.99.0.2 >/dev/null
	ns "$H1" ping -c 1 -W 5 fd99::2 >/dev/null
	neighbour_back
	obeys "neighbour" u0 neighbour_moves
	obeys "neighbour back" u0 neighbour_back
	obeys "own MAC" u0 own_mac_changes
	obeys "hop limit" u0 ttl_changes
	obeys "metric of the route" u0 metric_changes
	obeys "route" u0 route_changes
	obeys "route back" u1 route_back
	obeys "tc filter that rewrites" u0 tc_rewrites
	tc_gone
	tc -n "$H1" qdisc add dev u0 clsact
	stops "tc filter that drops" tc_gone tc_drops
	stops "device down" address_back u0_down
	stops "address removed" address_back address_gone
	stops "blackhole" unblackholed blackholed
	caught last 1 u0 "$TMP/frame"
	# 6.1 renames none that is up.
	ip -n "$H1" link set u0 down
	ip -n "$H1" link set u0 name u9
	ip -n "$H1" link set u9 up
	addr "$H1" u9 10.9.0.1/24 fd09::1/64 2>/dev/null || :
	neighbour_back u9
	caught renamed 1 u0 "$TMP/frame"
}

test_next_packet_v4() { next_packet 4; }
test_next_packet_v6() { next_packet 6; }

# A policy that asks for ESP: without an association nothing leaves in the clear.
test_xfrm_added()
{
	modprobe -q xfrm_user || :
	modprobe -q esp4 || :
	lay vxlan 4
	frames >"$TMP/frames"
	caught warm 9 u0 "$TMP/frames"
	ip -n "$H1" xfrm policy add src 10.9.0.1/32 dst 10.9.0.2/32 proto udp dport 4789 dir out \
		tmpl src 10.9.0.1 dst 10.9.0.2 proto esp reqid 1 mode transport level required
	capture_start clear "$H2" u0 -Q in udp port 4789
	helper "$TMP/frames" "$T1" inject || :
	same 0 "$(capture_count clear)" "packets in the clear"
	ip -n "$H1" xfrm policy flush
	caught again 9 u0 "$TMP/frames"
	ns "$H1" ip xfrm policy setdefault out block
	capture_start blocked "$H2" u0 -Q in udp port 4789
	helper "$TMP/frames" "$T1" inject || :
	same 0 "$(capture_count blocked)" "packets in spite of a default that blocks"
	ns "$H1" ip xfrm policy setdefault out accept
}

# The device of the route is put into a VRF: what the VRF says goes, by the whole way.
test_vrf_entered()
{
	local before

	modprobe -q vrf || :
	lay vxlan 4
	ip -n "$H1" link add vrf0 type vrf table 100
	ip -n "$H1" link set vrf0 up
	ip -n "$H1" link set u0 master vrf0
	ovctl -n "$H1" dev set s1 link vrf0
	before=$(counter "$T1" s1 tx-stack)
	frames >"$TMP/frames"
	wait_for "packets go by the VRF" sent_by_stack "$before"
	caught vrf 9 u0 "$TMP/frames"
	number "$(counter "$T1" s1 tx-stack)" -ge $((before + 9)) "packets by the whole way"
	ip -n "$H1" link set u0 nomaster
	ovctl -n "$H1" dev set s1 link none
	ping_ok "$H1" 10.9.0.2 1
	before=$(counter "$T1" s1 tx-stack)
	caught out 9 u0 "$TMP/frames"
	same "$before" "$(counter "$T1" s1 tx-stack)" "packets by the whole way when it left the VRF"
}

sent_by_stack()
{
	helper "$TMP/frames" "$T1" inject || :
	(($(counter "$T1" s1 tx-stack) > $1))
}

# The device of the route goes into another namespace, while packets are on their way.
test_device_moved()
{
	lay vxlan 4
	ns_new M
	bg PING ns "$T1" ping -q -i 0.01 10.1.0.2
	wait_for "traffic flows" flowing
	ip -n "$H1" link set u0 netns "$M"
	wait_for "nothing has a route any more" routeless
	ip -n "$M" link del u0
}

flowing() { (($(counter "$T1" s1 tx-packets) > 20)); }
routeless() { (($(counter "$T1" s1 tx-drop-no-route) > 2)); }

# Large packets stay one until the lower device.
test_gso_whole()
{
	local enc before n

	for enc in $ENCS; do
		lay "$enc" 4
		before=$(counter "$T1" s1 tx-stack)
		n=$(counter "$T1" s1 tx-packets)
		iperf "$T2" "$T1" 10.1.0.2 -n 20M >"$TMP/iperf" || fail "iperf3: $(cat "$TMP/iperf")"
		same "$before" "$(counter "$T1" s1 tx-stack)" "packets by the whole way, $enc"
		n=$(($(counter "$T1" s1 tx-packets) - n))
		number "$n" -le 6000 "frames of 20 MB, which are 14 000 segments, $enc"
		ns_del "$H1"
		ns_del "$H2"
	done
}

# The segment's own underlay is a namespace each, M1 and M2, that GRE joins: lay_stacked FAM INNER.
lay_stacked()
{
	local fam=$1 inner=$2 i h m t o

	hv_lay 2
	ns_new M1 M2 T1 T2
	for i in 1 2; do
		h=H$i m=M$i t=T$i o=$((3 - i))
		ip -n "${!m}" link set lo up
		ip -n "${!m}" addr add "10.8.0.$i/32" dev lo
		ip -n "${!m}" addr add "fd08::$i/128" dev lo
		ovctl -n "${!h}" dev add g0 netns "${!m}" mode l3 vni 7 encap gre local "$(uaddr "$fam" "$i")"
		ovctl -n "${!m}" batch - <<-END
			peer add g0 $(uaddr "$fam" $o) inner-source 10.8.0.$o/32,fd08::$o/128
			route add g0 10.8.0.$o/32,fd08::$o/128 peer $(uaddr "$fam" $o)
		END
		ip -n "${!m}" link set g0 up
		ip -n "${!m}" route add "10.8.0.$o/32" dev g0
		ip -n "${!m}" route add "fd08::$o/128" dev g0
		segment "${!m}" "${!t}" s1 vni 100 encap vxlan local "$(via_mesh "$inner" "$i")"
		ovctl -n "${!t}" peer add s1 "$(via_mesh "$inner" $o)"
		ovctl -n "${!t}" fdb add s1 "$(tenant_mac $o)" peer "$(via_mesh "$inner" $o)"
		tenant_up "${!t}" s1 "$i"
		ip -n "${!t}" neigh replace "10.1.0.$o" lladdr "$(tenant_mac $o)" dev s1
		ip -n "${!t}" neigh replace "fd01::$o" lladdr "$(tenant_mac $o)" dev s1
	done
	ping_ok "$H1" "$(uaddr "$fam" 2)" 1
	ping_ok "$T1" 10.1.0.2 1
}

via_mesh() { (($1 == 4)) && echo "10.8.0.$2" || echo "fd08::$2"; }

stacked() { counter "$T1" s1 tx-stacked; }

# Both headers at once, or the way by the mesh's device: the same bytes, and the same is counted.
stacked_bytes()
{
	local fam=$1 inner=$2 n before in_mesh

	lay_stacked "$fam" "$inner"
	frames >"$TMP/frames"
	n=$(wc -l <"$TMP/frames")
	before=$(stacked) in_mesh=$(counter "$M1" g0 tx-packets)
	caught fast "$n" u0 "$TMP/frames"
	number "$(stacked)" -ge $((before + n)) "packets that got both headers at once"
	number "$(counter "$M1" g0 tx-packets)" -ge $((in_mesh + n)) "packets that the mesh counts"
	tc -n "$M1" qdisc add dev g0 root pfifo
	before=$(stacked) in_mesh=$(peer_counter "$M1" g0 "$(uaddr "$fam" 2)" tx-packets)
	caught whole "$n" u0 "$TMP/frames"
	same "$before" "$(stacked)" "packets that got both at once, with a queue between"
	number "$(peer_counter "$M1" g0 "$(uaddr "$fam" 2)" tx-packets)" -ge $((in_mesh + n)) \
		"packets that the mesh's peer counts"
	same_as fast whole "IPv$inner in IPv$fam"
	ovctl -n "$M1" dev set g0 fastpath off
	tc -n "$M1" qdisc del dev g0 root
	caught off "$n" u0 "$TMP/frames"
	same "$before" "$(stacked)" "packets that got both at once, with the mesh's fastpath off"
	same_as fast off "IPv$inner in IPv$fam by the whole way"
	ovctl -n "$M1" dev set g0 fastpath on
	iperf "$T2" "$T1" 10.1.0.2 -n 5M >"$TMP/iperf" || fail "iperf3: $(cat "$TMP/iperf")"
	number "$(stacked)" -gt "$before" "packets that got both at once, those of TCP"
}

test_stacked_v4() { stacked_bytes 4 6; }
test_stacked_v6() { stacked_bytes 6 4; }

# What is between the two, or comes there, has the very next packet.
seen_between()
{
	local what=$1 before

	before=$(stacked)
	caught between 1 u0 "$TMP/frame"
	same "$before" "$(stacked)" "packets past $what"
}

# Something lets nothing through: the next one is not sent, and what COMMAND tells grows by it.
stopped_between()
{
	local what=$1 counted

	shift
	counted=$("$@")
	capture_start stopped "$H2" u0 -Q in proto gre
	helper "$TMP/frame" "$T1" inject || fail "cannot send"
	ns "$H1" ping -c 1 -W 5 10.9.0.2 >/dev/null || fail "the underlay is gone"
	same 0 "$(capture_count stopped)" "packets sent in spite of: $what"
	rm -f "$TMP"/stopped.*
	number "$("$@")" -gt "$counted" "frames that were counted: $what"
}

filter_counter() { tc -n "$M1" -s -j filter show dev g0 egress | jq '[.. | .packets? // empty] | max'; }

again_at_once()
{
	local before

	before=$(stacked)
	caught again 1 u0 "$TMP/frame"
	number "$(stacked)" -gt "$before" "packets that get both headers at once again: $1"
}

test_stacked_next()
{
	modprobe -q nf_tables || :
	lay_stacked 4 4
	frames | head -n 1 >"$TMP/frame"
	again_at_once "to begin with"
	capture_start tap "$M1" g0
	seen_between "a tap"
	same 1 "$(pcap tap iproto | grep -c '^17$')" "packets that the tap saw"
	again_at_once "no tap"
	tc -n "$M1" qdisc add dev g0 clsact
	tc -n "$M1" filter add dev g0 egress protocol all pref 1 matchall action drop
	stopped_between "tc filter" filter_counter
	tc -n "$M1" qdisc del dev g0 clsact
	again_at_once "no filter"
	ns "$M1" nft -f - <<-END
		table netdev t {
			chain e {
				type filter hook egress device "g0" priority 0;
				counter drop comment "e"
			}
		}
	END
	stopped_between "netfilter at the device" nft_counter "$M1" e
	ns "$M1" nft delete table netdev t
	ns "$M1" nft -f - <<-END
		table inet t {
			chain c {
				type filter hook output priority 0;
				udp dport 4789 counter drop comment "c"
			}
		}
	END
	stopped_between "netfilter in the mesh's namespace" nft_counter "$M1" c
	ns "$M1" nft delete table inet t
	again_at_once "no rules"
	ovctl -n "$M1" peer set g0 10.9.0.2 admin down
	stopped_between "the mesh's peer is down" counter "$M1" g0 tx-drop-peer-down
	ovctl -n "$M1" peer set g0 10.9.0.2 admin up
	again_at_once "the peer is up"
	ovctl -n "$M1" route del g0 10.8.0.2/32
	stopped_between "no route in the mesh" counter "$M1" g0 tx-drop-inner-route
	ip -n "$H1" neigh replace 10.9.0.7 lladdr "$(mac_of "$H2" u0)" dev u0
	ovctl -n "$M1" peer add g0 10.9.0.7
	ovctl -n "$M1" route add g0 10.8.0.2/32 peer 10.9.0.7
	caught elsewhere 1 u0 "$TMP/frame"
	again_at_once "another route"
	same 1 "$(grep -c 0a090007 "$TMP/again.hex")" "packets to the other peer"
	ovctl -n "$M1" peer del g0 10.9.0.7
	stopped_between "the peer is gone" counter "$M1" g0 tx-drop-inner-route
	ovctl -n "$M1" route add g0 10.8.0.2/32 peer 10.9.0.2
	caught back 1 u0 "$TMP/frame"
	again_at_once "the route is back"
	ip -n "$M1" link set g0 down
	stopped_between "the mesh's device is down" counter "$T1" s1 tx-drop-no-route
	ip -n "$M1" link set g0 up
	ip -n "$M1" route add 10.8.0.2/32 dev g0
	caught up 1 u0 "$TMP/frame"
	again_at_once "the mesh's device is up"
	ip -n "$M1" link del g0
	stopped_between "the mesh's device is gone" counter "$T1" s1 tx-drop-no-route
}

# While packets are on their way, all that they go by comes and goes.
test_stacked_churn()
{
	local i before

	lay_stacked 4 4
	for i in 1 2; do
		bg PING ns "$T1" ping -q -i 0.002 -s 20 10.1.0.2
	done
	before=$(stacked)
	for i in 1 2 3 4 5 6 7 8; do
		ovctl -n "$M1" batch - <<-END
			peer add g0 10.9.0.7
			route replace g0 10.8.0.2/32 peer 10.9.0.7
			route replace g0 10.8.0.2/32 peer 10.9.0.2
			peer del g0 10.9.0.7
			route del g0 10.8.0.2/32
			peer del g0 10.9.0.2
			peer add g0 10.9.0.2 inner-source 10.8.0.2/32
			route add g0 10.8.0.2/32 peer 10.9.0.2
		END
		wait_for "both headers at once again" grew_stacked "$before"
		before=$(stacked)
		ip -n "$M1" link del g0
		ovctl -n "$H1" dev add g0 netns "$M1" mode l3 vni 7 encap gre local 10.9.0.1
		ovctl -n "$M1" batch - <<-END
			peer add g0 10.9.0.2 inner-source 10.8.0.2/32
			route add g0 10.8.0.2/32 peer 10.9.0.2
		END
		ip -n "$M1" link set g0 up
		ip -n "$M1" route add 10.8.0.2/32 dev g0
	done
	wait_for "both headers at once in the end" grew_stacked "$before"
	ping_ok "$T1" 10.1.0.2 1
	ns_del "$M1"
}

grew_stacked() { (($(stacked) > $1 + 5)); }

run_tests "$@"
