#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Frames cross between hypervisors: every encapsulation, over IPv4 and IPv6,
# with IPv4 and IPv6 inside, to the right place and to no other.
# seconds: 201
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"

TESTS="
	vxlan_over_v4 vxlan_over_v6
	gre_nvgre_over_v4 gre_nvgre_over_v6
	gre_plain_over_v4 gre_plain_over_v6
	nd_reaches_head
	isolation_vxlan isolation_gre_nvgre isolation_gre_plain isolation_one_host
	mixed_peers
	handover handover_unknown_source
	local_any
"

setup_suite()
{
	load_module
}

# Three hypervisors: pings both ways and in both families, learning, unicast to
# one peer only, broadcast to all, TCP both ways.
matrix()
{
	local enc=$1 fam=$2 i h n

	hv_lay 3
	overlay "$enc" "$fam" 3
	for i in 1 2 3; do
		h=H$i
		capture_start "u$i" "${!h}" u0
	done
	ping_ok "$T1" 10.1.0.2
	ping_ok "$T2" fd01::1
	ping_ok "$T3" 10.1.0.1 1
	ping_ok "$T3" fd01::2 1
	same "$(uaddr "$fam" 2)" "$(fdb_peer "$T1" s1 "$(tenant_mac 2)")" "T2 is learned at its VTEP"
	same "$(uaddr "$fam" 1)" "$(fdb_peer "$T2" s1 "$(tenant_mac 1)")" "T1 is learned at its VTEP"
	same learned "$(fdb_value "$T1" s1 "$(tenant_mac 2)" kind)" "the entry is a learned one"

	# The echo requests of T1 to T2 went to H2; H3 never saw one. Requests for
	# the address (ARP) are broadcast: both saw them.
	for i in 1 2 3; do
		pcap "u$i" enc vni key dst dmac etype isrc idst iproto >"$TMP/u$i"
	done
	n=$(grep -c "10.1.0.1 10.1.0.2 1$" "$TMP/u2") || :
	number "$n" -eq 3 "echo requests that reached H2"
	n=$(grep -c "10.1.0.1 10.1.0.2 1$" "$TMP/u3") || :
	number "$n" -eq 0 "echo requests that reached H3"
	grep -q "$(uaddr "$fam" 3) ff:ff:ff:ff:ff:ff 0806" "$TMP/u3" || fail "no ARP request came to H3"
	grep -q "$(uaddr "$fam" 2) ff:ff:ff:ff:ff:ff 0806" "$TMP/u2" || fail "no ARP request came to H2"
	right_id "$enc"

	unknown_goes_to_all "$fam"
	tcp_both_ways
	drops_nothing
}

# Every packet seen carries the network's id in the form of its encapsulation.
right_id()
{
	grep -E '^(vxlan|gre) ' "$TMP/u2" >"$TMP/ids"
	number "$(wc -l <"$TMP/ids")" -gt 6 "packets captured"
	awk -v enc="$1" '
		enc == "vxlan" && $1 == "vxlan" && $2 == 100 { next }
		enc == "gre-plain" && $1 == "gre" && $3 == 100 { next }
		enc == "gre-nvgre" && $1 == "gre" && int($3 / 256) == 100 { next }
		{ print }' "$TMP/ids" >"$TMP/wrong"
	[[ ! -s $TMP/wrong ]] || fail "another id: $(head -n 1 "$TMP/wrong")"
}

# A frame for an address that nobody knows reaches each of the others once.
unknown_goes_to_all()
{
	local before after

	before=$(counter "$T1" s1 tx-flood)
	for i in 2 3; do
		t=T$i
		capture_start "all$i" "${!t}" s1 ether proto 0x88b5
		ip -n "${!t}" link set s1 promisc on
	done
	inject "$T1" <<-END
		enc=frame via=s1 n=5 dmac=02:00:00:00:0f:ff smac=$(tenant_mac 1) etype=88b5 pay=60
	END
	after=$(counter "$T1" s1 tx-flood)
	number $((after - before)) -eq 5 "frames flooded"
	for i in 2 3; do
		capture_wait "all$i" 5 "T$i sees frames for an unknown address"
		capture_stop "all$i"
		number "$(pcap "all$i" etype | grep -c 88b5 || :)" -eq 5 "copies at T$i"
	done
}

tcp_both_ways()
{
	tcp_ok "$T2" "$T1" 10.1.0.2
	tcp_ok "$T1" "$T2" fd01::1
}

drops_nothing()
{
	local t k

	for t in "$T1" "$T2" "$T3"; do
		for k in rx-drop-source rx-drop-header rx-drop-csum rx-drop-short rx-drop-horizon \
			tx-drop-no-route tx-drop-error tx-drop-nomem tx-drop-offload; do
			same 0 "$(counter "$t" s1 "$k")" "$k of $t"
		done
	done
}

