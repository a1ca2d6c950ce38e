#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Moves that a controller tells beforehand: what waits, what goes to both places, and what is left
# of it all by an abort, by a timeout, or by a peer or a device that goes.
# seconds: 200
# shellcheck disable=SC2016,SC2034,SC2153 # what eval is given; variables set by name
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"
# shellcheck source=selftests/moves.sh
source "$TOP/selftests/moves.sh"

TESTS="
	queue_in_order queue_with_local_clone queue_limits queue_expires timeout abort finish
	finish_of_a_silent_one without_learning clone_flips planned_static planned_refusals planned_leftovers
	waits_as_it_came by_turns full_table clone_of_a_gateway frozen_and_planned
"

setup_suite()
{
	load_module
}

# Numbered frames for M out of T3: numbered FIRST LAST
numbered()
{
	local i

	for ((i = $1; i <= $2; i++)); do
		printf 'enc=frame via=s1 smac=%s dmac=%s etype=88b5 body=%04x\n' "$(tenant_mac 3)" $M "$i"
	done | inject "$T3"
}

# The numbers that a capture at a guest holds.
numbers()
{
	pcap "$1" etype hex | awk '$1 == "88b5" { printf "%s ", substr($2, 29, 4) }'
}

# M lives at 1, and T2 and T3 were told that it comes to 2; there is time enough for that where
# nothing else is said.
about_to_move()
{
	local words="${*:3}"

	[[ $words == *max-wait* ]] || words+=" max-wait 60000"
	[[ $words == *timeout* ]] || words+=" timeout 600000"
	lay "$1" "$2" 3
	lives_at_1 $M
	zero 1
	zero 2
	# shellcheck disable=SC2086
	ovctl -n "$T2" move prepare s1 $M $words
	ovctl -n "$T3" move prepare s1 $M to "$(uaddr "$2" 2)" clone timeout 600000
}

