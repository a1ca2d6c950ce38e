#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The MTU follows the routes of the peers until somebody sets it; what does not
# fit is answered to its sender; what a router says of the path is believed, for
# every encapsulation and with ip_gre not loaded.
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"

TESTS="
	derived follows_link follows_route smallest_peer by_hand by_ip_link
	pmtu_vxlan_v4 pmtu_vxlan_v6
	pmtu_gre_nvgre_v4 pmtu_gre_nvgre_v6
	pmtu_gre_plain_v4 pmtu_gre_plain_v6
	pmtu_bridged_vxlan pmtu_bridged_gre
	df_unset_fragments
	forged_icmp
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
			rmmod "$m" || skip "$m cannot be removed here"
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
# is answered to the tenant, who then knows.
pmtu()
{
	local enc=$1 fam=$2 size

	routed "$enc" "$fam"
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

# An ICMP error about what we never sent teaches nothing.
test_forged_icmp()
{
	routed gre-plain 4
	ping_ok "$T1" 10.1.0.2 1
	before=$(peer_value "$T1" s1 "$A2" pmtu)
	"$PY" - "$R" "$A1" "$A2" <<-'END' >"$TMP/forged"
		import socket, struct, sys
		def csum(d):
		    s = sum(struct.unpack("!%dH" % (len(d) // 2), d))
		    while s >> 16:
		        s = (s & 0xffff) + (s >> 16)
		    return ~s & 0xffff
		a1, a2 = (socket.inet_aton(a) for a in sys.argv[2:4])
		for key in (101, 99):
		    quoted = struct.pack("!BBHHHBBH", 0x45, 0, 1450, 0, 0x4000, 64, 47, 0) + a1 + a2
		    quoted += struct.pack("!HHI", 0x2000, 0x6558, key)
		    body = struct.pack("!BBHHH", 3, 4, 0, 0, 700) + quoted
		    body = body[:2] + struct.pack("!H", csum(body)) + body[4:]
		    print(body.hex())
	END
	ns "$R" "$PY" - "$A1" "$TMP/forged" <<-'END'
		import socket, sys
		s = socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)
		for line in open(sys.argv[2]):
		    s.sendto(bytes.fromhex(line.strip()), (sys.argv[1], 0))
	END
	ping_ok "$T1" 10.1.0.2 2
	same "$before" "$(peer_value "$T1" s1 "$A2" pmtu)" "the path after forged errors"
	same 0 "$(net_counter "$H1" icmp-pmtu)" "errors believed"
}

run_tests "$@"