test_vxlan_over_v4() { matrix vxlan 4; }
test_vxlan_over_v6() { matrix vxlan 6; }
test_gre_nvgre_over_v4() { matrix gre-nvgre 4; }
test_gre_nvgre_over_v6() { matrix gre-nvgre 6; }
test_gre_plain_over_v4() { matrix gre-plain 4; }
test_gre_plain_over_v6() { matrix gre-plain 6; }

# A neighbour solicitation goes to a multicast address that only the head's
# filter list knows; a multicast address that it did not join stays outside.
test_nd_reaches_head()
{
	hv_lay 2
	overlay vxlan 4 2
	ping_ok "$T1" fd01::2 1
	ip -n "$T2" neigh flush all
	ip -n "$T1" neigh flush all
	capture_start nd "$T2" s1 icmp6
	ping_ok "$T1" fd01::2 1
	capture_wait nd 2 "the solicitation arrives at the head"
	number "$(capture_raw nd 'ip6[40] == 135' | wc -l)" -ge 1 "solicitations"
	before=$(counter "$T2" s1 rx-drop-not-here)
	inject "$T1" <<-END
		enc=frame via=s1 n=4 dmac=33:33:00:0a:0b:0c smac=$(tenant_mac 1) etype=88b5
	END
	wait_for "a group that nobody joined is dropped and counted" \
		counted "$T2" s1 rx-drop-not-here $((before + 4))
	ip -n "$T2" maddress add 33:33:00:0a:0b:0c dev s1
	capture_start joined "$T2" s1 ether proto 0x88b5
	inject "$T1" <<-END
		enc=frame via=s1 n=4 dmac=33:33:00:0a:0b:0c smac=$(tenant_mac 1) etype=88b5
	END
	capture_wait joined 4 "a group that was joined is delivered"
	same $((before + 4)) "$(counter "$T2" s1 rx-drop-not-here)" "nothing more is dropped"
}

capture_raw()
{
	capture_stop "$1"
	tcpdump -n -r "$TMP/$1.pcap" "$2" 2>/dev/null
}

# Two tenants with the same MAC and IP addresses on the same two hypervisors:
# every frame that enters one tenant's device stays in that tenant.
isolation()
{
	local enc=$1 fam=$2 i h

	hv_lay 2
	overlay "$enc" "$fam" 2
	ns_new O1 O2
	for i in 1 2; do
		h=H$i
		o=O$i
		ovctl -n "${!h}" batch - <<-END
			dev add s2 netns ${!o} vni 101 $(enc_args "$enc") local $(uaddr "$fam" "$i")
			peer add s2 $(uaddr "$fam" $((3 - i)))
		END
		tenant_up "${!o}" s2 "$i"
	done
	nothing_leaks
	same "$(fdb_peer "$T1" s1 "$(tenant_mac 2)")" "$(uaddr "$fam" 2)" "T1's own entry"
	same "$(fdb_peer "$O1" s2 "$(tenant_mac 2)")" "$(uaddr "$fam" 2)" "O1's own entry"
}

# T1 and T2 with s1 are one tenant's, O1 and O2 with s2 another's; both send all they can.
nothing_leaks()
{
	local i

	ip -n "$T1" link set s1 promisc on
	ip -n "$T2" link set s1 promisc on
	ip -n "$O1" link set s2 promisc on
	ip -n "$O2" link set s2 promisc on
	capture_start t1 "$T1" s1
	capture_start t2 "$T2" s1
	capture_start o1 "$O1" s2
	capture_start o2 "$O2" s2
	ping_ok "$T1" 10.1.0.2 5 -p 5454
	ping_ok "$O2" 10.1.0.1 5 -p 4f4f
	ping_ok "$T2" fd01::1 2 -p 5454
	ping_ok "$O1" fd01::2 2 -p 4f4f
	for i in 1 2; do
		t=T$i
		o=O$i
		inject "${!t}" <<-END
			enc=frame via=s1 n=10 smac=$(tenant_mac "$i") etype=88b5 pay=60 fill=0x54
			enc=frame via=s1 n=10 smac=$(tenant_mac "$i") dmac=02:00:00:00:0f:ff etype=88b5 pay=60 fill=0x54
			enc=frame via=s1 n=10 smac=$(tenant_mac "$i") dmac=$(tenant_mac $((3 - i))) etype=88b5 pay=60 fill=0x54
		END
		inject "${!o}" <<-END
			enc=frame via=s2 n=10 smac=$(tenant_mac "$i") etype=88b5 pay=60 fill=0x4f
			enc=frame via=s2 n=10 smac=$(tenant_mac "$i") dmac=02:00:00:00:0f:ff etype=88b5 pay=60 fill=0x4f
			enc=frame via=s2 n=10 smac=$(tenant_mac "$i") dmac=$(tenant_mac $((3 - i))) etype=88b5 pay=60 fill=0x4f
		END
	done
	for i in 1 2; do
		isolated "t$i" 5454545454545454 4f4f4f4f4f4f4f4f
		isolated "o$i" 4f4f4f4f4f4f4f4f 5454545454545454
	done
}

