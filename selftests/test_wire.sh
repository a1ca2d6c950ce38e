#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What stands on the wire, byte by byte, and what of it is believed.
# seconds: 412
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"

TESTS="
	tshark_agrees
	header_vxlan header_gre_plain header_gre_nvgre
	vni_bounds
	flowid source_ports source_port_range
	ttl dscp df_v4 df_v6
	ecn_encap_vxlan_v4 ecn_encap_vxlan_v6 ecn_encap_gre_v4 ecn_encap_gre_v6
	ecn_decap_vxlan_v4 ecn_decap_vxlan_v6 ecn_decap_gre_v4 ecn_decap_gre_v6
	ecn_decap_unknown
	udp_csum zero_csum6_rx gre_csum
	mark_routes link_routes tenant_mark_stays tenant_tos_routes_not
	conntrack_scrubbed
	underlay_mark_stays handover_scrubbed tenant_priority_stays
"

setup_suite()
{
	load_module
}

# The fields of a ping of T1's as H2 gets it: sent FAM PING-OPTIONS KEYS...
sent()
{
	local fam=$1 opts=$2 src=10.1.0.1 dst=10.1.0.2 proto=1

	shift 2
	if [[ $fam == 6 ]]; then
		src=fd01::1
		dst=fd01::2
		proto=58
	fi
	# shellcheck disable=SC2086
	helper /dev/null "$H2" sent u0 $src $proto "$@" -- \
		ip netns exec "$T1" ping -n -q -c 1 -W $((5 * TENOVL_SLOW)) $opts $dst
}

two()
{
	hv_lay 2
	overlay "$1" "$2" 2 "${@:3}"
	# Nobody looks for a neighbour while a ping is waited for.
	ip -n "$T1" neigh replace 10.1.0.2 lladdr "$(tenant_mac 2)" dev s1 nud permanent
	ip -n "$T1" neigh replace fd01::2 lladdr "$(tenant_mac 2)" dev s1 nud permanent
	ip -n "$T2" neigh replace 10.1.0.1 lladdr "$(tenant_mac 1)" dev s1 nud permanent
	ip -n "$T2" neigh replace fd01::1 lladdr "$(tenant_mac 1)" dev s1 nud permanent
	ping_ok "$T1" 10.1.0.2 1
	ping_ok "$T1" fd01::2 1
}

# The public dissector reads the same as this project's helper.
test_tshark_agrees()
{
	local got

	hv_lay 2
	overlay vxlan 4 2
	ovctl -n "$H1" dev add g1 vni 200 encap gre gre-key nvgre local 10.9.0.1
	ovctl -n "$H1" peer add g1 10.9.0.2
	addr "$H1" g1 10.2.0.1/24
	capture_start c "$H2" u0 udp port 4789 or proto gre
	ping_ok "$T1" 10.1.0.2 1
	ip -n "$H1" neigh add 10.2.0.2 lladdr 02:00:00:00:02:02 dev g1
	ns "$H1" ping -q -c 1 -W 1 10.2.0.2 >/dev/null || :
	capture_wait c 3 "packets on the wire"
	capture_stop c
	got=$(capture_fields c "icmp && udp.dstport == 4789" ip.src vxlan.flags vxlan.vni | head -n 1)
	same "10.9.0.1,10.1.0.1 0x0800 100" "$(tr '\t' ' ' <<<"$got")" "VXLAN as tshark reads it"
	got=$(capture_fields c "gre && icmp" gre.proto gre.key | head -n 1)
	[[ $got == 0x6558* ]] || fail "GRE as tshark reads it: $got"
	same "$(pcap c enc key iproto | awk '/^gre/ && $3 == 1 { print $2; exit }')" \
		"$(($(awk '{ print $2 }' <<<"$got")))" "the GRE key as both read it"
	same 200 "$(($(awk '{ print $2 }' <<<"$got") >> 8))" "the VSID"
}

test_header_vxlan()
{
	local fam

	for fam in 4 6; do
		two vxlan "$fam"
		same "vxlan 08000000 100 0 4789 0" \
			"$(sent 4 "" enc vflags vni vlow dport frag)" "the VXLAN header over IPv$fam"
		same "vxlan 08000000 100 0 4789 0" \
			"$(sent 6 "" enc vflags vni vlow dport frag)" "the same with IPv6 inside"
		ns_del "$H1"
		ns_del "$H2"
	done
}

