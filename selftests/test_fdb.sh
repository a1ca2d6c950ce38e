#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The forwarding table: what is learned, for how long, how much of it, what
# moves and what does not, who may change it and who hears of it.
# processors: several
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"

TESTS="
	static_entries bulk_entries static_over_learned
	learning_off ageing ageing_never ageing_while_used
	limit limit_frees
	move static_stays
	freeze_and_thaw moves_apart freeze_never ageing_behind_frozen
	sequences sequences_bulk
	events_heard monitor_overrun
	flush_variants peer_deletion_flushes device_down_keeps
	drain extra_sources source_check_off
	flood_off flood_copies
	dump_while_changing
"

M1=02:00:00:00:00:a1
M2=02:00:00:00:00:a2
M3=02:00:00:00:00:a3

setup_suite()
{
	load_module
}

# What a segment is made with, for the tests that go through several.
ENC=vxlan
FAM=4

# Runs a command for each encapsulation and each family of underlay: with_each PAIR,PAIR... CMD...
with_each()
{
	local pair

	for pair in ${1//,/ }; do
		ENC=${pair%:*}
		FAM=${pair#*:}
		"${@:2}"
		ns_del "$T1"
	done
}

# A segment in T1 at H1, with H2 and H3 as peers that are played by hand. P2 and P3 are
# their addresses, P9 is nobody's. A second one in a test lies over the same underlay.
table()
{
	local i

	[[ -n ${SW:-} ]] || hv_lay 3
	ns_new T1
	for i in 1 2 3 9; do
		printf -v "P$i" '%s' "$(uaddr "$FAM" "$i")"
	done
	# shellcheck disable=SC2046
	segment "$H1" "$T1" s1 vni 100 $(enc_args "$ENC") local "$P1" "$@"
	ovctl -n "$T1" peer add s1 "$P2,$P3"
	tenant_up "$T1" s1 1
}

# A frame with source MAC from hypervisor I: from I MAC [WORDS...]
from()
{
	local h=H$1 p=P$1 m=$2 id

	shift 2
	case $ENC in
	vxlan) id="vni=100" ;;
	gre-nvgre) id="enc=gre key=25600" ;;
	gre-plain) id="enc=gre key=100" ;;
	esac
	inject "${!h}" <<<"$id src=${!p} dst=$P1 smac=$m dmac=$(tenant_mac 1) etype=88b5 $*"
}

learned_at()
{
	wait_for "$1 is learned behind $2" entry_at "$T1" s1 "$1" "$2"
}

# Starts to listen; what comes is in $TMP/mon.out.
listen()
{
	bg mon ip netns exec "$H1" "$PY" "$HELPERS/nl.py" hear 600
	wait_for "the listener listens" grep -q ready "$TMP/mon.out"
}

# An event is heard: heard KIND JQ-CONDITION
heard()
{
	wait_for "event $1 where $2" heard_now "$1" "$2"
}

heard_now()
{
	grep -h '^{' "$TMP/mon.out" | jq -es --arg e "$1" \
		"[.[] | select(.event == \$e) | select($2)] | length > 0"
}

counts()
{
	same "$1" "$(dev_value "$T1" s1 static-entries)" "static entries"
	same "$2" "$(dev_value "$T1" s1 learned-entries)" "learned entries"
}

test_static_entries()
{
	with_each vxlan:4,gre-nvgre:6,gre-plain:4 static_entries
}

