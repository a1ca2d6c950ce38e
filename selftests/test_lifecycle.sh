#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Devices, namespaces and the module come and go, in every order and under
# traffic; loops are harmless.
# processors: several
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"

# Set by bg.
p='' q='' race1='' race2='' race3='' ping4='' ping6='' flood=''

TESTS="
	straight_into_namespace move_and_back rename delete_from_both
	kill_tenant kill_underlay kill_both_orders kill_third
	churn_devices churn_peers churn_namespaces
	rmmod_refused unload_reload load_race
	loop_itself loop_mutual stack_deep
	lower_removed
	no_ipv6
	mass
	mac_and_mtu
"

setup_suite()
{
	load_module
}

# Pings without end from T1 to T2, and floods, in the background.
traffic()
{
	bg ping4 ip netns exec "$T1" ping -q -i 0.002 10.1.0.2
	bg ping6 ip netns exec "$T2" ping -q -i 0.002 fd01::1
	bg flood ip netns exec "$T1" ping -q -b -i 0.01 10.1.0.255
	wait_for "traffic flows" flows_now
}

flows_now()
{
	(($(counter "$T1" s1 rx-packets) > 20))
}

gone()
{
	! ip -n "$1" link show "$2" >/dev/null 2>&1
}

no_devices()
{
	[[ $(json_length "$(ovctl -j dev show)") == 0 ]] && [[ $(cat /sys/module/tenovl/refcnt) == 0 ]]
}

all_gone()
{
	wait_for "no reference to the module is left" refcnt_zero
}

refcnt_zero()
{
	[[ $(cat /sys/module/tenovl/refcnt) == 0 ]]
}

# One message: made in H1, appearing in T1; H1 stays its underlay.
test_straight_into_namespace()
{
	hv_lay 2
	ns_new T1 T2
	ip -n "$H1" link add s1 netns "$T1" type tenovl
	gone "$H1" s1 || fail "the device is in the namespace it was made from"
	ovctl -n "$H1" dev set s1 vni 100 local 10.9.0.1
	ovctl -n "$H1" peer add s1 10.9.0.2
	[[ $(dev_value "$T1" s1 underlay-netns-id) =~ ^-?[0-9]+$ ]] || fail "no underlay namespace is told"
	segment "$H2" "$T2" s1 vni 100 local 10.9.0.2
	ovctl -n "$T2" peer add s1 10.9.0.1
	tenant_up "$T1" s1 1
	tenant_up "$T2" s1 2
	ping_ok "$T1" 10.1.0.2
	# The tenant has no path to the underlay.
	ping_no "$T1" 10.9.0.2 1
}

test_move_and_back()
{
	hv_lay 2
	overlay vxlan 4 2
	traffic
	ns_new X
	for _ in 1 2 3; do
		ip -n "$T1" link set s1 netns "$X"
		tenant_up "$X" s1 1
		ping_ok "$X" 10.1.0.2 2
		same 100 "$(dev_value "$X" s1 vni)" "settings after the move"
		same 10.9.0.2 "$(fdb_peer "$X" s1 "$(tenant_mac 2)")" "the table after the move"
		ip -n "$X" link set s1 netns "$T1"
		tenant_up "$T1" s1 1
		ping_ok "$T1" 10.1.0.2 2
	done
	# Into its own underlay and out of it.
	ip -n "$T1" link set s1 netns "$H1"
	tenant_up "$H1" s1 1
	ping_ok "$H1" 10.1.0.2 1
	ip -n "$H1" link set s1 netns "$T1"
	tenant_up "$T1" s1 1
	ping_ok "$T1" 10.1.0.2 1
}

test_rename()
{
	hv_lay 2
	overlay gre-plain 4 2
	traffic
	ip -n "$T1" link set s1 down
	ip -n "$T1" link set s1 name web7
	ip -n "$T1" link set web7 up
	ping_ok "$T1" 10.1.0.2 2
	same 100 "$(dev_value "$H1" web7 vni)" "settings under the new name"
	refuse "the old name is still known" ovctl -n "$H1" dev show s1
}

test_delete_from_both()
{
	hv_lay 2
	overlay vxlan 4 2
	traffic
	ovctl -n "$H1" dev del s1
	gone "$T1" s1 || fail "deleted from the underlay, it is still there"
	ip -n "$T2" link del s1
	all_gone
	overlay vxlan 4 2
	ovctl -n "$T1" dev del s1
	ip -n "$H2" link add s2 type tenovl
	ovctl -n "$H2" dev del --all
	gone "$T2" s1 || fail "dev del --all leaves what is in another namespace"
	all_gone
}

