#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The two layouts of a GRE key overlap: NVGRE's VNI 2112 with FlowID 0x12 is
# the plain key 540690. Who claims what is decided when it is configured, and
# each frame reaches exactly the one that claimed its key.
# seconds: 44
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"

TESTS="
	overlap_refused overlap_by_peer_refused any_overlaps
	same_vni_refused no_overlap_taken freed_with_device
	all_flowids
"

setup_suite()
{
	load_module
}

# Refused with a sentence, and neither device changed.
refused()
{
	local before

	before=$(state_of "$H1" a)
	must_fail_with "$WHY" ovctl -n "$H1" "$@"
	same "$before" "$(state_of "$H1" a)" "the claiming device after the refusal"
}

SAME="Another device receives this VNI at this local address already"
PLAIN_IN_NVGRE="This plain GRE key lies among the keys of another device's NVGRE VNI"
NVGRE_OVER_PLAIN="The keys of this NVGRE VNI hold another device's plain GRE key"
WHY=$PLAIN_IN_NVGRE

test_overlap_refused()
{
	local vni

	hv_lay 2
	ovctl -n "$H1" dev add a vni 2112 encap gre gre-key nvgre local 10.9.0.1
	for vni in 540672 540690 540927; do
		refused dev add b vni "$vni" encap gre gre-key plain local 10.9.0.1
		refuse "the refused device is there" ip -n "$H1" link show b
	done
	for vni in 540671 540928; do
		ovctl -n "$H1" dev add b vni "$vni" encap gre gre-key plain local 10.9.0.1
		before=$(state_of "$H1" b)
		refused dev set b vni 540690
		WHY=$SAME refused dev set b gre-key nvgre vni 2112
		same "$before" "$(state_of "$H1" b)" "the asking device after the refusal"
		ovctl -n "$H1" dev del b
	done
	# The other way round: the plain key was there first.
	ovctl -n "$H1" dev add c vni 25601 encap gre gre-key plain local 10.9.0.1
	WHY=$NVGRE_OVER_PLAIN refused dev add b vni 100 encap gre gre-key nvgre local 10.9.0.1
	WHY=$SAME refused dev set c vni 2112 gre-key nvgre
	# Another local address is another namespace of keys; so is VXLAN.
	ovctl -n "$H1" dev add b vni 540690 encap gre gre-key plain local fd09::1
	ovctl -n "$H1" dev add d vni 540690 encap vxlan local 10.9.0.1
}

# A peer's own layout is claimed as well.
test_overlap_by_peer_refused()
{
	hv_lay 2
	ovctl -n "$H1" dev add a vni 2112 encap gre gre-key nvgre local 10.9.0.1
	ovctl -n "$H1" dev add b vni 540690 encap vxlan local 10.9.0.1
	ovctl -n "$H1" peer add b 10.9.0.2
	before=$(state_of "$H1" b)
	refused peer set b 10.9.0.2 encap gre gre-key plain
	refused peer add b 10.9.0.3 encap gre gre-key plain
	refused peer add b 10.9.0.4,10.9.0.5 encap gre gre-key plain
	same "$before" "$(state_of "$H1" b)" "the asking device after the refusals"
	ovctl -n "$H1" peer set b 10.9.0.2 encap gre gre-key nvgre
	ovctl -n "$H1" peer set b 10.9.0.2 encap inherit gre-key inherit
	ovctl -n "$H1" dev add z vni 0 encap vxlan local 10.9.0.1
	ovctl -n "$H1" peer add z 10.9.0.2 encap gre gre-key plain
	# VNI 0 has key 0 in both layouts; both lead to the same device.
	ovctl -n "$H1" peer add z 10.9.0.3 encap gre gre-key nvgre
	# Its NVGRE keys are 0 to 255: they go with it.
	must_fail_with "$PLAIN_IN_NVGRE" ovctl -n "$H1" dev add d vni 77 encap gre gre-key plain local 10.9.0.1
	ovctl -n "$H1" dev del z
	# What a peer claimed is free when the peer is gone.
	ovctl -n "$H1" dev add c vni 77 encap vxlan local 10.9.0.1
	ovctl -n "$H1" peer add c 10.9.0.2 encap gre gre-key plain
	must_fail_with "$SAME" ovctl -n "$H1" dev add d vni 77 encap gre gre-key plain local 10.9.0.1
	ovctl -n "$H1" peer del c 10.9.0.2
	ovctl -n "$H1" dev add d vni 77 encap gre gre-key plain local 10.9.0.1
}

# A local address of "any" overlaps with each address of its family.
test_any_overlaps()
{
	hv_lay 2
	ovctl -n "$H1" dev add a vni 7 encap gre gre-key plain local 10.9.0.1
	must_fail_with "$SAME" ovctl -n "$H1" dev add b vni 7 encap gre gre-key plain local 0.0.0.0
	ovctl -n "$H1" dev add b vni 7 encap gre gre-key plain local ::
	must_fail_with "$SAME" ovctl -n "$H1" dev add c vni 7 encap gre gre-key plain local fd09::1
}

