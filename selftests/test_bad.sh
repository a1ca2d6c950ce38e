#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Frames that must not be: each kind is dropped, each drop is counted in its own
# counter and in no other, and nothing of it reaches anybody.
# seconds: 250
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"

TESTS="
	unknown_source unknown_vni_vxlan unknown_key_gre
	vxlan_header gre_header
	short_vxlan short_gre every_length
	bad_csum
	inner_source own_mac
	horizon not_here device_down
	vlan_pass vlan_drop
	jumbo fragments first_fragments lower_nonlinear
	no_peer local_mac unconfigured no_route peer_down
	shorter_than_ethernet too_deep backlog_full
"

setup_suite()
{
	load_module
}

# H1 sends by hand to the segment in T2; H3 does not exist as a peer.
victim()
{
	local enc=${1:-vxlan} fam=${2:-4}

	hv_lay 2
	ns_new T2
	# shellcheck disable=SC2046
	segment "$H2" "$T2" s1 vni 100 $(enc_args "$enc") local "$(uaddr "$fam" 2)"
	ovctl -n "$T2" peer add s1 "$(uaddr "$fam" 1)"
	tenant_up "$T2" s1 2
	SRC=$(uaddr "$fam" 1)
	DST=$(uaddr "$fam" 2)
	TO="src=$SRC dst=$DST smac=$(tenant_mac 1) dmac=$(tenant_mac 2) etype=88b5"
	# Of the head's own frames (neighbour discovery) some may still be under way.
	capture_start victim "$T2" s1 -Q in ether proto 0x88b5
}

# All counters of the device and of the namespace, one a line, without those
# that the head's own chatter moves.
all_counters()
{
	{
		ovctl -n "$T2" -j stats show s1
		ovctl -n "$H2" -j stats show --underlay
	} | grep -oE '"[a-z0-9-]+":[0-9]+' | tr -d '"' | tr : ' ' |
		grep -Ev '^(tx-|fdb-learned|ifindex|netns-id|generation)' | sort -u
}

# What moved between two lists of counters, as "NAME +N" joined by blanks.
moved()
{
	join -a 2 -e 0 -o 0,1.2,2.2 "$1" "$2" |
		awk '$3 != $2 { printf "%s%s +%d", sep, $1, $3 - $2; sep = " " }'
}

# The packets on stdin move exactly these counters: moves "NAME +N ..." [TEXT]
moves()
{
	local want=$1

	all_counters >"$TMP/before"
	inject "${FROM:-$H1}"
	wait_for "the counters say: $want (${2:-})" moved_so "$want"
}

moved_so()
{
	all_counters >"$TMP/after"
	moved "$TMP/before" "$TMP/after" >"$TMP/moved"
	[[ $(cat "$TMP/moved") == "$1" ]]
}

nothing_came()
{
	# One good frame, so that the capture is known to work.
	inject "$H1" <<<"${GOOD:-vni=100} $TO fill=0x77"
	capture_wait victim 1 "a good frame arrives"
	same 1 "$(pcap victim len | wc -l)" "frames that reached the head"
}

test_unknown_source()
{
	local enc fam id pair

	for pair in vxlan:4 vxlan:6 gre-plain:6 gre-nvgre:4; do
		IFS=: read -r enc fam <<<"$pair"
		victim "$enc" "$fam"
		addr "$H1" u0 10.9.0.66/24 fd09::66/64
		case $enc in
		vxlan) id="vni=100" ;;
		gre-plain) id="enc=gre key=100" ;;
		gre-nvgre) id="enc=gre key=25617" ;;
		esac
		other=10.9.0.66
		[[ $fam == 4 ]] || other=fd09::66
		moves "rx-drop-source +7" "$enc over IPv$fam" <<<"$id $TO src=$other n=7"
		GOOD=$id nothing_came
		same 0 "$(peer_counter "$T2" s1 "$SRC" rx-drops)" "drops counted for a peer that sent nothing"
		# A source that a peer is given is let in.
		ovctl -n "$T2" peer set s1 "$SRC" source "$other"
		before=$(counter "$T2" s1 rx-packets)
		inject "$H1" <<<"$id $TO src=$other n=2"
		wait_for "a peer's second address is let in" counted "$T2" s1 rx-packets $((before + 2))
		ns_del "$H1"
		ns_del "$H2"
	done
}

