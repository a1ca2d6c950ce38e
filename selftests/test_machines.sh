#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# machines: two
# One store, copied, builds both halves of two machines that are joined by a network: what is of the
# other machine is a peer and no more. Runs in the first machine of selftests/vm/pair.
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"

TESTS="
	halves tenants_apart both_halves_healed edit_copied vpc_moved tenant_gone
"

# --- the topology ------------------------------------------------------------------------------
#
#	 ┌ first ────┐              ┌ second ───┐
#	 │      eth0 ├──────────────┤ eth0      │       two machines; each is its own host, and sends
#	 └───────────┘              └───────────┘       from its first network namespace
#	   192.0.2.1                  192.0.2.2
#	   VPCs 1, 3                    VPC 2
#
#	tenant 1, and tenant 2 with the same addresses, its VXLAN in a mesh:
#	21.0.0.0/24  in VPCs 1, 2      VMs a1 (.2, VPC 1), a2 (.3, VPC 2)
#	31.0.0.0/24  in VPCs 1, 3      VMs b1 (.2, VPC 1), b3 (.3, VPC 3)
#	41.0.0.0/24  in VPC 2          VM  c2 (.2)

SECOND_STORE=/run/second/store

# A line of shell, done by the second machine.
there()
{
	"$TOP/selftests/second" ask "$@"
}

o()
{
	ovctl --store "$TMP/store" --password-file "$TMP/password" "$@"
}

# As the operator of the second machine has it: the store and no password.
o_there()
{
	there ovctl --store "$SECOND_STORE" "$@"
}

# What sync made, also in the first namespace, which belongs to the machine.
sweep()
{
	local name

	for name in $(ip netns list | awk '$1 ~ /^(ns|mesh)[0-9]/ { print $1 }'); do
		ip netns del "$name"
	done
	ip addr flush dev lo scope global
	ip route flush proto 116
	poll module_idle
}

sweep_both()
{
	sweep
	there "$(declare -f sweep); sweep; rm -rf $SECOND_STORE"
}

# A password costs little here.
hosts()
{
	echo secret >"$TMP/password"
	o provider passwd --new-password-file "$TMP/password"
	o provider set --ops 1 --memory 8
	o provider passwd --new-password-file "$TMP/password"
	o host add first --machine first --uplink eth0 --address 192.0.2.1/24 --nexthop 192.0.2.2
	o host add second --machine second --uplink eth0 --address 192.0.2.2/24 --nexthop 192.0.2.1
}

tenant()
{
	o tenant add "$1" --vpcs 3 --host first,second --new-password-file "$TMP/password"
	o subnet add "$1" 21.0.0.0/24,fd21::/64 --vpc 1,2
	o subnet add "$1" 31.0.0.0/24,fd31::/64 --vpc 1,3
	o subnet add "$1" 41.0.0.0/24,fd41::/64 --vpc 2
	o vm add "$1" a1 --subnet 21 --vpc 1
	o vm add "$1" a2 --subnet 21 --vpc 2
	o vm add "$1" b1 --subnet 31 --vpc 1
	o vm add "$1" b3 --subnet 31 --vpc 3
	o vm add "$1" c2 --subnet 41 --vpc 2
}

# The store is filled once, and each test has a copy.
setup_suite()
{
	[[ -n ${TENOVL_PAIR:-} ]] || fail "this needs two machines: selftests/vm/pair"
	load_module
	"$TOP/selftests/second" up
	WAIT_MAX=120 wait_for "the second machine answers" there true
	hosts >/dev/null
	tenant 1 >/dev/null
	tenant 2 >/dev/null
	o tenant set 2 --transport gre >/dev/null
	mv "$TMP/store" "$TMP/filled"
}

# What the documentation says: copy the store. Nobody writes meanwhile.
copy_store()
{
	local packed

	packed=$(tar -C "$TMP/store" -cz . | base64 -w 0)
	check "the store is copied" there "rm -rf $SECOND_STORE && mkdir -p -m 700 $SECOND_STORE &&
		base64 -d <<<$packed | tar -C $SECOND_STORE -xz"
}