static_entries()
{
	local before

	table
	ovctl -n "$T1" fdb add s1 $M1 peer "$P2"
	before=$(ovctl -n "$T1" -j fdb show s1)
	same "static peer $P2" "$(json_get "$before" kind none) $(json_get "$before" place none) \
$(json_get "$before" peer none)" "the entry as shown"
	counts 1 0
	before=$(state_of "$T1" s1)
	refuse "added twice" ovctl -n "$T1" fdb add s1 $M1 peer "$P3"
	refuse "an unknown peer" ovctl -n "$T1" fdb add s1 $M2 peer "$P9"
	refuse "a group address" ovctl -n "$T1" fdb add s1 01:00:5e:00:00:01 peer "$P2"
	refuse "the zero address" ovctl -n "$T1" fdb add s1 00:00:00:00:00:00 peer "$P2"
	refuse "an entry that is not there" ovctl -n "$T1" fdb del s1 $M2
	same "$before" "$(state_of "$T1" s1)" "state after the refusals"
	ovctl -n "$T1" fdb replace s1 $M1 peer "$P3"
	same "$P3" "$(fdb_peer "$T1" s1 $M1)" "the new peer"
	counts 1 0
	# It holds for frames, whatever they go out in.
	capture_start at3 "$H3" u0 "src host $P1 and (udp port 4789 or proto gre)"
	inject "$T1" <<<"enc=frame via=s1 smac=$(tenant_mac 1) dmac=$M1 etype=88b5 n=2"
	capture_wait at3 2 "frames for it go to its peer, $ENC over IPv$FAM"
	ovctl -n "$T1" fdb replace s1 $M2 peer "$P3"
	counts 2 0
	ovctl -n "$T1" fdb del s1 $M1,$M2
	counts 0 0
	same "" "$(fdb_peer "$T1" s1 $M1)" "entries left"
}

# One request, many entries: all or nothing.
test_bulk_entries()
{
	table
	ovctl -n "$T1" fdb add s1 $M1,$M2 peer 10.9.0.2
	counts 2 0
	before=$(state_of "$T1" s1)
	refuse "one of three is there" ovctl -n "$T1" fdb add s1 $M3,$M1 peer 10.9.0.3
	refuse "one of two is not there" ovctl -n "$T1" fdb del s1 $M1,$M3
	refuse "one of two is a group" ovctl -n "$T1" fdb replace s1 $M1,03:00:00:00:00:01 peer 10.9.0.3
	refuse "the same twice" ovctl -n "$T1" fdb add s1 $M3,$M3 peer 10.9.0.3
	same "$before" "$(state_of "$T1" s1)" "state after the refusals"
	refuse "one of two peers is known" ovctl -n "$T1" peer add s1 10.9.0.4,10.9.0.3
	refuse "one of two peers is unknown" ovctl -n "$T1" peer del s1 10.9.0.3,10.9.0.4
	refuse "one of two peers is unknown" ovctl -n "$T1" peer set s1 10.9.0.3,10.9.0.4 flood off
	same "$before" "$(state_of "$T1" s1)" "state after the refusals of peers"
	ns "$T1" "$PY" "$HELPERS/nl.py" fill s1 10.9.0.2 0 2000
	counts 2002 0
	ovctl -n "$T1" fdb flush s1
	counts 0 0
}

test_static_over_learned()
{
	table
	from 2 $M1
	learned_at $M1 10.9.0.2
	counts 0 1
	ovctl -n "$T1" fdb add s1 $M1 peer 10.9.0.3
	same static "$(fdb_value "$T1" s1 $M1 kind)" "the kind"
	same 10.9.0.3 "$(fdb_peer "$T1" s1 $M1)" "the peer"
	counts 1 0
	ovctl -n "$T1" fdb del s1 $M1
	counts 0 0
	from 2 $M1
	learned_at $M1 10.9.0.2
	ovctl -n "$T1" fdb del s1 $M1
	counts 0 0
}

test_learning_off()
{
	table learning off
	before=$(counter "$T1" s1 rx-packets)
	from 2 $M1 n=3
	wait_for "frames arrive" counted "$T1" s1 rx-packets $((before + 3))
	counts 0 0
	ovctl -n "$T1" dev set s1 learning on
	from 2 $M1
	learned_at $M1 10.9.0.2
	# What was learned stays when learning ends, and no longer moves.
	ovctl -n "$T1" dev set s1 learning off
	from 3 $M1
	wait_for "a frame arrives" counted "$T1" s1 rx-packets $((before + 5))
	same 10.9.0.2 "$(fdb_peer "$T1" s1 $M1)" "the entry"
}