# A capture holds the bytes of its own tenant and none of the other.
isolated()
{
	local own other

	pcap "$1" hex >"$TMP/$1.hex"
	own=$(grep -c "$2" "$TMP/$1.hex") || :
	other=$(grep -c "$3" "$TMP/$1.hex") || :
	number "$own" -ge 60 "frames of its own tenant in $1"
	number "$other" -eq 0 "frames of the other tenant in $1"
}

test_isolation_vxlan() { isolation vxlan 6; }
test_isolation_gre_nvgre() { isolation gre-nvgre 4; }
test_isolation_gre_plain() { isolation gre-plain 6; }

# The same with all four on one hypervisor, where frames are handed over without a header.
test_isolation_one_host()
{
	hv_lay 2
	addr "$H1" lo 10.9.1.1/32 10.9.1.2/32 fd09:1::1/128 fd09:1::2/128
	one_host vxlan 10.9.1.1 10.9.1.2
	one_host gre-nvgre fd09:1::1 fd09:1::2
}

# one_host ENC LOCAL1 LOCAL2
one_host()
{
	local enc=$1 n

	ns_new T1 T2 O1 O2
	n=$(enc_args "$enc")
	ovctl -n "$H1" batch - <<-END
		dev add s1 netns $T1 vni 100 $n local $2
		peer add s1 $3
		dev add s2 netns $O1 vni 101 $n local $2
		peer add s2 $3
	END
	# From here on two devices are of one name as H1 sees them.
	# shellcheck disable=SC2086
	ovctl -n "$H1" dev add s1 netns "$T2" vni 100 $n local "$3"
	ovctl -n "$T2" peer add s1 "$2"
	# shellcheck disable=SC2086
	ovctl -n "$H1" dev add s2 netns "$O2" vni 101 $n local "$3"
	ovctl -n "$O2" peer add s2 "$2"
	tenant_up "$T1" s1 1
	tenant_up "$T2" s1 2
	tenant_up "$O1" s2 1
	tenant_up "$O2" s2 2
	capture_start lo "$H1" lo udp or proto gre or ip6 proto gre
	nothing_leaks
	same 0 "$(pcap lo | wc -l)" "packets that went over the loopback device"
	number "$(counter "$T1" s1 tx-handover)" -ge 37 "frames handed over, $enc"
	same "$(fdb_peer "$T1" s1 "$(tenant_mac 2)")" "$3" "T1's own entry"
	same "$(fdb_peer "$O1" s2 "$(tenant_mac 2)")" "$3" "O1's own entry"
	ns_del "$T1"
	ns_del "$T2"
	ns_del "$O1"
	ns_del "$O2"
}

# One segment, a VXLAN peer and a GRE peer: each frame goes out as its peer's
# encapsulation says, and what comes in is taken in either.
test_mixed_peers()
{
	hv_lay 3
	overlay vxlan 4 3
	ovctl -n "$T1" peer set s1 10.9.0.3 encap gre gre-key plain
	ovctl -n "$T3" peer set s1 10.9.0.1 encap gre gre-key plain
	same gre "$(peer_value "$T1" s1 10.9.0.3 encap)" "the override reads back"
	same inherit "$(peer_value "$T1" s1 10.9.0.2 encap)" "the other peer inherits"
	capture_start mixed "$H1" u0
	ping_ok "$T1" 10.1.0.2
	ping_ok "$T1" 10.1.0.3
	ping_ok "$T2" 10.1.0.3
	pcap mixed enc dst isrc idst iproto | grep ' 1$' >"$TMP/out"
	number "$(grep -c '^vxlan 10.9.0.2 10.1.0.1 10.1.0.2' "$TMP/out" || :)" -eq 3 "pings to H2 in VXLAN"
	number "$(grep -c '^gre 10.9.0.3 10.1.0.1 10.1.0.3' "$TMP/out" || :)" -eq 3 "pings to H3 in GRE"
	number "$(grep -c '^gre 10.9.0.1 10.1.0.3 10.1.0.1' "$TMP/out" || :)" -eq 3 "answers from H3 in GRE"
	ovctl -n "$T1" peer set s1 10.9.0.3 encap inherit gre-key inherit
	ovctl -n "$T3" peer set s1 10.9.0.1 encap inherit
	capture_start back "$H1" u0
	ping_ok "$T1" 10.1.0.3
	pcap back enc dst idst iproto | grep ' 1$' >"$TMP/out"
	number "$(grep -c '^vxlan 10.9.0.3 10.1.0.3' "$TMP/out" || :)" -eq 3 "pings to H3 in VXLAN again"
}

