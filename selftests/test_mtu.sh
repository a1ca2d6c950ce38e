#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The MTU follows the routes of the peers until somebody sets it; what does not
# fit is answered to its sender; what a router says of the path is believed, for
# every encapsulation and with ip_gre not loaded.
# seconds: 145
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"

TESTS="
	derived follows_link follows_route smallest_peer by_hand by_ip_link
	pmtu_vxlan_v4 pmtu_vxlan_v6
	pmtu_gre_nvgre_v4 pmtu_gre_nvgre_v6
	pmtu_gre_plain_v4 pmtu_gre_plain_v6
	pmtu_other_port_v4 pmtu_other_port_v6
	pmtu_bridged_vxlan pmtu_bridged_gre
	pmtu_marked pmtu_multipath ip6_link_mtu
	df_unset_fragments
	forged_icmp_gre_plain forged_icmp_gre_nvgre forged_icmp_vxlan_v4 forged_icmp_vxlan_v6
"

setup_suite()
{
	load_module
}

mtu_is()
{
	[[ $(dev_value "$1" s1 mtu) == "$2" ]]
}

# A frame to all peers: a changed route is noticed by who asks for it.
mtu_after_frame()
{
	inject "$1" <<<"enc=frame via=s1 dmac=ff:ff:ff:ff:ff:ff etype=88b5"
	mtu_is "$1" "$2"
}

mtu_soon()
{
	wait_for "the MTU of $1 becomes $2" mtu_after_frame "$1" "$2"
}

test_derived()
{
	local enc fam

	for fam in 4 6; do
		hv_lay 2 1600
		for enc in $ENCS; do
			overlay "$enc" "$fam" 2
			mtu_soon "$T1" $((1600 - $(overhead "$enc" "$fam")))
			same "$(dev_value "$T1" s1 mtu)" "$(ns "$T1" cat /sys/class/net/s1/mtu)" "as ip shows it"
			if [[ $enc == gre-plain ]]; then
				ovctl -n "$T1" dev set s1 gre-csum on
				mtu_soon "$T1" $((1600 - $(overhead "$enc" "$fam") - 4))
			fi
			ovctl -n "$T1" dev set s1 encap vxlan
			mtu_soon "$T1" $((1600 - $(overhead vxlan "$fam")))
			ovctl -n "$H1" dev del --all
			ovctl -n "$H2" dev del --all
		done
		ns_del "$H1"
		ns_del "$H2"
	done
}

test_follows_link()
{
	hv_lay 2
	overlay vxlan 4 2
	mtu_soon "$T1" 1450
	for mtu in 1400 1900 1500; do
		ip -n "$H1" link set u0 mtu $mtu
		mtu_soon "$T1" $((mtu - 50))
	done
	ping_ok "$T1" 10.1.0.2 2 -M "do" -s 1422
}

test_follows_route()
{
	hv_lay 2
	overlay gre-plain 6 2
	mtu_soon "$T1" 1438
	ip -n "$H1" -6 route add fd09::2/128 dev u0 mtu 1352
	mtu_soon "$T1" 1290
	ip -n "$H1" -6 route del fd09::2/128 dev u0
	mtu_soon "$T1" 1438
}

test_smallest_peer()
{
	hv_lay 3
	overlay vxlan 4 3
	mtu_soon "$T1" 1450
	ip -n "$H1" route add 10.9.0.3/32 dev u0 mtu 1300
	mtu_soon "$T1" 1250
	same 1300 "$(peer_value "$T1" s1 10.9.0.3 pmtu)" "the path to one peer"
	same 1500 "$(peer_value "$T1" s1 10.9.0.2 pmtu)" "the path to the other"
	ovctl -n "$T1" peer del s1 10.9.0.3
	mtu_soon "$T1" 1450
	ovctl -n "$T1" peer add s1 10.9.0.3
	mtu_soon "$T1" 1250
	ovctl -n "$T1" peer set s1 10.9.0.3 encap gre
	mtu_soon "$T1" 1258
}

test_by_hand()
{
	hv_lay 2
	overlay vxlan 4 2
	mtu_soon "$T1" 1450
	ovctl -n "$T1" dev set s1 mtu 1234
	same 1234 "$(dev_value "$T1" s1 mtu)" "as set"
	[[ $(dev_value "$T1" s1 mtu-auto) =~ ^(0|false)$ ]] || fail "it still follows"
	ip -n "$H1" link set u0 mtu 1300
	ip -n "$H1" link set u0 mtu 1400
	holds 1 mtu_is "$T1" 1234
	ovctl -n "$T1" dev set s1 mtu auto
	mtu_soon "$T1" 1350
	ip -n "$H1" link set u0 mtu 1500
	mtu_soon "$T1" 1450
}