test_header_gre_plain()
{
	local fam

	for fam in 4 6; do
		two gre-plain "$fam"
		same "gre 2000 6558 100 - 47 -" "$(sent 4 "" enc gflags gproto key gcsum proto dstopt)" \
			"the GRE header over IPv$fam"
		ns_del "$H1"
		ns_del "$H2"
	done
}

test_header_gre_nvgre()
{
	local got key

	two gre-nvgre 4
	got=$(sent 4 "" enc gflags gproto key gcsum)
	read -r enc flags proto key csum <<<"$got"
	same "gre 2000 6558 -" "$enc $flags $proto $csum" "the NVGRE header"
	same 100 "$((key >> 8))" "the VSID"
}

# The VNIs at the ends of the range, and the ports, as they are set.
test_vni_bounds()
{
	local enc vni want

	hv_lay 2
	overlay vxlan 4 2
	for enc in $ENCS; do
		for vni in 0 1 16777215; do
			for i in 1 2; do
				t=T$i
				# shellcheck disable=SC2046
				ovctl -n "${!t}" dev set s1 vni "$vni" dstport 4789 flowid off $(enc_args "$enc")
			done
			case $enc in
			vxlan) want="$vni -" ;;
			gre-plain) want="- $vni" ;;
			gre-nvgre) want="- $((vni << 8))" ;;
			esac
			same "$want" "$(sent 4 "" vni key)" "VNI $vni in $enc"
		done
	done
	for i in 1 2; do
		t=T$i
		ovctl -n "${!t}" dev set s1 encap vxlan dstport 5555
	done
	capture_start port "$H2" u0 udp port 5555
	ping_ok "$T1" 10.1.0.2 1
	number "$(pcap port dport | grep -c '^5555$' || :)" -ge 2 "packets to the port that was set"
	ovctl -n "$T1" dev set s1 dstport 4789
	ovctl -n "$T1" peer set s1 10.9.0.2 dstport 5555
	ovctl -n "$T2" peer set s1 10.9.0.1 dstport 4789
	ping_ok "$T1" 10.1.0.2 2
}

# Many flows from T1: a UDP datagram for each of N ports, to T2.
flows()
{
	local n=$1 i

	for ((i = 1; i <= n; i++)); do
		echo "enc=frame via=s1 smac=$(tenant_mac 1) dmac=$(tenant_mac 2)" \
			"ip4=10.1.0.1,10.1.0.2 iport=$((1000 + i)) pay=20"
	done | inject "$T1"
}

test_flowid()
{
	local n

	two gre-nvgre 4
	capture_start many "$H2" u0 proto gre
	flows 40
	capture_wait many 40 "40 flows"
	pcap many iproto key | awk '$1 == 17 { print int($2 / 256), $2 % 256 }' >"$TMP/keys"
	same 100 "$(awk '{ print $1 }' "$TMP/keys" | sort -u)" "the VSID of every flow"
	n=$(awk '{ print $2 }' "$TMP/keys" | sort -u | wc -l)
	number "$n" -ge 15 "different FlowIDs among 40 flows"
	# One flow keeps its FlowID.
	capture_start one "$H2" u0 proto gre
	for _ in 1 2 3; do
		flows 1
	done
	capture_wait one 3 "3 packets of one flow"
	n=$(pcap one iproto key | awk '$1 == 17 { print $2 }' | sort -u | wc -l)
	same 1 "$n" "FlowIDs of one flow"
	ovctl -n "$T1" dev set s1 flowid off
	capture_start off "$H2" u0 proto gre
	flows 10
	capture_wait off 10 "10 flows"
	same 25600 "$(pcap off iproto key | awk '$1 == 17 { print $2 }' | sort -u)" "the key without FlowID"
}

