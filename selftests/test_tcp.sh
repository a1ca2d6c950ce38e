#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# TCP and UDP with segmentation offload through every encapsulation: one large
# packet crosses the device and the underlay as one, the receiver finds every
# checksum right, and nothing is sent again without need.
# seconds: 227
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"

TESTS="
	vxlan_v4 vxlan_v6 gre_nvgre_v4 gre_nvgre_v6 gre_plain_v4 gre_plain_v6
	csum_modes
	gro_of_the_underlay
	offloads_off_sender offloads_off_receiver offloads_off_device
	bridged_vm in_vlan
	udp_gso
	stacked_vxlan_in_gre stacked_gre_in_vxlan
	payload_intact
"

setup_suite()
{
	load_module
}

# Wrong checksums that a namespace has counted, of TCP, UDP and ICMP.
csum_errors()
{
	local n=0 i f=() head=()

	while read -ra f; do
		if [[ ${f[0]} == *InCsumErrors ]]; then
			n=$((n + f[1]))
		elif [[ ${f[0]} == "${head[0]:-}" ]]; then
			for ((i = 1; i < ${#f[@]}; i++)); do
				[[ ${head[i]} != InCsumErrors ]] || n=$((n + f[i]))
			done
		else
			head=("${f[@]}")
		fi
	done < <(ns "$1" cat /proc/net/snmp /proc/net/snmp6)
	number "${#head[@]}" -gt 0 "counters of $1"
	echo "$n"
}

# Bytes from one tenant to another: all arrive, hardly any twice, and intact.
# run TEXT FROM TO FROMS-ADDRESS
run()
{
	stream "$@" "$SIZE"
	same 0 "$(csum_errors "$2")" "$1: wrong checksums at the sender"
	same 0 "$(csum_errors "$3")" "$1: wrong checksums at the receiver"
}

# In units of 2^20 bytes.
SIZE=8

# The underlay takes one MTU at a time and no packet without its checksums: it is cut to segments, and
# all checksums are written, in software, from what the encapsulation left for that. Over veth nobody
# looks at them otherwise. The device puts together what it takes out of single packets.
soft()
{
	local text=$1 h before after SIZE=1

	for h in "$H1" "$H2"; do
		ns "$h" ethtool -K u0 tx off tso off gso off gro off \
			tx-udp_tnl-segmentation off tx-udp_tnl-csum-segmentation off \
			tx-gre-segmentation off tx-gre-csum-segmentation off >/dev/null
	done
	# Large packets, also where the guest is so slow that TCP would send them one by one.
	ns "$T1" sysctl -qw net.ipv4.tcp_min_tso_segs=16
	capture_start gro "$T2" s1 -Q in greater 4000
	before=$(link_stat "$H1" u0 tx_packets)
	run "$text, in software" "$T1" "$T2" 10.1.0.1
	after=$(link_stat "$H1" u0 tx_packets)
	# In one piece they are some twenty.
	number $((after - before)) -ge 700 "$text: packets that went out"
	number "$(pcap gro len | wc -l)" -ge 5 "$text: packets larger than an MTU that the device put together"
	run "$text, in software, IPv6 inside, the other way" "$T2" "$T1" fd01::2
	for h in "$H1" "$H2"; do
		same 0 "$(csum_errors "$h")" "$text, in software: wrong checksums in the underlay"
	done
	same 0 "$(counter "$T1" s1 rx-drop-csum)" "$text, in software: rx-drop-csum of T1"
	same 0 "$(counter "$T2" s1 rx-drop-csum)" "$text, in software: rx-drop-csum of T2"
}

offload()
{
	local enc=$1 fam=$2

	hv_lay 2
	overlay "$enc" "$fam" 2
	# As in soft().
	ns "$T1" sysctl -qw net.ipv4.tcp_min_tso_segs=16
	ns "$T2" sysctl -qw net.ipv4.tcp_min_tso_segs=16
	capture_start dev "$T1" s1 -c 3000 -Q out tcp src port 5201
	capture_start under "$H1" u0 -c 3000
	run "$enc over IPv$fam, IPv4 inside" "$T1" "$T2" 10.1.0.1
	run "$enc over IPv$fam, IPv6 inside" "$T1" "$T2" fd01::1
	run "$enc over IPv$fam, the other way" "$T2" "$T1" 10.1.0.2
	large_now dev "$enc over IPv$fam on the device"
	large_now under "$enc over IPv$fam on the underlay"
	soft "$enc over IPv$fam"
	for k in tx-drop-offload tx-drop-error tx-drop-too-big tx-drop-nomem; do
		same 0 "$(counter "$T1" s1 "$k")" "$k"
	done
}

# Large packets were seen by a capture that ends by itself when it has enough.
large_now()
{
	local n pid

	pid=$(cat "$TMP/$1.pid")
	kill -INT "$pid" 2>/dev/null || :
	wait "$pid" 2>/dev/null || :
	rm -f "$TMP/$1.pid"
	n=$(helper /dev/null - pcap "$TMP/$1.pcap" len | awk '$1 > 4000' | wc -l)
	number "$n" -ge 5 "$2: packets larger than an MTU"
}

test_vxlan_v4() { offload vxlan 4; }
test_vxlan_v6() { offload vxlan 6; }
test_gre_nvgre_v4() { offload gre-nvgre 4; }
test_gre_nvgre_v6() { offload gre-nvgre 6; }
test_gre_plain_v4() { offload gre-plain 4; }
test_gre_plain_v6() { offload gre-plain 6; }

# Outer checksums on, where they are off by default, and the reverse: they cover a packet that is
# segmented later.
test_csum_modes()
{
	hv_lay 2
	csum_mode "VXLAN with checksums over IPv4" vxlan 4 udp-csum on
	csum_mode "VXLAN without checksums over IPv6" vxlan 6 udp-csum off udp-zero-csum6-rx on
	csum_mode "GRE with checksums over IPv4" gre-plain 4 gre-csum on
	csum_mode "GRE with checksums over IPv6" gre-nvgre 6 gre-csum on
}

# The packets of one mode, whole and then segmented: csum_mode TEXT ENC FAM SETTING...
csum_mode()
{
	local text=$1 src=10.1.0.1

	[[ $3 == 4 ]] || src=fd01::1
	ns "$H1" ethtool -K u0 tx on tso on gso on >/dev/null
	ns "$H2" ethtool -K u0 tx on tso on gso on >/dev/null
	overlay "$2" "$3" 2 "${@:4}"
	run "$text" "$T1" "$T2" "$src"
	soft "$text"
	ovctl -n "$H1" dev del --all
	ovctl -n "$H2" dev del --all
}

# The underlay's NIC puts VXLAN packets together by what the module registered for that: the headers
# are taken off a large one. Nothing is left for the device to do, and here it may not.
test_gro_of_the_underlay()
{
	local fam

	for fam in 4 6; do
		hv_lay 2
		overlay vxlan "$fam" 2
		ns "$T1" sysctl -qw net.ipv4.tcp_min_tso_segs=16
		ns "$H1" ethtool -K u0 tx off tso off gso off >/dev/null
		ns "$H2" ethtool -K u0 gro on >/dev/null
		ns "$T2" ethtool -K s1 gro off >/dev/null
		capture_start nic "$H2" u0 -Q in greater 4000
		capture_start dev "$T2" s1 -Q in greater 4000
		run "over IPv$fam" "$T1" "$T2" 10.1.0.1
		number "$(pcap nic enc len | grep -c vxlan || :)" -ge 5 \
			"packets larger than an MTU behind the NIC, over IPv$fam"
		number "$(pcap dev len | wc -l)" -ge 5 "such packets on the device, over IPv$fam"
		ns_del "$H1"
		ns_del "$H2"
	done
}

test_offloads_off_sender()
{
	local enc

	for enc in vxlan gre-plain; do
		hv_lay 2
		overlay "$enc" 4 2
		for f in "tx off sg off tso off gso off" "tx on sg on tso off gso on" \
			"tx-udp_tnl-segmentation off tx-gre-segmentation off"; do
			# shellcheck disable=SC2086
			ns "$H1" ethtool -K u0 $f >/dev/null 2>&1 || :
			run "$enc, sender: $f" "$T1" "$T2" 10.1.0.1
		done
		ns_del "$H1"
		ns_del "$H2"
	done
}

test_offloads_off_receiver()
{
	local enc

	for enc in vxlan gre-plain; do
		hv_lay 2
		overlay "$enc" 4 2
		for f in "gro off" "rx off" "gro on rx on"; do
			# shellcheck disable=SC2086
			ns "$H2" ethtool -K u0 $f >/dev/null 2>&1 || :
			run "$enc, receiver: $f" "$T1" "$T2" 10.1.0.1
		done
		ns_del "$H1"
		ns_del "$H2"
	done
}

test_offloads_off_device()
{
	hv_lay 2
	overlay vxlan 4 2
	for f in "tso off gso off" "tx off" "sg off" "gro off"; do
		for t in "$T1" "$T2"; do
			# shellcheck disable=SC2086
			ns "$t" ethtool -K s1 $f >/dev/null 2>&1 || :
		done
		run "device: $f" "$T1" "$T2" 10.1.0.1
	done
}

# The sender is a VM on a bridge whose port the segment is.
test_bridged_vm()
{
	local enc

	for enc in vxlan gre-nvgre; do
		hv_lay 2
		overlay "$enc" 4 2
		ns_new V
		ip -n "$T1" addr flush dev s1
		ip -n "$T1" link add br0 type bridge mcast_snooping 0
		ip -n "$T1" link set br0 up
		ip -n "$T1" link set s1 master br0
		link_pair "$T1" v0 "$V" e0 1400
		ip -n "$T1" link set v0 master br0
		addr "$V" e0 10.1.0.9/24 fd01::9/64
		run "$enc, from a bridged VM" "$V" "$T2" 10.1.0.9
		run "$enc, to a bridged VM" "$T2" "$V" fd01::2
		ns_del "$V"
		ns_del "$H1"
		ns_del "$H2"
	done
}

test_in_vlan()
{
	local enc i t

	for enc in vxlan gre-plain; do
		hv_lay 2
		overlay "$enc" 4 2
		for i in 1 2; do
			t=T$i
			ip -n "${!t}" link add link s1 name s1.7 mtu 1400 type vlan id 7
			addr "${!t}" s1.7 "10.7.0.$i/24"
		done
		run "$enc, in a VLAN" "$T1" "$T2" 10.7.0.1
		ns_del "$H1"
		ns_del "$H2"
	done
}

# One sendmsg() of 40 datagrams (UDP_SEGMENT): all arrive, whole, in order.
test_udp_gso()
{
	local enc fam dst rx=

	for enc in $ENCS; do
		fam=4
		[[ $enc != gre-plain ]] || fam=6
		hv_lay 2
		overlay "$enc" "$fam" 2
		for dst in 10.1.0.2 fd01::2; do
			ping_ok "$T1" "$dst" 1
			bg rx ip netns exec "$T2" "$PY" "$HELPERS/udpgso.py" receive "$dst" 40
			wait_for "the receiver listens" listens "$T2" 7000
			ns "$T1" "$PY" "$HELPERS/udpgso.py" send "$dst" 40
			wait_for "all datagrams arrive, $enc, $dst" grep -q 'all 40' "$TMP/rx.out"
			bg_stop "$rx"
		done
		same 0 "$(csum_errors "$T2")" "wrong checksums, $enc"
		ns_del "$H1"
		ns_del "$H2"
	done
}

# A segment whose underlay is another segment: the inner one's frames are
# segmented in software before the second header.
stacked()
{
	local outer=$1 inner=$2 i t

	hv_lay 2
	overlay "$outer" 4 2
	ns_new W1 W2
	for i in 1 2; do
		t=T$i
		w=W$i
		# shellcheck disable=SC2046
		segment "${!t}" "${!w}" s2 vni 55 $(enc_args "$inner") local "10.1.0.$i"
		ovctl -n "${!w}" peer add s2 "10.1.0.$((3 - i))"
		ip -n "${!w}" link set s2 address "02:00:00:00:05:0$i"
		addr "${!w}" s2 "10.5.0.$i/24" "fd05::$i/64"
	done
	ping_ok "$W1" 10.5.0.2
	run "$inner in $outer" "$W1" "$W2" 10.5.0.1
	run "$inner in $outer, IPv6" "$W2" "$W1" fd05::2
	same 0 "$(counter "$T1" s1 tx-drop-offload)" "tx-drop-offload of the outer device"
	same 0 "$(counter "$W1" s2 tx-drop-depth)" "tx-drop-depth"
}

test_stacked_vxlan_in_gre() { stacked gre-nvgre vxlan; }
test_stacked_gre_in_vxlan() { stacked vxlan gre-plain; }

# The bytes that arrive are the bytes that were sent.
test_payload_intact()
{
	local enc

	for enc in $ENCS; do
		hv_lay 2
		overlay "$enc" 4 2
		tcp_ok "$T2" "$T1" 10.1.0.2 3000000
		ns_del "$H1"
		ns_del "$H2"
	done
}

run_tests "$@"
