#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A station that talks moves from one hypervisor to another: {announced by RARP, GARP, NA, not at
# all} x {planned, unplanned} x {vxlan, gre} x {v4, v6}, a probe each ms in both directions; and
# many moves in a row.
#
# TENOVL_MIGRATIONS is how many moves in a row there are (30; 1000 by "make migrations").
# processors: several
# shellcheck disable=SC2016,SC2034,SC2153,SC2154 # what eval is given; variables set by name
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"
# shellcheck source=selftests/moves.sh
source "$TOP/selftests/moves.sh"

TESTS="matrix_vxlan_4 matrix_vxlan_6 matrix_gre_4 matrix_gre_6 in_a_row"

setup_suite()
{
	load_module
}

# The station is namespace G, and a bridge in X is the cable that reaches one of two hypervisors: it
# sees no carrier come and go, so nothing but what a test says announces it.
#
#	G eth0 ── x0 br x1 ── tap0 T1
#	             └ x2 ── tap0 T2
station()
{
	local i t

	ns_new G X
	ns "$G" sysctl -qw net.ipv6.conf.default.dad_transmits=0 net.ipv6.conf.default.autoconf=0
	ns "$X" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	ip -n "$X" -batch - <<-END
		link add br type bridge mcast_snooping 0
		link set br arp off up
		link add x0 type veth peer name eth0 netns $G
		link add x1 type veth peer name tap0 netns $T1
		link add x2 type veth peer name tap0 netns $T2
		link set x0 master br up
		link set x1 master br
		link set x2 master br
	END
	ip -n "$G" -batch - <<-END
		link set eth0 address $M up
		addr add 10.1.0.77/24 dev eth0
		addr add fd01::77/64 dev eth0 nodad
		neigh replace 10.1.0.3 lladdr $(tenant_mac 3) dev eth0 nud permanent
		neigh replace fd01::3 lladdr $(tenant_mac 3) dev eth0 nud permanent
	END
	ip -n "$T3" -batch - <<-END
		neigh replace 10.1.0.77 lladdr $M dev s1 nud permanent
		neigh replace fd01::77 lladdr $M dev s1 nud permanent
	END
	for i in 1 2; do
		t=T$i
		ns "${!t}" sysctl -qw net.ipv6.conf.tap0.disable_ipv6=1
		ip -n "${!t}" link set tap0 up
		ovctl -n "${!t}" port add s1 tap0 access
	done
}

# The addresses of a probe's two ends, in the family of the underlay.
far() { [[ $FAM == 4 ]] && echo 10.1.0.3 || echo fd01::3; }
near() { [[ $FAM == 4 ]] && echo 10.1.0.77 || echo fd01::77; }

# How many frames the third one sent to the station, or to both places.
sent_by_3()
{
	json_get "$(ovctl -n "$T3" -j stats show s1)" tx-packets none
}

# The process of a guest that is stopped does not run; ip is the cable: stop FROM, go TO.
stop()
{
	kill -STOP "${PROBE[out$ROUND]}"
	ip -n "$X" link set "x$1" down
}

go()
{
	ip -n "$X" link set "x$1" up
	kill -CONT "${PROBE[out$ROUND]}"
}

# announce KIND FROM TO: as it is said, or by a controller at the old place.
announce()
{
	local old=T$2

	if [[ $1 == nothing ]]; then
		[[ $PLAN == planned ]] || ovctl -n "${!old}" fdb replace s1 $M peer "$(uaddr "$FAM" "$3")" force
	else
		inject "$G" <<<"enc=frame via=eth0 smac=$M dmac=ff:ff:ff:ff:ff:ff $(says "$1" $M)"
	fi
}