test_unknown_vni_vxlan()
{
	victim vxlan 4
	moves "vxlan-unknown-vni +9" <<-END
		$TO vni=99 n=4
		$TO vni=101 n=1
		$TO vni=25600 n=2
		$TO vni=0 n=1
		$TO vni=16777215 n=1
	END
	addr "$H2" u0 10.9.0.88/24
	moves "vxlan-unknown-vni +3" "another local address" <<<"$TO dst=10.9.0.88 vni=100 n=3"
	nothing_came
}

# GRE that nobody claimed is somebody else's: passed on, counted, not delivered.
test_unknown_key_gre()
{
	victim gre-nvgre 4
	moves "gre-not-ours +5" <<-END
		$TO enc=gre key=100 n=1
		$TO enc=gre key=25599 n=2
		$TO enc=gre key=25856 n=2
	END
	moves "gre-not-ours +4" "GRE of other kinds" <<-END
		$TO enc=gre gflags=0000 n=1
		$TO enc=gre gflags=2000 key=25600 gproto=0800 n=1
		$TO enc=gre gflags=2001 key=25600 gproto=880b n=1
		$TO enc=gre gflags=0000 gproto=88be n=1
	END
	GOOD="enc=gre key=25600" nothing_came
}

test_vxlan_header()
{
	victim vxlan 4
	# No I flag; and every other flag bit, which must not be set by who sends
	# plain VXLAN, is either ignored (RFC 7348: reserved, ignored on receipt)
	# or refused; it is never taken for another network.
	moves "vxlan-header +3" "without a VNI" <<<"$TO vflags=00000000 vni=100 n=3"
	moves "vxlan-header +2" "all bits" <<<"$TO vflags=ffffffff vni=100 n=2"
	moves "vxlan-header +2" "a protocol other than Ethernet (GPE)" <<<"$TO vflags=0c000001 vni=100 n=2"
	moves "vxlan-header +1" "bits below the VNI" <<<"$TO vlow=255 vni=100"
	nothing_came
}

test_gre_header()
{
	victim gre-plain 4
	# Flags that RFC 2890 does not know, on a key of ours: dropped, RFC 2784.
	moves "rx-drop-header +4" "routing and strict source bits" <<-END
		$TO enc=gre gflags=6000 key=100 n=2
		$TO enc=gre gflags=2800 key=100 n=2
	END
	moves "rx-drop-header +2" "recursion and reserved bits" <<-END
		$TO enc=gre gflags=2100 key=100 n=1
		$TO enc=gre gflags=2008 key=100 n=1
	END
	GOOD="enc=gre key=100" nothing_came
	# A sequence number is nothing bad: it is skipped.
	before=$(counter "$T2" s1 rx-packets)
	inject "$H1" <<<"$TO enc=gre key=100 seq=5 n=3"
	wait_for "packets with a sequence number are taken" counted "$T2" s1 rx-packets $((before + 3))
}

test_short_vxlan()
{
	victim vxlan 4
	moves "vxlan-short +3" "shorter than a VXLAN header" <<-END
		$TO vni=100 cut=8
		$TO vni=100 cut=12
		$TO vni=100 cut=15
	END
	moves "rx-drop-short +3" "shorter than an Ethernet header" <<-END
		$TO vni=100 cut=16
		$TO vni=100 cut=22
		$TO vni=100 cut=29
	END
	nothing_came
}

test_short_gre()
{
	victim gre-plain 4
	# Without a whole key it is nobody's.
	moves "gre-not-ours +2" "no whole key" <<-END
		$TO enc=gre key=100 cut=4
		$TO enc=gre key=100 cut=7
	END
	moves "rx-drop-short +3" "shorter than an Ethernet header" <<-END
		$TO enc=gre key=100 cut=8
		$TO enc=gre key=100 cut=14
		$TO enc=gre key=100 cut=21
	END
	GOOD="enc=gre key=100" nothing_came
}

