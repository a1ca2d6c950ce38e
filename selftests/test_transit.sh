#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Mode l3: packets between VPCs go where the longest prefix says, come in from where
# they may, and speak with the kernel's own gre and ip6gre.
# seconds: 531
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"

TESTS="
	plain_over_v4 plain_over_v6 nvgre_over_v4 nvgre_over_v6
	gre ip6gre beside_gretap
	longest_prefix under_traffic many_routes peer_takes_routes
	inner_source equal_prefixes one_host handover
	pmtu_v4 pmtu_v6 derived_mtu tso
	bad_headers ecn_dscp unreachable loop
	refusals raw_refusals mode bounds events
"

# Set by bg.
pings=''

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

# An in-tree device in H2 that is VPC 2, and a transit in H1: one_end LOCAL_FAM KIND ARGUMENT...
one_end()
{
	local fam=$1

	shift
	hv_lay 2
	ns_new V1 V2
	ovctl -n "$H1" batch - <<-END
		dev add tr0 mode l3 netns $V1 vni 300 local $(uaddr "$fam" 1)
		peer add tr0 $(uaddr "$fam" 2) inner-source $(vpc_prefixes 2)
		route add tr0 $(vpc_prefixes 2) peer $(uaddr "$fam" 2)
	END
	vpc_up "$V1" tr0 1
	ip -n "$H2" link add g0 type "$@" local "$(uaddr "$fam" 2)" remote "$(uaddr "$fam" 1)" key 300
	ip -n "$H2" link set g0 netns "$V2"
	vpc_up "$V2" g0 2
}

both_ways()
{
	local k

	ping_ok "$V1" 10.31.2.1
	ping_ok "$V2" 10.31.1.1
	ping_ok "$V1" fd31:2::1
	ping_ok "$V2" fd31:1::1
	# As large as the MTU takes, in one packet.
	ping_ok "$V1" 10.31.2.1 1 -M "do" -s $(($(dev_value "$V1" tr0 mtu) - 28))
	tcp_ok "$V2" "$V1" 10.31.2.1
	tcp_ok "$V1" "$V2" fd31:1::1
	for k in rx-drop-source rx-drop-inner-header rx-drop-inner-source rx-drop-csum \
		rx-drop-header tx-drop-error; do
		same 0 "$(counter "$V1" tr0 "$k")" "$k"
	done
}

test_gre()
{
	modprobe ip_gre
	one_end 4 gre
	both_ways
	# With checksums of both, which the receiver looks at.
	ovctl -n "$V1" dev set tr0 gre-csum on
	ip -n "$V2" link set g0 type gre csum
	both_ways
}

test_ip6gre()
{
	modprobe ip6_gre
	one_end 6 ip6gre
	both_ways
}

# A key is of one device, in each direction; what that does not carry is left for others.
test_beside_gretap()
{
	modprobe ip_gre
	one_end 4 gre
	ip -n "$H1" link add gt type gretap local 10.9.0.1 remote 10.9.0.2 key 300
	ip -n "$H2" link add gt type gretap local 10.9.0.2 remote 10.9.0.1 key 300
	addr "$H1" gt 10.5.0.1/24
	addr "$H2" gt 10.5.0.2/24
	ping_ok "$H1" 10.5.0.2
	ping_ok "$V1" 10.31.2.1
	ping_ok "$H2" 10.5.0.1
}

# Each packet goes to the peer that is said and to no other, or is dropped where that is "-":
# goes FAM "DST PEER" ...
goes()
{
	local fam=$1 pair dst want before n=0 lost=0

	shift
	: >"$TMP/packets"
	: >"$TMP/want"
	for pair; do
		read -r dst want <<<"$pair"
		if [[ $dst == *:* ]]; then
			echo "enc=frame via=tr0 bare=1 ip6=fd31:1::1,$dst" >>"$TMP/packets"
		else
			echo "enc=frame via=tr0 bare=1 ip4=10.31.1.1,$dst" >>"$TMP/packets"
		fi
		if [[ $want == - ]]; then
			lost=$((lost + 1))
		else
			echo "$(uaddr "$fam" "$want") $dst" >>"$TMP/want"
			n=$((n + 1))
		fi
	done
	before=$(counter "$V1" tr0 tx-drop-inner-route)
	capture_start goes "$H1" u0 -Q out proto gre or ip6 proto gre
	inject "$V1" <"$TMP/packets"
	same $((before + lost)) "$(counter "$V1" tr0 tx-drop-inner-route)" "packets without a route"
	capture_wait goes "$n" "all $n packets are sent"
	same "$(<"$TMP/want")" "$(pcap goes dst idst)" "outer and inner destinations"
}

test_longest_prefix()
{
	local n

	hv_lay 3
	transits plain 4 3
	goes 4 "10.31.2.5 2" "10.31.3.5 3" "fd31:2::5 2" "fd31:3::5 3" "10.32.0.1 -" "fd32::1 -"
	ovctl -n "$V1" batch - <<-END
		route add tr0 0.0.0.0/0,::/0 peer 10.9.0.2
		route add tr0 10.31.3.7,fd31:3::7 peer 10.9.0.2
		route add tr0 10.31.3.128/25,fd31:3:8000::/33 peer 10.9.0.2
		route add tr0 10.31.3.255/32,fd31:3:ffff::/128 peer 10.9.0.3
	END
	goes 4 "10.32.0.1 2" "0.0.0.1 2" "fd32::1 2" "::1 2" \
		"10.31.3.6 3" "10.31.3.7 2" "10.31.3.8 3" "10.31.3.127 3" "10.31.3.128 2" \
		"10.31.3.254 2" "10.31.3.255 3" "10.31.4.0 2" "10.31.2.255 2" \
		"fd31:3::6 3" "fd31:3::7 2" "fd31:3:7fff:ffff::1 3" "fd31:3:8000::1 2" "fd31:3:ffff:: 3" \
		"fd31:3:ffff::1 2" "fd31:4::1 2"
	# A prefix of one family is none of the other.
	ovctl -n "$V1" route del tr0 0.0.0.0/0
	goes 4 "10.32.0.1 -" "fd32::1 2"
	# Where the longer one goes the shorter one is found again.
	ovctl -n "$V1" route del tr0 10.31.3.7,10.31.3.128/25
	goes 4 "10.31.3.7 3" "10.31.3.200 3" "10.31.3.255 3"
	ovctl -n "$V1" route replace tr0 10.31.3.0/24,fd31:3::/32,10.40.0.0/16 peer 10.9.0.2
	goes 4 "10.31.3.7 2" "10.31.3.255 3" "fd31:3::6 2" "10.40.1.1 2"
	n=$(json_length "$(ovctl -n "$V1" -j route show tr0)")
	same "$n" "$(dev_value "$V1" tr0 routes)" "routes shown and counted"
	must_say 10.9.0.3 ovctl -n "$V1" route show tr0 10.31.3.255
	same "$n" "$(($(peer_value "$V1" tr0 10.9.0.2 entries) + $(peer_value "$V1" tr0 10.9.0.3 entries)))" \
		"routes of the peers"
}

