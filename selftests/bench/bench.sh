#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tenovl beside all that it is measured against, in one boot, on one processor whose clock advances a
# nanosecond an instruction: instructions a packet, a copy, an entry, a device, a round trip, and
# those that a stream takes. Run by "make bench".
#
# usage: bench.sh [PART...]	head station sizes flows super access stacked flood table receive full
#				stream devices entries conntrack ovs; all unless said
#
# (Devices and entries are made by tools, with waiting between: there it is nanoseconds.)
#
# Each result is a line "part,path,contestant,value,unit" of bench.csv in $TENOVL_OUT, which
# table.py on the host makes a table and a plot of. The first contestant of a path is what the
# others are held to. Peers' tables stop at 100000 entries, and their devices at 1000.
#
# Fails when something that was sent did not come out, or a large packet was cut before its time.

set -eu
# shellcheck source=selftests/bench/paths.sh
source "$(dirname "${BASH_SOURCE[0]}")/paths.sh"
# shellcheck source=selftests/bench/loads.sh
source "$TOP/selftests/bench/loads.sh"

# result PART PATH CONTESTANT VALUE UNIT
result()
{
	if [[ ! $4 =~ ^-?[0-9]+$ ]]; then
		say "no figure for $3: $1, $2"
		exit 1
	fi
	echo "$1,$2,$3,$4,$5" | tee -a "$TENOVL_OUT/bench.csv"
}

# A station's packets from its veth to the wire: stations PART PATH FAMILY CONTESTANT...
stations()
{
	local part=$1 what=$2 fam=$3 kind

	shift 3
	tx_station floor-station none "$fam"
	for kind; do
		tx_station "$part-$kind" "$kind" "$fam"
		result "$part" "$what" "$kind" "${COST[$part-$kind]}" "instructions a packet"
	done
}

part_head()
{
	local fam kind

	floor_tx
	for fam in v4 v6; do
		for kind in vxlan gretap tenovl-vxlan tenovl-plain tenovl-nvgre; do
			tx "$kind" "$kind" $fam
			result head "encapsulation alone over IP$fam" "$kind" "${COST[$kind]}" \
				"instructions a packet"
		done
	done
}

part_station()
{
	stations station "veth to wire over IPv4" v4 vxlan gretap vxlan_gre vxlan_bond tenovl-vxlan \
		tenovl-plain tenovl-vxlan-port tenovl-vxlan-backup bare
	stations station "veth to wire over IPv6" v6 vxlan gretap tenovl-vxlan tenovl-plain \
		tenovl-vxlan-port tenovl-vxlan-backup
}

part_sizes()
{
	local size

	for size in 60 256 512 1400; do
		SIZE=$size stations sizes "veth to wire at $size bytes" v4 vxlan gretap tenovl-vxlan \
			tenovl-plain
	done
}

part_flows()
{
	local flows

	for flows in 1 16 1024; do
		FLOWS=$flows stations flows "veth to wire with $flows flows" v4 vxlan gretap tenovl-vxlan \
			tenovl-plain
	done
}

# 60 datagrams in one packet; what it takes to make and to send it, over what it takes into a dummy.
part_super()
{
	local kind

	for kind in none vxlan gretap tenovl-vxlan tenovl-plain; do
		tx_super "super-$kind" "$kind"
		[[ $kind == none ]] || result super "a packet of 60000 bytes" "$kind" \
			$((COST[super-$kind] - COST[super-none])) "instructions beyond a dummy's"
	done
}

part_access()
{
	floor_tx
	tx vxlan vxlan v4
	tx tenovl tenovl-vxlan v4
	tx_access access
	result access "out of a namespace" vxlan "${COST[vxlan]}" "instructions a packet"
	result access "out of a namespace" tenovl-head "${COST[tenovl]}" "instructions a packet"
	result access "out of a namespace" tenovl-access-port "${COST[access]}" "instructions a packet"
}

part_stacked()
{
	local fam kind

	floor_tx
	for fam in v4 v6; do
		for kind in vxlan tenovl; do
			tx_stacked "stacked-$kind" $kind $fam
			result stacked "VXLAN in GRE over IP$fam" $kind "${COST[stacked-$kind]}" \
				"instructions a packet"
		done
	done
}

part_flood()
{
	local n kind

	floor_tx
	for n in 1 8 64 512; do
		for kind in vxlan tenovl-vxlan tenovl-plain; do
			tx_flood "flood-$n-$kind" "$kind" "$n"
			result flood "to $n peers" "$kind" "${COST[flood-$n-$kind]}" "instructions a copy"
		done
	done
}

part_table()
{
	local n kind

	floor_tx
	for n in 10 10000 100000 1000000; do
		for kind in vxlan tenovl-vxlan; do
			[[ $kind != vxlan ]] || ((n <= 100000)) || continue
			tx_table "table-$kind" "$kind" "$n"
			result table "to one of $n" "$kind" "${COST[table-$kind]}" "instructions a packet"
			tx_table "miss-$kind" "$kind" "$n" unknown
			result table "to an unknown one beside $n" "$kind" "${COST[miss-$kind]}" \
				"instructions a packet"
		done
	done
}

