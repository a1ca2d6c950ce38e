#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A VM of the store moves to another host: ovctl vm migrate, and the hook that libvirt calls.
# seconds: 240
# shellcheck disable=SC2016,SC2034,SC2153,SC2154 # what eval is given; variables set by name
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"
# shellcheck source=selftests/moves.sh
source "$TOP/selftests/moves.sh"
# shellcheck source=selftests/tenants.sh
source "$TOP/selftests/tenants.sh"

TESTS="
	announced in_a_mesh silent own own_bridge own_ha
	nobody_comes interrupted killed killed_and_arrived killed_and_forgotten begun_anew
	aborted aborted_too_late refusals
	hook_migrates hook_fails hook_of_the_source hook_starts hook_names hook_refuses
"

# Under software emulation those that show most, and the others when they are named.
if [[ $TENOVL_KERNEL != debug ]]; then
	(($#)) || TESTS="announced own_ha killed_and_forgotten hook_migrates hook_starts hook_names"
fi

# All tests have one topology, which takes long to make; each begins at home.
setup_suite()
{
	load_module
	defer sweep
	store_moving >/dev/null
	AT=$_base
	o sync >/dev/null
	station
}

# The store of the suite, once that is filled.
o()
{
	ovctl --store "${AT:-$TMP}/store" --password-file "${AT:-$TMP}/password" "$@"
}

# --- the topology ------------------------------------------------------------------------------
#
#	h1 ─────┐      ┌───── h2	three hosts of a lab, VPCs 1, 2, 3 of a tenant
#	 tap7 ┐ └─ rt ─┘ ┌ tap9
#	      │    │     │
#	      x1  h3     x2		X is the cable of a guest, which reaches one of two taps: it
#	        ╲       ╱		sees no carrier come and go, so nothing but the test announces it
#	         sw0 ─ x0 ─ eth0 G
#
#	21.0.0.0/24  in VPCs 1, 2, 3	guest (.77, VPC 1), own (.4, VPC 1), far (.3, VPC 3)
#	31.0.0.0/24  the same, bridges	bridged (.2, VPC 1), beyond (.3, VPC 3)

store_moving()
{
	store_from hosts
	o host add h3 --router rt
	o tenant add 1 --vpcs 3 --host h1,h2,h3 --new-password-file "$TMP/password"
	o subnet add 1 21.0.0.0/24,fd21::/64
	o subnet add 1 31.0.0.0/24 --attach bridge
	o vm add 1 guest --subnet 21 --vpc 1 --ip 21.0.0.77 --mac $M --tap tap7
	o vm add 1 far --subnet 21 --vpc 3 --ip 21.0.0.3
	o vm add 1 own --subnet 21 --vpc 1 --ip 21.0.0.4
	o vm add 1 bridged --subnet 31 --vpc 1 --ip 31.0.0.2
	o vm add 1 beyond --subnet 31 --vpc 3 --ip 31.0.0.3
}

FAR=ns3_t1-s21_vm OWN=ns1_t1-s21_vm

# The guest, and its cable to either host. Its neighbour is known for good, so that it asks nobody.
station()
{
	local i

	ns_new G X
	ns "$G" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	ns "$X" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	ip -n "$X" -batch - <<-END
		link add name sw0 type bridge mcast_snooping 0
		link set sw0 arp off up
		link add x0 type veth peer name eth0 netns $G
		link add x1 type veth peer name tap7 netns h1
		link add x2 type veth peer name tap9 netns h2
		link set x0 master sw0 up
		link set x1 master sw0 up
		link set x2 up
		link set x0 type bridge_slave learning off
		link set x1 type bridge_slave learning off
	END
	ip -n h1 link set tap7 up
	ip -n h2 link set tap9 up
	ip -n "$G" -batch - <<-END
		link set eth0 address $M up
		addr add 21.0.0.77/24 dev eth0
		route add default via 21.0.0.1
		neigh replace 21.0.0.3 lladdr $(mac_of $FAR eth0) dev eth0 nud permanent
	END
	ip -n $FAR neigh replace 21.0.0.77 lladdr $M dev eth0 nud permanent
	o sync >/dev/null
	settled
}

# The guest is at home, whatever a test before this one left.
home()
{
	ip -n h1 link set tap7 up
	wait_for "the cable reaches home" cable 2 1
	if [[ $(vm_value guest vpc) != 1 || $(vm_value guest dev) != tap7 || $(vm_value guest off) != none ]]; then
		o vm set 1 guest --vpc 1 --tap tap7
	fi
	o sync >/dev/null
	ping_ok $FAR 21.0.0.77 1
	SEQ=$(vm_value guest seq)
}

# The guest stands still, and goes on at the other host: cable FROM TO. It learns nothing. (A port's
# state would not do: without STP a bridge lets a port forward again at the next sign of its carrier.)
cable()
{
	ip -n "$X" -batch - <<-END
		link set x$1 nomaster
		link set x$2 master sw0
		link set x$2 type bridge_slave learning off
	END
}

# What the segments dropped, for whoever looks for what is lost.
drops()
{
	local v

	for v in 1 2 3; do
		ovctl -n "ns${v}_t1" stats show s21 | awk -v v="$v" '/drop|redirect|move-|fdb-/ && $NF > 0 {
			printf "VPC %s: %s %s\n", v, $3, $4 }'
	done
}

say()
{
	# shellcheck disable=SC2046
	inject "$G" <<<"enc=frame via=eth0 smac=$M dmac=ff:ff:ff:ff:ff:ff $(says "$1" $M)"
}

# How many moves the segments of all hosts have prepared.
prepared()
{
	local n=0 v

	for v in 1 2 3; do
		n=$((n + $(dev_value "ns${v}_t1" "${1:-s21}" moves)))
	done
	echo "$n"
}

prepared_are()
{
	[[ $(prepared) == "$1" ]]
}

# A value of a VM in the store.
vm_value()
{
	json_get "$(o -j vm show 1 "$1")" "$2" "none"
}

# A migration that waits: waiting [OPTION...]
waiting()
{
	bg migrating ovctl --store "$_base/store" --password-file "$_base/password" \
		vm migrate 1 guest "$@"
	wait_for "all are ready" prepared_are 3
}

# It ends with a status; what it said is in $TMP/migrating.out. Only this shell can wait for it.
# ended STATUS
ended()
{
	local rc=0

	wait "$migrating" || rc=$?
	diag "$(<"$TMP/migrating.out")"
	same "$1" "$rc" "status of the one that waited"
}

# The guest is in a VPC, after so many moves since it was at home, and nothing is left to do:
# is_at VPC MOVES
is_at()
{
	same "$1 $((SEQ + $2))" "$(vm_value guest vpc) $(vm_value guest seq)" "VPC and sequence in the store"
	same none "$(vm_value guest to)" "where the store says that it is moving"
	settled
	same 0 "$(prepared)" "moves that are prepared"
}

migrating='' SEQ=0 AT=''

# --- tests -------------------------------------------------------------------------------------

# probed TEXT: one whole move under probes from a third host and back.
probed()
{
	waiting --to h2 --tap tap9
	must_say "nothing to do" o sync
	same 1 "$(vm_value guest vpc)" "where the store has it meanwhile"
	probe in $FAR 21.0.0.77 "$G"
	probe out "$G" 21.0.0.3 $FAR
	wait_for "probes are answered" answered_by in 20
	wait_for "in both directions" answered_by out 20
	kill -STOP "${PROBE[out]}"
	cable 1 2
	kill -CONT "${PROBE[out]}"
	say rarp
	ended 0
	wait_for "more are answered" answered_by in $(($(answered in) + 50))
	wait_for "in both directions" answered_by out $(($(answered out) + 50))
	end_probe in
	end_probe out
	diag "$1: lost $(unanswered in) of $(answered in), $(unanswered out) of $(answered out) of its own"
	[[ $(unanswered in)$(unanswered out) == 00 ]] || diag "$(drops)"
	same 0 "$(unanswered in)" "probes lost"
	same 0 "$(unanswered out)" "its own probes lost"
	is_at 2 1
	ping_ok $FAR 21.0.0.77 1
	ping_ok ns3_t1-s31_vm 21.0.0.77 1
}

test_announced()
{
	home
	probed direct
	# The old tap is nobody's, and the guest goes back there.
	same "" "$(ovctl -n ns1_t1 -j port show s21 | json_having tap7)" "the old tap"
	waiting --to h1 --tap tap7
	cable 2 1
	# Not announced, and of its own address, or the port would not take it.
	inject "$G" <<<"enc=frame via=eth0 smac=$M dmac=$(mac_of $FAR eth0) ip4=21.0.0.77,21.0.0.3 pay=8"
	ended 0
	is_at 1 2
	ping_ok $FAR 21.0.0.77 1
}

transport_is()
{
	o tenant set 1 --transport "$1"
	o sync
}

test_in_a_mesh()
{
	home
	defer transport_is direct
	transport_is gre >/dev/null
	probed "in a mesh"
}

# A guest that says nothing at its new place, where its tap has another name.
test_silent()
{
	home
	capture_start told $FAR eth0 -Q in "ether src $M"
	cable 1 2
	check "the move" o vm migrate 1 guest --to h2 --tap tap9 --now
	is_at 2 1
	same tap9 "$(vm_value guest dev)" "what its tap is called"
	ping_ok $FAR 21.0.0.77 1
	number "$(capture_count told 'eth.type == 0x8035')" -ge 1 "RARP that the third host's VM heard"
	number "$(capture_count told "eth.type == 0x0806 && eth.src == $M")" -ge 1 "gratuitous ARP"
	number "$(capture_count told "icmpv6.type == 136 && eth.src == $M")" -ge 1 "advertisements"
}

# What sync makes the device of is moved by the command alone: moves_own NAME FROM IP NET NS HOST
moves_own()
{
	local name=$1 from=$2 ip=$3 net=$4 at=$5 to=$6

	probe in "$from" "$ip" "$at"
	wait_for "probes are answered" answered_by in 20
	check "the move" o vm migrate 1 "$name" --to "$to"
	wait_for "more are answered" answered_by in $(($(answered in) + 50))
	end_probe in
	diag "$name: lost $(unanswered in) of $(answered in)"
	same 0 "$(unanswered in)" "probes lost"
	same "${to#h}" "$(vm_value "$name" vpc)" "where the store has it"
	same 0 "$(prepared "s$net")" "moves that are prepared"
}

test_own()
{
	defer o vm migrate 1 own --to h1
	moves_own own $FAR 21.0.0.4 21 $OWN h2
	must_say "link-netns ns2_t1" ip -n $OWN -o link show eth0
	settled
}

test_own_bridge()
{
	defer o vm migrate 1 bridged --to h1
	moves_own bridged ns3_t1-s31_vm 31.0.0.2 31 ns1_t1-s31_vm h2
	must_say "link-netns ns2_t1" ip -n ns1_t1-s31_vm -o link show eth0
}

single_bridge()
{
	o subnet set 1 31 --ha=0
	o sync
}

# A leg on each of two bridges, and a bond that asks by a leg before it hears by it. Who talks to the
# VM is in the VPC that it leaves, and in the one that it comes to.
test_own_ha()
{
	local to

	defer single_bridge
	o subnet set 1 31 --ha >/dev/null
	o sync >/dev/null
	for to in h2 h1; do
		wait_for "the VM answers" ns $OWN ping -q -c 1 -W 1 31.0.0.2
		moves_own bridged $OWN 31.0.0.2 31 ns1_t1-s31_vm $to
	done
	settled
}

as_it_is()
{
	ovctl -n ns2_t1 -j port show s21
	fdb_peer ns3_t1 s21 $M
}

# stays BEFORE: all is as it was.
stays()
{
	is_at 1 0
	same "$1" "$(as_it_is)" "ports at the other host, and where the third one has it"
	ping_ok $FAR 21.0.0.77 1
}

test_nobody_comes()
{
	local before

	home
	before=$(as_it_is)
	must_fail_with "VM guest has not come to host h2: it stays where it is" \
		o vm migrate 1 guest --to h2 --tap tap9 --timeout 1
	stays "$before"
}

test_interrupted()
{
	local before

	home
	before=$(as_it_is)
	waiting --to h2 --tap tap9
	kill "$migrating"
	ended 1
	must_say "interrupted" cat "$TMP/migrating.out"
	stays "$before"
}

# Whoever moves it is killed, and it stays where it was: that is over by itself.
test_killed()
{
	local before

	home
	before=$(as_it_is)
	waiting --to h2 --tap tap9 --timeout 2
	kill -KILL "$migrating"
	ended 137
	wait_for "the kernel ends it" prepared_are 0
	wait_for "the store has forgotten it" eval '[[ $(vm_value guest to) == none ]]'
	check "what was made ready goes" o sync
	stays "$before"
}

# It comes for somebody who was killed: comes_for_nobody [OPTION...]
comes_for_nobody()
{
	home
	waiting --to h2 --tap tap9 "$@"
	kill -KILL "$migrating"
	ended 137
	cable 1 2
	say rarp
	wait_for "it has arrived" prepared_are 0
}

# It stays where it came to.
stays_there()
{
	is_at 2 1
	ping_ok $FAR 21.0.0.77 1
}

test_killed_and_arrived()
{
	comes_for_nobody
	must_say "1 moved on and is adopted" o sync
	stays_there
}

# Nobody looks before all of it is over.
test_killed_and_forgotten()
{
	comes_for_nobody --timeout 2
	wait_for "nobody waits for it" eval '[[ $(vm_value guest to) == none ]]'
	must_say "1 moved on and is adopted" o sync
	stays_there
}

# Who gives it up when it has come is told so, and it stays where it came to.
test_aborted_too_late()
{
	comes_for_nobody
	must_fail_with "VM guest has come to VPC 2 already, and stays there" o vm migrate 1 guest --abort
	stays_there
}

test_begun_anew()
{
	home
	waiting --to h2 --tap tap9
	kill -KILL "$migrating"
	ended 137
	waiting --to h2 --tap tap9
	cable 1 2
	say rarp
	ended 0
	is_at 2 1
}

test_aborted()
{
	local before

	home
	before=$(as_it_is)
	must_fail_with "VM guest is not on its way anywhere" o vm migrate 1 guest --abort
	waiting --to h2 --tap tap9
	check "the abort" o vm migrate 1 guest --abort
	ended 1
	stays "$before"
}

# What it is about is done to a copy of the store.
copy()
{
	cp -r "$_base/store" "$_base/password" "$TMP"
	AT=$TMP
}

test_refusals()
{
	home
	copy
	o host add h4 --router rt >/dev/null
	must_fail_with 'there is no host "h9"' o vm migrate 1 guest --to h9
	must_fail_with 'tenant 1 has no VM "nobody"' o vm migrate 1 nobody --to h2
	must_fail_with 'tenant 1 has no VPC on host h4: "ovctl vpc add 1 --host h4" adds one, and "ovctl subnet set 1 21 --vpc" stretches the subnet to it' \
		o vm migrate 1 guest --to h4
	o vpc add 1 4 --host h4 >/dev/null
	must_fail_with 'subnet 21 is in no VPC on host h4: "ovctl subnet set 1 21 --vpc" with VPC 4 added stretches it' \
		o vm migrate 1 guest --to h4
	must_fail_with 'subnet 21 is not present in VPC 4' o vm migrate 1 guest --to h4 --vpc 4
	must_fail_with 'VPC 3 is on host h3, not on h2' o vm migrate 1 guest --to h2 --vpc 3
	must_fail_with 'VM guest is in VPC 1 on host h1 already' o vm migrate 1 guest --to h1
	must_fail_with 'VM own is no guest behind a tap: --tap is for one' \
		o vm migrate 1 own --to h2 --tap tap9
	o vpc add 1 5 --host h2 >/dev/null
	o subnet set 1 21 --vpc 1,2,3,5 >/dev/null
	must_fail_with 'subnet 21 is in VPCs 2 and 5 on host h2: --vpc names one' o vm migrate 1 guest --to h2
	o vm add 1 other --subnet 21 --vpc 2 --tap tap7 >/dev/null
	must_fail_with 'tap7 on host h2 is that of VM other: --tap names another one' \
		o vm migrate 1 guest --to h2 --vpc 2
	same "1 none" "$(vm_value guest vpc) $(vm_value guest to)" "what the store has after the refusals"
}

# The guest as libvirt describes it; its tap is not told before it has started: domain [DEV]
domain()
{
	cat <<-END
		<domain type='kvm' id='3'>
		  <name>guest</name>
		  <metadata><x:interface xmlns:x='urn:x'><mac address='02:00:15:00:00:04'/></x:interface></metadata>
		  <devices>
		    <emulator>/usr/bin/qemu-system-x86_64</emulator>
		    <interface type='network'>
		      <mac address='52:54:00:00:00:01'/>
		      <target dev='vnet0'/>
		    </interface>
		    <interface type='ethernet'>
		      <mac address="$M"/>
		      ${1:+<target dev='$1' managed='no'/>}
		      <model type='virtio'/>
		      <link state='up'/>
		    </interface>
		    <mac address='02:00:15:00:00:04'/>
		  </devices>
		</domain>
	END
}

# As libvirt calls it at a host, the description on its standard input: hook HOST DEV OPERATION...
hook()
{
	local host=$1 dev=$2

	shift 2
	domain "$dev" | TENOVL_DEFAULTS=$TMP/none OVCTL_STORE=${STORE:-$AT/store} TENOVL_HOST=$host \
		"$TOP/tools/ovctl/libvirt/tenovl" "${NAME:-guest}" "$@"
}

# What it prints would be the guest's description from then on.
quiet()
{
	same "" "$(hook "$@" 2>"$TMP/hook.err" || echo "status $?: $(<"$TMP/hook.err")")" "what the hook says: $*"
}

# All that comes before the memory of a guest is sent.
incoming()
{
	home
	quiet h2 '' migrate begin -
	quiet h2 '' prepare begin -
	quiet h2 '' start begin -
	same none "$(vm_value guest to)" "where the store says that it is moving"
	quiet h2 tap9 started begin -
	same 3 "$(prepared)" "moves that are prepared"
	same "1 2" "$(vm_value guest vpc) $(vm_value guest to)" "where it is, and where it is moving to"
	must_say tap9 ovctl -n ns2_t1 port show s21
	must_say "nothing to do" o sync
}

vpc_is()
{
	[[ $(vm_value guest vpc) == "$1" ]]
}

test_hook_migrates()
{
	incoming
	probe in $FAR 21.0.0.77 "$G"
	wait_for "probes are answered" answered_by in 20
	cable 1 2
	say rarp
	quiet h1 tap7 stopped end migrated
	quiet h1 tap7 release end migrated
	wait_for "the store has it" vpc_is 2
	wait_for "all is settled" eval '[[ $(o plan) == "nothing to do"* ]]'
	wait_for "more are answered" answered_by in $(($(answered in) + 50))
	end_probe in
	same 0 "$(unanswered in)" "probes lost"
	is_at 2 1
	same tap9 "$(vm_value guest dev)" "what its tap is called"
}

test_hook_fails()
{
	local before

	incoming
	quiet h2 tap9 stopped end failed
	quiet h2 tap9 release end failed
	same "" "$(ovctl -n ns2_t1 -j port show s21 | json_having tap9)" "the tap at the destination"
	is_at 1 0
	ping_ok $FAR 21.0.0.77 1
	# And once more, with success.
	quiet h2 '' migrate begin -
	quiet h2 tap9 started begin -
	cable 1 2
	say rarp
	wait_for "the store has it" vpc_is 2
	quiet h1 tap7 release end -
}

# The source knows nothing of it before it is over, and has a store of its own.
test_hook_of_the_source()
{
	home
	cp -r "$_base/store" "$TMP/source"
	quiet h2 tap9 started begin -
	cable 1 2
	say rarp
	wait_for "the store has it" vpc_is 2
	wait_for "all is settled" eval '[[ $(o plan) == "nothing to do"* ]]'
	STORE=$TMP/source quiet h1 tap7 stopped end migrated
	STORE=$TMP/source quiet h1 tap7 release end migrated
	same "2 $((SEQ + 1))" "$(jq -r '.[] | "\(.vpc) \(.seq)"' <(ovctl --store "$TMP/source" \
		--password-file "$_base/password" -j vm show 1 guest))" "VPC and sequence in the store of the source"
}

# A guest that is shut down and begins again, with a tap of another name.
test_hook_starts()
{
	home
	quiet h1 tap7 stopped end shutdown
	quiet h1 tap7 release end shutdown
	is_at 1 0
	same true "$(vm_value guest off)" "whether the guest is off"
	same "" "$(ovctl -n ns1_t1 -j port show s21 | json_having tap7)" "its tap in the segment"
	ip -n h1 link set tap7 down
	ip -n h1 link set tap7 name vnet5 up
	defer ip -n h1 link set vnet5 name tap7
	defer ip -n h1 link set vnet5 down
	quiet h1 vnet5 prepare begin -
	quiet h1 vnet5 started begin -
	same vnet5 "$(vm_value guest dev)" "what its tap is called"
	same none "$(vm_value guest off)" "whether the guest is off"
	is_at 1 0
	ping_ok $FAR 21.0.0.77 1
}

# libvirt gives names of taps out again, after a crash without a word of who had them. And one tenant's
# guests start where something is in another one's way.
test_hook_names()
{
	local vtep

	home
	copy
	o tenant add 2 --vpcs 2 --host h1,h2 --new-password-file "$TMP/password" >/dev/null
	o subnet add 2 21.0.0.0/24 >/dev/null
	o vm add 2 web --subnet 21 --vpc 1 --tap vnet9 >/dev/null
	o vm add 1 twin --subnet 21 --vpc 1 --mac 02:00:15:00:00:89 --tap vnet8 >/dev/null
	ip -n h1 link add vnet9 type veth peer name x9 netns "$X"
	defer ip -n h1 link del vnet9
	ip -n h1 link set vnet9 up
	ip netns add ns1_t2
	defer ip netns del ns1_t2
	must_fail_with "ns1_t2" o sync
	vtep=$(dev_value ns1_t1 s21 local)
	ip -n h1 addr del "$vtep/32" dev lo
	(M=02:00:15:00:00:89 NAME=twin check "a tap of another one's name" hook h1 vnet9 started begin - 2>/dev/null)
	same vnet9 "$(vm_value twin dev)" "what its tap is called"
	same true "$(json_get "$(o -j vm show 2 web)" off none)" "whether the other one is off"
	[[ -n $(ovctl -n ns1_t1 -j port show s21 | json_having vnet9) ]] || fail "the tap is not in the segment"
	must_say "$vtep" ip -n h1 addr show dev lo
	must_fail_with 'VM web is shut down, or its tap is not known: "vm set" with --vpc or --tap tells where it is' \
		o vm migrate 2 web --to h2 --now
	# Its own that is in the way is told.
	ip -n ns1_t1 link del s21
	ip -n ns1_t1 link add s21 type dummy
	(M=02:00:15:00:00:89 NAME=twin must_fail_with "s21" hook h1 vnet9 started begin -)
	ip -n ns1_t1 link del s21
}

test_hook_refuses()
{
	home
	copy
	o host add h4 --router rt >/dev/null
	must_fail_with "tenant 1 has no VPC on host h4" hook h4 '' migrate begin -
	must_fail_with 'there is no host "h9"' hook h9 '' migrate begin -
	must_fail_with "hosts h1 and h2 are both of this machine: --host names one, or TENOVL_HOST in /etc/default/tenovl" \
		hook '' '' migrate begin -
	must_fail_with "the description of a guest on standard input, line 2" \
		ovctl --store "$TMP/store" vm hook guest started begin - --host h1 <<<"<domain>"
	# Others are none of its business: a guest that is not in the store, and where there is no store.
	(M=52:54:00:00:00:02 quiet h4 tap7 started begin -)
	(STORE=$TMP/none quiet h4 tap7 started begin -)
	# Tenants may use the same addresses: then a guest's name tells.
	o tenant add 2 --vpcs 1 --host h1 --new-password-file "$TMP/password" >/dev/null
	o subnet add 2 21.0.0.0/24 >/dev/null
	o vm add 2 web --subnet 21 --ip 21.0.0.77 --mac $M --tap tap8 >/dev/null
	NAME=another must_fail_with "$M is the address of VM guest of tenant 1 and of VM web of tenant 2" \
		hook h1 tap7 started begin -
	quiet h1 tap7 started begin -
}

run_tests "$@"