test_ageing()
{
	table ageing 2
	listen
	ovctl -n "$T1" fdb add s1 $M3 peer 10.9.0.3
	from 2 $M1
	learned_at $M1 10.9.0.2
	wait_for "the entry ages" no_entry "$T1" s1 $M1
	heard fdb-aged ".fdb[0].mac == \"$M1\""
	same static "$(fdb_value "$T1" s1 $M3 kind)" "the static entry stays"
	counts 1 0
	number "$(counter "$T1" s1 fdb-aged)" -ge 1 "counted"
}

test_ageing_never()
{
	table ageing 0
	from 2 $M1
	learned_at $M1 10.9.0.2
	holds 4 entry_at "$T1" s1 $M1 10.9.0.2
	ovctl -n "$T1" dev set s1 ageing 1
	wait_for "an ageing time that is set later holds for what is there" no_entry "$T1" s1 $M1
}

# An entry that is used stays however long that is.
test_ageing_while_used()
{
	local i

	table ageing $((3 * TENOVL_SLOW))
	from 2 $M1
	from 2 $M2
	learned_at $M1 10.9.0.2
	learned_at $M2 10.9.0.2
	for ((i = 0; i < 60; i++)); do
		from 2 $M1
		! no_entry "$T1" s1 $M1 || fail "an entry in use aged"
		if no_entry "$T1" s1 $M2; then
			break
		fi
	done
	wait_for "an entry that is not used ages" no_entry "$T1" s1 $M2
	from 2 $M1
	learned_at $M1 10.9.0.2
}

# 30 addresses, room for 10: a flood of addresses costs a counter.
test_limit()
{
	local i

	table max-learned 10
	before=$(counter "$T1" s1 rx-packets)
	for ((i = 0; i < 30; i++)); do
		printf 'vni=100 src=10.9.0.2 dst=10.9.0.1 smac=02:00:00:00:07:%02x dmac=%s etype=88b5\n' \
			"$i" "$(tenant_mac 1)"
	done >"$TMP/flood"
	inject "$H2" <"$TMP/flood"
	wait_for "all frames are delivered" counted "$T1" s1 rx-packets $((before + 30))
	counts 0 10
	same 20 "$(counter "$T1" s1 fdb-limit)" "addresses not learned"
	# Static entries are the operator's: no limit for them.
	ovctl -n "$T1" fdb add s1 $M1,$M2 peer 10.9.0.3
	counts 2 10
	# A lower limit throws nothing away, but nothing comes on top.
	ovctl -n "$T1" dev set s1 max-learned 0
	from 2 $M3
	wait_for "counted" counted "$T1" s1 fdb-limit 21
	same "" "$(fdb_peer "$T1" s1 $M3)" "learned beyond the limit"
}

test_limit_frees()
{
	table max-learned 1
	from 2 $M1
	learned_at $M1 10.9.0.2
	from 2 $M2
	wait_for "counted" counted "$T1" s1 fdb-limit 1
	ovctl -n "$T1" fdb flush s1 learned
	counts 0 0
	from 2 $M2
	learned_at $M2 10.9.0.2
	# An entry that becomes static makes room, and one that is deleted.
	ovctl -n "$T1" fdb add s1 $M2 peer 10.9.0.2
	from 2 $M1
	learned_at $M1 10.9.0.2
	counts 1 1
}

