#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Mode l3: packets between VPCs go where the longest prefix says, come in from where
# they may, and speak with the kernel's own gre and ip6gre.
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"

TESTS="
	plain_over_v4 plain_over_v6 nvgre_over_v4 nvgre_over_v6
"

setup_suite()
{
	load_module
}

# VPC number I, called by the name given: its addresses, and the way to all others.
vpc_up()
{
	local v=$1 dev=$2 i=$3

	ip -n "$v" -batch - <<-END
		addr add 10.31.$i.1/32 dev $dev
		addr add fd31:$i::1/128 dev $dev nodad
		link set $dev up
		route add 10.31.0.0/16 dev $dev src 10.31.$i.1
		route add fd31::/16 dev $dev
	END
}

# What is in VPC number I, as prefixes.
vpc_prefixes()
{
	echo "10.31.$1.0/24,fd31:$1::/32"
}

# transits KEY FAM N [SETTING...]: V1..VN with a transit tr0 each, all of them peers.
transits()
{
	local key=$1 fam=$2 n=$3 i j h v names=()

	shift 3
	for ((i = 1; i <= n; i++)); do
		names+=("V$i")
	done
	ns_new "${names[@]}"
	for ((i = 1; i <= n; i++)); do
		h=H$i
		v=V$i
		{
			echo "dev add tr0 mode l3 netns ${!v} vni 300 gre-key $key local $(uaddr "$fam" "$i") $*"
			for ((j = 1; j <= n; j++)); do
				((j != i)) || continue
				echo "peer add tr0 $(uaddr "$fam" "$j") inner-source $(vpc_prefixes "$j")"
				echo "route add tr0 $(vpc_prefixes "$j") peer $(uaddr "$fam" "$j")"
			done
		} | ovctl -n "${!h}" batch -
	done
	for ((i = 1; i <= n; i++)); do
		v=V$i
		vpc_up "${!v}" tr0 "$i"
	done
}

# The key of a packet, by its layout.
key_is()
{
	awk -v key="$1" '
		key == "plain" && $2 == 300 { next }
		key == "nvgre" && int($2 / 256) == 300 { next }
		{ print }'
}

# Three VPCs: pings and TCP both ways and in both families, each packet to its own peer only, with
# no Ethernet header inside.
matrix()
{
	local key=$1 fam=$2 i h n

	hv_lay 3
	transits "$key" "$fam" 3
	for i in 1 2 3; do
		h=H$i
		capture_start "u$i" "${!h}" u0
	done
	ping_ok "$V1" 10.31.2.1
	ping_ok "$V2" fd31:1::1
	ping_ok "$V3" 10.31.1.1 1
	ping_ok "$V3" fd31:2::1 1
	for i in 1 2 3; do
		pcap "u$i" enc key gproto dst isrc idst iproto | grep '^gre' >"$TMP/u$i"
		same "" "$(key_is "$key" <"$TMP/u$i")" "packets of another key at H$i"
	done
	n=$(grep -c " 0800 $(uaddr "$fam" 2) 10.31.1.1 10.31.2.1 1$" "$TMP/u2") || :
	number "$n" -eq 3 "echo requests that reached H2"
	n=$(grep -c " 86dd $(uaddr "$fam" 1) fd31:2::1 fd31:1::1 58$" "$TMP/u1") || :
	number "$n" -eq 3 "echo requests of IPv6 that reached H1"
	n=$(grep -c "10.31.1.1 10.31.2.1" "$TMP/u3") || :
	number "$n" -eq 0 "echo requests that reached H3"
	tcp_ok "$V2" "$V1" 10.31.2.1
	tcp_ok "$V1" "$V2" fd31:1::1
	for v in "$V1" "$V2" "$V3"; do
		for k in rx-drop-source rx-drop-inner-header rx-drop-inner-source rx-drop-csum \
			rx-drop-short tx-drop-inner-route tx-drop-no-route tx-drop-error \
			tx-drop-nomem tx-drop-offload; do
			same 0 "$(counter "$v" tr0 "$k")" "$k of $v"
		done
	done
}

test_plain_over_v4() { matrix plain 4; }
test_plain_over_v6() { matrix plain 6; }
test_nvgre_over_v4() { matrix nvgre 4; }
test_nvgre_over_v6() { matrix nvgre 6; }

run_tests "$@"