test_same_vni_refused()
{
	local enc

	hv_lay 2
	for enc in $ENCS; do
		# shellcheck disable=SC2046
		ovctl -n "$H1" dev add a vni 7 $(enc_args "$enc") local 10.9.0.1
		# shellcheck disable=SC2046
		WHY=$SAME refused dev add b vni 7 $(enc_args "$enc") local 10.9.0.1
		# shellcheck disable=SC2046
		ovctl -n "$H2" dev add b vni 7 $(enc_args "$enc") local 10.9.0.1
		ovctl -n "$H2" dev del b
		ovctl -n "$H1" dev del a
	done
}

test_no_overlap_taken()
{
	hv_lay 2
	ovctl -n "$H1" dev add a vni 7 encap vxlan local 10.9.0.1
	ovctl -n "$H1" dev add b vni 7 encap gre gre-key plain local 10.9.0.1
	ovctl -n "$H1" dev add c vni 7 encap gre gre-key nvgre local 10.9.0.1
	ovctl -n "$H1" dev add d vni 7 encap vxlan local 10.9.0.1 dstport 4790
	ovctl -n "$H1" dev add e vni 7 encap vxlan local fd09::1
	ovctl -n "$H1" dev add f vni 16777215 encap gre gre-key nvgre local 10.9.0.1
	ovctl -n "$H1" dev add g vni 16777215 encap gre gre-key plain local 10.9.0.1
	ovctl -n "$H1" dev add h vni 0 encap gre gre-key nvgre local fd09::1
	must_fail_with "$PLAIN_IN_NVGRE" ovctl -n "$H1" dev add i vni 255 encap gre gre-key plain local fd09::1
}

test_freed_with_device()
{
	hv_lay 2
	ovctl -n "$H1" dev add a vni 7 encap gre gre-key plain local 10.9.0.1
	must_fail_with "$SAME" ovctl -n "$H1" dev add b vni 7 encap gre gre-key plain local 10.9.0.1
	ovctl -n "$H1" dev set a vni 8
	ovctl -n "$H1" dev add b vni 7 encap gre gre-key plain local 10.9.0.1
	ovctl -n "$H1" dev del a
	ovctl -n "$H1" dev set b vni 8
}

# One namespace receives: an NVGRE tenant (VNI 2112), plain tenants whose keys
# lie right below and right above its 256, and a gretap. All 256 FlowIDs and the
# neighbours' keys are sent; each frame reaches exactly the one it is for.
test_all_flowids()
{
	local n

	hv_lay 2
	ns_new A B C
	segment "$H1" "$A" s1 vni 2112 encap gre gre-key nvgre local 10.9.0.1
	segment "$H1" "$B" s1 vni 540671 encap gre gre-key plain local 10.9.0.1
	segment "$H1" "$C" s1 vni 540928 encap gre gre-key plain local 10.9.0.1
	for n in A B C; do
		ovctl -n "${!n}" peer add s1 10.9.0.2
		ip -n "${!n}" link set s1 promisc on up
		capture_start "$n" "${!n}" s1 ether proto 0x88b5
	done
	ip -n "$H1" link add x0 type gretap local 10.9.0.1 remote 10.9.0.2 key 540929
	ip -n "$H1" link set x0 promisc on up
	capture_start X "$H1" x0 ether proto 0x88b5
	# The payload's every byte is the lower byte of the key.
	for ((n = 540671; n <= 540930; n++)); do
		echo "enc=gre src=10.9.0.2 dst=10.9.0.1 key=$n pay=60 fill=$((n & 255))" \
			"dmac=ff:ff:ff:ff:ff:ff smac=02:00:00:00:09:01"
	done | inject "$H2"
	capture_wait A 256 "256 frames at the NVGRE tenant"
	capture_wait B 1 "one frame at the plain tenant below"
	capture_wait C 1 "one frame at the plain tenant above"
	capture_wait X 1 "one frame at the gretap"
	for n in A B C X; do
		pcap "$n" hex >"$TMP/$n.hex"
	done
	same 256 "$(wc -l <"$TMP/A.hex")" "frames at the NVGRE tenant"
	same 256 "$(sort -u "$TMP/A.hex" | wc -l)" "different frames there"
	same 1 "$(wc -l <"$TMP/B.hex")" "frames at the plain tenant below"
	same 1 "$(wc -l <"$TMP/C.hex")" "frames at the plain tenant above"
	same 1 "$(wc -l <"$TMP/X.hex")" "frames at the gretap"
	grep -q 'ffffffffffffffff$' "$TMP/B.hex" || fail "the wrong frame below"
	grep -q '0000000000000000$' "$TMP/C.hex" || fail "the wrong frame above"
	grep -q '0101010101010101$' "$TMP/X.hex" || fail "the wrong frame at the gretap"
	same 256 "$(counter "$A" s1 rx-packets)" "counted at the NVGRE tenant"
}

run_tests "$@"