# Routes are replaced, added and deleted while packets go: none is lost.
test_under_traffic()
{
	local i

	hv_lay 3
	transits plain 4 3
	ovctl -n "$V1" batch - <<-END
		route add tr0 10.31.8.0/22 peer 10.9.0.2
		route add tr0 10.31.9.0/24 peer 10.9.0.2
	END
	for i in 2 3; do
		v=V$i
		ip -n "${!v}" addr add 10.31.9.1/32 dev tr0
	done
	for v in "$H2" "$H3" "$V1" "$V2" "$V3"; do
		ns "$v" sysctl -qw net.ipv4.icmp_ratelimit=0
	done
	ovctl -n "$V1" peer set tr0 10.9.0.2,10.9.0.3 inner-source 10.31.9.0/24
	bg pings ip netns exec "$V1" ping -n -q -i 0.005 -W 5 10.31.9.1
	for ((i = 0; i < $(rounds 60); i++)); do
		echo "route replace tr0 10.31.9.0/24 peer 10.9.0.3"
		echo "route add tr0 10.31.9.1 peer 10.9.0.2"
		echo "route replace tr0 10.31.9.0/24 peer 10.9.0.2"
		echo "route replace tr0 10.31.9.1 peer 10.9.0.3"
		echo "route del tr0 10.31.9.1"
		echo "route del tr0 10.31.9.0/24"
		echo "route add tr0 10.31.9.0/24 peer 10.9.0.2"
	done >"$TMP/changes"
	for i in 1 2 3; do
		check "changes" ovctl -n "$V1" batch "$TMP/changes"
	done
	kill -INT "$pings"
	wait "$pings" 2>/dev/null || :
	grep -q ' 0% packet loss' "$TMP/pings.out" || fail "$(tail -n 3 "$TMP/pings.out")"
	same 0 "$(counter "$V1" tr0 tx-drop-inner-route)" "packets without a route"
	number "$(peer_counter "$V1" tr0 10.9.0.2 tx-packets)" -ge 10 "packets to the one peer"
}

test_many_routes()
{
	local n i

	n=$(rounds 12000)
	# Fewer are read in too few pieces.
	((n >= 5000)) || n=5000
	hv_lay 2
	transits plain 4 2
	ovctl -n "$V1" route del tr0 "$(vpc_prefixes 2)"
	check "a dump of $n routes while they change" \
		ns "$V1" "$PY" "$HELPERS/nl.py" dumprace tr0 10.9.0.2 "$n"
	ovctl -n "$V1" route add tr0 "$(vpc_prefixes 2)" peer 10.9.0.2
	# One command, one message, all or none.
	{
		printf 'route add tr0 '
		for ((i = 0; i < 10000; i++)); do
			printf '%s10.%d.%d.%d' "${sep:-}" $((64 + i / 62500)) $((i / 250 % 250)) $((i % 250))
			sep=,
		done
		echo " peer 10.9.0.2"
	} >"$TMP/many"
	check "10000 routes at once" ovctl -n "$V1" batch "$TMP/many"
	same 10002 "$(dev_value "$V1" tr0 routes)" "routes"
	same 10002 "$(json_length "$(ovctl -n "$V1" -j route show tr0)")" "routes shown"
	must_fail_with "The device has a route for this prefix already" ovctl -n "$V1" batch "$TMP/many"
	goes 4 "10.64.3.7 2" "10.65.0.1 -"
	ping_ok "$V1" 10.31.2.1 1
}

test_peer_takes_routes()
{
	hv_lay 3
	transits plain 4 3
	same 4 "$(dev_value "$V1" tr0 routes)" "routes"
	ovctl -n "$V1" peer del tr0 10.9.0.2
	same 2 "$(dev_value "$V1" tr0 routes)" "routes left"
	ovctl -n "$V1" -j route show tr0 | grep -q 10.9.0.2 && fail "a route to a peer that is not"
	goes 4 "10.31.2.5 -" "10.31.3.5 3"
	# Down, a peer keeps its routes and gets nothing.
	ovctl -n "$V1" peer set tr0 10.9.0.3 admin down
	inject "$V1" <<<"enc=frame via=tr0 bare=1 n=3 ip4=10.31.1.1,10.31.3.1"
	same 3 "$(counter "$V1" tr0 tx-drop-peer-down)" "packets to a peer that is down"
	ovctl -n "$V1" peer set tr0 10.9.0.3 admin up
	ping_ok "$V1" 10.31.3.1 1
}