# Two VPCs on one hypervisor: frames are handed over, no header is ever built.
test_handover()
{
	local enc before

	for enc in $ENCS; do
		hv_lay 2
		addr "$H1" lo 10.9.1.1/32 10.9.1.2/32
		ns_new A B
		# shellcheck disable=SC2046
		segment "$H1" "$A" s1 vni 100 $(enc_args "$enc") local 10.9.1.1
		# shellcheck disable=SC2046
		segment "$H1" "$B" s1 vni 100 $(enc_args "$enc") local 10.9.1.2
		ovctl -n "$A" peer add s1 10.9.1.2
		ovctl -n "$B" peer add s1 10.9.1.1
		tenant_up "$A" s1 1
		tenant_up "$B" s1 2
		capture_start lo "$H1" lo udp or proto gre
		ping_ok "$A" 10.1.0.2 5
		ping_ok "$B" fd01::1 5
		same 0 "$(pcap lo | wc -l)" "packets that went over the loopback device"
		number "$(counter "$A" s1 tx-handover)" -ge 10 "frames handed over, $enc"
		number "$(counter "$B" s1 rx-packets)" -ge 10 "and received, $enc"
		number "$(peer_counter "$A" s1 10.9.1.2 tx-packets)" -ge 10 "and counted for the peer, $enc"
		number "$(peer_counter "$B" s1 10.9.1.1 rx-packets)" -ge 10 "on the other side too, $enc"
		same 10.9.1.2 "$(fdb_peer "$A" s1 "$(tenant_mac 2)")" "learned as behind its VTEP"
		tcp_ok "$B" "$A" 10.1.0.2
		ns_del "$A"
		ns_del "$B"
		ns_del "$H1"
		ns_del "$H2"
	done
}

# The known-VTEP check holds for what is handed over as well.
test_handover_unknown_source()
{
	hv_lay 2
	addr "$H1" lo 10.9.1.1/32 10.9.1.2/32
	ns_new A B
	segment "$H1" "$A" s1 vni 100 local 10.9.1.1
	segment "$H1" "$B" s1 vni 100 local 10.9.1.2
	ovctl -n "$A" peer add s1 10.9.1.2
	tenant_up "$A" s1 1
	tenant_up "$B" s1 2
	before=$(counter "$B" s1 rx-drop-source)
	ping_no "$A" 10.1.0.2 2
	number "$(counter "$B" s1 rx-drop-source)" -gt "$before" "frames of an unknown VTEP on this host"
	same 0 "$(counter "$B" s1 rx-packets)" "frames delivered"
	# For whoever sent them they were dropped, and not sent. Down, it has nothing more to say.
	ip -n "$A" link set s1 down
	n=$(counter "$A" s1 tx-drop-handover)
	same "$n" "$(counter "$B" s1 rx-drop-source)" "frames that the sender counts as not taken"
	same "$n 0" "$(peer_counter "$A" s1 10.9.1.2 tx-drops) $(counter "$A" s1 tx-handover)" \
		"not taken and taken by the peer"
	ovctl -n "$B" peer add s1 10.9.1.1
	ip -n "$A" link set s1 up
	ping_ok "$A" 10.1.0.2 2
}

# A local address of "any": received at each address, sent from the route's.
test_local_any()
{
	local fam any

	for fam in 4 6; do
		any=0.0.0.0
		[[ $fam == 4 ]] || any=::
		hv_lay 2
		overlay vxlan "$fam" 2
		ovctl -n "$T2" dev set s1 local "$any"
		capture_start any "$H2" u0
		ping_ok "$T1" 10.1.0.2
		pcap any enc src idst iproto | grep ' 1$' >"$TMP/out"
		grep -q "^vxlan $(uaddr "$fam" 2) 10.1.0.1" "$TMP/out" || fail "the answers' source"
		if [[ $fam == 4 ]]; then
			addr "$H2" u0 10.9.0.77/24
			ovctl -n "$T1" peer add s1 10.9.0.77 flood off
			ovctl -n "$T1" fdb add s1 "$(tenant_mac 2)" peer 10.9.0.77
			ping_ok "$T1" 10.1.0.2
			ns_del "$H1"
			ns_del "$H2"
		fi
	done
}

run_tests "$@"