test_source_ports()
{
	local n

	two vxlan 4
	capture_start many "$H2" u0 udp port 4789
	flows 40
	capture_wait many 40 "40 flows"
	pcap many iproto sport | awk '$1 == 17 { print $2 }' >"$TMP/ports"
	n=$(sort -u "$TMP/ports" | wc -l)
	number "$n" -ge 30 "different source ports among 40 flows"
	capture_start one "$H2" u0 udp port 4789
	for _ in 1 2 3; do
		flows 1
	done
	capture_wait one 3 "3 packets of one flow"
	same 1 "$(pcap one iproto sport | awk '$1 == 17 { print $2 }' | sort -u | wc -l)" "ports of one flow"
}

test_source_port_range()
{
	local fam

	for fam in 4 6; do
		two vxlan "$fam" srcport 40000 40007
		capture_start many "$H2" u0 udp port 4789
		flows 60
		capture_wait many 60 "60 flows"
		pcap many iproto sport | awk '$1 == 17 { print $2 }' >"$TMP/ports"
		number "$(sort -n "$TMP/ports" | head -n 1)" -ge 40000 "lowest source port"
		number "$(sort -n "$TMP/ports" | tail -n 1)" -le 40007 "highest source port"
		number "$(sort -u "$TMP/ports" | wc -l)" -ge 5 "ports in use of 8"
		ovctl -n "$T1" dev set s1 srcport 555 555
		same 555 "$(sent 4 "" sport)" "a range of one"
		ns_del "$H1"
		ns_del "$H2"
	done
}

test_ttl()
{
	local fam

	for fam in 4 6; do
		two vxlan "$fam"
		same 64 "$(sent 4 "" ttl)" "the route's default over IPv$fam"
		same 64 "$(sent 4 "-t 7" ttl)" "the tenant's TTL stays inside, IPv$fam"
		ovctl -n "$T1" dev set s1 ttl 17
		same 17 "$(sent 4 "" ttl)" "TTL as set over IPv$fam"
		ovctl -n "$T1" dev set s1 encap gre gre-key plain ttl 255
		ovctl -n "$T2" dev set s1 encap gre gre-key plain
		same "gre 255" "$(sent 4 "" enc ttl)" "TTL of GRE over IPv$fam"
		ovctl -n "$T1" dev set s1 ttl auto
		same 64 "$(sent 4 "" ttl)" "the route's default again"
		ns_del "$H1"
		ns_del "$H2"
	done
}

test_dscp()
{
	local fam enc

	for fam in 4 6; do
		two vxlan "$fam"
		for enc in vxlan gre-plain; do
			for i in 1 2; do
				t=T$i
				# shellcheck disable=SC2046
				ovctl -n "${!t}" dev set s1 $(enc_args "$enc") dscp 0
			done
			same "0 46" "$(sent 4 "-Q 184" dscp idscp)" "by default nothing is copied, $enc over IPv$fam"
			ovctl -n "$T1" dev set s1 dscp 10
			same "10 46" "$(sent 4 "-Q 184" dscp idscp)" "a fixed DSCP, $enc over IPv$fam"
			ovctl -n "$T1" dev set s1 dscp inherit
			same "46 46" "$(sent 4 "-Q 184" dscp idscp)" "inherited from IPv4, $enc over IPv$fam"
			same "26 26" "$(sent 6 "-Q 104" dscp idscp)" "inherited from IPv6, $enc over IPv$fam"
		done
		ns_del "$H1"
		ns_del "$H2"
	done
}

test_df_v4()
{
	local enc

	two vxlan 4
	for enc in vxlan gre-plain; do
		for i in 1 2; do
			t=T$i
			# shellcheck disable=SC2046
			ovctl -n "${!t}" dev set s1 $(enc_args "$enc")
		done
		ovctl -n "$T1" dev set s1 df unset
		same "0 1" "$(sent 4 "-M do" df idf)" "unset, DF inside, $enc"
		ovctl -n "$T1" dev set s1 df set
		same "1 0" "$(sent 4 "-M dont" df idf)" "set, none inside, $enc"
		ovctl -n "$T1" dev set s1 df inherit
		same "1 1" "$(sent 4 "-M do" df idf)" "inherited, $enc"
		same "0 0" "$(sent 4 "-M dont" df idf)" "none to inherit, $enc"
		same "1" "$(sent 6 "" df)" "set for what is not IPv4, $enc"
	done
}