test_move()
{
	table
	listen
	from 2 $M1
	learned_at $M1 10.9.0.2
	heard fdb-added ".fdb[0].mac == \"$M1\" and .fdb[0].peer == \"10.9.0.2\""
	from 3 $M1
	learned_at $M1 10.9.0.3
	heard fdb-moved ".fdb[0].mac == \"$M1\" and .fdb[0].peer == \"10.9.0.3\" and .fdb[0][\"old-peer\"] == \"10.9.0.2\""
	same 1 "$(counter "$T1" s1 fdb-moved)" "moves counted"
	same 1 "$(fdb_value "$T1" s1 $M1 moves)" "moves of the entry"
	counts 0 1
	same 0 "$(peer_value "$T1" s1 10.9.0.2 entries)" "entries at the old peer"
	same 1 "$(peer_value "$T1" s1 10.9.0.3 entries)" "entries at the new peer"
}

test_static_stays()
{
	table
	ovctl -n "$T1" fdb add s1 $M1 peer 10.9.0.2
	before=$(counter "$T1" s1 rx-packets)
	from 3 $M1 n=4
	wait_for "frames are delivered all the same" counted "$T1" s1 rx-packets $((before + 4))
	same 10.9.0.2 "$(fdb_peer "$T1" s1 $M1)" "the static entry"
	same 4 "$(counter "$T1" s1 fdb-held)" "frames from another place"
	same 0 "$(counter "$T1" s1 fdb-moved)" "moves"
}

ping_pong()
{
	local n

	for ((n = 0; n < $1; n++)); do
		from $((2 + n % 2)) $M1
	done
}

# The default is five moves; here three. The third freezes the entry where it is by then.
test_freeze_and_thaw()
{
	table move-limit 3 move-window 3600
	listen
	ping_pong 8
	wait_for "what came from elsewhere later is held" counted "$T1" s1 fdb-held 2
	same 3 "$(counter "$T1" s1 fdb-moved)" "moves"
	frozen || fail "not frozen"
	heard fdb-frozen ".fdb[0].mac == \"$M1\""
	# The first frame and the moves: behind 2, 3, 2, 3.
	same 10.9.0.3 "$(fdb_peer "$T1" s1 $M1)" "where it is frozen"
	ovctl -n "$T1" dev set s1 move-window 1
	wait_for "the entry thaws" thawed
	heard fdb-thawed ".fdb[0].mac == \"$M1\""
	from 2 $M1
	learned_at $M1 10.9.0.2
}

# Two moves in a window would freeze it; one in each does not, however many there are.
test_moves_apart()
{
	local n

	table move-limit 2 move-window 1
	from 3 $M1
	learned_at $M1 10.9.0.3
	for n in 1 2 3 4; do
		from $((3 - n % 2)) $M1
		learned_at $M1 10.9.0.$((3 - n % 2))
		same 1 "$(fdb_value "$T1" s1 $M1 moves)" "moves in the window"
		wait_for "the window is over" idle_for 2000
	done
	same "4 0" "$(counter "$T1" s1 fdb-moved) $(counter "$T1" s1 fdb-held)" "moves, and frames held"
	thawed || fail "frozen by moves that were far apart"
}

idle_for()
{
	(($(fdb_value "$T1" s1 $M1 idle) >= $1))
}

frozen()
{
	[[ $(fdb_value "$T1" s1 $M1 frozen) == true ]]
}

thawed()
{
	! frozen
}

# What is frozen for long does not keep what is learned later alive.
test_ageing_behind_frozen()
{
	table ageing 2 move-limit 3 move-window 3600
	ping_pong 8
	wait_for "the entry is frozen" frozen
	from 2 $M2
	learned_at $M2 10.9.0.2
	# The work that ages runs now and finds only the frozen one.
	wait_for "the entry ages" no_entry "$T1" s1 $M2
	from 3 $M3
	learned_at $M3 10.9.0.3
	wait_for "a later one ages as well" no_entry "$T1" s1 $M3
	frozen || fail "the frozen entry aged too"
}

test_freeze_never()
{
	table move-limit 0
	ping_pong 12
	wait_for "every move counts" counted "$T1" s1 fdb-moved 11
	thawed || fail "frozen although that is off"
}

STALE="A newer sequence number is known for this MAC address"