test_by_ip_link()
{
	hv_lay 2
	overlay vxlan 4 2
	mtu_soon "$T1" 1450
	ip -n "$T1" link set s1 mtu 1400
	same 1400 "$(dev_value "$T1" s1 mtu)" "as set"
	ip -n "$H1" link set u0 mtu 1300
	holds 1 mtu_is "$T1" 1400
	refuse "an MTU below the smallest" ip -n "$T1" link set s1 mtu 60
	ovctl -n "$T1" dev set s1 mtu auto
	mtu_soon "$T1" 1250
}

without_gre()
{
	local m

	for m in ip6_gre ip_gre gre; do
		if _loaded "$m"; then
			rmmod "$m"
		fi
	done
}

# H1 and H2 joined by a router whose far link takes less than its near one.
routed()
{
	local enc=$1 fam=$2

	without_gre
	hv_routed 1500 1400
	if [[ $fam == 4 ]]; then
		A1=10.8.1.1
		A2=10.8.2.2
	else
		A1=fd08:1::1
		A2=fd08:2::2
	fi
	ns_new T1 T2
	for i in 1 2; do
		t=T$i
		h=H$i
		a=A$i
		o=A$((3 - i))
		# shellcheck disable=SC2046
		segment "${!h}" "${!t}" s1 vni 100 $(enc_args "$enc") local "${!a}" df set
		ovctl -n "${!t}" peer add s1 "${!o}"
		tenant_up "${!t}" s1 "$i"
	done
	FIT=$((1400 - $(overhead "$enc" "$fam")))
}

knows_mtu()
{
	ip -n "$1" route get "$2" | grep -q " mtu $3"
}

