#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Cold moves: ovctl subnet migrate and ovctl vpc move, what is refused, ends on the way, the outage.
# shellcheck disable=SC2034,SC2119 # arrays read by lib.sh; tenovl_load has defaults
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"
# shellcheck source=selftests/tenants.sh
source "$TOP/selftests/tenants.sh"

# Set by bg.
probes=''

TESTS="
	subnet_moves stretched_moves other_kinds vpc_moves refusals without_sync
	killed_subnet killed_vpc no_outage_elsewhere
"

# Moves to and fro with probes, the milliseconds between these, and behind which changes of a move it
# is killed: every so many. "make bench-cold MOVES=N" takes others. Under software emulation those run
# that show most, and the others when they are named or under a debug kernel.
if [[ $TENOVL_KERNEL == debug ]]; then
	: "${MOVES:=10}" "${EVERY_MS:=5}" "${KILLS:=7}"
else
	: "${MOVES:=4}" "${EVERY_MS:=20}" "${KILLS:=24}"
	(($#)) || TESTS="subnet_moves vpc_moves killed_subnet no_outage_elsewhere"
fi

setup_suite()
{
	load_module
}

# A subnet in one VPC, one in all, one in another: what moves, what it is spoken to by, what looks on.
store_three()
{
	store_from hosts
	o tenant add 1 --vpcs 3 --host h1,h2 --new-password-file "$TMP/password"
	o subnet add 1 21.0.0.0/24,fd21::/64 --vpc 1
	o subnet add 1 31.0.0.0/24,fd31::/64 --vpc 1,2,3 --encap gre
	o subnet add 1 41.0.0.0/24,fd41::/64 --vpc 2
	o vm add 1 a1 --subnet 21 --vpc 1
	o vm add 1 b1 --subnet 31 --vpc 1
	o vm add 1 b2 --subnet 31 --vpc 2
	o vm add 1 b3 --subnet 31 --vpc 3
	o vm add 1 c2 --subnet 41 --vpc 2
}

# What may not change: addresses of VMs, by their own devices.
faces()
{
	local name

	for name in $(ip netns list | awk '$1 ~ /_vm$/ { print $1 }' | sort); do
		echo "$name $(mac_of "$name" eth0)"
		ip -n "$name" -o addr show dev eth0 | awk '{ print $3, $4 }' | sort
	done
}

# The devices of namespaces, by their numbers: one that was made anew has another.
devices_of()
{
	local name

	for name in "$@"; do
		ip -n "$name" -o link show | awk -v n="$name" '{ print n, $1, $2 }'
	done
}

migrate()
{
	check "subnet $2 of tenant $1 moves from VPC $3 to VPC $4" \
		o subnet migrate "$1" "$2" --from "$3" --to "$4"
}

# Where the store has a subnet.
vpcs_of()
{
	o -j subnet show 1 "$1" | sed -n 's/.*"vpcs":\[\([^]]*\)\].*/\1/p' | tr -d '"'
}

# --- tests -------------------------------------------------------------------------------------

test_subnet_moves()
{
	local before

	lay three
	sync_once
	reach all 1
	before=$(faces)
	migrate 1 21.0.0.0/24 1 3
	check "the kernel is as the store says" o status
	same 3 "$(vpcs_of 21)" "where the subnet is"
	same "$before" "$(faces)" "the addresses of VMs"
	refuse "the device in the VPC that it left" ip -n ns1_t1 link show s21
	must_say "21.0.0.1/24" ip -n ns3_t1 addr show s21
	reach all 1
	# To another host, and on to the first.
	migrate 1 21 3 2
	check "the kernel is as the store says" o status
	reach all 1
	migrate 1 21 2 1
	check "the kernel is as the store says" o status
	same "$before" "$(faces)" "the addresses of VMs"
	reach all 1
	must_say "subnet migrate 1 21 --from 2 --to 1" o log 1
}

# A subnet of several VPCs, with either transport; VMs in the others stay. Tenant 2 is the same.
test_stretched_moves()
{
	lay both
	sync_once
	migrate 1 21 1 3
	check "the kernel is as the store says" o status
	same 2,3 "$(vpcs_of 21)" "where the subnet is"
	same 3 "$(json_get "$(o -j vm show 1 a1)" vpc none)" "the VPC of a VM that moved"
	same 2 "$(json_get "$(o -j vm show 1 a2)" vpc none)" "the VPC of one that did not"
	reach all 1 2
	o subnet set 2 31 --encap vxlan >/dev/null
	o tenant set 2 --transport gre >/dev/null
	migrate 2 21 2 3
	check "the kernel is as the store says" o status
	reach all 1 2
}

# A VM with two legs, one behind a bridge, and a tap.
test_other_kinds()
{
	lay three
	o subnet set 1 21 --ha >/dev/null
	o subnet add 1 51.0.0.0/24,fd51::/64 --vpc 1 --attach bridge >/dev/null
	o vm add 1 e1 --subnet 51 >/dev/null
	o subnet add 1 61.0.0.0/24 --vpc 1 >/dev/null
	o vm add 1 f1 --subnet 61 >/dev/null
	o vm add 1 guest --subnet 61 --tap tap9 --ip 61.0.0.9 --mac 02:00:00:00:00:61 >/dev/null
	check "all but the tap is made" o sync
	ns_new GUEST
	ip -n h1 link add tap9 type veth peer name eth0 netns "$GUEST"
	ip -n "$GUEST" link set eth0 address 02:00:00:00:00:61
	addr "$GUEST" eth0 61.0.0.9/24
	ip -n "$GUEST" route add default via 61.0.0.1
	ip -n h1 link set tap9 up
	sync_once
	ping_ok "$GUEST" 61.0.0.2 1
	reach loose 1
	migrate 1 21 1 3
	migrate 1 51 1 3
	migrate 1 61 1 3
	check "the kernel is as the store says" o status
	must_say '"ips":["61.0.0.9"]' ovctl -n ns3_t1 -j port show s61
	reach loose 1
	ping_ok "$GUEST" 61.0.0.2 1
	ping_ok "$GUEST" 31.0.0.3 1
}

test_vpc_moves()
{
	local before

	lay both
	sync_once
	before=$(faces)
	check "VPC 1 of tenant 1 moves" o vpc move 1 1 --to h2
	check "the kernel is as the store says" o status
	must_say "172.17.0." o vpc show 1 1
	same "$before" "$(faces)" "the addresses of VMs"
	reach all 1 2
	o subnet set 2 31 --encap vxlan >/dev/null
	o tenant set 2 --transport gre >/dev/null
	o tenant set 2 --links 1-2,2-3 >/dev/null
	check "VPC 1 of tenant 2 moves" o vpc move 2 1 --to h2
	check "the kernel is as the store says" o status
	reach all 1 2
	check "and back" o vpc move 2 1 --to h1
	check "the kernel is as the store says" o status
	reach all 1 2
}

# Each with its sentence, and nothing changed.
test_refusals()
{
	local before kernel

	lay both
	sync_once
	o subnet add 1 21.0.0.128/25 --id 22 --vpc 3 >/dev/null
	check "the store is carried out" o sync
	before=$(o export 1; o -j vm show 1)
	kernel=$(devices_of ns1_t1 ns2_t1 ns3_t1)
	must_fail_with "subnet 21 is in VPC 2 already" o subnet migrate 1 21 --from 1 --to 2
	must_fail_with "subnet 41 is not in VPC 1: it cannot move from there" \
		o subnet migrate 1 41 --from 1 --to 3
	must_fail_with "VPC 2 is both: a subnet moves from one VPC to another" \
		o subnet migrate 1 41 --from 2 --to 2
	must_fail_with "tenant 1 has no VPC 9" o subnet migrate 1 41 --from 2 --to 9
	must_fail_with "tenant 1 has no VPC 9" o subnet migrate 1 41 --from 9 --to 1
	must_fail_with "tenant 1 has no subnet 99" o subnet migrate 1 99 --from 2 --to 1
	must_fail_with "subnet 22: 21.0.0.128/25 overlaps with 21.0.0.0/24 of subnet 21 in VPC 3" \
		o subnet migrate 1 21 --from 1 --to 3
	must_fail_with "subnet migrate needs --from VPC and --to VPC" o subnet migrate 1 41 --from 2
	must_fail_with '"x" is not the number of a VPC' o subnet migrate 1 41 --from 2 --to x
	must_fail_with "there is no tenant 9" o subnet migrate 9 41 --from 2 --to 1
	must_fail_with "VPC 1 is on host h1 already" o vpc move 1 1 --to h1
	must_fail_with 'there is no host "h9"' o vpc move 1 1 --to h9
	must_fail_with "tenant 1 has no VPC 9" o vpc move 1 9 --to h1
	must_fail_with "vpc move needs --to HOST" o vpc move 1 1
	echo wrong >"$TMP/wrong"
	must_fail_with "this is not the password of tenant 1" \
		ovctl --store "$TMP/store" --password-file "$TMP/wrong" subnet migrate 1 41 --from 2 --to 1
	# What is in the way in the kernel leaves the store as it was, and the kernel.
	ip -n ns1_t1 link add s41 type bridge
	must_fail_with "there is one of that name already that is not of ovctl's making" \
		o subnet migrate 1 41 --from 2 --to 1
	ip -n ns1_t1 link del s41
	same "$before" "$(o export 1; o -j vm show 1)" "the tenant"
	same "$kernel" "$(devices_of ns1_t1 ns2_t1 ns3_t1)" "the devices"
	check "the kernel is as the store says" o status
}

# To the store alone, and the kernel by sync.
test_without_sync()
{
	lay three
	sync_once
	o subnet migrate 1 21 --from 1 --to 3 --no-sync
	o vpc move 1 2 --to h1 --no-sync
	refuse "a kernel that has moved already" o status
	ip -n ns1_t1 -o link show s21 >/dev/null
	sync_once
	reach all 1
}

# all_of STORE: what a store says of tenant 1, but for addresses that are given out in turn.
all_of()
{
	ovctl --store "$1" --password-file "$TMP/password" export 1
	ovctl --store "$1" --password-file "$TMP/password" -j vm show 1
}

# killed COMMAND...: that, ended by SIGKILL behind its Nth change, the next Nth, ... until it goes
# through; then sync has to make the kernel what the store says, and that is before or after. Counts in
# befores those that came before.
killed()
{
	local n=1 rc told before after afters=0

	befores=0
	sync_once
	cp -r "$TMP/store" "$TMP/begin"
	before=$(all_of "$TMP/store")
	check "the move in the store" o "$@" --no-sync
	after=$(all_of "$TMP/store")
	refuse "a move that changes nothing" same "$before" "$after" "the tenant"
	while :; do
		rm -rf "$TMP/store"
		cp -r "$TMP/begin" "$TMP/store"
		check "the kernel begins as the store says" o sync
		rc=0
		(OVCTL_DIE_AFTER=$n o "$@"; exit $?) >"$TMP/die" 2>&1 || rc=$?
		((rc == 137)) || break
		wait_for "a sync goes through behind one that was killed" o sync
		check "the kernel is as the store says, having been killed behind change $n" o status
		told=$(all_of "$TMP/store")
		if [[ $told == "$before" ]]; then
			befores=$((befores + 1))
			((afters == 0)) || fail "before again, behind change $n"
		elif [[ $told == "$after" ]]; then
			afters=$((afters + 1))
		else
			same "$after" "$told" "the tenant, behind change $n"
		fi
		((n % 5)) || reach loose 1
		n=$((n + KILLS))
	done
	same 0 "$rc" "the last move: $(<"$TMP/die")"
	same "$after" "$(all_of "$TMP/store")" "the tenant"
	check "the kernel is as the store says" o status
	reach loose 1
	number "$afters" -ge 1 "kills behind the store's change"
	diag "killed behind every ${KILLS}th of $n changes: $befores before, $afters after"
}

test_killed_subnet()
{
	local befores

	lay three
	killed subnet migrate 1 21 --from 1 --to 3
	number "$befores" -ge 1 "kills before the store's change"
}

test_killed_vpc()
{
	local befores

	lay three
	killed vpc move 1 1 --to h2
}

# Moves to and fro, while all VMs send each other probes.
test_no_outage_elsewhere()
{
	local i rc=0

	lay three
	sync_once
	models 1
	bg probes "$PY" "$HELPERS/probes.py" "$TMP/model1" 21 "$EVERY_MS"
	wait_for "all probes arrive" grep -q ready "$TMP/probes.out"
	for ((i = 0; i < MOVES; i++)); do
		kill -USR1 "$probes"
		if ((i % 2)); then
			migrate 1 21 3 1
		else
			migrate 1 21 1 3
		fi
	done
	kill -TERM "$probes"
	wait "$probes" || rc=$?
	diag "$(<"$TMP/probes.out")"
	same 0 "$rc" "probes"
	must_say "$MOVES moves: " cat "$TMP/probes.out"
	check "the kernel is as the store says" o status
}

run_tests "$@"