# Over IPv6 "unset" lets the sender fragment, and "set" does not.
test_df_v6()
{
	hv_lay 2
	overlay vxlan 6 2 mtu 1500
	ping_ok "$T1" 10.1.0.2 1
	ovctl -n "$T1" dev set s1 df unset
	ovctl -n "$T2" dev set s1 df unset
	capture_start frag "$H2" u0 ip6
	# Not with DF inside: that would be answered instead.
	ping_ok "$T1" 10.1.0.2 2 -s 1472 -M dont
	number "$(pcap frag frag | grep -c 1 || :)" -ge 2 "outer fragments"
	ovctl -n "$T1" dev set s1 df set
	capture_start whole "$H2" u0 ip6
	ping_no "$T1" 10.1.0.2 1 -s 1472 -M "do"
	number "$(pcap whole frag | grep -c 1 || :)" -eq 0 "outer fragments with df set"
}

# RFC 6040 section 4.1, normal mode: the outer field is a copy of the inner.
ecn_encap()
{
	local enc=$1 fam=$2 in

	two "$enc" "$fam"
	for in in 0 1 2 3; do
		same "$in $in" "$(sent 4 "-Q $in" ecn iecn)" "IPv4 inside, inner ECN $in"
		same "$in $in" "$(sent 6 "-Q $in" ecn iecn)" "IPv6 inside, inner ECN $in"
	done
}

test_ecn_encap_vxlan_v4() { ecn_encap vxlan 4; }
test_ecn_encap_vxlan_v6() { ecn_encap vxlan 6; }
test_ecn_encap_gre_v4() { ecn_encap gre-plain 4; }
test_ecn_encap_gre_v6() { ecn_encap gre-plain 6; }

# RFC 6040 section 4.2: what arrives inside, for outer o and inner i.
ecn_out()
{
	local o=$1 i=$2

	case $i$o in
	03) echo drop ;;
	0?) echo 0 ;;
	13 | 23 | 3?) echo 3 ;;
	21) echo 1 ;;
	*) echo "$i" ;;
	esac
}

ecn_decap()
{
	local enc=$1 fam=$2 o i v want drops=0 id=vni

	two "$enc" "$fam"
	[[ $enc == vxlan ]] || id="enc=gre key"
	capture_start in "$T2" s1 udp port 9
	before=$(counter "$T2" s1 rx-drop-ecn)
	for o in 0 1 2 3; do
		for i in 0 1 2 3; do
			for v in "ip4=10.1.0.1,10.1.0.2" "ip6=fd01::1,fd01::2"; do
				echo "$id=100 src=$(uaddr "$fam" 1) dst=$(uaddr "$fam" 2) tos=$o itos=$i $v" \
					"smac=$(tenant_mac 1) dmac=$(tenant_mac 2) pay=$((10 + o * 4 + i))"
			done
		done
	done >"$TMP/send"
	inject "$H1" <"$TMP/send"
	capture_wait in 30 "all but those to be dropped arrive"
	# The length of the payload tells which pair a packet is.
	pcap in v len tos >"$TMP/got"
	for o in 0 1 2 3; do
		for i in 0 1 2 3; do
			want=$(ecn_out "$o" "$i")
			for v in 4 6; do
				len=$((14 + (v == 4 ? 20 : 40) + 8 + 10 + o * 4 + i))
				got=$(awk -v v=$v -v l=$len '$1 == v && $2 == l { print $3 }' "$TMP/got")
				[[ $want != drop ]] || drops=$((drops + 1))
				same "$want" "${got:-drop}" "outer $o, inner $i of IPv$v"
			done
		done
	done
	same $((before + drops)) "$(counter "$T2" s1 rx-drop-ecn)" "dropped and counted"
	# An IPv4 header that was changed has a right checksum still.
	same 0 "$(ns "$T2" nstat -asz IpInHdrErrors | awk '/IpInHdrErrors/ { print $2 }')" "bad inner headers"
}

test_ecn_decap_vxlan_v4() { ecn_decap vxlan 4; }
test_ecn_decap_vxlan_v6() { ecn_decap vxlan 6; }
test_ecn_decap_gre_v4() { ecn_decap gre-plain 4; }
test_ecn_decap_gre_v6() { ecn_decap gre-plain 6; }

