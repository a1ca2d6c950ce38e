#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Stations that move: who is told, what becomes of frames that are late, and of those that
# would go round.
# seconds: 420
# shellcheck disable=SC2016,SC2034,SC2153 # what eval is given; variables set by name
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"
# shellcheck source=selftests/moves.sh
source "$TOP/selftests/moves.sh"

TESTS="
	moves_vxlan_4 moves_vxlan_6 moves_nvgre_4 moves_nvgre_6 moves_plain_4 moves_plain_6
	conversation large no_loop no_loop_with_other_marks never_back time_is_over redirect_off
	tombstones tombstone_limits tombstone_of_control behind_the_head
	mobile_static mobile_freeze_and_thaw what_announces sequences_never_count
	flowid_255_is_free in_tree_receiver events_tell_both refusals mark_among_source_ports
"

# What another kernel would tell nothing new of is left to the debug kernels, where it is not named.
if [[ $TENOVL_KERNEL != debug ]] && ((!$#)); then
	TESTS=${TESTS/moves_vxlan_6 moves_nvgre_4 moves_nvgre_6 moves_plain_4/moves_nvgre_6}
fi

setup_suite()
{
	load_module
}

# All of these are at T2's tap: all_at_tap MACS...
all_at_tap()
{
	local mac table

	table=$(ovctl -n "$T2" -j fdb show s1)
	for mac; do
		[[ $(json_get "$(json_having "\"mac\":\"$mac\"" <<<"$table")" port-name '') == tap0 ]] || return 1
	done
}

# All of these are behind hypervisor PEER, as TI sees it: all_at I PEER MACS...
all_at()
{
	local t=T$1 peer mac table

	peer=$(uaddr "$FAM" "$2")
	table=$(ovctl -n "${!t}" -j fdb show s1)
	shift 2
	for mac; do
		[[ $(json_get "$(json_having "\"mac\":\"$mac\"" <<<"$table")" peer '') == "$peer" ]] || return 1
	done
}

# Frames for each of these out of T3: late FRAMES MACS...
late()
{
	local n=$1 mac

	shift
	for mac; do
		echo "enc=frame via=s1 smac=$(tenant_mac 3) dmac=$mac etype=88b5 n=$n"
	done | inject "$T3"
}

# {announced in each way, or not at all}: the entry moves at once, and what a third one still sends
# to the old place arrives at the new one.
moves()
{
	local kinds="rarp garp-request garp-reply na data nothing" kind n=0 sent=30 told=() macs=()

	lay "$1" "$2" 3
	for kind in $kinds; do
		macs+=("02:00:00:00:00:c$n")
		n=$((n + 1))
	done
	told=("${macs[@]:0:5}")
	printf 'enc=frame via=eth0 smac=%s dmac=ff:ff:ff:ff:ff:ff etype=88b5\n' "${macs[@]}" | inject "$G1"
	wait_for "T2 knows" all_at 2 1 "${macs[@]}"
	wait_for "T3 knows" all_at 3 1 "${macs[@]}"
	# One says nothing that all hear, and a controller tells the old place.
	ovctl -n "$T1" fdb add s1 "${macs[5]}" peer "$(uaddr "$2" 2)" seq 1
	n=0
	for kind in $kinds; do
		if [[ $kind == nothing ]]; then
			echo "enc=frame via=eth0 smac=${macs[n]} dmac=$(tenant_mac 2) etype=88b5"
		else
			echo "enc=frame via=eth0 smac=${macs[n]} dmac=ff:ff:ff:ff:ff:ff $(says "$kind" "${macs[n]}")"
		fi
		n=$((n + 1))
	done | inject "$G2"
	wait_for "T1 hears of it" all_at 1 2 "${macs[@]}"
	wait_for "T3 hears of it" all_at 3 2 "${told[@]}"
	wait_for "they are at T2's tap" all_at_tap "${macs[@]}"
	# The third one knows nothing, and says so.
	printf "fdb replace s1 %s peer $(uaddr "$2" 1)\n" "${macs[@]}" | ovctl -n "$T3" batch -
	zero 2
	late 5 "${macs[@]}"
	if [[ $1 == gre-plain ]]; then
		up 1 late-drop-plain $sent
		same 0 "$(counter "$T1" s1 late-redirected)" "what was sent on"
		same 0 "$(tap_got 2)" "what arrived"
		return
	fi
	up 1 late-redirected $sent
	up 2 late-received $sent
	wait_for "late frames arrive" tap_is 2 $sent
	same 0 "$(counter "$T1" s1 rx-drop-horizon)" "what was dropped"
	# The outer source of those was T1.
	late 1 02:00:00:00:00:99
	wait_for "T3 is where it was" entry_at "$T2" s1 "$(tenant_mac 3)" "$(uaddr "$2" 3)"
	same 0 "$(fdb_value "$T2" s1 "$(tenant_mac 3)" moves)" "moves of the sender at the new place"
}

test_moves_vxlan_4() { moves vxlan 4; }
test_moves_vxlan_6() { moves vxlan 6; }
test_moves_nvgre_4() { moves gre-nvgre 4; }
test_moves_nvgre_6() { moves gre-nvgre 6; }
test_moves_plain_4() { moves gre-plain 4; }
test_moves_plain_6() { moves gre-plain 6; }

# A conversation goes on by the detour: its answers go straight, all the while.
test_conversation()
{
	local pair i moved

	for pair in vxlan:4 gre-nvgre:6; do
		lay "${pair%:*}" "${pair#*:}" 3
		ip -n "$G1" link set eth0 address $M
		ip -n "$G2" link set eth0 address $M
		moved
		ip -n "$G2" addr add 10.1.0.77/24 dev eth0
		ip -n "$T3" neigh replace 10.1.0.77 lladdr $M dev s1 nud permanent
		ip -n "$G2" neigh replace 10.1.0.3 lladdr "$(tenant_mac 3)" dev eth0 nud permanent
		guest 2 $M "dmac=$(tenant_mac 3) etype=88b5"
		moved=$(counter "$T2" s1 fdb-moved)
		ping_ok "$T3" 10.1.0.77 20 -i 0.01
		same 20 "$(counter "$T1" s1 late-redirected)" "requests by the detour"
		same "$(uaddr "$FAM" 3)" "$(fdb_peer "$T2" s1 "$(tenant_mac 3)")" "where the other one is"
		same "$moved" "$(counter "$T2" s1 fdb-moved)" "moves seen at the new place"
		same 0 "$(counter "$T3" s1 late-received)" "answers by a detour"
		for i in 1 2 3; do
			ns_del "$(eval "echo \$T$i")"
		done
		ns_del "$G1"; ns_del "$G2"
		for i in 1 2 3; do
			ns_del "$(eval "echo \$H$i")"
		done
		ns_del "$SW"
	done
}

# What GRO merged is sent on as well, byte for byte.
test_large()
{
	lay vxlan 4 3
	ip -n "$G1" link set eth0 address $M
	ip -n "$G2" link set eth0 address $M
	moved
	ip -n "$G2" addr add 10.1.0.77/24 dev eth0
	ip -n "$G2" link set eth0 mtu 1450
	ip -n "$T3" neigh replace 10.1.0.77 lladdr $M dev s1 nud permanent
	tcp_ok "$G2" "$T3" 10.1.0.77 2000000
	number "$(counter "$T1" s1 late-redirected)" -gt 30 "frames sent on"
}

# M was at each of three, and each thinks that the next one has it.
wrong_tables()
{
	local i t g next

	hv_lay 4
	overlay "$1" 4 4
	late_for_long 4
	guests 1 2 3
	for i in 1 2 3; do
		t=T$i next=$((i % 3 + 1))
		guest "$i" $M "dmac=$(tenant_mac "$i") etype=88b5"
		wait_for "it was at T$i" at_port "${!t}" $M tap0
		ovctl -n "${!t}" fdb replace s1 $M peer 10.9.0.$next
	done
	ovctl -n "$T4" fdb replace s1 $M peer 10.9.0.1
}

# What an underlay's link carried in both directions, told by the link: a capture of a burst is
# not complete.
on_the_wire()
{
	local h=H$1

	echo $(($(link_stat "${!h}" u0 rx_packets) + $(link_stat "${!h}" u0 tx_packets)))
}

# Each frame is sent on once: on the wire are twice as many as were sent.
storm()
{
	local n=$1 first third

	first=$(on_the_wire 1)
	third=$(on_the_wire 3)
	to 4 $M "n=$n"
	up 1 late-redirected "$n"
	up 2 late-drop-again "$n"
	number "$(counter "$T1" s1 late-redirected-bytes)" -ge $((14 * n)) "bytes that were sent on"
	same "0 0" "$(counter "$T2" s1 late-redirected) $(counter "$T3" s1 late-redirected)" \
		"sent on by the others"
	same 0 "$(counter "$T3" s1 late-received)" "seen by the third"
	# Hypervisors ask for one another's addresses meanwhile.
	number $(($(on_the_wire 1) - first)) -ge $((2 * n)) "frames that came to the first and left it"
	number $(($(on_the_wire 1) - first)) -le $((2 * n + 20)) "frames that came to the first and left it"
	number $(($(on_the_wire 3) - third)) -le 20 "frames at the third"
}

test_no_loop()
{
	local enc

	for enc in vxlan gre-nvgre; do
		wrong_tables $enc
		storm "$(rounds 300)"
		same 10.9.0.4 "$(fdb_peer "$T2" s1 "$(tenant_mac 4)")" "where the source is, at the second"
		for ns in "$T1" "$T2" "$T3" "$T4" "$G1" "$G2" "$G3" "$H1" "$H2" "$H3" "$H4" "$SW"; do
			ns_del "$ns"
		done
	done
}

# Marks that the others take for flows are no way round.
test_no_loop_with_other_marks()
{
	wrong_tables vxlan
	ovctl -n "$T1" dev set s1 srcport 3000 3999 redirect-port 1001
	ovctl -n "$T2" dev set s1 srcport 1000 1999 redirect-port 2002
	ovctl -n "$T3" dev set s1 srcport 2000 2999 redirect-port 3003
	storm 100
	ovctl -n "$T4" dev set s1 srcport 3000 3999
	to 4 $M n=100
	up 1 late-drop-again 100
	same 10.9.0.4 "$(fdb_peer "$T2" s1 "$(tenant_mac 4)")" "where the source is, at the second"
	same "100 0 0" "$(counter "$T1" s1 late-redirected) $(counter "$T2" s1 late-redirected) \
$(counter "$T3" s1 late-redirected)" "sent on by all"
}

# Who has the station now asks the old place for it.
test_never_back()
{
	lay vxlan 4 3
	moved
	inject "$H2" <<<"vni=100 src=10.9.0.2 dst=10.9.0.1 smac=$(tenant_mac 2) dmac=$M etype=88b5 n=3"
	up 1 late-drop-back 3
	same 0 "$(counter "$T1" s1 late-redirected)" "sent on"
	# Nor does one from nobody's peer go anywhere.
	ovctl -n "$T1" dev set s1 source-check off
	ip -n "$H3" addr add 10.9.0.33/24 dev u0
	inject "$H3" <<<"vni=100 src=10.9.0.33 dst=10.9.0.1 smac=02:00:00:00:00:99 dmac=$M etype=88b5 n=3"
	up 1 rx-drop-horizon 3
	same 0 "$(counter "$T1" s1 late-redirected)" "sent on"
}

test_time_is_over()
{
	lay vxlan 4 3
	moved
	to 3 $M
	up 1 late-redirected 1
	# Counted from when it moved, also where it was longer then.
	ovctl -n "$T1" dev set s1 redirect 2
	wait_for "the time is over" late_frame_drops
	same 0 "$(counter "$T1" s1 late-drop-again)" "other causes"
}

late_frame_drops()
{
	to 3 $M
	[[ $(counter "$T1" s1 rx-drop-horizon) != 0 ]]
}

test_redirect_off()
{
	lay vxlan 4 3
	ovctl -n "$T1" dev set s1 redirect 0
	moved
	to 3 $M n=3
	up 1 rx-drop-horizon 3
	# Nor is it switched on afterwards for what moved before; off ends what is on.
	ovctl -n "$T1" dev set s1 redirect 60
	to 3 $M
	up 1 rx-drop-horizon 4
	moved 02:00:00:00:00:b2
	to 3 02:00:00:00:00:b2
	up 1 late-redirected 1
	ovctl -n "$T1" dev set s1 redirect 0
	to 3 02:00:00:00:00:b2
	up 1 rx-drop-horizon 5
}

tombs()
{
	[[ $(dev_value "$T1" s1 tombstones) == "$1" ]]
}

# The port is gone before anybody says where the station is.
test_tombstones()
{
	lay gre-nvgre 4 3
	bg mon ip netns exec "$H1" "$PY" "$HELPERS/nl.py" hear 600
	wait_for "the listener listens" grep -q ready "$TMP/mon.out"
	lives_at_1 $M
	ovctl -n "$T1" port del s1 tap0
	tombs 1 || fail "no tombstone"
	same 0 "$(dev_value "$T1" s1 ports)" "ports"
	same "" "$(fdb_value "$T1" s1 $M kind | tr -d nul)" "entries of it"
	# Late while nobody knows: not here.
	before=$(counter "$T1" s1 rx-drop-not-here)
	to 3 $M n=50
	wait_for "they go nowhere" eval '(($(counter "$T1" s1 rx-drop-not-here) >= before + 50))'
	# shellcheck disable=SC2046
	guest 2 $M dmac=ff:ff:ff:ff:ff:ff $(says garp-request $M)
	wait_for "T1 hears of it" entry_at "$T1" s1 $M 10.9.0.2
	tombs 0 || fail "a tombstone of what is somewhere"
	ovctl -n "$T3" fdb replace s1 $M peer 10.9.0.1
	zero 2
	to 3 $M n=4
	up 1 late-redirected 4
	wait_for "they arrive" tap_is 2 4
	heard '.event == "fdb-moved" and .fdb[0]."old-port-name" == "tap0" and .fdb[0].peer == "10.9.0.2"'
	# A NIC that vanishes is a port that goes.
	guests 1
	guest 1 02:00:00:00:00:b2 dmac=ff:ff:ff:ff:ff:ff etype=88b5
	wait_for "another one lives here" at_port "$T1" 02:00:00:00:00:b2 tap0
	ip -n "$T1" link del tap0
	tombs 1 || fail "no tombstone of a NIC that vanished"
	# It comes back.
	guests 1
	guest 1 02:00:00:00:00:b2 dmac=ff:ff:ff:ff:ff:ff etype=88b5
	wait_for "it lives here again" at_port "$T1" 02:00:00:00:00:b2 tap0
	tombs 0 || fail "a tombstone of what lives here"
}

test_tombstone_limits()
{
	local i

	lay vxlan 4 2
	ovctl -n "$T1" dev set s1 max-learned 6
	for i in 1 2 3 4; do
		guest 1 02:00:00:00:00:d$i dmac=ff:ff:ff:ff:ff:ff etype=88b5
	done
	wait_for "four live here" eval '[[ $(dev_value "$T1" s1 learned-entries) -ge 4 ]]'
	ovctl -n "$T1" port del s1 tap0
	tombs 4 || fail "tombstones: $(dev_value "$T1" s1 tombstones)"
	# What is learned takes their place.
	for i in 1 2 3 4 5 6 7; do
		guest 2 02:00:00:00:00:e$i dmac=ff:ff:ff:ff:ff:ff etype=88b5
	done
	wait_for "as many as may be are learned" eval '[[ $(dev_value "$T1" s1 learned-entries) == 6 ]]'
	tombs 0 || fail "tombstones beyond the limit: $(dev_value "$T1" s1 tombstones)"
	ovctl -n "$T1" fdb flush s1
	# They go by themselves.
	guests 1
	guest 1 $M dmac=ff:ff:ff:ff:ff:ff etype=88b5
	wait_for "it lives here" at_port "$T1" $M tap0
	ovctl -n "$T1" port del s1 tap0
	tombs 1 || fail "no tombstone"
	ovctl -n "$T1" dev set s1 redirect 1
	wait_for "its time is over" tombs 0
	# A flush forgets them, and without redirect there are none.
	ovctl -n "$T1" dev set s1 redirect 3600
	guests 1
	guest 1 $M dmac=ff:ff:ff:ff:ff:ff etype=88b5
	wait_for "it lives here" at_port "$T1" $M tap0
	ovctl -n "$T1" port del s1 tap0
	tombs 1 || fail "no tombstone"
	ovctl -n "$T1" fdb flush s1 static
	tombs 1 || fail "a flush of static entries took the tombstone"
	ovctl -n "$T1" fdb flush s1
	tombs 0 || fail "the flush left a tombstone"
	ovctl -n "$T1" dev set s1 redirect 0
	guests 1
	guest 1 $M dmac=ff:ff:ff:ff:ff:ff etype=88b5
	wait_for "it lives here" at_port "$T1" $M tap0
	ovctl -n "$T1" port del s1 tap0
	tombs 0 || fail "a tombstone without redirect"
	# A device with tombstones can be deleted.
	ovctl -n "$T1" dev set s1 redirect 3600
	guests 1
	guest 1 $M dmac=ff:ff:ff:ff:ff:ff etype=88b5
	wait_for "it lives here" at_port "$T1" $M tap0
	ovctl -n "$H1" dev del s1
}

# The control plane tells where what was behind a port is now.
test_tombstone_of_control()
{
	lay vxlan 6 3
	lives_at_1 $M
	ovctl -n "$T1" port del s1 tap0
	ovctl -n "$T1" fdb add s1 $M peer fd09::2 seq 3
	ovctl -n "$T3" fdb replace s1 $M peer fd09::1
	guest 2 $M "dmac=$(tenant_mac 2) etype=88b5"
	zero 2
	to 3 $M n=2
	up 1 late-redirected 2
	wait_for "they arrive" tap_is 2 2
}

# A station behind a head that is in a bridge.
test_behind_the_head()
{
	hv_lay 3
	overlay vxlan 4 3
	guests 2
	ns_new G1
	ns "$G1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	ip -n "$T1" link add br0 type bridge
	ip -n "$T1" link set s1 master br0
	ip -n "$T1" link add tap0 type veth peer name eth0 netns "$G1"
	ip -n "$T1" link set tap0 master br0
	ip -n "$T1" link set tap0 up
	ip -n "$T1" link set br0 up
	ip -n "$G1" link set eth0 up
	FAM=4
	late_for_long 3
	wait_for "it is heard" heard_behind_head
	moved_by=$(fdb_value "$T1" s1 $M place)
	same head "$moved_by" "where it is"
	# shellcheck disable=SC2046
	guest 2 $M dmac=ff:ff:ff:ff:ff:ff $(says na $M)
	wait_for "T1 hears of it" entry_at "$T1" s1 $M 10.9.0.2
	ovctl -n "$T3" fdb replace s1 $M peer 10.9.0.1
	to 3 $M n=3
	up 1 late-redirected 3
}

heard_behind_head()
{
	guest 1 $M dmac=ff:ff:ff:ff:ff:ff etype=88b5
	entry_at "$T2" s1 $M 10.9.0.1
}

# Mobile entries move by announcements and by nothing else, others by nothing.
test_mobile_static()
{
	local kind n=0 mac

	lay vxlan 4 3
	for kind in rarp garp-request garp-reply na; do
		mac=02:00:00:00:00:f$n
		n=$((n + 1))
		ovctl -n "$T3" fdb add s1 "$mac" peer 10.9.0.1 seq 7 mobile
		guest 2 "$mac" dmac=ff:ff:ff:ff:ff:ff etype=88b5
		up 3 fdb-held $((2 * n - 1))
		same 10.9.0.1 "$(fdb_peer "$T3" s1 "$mac")" "where data puts it"
		# shellcheck disable=SC2046
		guest 2 "$mac" dmac=ff:ff:ff:ff:ff:ff $(says $kind "$mac")
		wait_for "it moves by $kind" entry_at "$T3" s1 "$mac" 10.9.0.2
		same "static true 7 1" "$(fdb_value "$T3" s1 "$mac" kind) $(fdb_value "$T3" s1 "$mac" mobile) \
$(fdb_value "$T3" s1 "$mac" seq) $(fdb_value "$T3" s1 "$mac" moves)" "what it is then"
		# One that is not mobile stays.
		ovctl -n "$T3" fdb replace s1 "$mac" peer 10.9.0.1 seq 8
		# shellcheck disable=SC2046
		guest 2 "$mac" dmac=ff:ff:ff:ff:ff:ff $(says $kind "$mac")
		up 3 fdb-held $((2 * n))
		same 10.9.0.1 "$(fdb_peer "$T3" s1 "$mac")" "where $kind puts what is not mobile"
	done
	# To a port: data in the same instant as the announcement does not hide it.
	ovctl -n "$T1" fdb add s1 $M peer 10.9.0.2 mobile
	{
		echo "enc=frame via=eth0 smac=$M dmac=ff:ff:ff:ff:ff:ff etype=88b5 n=20"
		echo "enc=frame via=eth0 smac=$M dmac=ff:ff:ff:ff:ff:ff $(says rarp $M)"
	} | inject "$G1"
	wait_for "it is at the port" at_port "$T1" $M tap0
	same static "$(fdb_value "$T1" s1 $M kind)" "its kind"
	# A stale request is refused, also after that.
	ovctl -n "$T1" fdb replace s1 $M peer 10.9.0.2 seq 9 mobile
	must_fail_with "newer sequence number" ovctl -n "$T1" fdb replace s1 $M peer 10.9.0.3 seq 8 mobile
	ovctl -n "$T1" fdb replace s1 $M peer 10.9.0.3 seq 8 force
}

hops()
{
	# shellcheck disable=SC2046
	guest 2 $M dmac=ff:ff:ff:ff:ff:ff $(says rarp $M)
	wait_for "it is at T2" entry_at "$T3" s1 $M 10.9.0.2
	# shellcheck disable=SC2046
	guest 1 $M dmac=ff:ff:ff:ff:ff:ff $(says rarp $M)
}

test_mobile_freeze_and_thaw()
{
	lay vxlan 4 3
	ovctl -n "$T3" dev set s1 move-limit 3 move-window 5
	ovctl -n "$T3" fdb add s1 $M peer 10.9.0.1 mobile
	hops
	wait_for "it is back" entry_at "$T3" s1 $M 10.9.0.1
	hops
	wait_for "it is frozen" eval '[[ $(fdb_value "$T3" s1 $M frozen) == true ]]'
	same 10.9.0.2 "$(fdb_peer "$T3" s1 $M)" "where it was frozen"
	wait_for "it is thawed" eval '[[ $(fdb_value "$T3" s1 $M frozen) == false ]]'
	# shellcheck disable=SC2046
	guest 1 $M dmac=ff:ff:ff:ff:ff:ff $(says rarp $M)
	wait_for "it moves again" entry_at "$T3" s1 $M 10.9.0.1
}

# Not an announcement: one for another address, a question for somebody else, an answer to a question.
test_what_announces()
{
	local mac body n=0 ip6=fd010000000000000000000000000063

	lay vxlan 4 3
	mac=$(hex $M)
	ovctl -n "$T3" fdb add s1 $M peer 10.9.0.1 mobile
	for body in "8035 00010800060400030200000000000000000002000000000000000000" \
		"8035 0001080006040003${mac}000000000200000000ee00000000" \
		"0806 0001080006040001${mac}0a0100630000000000000a010064" \
		"0806 0001080006040001${mac}0000000000000000000000000000" \
		"0806 00010800060400010200000000ee0a0100630000000000000a010063" \
		"0806 0001080006040003${mac}0a0100630000000000000a010063" \
		"86dd 6000000000203aff${ip6}ff020000000000000000000000000001880000006000000\
0${ip6}0201$mac" \
		"86dd 6000000000203a40${ip6}ff020000000000000000000000000001880000002000000\
0${ip6}0201$mac" \
		"86dd 6000000000203aff${ip6}ff020000000000000000000000000001880000002000000\
0${ip6}02010200000000ee" \
		"86dd 6000000000183aff${ip6}ff020000000000000000000000000001880000002000000\
0${ip6}" \
		"86dd 6000000000203aff${ip6}ff020000000000000000000000000001870000002000000\
0${ip6}0201$mac"; do
		n=$((n + 1))
		inject "$H2" <<<"vni=100 src=10.9.0.2 dst=10.9.0.3 smac=$M dmac=ff:ff:ff:ff:ff:ff \
etype=${body% *} body=${body#* }"
		up 3 fdb-held $n
	done
	same 10.9.0.1 "$(fdb_peer "$T3" s1 $M)" "where it is after all that"
	# With a tag before it, it is one.
	guest 2 $M "dmac=ff:ff:ff:ff:ff:ff vlan=7 $(says garp-request $M)"
	wait_for "it moved" entry_at "$T3" s1 $M 10.9.0.2
}

test_sequences_never_count()
{
	local i

	lay vxlan 4 3
	ovctl -n "$T3" fdb add s1 $M peer 10.9.0.1 seq 1 mobile
	for i in 2 3 4 5 6 7 8 9; do
		ovctl -n "$T3" fdb replace s1 $M peer 10.9.0.$((i % 2 + 1)) seq "$i" mobile
	done
	same "0 false" "$(fdb_value "$T3" s1 $M moves) $(fdb_value "$T3" s1 $M frozen | sed s/null/false/)" \
		"after eight moves by the control plane"
	# Six moves, each told by the control plane as well, are all legal.
	for i in 11 12 13 14 15 16; do
		# shellcheck disable=SC2046
		guest $((i % 2 + 1)) $M dmac=ff:ff:ff:ff:ff:ff $(says rarp $M)
		wait_for "it moves" entry_at "$T3" s1 $M 10.9.0.$((i % 2 + 1))
		ovctl -n "$T3" fdb replace s1 $M peer 10.9.0.$((i % 2 + 1)) seq "$i" mobile
	done
	same "0 false" "$(fdb_value "$T3" s1 $M moves) $(fdb_value "$T3" s1 $M frozen | sed s/null/false/)" \
		"after six more"
}

# No flow has the FlowID that is the mark.
test_flowid_255_is_free()
{
	local n before

	n=$(rounds 1500)
	hv_lay 2
	overlay gre-nvgre 4 2
	ns "$T1" sysctl -qw net.ipv6.conf.s1.disable_ipv6=1
	ovctl -n "$T1" fdb add s1 $M peer 10.9.0.2
	before=$(counter "$T1" s1 tx-packets)
	capture_start wire "$H2" u0 "proto gre"
	for ((i = 0; i < n; i++)); do
		echo "enc=frame via=s1 smac=$(tenant_mac 1) dmac=$M ip4=10.1.0.1,10.1.0.9 iport=$((i + 1)) pay=4"
	done | inject "$T1"
	up 1 tx-packets "$((before + n))"
	pcap wire key dmac | awk -v m=$M '$2 == m { print $1 % 256 }' | sort -n | uniq -c >"$TMP/ids"
	number "$(wc -l <"$TMP/ids")" -gt 100 "FlowIDs in use"
	! grep -q ' 255$' "$TMP/ids" || fail "a flow has FlowID 255: $(<"$TMP/ids")"
	ovctl -n "$T1" dev set s1 flowid off
	capture_start off "$H2" u0 "proto gre"
	to 1 $M n=3
	capture_wait off 3 "frames without FlowID"
	same 25600 "$(pcap off key | sort -u)" "their key"
}

# The kernel's own vxlan takes marked frames.
test_in_tree_receiver()
{
	hv_lay 3
	overlay vxlan 4 3
	FAM=4
	late_for_long 3
	guests 1
	ip -n "$H2" addr add 10.9.0.22/24 dev u0
	ns_new I
	ip -n "$H2" link add vx0 netns "$I" type vxlan id 100 local 10.9.0.22 dstport 4789 remote 10.9.0.1 learning 2>/dev/null || :
	# One UDP port is one socket's: the segment there makes room.
	ovctl -n "$H2" dev del s1
	ip -n "$I" link show vx0 >/dev/null 2>&1 ||
		ip -n "$H2" link add vx0 netns "$I" type vxlan id 100 local 10.9.0.22 dstport 4789 \
			remote 10.9.0.1 learning
	ip -n "$I" link set vx0 address $M up
	ovctl -n "$T1" peer add s1 10.9.0.22
	guest 1 $M dmac=ff:ff:ff:ff:ff:ff etype=88b5
	wait_for "it is at T1's tap" at_port "$T1" $M tap0
	inject "$I" <<<"enc=frame via=vx0 smac=$M dmac=ff:ff:ff:ff:ff:ff $(says rarp $M)"
	wait_for "T1 hears of it" entry_at "$T1" s1 $M 10.9.0.22
	ovctl -n "$T3" fdb replace s1 $M peer 10.9.0.1
	capture_start got "$I" vx0 "ether dst $M and ether proto 0x88b5"
	capture_start wire "$H2" u0 "udp port 4789"
	to 3 $M n=4
	capture_wait got 4 "late frames arrive at the kernel's vxlan"
	up 1 late-redirected 4
	same 32767 "$(pcap wire sport dmac | awk -v m=$M '$2 == m { print $1 }' | sort -u)" "the mark"
}

# Every move: where it was, and where it is.
test_events_tell_both()
{
	lay vxlan 4 3
	bg mon ip netns exec "$H1" "$PY" "$HELPERS/nl.py" hear 600
	wait_for "the listener listens" grep -q ready "$TMP/mon.out"
	lives_at_1 $M
	# shellcheck disable=SC2046
	guest 2 $M dmac=ff:ff:ff:ff:ff:ff $(says rarp $M)
	heard '.event == "fdb-moved" and .fdb[0]."old-place" == "port" and .fdb[0]."old-port-name" == "tap0" and
		.fdb[0].place == "peer" and .fdb[0].peer == "10.9.0.2"'
	ovctl -n "$T1" fdb add s1 $M peer 10.9.0.3 seq 4 mobile
	heard '.event == "fdb-changed" and .fdb[0]."old-peer" == "10.9.0.2" and .fdb[0].peer == "10.9.0.3"'
	# shellcheck disable=SC2046
	guest 1 $M dmac=ff:ff:ff:ff:ff:ff $(says na $M)
	heard '.event == "fdb-moved" and .fdb[0]."old-place" == "peer" and .fdb[0]."old-peer" == "10.9.0.3" and
		.fdb[0].place == "port" and .fdb[0]."port-name" == "tap0"'
	# From the head to a peer, of what a packet socket sent there once.
	guest 2 02:00:00:00:00:b7 dmac=ff:ff:ff:ff:ff:ff etype=88b5
	wait_for "it is at T2" entry_at "$T1" s1 02:00:00:00:00:b7 10.9.0.2
	inject "$T1" <<<"enc=frame via=s1 smac=02:00:00:00:00:b7 dmac=ff:ff:ff:ff:ff:ff etype=88b5"
	heard '.event == "fdb-moved" and .fdb[0]."old-place" == "peer" and .fdb[0].place == "head"'
	guest 2 02:00:00:00:00:b7 dmac=ff:ff:ff:ff:ff:ff etype=88b5
	heard '.event == "fdb-moved" and .fdb[0]."old-place" == "head" and .fdb[0].place == "peer"'
}

test_refusals()
{
	lay vxlan 4 2
	before=$(state_of "$T1" s1)
	must_fail_with "The redirect port must not be the only source port" \
		ovctl -n "$T1" dev set s1 srcport 32767 32767
	must_fail_with "The redirect port must not be the only source port" \
		ovctl -n "$T1" dev set s1 srcport 99 99 redirect-port 99
	same "$before" "$(state_of "$T1" s1)" "state after the refusals"
}

# Flows of all ports but that one: the larger part of them, beside it.
test_mark_among_source_ports()
{
	local range i

	hv_lay 2
	overlay vxlan 4 2
	ovctl -n "$T1" fdb add s1 $M peer 10.9.0.2
	for range in "100 101 100 101:101" "100 101 101 100:100" "5 14 9 10:14" "5 14 11 5:10"; do
		# shellcheck disable=SC2086
		set -- $range
		ovctl -n "$T1" dev set s1 srcport "$1" "$2" redirect-port "$3"
		capture_start "wire$3" "$H2" u0 "udp dst port 4789 and src host 10.9.0.1"
		for ((i = 0; i < 200; i++)); do
			echo "enc=frame via=s1 smac=$(tenant_mac 1) dmac=$M ip4=10.1.0.1,10.1.0.9 iport=$((i + 1)) pay=4"
		done | inject "$T1"
		capture_wait "wire$3" 200 "flows from ports $1 to $2"
		same "$4" "$(pcap "wire$3" sport | sort -n | sed -n '1h;${x;s/$/:/;G;s/\n//;p}')" \
			"their ports, of $1 to $2 without $3"
	done
}

run_tests "$@"