# Every length from nothing to a whole frame, over each encapsulation: what is
# long enough is delivered, and what is not is counted once.
test_every_length()
{
	local enc fam id first last cut want

	for enc in vxlan gre-plain; do
		for fam in 4 6; do
			victim "$enc" "$fam"
			id="vni=100"
			first=8
			last=75
			want="rx-drop-short +14 rx-packets +46 vxlan-short +8"
			if [[ $enc == gre-plain ]]; then
				id="enc=gre key=100"
				first=1
				last=67
				want="gre-not-ours +7 rx-drop-short +14 rx-packets +46"
			fi
			all_counters >"$TMP/before"
			for ((cut = first; cut <= last; cut++)); do
				echo "$TO $id cut=$cut pay=46"
			done | inject "$H1"
			wait_for "whole frames arrive, $enc over IPv$fam" counted "$T2" s1 rx-packets 46
			all_counters >"$TMP/after"
			same "$want" "$(moved "$TMP/before" "$TMP/after" | grep -Eo \
				'(gre-not-ours|rx-drop-[a-z]*|rx-packets|vxlan-[a-z-]*) \+[0-9]+' | paste -sd' ')" \
				"lengths, $enc over IPv$fam"
			ns_del "$H1"
			ns_del "$H2"
		done
	done
}

test_bad_csum()
{
	local before

	victim vxlan 4
	# The UDP layer of the host verifies what has a checksum: dropped in either
	# place, and never delivered.
	inject "$H1" <<<"$TO vni=100 ucsum=bad n=5"
	nothing_came
	before=$(counter "$T2" s1 rx-drop-csum)
	number "$((before + $(ns "$H2" nstat -asz UdpInCsumErrors | awk '/UdpInCsum/ { print $2 }')))" -eq 5 \
		"bad UDP checksums counted"
	ns_del "$H1"
	ns_del "$H2"
	victim gre-plain 4
	moves "rx-drop-csum +5" <<<"$TO enc=gre key=100 gcsum=bad n=5"
	moves "rx-drop-csum +2" "on an odd length" <<<"$TO enc=gre key=100 gcsum=bad pay=33 n=2"
	GOOD="enc=gre key=100" nothing_came
}

# A source address that no station has.
test_inner_source()
{
	victim vxlan 4
	moves "rx-drop-smac +6" <<-END
		$TO vni=100 smac=00:00:00:00:00:00 n=2
		$TO vni=100 smac=ff:ff:ff:ff:ff:ff n=2
		$TO vni=100 smac=01:00:5e:00:00:01 n=2
	END
	nothing_came
	same 6 "$(peer_counter "$T2" s1 "$SRC" rx-drops)" "drops counted for the peer"
	same "" "$(fdb_peer "$T2" s1 00:00:00:00:00:00)" "learned from nonsense"
}

test_own_mac()
{
	victim vxlan 4
	moves "rx-drop-own-mac +4" <<<"$TO vni=100 smac=$(tenant_mac 2) n=4"
	nothing_came
	same "" "$(fdb_peer "$T2" s1 "$(tenant_mac 2)")" "learned its own address as a peer's"
}

# What a peer sent goes to no peer: an address behind another, or behind itself.
test_horizon()
{
	victim vxlan 4
	ovctl -n "$T2" peer add s1 10.9.0.3
	ovctl -n "$T2" fdb add s1 02:00:00:00:00:33 peer 10.9.0.3
	ovctl -n "$T2" fdb add s1 02:00:00:00:00:11 peer 10.9.0.1
	capture_start under "$H2" u0 udp port 4789 and src 10.9.0.2
	before=$(counter "$T2" s1 tx-packets)
	moves "rx-drop-horizon +5" <<-END
		$TO vni=100 dmac=02:00:00:00:00:33 n=3
		$TO vni=100 dmac=02:00:00:00:00:11 n=2
	END
	nothing_came
	same "$before" "$(counter "$T2" s1 tx-packets)" "frames sent back into the underlay"
	same 0 "$(pcap under etype | grep -c 88b5 || :)" "frames seen in the underlay"
}