# What is not IP inside has no ECN to be told: it is delivered as it is.
test_ecn_decap_unknown()
{
	two vxlan 4
	capture_start in "$T2" s1 ether proto 0x88b5
	inject "$H1" <<-END
		vni=100 src=10.9.0.1 dst=10.9.0.2 tos=3 smac=$(tenant_mac 1) dmac=$(tenant_mac 2) etype=88b5 n=3
		vni=100 src=10.9.0.1 dst=10.9.0.2 tos=2 smac=$(tenant_mac 1) dmac=$(tenant_mac 2) etype=88b5 n=2
	END
	capture_wait in 5 "marked and unmarked ones arrive"
	same 0 "$(counter "$T2" s1 rx-drop-ecn)" "dropped"
}

# A veth leaves checksums to a NIC that never comes; without the offload the
# stack fills them in before the capture.
filled_in()
{
	ns "$H1" ethtool -K u0 tx off >/dev/null
}

test_udp_csum()
{
	two vxlan 4
	filled_in
	same zero "$(sent 4 "" ucsum)" "auto over IPv4"
	ovctl -n "$T1" dev set s1 udp-csum on
	same good "$(sent 4 "" ucsum)" "on over IPv4"
	ovctl -n "$T1" dev set s1 udp-csum off
	same zero "$(sent 4 "" ucsum)" "off over IPv4"
	ns_del "$H1"
	ns_del "$H2"
	two vxlan 6
	filled_in
	same good "$(sent 4 "" ucsum)" "auto over IPv6"
	ovctl -n "$T2" dev set s1 udp-zero-csum6-rx on
	ovctl -n "$T1" dev set s1 udp-csum off
	same zero "$(sent 4 "" ucsum)" "off over IPv6"
	ovctl -n "$T1" dev set s1 udp-csum on
	same good "$(sent 6 "" ucsum)" "on over IPv6"
}

# No checksum over IPv6 is taken where that was asked for only; a wrong one never.
test_zero_csum6_rx()
{
	local frame

	two vxlan 6
	frame="vni=100 src=fd09::1 dst=fd09::2 smac=$(tenant_mac 1) dmac=$(tenant_mac 2) etype=88b5"
	before=$(counter "$T2" s1 rx-drop-csum)
	capture_start off "$T2" s1 ether proto 0x88b5
	inject "$H1" <<-END
		$frame ucsum=zero n=3
		$frame ucsum=good pay=100
	END
	capture_wait off 1 "the one with a checksum arrives"
	same 1 "$(pcap off len | wc -l)" "frames without a checksum that were kept out"
	same $((before + 3)) "$(counter "$T2" s1 rx-drop-csum)" "and counted"
	ovctl -n "$T2" dev set s1 udp-zero-csum6-rx on
	capture_start on "$T2" s1 ether proto 0x88b5
	inject "$H1" <<-END
		$frame ucsum=zero n=3
		$frame ucsum=bad n=2
	END
	capture_wait on 3 "frames without a checksum are taken where that is on"
	same 3 "$(pcap on len | wc -l)" "frames with a wrong one stay out"
}

test_gre_csum()
{
	local fam frame

	for fam in 4 6; do
		two gre-plain "$fam"
		same "2000 -" "$(sent 4 "" gflags gcsum)" "none by default"
		ovctl -n "$T1" dev set s1 gre-csum on
		same "a000 good" "$(sent 4 "" gflags gcsum)" "a checksum over IPv$fam"
		same "a000 good" "$(sent 6 "-s 301" gflags gcsum)" "of an odd length too"
		frame="enc=gre key=100 src=$(uaddr "$fam" 1) dst=$(uaddr "$fam" 2)"
		frame+=" smac=$(tenant_mac 1) dmac=$(tenant_mac 2) etype=88b5"
		before=$(counter "$T2" s1 rx-drop-csum)
		capture_start in "$T2" s1 ether proto 0x88b5
		inject "$H1" <<-END
			$frame gcsum=bad n=3
			$frame gcsum=good pay=33
		END
		capture_wait in 1 "a good one arrives"
		same 1 "$(pcap in len | wc -l)" "wrong ones do not"
		same $((before + 3)) "$(counter "$T2" s1 rx-drop-csum)" "they are counted"
		ns_del "$H1"
		ns_del "$H2"
	done
}