test_sequences()
{
	table
	ovctl -n "$T1" fdb add s1 $M1 peer 10.9.0.2 seq 7
	same 7 "$(fdb_value "$T1" s1 $M1 seq)" "the sequence number"
	before=$(state_of "$T1" s1)
	must_fail_with "$STALE" ovctl -n "$T1" fdb replace s1 $M1 peer 10.9.0.3 seq 6
	must_fail_with "$STALE" ovctl -n "$T1" fdb del s1 $M1 seq 6
	same "$before" "$(state_of "$T1" s1)" "state after the refusals"
	got=$(ns "$T1" "$PY" "$HELPERS/nl.py" call fdb-replace s1 \
		"{\"fdb\": [{\"mac\": \"$M1\", \"peer\": \"10.9.0.3\", \"seq\": 6}]}" | jq -r .error) || :
	same ESTALE "$got" "the error"
	ovctl -n "$T1" fdb replace s1 $M1 peer 10.9.0.3 seq 7
	same 10.9.0.3 "$(fdb_peer "$T1" s1 $M1)" "the same number is taken"
	ovctl -n "$T1" fdb replace s1 $M1 peer 10.9.0.2
	same "7 10.9.0.2" "$(fdb_value "$T1" s1 $M1 seq) $(fdb_peer "$T1" s1 $M1)" "no number keeps the number"
	ovctl -n "$T1" fdb replace s1 $M1 peer 10.9.0.3 seq 3 force
	same "3 10.9.0.3" "$(fdb_value "$T1" s1 $M1 seq) $(fdb_peer "$T1" s1 $M1)" "force"
	ovctl -n "$T1" fdb replace s1 $M1 peer 10.9.0.2 seq 4294967295
	same 4294967295 "$(fdb_value "$T1" s1 $M1 seq)" "the highest number"
	must_fail_with "$STALE" ovctl -n "$T1" fdb del s1 $M1 seq 5
	ovctl -n "$T1" fdb del s1 $M1 seq 5 force
	counts 0 0
}

# One stale entry of many: nothing of the request is done.
test_sequences_bulk()
{
	table
	ovctl -n "$T1" fdb add s1 $M1 peer 10.9.0.2 seq 7
	ovctl -n "$T1" fdb add s1 $M2 peer 10.9.0.2 seq 9
	before=$(state_of "$T1" s1)
	must_fail_with "$STALE" ovctl -n "$T1" fdb replace s1 $M3,$M1,$M2 peer 10.9.0.3 seq 8
	must_fail_with "$STALE" ovctl -n "$T1" fdb del s1 $M1,$M2 seq 8
	same "$before" "$(state_of "$T1" s1)" "state after the refusals"
}