test_not_here()
{
	victim vxlan 4
	moves "rx-drop-not-here +3" <<<"$TO vni=100 dmac=02:00:00:00:0f:ff n=3"
	nothing_came
	# Promiscuous, it takes them.
	ip -n "$T2" link set s1 promisc on
	before=$(counter "$T2" s1 rx-packets)
	inject "$H1" <<<"$TO vni=100 dmac=02:00:00:00:0f:ff n=3"
	wait_for "a promiscuous head takes them" counted "$T2" s1 rx-packets $((before + 3))
}

# Claimed still, so that no other device gets it; each frame is counted, for the peer as well.
test_device_down()
{
	local enc fam pair id before

	for pair in vxlan:4 gre-plain:6; do
		IFS=: read -r enc fam <<<"$pair"
		id="vni=100"
		[[ $enc == vxlan ]] || id="enc=gre key=100"
		victim "$enc" "$fam"
		capture_stop victim
		ip -n "$T2" link set s1 down
		before=$(peer_counter "$T2" s1 "$SRC" rx-drops)
		moves "rx-drop-down +5" "$enc over IPv$fam" <<<"$id $TO n=5"
		same $((before + 5)) "$(peer_counter "$T2" s1 "$SRC" rx-drops)" "counted for the peer, $enc"
		ip -n "$T2" link set s1 up
		before=$(counter "$T2" s1 rx-packets)
		inject "$H1" <<<"$id $TO n=5"
		wait_for "up again it receives, $enc" counted "$T2" s1 rx-packets $((before + 5))
		ns_del "$H1"
		ns_del "$H2"
	done
}

# Tagged frames are carried as they are, one tag or two.
test_vlan_pass()
{
	local enc

	for enc in vxlan gre-plain; do
		hv_lay 2
		overlay "$enc" 4 2
		for i in 1 2; do
			t=T$i
			same pass "$(dev_value "${!t}" s1 inner-vlan)" "the default"
			ip -n "${!t}" link add link s1 name s1.7 type vlan id 7
			addr "${!t}" s1.7 "10.7.0.$i/24" "fd07::$i/64"
		done
		ping_ok "$T1" 10.1.0.2 2
		ping_ok "$T1" 10.7.0.2 2
		ping_ok "$T2" fd07::1 2
		capture_start wire "$H2" u0 udp port 4789 or proto gre
		inject "$T1" <<-END
			enc=frame via=s1 smac=$(tenant_mac 1) dmac=$(tenant_mac 2) vlan=7,9 etype=88b5 n=2
		END
		capture_wait wire 2 "doubly tagged frames"
		number "$(pcap wire vlan etype | grep -c '^7,9 88b5' || :)" -eq 2 "both tags on the wire"
		tcp_ok "$T2" "$T1" 10.7.0.2
		ns_del "$H1"
		ns_del "$H2"
	done
}

test_vlan_drop()
{
	victim vxlan 4
	ovctl -n "$T2" dev set s1 inner-vlan drop
	moves "rx-drop-vlan +4" <<-END
		$TO vni=100 vlan=7 n=2
		$TO vni=100 vlan=7,9 n=1
		$TO vni=100 vlan=0 n=1
	END
	nothing_came
	ovctl -n "$T2" fdb add s1 "$(tenant_mac 1)" peer 10.9.0.1
	ip -n "$T2" link add link s1 name s1.7 type vlan id 7
	addr "$T2" s1.7 10.7.0.2/24
	before=$(counter "$T2" s1 tx-drop-vlan)
	sent=$(counter "$T2" s1 tx-packets)
	inject "$T2" <<-END
		enc=frame via=s1 smac=$(tenant_mac 2) dmac=$(tenant_mac 1) vlan=7 etype=88b5 n=3
	END
	wait_for "tagged frames are not sent" counted_over "$T2" s1 tx-drop-vlan $((before + 3))
	ping_no "$T2" 10.7.0.1 1
	number "$(counter "$T2" s1 tx-drop-vlan)" -gt $((before + 3)) "frames of a VLAN device dropped"
	inject "$T2" <<-END
		enc=frame via=s1 smac=$(tenant_mac 2) dmac=$(tenant_mac 1) etype=88b5 n=3
	END
	number "$(counter "$T2" s1 tx-packets)" -ge $((sent + 3)) "untagged frames sent"
}

