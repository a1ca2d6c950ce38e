#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# when: named
# Whatever befalls a sync or what it made, the next one heals it: ends at every point, and damage.
# shellcheck disable=SC2119 # tenovl_load has defaults
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"
# shellcheck source=selftests/tenants.sh
source "$TOP/selftests/tenants.sh"

TESTS="
	every_step random
"

# Steps of the random walk, its seed, and seconds after which none is begun: "make storm STEPS=N SEED=N"
# takes others.
: "${STEPS:=100}"
: "${SEED:=1}"
: "${BUDGET:=150}"

# One of each that takes several messages: a VM at an access port, one behind a bridge, one with two
# legs, a peer in another VPC.
store_each()
{
	store_from hosts
	o tenant add 1 --vpcs 2 --host h1 --new-password-file "$TMP/password"
	o subnet add 1 21.0.0.0/24 --vpc 1,2
	o subnet add 1 31.0.0.0/24 --vpc 1 --ha
	o vm add 1 a1 --subnet 21 --vpc 1
	o vm add 1 b1 --subnet 31 --vpc 1
}

setup_suite()
{
	load_module
}

# killed N: whether a sync was ended by SIGKILL behind its Nth change; else it has gone through.
killed()
{
	local rc=0

	# A shell of its own, that tells nobody who was killed.
	(OVCTL_DIE_AFTER=$1 ovctl --store "$TMP/store" sync; exit $?) >"$TMP/die" 2>&1 || rc=$?
	((rc != 137)) || return 0
	((rc == 0)) || { diag "$(<"$TMP/die")"; fail "a sync that is to be killed behind change $1"; }
	return 1
}

# heals N: what a sync left that was killed behind its Nth change.
heals()
{
	wait_for "a sync goes through behind one that was killed" o sync
	check "the state is as the store says, having been killed behind change $1" o status
}

# There and back, killed behind the first change, the second, ... until there are no more of them.
test_every_step()
{
	local n=0 made='' unmade=''

	lay hosts
	sync_once
	while [[ -z $made || -z $unmade ]]; do
		n=$((n + 1))
		store_from each
		if [[ -n $made ]]; then
			check "a sync that makes a tenant" o sync
		elif killed $n; then
			heals $n
		else
			made=$((n - 1))
		fi
		store_from hosts
		if [[ -n $unmade ]]; then
			check "a sync that takes it away" o sync
		elif killed $n; then
			heals $n
		else
			unmade=$((n - 1))
		fi
		# A namespace dies in the background, and its devices hold their network ids until then.
		wait_for "the tenant's devices are gone" module_idle
	done
	number "$made" -ge 60 "changes of the sync that makes a tenant"
	number "$unmade" -ge 4 "changes of the sync that takes it away"
	diag "killed behind each of $made changes there, and of $unmade back"
}

# Random operations and damage: see helpers/storm.py.
test_random()
{
	local rc=0

	lay hosts
	"$PY" "$HELPERS/storm.py" "$TMP/store" "$TMP/password" "$STEPS" "$SEED" \
		$((WAIT_MAX * TENOVL_SLOW)) "$BUDGET" >"$TMP/storm" 2>&1 3>&- || rc=$?
	diag "$(<"$TMP/storm")"
	((rc == 0)) || fail "not as the model says"
}

run_tests "$@"
