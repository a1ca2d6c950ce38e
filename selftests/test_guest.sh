#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A real guest is migrated by QEMU between two hypervisors, while a third one pings it and talks to
# it by TCP: what is lost, what becomes of the TCP stream, and where all have it afterwards.
#
# selftests/station/build makes the guest ("make test T=guest" does that first). Two emulators inside
# an emulated machine take their time: run this by K=uml.
# when: named
# shellcheck disable=SC2153 # variables set by name
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"
# shellcheck source=selftests/guests.sh
source "$TOP/selftests/guests.sh"

TESTS="planned unplanned unplanned_far"
SIZE=128

setup_suite()
{
	load_module
	station_built "$SIZE"
}

value()
{
	jq -r ".$1" "$TMP/told"
}

# What must be, whoever told of the move: migrates KIND [NAME=VALUE...]
migrates()
{
	live "$SIZE" "$1" tenovl "${@:2}" >"$TMP/told" 2>"$TMP/errors" || fail "$(cat "$TMP/errors")"
	diag "$(jq -c . "$TMP/told")"
	same "" "$(value tcp_error)" "the TCP stream"
	same "$(value records)" "$(value back)" "TCP records sent, and come back"
	number "$(value pings)" -gt 0 "pings"
	same 0 "$(value lost_taken)" "pings lost that the guest had"
	same 0 "$(value lost_elsewhere)" "pings lost that were not at the old place before it heard"
	same 0 "$(value to_old_after_all)" "pings given to the old place after it heard"
	same 0 "$(value lost_answers)" "answers that the guest gave and nobody got"
	same '["10.9.0.2","tap0","10.9.0.2"]' "$(value 'places | tojson')" "where it is"
}

test_planned()
{
	lay_tenovl
	migrates planned wait=30000
	same 0 "$(value lost)" "pings lost"
	same "0 0 0" "$(counter "$T2" s1 move-drop-overflow) $(counter "$T2" s1 move-drop-aborted) \
$(counter "$T3" s1 move-drop-aborted)" "what the queues dropped"
	number "$(counter "$T2" s1 move-released)" -gt 0 "frames that waited and were let out"
	number "$(counter "$T3" s1 move-cloned)" -gt 0 "frames that went to both places"
}

test_unplanned()
{
	lay_tenovl
	migrates unplanned
}

# What the third one sent before it heard is on its way for long.
test_unplanned_far()
{
	lay_tenovl 40
	migrates unplanned
	number "$(counter "$T1" s1 late-redirected)" -gt 0 "late frames sent after the guest"
}

run_tests "$@"