counted_over()
{
	(($(counter "$1" "$2" "$3") >= $4))
}

# A jumbo underlay carries jumbo frames, in one piece.
test_jumbo()
{
	local enc fam

	for enc in $ENCS; do
		for fam in 4 6; do
			hv_lay 2 9000
			overlay "$enc" "$fam" 2
			mtu=$((9000 - $(overhead "$enc" "$fam")))
			same "$mtu" "$(dev_value "$T1" s1 mtu)" "the MTU of $enc over IPv$fam"
			capture_start wire "$H2" u0 udp port 4789 or proto gre or ip6
			ping_ok "$T1" 10.1.0.2 2 -M "do" -s $((mtu - 28))
			ping_ok "$T1" fd01::2 1 -M "do" -s $((mtu - 48))
			number "$(pcap wire len ilen | awk -v m=$mtu '$2 == m' | wc -l)" -ge 4 \
				"packets of $mtu bytes inside, $enc over IPv$fam"
			ns_del "$H1"
			ns_del "$H2"
		done
	done
}

# Fragments of the underlay are put together before they are taken apart.
test_fragments()
{
	local enc fam id pair

	for enc in vxlan gre-plain; do
		for fam in 4 6; do
			victim "$enc" "$fam"
			ip -n "$T2" link set s1 mtu 4000
			id="vni=100"
			[[ $enc == vxlan ]] || id="enc=gre key=100"
			capture_start wire "$H2" u0 src host "$SRC"
			inject "$H1" <<<"$TO $id pay=3000 n=3"
			capture_wait victim 3 "frames made of fragments, $enc over IPv$fam"
			number "$(pcap wire frag | grep -c 1 || :)" -ge 9 "fragments on the wire"
			same 3 "$(pcap victim len | grep -c '^3014$' || :)" "whole frames, $enc over IPv$fam"
			ns_del "$H1"
			ns_del "$H2"
		done
	done
}

# First fragments that end behind the UDP header, behind the VXLAN or GRE header (of which one with a
# checksum is longer), and in the inner Ethernet header: the rest is elsewhere than the packet begins.
test_first_fragments()
{
	local pair enc fam id first

	for pair in "vxlan 4 vni=100" "vxlan 6 vni=100" "gre-plain 4 enc=gre key=100" \
		"gre-plain 6 enc=gre key=100 gcsum=good"; do
		read -r enc fam id <<<"$pair"
		victim "$enc" "$fam"
		capture_start wire "$H2" u0 src host "$SRC"
		for first in 8 16 24; do
			echo "$TO $id ip4=10.1.0.1,10.1.0.2 pay=1200 fill=$first first=$first n=2"
		done | inject "$H1"
		# UDP looks at the checksum before it finds that nobody listens.
		wait_for "whole datagrams come out of fragments, $id over IPv$fam" \
			udp_counted "$T2" UdpNoPorts 6
		same 18 "$(pcap wire frag | grep -c 1 || :)" "fragments on the wire, $id over IPv$fam"
		ns_del "$H1"
		ns_del "$H2"
	done
}

udp_counted()
{
	[[ $(ns "$1" nstat -asz "$2" | awk -v k="$2" '$1 == k { print $2 }') == "$3" ]]
}

# Pages instead of linear bytes: a stream through a lower device that cannot
# segment or gather, and one that merges on receive.
test_lower_nonlinear()
{
	local enc features

	for enc in vxlan gre-nvgre; do
		hv_lay 2
		overlay "$enc" 4 2
		for features in "sg off tso off gso off" "gro off" "sg on tso on gso on gro on"; do
			for h in "$H1" "$H2"; do
				# shellcheck disable=SC2086
				ns "$h" ethtool -K u0 $features >/dev/null 2>&1 || :
			done
			tcp_ok "$T2" "$T1" 10.1.0.2 400000
			ping_ok "$T1" 10.1.0.2 1 -s 1400
		done
		ns_del "$H1"
		ns_del "$H2"
	done
}

# What a head may send that goes nowhere, each with its own counter.
frames_from()
{
	inject "$T2" <<<"enc=frame via=s1 smac=$(tenant_mac 2) dmac=$1 etype=88b5 n=${2:-3}"
}

