#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tenovl speaks with the in-tree vxlan, gretap and ip6gretap in both directions,
# and lives beside them in one namespace, whatever is loaded first.
# seconds: 128
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"

TESTS="
	vxlan_v4 vxlan_v6 vxlan_v4_csum vxlan_v6_nocsum
	gretap_plain gretap_nvgre gretap_csum
	ip6gretap ip6gretap_no_encaplimit ip6gretap_csum
	beside_vxlan beside_gretap beside_ip6gretap beside_all
	port_taken
	loaded_first loaded_last
"

setup_suite()
{
	load_module
}

# The other end: an in-tree device in H2, or where told, that holds T2's addresses.
intree()
{
	local h=$1 dev=$2 i=$3

	shift 3
	ip -n "$h" link add "$dev" address "$(tenant_mac "$i")" type "$@"
	addr "$h" "$dev" "10.1.0.$i/24" "fd01::$i/64"
}

# tenovl at H1 in T1, an in-tree device at H2.
both_ways()
{
	capture_start wire "$H2" u0 "${CAPTURE[@]}"
	ping_ok "$T1" 10.1.0.2
	ping_ok "$H2" 10.1.0.1
	ping_ok "$T1" fd01::2
	ping_ok "$H2" fd01::1
	# As large as the segment's MTU takes, in one packet.
	ping_ok "$T1" 10.1.0.2 1 -M "do" -s $(($(cat_mtu "$T1" s1) - 28))
	tcp_ok "$H2" "$T1" 10.1.0.2
	tcp_ok "$T1" "$H2" fd01::1
	capture_stop wire
	same 0 "$(counter "$T1" s1 rx-drop-source)" "dropped for their source"
	same 0 "$(counter "$T1" s1 rx-drop-header)" "dropped for their header"
	same 0 "$(counter "$T1" s1 rx-drop-csum)" "dropped for their checksum"
}

# The last is GRE behind an IPv6 destination options header.
CAPTURE=(udp port 4789 or proto gre or ip6 proto 60)

cat_mtu()
{
	ns "$1" cat "/sys/class/net/$2/mtu"
}

one_end()
{
	local enc=$1 fam=$2

	shift 2
	hv_lay 2
	ns_new T1
	# shellcheck disable=SC2046
	segment "$H1" "$T1" s1 vni 100 $(enc_args "$enc") local "$(uaddr "$fam" 1)" "$@"
	ovctl -n "$T1" peer add s1 "$(uaddr "$fam" 2)"
	tenant_up "$T1" s1 1
}

test_vxlan_v4()
{
	one_end vxlan 4
	intree "$H2" x0 2 vxlan id 100 local 10.9.0.2 remote 10.9.0.1 dstport 4789
	both_ways
}

test_vxlan_v6()
{
	one_end vxlan 6
	intree "$H2" x0 2 vxlan id 100 local fd09::2 remote fd09::1 dstport 4789
	both_ways
}

test_vxlan_v4_csum()
{
	one_end vxlan 4 udp-csum on
	intree "$H2" x0 2 vxlan id 100 local 10.9.0.2 remote 10.9.0.1 dstport 4789 udpcsum
	both_ways
}

test_vxlan_v6_nocsum()
{
	one_end vxlan 6 udp-csum off udp-zero-csum6-rx on
	intree "$H2" x0 2 vxlan id 100 local fd09::2 remote fd09::1 dstport 4789 \
		udp6zerocsumtx udp6zerocsumrx
	both_ways
}

test_gretap_plain()
{
	one_end gre-plain 4
	intree "$H2" x0 2 gretap local 10.9.0.2 remote 10.9.0.1 key 100
	both_ways
}

# With no FlowID an NVGRE key is VNI << 8.
test_gretap_nvgre()
{
	one_end gre-nvgre 4 flowid off
	intree "$H2" x0 2 gretap local 10.9.0.2 remote 10.9.0.1 key 25600
	both_ways
}