settled()
{
	check "the first machine is as the store says" o status
	must_say "nothing to do" o sync
	check "the second machine is as the store says" o_there status
	must_say "nothing to do" o_there sync
}

sync_here()
{
	check "the store is carried out by the first machine" o sync
}

sync_there()
{
	check "the store is carried out by the second machine" o_there sync
}

lay()
{
	defer sweep_both
	cp -r "$_base/filled" "$TMP/store"
	cp "$_base/password" "$TMP/password"
	sync_here
	copy_store
	sync_there
	settled
}

answers_there()
{
	check "ping from $1 of the second machine to $2" there ping_ok "$1" "$2" 1
}

# A VM that has just asked for another one in vain answers for it, for some moments.
reached()
{
	wait_for "ping from $1 to $2" ns "$1" ping -n -q -c 1 -W 1 "$2"
}

# Every VM of a tenant reaches every other, over the network between the machines.
tenant_talks()
{
	local t=$1

	ping_ok "ns1_t$t-s21_vm" 21.0.0.3 1
	ping_ok "ns1_t$t-s21_vm" fd21::3 1
	ping_ok "ns1_t$t-s21_vm" 41.0.0.2 1
	ping_ok "ns1_t$t-s21_vm" 31.0.0.3 1
	ping_ok "ns3_t$t-s31_vm" 21.0.0.3 1
	ping_ok "ns3_t$t-s31_vm" fd41::2 1
	answers_there "ns2_t$t-s21_vm" 21.0.0.2
	answers_there "ns2_t$t-s41_vm" 31.0.0.3
	answers_there "ns2_t$t-s41_vm" fd21::2
}

# The namespaces that sync made, in order.
made()
{
	ip netns list | awk '$1 ~ /^(ns|mesh)[0-9]/ { print $1 }' | sort | tr '\n' ' '
}

made_there()
{
	there "$(declare -f made); made"
}

# The echo requests that a namespace has taken.
echoes()
{
	# shellcheck disable=SC2016 # they are awk's fields
	ns "$1" awk '/^IcmpMsg:/ {
		if (!n) { for (i = 2; i <= NF; i++) if ($i == "InType8") n = i; head = 1 }
		else value = $n
	} END { print value + 0 }' /proc/net/snmp
}

echoes_there()
{
	there "$(declare -f echoes); echoes $1"
}

# --- tests -------------------------------------------------------------------------------------

test_halves()
{
	defer sweep_both
	cp -r "$_base/filled" "$TMP/store"
	cp "$_base/password" "$TMP/password"
	# The first half alone is as it should be, and nobody is there yet.
	sync_here
	check "the first machine is as the store says" o status
	ping_ok ns1_t1-s21_vm 31.0.0.3 1
	ping_no ns1_t1-s21_vm 21.0.0.3 1
	copy_store
	refuse "the second machine, as yet" o_there status
	sync_there
	settled
	same "mesh1_t2 mesh3_t2 ns1_t1 ns1_t1-s21_vm ns1_t1-s31_vm ns1_t2 ns1_t2-s21_vm ns1_t2-s31_vm \
ns3_t1 ns3_t1-s31_vm ns3_t2 ns3_t2-s31_vm " "$(made)" "what the first machine has"
	same "mesh2_t2 ns2_t1 ns2_t1-s21_vm ns2_t1-s41_vm ns2_t2 ns2_t2-s21_vm ns2_t2-s41_vm" \
		"$(made_there | sed 's/ $//')" "what the second machine has"
	tenant_talks 1
	tenant_talks 2
}