tx_moves()
{
	local name=$1 before

	before=$(counter "$T2" s1 "$name")
	frames_from "$2" 3 || :
	wait_for "$name counts" counted_over "$T2" s1 "$name" $((before + 3))
}

test_no_peer()
{
	victim vxlan 4
	ovctl -n "$T2" peer del s1 10.9.0.1
	tx_moves tx-drop-no-peer ff:ff:ff:ff:ff:ff
	tx_moves tx-drop-no-peer 02:00:00:00:0f:ff
}

test_local_mac()
{
	victim vxlan 4
	tx_moves tx-drop-local "$(tenant_mac 2)"
}

test_unconfigured()
{
	hv_lay 2
	ns_new T2
	segment "$H2" "$T2" s1
	tenant_up "$T2" s1 2
	tx_moves tx-drop-unconfigured ff:ff:ff:ff:ff:ff
	ovctl -n "$T2" dev set s1 vni 100
	tx_moves tx-drop-unconfigured 02:00:00:00:0f:ff
}

test_no_route()
{
	victim vxlan 4
	ovctl -n "$T2" peer add s1 192.0.2.1
	ovctl -n "$T2" fdb add s1 02:00:00:00:00:44 peer 192.0.2.1
	tx_moves tx-drop-no-route 02:00:00:00:00:44
	number "$(peer_counter "$T2" s1 192.0.2.1 tx-drops)" -ge 3 "counted for the peer"
	ip -n "$H2" route add 192.0.2.0/24 via 10.9.0.1
	before=$(counter "$T2" s1 tx-packets)
	frames_from 02:00:00:00:00:44
	wait_for "a route that comes is taken" counted_over "$T2" s1 tx-packets $((before + 3))
}

test_peer_down()
{
	victim vxlan 4
	ovctl -n "$T2" fdb add s1 02:00:00:00:00:44 peer 10.9.0.1
	ovctl -n "$T2" peer set s1 10.9.0.1 admin down
	tx_moves tx-drop-peer-down 02:00:00:00:00:44
	ovctl -n "$T2" peer set s1 10.9.0.1 admin up
	before=$(counter "$T2" s1 tx-packets)
	frames_from 02:00:00:00:00:44
	wait_for "up again it is sent to" counted_over "$T2" s1 tx-packets $((before + 3))
}

# A device of IP packets, without Ethernet headers, whose packets the tenant has led into the segment.
test_shorter_than_ethernet()
{
	local before

	modprobe tun
	victim vxlan 4
	ip -n "$T2" tuntap add dev t0 mode tun
	ip -n "$T2" link set t0 up
	tc -n "$T2" qdisc add dev t0 clsact
	tc -n "$T2" filter add dev t0 ingress matchall action mirred egress redirect dev s1
	before=$(counter "$T2" s1 tx-drop-short)
	inject "$T2" <<-END
		enc=tun via=t0 raw=45 n=1
		enc=tun via=t0 raw=45454545454545454545454545 n=2
	END
	wait_for "what is too short is dropped" counted "$T2" s1 tx-drop-short $((before + 3))
	# With a byte more it is a frame, if of no use to anybody.
	before=$(counter "$T2" s1 tx-packets)
	inject "$T2" <<<"enc=tun via=t0 raw=4545454545454545454545454545 n=2"
	wait_for "what is as long as a header is sent" counted_over "$T2" s1 tx-packets $((before + 2))
	same 3 "$(counter "$T2" s1 tx-drop-short)" "tx-drop-short"
}

