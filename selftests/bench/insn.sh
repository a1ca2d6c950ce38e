#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Instructions a packet, tenovl beside the in-tree drivers, in one boot.
#
# Run by "make bench-insn": one processor whose clock advances a nanosecond an
# instruction, so that pktgen's packets a second say how many instructions one
# packet costs. Two runs differ by some 0.1 %, whatever else the machine does.
#
# Transmit: pktgen into the tunnel device, its outer packets into a dummy. The
# floor, pktgen into a dummy, is taken off.
# Receive: pktgen into a router, from there into an in-tree tunnel device, a
# veth, and on the other side the device under test, whose frames tc drops. The
# floor, tc dropping the outer packets on the veth, is taken off. Sender and
# packets are the same for both. (pktgen keeps a reference to what it sends; the
# router's copy ends that, or receivers would see packets that nobody sends and
# vxlan would pass by the merging that it does for all others.)
#
# Fails when tenovl costs more than the in-tree driver on any path, and when it costs 2 % more of it
# than selftests/bench/budget has on record: ratios, since the kernel's own share moves with its
# releases. With --budget only the paths marked there are walked, and told as TAP; "make check" does.

set -eu
# shellcheck source=selftests/bench/paths.sh
source "$(dirname "${BASH_SOURCE[0]}")/paths.sh"
worse=0 rows=0 only=
FLOODS=(8 64 512)
[[ ${1:-} != --budget ]] || only=1
declare -A BUDGET MARKED
while read -r key ratio marked others; do
	[[ $key != \#* ]] || continue
	BUDGET[$key]=$ratio
	[[ -z $marked ]] || for key in $key $others; do MARKED[$key]=1; done
done <"$TOP/selftests/bench/budget"

# Whether the path is to be walked.
wanted() { [[ -z $only || -n ${MARKED[$1]:-} ]]; }

walk() { ! wanted "$2" || "$@"; }

# tell OK TEXT
tell()
{
	rows=$((rows + 1))
	if [[ -z $only ]]; then
		printf '%s\n' "$2"
	elif (($1)); then
		printf 'ok %d %s\n' "$rows" "$2"
	else
		printf 'not ok %d %s\n' "$rows" "$2"
	fi
	(($1)) || worse=1
}

# WHAT COST OF [PERCENT [BUDGET]]: the first is at most so much of the second, 100 unless said, and
# within its budget.
row()
{
	local what=$1 mine theirs ratio most

	wanted "$2" || return 0
	mine=${COST[$2]} theirs=${COST[$3]} most=${5:-${BUDGET[$2]}}
	ratio=$((mine * 1000 / theirs))
	tell $((ratio <= ${4:-100} * 10 && ratio * 100 <= most * 102)) \
		"$(printf '%-34s %8d %8d %8d.%03d  %d.%03d' "$what" "$mine" "$theirs" \
			$((ratio / 1000)) $((ratio % 1000)) $((most / 1000)) $((most % 1000)))"
}

# WHAT COST OF MOST: what the first costs more than the second, which must not be more than MOST.
extra()
{
	local what=$1 more

	wanted "$2" || return 0
	more=$((COST[$2] - COST[$3]))
	tell $((more <= $4)) "$(printf '%-34s %8d   at most %d' "$what" "$more" "$4")"
}

modprobe -a pktgen dummy veth bridge vxlan ip_gre ip6_gre sch_ingress cls_matchall act_gact
say "in-tree, before tenovl is loaded"
floor_tx
for fam in v4 v6; do
	walk tx "vxlan-$fam" vxlan $fam
	walk tx "gretap-$fam" gretap $fam
	for kind in vxlan gretap; do
		walk rx "rxfloor-$kind-$fam" $kind none $fam
		walk rx "rx-$kind-$fam" $kind $kind $fam
	done
done
for fam in v4 v6; do
	walk tx_stacked "stacked-vxlan-$fam" vxlan $fam
done
walk tx_station floor-station none
walk tx_station bridged-vxlan vxlan
for n in "${FLOODS[@]}"; do
	walk tx_flood "flood-vxlan-$n" vxlan "$n"
done
for n in 10 10000 100000; do
	walk tx_table "table-vxlan-$n" vxlan "$n"
done

say "tenovl"
modprobe -a udp_tunnel ip6_udp_tunnel nf_defrag_ipv6
insmod "$TENOVL_KO"
for fam in v4 v6; do
	walk tx "tenovl-vxlan-$fam" tenovl-vxlan $fam
	walk tx "tenovl-nvgre-$fam" tenovl-nvgre $fam
	walk tx "tenovl-plain-$fam" tenovl-plain $fam
	walk rx "rx-tenovl-vxlan-$fam" vxlan tenovl-vxlan $fam
	walk rx "rx-tenovl-plain-$fam" gretap tenovl-plain $fam
	walk rx "rx-tenovl-nvgre-$fam" gretap tenovl-nvgre $fam
done
for fam in v4 v6; do
	walk tx_stacked "stacked-$fam" tenovl $fam
done
walk tx_port port pa
walk tx_port port-backup pa pb
walk tx_access access
walk tx_station enslaved tenovl-vxlan
for n in "${FLOODS[@]}"; do
	walk tx_flood "flood-$n" tenovl-vxlan "$n"
done
for n in 10 10000 100000 1000000; do
	walk tx_table "table-$n" tenovl-vxlan "$n"
	walk tx_table "miss-$n" tenovl-vxlan "$n" unknown
done

echo "# pktgen itself: ${COST[floor]} instructions a packet (taken off below)"
printf '# %-32s %8s %8s %12s  %s\n' "instructions a packet" tenovl in-tree ratio "on record"
for fam in v4 v6; do
	row "transmit, VXLAN, outer $fam" "tenovl-vxlan-$fam" "vxlan-$fam"
	row "transmit, GRE plain key, outer $fam" "tenovl-plain-$fam" "gretap-$fam"
	row "transmit, NVGRE, outer $fam" "tenovl-nvgre-$fam" "gretap-$fam"
	row "receive, VXLAN, outer $fam" "rx-tenovl-vxlan-$fam" "rx-vxlan-$fam"
	row "receive, GRE plain key, outer $fam" "rx-tenovl-plain-$fam" "rx-gretap-$fam"
	row "receive, NVGRE, outer $fam" "rx-tenovl-nvgre-$fam" "rx-gretap-$fam"
done
for fam in v4 v6; do
	row "VXLAN in GRE, outer $fam" "stacked-$fam" "stacked-vxlan-$fam"
done
row "the same, over VXLAN alone" stacked-v4 tenovl-vxlan-v4 155 1500
row "access port of a container" access vxlan-v4
# The bridge's way costs 4430 in some boots and 4700 in others: on record is what it is of vxlan alone.
row "veth of a station, VXLAN" enslaved bridged-vxlan 50 1000
row "the same, over vxlan itself" enslaved vxlan-v4
extra "by a bridge port, over the head" port tenovl-vxlan-v4 40
extra "with a second port standing by" port-backup port 30
for n in "${FLOODS[@]}"; do
	row "flood to $n peers, a copy" "flood-$n" "flood-vxlan-$n"
done
row "flood to 512, a copy, over 8" flood-512 flood-8 105 1000
for n in 10 10000 100000; do
	row "one of $n known addresses" "table-$n" "table-vxlan-$n" 100 1000
done
# Against ten of them, and nobody else.
row "1000000, over 10" table-1000000 table-10 103 1000
row "unknown among 1000000, over 10" miss-1000000 miss-10 103 1000
[[ -z $only ]] || echo "1..$rows"
if ((worse)); then
	echo "tenovl costs more than it may on a path above"
	exit 1
fi