test_kill_tenant()
{
	hv_lay 2
	overlay vxlan 4 2
	traffic
	ns_del "$T1"
	# What still sends in there keeps the namespace alive till it ends.
	bg_stop "$ping4"
	bg_stop "$flood"
	wait_for "the device goes with its namespace" no_device_of "$H1"
	ns_new T1
	segment "$H1" "$T1" s1 vni 100 local 10.9.0.1
	ovctl -n "$T1" peer add s1 10.9.0.2
	tenant_up "$T1" s1 1
	ping_ok "$T1" 10.1.0.2 2
}

no_device_of()
{
	[[ $(devices "$1") == 0 ]]
}

test_kill_underlay()
{
	local enc fam

	for enc in vxlan gre-plain; do
		for fam in 4 6; do
			hv_lay 2
			overlay "$enc" "$fam" 2
			traffic
			ns_del "$H1"
			wait_for "the device goes with its underlay" gone "$T1" s1
			ns_del "$H2"
			wait_for "the other one too" gone "$T2" s1
			ns_del "$T1"
			ns_del "$T2"
		done
	done
	all_gone
}

# Each order of the three namespaces' ends, and all in one go.
test_kill_both_orders()
{
	local order n

	for order in "T1 H1 T2 H2" "H1 T1 H2 T2" "H1 H2 T1 T2" "T2 T1 H2 H1"; do
		hv_lay 2
		overlay vxlan 4 2
		ping_ok "$T1" 10.1.0.2 1
		bg p ip netns exec "$T1" ping -q -i 0.002 10.1.0.2
		for n in $order; do
			ns_del "${!n}"
		done
		bg_stop "$p"
	done
	all_gone
	for _ in 1 2 3; do
		hv_lay 2
		overlay gre-nvgre 6 2
		ping_ok "$T1" 10.1.0.2 1
		for n in T1 H1 H2 T2; do
			ip netns del "${!n}" &
		done
		wait
	done
	all_gone
}

# Made in A, moved to B, then to C; A, B, C end in turn.
test_kill_third()
{
	local order n

	for order in "A B C" "A C B" "B A C" "B C A" "C A B" "C B A"; do
		ns_new A B C
		link_pair "$A" u0 "$B" u0
		addr "$A" u0 10.9.0.1/24
		segment "$A" "$B" s1 vni 100 local 10.9.0.1
		ovctl -n "$B" peer add s1 10.9.0.2
		ip -n "$B" link set s1 netns "$C"
		tenant_up "$C" s1 1
		bg p ip netns exec "$C" ping -q -b -i 0.005 10.1.0.255
		for n in $order; do
			ns_del "${!n}"
		done
		bg_stop "$p"
	done
	all_gone
}

# A second device is made, used and deleted beside running traffic.
test_churn_devices()
{
	local i n enc

	hv_lay 2
	overlay vxlan 4 2
	traffic
	ns_new X
	n=$(rounds 200)
	for ((i = 0; i < n; i++)); do
		case $((i % 3)) in
		0) enc=vxlan ;;
		1) enc=gre-plain ;;
		2) enc=gre-nvgre ;;
		esac
		ovctl -n "$H1" batch - <<-END
			dev add x netns $X vni 333 $(enc_args $enc) local 10.9.0.1
			peer add x 10.9.0.2
		END
		ip -n "$X" link set x up
		if ((i % 5 == 0)); then
			ip -n "$X" link set x netns "$T1"
		fi
		ovctl -n "$H1" dev del x
	done
	ping_ok "$T1" 10.1.0.2 3
	diag "$n rounds"
}

# Peers and entries come and go under the traffic that they carry.
test_churn_peers()
{
	local i n t

	hv_lay 2
	overlay gre-nvgre 4 2
	traffic
	n=$(rounds 200)
	for ((i = 0; i < n; i++)); do
		case $((i % 6)) in
		0) printf '%s\n' "peer del s1 10.9.0.2" "peer add s1 10.9.0.2" ;;
		1) printf '%s\n' "fdb flush s1" ;;
		2) printf '%s\n' "peer set s1 10.9.0.2 encap vxlan" "peer set s1 10.9.0.2 encap inherit" ;;
		3) printf '%s\n' "dev set s1 encap vxlan" "dev set s1 encap gre" ;;
		4) printf '%s\n' "dev set s1 vni 7 learning off" "dev set s1 vni 100 learning on" ;;
		5) printf '%s\n' "fdb replace s1 $(tenant_mac 2) peer 10.9.0.2" "fdb del s1 $(tenant_mac 2)" ;;
		esac
	done >"$TMP/batch"
	ovctl -n "$T1" batch "$TMP/batch"
	ping_ok "$T1" 10.1.0.2 3
	same 0 "$(dev_value "$T1" s1 static-entries)" "static entries left"
	same "$(fdb_count)" "$(dev_value "$T1" s1 learned-entries)" "learned entries as counted and as shown"
	diag "$n rounds"
}