# Two links between the hypervisors; the routing policy picks by mark.
two_links()
{
	two "$1" 4
	link_pair "$H1" u1 "$H2" u1
	addr "$H1" u1 10.99.0.1/24
	addr "$H2" u1 10.99.0.2/24
	ns "$H2" sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.u1.rp_filter=0 \
		net.ipv4.conf.u0.rp_filter=0
}

# The number of pings that went by u0 and by u1.
by_links()
{
	capture_start l0 "$H2" u0 udp port 4789 or proto gre
	capture_start l1 "$H2" u1 udp port 4789 or proto gre
	ping_ok "$T1" 10.1.0.2 2 "$@"
	echo "$(pcap l0 isrc iproto | grep -c '^10.1.0.1 1$' || :) $(pcap l1 isrc iproto | grep -c '^10.1.0.1 1$' || :)"
}

test_mark_routes()
{
	local enc

	for enc in vxlan gre-plain; do
		two_links "$enc"
		ip -n "$H1" rule add fwmark 0x77 lookup 77
		ip -n "$H1" route add 10.9.0.2 via 10.99.0.2 dev u1 table 77
		same "2 0" "$(by_links || :)" "without a mark, $enc"
		ovctl -n "$T1" dev set s1 mark 0x77
		same "0 2" "$(by_links || :)" "the mark chooses the route, $enc"
		ovctl -n "$T1" dev set s1 mark 0
		same "2 0" "$(by_links || :)" "without a mark again, $enc"
		ns_del "$H1"
		ns_del "$H2"
	done
}

test_link_routes()
{
	two_links vxlan
	ip -n "$H1" route add 10.9.0.0/24 via 10.99.0.2 dev u1 metric 500
	same "2 0" "$(by_links || :)" "by the better route"
	ovctl -n "$H1" dev set s1 link u1
	same "0 2" "$(by_links || :)" "by the link that was set"
	ovctl -n "$H1" dev set s1 link none
	same "2 0" "$(by_links || :)" "by the route again"
}

# A mark that a tenant puts on its packets does not reach the underlay.
test_tenant_mark_stays()
{
	two_links vxlan
	ip -n "$H1" rule add fwmark 0x77 lookup 77
	ip -n "$H1" route add 10.9.0.2 via 10.99.0.2 dev u1 table 77
	ns "$H1" nft -f - <<-END
		table inet t {
			chain out {
				type filter hook output priority 0;
				meta mark 0x77 counter comment "marked"
			}
		}
	END
	same "2 0" "$(by_links -m 119 || :)" "a tenant's mark chooses nothing"
	same 0 "$(nft_counter "$H1" marked)" \
		"packets in the underlay with the tenant's mark"
	ovctl -n "$T1" dev set s1 mark 0x77
	ping_ok "$T1" 10.1.0.2 1
	number "$(nft_counter "$H1" marked)" -ge 1 "packets with the device's mark"
}

# A tenant's TOS does not choose the underlay's route, even where it is copied.
test_tenant_tos_routes_not()
{
	two_links vxlan
	ip -n "$H1" rule add tos 0x10 lookup 77
	ip -n "$H1" route add 10.9.0.2 via 10.99.0.2 dev u1 table 77
	same "2 0" "$(by_links -Q 16 || :)" "a tenant's TOS chooses nothing"
	ovctl -n "$T1" dev set s1 dscp inherit
	same "2 0" "$(by_links -Q 16 || :)" "nor where it is inherited"
}

# Connection tracking state of the tenant does not pass into the underlay: a
# tenant's untracked packet is tracked there, as a new connection of its own.
test_conntrack_scrubbed()
{
	two vxlan 4
	ns "$T1" nft -f - <<-END
		table inet t {
			chain out {
				type filter hook output priority -300;
				notrack
			}
		}
	END
	ns "$H1" nft -f - <<-END
		table inet t {
			chain out {
				type filter hook output priority 0;
				udp dport 4789 ct state untracked counter comment "untracked"
				udp dport 4789 ct state new,established counter comment "tracked"
			}
		}
	END
	ping_ok "$T1" 10.1.0.2 3
	same 0 "$(nft_counter "$H1" untracked)" \
		"untracked packets in the underlay"
	number "$(nft_counter "$H1" tracked)" -ge 3 "tracked packets in the underlay"
}