part_receive()
{
	local fam kind

	for fam in v4 v6; do
		for kind in vxlan gretap; do
			rx "rxfloor-$kind-$fam" $kind none $fam
		done
		rx vxlan vxlan vxlan $fam
		rx tenovl-vxlan vxlan tenovl-vxlan $fam
		rx gretap gretap gretap $fam
		rx tenovl-plain gretap tenovl-plain $fam
		for kind in vxlan tenovl-vxlan; do
			result receive "VXLAN over IP$fam" $kind "${COST[$kind]}" "instructions a packet"
		done
		for kind in gretap tenovl-plain; do
			result receive "GRE over IP$fam" $kind "${COST[$kind]}" "instructions a packet"
		done
	done
}

part_full()
{
	local fam kind

	for fam in v4 v6; do
		for kind in vxlan gretap tenovl-vxlan tenovl-plain; do
			full_lay "$kind" $fam
			again full_packets "full-$kind"
			full_gone
			result full "veth to veth of two hosts over IP$fam" "$kind" "${COST[full-$kind]}" \
				"instructions a packet and the generator's"
		done
	done
}

# A stream, and small talk, between the stations of two hosts.
part_stream()
{
	local fam=v4 kind

	for kind in vxlan gretap tenovl-vxlan tenovl-plain bare; do
		full_lay "$kind" $fam
		full_addresses
		result stream "TCP with GSO and GRO" "$kind" "$(full_talk stream 200)" "instructions a kB"
		result round "a datagram and one back" "$kind" "$(full_talk round 5000)" \
			"instructions a round trip"
		full_gone
	done
}

# Segments with a station each: an enslaved dummy, or one in a bridge with a vxlan.
part_devices()
{
	local kind n took before

	for n in 1 1000 4000; do
		for kind in vxlan tenovl; do
			[[ $kind != vxlan ]] || ((n <= 1000)) || continue
			devices_lay "$n"
			segments "$kind" "$n" >"$TENOVL_OUT/segments"
			before=$(available)
			took=$(clocked ip -n a -batch "$TENOVL_OUT/segments")
			result devices "creation of $n" "$kind" $((took / n)) "ns a segment"
			((n == 1)) || result memory "of $n segments" "$kind" \
				$(((before - $(available)) * 1024 / n)) "bytes a segment"
			took=$(clocked namespace_gone a)
			result teardown "of $n with their namespace" "$kind" $((took / n)) \
				"ns a segment"
		done
	done
	rm "$TENOVL_OUT/segments"
}

# By the tools, processes and all.
part_entries()
{
	local kind n=${ENTRIES:-100000} verb

	for kind in vxlan tenovl-vxlan; do
		tx_underlay v4
		tunnel "$kind" v4 a 1 t0
		for verb in add replace; do
			entries "$kind" "$verb" "$n" >"$TENOVL_OUT/entries"
			result entries "$verb" "$kind" $(($(clocked batch "$kind" <"$TENOVL_OUT/entries") / n)) \
				"ns an entry"
		done
		result entries dump "$kind" $(($(clocked dumped "$kind") / n)) "ns an entry"
		result entries flush "$kind" $(($(clocked flushed "$kind") / n)) "ns an entry"
		away a
	done
	rm "$TENOVL_OUT/entries"
}

# Rules that track connections in the underlay's namespace see each packet, or are passed by.
part_conntrack()
{
	local rules="add table inet t; add chain inet t o { type filter hook output priority 0; }
		add rule inet t o ct state established,new accept" kind

	modprobe -a nf_conntrack nft_ct
	tx_station floor-station none
	for kind in vxlan tenovl-vxlan; do
		RULES=$rules tx_station "conntrack-$kind" "$kind"
		result conntrack "veth to wire with ct state" "$kind" "${COST[conntrack-$kind]}" \
			"instructions a packet"
	done
	RULES=$rules SETTINGS="underlay-hooks bypass" tx_station conntrack-bypass tenovl-vxlan
	result conntrack "veth to wire with ct state" tenovl-vxlan-bypass "${COST[conntrack-bypass]}" \
		"instructions a packet"
	tx_station conntrack-without tenovl-vxlan
	result conntrack "veth to wire with ct state" tenovl-vxlan-without "${COST[conntrack-without]}" \
		"instructions a packet"
}

# Last: what it brings along is never taken away.
part_ovs()
{
	stations ovs "veth to wire over IPv4 beside openvswitch" v4 vxlan ovs tenovl-vxlan
	stations ovs "veth to wire over IPv6 beside openvswitch" v6 vxlan ovs tenovl-vxlan
}

PATH=$PATH:${OVS:-/nowhere}/bin
parts=("$@")
((${#parts[@]})) || parts=(head station sizes flows super access stacked flood table receive full
	stream devices entries conntrack ovs)
modprobe -a pktgen dummy veth bridge vxlan ip_gre ip6_gre bonding sch_ingress cls_matchall act_gact \
	udp_tunnel ip6_udp_tunnel nf_defrag_ipv6
insmod "$TENOVL_KO"
: >"$TENOVL_OUT/bench.csv"
uname -r >"$TENOVL_OUT/kernel"
for part in "${parts[@]}"; do
	"part_$part"
done