fdb_count()
{
	ovctl -n "$T1" -j fdb show s1 | jq '[.. | .mac? // empty] | length'
}

# A hypervisor and its tenant come and die, in either order or both at once, while a peer sends to
# them.
test_churn_namespaces()
{
	local i n enc

	n=$(rounds 200)
	hv_lay 3
	overlay vxlan 4 2
	ns_del "$T1"
	ns_del "$H1"
	bg p ip netns exec "$T2" ping -q -b -i 0.002 10.1.0.255
	for ((i = 0; i < n; i++)); do
		enc=vxlan
		((i % 2)) || enc=gre-plain
		# shellcheck disable=SC2046
		ovctl -n "$T2" dev set s1 $(enc_args $enc)
		# The last round's namespaces, and the link's other end, may take their time to go.
		ip -batch - <<-END
			netns add A$H1
			netns add A$T1
			link add u1 netns A$H1 type veth peer name w$i netns $SW
		END
		ip -n "$SW" link set "w$i" master br0 up
		ip -n "A$H1" -batch - <<-END
			link set u1 up
			addr add 10.9.0.1/24 dev u1
		END
		ovctl -n "A$H1" batch - <<-END
			dev add s1 netns A$T1 vni 100 $(enc_args $enc) local 10.9.0.1
			peer add s1 10.9.0.2
		END
		ip -n "A$T1" link set s1 up
		((i % 20)) || wait_for "traffic arrives" received "A$T1"
		case $((i % 3)) in
		0) printf 'netns del %s\n' "A$H1" "A$T1" | ip -batch - ;;
		1) printf 'netns del %s\n' "A$T1" "A$H1" | ip -batch - ;;
		2)
			ip netns del "A$H1" &
			ip netns del "A$T1"
			wait $!
			;;
		esac
	done
	bg_stop "$p"
	ns_del "$T2"
	all_gone
	diag "$n rounds"
}

received()
{
	(($(counter "$1" s1 rx-packets) > 0))
}

test_rmmod_refused()
{
	ns_new H1 T1
	segment "$H1" "$T1" s1
	must_fail_with "in use" rmmod tenovl
	ip -n "$T1" link show s1 >/dev/null
	ovctl -n "$T1" dev set s1 vni 5
	ovctl -n "$H1" dev del --all
	all_gone
	check "rmmod when no device is left" rmmod tenovl
	load_module
}

# The module goes and comes while in-tree tunnels send to it without a pause.
test_unload_reload()
{
	local i n enc

	hv_lay 2
	ns_new T1
	ip -n "$H2" -batch - <<-END
		link add vx type vxlan id 100 local 10.9.0.2 remote 10.9.0.1 dstport 4789
		link add gt type gretap local 10.9.0.2 remote 10.9.0.1 key 100
		addr add 10.2.0.2/24 dev vx
		addr add 10.3.0.2/24 dev gt
		link set vx up
		link set gt up
	END
	bg p ip netns exec "$H2" ping -q -b -i 0.002 10.2.0.255
	bg q ip netns exec "$H2" ping -q -b -i 0.002 10.3.0.255
	n=$(rounds 200)
	for ((i = 0; i < n; i++)); do
		enc=vxlan
		((i % 2)) || enc=gre-plain
		_loaded tenovl || insmod "$TENOVL_KO"
		ovctl -n "$H1" batch - <<-END
			dev add s1 netns $T1 vni 100 $(enc_args $enc) local 10.9.0.1
			peer add s1 10.9.0.2
		END
		ip -n "$T1" link set s1 up
		((i % 20)) || wait_for "frames arrive, $enc" received "$T1"
		ovctl -n "$H1" dev del --all
		wait_for "the module can be removed" unloaded
	done
	bg_stop "$p"
	bg_stop "$q"
	load_module
	diag "$n rounds"
}