# Each change is told once, in the underlay's namespace, by ovctl as well; and not where the device is.
test_events_heard()
{
	local e

	hv_lay 3
	listen
	bg mono ip netns exec "$H1" ovctl -j monitor
	ns_new T1
	bg tenant ip netns exec "$T1" "$PY" "$HELPERS/nl.py" hear 600
	wait_for "the other listener listens" grep -q ready "$TMP/tenant.out"
	wait_for "ovctl monitor listens" heard_by_ovctl
	segment "$H1" "$T1" s1 vni 100 local 10.9.0.1
	heard dev-added '.ifname == "s1"'
	ovctl -n "$T1" dev set s1 vni 200
	heard dev-changed ".dev.vni == 200"
	ovctl -n "$T1" peer add s1 10.9.0.2,10.9.0.3
	heard peer-added '.peer[0].address == "10.9.0.2"'
	heard peer-added '.peer[0].address == "10.9.0.3"'
	ovctl -n "$T1" peer set s1 10.9.0.2 flood off
	heard peer-changed '.peer[0].flood == 0'
	ovctl -n "$T1" fdb add s1 $M1 peer 10.9.0.2 seq 4
	heard fdb-added ".fdb[0].mac == \"$M1\" and .fdb[0].seq == 4"
	ovctl -n "$T1" fdb replace s1 $M1 peer 10.9.0.3
	heard fdb-changed ".fdb[0].mac == \"$M1\" and .fdb[0].peer == \"10.9.0.3\""
	ovctl -n "$T1" peer del s1 10.9.0.3
	heard fdb-deleted ".fdb[0].mac == \"$M1\""
	heard peer-deleted '.peer[0].address == "10.9.0.3"'
	ovctl -n "$T1" dev del s1
	heard dev-deleted '.ifname == "s1"'
	for e in dev-added dev-changed peer-added peer-changed fdb-added fdb-changed fdb-deleted \
		peer-deleted dev-deleted; do
		wait_for "ovctl monitor tells $e" grep -q "\"$e\"" "$TMP/mono.out"
	done
	grep '^{' "$TMP/mono.out" | jq -e . >/dev/null || fail "ovctl monitor -j prints no JSON"
	# What it hears of is what has its underlay there; and nothing came before that.
	ovctl -n "$T1" dev add own
	wait_for "the tenant's namespace hears of its own" grep -q '^{' "$TMP/tenant.out"
	same dev-added:own "$(grep -m 1 '^{' "$TMP/tenant.out" | jq -r '.event + ":" + .ifname')" \
		"the first event in the device's namespace"
	same 1 "$(grep -h '^{' "$TMP/mon.out" | jq -c 'select(.event == "fdb-added")' | wc -l)" \
		"how often one change is told"
}

# A change of a device of its own makes ovctl say something once it listens.
heard_by_ovctl()
{
	ovctl -n "$H1" dev add probe && ovctl -n "$H1" dev del probe
	grep -q '^{' "$TMP/mono.out"
}

test_monitor_overrun()
{
	table
	check "a slow listener is told and catches up" \
		ns "$H1" "$PY" "$HELPERS/nl.py" overflow s1 10.9.0.2 "$(rounds 7000)"
	counts 0 0
}

some_of_each()
{
	ovctl -n "$T1" fdb flush s1
	ovctl -n "$T1" fdb add s1 $M1 peer 10.9.0.2
	ovctl -n "$T1" fdb add s1 $M2 peer 10.9.0.3
	from 2 02:00:00:00:00:b1
	from 3 02:00:00:00:00:b2
	learned_at 02:00:00:00:00:b1 10.9.0.2
	learned_at 02:00:00:00:00:b2 10.9.0.3
}

left()
{
	same "$2" "$(ovctl -n "$T1" -j fdb show s1 | jq -r '[.. | .mac? // empty] | sort | join(" ")')" "after $1"
}

test_flush_variants()
{
	table
	some_of_each
	ovctl -n "$T1" fdb flush s1 static
	left "flush static" "02:00:00:00:00:b1 02:00:00:00:00:b2"
	some_of_each
	ovctl -n "$T1" fdb flush s1 learned
	left "flush learned" "$M1 $M2"
	some_of_each
	ovctl -n "$T1" fdb flush s1 peer 10.9.0.2
	left "flush peer" "$M2 02:00:00:00:00:b2"
	some_of_each
	ovctl -n "$T1" fdb flush s1 peer 10.9.0.3 learned
	left "flush peer learned" "$M1 $M2 02:00:00:00:00:b1"
	ovctl -n "$T1" fdb flush s1 peer 10.9.0.3 static
	left "flush peer static" "$M1 02:00:00:00:00:b1"
	refuse "an unknown peer" ovctl -n "$T1" fdb flush s1 peer 10.9.0.9
	left "a refused flush" "$M1 02:00:00:00:00:b1"
	ovctl -n "$T1" fdb flush s1
	left "flush" ""
	counts 0 0
}