# Five segments in H2, each the underlay of the next: d1 on 10.9.0.2, d2 on 10.51.0.2, ...
# Sent to H2 by hand, five headers deep: four are taken off. And from d5, four are put on.
test_too_deep()
{
	local i local=10.9.0.2 peer=10.9.0.1 nested='' before

	hv_lay 2
	for ((i = 1; i <= 5; i++)); do
		echo "dev add d$i vni $i local $local dstport 4789"
		echo "peer add d$i $peer"
		nested+="$peer,$local,$i,02:00:00:00:06:0$i,02:00:00:00:05:0$i;"
		local=10.5$i.0.2
		peer=10.5$i.0.1
	done >"$TMP/devs"
	ovctl -n "$H2" batch "$TMP/devs"
	for ((i = 1; i <= 5; i++)); do
		echo "link set d$i address 02:00:00:00:05:0$i"
		echo "link set d$i up"
		echo "addr add 10.5$i.0.2/24 dev d$i"
		echo "neigh add 10.5$i.0.1 lladdr 02:00:00:00:06:0$i dev d$i"
	done | ip -n "$H2" -batch -
	inject "$H1" <<<"nest=$nested etype=88b5 n=3"
	wait_for "the fifth is too deep" counted "$H2" d5 rx-drop-depth 3
	for i in 1 2 3 4; do
		same "3 0" "$(counter "$H2" "d$i" rx-packets) $(counter "$H2" "d$i" rx-drop-depth)" \
			"taken off and dropped by d$i"
	done
	same 0 "$(counter "$H2" d5 rx-packets)" "frames that came out of d5"
	inject "$H1" <<<"nest=${nested%"${nested#*;*;*;*;}"} etype=88b5 n=2"
	wait_for "four are not too deep" counted "$H2" d4 rx-packets 5
	same 3 "$(counter "$H2" d5 rx-drop-depth)" "rx-drop-depth"
	before=$(counter "$H2" d1 tx-drop-depth)
	inject "$H2" <<<"enc=frame via=d5 dmac=ff:ff:ff:ff:ff:ff smac=02:00:00:00:05:05 etype=88b5 n=2"
	wait_for "the fifth header is too many" counted_over "$H2" d1 tx-drop-depth $((before + 2))
}

# Frames that are handed over on one host wait for the host's stack. It may have one in its queue here;
# a flood of one frame to three devices brings three at once.
test_backlog_full()
{
	local i n t old got drops

	old=$(sysctl -n net.core.netdev_max_backlog)
	defer sysctl -qw net.core.netdev_max_backlog="$old"
	hv_lay 2
	ns_new A B C D
	addr "$H1" lo 10.9.1.1/32 10.9.1.2/32 10.9.1.3/32 10.9.1.4/32
	i=0
	for t in "$A" "$B" "$C" "$D"; do
		i=$((i + 1))
		echo "dev add s$i netns $t vni 100 local 10.9.1.$i"
		((i == 1)) || echo "peer add s$i 10.9.1.1"
	done >"$TMP/devs"
	echo "peer add s1 10.9.1.2,10.9.1.3,10.9.1.4" >>"$TMP/devs"
	ovctl -n "$H1" batch "$TMP/devs"
	# Nobody talks but the test.
	for i in "$B s2" "$C s3" "$D s4" "$A s1"; do
		ip -n "${i% *}" -batch - <<-END
			link set ${i#* } addrgenmode none
			link set ${i#* } up
		END
	done
	inject "$A" <<<"enc=frame via=s1 dmac=ff:ff:ff:ff:ff:ff etype=88b5 n=4"
	same "12 0" "$(counter "$A" s1 tx-handover) $(counter "$A" s1 tx-drop-handover)" "while there is room"
	sysctl -qw net.core.netdev_max_backlog=0
	inject "$A" <<<"enc=frame via=s1 dmac=ff:ff:ff:ff:ff:ff etype=88b5 n=4"
	sysctl -qw net.core.netdev_max_backlog="$old"
	n=$(counter "$A" s1 tx-drop-handover)
	number "$n" -ge 8 "copies that were not taken"
	got=0
	drops=0
	i=1
	for t in "$B" "$C" "$D"; do
		i=$((i + 1))
		got=$((got + $(counter "$t" "s$i" rx-drop-stack)))
		drops=$((drops + $(peer_counter "$t" "s$i" 10.9.1.1 rx-drops)))
	done
	same "$n" "$got" "frames that the stack did not take, as the receivers count them"
	same "$n" "$drops" "as they count them for the peer"
	got=0
	for i in 2 3 4; do
		got=$((got + $(peer_counter "$A" s1 "10.9.1.$i" tx-drops)))
	done
	same "$n" "$got" "as the sender counts them for its peers"
}

run_tests "$@"