# Requests of every kind while the module comes and goes.
test_load_race()
{
	local i

	ns_new H1
	bg race1 again "ip -n $H1 link add r1 type tenovl; ip -n $H1 link del r1"
	bg race2 again "ovctl -n $H1 dev show"
	bg race3 again "ip netns add r-race; ip netns del r-race"
	for ((i = 0; i < $(rounds 8); i++)); do
		wait_for "the module can be removed" unloaded
		load_module
	done
	bg_stop "$race1"
	bg_stop "$race2"
	bg_stop "$race3"
	ip netns del r-race 2>/dev/null || :
	ip -n "$H1" link del r1 2>/dev/null || :
	ovctl -n "$H1" dev show
}

# A command again and again, until it is ended.
again()
{
	bash -c "for ((k = 0; k < 1000000; k++)); do $1; done"
}

unloaded()
{
	tenovl_unload 2>/dev/null
	! _loaded tenovl
}

# The route to the peer leads into the device itself.
test_loop_itself()
{
	local enc

	for enc in $ENCS; do
		hv_lay 2
		# shellcheck disable=SC2046
		ovctl -n "$H1" dev add s1 vni 100 $(enc_args "$enc") local 10.9.0.1
		ovctl -n "$H1" peer add s1 10.5.0.2
		addr "$H1" s1 10.5.0.1/24 fd05::1/64
		ping_no "$H1" 10.5.0.77 2
		ovctl -n "$H1" fdb add s1 02:00:00:00:00:77 peer 10.5.0.2
		ip -n "$H1" neigh replace 10.5.0.2 lladdr 02:00:00:00:00:77 dev s1
		ping_no "$H1" 10.5.0.2 2
		n=$(($(counter "$H1" s1 tx-drop-loop) + $(counter "$H1" s1 tx-drop-depth)))
		number "$n" -ge 2 "frames dropped as a loop, $enc"
		ns_del "$H1"
		ns_del "$H2"
	done
}

# Two devices, each routed into the other.
test_loop_mutual()
{
	local enc other

	for enc in $ENCS; do
		for other in $ENCS; do
			ns_new H1
			addr "$H1" lo 10.9.0.1/32
			# shellcheck disable=SC2046
			ovctl -n "$H1" dev add a vni 1 $(enc_args "$enc") local 10.9.0.1
			# shellcheck disable=SC2046
			ovctl -n "$H1" dev add b vni 2 $(enc_args "$other") local 10.9.0.1
			addr "$H1" a 10.5.1.1/24
			addr "$H1" b 10.5.2.1/24
			ovctl -n "$H1" peer add a 10.5.2.2
			ovctl -n "$H1" peer add b 10.5.1.2
			ip -n "$H1" neigh replace 10.5.1.2 lladdr 02:00:00:00:00:01 dev a
			ip -n "$H1" neigh replace 10.5.2.2 lladdr 02:00:00:00:00:02 dev b
			ns "$H1" ping -q -c 3 -i 0.01 -W 1 10.5.1.2 >/dev/null || :
			n=$(($(counter "$H1" a tx-drop-depth) + $(counter "$H1" b tx-drop-depth) +
				$(counter "$H1" a tx-drop-loop) + $(counter "$H1" b tx-drop-loop) +
				$(counter "$H1" a tx-drop-too-big) + $(counter "$H1" b tx-drop-too-big)))
			number "$n" -ge 3 "frames dropped, $enc in $other"
			ns_del "$H1"
		done
	done
}

# Deeper than the limit: dropped and counted, not a stack overflow.
test_stack_deep()
{
	local i

	ns_new H1
	addr "$H1" lo 10.9.0.1/32
	ip -n "$H1" link add d0 type dummy
	addr "$H1" d0 10.6.0.1/24
	for ((i = 1; i <= 8; i++)); do
		ovctl -n "$H1" dev add "d$i" vni "$i" local 10.9.0.1
		addr "$H1" "d$i" "10.6.$i.1/24"
		ovctl -n "$H1" peer add "d$i" "10.6.$((i - 1)).2"
		ip -n "$H1" neigh replace "10.6.$((i - 1)).2" lladdr 02:00:00:00:00:02 dev "d$((i - 1))"
	done
	ip -n "$H1" neigh replace 10.6.8.2 lladdr 02:00:00:00:00:02 dev d8
	ip -n "$H1" neigh replace 10.6.2.2 lladdr 02:00:00:00:00:02 dev d2
	for h in 2 8; do
		ns "$H1" ping -q -c 3 -i 0.01 -W 1 "10.6.$h.2" >/dev/null || :
	done
	number "$(counter "$H1" d2 tx-packets)" -ge 3 "frames over two levels"
	n=0
	for ((i = 1; i <= 8; i++)); do
		n=$((n + $(counter "$H1" "d$i" tx-drop-depth)))
	done
	number "$n" -ge 3 "frames dropped for their depth"
}