# The first packet that is too big for the far link teaches H1's peer, the next
# is answered to the tenant, who then knows. pmtu ENC FAM [COMMAND that changes the devices]
pmtu()
{
	local enc=$1 fam=$2 size

	routed "$enc" "$fam"
	(($# < 3)) || "${@:3}"
	size=$(ns "$T1" cat /sys/class/net/s1/mtu)
	same $((FIT + 100)) "$size" "the MTU before anything is known"
	ping_ok "$T1" 10.1.0.2 1
	ping_ok "$T1" fd01::2 1
	ns "$T1" ping -q -c 1 -W 1 -M "do" -s $((size - 28)) 10.1.0.2 >/dev/null || :
	wait_for "what the router says is believed" \
		path_is "$T1" "$A2" 1400
	number "$(net_counter "$H1" icmp-pmtu)" -ge 1 "ICMP errors that lowered a path MTU"
	ns "$T1" ping -q -c 1 -W 1 -M "do" -s $((size - 28)) 10.1.0.2 >/dev/null || :
	wait_for "the tenant is answered, IPv4" knows_mtu "$T1" 10.1.0.2 "$FIT"
	ns "$T1" ping -q -c 1 -W 1 -M "do" -s $((size - 48)) fd01::2 >/dev/null || :
	wait_for "the tenant is answered, IPv6" knows_mtu "$T1" fd01::2 "$FIT"
	number "$(counter "$T1" s1 tx-pmtu-answer)" -ge 2 "answers counted"
	ping_ok "$T1" 10.1.0.2 2 -M "do" -s $((FIT - 28))
	ping_ok "$T1" fd01::2 2 -M "do" -s $((FIT - 48))
	for dst in 10.1.0.2 fd01::2; do
		tcp_ok "$T2" "$T1" $dst
	done
	refuse "ip_gre was loaded" _loaded ip_gre
}

path_is()
{
	[[ $(peer_value "$1" s1 "$2" pmtu) == "$3" ]]
}

test_pmtu_vxlan_v4() { pmtu vxlan 4; }
test_pmtu_vxlan_v6() { pmtu vxlan 6; }
test_pmtu_gre_nvgre_v4() { pmtu gre-nvgre 4; }
test_pmtu_gre_nvgre_v6() { pmtu gre-nvgre 6; }
test_pmtu_gre_plain_v4() { pmtu gre-plain 4; }
test_pmtu_gre_plain_v6() { pmtu gre-plain 6; }

# H2 receives at another port than H1: errors about what H1 sends find no socket of UDP there.
ports_apart()
{
	ovctl -n "$T2" dev set s1 dstport 5555
	ovctl -n "$T2" peer set s1 "$A1" dstport 4789
	ovctl -n "$T1" peer set s1 "$A2" dstport 5555
	refuse "H1 listens at the port of H2" listens "$H1" 5555
}

test_pmtu_other_port_v4() { pmtu vxlan 4 ports_apart; }
test_pmtu_other_port_v6() { pmtu vxlan 6 ports_apart; }

# Routers limit their ICMP errors: what goes unanswered is sent again.
big_then()
{
	ns "$V" ping -q -c 1 -W 1 -M "do" -s "$1" "$2" >/dev/null 2>&1 || :
	"${@:3}"
}

# The sender is behind a bridge, in another namespace than the head.
pmtu_bridged()
{
	local enc=$1 size

	routed "$enc" 4
	ns_new V
	size=$(ns "$T1" cat /sys/class/net/s1/mtu)
	ip -n "$T1" addr flush dev s1
	ip -n "$T1" link add br0 type bridge mcast_snooping 0
	ip -n "$T1" link set br0 up
	ip -n "$T1" link set s1 master br0
	link_pair "$T1" v0 "$V" e0 "$size"
	ip -n "$T1" link set v0 master br0
	addr "$V" e0 10.1.0.9/24 fd01::9/64
	ping_ok "$V" 10.1.0.2 2
	ping_ok "$V" fd01::2 2
	tcp_ok "$T2" "$V" 10.1.0.2
	wait_for "the path is learned" big_then $((size - 28)) 10.1.0.2 path_is "$T1" "$A2" 1400
	wait_for "the bridged host is answered, IPv4" \
		big_then $((size - 28)) 10.1.0.2 knows_mtu "$V" 10.1.0.2 "$FIT"
	wait_for "the bridged host is answered, IPv6" \
		big_then $((size - 48)) fd01::2 knows_mtu "$V" fd01::2 "$FIT"
	ping_ok "$V" 10.1.0.2 2 -M "do" -s $((FIT - 28))
}

test_pmtu_bridged_vxlan() { pmtu_bridged vxlan; }
test_pmtu_bridged_gre() { pmtu_bridged gre-nvgre; }

# The mark chooses another next hop: what is learned belongs to that one.
test_pmtu_marked()
{
	local enc fam

	for enc in vxlan gre-plain; do
		for fam in 4 6; do
			routed "$enc" "$fam"
			ip -n "$R" addr add 10.8.1.253/24 dev r1
			ip -n "$R" addr add fd08:1::253/64 dev r1 nodad
			ip -n "$H1" -"$fam" rule add fwmark 7 lookup 100
			if [[ $fam == 4 ]]; then
				ip -n "$H1" route add default via 10.8.1.253 table 100
			else
				ip -n "$H1" -6 route add default via fd08:1::253 table 100
			fi
			ovctl -n "$T1" dev set s1 mark 7
			ping_ok "$T1" 10.1.0.2 1
			V=$T1
			wait_for "the marked path is learned, $enc over IPv$fam" \
				big_then $((FIT + 72)) 10.1.0.2 path_is "$T1" "$A2" 1400
			number "$(net_counter "$H1" icmp-pmtu)" -ge 1 "counted"
			for n in "$H1" "$H2" "$R" "$T1" "$T2"; do
				ns_del "$n"
			done
		done
	done
}

# A route of eight next hops, chosen by ports and keys: the error is about one of them, and where
# addresses alone are looked up it is another one, seven times in eight. (IPv4 tells all of them.)
test_pmtu_multipath()
{
	local enc i hops

	for enc in vxlan gre-plain gre-nvgre; do
		routed "$enc" 6
		hops=()
		for i in {241..248}; do
			ip -n "$R" addr add "fd08:1::$i/64" dev r1 nodad
			hops+=(nexthop via "fd08:1::$i")
		done
		ns "$H1" sysctl -qw net.ipv6.fib_multipath_hash_policy=1
		ip -n "$H1" -6 route replace default "${hops[@]}"
		ping_ok "$T1" 10.1.0.2 1
		V=$T1
		wait_for "the path is learned, $enc" \
			big_then $((FIT + 72)) 10.1.0.2 path_is "$T1" "$A2" 1400
		for n in "$H1" "$H2" "$R" "$T1" "$T2"; do
			ns_del "$n"
		done
	done
}

# IPv6 may take less on a link than the link does.
test_ip6_link_mtu()
{
	hv_lay 2
	overlay vxlan 6 2
	mtu_soon "$T1" 1430
	ns "$H1" sysctl -qw net.ipv6.conf.u0.mtu=1400
	ovctl -n "$T1" dev set s1 mtu auto
	same 1330 "$(dev_value "$T1" s1 mtu)" "the MTU over a link with an IPv6 MTU of 1400"
	ping_ok "$T1" 10.1.0.2 2 -M "do" -s 1302
}

# With df unset the underlay may fragment: large frames go through in pieces.
test_df_unset_fragments()
{
	routed vxlan 4
	ovctl -n "$T1" dev set s1 df unset
	ovctl -n "$T2" dev set s1 df unset
	capture_start far "$H2" u0
	ping_ok "$T1" 10.1.0.2 2 -s 1400
	number "$(pcap far frag | grep -c 1 || :)" -ge 2 "outer fragments on the far link"
	ns_del "$H1"
	ns_del "$H2"
	ns_del "$R"
	routed gre-plain 6
	ovctl -n "$T1" dev set s1 df unset
	ovctl -n "$T2" dev set s1 df unset
	ns "$T1" ping -q -c 2 -W 1 -s 1400 10.1.0.2 >/dev/null || :
	ping_ok "$T1" 10.1.0.2 2 -s 1400
}

# An ICMP error about what we never sent teaches nothing; the same bytes about what we might have sent
# do. forged_icmp ENC FAM OWN OTHER...: the network as the header has it, and such as are not ours there.
forged_icmp()
{
	local enc=$1 fam=$2 own=$3 mtu=700 near=10.8.1.77 far=10.8.2.77 before

	routed "$enc" "$fam"
	if [[ $fam == 6 ]]; then
		mtu=1290 near=fd08:1::77 far=fd08:2::77
	fi
	ping_ok "$T1" 10.1.0.2 1
	before=$(peer_value "$T1" s1 "$A2" pmtu)
	# Of other networks; from an address of H1's that is not the device's; to one that is no peer's.
	icmp_error "$enc" "$mtu" "$A1" "$A2" "${@:4}"
	icmp_error "$enc" "$mtu" "$near" "$A2" "$own"
	icmp_error "$enc" "$mtu" "$A1" "$far" "$own"
	same 0 "$(net_counter "$H1" icmp-pmtu)" "errors believed, of those forged"
	# Of what quotes UDP over IPv4 the kernel's UDP believes all, whoever sent it.
	if [[ $enc$fam != vxlan4 ]]; then
		ping_ok "$T1" 10.1.0.2 2
		same "$before" "$(peer_value "$T1" s1 "$A2" pmtu)" "the path after forged errors"
	fi
	icmp_error "$enc" "$mtu" "$A1" "$A2" "$own"
	wait_for "the same about our own is believed" path_is "$T1" "$A2" "$mtu"
	same 1 "$(net_counter "$H1" icmp-pmtu)" "errors believed"
}

# A router says that a packet is too big: icmp_error ENC MTU SRC DST ID...
icmp_error()
{
	ns "$R" "$PY" - "$A1" "$@" <<-'END'
		import socket, struct, sys
		def csum(d):
		    s = sum(struct.unpack("!%dH" % (len(d) // 2), d))
		    while s >> 16:
		        s = (s & 0xffff) + (s >> 16)
		    return ~s & 0xffff
		to, enc, mtu = sys.argv[1], sys.argv[2], int(sys.argv[3])
		v6 = ":" in to
		family = socket.AF_INET6 if v6 else socket.AF_INET
		src, dst = (socket.inet_pton(family, a) for a in sys.argv[4:6])
		proto = 17 if enc == "vxlan" else 47
		s = socket.socket(family, socket.SOCK_RAW, 58 if v6 else 1)
		for n in map(int, sys.argv[6:]):
		    quoted = struct.pack("!BBHHHBBH", 0x45, 0, 1450, 0, 0x4000, 64, proto, 0) + src + dst
		    quoted = quoted[:10] + struct.pack("!H", csum(quoted)) + quoted[12:]
		    if v6:
		        quoted = struct.pack("!IHBB", 6 << 28, 1410, proto, 64) + src + dst
		    if enc == "vxlan":
		        quoted += struct.pack("!HHHHII", 40000, 4789, 1410, 1, 0x08000000, n << 8)
		    else:
		        quoted += struct.pack("!HHI", 0x2000, 0x6558, n)
		    # Of ICMPv6 the kernel writes the checksum.
		    error = struct.pack("!BBHI", *((2, 0) if v6 else (3, 4)), 0, mtu) + quoted
		    if not v6:
		        error = error[:2] + struct.pack("!H", csum(error)) + error[4:]
		    s.sendto(error, (to, 0))
	END
}

test_forged_icmp_gre_plain() { forged_icmp gre-plain 4 100 101 99 25600; }
test_forged_icmp_gre_nvgre() { forged_icmp gre-nvgre 6 25617 25599 25856 100; }
test_forged_icmp_vxlan_v4() { forged_icmp vxlan 4 100 101 99 25600; }
test_forged_icmp_vxlan_v6() { forged_icmp vxlan 6 100 101 99 25600; }

run_tests "$@"