test_peer_deletion_flushes()
{
	table
	some_of_each
	ovctl -n "$T1" peer del s1 10.9.0.2
	left "peer deletion" "$M2 02:00:00:00:00:b2"
	counts 1 1
	same 1 "$(dev_value "$T1" s1 peers)" "peers left"
	before=$(counter "$T1" s1 rx-drop-source)
	from 2 $M1 n=2
	wait_for "a peer that was deleted is not let in" counted "$T1" s1 rx-drop-source $((before + 2))
	ovctl -n "$T1" peer add s1 10.9.0.2
	same "" "$(fdb_peer "$T1" s1 $M1)" "entries of a peer that came back"
}

# Down and up again: static entries stay.
test_device_down_keeps()
{
	table
	ovctl -n "$T1" fdb add s1 $M1 peer 10.9.0.2
	ip -n "$T1" link set s1 down
	ip -n "$T1" link set s1 up
	same 10.9.0.2 "$(fdb_peer "$T1" s1 $M1)" "the static entry"
	from 2 $M2
	learned_at $M2 10.9.0.2
}

# A peer that is administratively down gets nothing and teaches nothing; what it
# still sends is received.
test_drain()
{
	table
	from 2 $M1
	learned_at $M1 10.9.0.2
	ovctl -n "$T1" peer set s1 10.9.0.2 admin down
	same down "$(peer_value "$T1" s1 10.9.0.2 admin)" "reads back"
	before=$(counter "$T1" s1 rx-packets)
	from 2 $M2 n=2
	wait_for "what it still sends is received" counted "$T1" s1 rx-packets $((before + 2))
	same "" "$(fdb_peer "$T1" s1 $M2)" "learned from a drained peer"
	capture_start at2 "$H2" u0 udp port 4789
	capture_start at3 "$H3" u0 udp port 4789
	inject "$T1" <<<"enc=frame via=s1 smac=$(tenant_mac 1) dmac=ff:ff:ff:ff:ff:ff etype=88b5 n=3"
	capture_wait at3 3 "floods reach the other peer"
	number "$(pcap at2 etype | grep -c 88b5 || :)" -eq 0 "floods to the drained peer"
	# What was behind it moves on when it is heard elsewhere.
	from 3 $M1
	learned_at $M1 10.9.0.3
	ovctl -n "$T1" peer set s1 10.9.0.2 admin up
	from 2 $M2
	learned_at $M2 10.9.0.2
}

# Further addresses of a peer: let in, and learned as behind that peer.
test_extra_sources()
{
	hv_lay 3
	addr "$H2" u0 10.9.0.22/24 10.9.0.23/24 fd09::22/64 fd09::23/64
	with_each vxlan:6,gre-nvgre:4,gre-plain:6 extra_sources
}

extra_sources()
{
	local s2=10.9.0.22 s3=10.9.0.23 other=fd09::22 before got dropped

	if [[ $FAM == 6 ]]; then
		s2=fd09::22 s3=fd09::23 other=10.9.0.22
	fi
	table
	ovctl -n "$T1" peer set s1 "$P2" source "$s2,$s3"
	got=$(ovctl -n "$T1" -j peer show s1 "$P2")
	same "\"$s2\",\"$s3\"" "$(json_get "$got" sources none | tr -d '[] ')" "reads back"
	from 2 $M1 "src=$s2"
	learned_at $M1 "$P2"
	from 2 $M2 "src=$s3"
	learned_at $M2 "$P2"
	before=$(state_of "$T1" s1)
	refuse "a source that is a peer" ovctl -n "$T1" peer set s1 "$P3" source "$P2"
	refuse "another peer's source" ovctl -n "$T1" peer set s1 "$P3" source "$s2"
	refuse "another family" ovctl -n "$T1" peer set s1 "$P3" source "$other"
	refuse "a peer that is a source" ovctl -n "$T1" peer add s1 "$s2"
	same "$before" "$(state_of "$T1" s1)" "state after the refusals"
	ovctl -n "$T1" peer set s1 "$P2" source "$s3"
	dropped=$(counter "$T1" s1 rx-drop-source)
	from 2 $M3 "src=$s2"
	wait_for "a source that was taken away is kept out" counted "$T1" s1 rx-drop-source $((dropped + 1))
	ovctl -n "$T1" peer set s1 "$P2" source none
	from 2 $M3 "src=$s3"
	wait_for "none" counted "$T1" s1 rx-drop-source $((dropped + 2))
	same "" "$(fdb_peer "$T1" s1 $M3)" "learned from a source that was taken away"
}