test_gretap_csum()
{
	one_end gre-plain 4 gre-csum on
	intree "$H2" x0 2 gretap local 10.9.0.2 remote 10.9.0.1 key 100 csum
	both_ways
	pcap wire enc src gcsum iproto | grep '^gre 10.9.0.1 .* 1$' >"$TMP/out"
	if grep -v ' good 1$' "$TMP/out"; then
		fail "a GRE checksum is missing or wrong: $(grep -v ' good 1$' "$TMP/out" | head -n 1)"
	fi
}

# By default it sends a destination options header with the encapsulation limit.
test_ip6gretap()
{
	one_end gre-plain 6
	intree "$H2" x0 2 ip6gretap local fd09::2 remote fd09::1 key 100
	both_ways
	pcap wire src dstopt enc >"$TMP/out"
	grep -q '^fd09::2 0401.* gre' "$TMP/out" || fail "the peer sent no encapsulation limit: nothing is shown"
}

test_ip6gretap_no_encaplimit()
{
	one_end gre-plain 6
	intree "$H2" x0 2 ip6gretap local fd09::2 remote fd09::1 key 100 encaplimit none
	both_ways
	pcap wire src dstopt enc >"$TMP/out"
	grep -q '^fd09::2 - gre' "$TMP/out" || fail "the peer sent no plain packet"
}

test_ip6gretap_csum()
{
	one_end gre-nvgre 6 gre-csum on flowid off
	intree "$H2" x0 2 ip6gretap local fd09::2 remote fd09::1 key 25600 csum
	both_ways
}


test_beside_vxlan()
{
	hv_lay 2
	overlay vxlan 4 2
	ip -n "$H1" link add x0 type vxlan id 100 local 10.9.0.1 remote 10.9.0.2 dstport 8472
	ip -n "$H2" link add x0 type vxlan id 100 local 10.9.0.2 remote 10.9.0.1 dstport 8472
	addr "$H1" x0 10.2.0.1/24
	addr "$H2" x0 10.2.0.2/24
	ping_ok "$T1" 10.1.0.2
	ping_ok "$H1" 10.2.0.2
	ping_ok "$T2" fd01::1
	ping_ok "$H2" 10.2.0.1
}

test_beside_gretap()
{
	hv_lay 2
	overlay gre-plain 4 2
	ip -n "$H1" link add x0 type gretap local 10.9.0.1 remote 10.9.0.2 key 7
	ip -n "$H2" link add x0 type gretap local 10.9.0.2 remote 10.9.0.1 key 7
	ip -n "$H1" link add x1 type gretap local 10.9.0.1 remote 10.9.0.2
	ip -n "$H2" link add x1 type gretap local 10.9.0.2 remote 10.9.0.1
	addr "$H1" x0 10.2.0.1/24
	addr "$H2" x0 10.2.0.2/24
	addr "$H1" x1 10.3.0.1/24
	addr "$H2" x1 10.3.0.2/24
	before=$(net_counter "$H1" gre-not-ours)
	ping_ok "$T1" 10.1.0.2
	ping_ok "$H1" 10.2.0.2
	ping_ok "$H2" 10.3.0.1
	ping_ok "$T2" fd01::1
	number "$(net_counter "$H1" gre-not-ours)" -ge $((before + 6)) "packets passed on to ip_gre"
}

test_beside_ip6gretap()
{
	hv_lay 2
	overlay gre-nvgre 6 2
	ip -n "$H1" link add x0 type ip6gretap local fd09::1 remote fd09::2 key 7
	ip -n "$H2" link add x0 type ip6gretap local fd09::2 remote fd09::1 key 7
	addr "$H1" x0 10.2.0.1/24
	addr "$H2" x0 10.2.0.2/24
	before=$(net_counter "$H1" gre-not-ours)
	ping_ok "$T1" 10.1.0.2
	ping_ok "$H1" 10.2.0.2
	ping_ok "$T2" fd01::1
	ping_ok "$H2" 10.2.0.1
	number "$(net_counter "$H1" gre-not-ours)" -ge $((before + 3)) "packets passed on to ip6_gre"
}