# The second machine's VMs hear those of their tenant, and no other's with the same addresses.
test_tenants_apart()
{
	local t other before

	lay
	same "$(ip -n ns1_t1-s21_vm -br addr show eth0 | sed 's/@[^ ]*//')" \
		"$(ip -n ns1_t2-s21_vm -br addr show eth0 | sed 's/@[^ ]*//')" "the tenants' addresses"
	for t in 1 2; do
		other=$((3 - t))
		before="$(echoes_there "ns2_t$t-s21_vm") $(echoes_there "ns2_t$other-s21_vm")"
		ping_ok "ns1_t$t-s21_vm" 21.0.0.3 3
		same "$((${before% *} + 3)) ${before#* }" \
			"$(echoes_there "ns2_t$t-s21_vm") $(echoes_there "ns2_t$other-s21_vm")" \
			"echo requests at tenant $t's VM and at the other's"
		before="$(echoes "ns1_t$t-s21_vm") $(echoes "ns1_t$other-s21_vm")"
		check "ping to the first machine" there ping_ok "ns2_t$t-s21_vm" 21.0.0.2 3
		same "$((${before% *} + 3)) ${before#* }" \
			"$(echoes "ns1_t$t-s21_vm") $(echoes "ns1_t$other-s21_vm")" \
			"echo requests at tenant $t's VM and at the other's, here"
	done
	# Where one tenant is not answered any more, the other one does not answer for it.
	there ip -n ns2_t1-s21_vm link set eth0 down
	ping_no ns1_t1-s21_vm 21.0.0.3 2
	ping_ok ns1_t2-s21_vm 21.0.0.3 1
}

# What is done by hand on either machine is healed there, and only there.
test_both_halves_healed()
{
	lay
	there ip -n ns2_t1 link set s21 down
	refuse "a head that is down" o_there status
	check "nothing of the first machine's" o status
	ping_no ns1_t1-s21_vm 21.0.0.3 1
	must_say "nothing to do" o sync
	sync_there
	reached ns1_t1-s21_vm 21.0.0.3
	ip route del 172.17.0.0/16
	refuse "the way to the second machine" o status
	check "nothing of the second machine's" o_there status
	sync_here
	settled
	tenant_talks 1
}

# An edit is made on the first machine; the copied store and a sync bring the second one after.
test_edit_copied()
{
	local before

	lay
	before=$(there ip -n ns2_t1 -o link show | awk '{ print $1, $2 }')
	o vm add 1 a9 --subnet 21 --vpc 2 >/dev/null
	o subnet add 1 51.0.0.0/24 --vpc 2 >/dev/null
	o vm add 1 d2 --subnet 51 --vpc 2 >/dev/null
	sync_here
	check "the first machine is as the store says" o status
	check "by its old store, the second one too" o_there status
	ping_no ns1_t1-s21_vm 21.0.0.4 1
	copy_store
	refuse "by its new store, the second one" o_there status
	must_say "add netns ns2_t1-s21_a9" o_there plan
	sync_there
	settled
	same "" "$(comm -23 <(sort <<<"$before") \
		<(there ip -n ns2_t1 -o link show | awk '{ print $1, $2 }' | sort))" "what was made anew"
	reached ns1_t1-s21_vm 21.0.0.4
	ping_ok ns3_t1-s31_vm 51.0.0.2 1
	answers_there ns2_t1-s51_vm 21.0.0.2
	tenant_talks 1
	tenant_talks 2
	# And back.
	o vm del 1 a9 >/dev/null
	o subnet del 1 51 --yes >/dev/null
	sync_here
	copy_store
	sync_there
	settled
	ping_no ns1_t1-s21_vm 21.0.0.4 1
	tenant_talks 1
}

# A VPC goes from one machine to the other.
test_vpc_moved()
{
	lay
	o vpc set 1 3 --host second >/dev/null
	sync_here
	refuse "its namespace here" ip netns exec ns3_t1 true
	copy_store
	sync_there
	settled
	ping_ok ns1_t1-s31_vm 31.0.0.3 1
	ping_ok ns1_t1-s21_vm 31.0.0.3 1
	answers_there ns3_t1-s31_vm 21.0.0.2
	answers_there ns3_t1-s31_vm 41.0.0.2
	tenant_talks 2
}

test_tenant_gone()
{
	lay
	o tenant del 1 --yes >/dev/null
	sync_here
	copy_store
	sync_there
	settled
	same "" "$(made | tr ' ' '\n' | grep _t1 || :)$(made_there | tr ' ' '\n' | grep _t1 || :)" \
		"what is left of the tenant"
	tenant_talks 2
}

run_tests "$@"