# One move while probes run. Unplanned, the third one goes on sending to the old place.
one_move()
{
	local kind=$1 from=$2 to=$3 old=T$2 new=T$3 before lost

	ROUND=$((ROUND + 1))
	ovctl -n "$T1" fdb flush s1
	ovctl -n "$T2" fdb flush s1
	ovctl -n "$T3" fdb flush s1
	probe "out$ROUND" "$G" "$(far)"
	wait_for "the old place has it" at_port "${!old}" $M tap0
	wait_for "the third one knows" entry_at "$T3" s1 $M "$(uaddr "$FAM" "$from")"
	if [[ $PLAN == planned ]]; then
		ovctl -n "${!new}" move prepare s1 $M max-frames 65536 max-bytes 67108864 max-wait 60000
		ovctl -n "$T3" move prepare s1 $M to "$(uaddr "$FAM" "$to")" clone
	else
		ovctl -n "$T3" fdb replace s1 $M peer "$(uaddr "$FAM" "$from")"
	fi
	probe "in$ROUND" "$T3" "$(near)"
	wait_for "probes are answered" answered_by "in$ROUND" 20
	wait_for "in both directions" answered_by "out$ROUND" 20
	before=$(sent_by_3)
	stop "$from"
	nap 0.02
	go "$to"
	announce "$kind" "$from" "$to"
	wait_for "the new place has it ($kind)" at_port "${!new}" $M tap0
	[[ $PLAN == planned ]] || wait_for "the old place knows ($kind)" entry_at "${!old}" s1 $M \
		"$(uaddr "$FAM" "$to")"
	lost=$(($(sent_by_3) - before))
	wait_for "more are answered" answered_by "in$ROUND" $(($(answered "in$ROUND") + 50))
	wait_for "in both directions" answered_by "out$ROUND" $(($(answered "out$ROUND") + 50))
	end_probe "in$ROUND"
	end_probe "out$ROUND"
	same 0 "$(unanswered "out$ROUND")" "its own probes lost ($kind, $PLAN)"
	if [[ $PLAN == planned ]]; then
		same 0 "$(unanswered "in$ROUND")" "probes lost ($kind, planned)"
		wait_for "the move is over" planned_is "$to" mac gone
		wait_for "at the third one, too" planned_is 3 mac gone
	else
		number "$(unanswered "in$ROUND")" -le "$lost" \
			"probes lost ($kind, unplanned), of which $lost were sent while it was stopped"
		number "$(counter "${!old}" s1 late-redirected)" -gt 0 "late ones"
	fi
	diag "$ENC v$FAM $PLAN $kind: lost $(unanswered "in$ROUND") of $(answered "in$ROUND")," \
		"$(unanswered "out$ROUND") of its own"
}

matrix()
{
	local kind here=1 there=2

	ENC=$1 FAM=$2 ROUND=0
	hv_lay 3
	overlay "$1" "$2" 3
	late_for_long 3
	ns "$T3" sysctl -qw net.ipv6.conf.s1.disable_ipv6=0
	ip -n "$T3" addr replace fd01::3/64 dev s1 nodad
	for PLAN in unplanned planned; do
		[[ -n ${G:-} ]] || { station; ip -n "$X" link set x1 up; }
		for kind in rarp garp-request na nothing; do
			one_move "$kind" "$here" "$there"
			read -r here there <<<"$there $here"
		done
	done
}

test_matrix_vxlan_4() { matrix vxlan 4; }
test_matrix_vxlan_6() { matrix vxlan 6; }
test_matrix_gre_4() { matrix gre-nvgre 4; }
test_matrix_gre_6() { matrix gre-nvgre 6; }

# The tables of all are as if it had always been there: where_it_is I
where_it_is()
{
	local i t

	for i in 1 2 3; do
		t=T$i
		if ((i == $1)); then
			at_port "${!t}" $M tap0 || return 1
		else
			entry_at "${!t}" s1 $M "$(uaddr 4 "$1")" || return 1
		fi
	done
}

test_in_a_row()
{
	local n=${TENOVL_MIGRATIONS:-$(rounds 30)} round at=1 next i t

	hv_lay 3
	overlay vxlan 4 3
	late_for_long 3
	guests 1 2 3
	lives_at_1 $M
	for ((round = 1; round <= n; round++)); do
		next=$((at % 3 + 1))
		for i in 1 2 3; do
			t=T$i
			if ((i == next)); then
				ovctl -n "${!t}" move prepare s1 $M
			else
				ovctl -n "${!t}" move prepare s1 $M to "$(uaddr 4 $next)" clone
			fi
		done
		# shellcheck disable=SC2046
		guest $next $M dmac=ff:ff:ff:ff:ff:ff $(says rarp $M)
		wait_for "all know (move $round)" where_it_is $next
		at=$next
	done
	for i in 1 2 3; do
		t=T$i
		wait_for "no move is left" eval '[[ $(dev_value "'"${!t}"'" s1 moves) == 0 ]]'
		same "0 0" "$(dev_value "${!t}" s1 tombstones) $(counter "${!t}" s1 fdb-frozen)" \
			"tombstones, and entries that froze, at T$i"
		same 1 "$(ovctl -n "${!t}" -j fdb show s1 | grep -c "\"mac\":\"$M\"")" "entries of it at T$i"
	done
	diag "$n moves"
}

run_tests "$@"