# By choice a device receives from anybody; there is no peer to learn.
test_source_check_off()
{
	table source-check off
	addr "$H2" u0 10.9.0.66/24
	before=$(counter "$T1" s1 rx-packets)
	from 2 $M1 src=10.9.0.66 n=2
	wait_for "frames of anybody are received" counted "$T1" s1 rx-packets $((before + 2))
	same "" "$(fdb_peer "$T1" s1 $M1)" "learned from no peer"
	ovctl -n "$T1" dev set s1 source-check on
	from 2 $M1 src=10.9.0.66 n=2
	wait_for "and kept out again" counted "$T1" s1 rx-drop-source 2
}

test_flood_off()
{
	table
	ovctl -n "$T1" peer set s1 10.9.0.2 flood off
	capture_start at2 "$H2" u0 udp port 4789
	capture_start at3 "$H3" u0 udp port 4789
	inject "$T1" <<<"enc=frame via=s1 smac=$(tenant_mac 1) dmac=ff:ff:ff:ff:ff:ff etype=88b5 n=3"
	capture_wait at3 3 "floods reach who wants them"
	ovctl -n "$T1" fdb add s1 $M1 peer 10.9.0.2
	inject "$T1" <<<"enc=frame via=s1 smac=$(tenant_mac 1) dmac=$M1 etype=88b5 pay=99"
	capture_wait at2 1 "unicast reaches it"
	same "$M1" "$(pcap at2 etype dmac | awk '$1 == "88b5" { print $2 }')" "all that reached it"
}

# Each target but the last gets a copy, and the last one the frame itself. Nobody talks but the test.
test_flood_copies()
{
	need_kprobes "counts copies by a kprobe"
	hv_lay 4
	ns_new T1
	segment "$H1" "$T1" s1 vni 100 local 10.9.0.1
	ovctl -n "$T1" peer add s1 10.9.0.2,10.9.0.3
	ip -n "$T1" link set s1 addrgenmode none
	ip -n "$T1" link set s1 up
	echo "p:tenovl_copies skb_copy_header" >/sys/kernel/tracing/kprobe_events
	defer eval 'echo >/sys/kernel/tracing/kprobe_events'
	defer eval 'echo 0 >/sys/kernel/tracing/events/kprobes/tenovl_copies/enable'
	echo 1 >/sys/kernel/tracing/events/kprobes/tenovl_copies/enable
	copies_of_five 5 "to two peers"
	ovctl -n "$T1" peer add s1 10.9.0.4
	copies_of_five 10 "to three peers"
	ovctl -n "$T1" peer del s1 10.9.0.3,10.9.0.4
	copies_of_five 0 "to one peer"
}

# copies_of_five WANT TEXT
copies_of_five()
{
	local before floods

	before=$(copies)
	floods=$(counter "$T1" s1 tx-flood)
	inject "$T1" <<<"enc=frame via=s1 dmac=ff:ff:ff:ff:ff:ff etype=88b5 n=5"
	wait_for "five floods $2" counted "$T1" s1 tx-flood $((floods + 5))
	same "$1" $(($(copies) - before)) "copies of five floods $2"
}

copies()
{
	awk '$1 == "tenovl_copies" { print $2 }' /sys/kernel/tracing/kprobe_profile
}

# 100 000 entries, dumped while others come and go in between: who was there all
# through is shown exactly once, and the dump says that it was disturbed.
test_dump_while_changing()
{
	table
	check "a dump under change" \
		ns "$T1" "$PY" "$HELPERS/nl.py" dumprace s1 10.9.0.2 "$(rounds 100000)"
	counts 0 0
}

run_tests "$@"