# Rules that count, by its comment, what carries a mark or a priority: counting NS HOOK WHAT...
counting()
{
	local name=$1 hook=$2 what

	shift 2
	{
		echo "add table inet count"
		echo "add chain inet count c { type filter hook $hook priority -300; }"
		for what; do
			echo "add rule inet count c $what counter comment \"$what\""
		done
	} | ns "$name" nft -f -
}

# A mark that the underlay puts on a packet does not reach the tenant.
test_underlay_mark_stays()
{
	local pair enc fam

	for pair in vxlan:4 vxlan:6 gre-nvgre:4 gre-plain:6; do
		IFS=: read -r enc fam <<<"$pair"
		two "$enc" "$fam"
		ns "$H2" nft -f - <<-END
			table inet t {
				chain in {
					type filter hook input priority 0;
					meta mark set 0x77 counter comment "marked"
				}
			}
		END
		counting "$T2" prerouting "icmp type echo-request" "meta mark != 0"
		ping_ok "$T1" 10.1.0.2 3
		number "$(nft_counter "$H2" marked)" -ge 3 "packets marked in the underlay, $enc over IPv$fam"
		same "3 0" "$(nft_counter "$T2" "icmp type echo-request") $(nft_counter "$T2" "meta mark != 0")" \
			"pings at the tenant, and packets with a mark, $enc over IPv$fam"
		ns_del "$H1"
		ns_del "$H2"
	done
}

# Neither mark nor priority of one namespace reaches the other where frames are handed over.
test_handover_scrubbed()
{
	hv_lay 2
	addr "$H1" lo 10.9.1.1/32 10.9.1.2/32
	ns_new A B
	segment "$H1" "$A" s1 vni 100 local 10.9.1.1
	segment "$H1" "$B" s1 vni 100 local 10.9.1.2
	ovctl -n "$A" peer add s1 10.9.1.2
	ovctl -n "$B" peer add s1 10.9.1.1
	tenant_up "$A" s1 1
	tenant_up "$B" s1 2
	ping_ok "$A" 10.1.0.2 1
	ns "$A" nft -f - <<-END
		table inet t {
			chain out {
				type filter hook output priority 0;
				meta mark set 0x77 meta priority set 0:5 counter comment "marked"
			}
		}
	END
	counting "$B" prerouting "icmp type echo-request" "meta mark != 0" "meta priority != 0"
	ping_ok "$A" 10.1.0.2 3
	number "$(nft_counter "$A" marked)" -ge 3 "packets marked by the sender"
	number "$(counter "$A" s1 tx-handover)" -ge 3 "frames handed over"
	same "3 0 0" "$(nft_counter "$B" "icmp type echo-request") $(nft_counter "$B" "meta mark != 0") \
$(nft_counter "$B" "meta priority != 0")" "pings at the receiver, packets with a mark, with a priority"
}

# The priority of a tenant's socket would choose a class of the underlay's queues.
test_tenant_priority_stays()
{
	local enc n

	for enc in vxlan gre-nvgre; do
		two "$enc" 4
		counting "$T1" output "meta priority 0:5"
		counting "$H1" output "udp dport 4789" "meta l4proto gre" "meta priority != 0"
		for _ in 1 2 3; do
			echo it | ns "$T1" socat -u - UDP:10.1.0.2:9,so-priority=5
		done
		same 3 "$(nft_counter "$T1" "meta priority 0:5")" "packets of the tenant with a priority"
		n=$(($(nft_counter "$H1" "udp dport 4789") + $(nft_counter "$H1" "meta l4proto gre")))
		number "$n" -ge 3 "packets in the underlay, $enc"
		same 0 "$(nft_counter "$H1" "meta priority != 0")" "those with a priority, $enc"
		ns_del "$H1"
		ns_del "$H2"
	done
}

run_tests "$@"