# The NIC below goes away under traffic, and another comes.
test_lower_removed()
{
	local enc

	for enc in $ENCS; do
		hv_lay 2
		overlay "$enc" 4 2
		traffic
		ovctl -n "$H1" dev set s1 link u0
		ip -n "$H1" link del u0
		ping_no "$T1" 10.1.0.2 1
		link_pair "$H1" u9 "$H2" u9
		addr "$H1" u9 10.9.0.1/24
		addr "$H2" u9 10.9.0.2/24
		ovctl -n "$H1" dev set s1 link none
		ping_ok "$T1" 10.1.0.2 2
		bg_stop "$ping4"
		bg_stop "$ping6"
		bg_stop "$flood"
		for n in "$T1" "$T2" "$H1" "$H2"; do
			ns_del "$n"
		done
	done
}

# A namespace without IPv6: IPv4 works, IPv6 is refused or dropped in peace.
test_no_ipv6()
{
	hv_lay 2
	overlay vxlan 4 2
	ns_new H6 T6
	ns "$H6" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	link_pair "$H6" u0 "$H1" u6
	addr "$H6" u0 10.9.6.6/24
	addr "$H1" u6 10.9.6.1/24
	segment "$H6" "$T6" s1 vni 100 local 10.9.6.6
	ovctl -n "$T6" peer add s1 10.9.6.1
	ip -n "$T6" link set s1 up
	# It may be refused, or taken and every frame dropped; either way it lives.
	if ovctl -n "$H6" dev add v6 vni 200 local fd09::6 && ovctl -n "$H6" peer add v6 fd09::7; then
		addr "$H6" v6 10.66.0.1/24
		ping_no "$H6" 10.66.0.2 1
		number "$(counter "$H6" v6 tx-packets)" -eq 0 "frames sent without IPv6"
	fi
	ip -n "$H1" link set u0 down
	ns "$H1" sysctl -qw net.ipv6.conf.u0.disable_ipv6=1
	ip -n "$H1" link set u0 up
	ping_ok "$T1" 10.1.0.2 2
}

# Many devices, made and deleted in one go each.
test_mass()
{
	local n i

	n=$(rounds 100)
	ns_new H1 T1
	addr "$H1" lo 10.9.0.1/32
	for ((i = 1; i <= n; i++)); do
		echo "dev add m$i netns $T1 vni $i local 10.9.0.1"
		echo "peer add m$i 10.9.0.2,10.9.0.3"
	done >"$TMP/batch"
	ovctl -n "$H1" batch "$TMP/batch"
	same "$n" "$(devices "$H1")" "devices made"
	same "$n" "$(devices "$T1")" "devices seen in their own namespace"
	ovctl -n "$H1" dev del --all
	same 0 "$(devices "$H1")" "devices left"
	ovctl -n "$H1" batch "$TMP/batch"
	ns_del "$T1"
	wait_for "all go with their namespace" no_device_of "$H1"
	ns_new T1
	sed "s/netns [^ ]*/netns $T1/" "$TMP/batch" >"$TMP/batch2"
	ovctl -n "$H1" batch "$TMP/batch2"
	ns_del "$H1"
	all_gone
	diag "$n devices, three times"
}

# The head's own address changes under traffic: frames for the new one come in.
test_mac_and_mtu()
{
	local i

	hv_lay 2
	overlay vxlan 4 2
	traffic
	for ((i = 1; i <= $(rounds 8); i++)); do
		ip -n "$T2" link set s1 address "$(printf '02:00:00:00:0a:%02x' "$i")"
		ip -n "$T2" link set s1 mtu $((1300 + i))
		ip -n "$T1" neigh flush dev s1
	done
	ip -n "$T2" link set s1 mtu 1450
	ip -n "$T1" neigh flush dev s1
	ping_ok "$T1" 10.1.0.2 3
	refuse "a group as an address" ip -n "$T2" link set s1 address 03:00:00:00:00:01
}

run_tests "$@"
