# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # variables of lib.sh
#
# Tenants by the store, on top of lib.sh and topology.sh. A store is filled by store_NAME() when a test
# asks for it first, and each test has a copy.
#
#	             ┌──────┐
#	   h1 ───────┤  rt  ├─────── h2          hosts of a lab and their router
#	  1, 3       └──────┘        2           VPCs of each tenant
#
#	tenant 1, and tenant 2 with the same addresses:
#	21.0.0.0/24  in VPCs 1, 2      VMs a1 (.2, VPC 1), a2 (.3, VPC 2)
#	31.0.0.0/24  in VPCs 1, 2, 3   VMs b1 (.2, VPC 1), b2 (.3, VPC 2), b3 (.4, VPC 3)
#	41.0.0.0/24  in VPC 2          VM  c2 (.2)

o()
{
	ovctl --store "$TMP/store" --password-file "$TMP/password" "$@"
}

# What a test leaves behind; the names are those of the store, and not random.
sweep()
{
	local name

	for name in $(ip netns list | awk '{ print $1 }'); do
		case $name in
		ns[0-9]* | mesh[0-9]* | h[1-9] | rt) ip netns del "$name" ;;
		esac
	done
	poll module_idle
}

# hosts [v6]: with an underlay of that family. A password costs little here.
hosts()
{
	local i

	echo secret >"$TMP/password"
	o provider passwd --new-password-file "$TMP/password"
	o provider set --ops 1 --memory 8
	for i in 1 2; do
		o host add "h$i" --router rt ${1:+--vtep "fd00:9:$i::/64"}
	done
}

# tenant ID: with its subnets and VMs.
tenant()
{
	o tenant add "$1" --vpcs 3 --host h1,h2 --new-password-file "$TMP/password"
	o subnet add "$1" 21.0.0.0/24,fd21::/64 --vpc 1,2
	o subnet add "$1" 31.0.0.0/24,fd31::/64 --vpc 1,2,3 --encap gre
	o subnet add "$1" 41.0.0.0/24,fd41::/64 --vpc 2
	o vm add "$1" a1 --subnet 21 --vpc 1
	o vm add "$1" a2 --subnet 21 --vpc 2
	o vm add "$1" b1 --subnet 31 --vpc 1
	o vm add "$1" b2 --subnet 31 --vpc 2
	o vm add "$1" b3 --subnet 31 --vpc 3
	o vm add "$1" c2 --subnet 41 --vpc 2
}

# The smallest that has all: two VPCs, and a VM in each.
small()
{
	o tenant add 1 --vpcs 2 --host h1,h2 --new-password-file "$TMP/password"
	o subnet add 1 21.0.0.0/24,fd21::/64
	o vm add 1 a1 --subnet 21 --vpc 1
	o vm add 1 a2 --subnet 21 --vpc 2
}

store_hosts()
{
	hosts
}

store_hosts6()
{
	hosts v6
}

store_small()
{
	store_from hosts
	small
}

store_both()
{
	store_from hosts
	tenant 1
	tenant 2
}

store_both6()
{
	store_from hosts6
	tenant 1
	tenant 2
}

# store_of NAME: where that store is, filled.
store_of()
{
	local TMP=$_base/filling

	if [[ ! -d $_base/stores/$1 ]]; then
		mkdir -p "$TMP" "$_base/stores"
		"store_$1" >/dev/null
		mv "$TMP" "$_base/stores/$1"
	fi
}

# store_from NAME: a copy of that store; instead of the one that is used now, where there is one.
store_from()
{
	store_of "$1"
	mkdir -p "$TMP"
	rm -rf "$TMP/store"
	cp -r "$_base/stores/$1/store" "$_base/stores/$1/password" "$TMP"
}

# lay NAME: a store for a test.
lay()
{
	defer sweep
	store_from "$1"
}

settled()
{
	must_say "nothing to do" o sync
	same "" "$(o plan | grep -v 'nothing to do' || :)" "what plan wants more"
	check "the state is as the store says" o status
}

sync_once()
{
	check "the store is carried out" o sync
	settled
}

# The models of tenants, for reach.py.
models()
{
	local t

	for t in "$@"; do
		{ o export "$t" && o -j vm show "$t"; } >"$TMP/model$t"
	done
}

# reach HOW TENANT...: who reaches whom among all VMs of the tenants is as their models say.
reach()
{
	local how=$1 out rc=0

	shift
	models "$@"
	out=$(helper /dev/null - reach "$how" $((WAIT_MAX * TENOVL_SLOW)) "${@/#/$TMP/model}") || rc=$?
	diag "$out"
	((rc == 0)) || fail "who reaches whom is not as the model says"
}