# Packets from H2 with these sources come in, or are dropped and counted: comes in|out SOURCE...
comes()
{
	local want=$1 src in out n=0

	shift
	for src; do
		if [[ $src == *:* ]]; then
			echo "enc=gre src=10.9.0.2 dst=10.9.0.1 key=300 bare=1 n=3 ip6=$src,fd31:1::1"
		else
			echo "enc=gre src=10.9.0.2 dst=10.9.0.1 key=300 bare=1 n=3 ip4=$src,10.31.1.1"
		fi
	done >"$TMP/packets"
	n=$((3 * $#))
	read -r in out <<<"$(taken_and_not)"
	inject "$H2" <"$TMP/packets"
	if [[ $want == in ]]; then
		wait_for "all come in: $*" came "$((in + n)) $out"
	else
		wait_for "none comes in: $*" came "$in $((out + n))"
	fi
}

taken_and_not()
{
	local stats

	stats=$(ovctl -n "$V1" -j stats show tr0)
	echo "$(json_get "$stats" rx-packets none) $(json_get "$stats" rx-drop-inner-source none)"
}

came()
{
	[[ $(taken_and_not) == "$1" ]]
}

test_inner_source()
{
	hv_lay 3
	transits plain 4 3
	# Nothing of their own to say.
	for v in "$V2" "$V3"; do
		ip -n "$v" link set tr0 down
	done
	comes in 10.31.2.0 10.31.2.5 10.31.2.255 fd31:2:: fd31:2:ffff:ffff:ffff:ffff:ffff:ffff
	comes out 10.31.1.255 10.31.3.0 10.31.3.5 0.0.0.1 255.255.255.254 fd31:1:ffff:: fd31:3:: ::1
	number "$(peer_counter "$V1" tr0 10.9.0.2 rx-drops)" -eq 24 "counted for the peer"
	# A spoofed packet is not seen by the host.
	capture_start spoof "$V1" tr0 udp
	comes out 10.31.3.5
	comes in 10.31.2.5
	same 3 "$(capture_count spoof)" "packets that the host saw"
	# One may hold others, and a stretched subnet may be behind several.
	ovctl -n "$V1" peer set tr0 10.9.0.2,10.9.0.3 \
		inner-source 10.31.3.7,10.31.0.0/16,10.31.3.0/24,10.40.0.0/30,fd31:8000::/17,fd31:8001::1
	comes in 10.31.0.0 10.31.3.7 10.31.3.8 10.31.255.255 10.40.0.3 fd31:8001::1 fd31:ffff::
	comes out 10.30.255.255 10.32.0.0 10.40.0.4 fd31:7fff:: fd32::
	same "$(ovctl -n "$V1" -j peer show tr0 10.9.0.2 | grep -o '"inner-sources":[^]]*')" \
		"$(ovctl -n "$V1" -j peer show tr0 10.9.0.3 | grep -o '"inner-sources":[^]]*')" "both peers'"
	ovctl -n "$V1" peer set tr0 10.9.0.2 inner-source any
	comes in 1.2.3.4 192.0.2.1 2001:db8::1
	ovctl -n "$V1" peer set tr0 10.9.0.2 inner-source none
	comes out 10.31.2.5 1.2.3.4 fd31:2::1
	# Of who is no peer nothing comes in, whatever its source.
	before=$(counter "$V1" tr0 rx-drop-source)
	ovctl -n "$V1" peer del tr0 10.9.0.2
	inject "$H2" <<<"enc=gre src=10.9.0.2 dst=10.9.0.1 key=300 bare=1 n=3 ip4=10.31.2.5,10.31.1.1"
	wait_for "packets of no peer are dropped" counted "$V1" tr0 rx-drop-source $((before + 3))
}

# Two tenants with the same prefixes on the same hypervisors: each hears its own.
test_equal_prefixes()
{
	local i h w n

	hv_lay 2
	transits plain 4 2
	ns_new W1 W2
	for i in 1 2; do
		h=H$i
		w=W$i
		ovctl -n "${!h}" batch - <<-END
			dev add tw0 mode l3 netns ${!w} vni 301 local 10.9.0.$i
			peer add tw0 10.9.0.$((3 - i)) inner-source any
			route add tw0 0.0.0.0/0,::/0 peer 10.9.0.$((3 - i))
		END
		vpc_up "${!w}" tw0 "$i"
	done
	n=$(counter "$W2" tw0 rx-packets)
	ping_ok "$V1" 10.31.2.1 5
	ping_ok "$V2" fd31:1::1 5
	same "$n" "$(counter "$W2" tw0 rx-packets)" "packets of one tenant at the other's"
	n=$(counter "$V1" tr0 rx-packets)
	ping_ok "$W1" 10.31.2.1 5
	ping_ok "$W2" fd31:1::1 5
	same "$n" "$(counter "$V1" tr0 rx-packets)" "packets of the other tenant at the one's"
}

# Two VPCs on one hypervisor, and a segment with the other one's number there: it gets nothing.
test_one_host()
{
	hv_lay 2
	addr "$H1" lo 10.9.1.1/32 10.9.1.2/32
	ns_new V1 S
	ovctl -n "$H1" batch - <<-END
		dev add tr0 mode l3 netns $V1 vni 300 local 10.9.1.1
		peer add tr0 10.9.1.2 inner-source any
		route add tr0 0.0.0.0/0 peer 10.9.1.2
		dev add s1 netns $S vni 300 encap gre gre-key plain local 10.9.1.2
		peer add s1 10.9.1.1
	END
	ip -n "$V1" link set tr0 up
	ip -n "$S" link set s1 up
	before=$(net_counter "$H1" gre-not-ours)
	inject "$V1" <<<"enc=frame via=tr0 bare=1 n=4 ip4=10.31.1.1,10.31.2.1"
	# The segment itself has things to say to all, which the transit does not take either.
	wait_for "they go on to whoever else wants them" net_more "$H1" gre-not-ours $((before + 4))
	same 0 "$(counter "$V1" tr0 rx-packets)" "frames taken by the transit"
	same "0 0" "$(counter "$S" s1 rx-packets) $(counter "$V1" tr0 tx-handover)" "taken by the segment"
	must_fail_with "Another device receives this VNI at this local address already" \
		ovctl -n "$H1" dev add s9 netns "$S" vni 300 encap gre gre-key plain local 10.9.1.1
}

net_more()
{
	(($(net_counter "$1" "$2") >= $3))
}

test_handover()
{
	local key

	hv_lay 2
	addr "$H1" lo 10.9.1.1/32 10.9.1.2/32
	for key in plain nvgre; do
		ns_new V1 V2
		ovctl -n "$H1" dev add tr0 mode l3 netns "$V1" vni 300 gre-key $key local 10.9.1.1
		ovctl -n "$H1" dev add tr0 mode l3 netns "$V2" vni 300 gre-key $key local 10.9.1.2
		ovctl -n "$V1" peer add tr0 10.9.1.2 inner-source "$(vpc_prefixes 2)"
		ovctl -n "$V2" peer add tr0 10.9.1.1 inner-source "$(vpc_prefixes 1)"
		ovctl -n "$V1" route add tr0 "$(vpc_prefixes 2)" peer 10.9.1.2
		ovctl -n "$V2" route add tr0 "$(vpc_prefixes 1)" peer 10.9.1.1
		vpc_up "$V1" tr0 1
		vpc_up "$V2" tr0 2
		capture_start lo "$H1" lo proto gre
		ping_ok "$V1" 10.31.2.1 5
		ping_ok "$V2" fd31:1::1 5
		tcp_ok "$V2" "$V1" 10.31.2.1
		same 0 "$(pcap lo | wc -l)" "packets that went over the loopback device"
		number "$(counter "$V1" tr0 tx-handover)" -ge 10 "packets handed over"
		number "$(peer_counter "$V2" tr0 10.9.1.1 rx-packets)" -ge 10 "and counted for the peer"
		# What may not come in does not come in this way either.
		before=$(counter "$V2" tr0 rx-drop-inner-source)
		inject "$V1" <<<"enc=frame via=tr0 bare=1 n=3 ip4=10.31.3.1,10.31.2.1"
		same $((before + 3)) "$(counter "$V2" tr0 rx-drop-inner-source)" "spoofed packets"
		same 3 "$(counter "$V1" tr0 tx-drop-handover)" "as the sender counts them"
		ns_del "$V1"
		ns_del "$V2"
	done
}

# A router on the way takes less than the device: who sends too much is told, in the VPC and behind it,
# and what may be fragmented arrives.
pmtu()
{
	local fam=$1 far=$2 left=$3 right=$4 mtu

	hv_routed 1500 "$far"
	ns_new V1 V2 W
	ovctl -n "$H1" batch - <<-END
		dev add tr0 mode l3 netns $V1 vni 300 local $left mtu 1452
		peer add tr0 $right inner-source any
		route add tr0 0.0.0.0/0,::/0 peer $right
	END
	ovctl -n "$H2" batch - <<-END
		dev add tr0 mode l3 netns $V2 vni 300 local $right mtu 1452
		peer add tr0 $left inner-source any
		route add tr0 0.0.0.0/0,::/0 peer $left
	END
	vpc_up "$V1" tr0 1
	vpc_up "$V2" tr0 2
	router "$V1"
	link_pair "$V1" w0 "$W" e0
	addr "$V1" w0 10.31.1.254/25 fd31:1:1::254/64
	addr "$W" e0 10.31.1.200/25 fd31:1:1::200/64
	ip -n "$W" route add default via 10.31.1.254
	ip -n "$W" route add default via fd31:1:1::254
	mtu=$((far - $([[ $fam == 4 ]] && echo 28 || echo 48)))
	# What the router says is believed; then the device says it itself.
	wait_for "H1 has learned of the path" pmtu_is "$right" "$far"
	before=$(counter "$V1" tr0 tx-pmtu-answer)
	too_big "$V1" 10.31.2.1 "$mtu"
	too_big "$V1" fd31:2::1 "$mtu"
	too_big "$W" 10.31.2.1 "$mtu"
	too_big "$W" fd31:2::1 "$mtu"
	number "$(counter "$V1" tr0 tx-pmtu-answer)" -ge $((before + 4)) "answers"
	ping_ok "$W" 10.31.2.1 1 -M "do" -s $((mtu - 28))
	ping_ok "$W" fd31:2::1 1 -s $((mtu - 48))
	# Not to be answered, but fragmented: the sender asked for no don't-fragment bit.
	before=$(counter "$V1" tr0 tx-pmtu-answer)
	inject "$W" <<<"enc=udp src=10.31.1.200 dst=10.31.2.1 dport=9 raw=$(printf '41%.0s' {1..1400})"
	wait_for "its fragments are sent" counted_more "$V1" tr0 tx-packets 2
	same "$before" "$(counter "$V1" tr0 tx-pmtu-answer)" "answers to what may be fragmented"
	same 0 "$(counter "$V1" tr0 tx-drop-too-big)" "packets that were too big"
	tcp_ok "$V2" "$W" 10.31.2.1
	tcp_ok "$V2" "$W" fd31:2::1
	# Nor what is large, and would be too big in segments as well.
	ns "$W" sysctl -qw net.ipv4.ip_no_pmtu_disc=1
	ip -n "$W" route flush cache
	tcp_ok "$V2" "$W" 10.31.2.1
	same 0 "$(counter "$V1" tr0 tx-drop-too-big)" "segments that were too big"
}

pinged()
{
	local name=$1 dst=$2

	shift 2
	ns "$name" ping -n -c 1 -W 1 "$@" "$dst"
}

pmtu_is()
{
	pinged "$V1" 10.31.2.1 -M "do" -s 1400 || :
	[[ $(peer_value "$V1" tr0 "$1" pmtu) == "$2" ]]
}

# Somebody who has forgotten what the path takes, as the router has, is told so: too_big NS DST MTU.
too_big()
{
	local out n

	for n in "$1" "$V1"; do
		ip -n "$n" route flush cache
		ip -n "$n" -6 route flush cache
	done
	out=$(ns "$1" ping -n -c 2 -i 0.3 -W 1 -M "do" -s 1400 "$2" 2>&1) || :
	[[ $out =~ mtu\ ?=\ ?$3 ]] || fail "ping from $1 to $2 hears of no MTU of $3: $out"
}

counted_more()
{
	(($(counter "$1" "$2" "$3") >= $4))
}

test_pmtu_v4() { pmtu 4 1400 10.8.1.1 10.8.2.2; }
test_pmtu_v6() { pmtu 6 1420 fd08:1::1 fd08:2::2; }

mtu_is()
{
	[[ $(dev_value "$1" tr0 mtu) == "$2" ]]
}

# No room is kept for an Ethernet header.
test_derived_mtu()
{
	hv_lay 2 1600
	transits plain 4 2
	wait_for "over IPv4" mtu_is "$V1" 1572
	ovctl -n "$V1" dev set tr0 gre-csum on
	wait_for "with checksums" mtu_is "$V1" 1568
	ovctl -n "$V1" dev set tr0 gre-csum off gre-key nvgre
	wait_for "as NVGRE" mtu_is "$V1" 1572
	ip -n "$H1" link set u0 mtu 1500
	wait_for "of a smaller link" mtu_is "$V1" 1472
	ns_del "$V1"
	ns_del "$V2"
	transits plain 6 2
	wait_for "over IPv6" mtu_is "$V1" 1452
}

# One large packet crosses the device and the underlay as one.
test_tso()
{
	local key fam set n pid

	for set in "plain 4" "nvgre 6 gre-csum on"; do
		read -r key fam set <<<"$set"
		hv_lay 2
		# shellcheck disable=SC2086
		transits "$key" "$fam" 2 $set
		ns "$V1" sysctl -qw net.ipv4.tcp_min_tso_segs=16
		capture_start under "$H1" u0 -c 2000
		stream "$key over IPv$fam, IPv4 inside" "$V1" "$V2" 10.31.1.1 4
		stream "$key over IPv$fam, IPv6 inside" "$V1" "$V2" fd31:1::1 4
		stream "$key over IPv$fam, the other way" "$V2" "$V1" 10.31.2.1 2
		pid=$(cat "$TMP/under.pid")
		kill -INT "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
		rm -f "$TMP/under.pid"
		n=$(helper /dev/null - pcap "$TMP/under.pcap" len | awk '$1 > 4000' | wc -l)
		number "$n" -ge 5 "$key over IPv$fam: packets larger than an MTU"
		# And in software, with every checksum written and looked at.
		ns "$H1" ethtool -K u0 tx off tso off gso off tx-gre-segmentation off \
			tx-gre-csum-segmentation off >/dev/null
		stream "$key over IPv$fam, in software" "$V1" "$V2" 10.31.1.1 1
		for v in "$V1" "$V2" "$H2"; do
			# shellcheck disable=SC2016
			same 0 "$(ns "$v" awk '/InCsumErrors/ { n += $2 } END { print n + 0 }' \
				/proc/net/snmp6)" "wrong checksums of IPv6 at $v"
			same 0 "$(ns "$v" nstat -asz TcpInCsumErrors | awk '/Csum/ { print $2 }')" \
				"wrong checksums of TCP at $v"
		done
		for k in tx-drop-offload tx-drop-error tx-drop-too-big tx-drop-nomem; do
			same 0 "$(counter "$V1" tr0 "$k")" "$k"
		done
		for n in "$V1" "$V2" "$H1" "$H2"; do
			ns_del "$n"
		done
	done
}

# What GRE says is a packet and is none, or ends before its header does.
test_bad_headers()
{
	local n=0 m=0 gproto raw good4 good6

	hv_lay 2
	transits plain 4 2
	ovctl -n "$V1" peer set tr0 10.9.0.2 inner-source any
	ip -n "$V2" link set tr0 down
	good4=450000200000000040110000$(printf '%02x' 10 31 2 5 10 31 1 1)ff0000090000000c00000000
	good6=6000000000081140$(printf 'fd310002%024d' 5)$(printf 'fd310001%024d' 1)00090009000800ff
	while read -r gproto raw; do
		echo "enc=gre src=10.9.0.2 dst=10.9.0.1 key=300 gproto=$gproto raw=$raw"
		n=$((n + 1))
	done >"$TMP/bad" <<-END
		0800 45
		0800 ${good4:0:38}
		0800 6${good4:1}
		0800 44${good4:2}
		0800 4f${good4:2}
		0800 45000013${good4:8}
		0800 45000021${good4:8}
		0800 4500ffff${good4:8}
		0800 $good6
		86dd 60
		86dd ${good6:0:78}
		86dd 4${good6:1}
		86dd 600000000009${good6:12}
		86dd 60000000ffff${good6:12}
		86dd $good4
	END
	inject "$H2" <"$TMP/bad"
	# One without a byte inside.
	inject "$H2" <<<"enc=gre src=10.9.0.2 dst=10.9.0.1 key=300 gproto=0800 raw="
	n=$((n + 1))
	wait_for "all $n are dropped and counted" counted "$V1" tr0 rx-drop-inner-header "$n"
	same 0 "$(counter "$V1" tr0 rx-packets)" "packets taken"
	inject "$H2" <<-END
		enc=gre src=10.9.0.2 dst=10.9.0.1 key=300 gproto=0800 raw=$good4
		enc=gre src=10.9.0.2 dst=10.9.0.1 key=300 gproto=86dd raw=$good6
		enc=gre src=10.9.0.2 dst=10.9.0.1 key=300 gproto=0800 raw=${good4}00000000
	END
	wait_for "what is whole is taken" counted "$V1" tr0 rx-packets 3
	# The other way: what a packet socket sends.
	while read -r raw; do
		echo "enc=frame via=tr0 raw=$raw"
		m=$((m + 1))
	done >"$TMP/out" <<-END
		45
		${good4:0:38}
		44${good4:2}
		45000021${good4:8}
		60
		${good6:0:78}
		60000000ffff${good6:12}
		00${good4:2}
		ffffffffffff
	END
	inject "$V1" <"$TMP/out"
	same "$m" "$(counter "$V1" tr0 tx-drop-inner-header)" "packets that are none"
	# Not ours: Ethernet inside, another protocol, no key, another key.
	before=$(net_counter "$H1" gre-not-ours)
	inject "$H2" <<-END
		enc=gre src=10.9.0.2 dst=10.9.0.1 key=300
		enc=gre src=10.9.0.2 dst=10.9.0.1 key=300 gproto=8847 raw=$good4
		enc=gre src=10.9.0.2 dst=10.9.0.1 gflags=0000 gproto=0800 raw=$good4
		enc=gre src=10.9.0.2 dst=10.9.0.1 key=301 gproto=0800 raw=$good4
	END
	wait_for "they are left to others" net_counted "$H1" gre-not-ours $((before + 4))
	inject "$H2" <<<"enc=gre src=10.9.0.2 dst=10.9.0.1 key=300 gcsum=bad gproto=0800 raw=$good4"
	wait_for "a wrong checksum" counted "$V1" tr0 rx-drop-csum 1
	inject "$H2" <<<"enc=gre src=10.9.0.2 dst=10.9.0.1 key=300 gcsum=good gproto=0800 raw=$good4"
	wait_for "a right one" counted "$V1" tr0 rx-packets 4
}

test_ecn_dscp()
{
	local o="enc=gre src=10.9.0.2 dst=10.9.0.1 key=300 bare=1 ip4=10.31.2.5,10.31.1.1"

	hv_lay 2
	transits plain 4 2
	ip -n "$V2" link set tr0 down
	capture_start in "$V1" tr0 -Q in
	inject "$H2" <<-END
		$o tos=3 itos=2
		$o tos=1 itos=2
		$o tos=0 itos=0x28
		$o tos=3 itos=0
	END
	wait_for "congestion that cannot be told inside" counted "$V1" tr0 rx-drop-ecn 1
	capture_wait in 3 "the others"
	same "3 1 40" "$(pcap in tos | tr '\n' ' ' | sed 's/ $//')" "what the host sees"
	capture_start out "$H1" u0 proto gre
	inject "$V1" <<<"enc=frame via=tr0 bare=1 itos=0xb9 ip4=10.31.1.1,10.31.2.1"
	ovctl -n "$V1" dev set tr0 dscp inherit ttl 7
	inject "$V1" <<<"enc=frame via=tr0 bare=1 itos=0xb9 ip4=10.31.1.1,10.31.2.1"
	ovctl -n "$V1" dev set tr0 dscp 10
	inject "$V1" <<<"enc=frame via=tr0 bare=1 itos=0xb8 ip4=10.31.1.1,10.31.2.1"
	capture_wait out 3 "packets on the underlay"
	same "1 64,185 7,40 7," "$(pcap out tos ttl | tr '\n' ',')" "outer TOS and TTL"
}

# Who sends to nowhere is told, in the VPC and behind it.
test_unreachable()
{
	hv_lay 2
	transits plain 4 2
	must_fail_with "Net Unreachable" ns "$V1" ping -n -c 1 -W 2 10.31.77.1
	must_fail_with "No route" ns "$V1" ping -n -c 1 -W 2 fd31:77::1
	number "$(counter "$V1" tr0 tx-drop-inner-route)" -ge 2 "packets without a route"
	number "$(link_stat "$V1" tr0 tx_dropped)" -ge 2 "as the netdevice counts them"
}

# The way to a peer leads into the device itself.
test_loop()
{
	ns_new H1
	addr "$H1" lo 10.9.0.1/32
	ovctl -n "$H1" batch - <<-END
		dev add tr0 mode l3 vni 9 local 10.9.0.1 mtu 1400
		peer add tr0 10.77.0.2
		route add tr0 0.0.0.0/0 peer 10.77.0.2
	END
	ip -n "$H1" link set tr0 up
	ip -n "$H1" route add 10.77.0.0/16 dev tr0
	inject "$H1" <<<"enc=frame via=tr0 bare=1 n=3 ip4=10.9.0.1,10.77.0.2"
	same 3 "$(counter "$H1" tr0 tx-drop-loop)" "packets that would go round"
	# And by two devices that send through one another.
	ovctl -n "$H1" batch - <<-END
		dev add tr1 mode l3 vni 10 local 10.9.0.1 mtu 1400
		peer add tr1 10.78.0.2
		route add tr1 0.0.0.0/0 peer 10.78.0.2
		peer add tr0 10.79.0.2
		route add tr0 10.80.0.0/16 peer 10.79.0.2
	END
	ip -n "$H1" link set tr1 up
	ip -n "$H1" route add 10.79.0.0/16 dev tr1
	ip -n "$H1" route add 10.78.0.0/16 dev tr0
	ovctl -n "$H1" route replace tr0 0.0.0.0/0 peer 10.79.0.2
	inject "$H1" <<<"enc=frame via=tr0 bare=1 n=3 ip4=10.9.0.1,10.80.0.2"
	number "$(($(counter "$H1" tr0 tx-drop-depth) + $(counter "$H1" tr1 tx-drop-depth)))" -eq 3 \
		"packets too deep"
}

# What the tool does not send is refused too, with a sentence.
test_raw_refusals()
{
	local before many

	hv_lay 2
	transits plain 4 2
	before=$(state_of "$V1" tr0)
	many=$(seq 0 512 | awk '{ printf "%s\"x:0a%02x%02x0018\"", (NR > 1 ? "," : ""), int($1 / 256), $1 % 256 }')
	cat >"$TMP/raw" <<-END
		The request names no prefix | route-add {}
		A route is named by its prefix | route-add {"route":[{"peer":"10.9.0.2"}]}
		A route is named by its prefix | route-del {"route":[{}]}
		The route needs the address of a peer | route-add {"route":[{"prefix":"x:0a05000010"}]}
		A prefix has 4 or 16 bytes of address and one of length | route-add {"route":[{"prefix":"x:0a0500000010","peer":"10.9.0.2"}]}
		The prefix is longer than its address | route-add {"route":[{"prefix":"x:0a05000021","peer":"10.9.0.2"}]}
		This command changes routes only | route-add {"dev":"x:00000000","route":[{"prefix":"x:0a05000010","peer":"10.9.0.2"}]}
		This command changes routes only | route-replace {"peer":"x:00000000","route":[{"prefix":"x:0a05000010","peer":"10.9.0.2"}]}
		This command is about routes only | route-del {"fdb":"x:00000000","route":[{"prefix":"x:0a05000010"}]}
		A selection is told, not set | route-add {"selection":"x:00000000","route":[{"prefix":"x:0a05000010","peer":"10.9.0.2"}]}
		The number of routes is told, not set | dev-set {"dev":{"routes":1}}
		A peer has at most 512 inner sources | peer-set {"peer":[{"address":"10.9.0.2","inner-sources":{"prefix":[$many]}}]}
	END
	check "raw requests are refused" ns "$V1" "$PY" "$HELPERS/nl.py" refusals tr0 "$TMP/raw"
	same "$before" "$(state_of "$V1" tr0)" "state after all refusals"
	check "an address is refused" ns "$V1" env PYTHONPATH="$HELPERS" "$PY" - <<-'END'
		import socket, sys
		import rtnl
		sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
		sock.setsockopt(270, 11, 1)
		mode = rtnl.info(rtnl.attr(rtnl.IFLA_INFO_DATA, rtnl.attr(rtnl.IFLA_MODE, b"\1")))
		body = rtnl.attr(rtnl.IFLA_IFNAME, b"tr9\0") + rtnl.attr(rtnl.IFLA_ADDRESS, b"\2\0\0\0\0\1") + mode
		sock.send(rtnl.struct.pack("=IHHII", 32 + len(body), rtnl.RTM_NEWLINK,
			  rtnl.F_REQUEST | rtnl.F_ACK | rtnl.F_EXCL | rtnl.F_CREATE, 1, 0) + bytes(16) + body)
		answer = sock.recv(65536)
		sys.exit(b"A device of mode l3 has no address of its own" not in answer)
	END
}

# What a device of one mode does not have is refused with a sentence, and nothing is changed.
test_refusals()
{
	local before s d sentence

	hv_lay 2
	transits plain 4 2
	segment "$H1" "$V1" s1 vni 7 local 10.9.0.1
	ovctl -n "$V1" peer add s1 10.9.0.2
	before="$(state_of "$V1" tr0) $(state_of "$V1" s1)"
	o() { ovctl -n "$V1" "$@"; }
	while IFS='|' read -r s d; do
		[[ $s ]] || continue
		# shellcheck disable=SC2086
		must_fail_with "$d" o $s
	done <<-'END'
		dev set tr0 encap vxlan|A device of mode l3 speaks GRE only (at "encap vxlan")
		dev set tr0 dstport 4790|A device of mode l3 uses no UDP (at "dstport 4790")
		dev set tr0 srcport 1 9|A device of mode l3 uses no UDP
		dev set tr0 udp-csum on|A device of mode l3 uses no UDP
		dev set tr0 udp-zero-csum6-rx on|A device of mode l3 uses no UDP
		dev set tr0 inner-vlan drop|A device of mode l3 carries no Ethernet header
		dev set tr0 learning on|A device of mode l3 knows no MAC addresses
		dev set tr0 ageing 3|A device of mode l3 knows no MAC addresses
		dev set tr0 max-learned 3|A device of mode l3 knows no MAC addresses
		dev set tr0 move-limit 3|A device of mode l3 knows no MAC addresses
		dev set tr0 move-window 3|A device of mode l3 knows no MAC addresses
		dev set tr0 standby-ingress learn|A device of mode l3 has no ports
		dev set tr0 revert off|A device of mode l3 has no ports
		dev set tr0 revert-delay 3|A device of mode l3 has no ports
		dev set tr0 hold 3|A device of mode l3 has no ports
		dev set tr0 min-live 3|A device of mode l3 has no ports
		dev set tr0 announce-count 3|A device of mode l3 has no ports
		dev set tr0 announce-interval 3|A device of mode l3 has no ports
		dev set tr0 source-check off|In mode l3 each peer has its inner sources, so only peers may send
		dev set tr0 vni 8 learning on|A device of mode l3 knows no MAC addresses
		peer add tr0 10.9.0.7 encap vxlan|A device of mode l3 speaks GRE only
		peer set tr0 10.9.0.2 encap vxlan|A device of mode l3 speaks GRE only
		peer set tr0 10.9.0.2 dstport 9|A device of mode l3 uses no UDP
		peer set tr0 10.9.0.2 flood off|A device of mode l3 floods nothing
		peer add tr0 10.9.0.7 inner-source 10.0.0.1/8|The prefix has bits set behind its length (at "inner-source 10.0.0.1/8")
		peer set tr0 10.9.0.2 inner-source 10.0.0.0/8,10.0.0.0/8|A prefix is named twice for one peer
		peer set s1 10.9.0.2 inner-source any|Inner sources are of mode l3: a device of mode l2 checks none
		fdb add tr0 02:00:00:00:00:01 peer 10.9.0.2|The device is of mode l3: it forwards by routes, not by MAC address
		fdb flush tr0|The device is of mode l3: it forwards by routes, not by MAC address
		port select tr0 auto|The device is of mode l3: it has no ports
		route add s1 10.0.0.0/8 peer 10.9.0.2|The device is of mode l2: it forwards by MAC address, not by routes
		route add tr0 10.31.2.0/24 peer 10.9.0.2|route add tr0 10.31.2.0/24: The device has a route for this prefix already
		route add tr0 10.5.0.0/16,10.31.2.0/24 peer 10.9.0.2|route add tr0 10.31.2.0/24: The device has a route for this prefix already
		route add tr0 10.5.0.0/16,10.6.0.0/16 peer 10.9.0.7|The device has no such peer (at "peer 10.9.0.7")
		route add tr0 10.5.0.0/16,10.5.0.0/16 peer 10.9.0.2|The prefix is named twice in one request
		route replace tr0 10.5.0.1/16 peer 10.9.0.2|The prefix has bits set behind its length
		route replace tr0 fd05::1/16 peer 10.9.0.2|The prefix has bits set behind its length
		route replace tr0 10.5.0.0/16 peer 0.0.0.0|The any address is no peer's
		route del tr0 10.31.2.0/25|The device has no route for this prefix
		route del tr0 10.31.2.0/24,10.31.2.0/25|route del tr0 10.31.2.0/25: The device has no route for this prefix
		route show tr0 10.31.2.0/25|The device has no route for this prefix
		route add tr0 10.5.0.0/33 peer 10.9.0.2|"10.5.0.0/33" is not a prefix
		route add tr0 10.5.0.0/16|route add needs "peer ADDR"
		dev set tr0 mode l2|"mode" is not a keyword of dev set
		dev add tr9 mode l4|"l4" is not a mode: l2 or l3 is accepted
		dev add tr9 mode l3 encap vxlan|A device of mode l3 speaks GRE only
	END
	must_fail_with "A device of mode l3 has no ports" \
		ip -n "$V1" link add link tr0 name p0 type tenovl_port
	ip -n "$V1" link add b0 type bridge
	ip -n "$V1" link add d0 type dummy
	refuse "a transit in a bridge" ip -n "$V1" link set tr0 master b0
	refuse "something enslaved to a transit" ip -n "$V1" link set d0 master tr0
	must_fail_with "it has no ports" ovctl -n "$V1" port add tr0 d0 access
	refuse "an entry by bridge(8)" \
		bridge -n "$V1" fdb add 02:00:00:00:00:01 dev tr0 dst 10.9.0.2
	same "$before" "$(state_of "$V1" tr0) $(state_of "$V1" s1)" "state after all refusals"
	must_fail_with "Another device receives this VNI at this local address already" \
		ovctl -n "$H1" dev add s9 netns "$V1" vni 300 encap gre gre-key plain local 10.9.0.1
	must_fail_with "The keys of this NVGRE VNI hold another device's plain GRE key" \
		ovctl -n "$H1" dev add s9 netns "$V1" vni 1 encap gre local 10.9.0.1
	same 2 "$(devices "$V1")" "devices afterwards"
}

test_mode()
{
	ns_new H1
	addr "$H1" lo 10.9.0.1/32
	ovctl -n "$H1" dev add a mode l3
	ovctl -n "$H1" dev add b mode l2
	ip -n "$H1" link add c type tenovl
	same "l3 l2 l2" "$(dev_value "$H1" a mode) $(dev_value "$H1" b mode) $(dev_value "$H1" c mode)" \
		"modes"
	same "gre plain 1472" "$(dev_value "$H1" a encap) $(dev_value "$H1" a gre-key) $(dev_value "$H1" a mtu)" \
		"what a transit begins with"
	same "null null null" "$(dev_value "$H1" a learning) $(dev_value "$H1" a dstport) $(dev_value "$H1" a ports)" \
		"what does not apply is not told"
	same "null 0" "$(dev_value "$H1" b routes) $(dev_value "$H1" a routes)" "routes"
	same "none POINTOPOINT,NOARP" "$(ip -n "$H1" -j link show a | jq -r '.[0] | .link_type + " " + (.flags | join(","))')" \
		"the netdevice"
	refuse "a hardware address" ip -n "$H1" link set dev a address 02:00:00:00:00:01
	ip -n "$H1" link set dev a up
	same "" "$(ip -n "$H1" -6 -o addr show dev a)" "addresses that it makes up itself"
	# All three go on being shown by commands that are about all devices.
	check "entries of all devices" ovctl -n "$H1" fdb show
	check "ports of all devices" ovctl -n "$H1" port show
	check "routes of all devices" ovctl -n "$H1" route show
	ovctl -n "$H1" dev del --all
}

test_bounds()
{
	ns_new H1
	addr "$H1" lo 10.9.0.1/32
	ovctl -n "$H1" dev add a mode l3 vni 100 local 10.9.0.1
	ovctl -n "$H1" peer add a 10.9.0.2
	ovctl -n "$H1" route add a 10.1.0.0/16 peer 10.9.0.2
	check "bounds of prefixes" ns "$H1" "$PY" "$HELPERS/nl.py" bounds a 10.9.0.2
	check "what is told is not set" ns "$H1" "$PY" "$HELPERS/nl.py" told a 10.9.0.2
}

test_events()
{
	hv_lay 2
	transits plain 4 2
	bg mon ovctl -n "$H1" monitor
	bg out ovctl -n "$V1" monitor
	wait_for "it listens" grep -q listening "$TMP/mon.out"
	wait_for "the other, too" grep -q listening "$TMP/out.out"
	ovctl -n "$V1" batch - <<-END
		peer add tr0 10.9.0.3 inner-source 10.7.0.0/16
		route add tr0 10.5.0.0/16,fd05::/16 peer 10.9.0.2
		route replace tr0 10.5.0.0/16 peer 10.9.0.3
		route replace tr0 10.5.0.0/16 peer 10.9.0.3
		route del tr0 fd05::/16
		peer del tr0 10.9.0.3
	END
	wait_for "the last is heard" grep -q '^route-deleted tr0 .* prefix 10.5.0.0/16' "$TMP/mon.out"
	same "peer-added 10.9.0.3
route-added 10.5.0.0/16
route-added fd05::/16
route-changed 10.5.0.0/16
route-deleted fd05::/16
peer-deleted 10.9.0.3
route-deleted 10.5.0.0/16" "$(sed -nE 's/^(peer|route)-([a-z]*) tr0 .* (prefix|address) ([^ ]*).*/\1-\2 \4/p' \
		"$TMP/mon.out")" "events"
	grep -q 'inner-sources 10.7.0.0/16' "$TMP/mon.out" || fail "inner sources of a peer in its event"
	! grep -q route "$TMP/out.out" || fail "events are heard in the VPC"
}

run_tests "$@"