# What is sent before, while, and after it appears arrives once and in order.
test_queue_in_order()
{
	local pair

	for pair in vxlan:4 gre-plain:6; do
		about_to_move "${pair%:*}" "${pair#*:}"
		capture_start at2 "$G2" eth0 "ether proto 0x88b5 and ether dst $M"
		numbered 1 20
		wait_for "they wait" planned_is 2 waiting 20
		wait_for "they arrive at the old place as well" tap_is 1 20
		same 0 "$(tap_got 2)" "what got through"
		same 20 "$(planned 3 cloned)" "sent to both places"
		guest 2 $M "dmac=$(tenant_mac 2) etype=88b5"
		wait_for "what waited is out" tap_is 2 20
		# Any frame told T2 alone; the third one hears when it is told.
		same gone "$(planned 2 mac)" "the move at the destination"
		# shellcheck disable=SC2046
		guest 2 $M dmac=ff:ff:ff:ff:ff:ff $(says rarp $M)
		wait_for "T3 hears of it" entry_at "$T3" s1 $M "$(uaddr "${pair#*:}" 2)"
		same gone "$(planned 3 mac)" "the move at the third"
		numbered 21 30
		wait_for "the rest goes there" tap_is 2 30
		same 21 "$(tap_got 1)" "what the old place got, the announcement included"
		same "$(for i in {1..30}; do printf '%04x ' "$i"; done)" "$(numbers at2)" "the order"
		same "20 0 0" "$(counter "$T2" s1 move-released) $(counter "$T2" s1 move-drop-overflow) \
$(counter "$T2" s1 move-drop-expired)" "counters"
		for ns in "$T1" "$T2" "$T3" "$G1" "$G2" "$H1" "$H2" "$H3" "$SW"; do
			ns_del "$ns"
		done
	done
}

# What stations at the destination say waits there, and goes to the old place.
test_queue_with_local_clone()
{
	about_to_move vxlan 4 clone
	to 2 $M n=4
	wait_for "it waits" planned_is 2 waiting 4
	wait_for "it arrives at the old place" tap_is 1 4
	guest 2 $M "dmac=$(tenant_mac 2) etype=88b5"
	wait_for "it arrives at the new one" tap_is 2 4
	# And at the source what its own stations say.
	guest 1 $M dmac=ff:ff:ff:ff:ff:ff etype=88b5
	wait_for "it is back" at_port "$T1" $M tap0
	ovctl -n "$T1" move prepare s1 $M to 10.9.0.2 clone
	to 1 $M n=3
	wait_for "both got it" eval 'tap_is 1 7'
	same 3 "$(planned 1 cloned)" "sent to both places"
}

test_queue_limits()
{
	local full

	about_to_move vxlan 4 max-frames 5
	numbered 1 12
	wait_for "seven are too many" planned_is 2 overflow 7
	same 5 "$(planned 2 waiting)" "what waits"
	up 2 move-drop-overflow 7
	capture_start at2 "$G2" eth0 "ether proto 0x88b5 and ether dst $M"
	guest 2 $M "dmac=$(tenant_mac 2) etype=88b5"
	wait_for "those are let out" tap_is 2 5
	same "0008 0009 000a 000b 000c " "$(numbers at2)" "the last ones, in order"
	ovctl -n "$T2" move prepare s1 02:00:00:00:00:b8 max-bytes 4096
	full=02:00:00:00:00:b8
	inject "$H3" <<<"vni=100 src=10.9.0.3 dst=10.9.0.2 smac=$(tenant_mac 3) dmac=$full etype=88b5 n=40"
	wait_for "some are too many" eval '[[ $(planned 2 overflow $full) -gt 0 ]]'
	number "$(planned 2 waiting $full)" -lt 40 "what waits in 4096 bytes"
}

test_queue_expires()
{
	about_to_move vxlan 4 max-wait 100
	numbered 1 5
	up 2 move-waited 5
	# Without one that comes after.
	up 2 move-drop-expired 5
	same 5 "$(planned 2 expired)" "told of the move"
}

test_timeout()
{
	about_to_move vxlan 4 timeout 10000
	bg mon ip netns exec "$H2" "$PY" "$HELPERS/nl.py" hear 600
	wait_for "the listener listens" grep -q ready "$TMP/mon.out"
	numbered 1 5
	wait_for "its time is over" planned_is 2 mac gone
	heard '.event == "move-expired"'
	up 2 move-drop-aborted 5
	same 0 "$(dev_value "$T2" s1 moves)" "moves"
	same "$(uaddr 4 1)" "$(fdb_peer "$T2" s1 $M)" "where the station is"
}

test_abort()
{
	local before

	lay vxlan 4 3
	lives_at_1 $M
	before=$(state_of "$T2" s1)
	ovctl -n "$T2" move prepare s1 $M,02:00:00:00:00:b9 max-wait 60000 timeout 600000
	same 2 "$(dev_value "$T2" s1 moves)" "moves"
	to 3 $M n=2
	inject "$H3" <<<"vni=100 src=10.9.0.3 dst=10.9.0.2 smac=$(tenant_mac 3) dmac=$M etype=88b5 n=3"
	wait_for "they wait" planned_is 2 waiting 3
	must_fail_with "No move of this MAC address is prepared" \
		ovctl -n "$T2" move abort s1 $M,02:00:00:00:00:ba
	same 3 "$(planned 2 waiting)" "after the refusal"
	ovctl -n "$T2" move abort s1 $M,02:00:00:00:00:b9
	up 2 move-drop-aborted 3
	same "$before" "$(state_of "$T2" s1)" "the state before and after"
	before=$(counter "$T2" s1 rx-drop-horizon)
	inject "$H3" <<<"vni=100 src=10.9.0.3 dst=10.9.0.2 smac=$(tenant_mac 3) dmac=$M etype=88b5"
	up 2 rx-drop-horizon $((before + 1))
}

test_finish()
{
	about_to_move gre-nvgre 4
	ovctl -n "$T3" move finish s1 $M
	same 10.9.0.2 "$(fdb_peer "$T3" s1 $M)" "where the third one has it"
	same gone "$(planned 3 mac)" "the move"
	same 0 "$(fdb_value "$T3" s1 $M moves | sed s/null/0/)" "moves counted"
	ovctl -n "$T1" move prepare s1 $M to 10.9.0.2
	ovctl -n "$T1" move finish s1 $M
	to 3 $M n=2
	wait_for "they wait" planned_is 2 waiting 2
	ovctl -n "$T1" fdb replace s1 $M peer 10.9.0.2
	ovctl -n "$T3" fdb replace s1 $M peer 10.9.0.1
	to 3 $M n=3
	up 1 late-redirected 3
	wait_for "late ones wait as well" planned_is 2 waiting 5
	guest 2 $M "dmac=$(tenant_mac 2) etype=88b5"
	wait_for "all arrive" tap_is 2 5
}

# A station that says nothing is looked for at all ports of its new place.
test_finish_of_a_silent_one()
{
	about_to_move vxlan 4
	to 3 $M n=4
	wait_for "they wait" planned_is 2 waiting 4
	ovctl -n "$T2" move finish s1 $M
	wait_for "they arrive" tap_is 2 4
	wait_for "the move is over" planned_is 2 mac gone
	# What a controller said before is not true any more.
	ovctl -n "$T2" fdb add s1 $M peer 10.9.0.1
	ovctl -n "$T2" move prepare s1 $M max-wait 60000 timeout 600000
	to 3 $M n=3
	wait_for "they wait" planned_is 2 waiting 3
	ovctl -n "$T2" move finish s1 $M
	wait_for "they arrive" tap_is 2 7
	wait_for "the move is over" planned_is 2 mac gone
	same "" "$(ovctl -n "$T2" -j fdb show s1 | json_having "$M")" "an entry of it"
	same 0 "$(counter "$T2" s1 rx-drop-horizon)" "what was dropped"
}

# A second guest of T2, by the port tap1.
second_guest()
{
	ns_new G4
	ns "$G4" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	ip -n "$T2" link add tap1 type veth peer name eth0 netns "$G4"
	ip -n "$G4" link set eth0 up
	ovctl -n "$T2" port add s1 tap1 access
}

# What comes from a port of the new place goes on as if it had come just now: not to a port that it
# is isolated from, and never back.
test_waits_as_it_came()
{
	about_to_move vxlan 4 clone
	second_guest
	ovctl -n "$T2" port set s1 tap0 isolated on
	ovctl -n "$T2" port set s1 tap1 isolated on
	capture_start at2 "$G2" eth0 "ether proto 0x88b5"
	capture_start at4 "$G4" eth0 "ether proto 0x88b5"
	guest 4 02:00:00:00:00:c4 dmac=$M etype=88b5 n=3
	guest 2 02:00:00:00:00:c2 dmac=$M etype=88b5 n=2
	to 2 $M n=4
	wait_for "they wait" planned_is 2 waiting 9
	guest 2 $M "dmac=$(tenant_mac 2) etype=88b5"
	wait_for "the move is over" planned_is 2 mac gone
	up 2 port-drop-isolated 3
	up 2 port-drop-local 2
	wait_for "the head's arrive" tap_is 2 4
	# What the guest itself sent is seen there once.
	same "$(printf '%s\n' 02:00:00:00:00:c2{,} "$(tenant_mac 2)"{,,,})" \
		"$(pcap at2 smac dmac | awk -v m=$M '$2 == m { print $1 }')" "what was seen of the guest"
	same 0 "$(pcap at4 dmac smac | awk -v m=$M '$1 == m && $2 != "02:00:00:00:00:c4"' | wc -l)" \
		"what the other one got"
}

# While one station's frames are about to be let out, another's begin to wait: that puts nothing off.
test_by_turns()
{
	local other=02:00:00:00:00:b8

	about_to_move vxlan 4
	ovctl -n "$T2" move prepare s1 $other clone max-wait 60000 timeout 600000
	to 3 $M n=70
	wait_for "they wait" planned_is 2 waiting 70
	inject "$G2" <<-END
		enc=frame via=eth0 smac=$M dmac=$(tenant_mac 2) etype=88b5
		enc=frame via=eth0 smac=02:00:00:00:00:c2 dmac=$other etype=88b5
	END
	wait_for "they are let out" tap_is 2 70
	same 1 "$(planned 2 waiting $other)" "what waits for the other one"
	inject "$H3" <<<"vni=100 src=10.9.0.3 dst=10.9.0.2 smac=$(tenant_mac 3) dmac=$other etype=88b5 n=70"
	guest 2 $other "dmac=$(tenant_mac 2) etype=88b5"
	# Not what came from its own port.
	wait_for "those, too" tap_is 2 140
	same 0 "$(counter "$T2" s1 move-drop-expired)" "what waited too long"
}

# A table that is full has room for who is awaited.
test_full_table()
{
	about_to_move vxlan 4
	ovctl -n "$T2" fdb flush s1
	ovctl -n "$T2" dev set s1 max-learned 2
	guest 2 02:00:00:00:00:d1 "dmac=$(tenant_mac 2) etype=88b5"
	guest 2 02:00:00:00:00:d2 "dmac=$(tenant_mac 2) etype=88b5"
	guest 2 02:00:00:00:00:d3 "dmac=$(tenant_mac 2) etype=88b5"
	wait_for "it is full" eval '[[ $(counter "$T2" s1 fdb-limit) -gt 0 ]]'
	to 3 $M n=3
	wait_for "they wait" planned_is 2 waiting 3
	guest 2 $M "dmac=$(tenant_mac 2) etype=88b5"
	wait_for "they arrive" tap_is 2 3
	wait_for "it is known" at_port "$T2" $M tap0
}

# The copy has the address that the head has towards peers, as the frame itself.
test_clone_of_a_gateway()
{
	lay vxlan 4 3
	ip -n "$T2" link set s1 address 02:00:00:00:00:fe
	ip -n "$T3" link set s1 address 02:00:00:00:00:fe
	ovctl -n "$T2" dev set s1 head-mac 02:00:00:00:fe:02
	ovctl -n "$T3" dev set s1 head-mac 02:00:00:00:fe:03
	lives_at_1 $M
	zero 1
	zero 2
	ovctl -n "$T2" move prepare s1 $M max-wait 60000 timeout 600000
	ovctl -n "$T3" move prepare s1 $M to 10.9.0.2 clone timeout 600000
	capture_start at2 "$G2" eth0 "ether proto 0x88b5 and ether dst $M"
	inject "$T3" <<<"enc=frame via=s1 smac=02:00:00:00:00:fe dmac=$M etype=88b5 n=3"
	wait_for "they wait" planned_is 2 waiting 3
	wait_for "they arrive at the old place" tap_is 1 3
	same 0 "$(counter "$T2" s1 rx-drop-own-mac)" "what looked like one of its own"
	guest 2 $M "dmac=02:00:00:00:00:d1 etype=88b5"
	wait_for "they arrive" tap_is 2 3
	same 02:00:00:00:fe:03 "$(pcap at2 smac | sort -u)" "whom they are from"
}

# An entry that was frozen goes where a plan says, and is an entry like others there.
test_frozen_and_planned()
{
	lay vxlan 4 3
	ovctl -n "$T3" dev set s1 move-limit 2 move-window 3600
	lives_at_1 $M
	guest 2 $M dmac=ff:ff:ff:ff:ff:ff etype=88b5
	wait_for "it moved" entry_at "$T3" s1 $M 10.9.0.2
	guest 1 $M dmac=ff:ff:ff:ff:ff:ff etype=88b5
	wait_for "it is frozen" eval '[[ $(fdb_value "$T3" s1 $M frozen) == true ]]'
	same 10.9.0.1 "$(fdb_peer "$T3" s1 $M)" "where it is"
	ovctl -n "$T3" move prepare s1 $M to 10.9.0.2
	guest 2 $M dmac=ff:ff:ff:ff:ff:ff etype=88b5
	wait_for "it goes where it was planned" entry_at "$T3" s1 $M 10.9.0.2
	same "false 0" "$(fdb_value "$T3" s1 $M frozen) $(fdb_value "$T3" s1 $M moves | sed s/null/0/)" "frozen, moves"
}

# With learning off, a move is carried out nevertheless, and nothing else is learned.
test_without_learning()
{
	lay vxlan 4 3
	ovctl -n "$T2" dev set s1 learning off
	ovctl -n "$T3" dev set s1 learning off
	ovctl -n "$T3" fdb flush s1
	ovctl -n "$T2" fdb add s1 $M peer 10.9.0.1
	ovctl -n "$T3" fdb add s1 $M peer 10.9.0.1
	ovctl -n "$T2" move prepare s1 $M max-wait 60000 timeout 600000
	ovctl -n "$T3" move prepare s1 $M to 10.9.0.2 clone timeout 600000
	to 3 $M n=3
	wait_for "they wait" planned_is 2 waiting 3
	guest 2 02:00:00:00:00:b9 dmac=ff:ff:ff:ff:ff:ff etype=88b5
	guest 2 $M dmac=ff:ff:ff:ff:ff:ff etype=88b5
	wait_for "it is at the port" at_port "$T2" $M tap0
	wait_for "T3 hears of it" entry_at "$T3" s1 $M 10.9.0.2
	wait_for "what waited is out" tap_is 2 3
	same "0 1" "$(dev_value "$T3" s1 learned-entries) $(dev_value "$T3" s1 static-entries)" "entries"
	# Nor is there an entry where nobody set one: it would be the only one that nobody moves.
	zero 2
	ovctl -n "$T2" move prepare s1 02:00:00:00:00:ba max-wait 60000 timeout 600000
	to 3 02:00:00:00:00:ba n=3
	wait_for "they wait" planned_is 2 waiting 3 02:00:00:00:00:ba
	guest 2 02:00:00:00:00:ba dmac=ff:ff:ff:ff:ff:ff etype=88b5
	wait_for "what waited is out" tap_is 2 3
	wait_for "the move is over" planned_is 2 mac gone 02:00:00:00:00:ba
	same "" "$(ovctl -n "$T2" -j fdb show s1 | json_having 02:00:00:00:00:ba)" "an entry of it"
}

# Sent to both until it flips; a controller's own entry flips, too.
test_clone_flips()
{
	about_to_move vxlan 6
	ovctl -n "$T3" fdb replace s1 $M peer fd09::1 seq 3
	to 3 $M n=3
	up 3 move-cloned 3
	ovctl -n "$T3" fdb replace s1 $M peer fd09::2 seq 4
	same gone "$(planned 3 mac)" "the move"
	to 3 $M n=2
	same 3 "$(counter "$T3" s1 move-cloned)" "sent to both places"
	wait_for "all wait" planned_is 2 waiting 5
	same 3 "$(tap_got 1)" "what the old place got"
}

# Data moves a static entry to where a plan says, and nowhere else.
test_planned_static()
{
	lay vxlan 4 3
	ovctl -n "$T3" fdb add s1 $M peer 10.9.0.1 seq 5
	ovctl -n "$T3" move prepare s1 $M to 10.9.0.2
	guest 2 $M dmac=ff:ff:ff:ff:ff:ff etype=88b5
	wait_for "it moves" entry_at "$T3" s1 $M 10.9.0.2
	same "static 5" "$(fdb_value "$T3" s1 $M kind) $(fdb_value "$T3" s1 $M seq)" "what it is"
	guest 1 $M dmac=ff:ff:ff:ff:ff:ff etype=88b5
	up 3 fdb-held 1
	same 10.9.0.2 "$(fdb_peer "$T3" s1 $M)" "where it is"
}

test_planned_refusals()
{
	lay vxlan 4 3
	lives_at_1 $M
	ovctl -n "$T2" move prepare s1 02:00:00:00:00:b9
	must_fail_with "prepared already" ovctl -n "$T2" move prepare s1 $M,02:00:00:00:00:b9
	must_fail_with "no such peer" ovctl -n "$T2" move prepare s1 $M to 10.9.0.9
	must_fail_with "already" ovctl -n "$T1" move prepare s1 $M
	must_fail_with "already" ovctl -n "$T2" move prepare s1 $M to 10.9.0.1
	must_fail_with "not the address of one station" ovctl -n "$T2" move prepare s1 01:00:5e:00:00:01
	same 1 "$(dev_value "$T2" s1 moves)" "moves after the refusals"
	must_say 02:00:00:00:00:b9 ovctl -n "$T2" move show s1
	must_say 02:00:00:00:00:b9 ovctl -n "$T2" move show s1 02:00:00:00:00:b9
}

# A peer that goes takes moves to it along, a device its queues.
test_planned_leftovers()
{
	about_to_move vxlan 4
	ovctl -n "$T3" peer del s1 10.9.0.2
	same 0 "$(dev_value "$T3" s1 moves)" "moves to a peer that is gone"
	inject "$H3" <<<"vni=100 src=10.9.0.3 dst=10.9.0.2 smac=$(tenant_mac 3) dmac=$M etype=88b5 n=3"
	wait_for "they wait" planned_is 2 waiting 3
	ovctl -n "$H2" dev del s1
}

run_tests "$@"
