#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Where the instructions of a path go, by function.
#
# usage: profile.sh FLOW		in the guest: walks it, marks the last run
#	 profile.sh --tell DIR		on the host: prints the table
# FLOW is one of: floor, floor-station; vxlan, gretap (in-tree), bridged-vxlan (veth in a bridge with it);
# tenovl-vxlan, tenovl-nvgre, tenovl-plain (its head), port, port-backup (a bridge port), access (a
# container's own device),
# flood-vxlan, flood-tenovl-vxlan (to 64 peers), stacked-vxlan, stacked-tenovl (VXLAN in GRE), enslaved
# (a veth as an access port); rx-vxlan, rx-gretap, rx-tenovl-vxlan, rx-tenovl-plain, rx-tenovl-nvgre
# (received, from an in-tree sender). COUNT is the number of packets.
#
# "make profile FLOW=..." does both. A function that is compiled into another counts there.

set -eu
# shellcheck source=selftests/bench/paths.sh
source "$(dirname "${BASH_SOURCE[0]}")/paths.sh"
: "${FAM:=v4}"

# SENDER FLOW
rx_of()
{
	COST[rxfloor-$1-$FAM]=0
	rx "$2" "$1" "${2#rx-}" "$FAM"
}

walk()
{
	modprobe -a pktgen dummy veth bridge vxlan ip_gre ip6_gre sch_ingress cls_matchall act_gact
	modprobe -a udp_tunnel ip6_udp_tunnel nf_defrag_ipv6
	insmod "$TENOVL_KO"
	case $1 in
	floor) floor_tx ;;
	vxlan | gretap | tenovl-*) COST[floor]=0; tx "$1" "$1" "$FAM" ;;
	flood-vxlan | flood-tenovl-vxlan) COST[floor]=0; tx_flood "$1" "${1#flood-}" 64 ;;
	stacked-*) COST[floor]=0; tx_stacked "$1" "${1#stacked-}" "$FAM" ;;
	port) COST[floor]=0; tx_port port pa ;;
	port-backup) COST[floor]=0; tx_port port-backup pa pb ;;
	access) COST[floor]=0; tx_access access ;;
	floor-station) tx_station floor-station none ;;
	enslaved) COST[floor-station]=0; tx_station enslaved tenovl-vxlan ;;
	rx-*vxlan) rx_of vxlan "$1" ;;
	rx-gretap | rx-tenovl-plain | rx-tenovl-nvgre) rx_of gretap "$1" ;;
	bridged-vxlan) COST[floor-station]=0; tx_station bridged-vxlan vxlan ;;
	*) say "no such flow: $1"; exit 2 ;;
	esac
	echo "$COUNT" >"$TENOVL_OUT/count"
	cat /proc/kallsyms >"$TENOVL_OUT/kallsyms"
}

# Blocks and symbols, both by address: a block belongs to the last symbol before it.
tell()
{
	local dir=$1 count

	count=$(cat "$dir/count")
	{
		awk '$2 ~ /^[tTwW]$/ { print $1, "s", $3 $4 }' "$dir/kallsyms"
		awk '{ printf "%16s b %d\n", $1, $2 * $3 }' "$dir/blocks" | sed 's/^ */0000000000000000/;s/^0*\(.\{16\}\) /\1 /'
	} | sort -k 1,1 -k 2,2r | awk -v count="$count" '
		$2 == "s" { name = $3; next }
		{ n[name] += $3; all += $3 }
		END {
			for (name in n)
				if (n[name] >= count / 2)
					printf "%10.1f %s\n", n[name] / count, name
			printf "%10.1f all\n", all / count
		}' | sort -rn
}

if [[ $1 == --tell ]]; then
	tell "$2"
else
	walk "$1"
fi