# All three encapsulations of tenovl beside all in-tree devices, at once.
test_beside_all()
{
	all_at_once
}

all_at_once()
{
	local i o h k p

	hv_lay 2
	overlay vxlan 4 2
	for k in gre-nvgre:4:G:200 gre-plain:6:P:300; do
		IFS=: read -r enc fam p vni <<<"$k"
		ns_new "${p}1" "${p}2"
		for i in 1 2; do
			h=H$i
			o=$p$i
			# shellcheck disable=SC2046
			segment "${!h}" "${!o}" s1 vni "$vni" $(enc_args "$enc") local "$(uaddr "$fam" "$i")"
			ovctl -n "${!o}" peer add s1 "$(uaddr "$fam" $((3 - i)))"
			tenant_up "${!o}" s1 "$i"
		done
	done
	for i in 1 2; do
		h=H$i
		o=$((3 - i))
		ip -n "${!h}" link add x0 type vxlan id 100 local "10.9.0.$i" remote "10.9.0.$o" dstport 8472
		ip -n "${!h}" link add x1 type gretap local "10.9.0.$i" remote "10.9.0.$o" key 7
		ip -n "${!h}" link add x2 type ip6gretap local "fd09::$i" remote "fd09::$o" key 7
		addr "${!h}" x0 "10.2.0.$i/24"
		addr "${!h}" x1 "10.3.0.$i/24"
		addr "${!h}" x2 "10.4.0.$i/24"
	done
	ping_ok "$T1" 10.1.0.2 2
	ping_ok "$G1" 10.1.0.2 2
	ping_ok "$P1" fd01::2 2
	ping_ok "$H1" 10.2.0.2 2
	ping_ok "$H1" 10.3.0.2 2
	ping_ok "$H1" 10.4.0.2 2
}

# The port of an in-tree vxlan in the same namespace: refused, nothing changes,
# and the in-tree device goes on.
test_port_taken()
{
	hv_lay 2
	intree "$H1" x0 1 vxlan id 5 local 10.9.0.1 remote 10.9.0.2 dstport 4789
	intree "$H2" x0 2 vxlan id 5 local 10.9.0.2 remote 10.9.0.1 dstport 4789
	ping_ok "$H1" 10.1.0.2 1
	must_fail_with "The UDP port is in use in the underlay; another dstport is needed" ovctl -n "$H1" dev add s1 vni 100 local 10.9.0.1
	refuse "the refused device is still there" ip -n "$H1" link show s1
	ovctl -n "$H1" dev add s1 vni 100 local 10.9.0.1 dstport 4790
	before=$(state_of "$H1" s1)
	must_fail_with "The UDP port is in use in the underlay; another dstport is needed" ovctl -n "$H1" dev set s1 dstport 4789
	same "$before" "$(state_of "$H1" s1)" "state after the refusal"
	ping_ok "$H1" 10.1.0.2 1
}

unload_all()
{
	tenovl_unload
	for m in vxlan ip6_gre ip_gre gre; do
		if _loaded "$m"; then
			rmmod "$m"
		fi
	done
}

test_loaded_first()
{
	unload_all
	load_module
	refuse "vxlan is there already" _loaded vxlan
	hv_lay 2
	overlay gre-plain 4 2
	ping_ok "$T1" 10.1.0.2 1
	ns_del "$T1"
	ns_del "$T2"
	ns_del "$H1"
	ns_del "$H2"
	all_at_once
}

test_loaded_last()
{
	unload_all
	modprobe vxlan
	modprobe ip_gre
	modprobe ip6_gre
	load_module
	all_at_once
}

run_tests "$@"
