#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Built-in ports: in bridges, one of them carrying the traffic, the next one taking over.
# seconds: 281
# shellcheck disable=SC2119 # lay has defaults
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"
# shellcheck source=selftests/bridges.sh
source "$TOP/selftests/bridges.sh"

TESTS="
	made_and_deleted made_by_tool refused follow_head
	traffic_everywhere known_goes_one_way standby_drops standby_learns
	bridge_down bridge_deleted port_removed port_down vlan_above stp_blocks
	priorities revert_off revert_waits hold pin min_live
	none_usable no_way_back bridge_features counters drops
	events announcements snooping
"

setup_suite()
{
	modprobe bonding
	load_module
}

test_made_and_deleted()
{
	hv_lay 2
	overlay vxlan 4 2
	ip -n "$T1" link add link s1 name s1a type tenovl_port
	must_say "s1a@s1" ip -n "$T1" link show s1a
	must_say "tenovl_port" ip -n "$T1" -d link show s1a
	same 1 "$(dev_value "$T1" s1 ports)" "ports counted"
	same unusable "$(port_value s1a state)" "a port in no bridge"
	same 32768 "$(port_value s1a priority)" "priority unless said"
	ip -n "$T1" link del s1a
	same 0 "$(dev_value "$T1" s1 ports)" "ports left"
	ip -n "$T1" link add link s1 name s1a type tenovl_port
	ip -n "$T1" link add link s1 name s1b type tenovl_port
	ip -n "$T1" link set s1b name web
	same unusable "$(port_value web state)" "a port renamed"
	# They go with their device.
	ip -n "$T1" link del s1
	refuse "a port without its device" ip -n "$T1" link show s1a
	refuse "a port without its device" ip -n "$T1" link show web
	ns_del "$T2"
	wait_for "no reference to the module is left" module_idle
}

test_made_by_tool()
{
	lay
	same br1 "$(port_value s1a bridge-name)" "the bridge of a port"
	same 10 "$(port_value s1a priority)" "its priority"
	must_say "s1a" ovctl -n "$T1" port show s1
	same 2 "$(json_length "$(ovctl -n "$T1" -j port show)")" "ports of all devices"
	ovctl -n "$T1" port set s1 s1a priority 11
	same 11 "$(port_value s1a priority)" "priority changed"
	ovctl -n "$H1" port del s1 s1b
	refuse "a deleted port" ip -n "$T1" link show s1b
	same 1 "$(json_length "$(ovctl -n "$T1" -j port show s1)")" "ports left"
	same selected "$(json_get "$(ovctl -n "$H1" -j port show s1 s1a)" state none)" "seen from the underlay"
}

test_refused()
{
	hv_lay 2
	overlay vxlan 4 2
	ip -n "$T1" link add br1 type bridge
	ip -n "$T1" link add d0 type dummy
	must_fail_with "Name the segment: link DEV" ip -n "$T1" link add s1a type tenovl_port
	must_fail_with "A port is made of a device of kind tenovl" \
		ip -n "$T1" link add link d0 name s1a type tenovl_port
	must_fail_with "is in another namespace" ovctl -n "$H1" port add s1 s1a
	must_fail_with "there is no interface \"br7\" here" ovctl -n "$T1" port add s1 s1a bridge br7
	must_fail_with "is not a priority: a number from 0 to 65535 is accepted" \
		ovctl -n "$T1" port add s1 s1a priority 65536
	must_fail_with "port add s1 s1a: " ovctl -n "$T1" port add s1 s1a bridge d0
	refuse "a port whose bridge refused it" ip -n "$T1" link show s1a
	ip -n "$T1" link set s1 master br1
	must_fail_with "The device is in a bridge itself; it takes no ports there" \
		ovctl -n "$T1" port add s1 s1a
	ip -n "$T1" link set s1 nomaster
	ovctl -n "$T1" port add s1 s1a bridge br1
	must_fail_with "The device has ports: put one of those into the bridge" \
		ip -n "$T1" link set s1 master br1
	must_fail_with "the device has no port \"s1z\"" ovctl -n "$T1" port select s1 s1z
	must_fail_with "the device has no port \"s1z\"" ovctl -n "$T1" port show s1 s1z
	must_fail_with "A port is made of a device of kind tenovl" \
		ip -n "$T1" link add link s1a name s1b type tenovl_port
	must_fail_with "not permitted" ns "$T1" setpriv --reuid 65534 --clear-groups \
		"$OVCTL" port add s1 s1b
	# A VRF is no bridge.
	ip -n "$T1" link add vrf1 type vrf table 10
	ip -n "$T1" link set s1 master vrf1
	ovctl -n "$T1" port add s1 s1b
	ip -n "$T1" link set s1 nomaster
	ip -n "$T1" link del s1a
	ip -n "$T1" link del s1b
	ip -n "$T1" link set s1 master br1
}

# MTU and carrier of a port are those of its device.
test_follow_head()
{
	hv_lay 2
	overlay vxlan 4 2
	ovctl -n "$T1" port add s1 s1a
	ip -n "$T1" link set s1a up
	ovctl -n "$T1" dev set s1 mtu 1300
	same 1300 "$(ns "$T1" cat /sys/class/net/s1a/mtu)" "the MTU of a port"
	refuse "an MTU beyond the device's" ip -n "$T1" link set s1a mtu 1301
	same 1 "$(ns "$T1" cat /sys/class/net/s1a/carrier)" "carrier while the device is up"
	must_say "qdisc noqueue" ip -n "$T1" link show s1a
	ip -n "$T1" link set s1 down
	same 0 "$(ns "$T1" cat /sys/class/net/s1a/carrier)" "carrier while the device is down"
	ip -n "$T1" link set s1 up
	same 1 "$(ns "$T1" cat /sys/class/net/s1a/carrier)" "carrier when it is up again"
}

test_traffic_everywhere()
{
	local enc

	for enc in vxlan gre-plain; do
		lay "$enc" 4
		talks
		tcp_ok "$T2" "$V" 10.1.0.2
		tcp_ok "$V" "$T1" 10.1.0.3
		same s1a "$(fdb_value "$T1" s1 "$(tenant_mac 3)" port-name)" "where the VM is"
		ovctl -n "$T1" port select s1 s1b
		leg b
		talks
		same s1b "$(fdb_value "$T1" s1 "$(tenant_mac 3)" port-name)" "where the VM is now"
		for n in V T1 T2 H1 H2; do
			ns_del "${!n}"
		done
	done
}

# Unicast between the VM and a peer is not for the head, and the reverse. (Now and then somebody
# asks all for an address.)
test_known_goes_one_way()
{
	local before

	lay
	talks
	before=$(ovctl -n "$T1" -j stats show s1)
	ping_ok "$V" 10.1.0.2 20
	number "$(grew port-head-packets "$before" "$(ovctl -n "$T1" -j stats show s1)")" -lt 10 "frames to the head"
	before=$(ovctl -n "$T1" -j stats show s1)
	ping_ok "$V" 10.1.0.1 20
	number "$(grew tx-packets "$before" "$(ovctl -n "$T1" -j stats show s1)")" -lt 10 "frames to the peer"
	before=$(ovctl -n "$T1" -j stats show s1)
	ping_ok "$T2" 10.1.0.3 20
	number "$(grew rx-packets "$before" "$(ovctl -n "$T1" -j stats show s1)")" -lt 10 \
		"frames from the peer to the head"
}

test_standby_drops()
{
	lay
	talks
	leg b
	ping_no "$V" 10.1.0.1 2
	number "$(counter "$T1" s1 port-drop-standby)" -ge 2 "frames dropped by the standby port"
	number "$(json_get "$(ovctl -n "$T1" -j port show s1 s1b)" tx-drops 0)" -ge 2 "its own count"
	same s1a "$(fdb_value "$T1" s1 "$(tenant_mac 3)" port-name)" "the VM's place, unchanged"
}

# Unicast is taken and answered by the standby port; what is for all is not.
test_standby_learns()
{
	lay
	talks
	ovctl -n "$T1" dev set s1 standby-ingress learn
	for h in 1 2; do
		ip -n "$V" neigh replace "10.1.0.$h" lladdr "$(tenant_mac "$h")" dev bond0 nud permanent
	done
	leg b
	ping_ok "$V" 10.1.0.1 2
	ping_ok "$V" 10.1.0.2 2
	same s1b "$(fdb_value "$T1" s1 "$(tenant_mac 3)" port-name)" "the VM's place"
	selected s1a || fail "learning at a standby port selected it"
	before=$(counter "$T1" s1 port-drop-standby)
	ping_no "$V" 10.1.0.77 1
	number "$(counter "$T1" s1 port-drop-standby)" -gt "$before" "floods dropped"
}

# fails_over CAUSE CMD...: the other port takes over, and the VM's other leg works at once.
fails_over()
{
	local cause=$1

	shift
	talks
	"$@"
	selected s1b "$cause" || fail "after $*: $(ovctl -n "$T1" -j dev show s1)"
	leg b
	talks
}

goes_back()
{
	wait_for "s1a is selected again" selected s1a revert
	leg a
	talks
}

test_bridge_down()
{
	lay
	fails_over bridge-down ip -n "$T1" link set br1 down
	ip -n "$T1" link set br1 up
	goes_back
}

br1_anew()
{
	ip -n "$T1" -batch - <<-END
		link add br1 type bridge mcast_snooping 0
		link set br1 arp off up
		link set pa master br1
		link set s1a master br1
	END
}

test_bridge_deleted()
{
	lay
	fails_over bridge-deleted ip -n "$T1" link del br1
	br1_anew
	goes_back
}

test_port_removed()
{
	local i

	lay
	fails_over port-removed ip -n "$T1" link set s1a nomaster
	ip -n "$T1" link set s1a master br1
	goes_back
	fails_over port-removed ip -n "$T1" link set s1a nomaster
	# That it was in is deleted later, which is another story.
	ip -n "$T1" link del br1
	selected s1b port-removed || fail "the cause changed afterwards"
	# And so when it is right after, whatever was looked at in between.
	for i in 1 2 3 4 5; do
		br1_anew
		wait_for "s1a is selected again" selected s1a revert
		printf '%s\n' "link set s1a nomaster" "link del br1" | ip -n "$T1" -batch -
		selected s1b port-removed || fail "the cause changed right afterwards, round $i"
	done
	ovctl -n "$T1" port add s1 s1c priority 30 bridge br2
	wait_for "s1c is standby" port_is s1c standby
	ip -n "$T1" link del s1b
	selected s1c port-removed || fail "deleted, and the other one not selected"
}

# A VLAN device on a port is nobody's bridge: the port stays what it is when one comes or goes.
test_vlan_above()
{
	local p before

	lay
	before=$(changes)
	for p in s1a s1b; do
		ip -n "$T1" link add link "$p" name v5 type vlan id 5
		ip -n "$T1" link set v5 up
		ip -n "$T1" link del v5
	done
	same "$before" "$(changes)" "changes of the selection"
	port_is s1a selected || fail "s1a is not selected"
	port_is s1b standby || fail "s1b is not standby"
	fails_over bridge-down ip -n "$T1" link set br1 down
}

test_port_down()
{
	lay
	fails_over admin ip -n "$T1" link set s1a down
	ip -n "$T1" link set s1a up
	goes_back
}

brR_forwards()
{
	bridge -n "$T2" link show dev s1 | grep -q "state forwarding"
}

test_stp_blocks()
{
	lay
	talks
	# A second way from br1 to what is behind the peer, and a cheaper one.
	ip -n "$T2" -batch - <<-END
		link add name brR type bridge stp_state 1 priority 0 forward_delay 200 hello_time 100 max_age 600 mcast_snooping 0
		link set brR up
		link set s1 master brR
		addr flush dev s1
		addr add 10.1.0.22/24 dev brR
	END
	ip -n "$T1" link set br1 type bridge stp_state 1
	link_pair "$T1" x1 "$T2" x2
	ip -n "$T1" link set x1 master br1
	ip -n "$T2" link set x2 master brR
	wait_for "s1b takes over" selected s1b stp
	wait_for "the bridge beyond the peer forwards" brR_forwards
	leg b
	ping_ok "$V" 10.1.0.1 2
	ping_ok "$V" 10.1.0.22 2
	# As long as the loop stands, and that is longer than br1 remembers what it heard.
	n=$(changes)
	holds 14 selected s1b
	same "$n" "$(changes)" "changes meanwhile"
	ip -n "$T1" link del x1
	wait_for "s1a forwards again" selected s1a revert
	leg a
	ping_ok "$V" 10.1.0.22 2
}

test_priorities()
{
	lay
	ip -n "$T1" link add br3 up type bridge
	ovctl -n "$T1" port add s1 s1c priority 15 bridge br3
	wait_for "s1c is standby" port_is s1c standby
	ip -n "$T1" link set br1 down
	selected s1c bridge-down || fail "the second best did not take over"
	ovctl -n "$T1" port set s1 s1b priority 5
	selected s1b revert || fail "a port made the best is not selected"
	ip -n "$T1" link set br1 up
	wait_for "s1a is standby" port_is s1a standby
	selected s1b || fail "a worse port was selected"
	# Of equal ones the oldest.
	ovctl -n "$T1" port set s1 s1a priority 5
	wait_for "the oldest of equals" selected s1a
}

test_revert_off()
{
	lay
	ovctl -n "$T1" dev set s1 revert off
	ip -n "$T1" link set br1 down
	selected s1b bridge-down || fail "no fail-over"
	ip -n "$T1" link set br1 up
	wait_for "s1a is standby" port_is s1a standby
	holds 1 selected s1b
	ip -n "$T1" link set br2 down
	selected s1a bridge-down || fail "no fail-over back"
	ip -n "$T1" link set br2 up
	wait_for "s1b is standby" port_is s1b standby
	ip -n "$T1" link set br1 down
	selected s1b || fail "no second fail-over"
	ip -n "$T1" link set br1 up
	wait_for "s1a is standby" port_is s1a standby
	ovctl -n "$T1" dev set s1 revert on
	wait_for "revert set on" selected s1a revert
}

test_revert_waits()
{
	lay
	ovctl -n "$T1" dev set s1 revert-delay 3600000
	ip -n "$T1" link set br1 down
	ip -n "$T1" link set br1 up
	wait_for "s1a is standby" port_is s1a standby
	holds 1 selected s1b
	ovctl -n "$T1" dev set s1 revert-delay 500
	wait_for "the delay is over" selected s1a revert
}

test_hold()
{
	local start

	lay
	ovctl -n "$T1" dev set s1 hold 3600000
	ip -n "$T1" link set br1 down
	selected s1b bridge-down || fail "hold keeps a dead port"
	ip -n "$T1" link set br1 up
	wait_for "s1a is standby" port_is s1a standby
	holds 1 selected s1b
	number "$(dev_value "$T1" s1 age)" -ge 1000 "milliseconds since the change"
	start=${EPOCHREALTIME/.}
	ovctl -n "$T1" dev set s1 hold 300
	wait_for "the hold is over" selected s1a revert
	number "$(dev_value "$T1" s1 age)" -le $(((${EPOCHREALTIME/.} - start) / 1000)) "milliseconds since the next one"
}

test_pin()
{
	lay
	ovctl -n "$T1" port select s1 s1b
	selected s1b pinned || fail "the pin was not obeyed"
	same true "$(port_value s1b pinned)" "told"
	ip -n "$T1" link set br2 down
	selected s1a bridge-down || fail "a pinned port that cannot is kept"
	ip -n "$T1" link set br2 up
	wait_for "the pinned port is back" selected s1b pinned
	ovctl -n "$T1" port select s1 auto
	selected s1a pinned || fail "auto did not select the best"
	same false "$(port_value s1b pinned)" "no pin told"
	ovctl -n "$T1" port select s1 s1b
	ovctl -n "$T1" port del s1 s1b
	selected s1a port-removed || fail "the pinned port was deleted, and the other not selected"
}

test_min_live()
{
	lay
	ovctl -n "$T1" dev set s1 min-live 1
	wait_for "one live port is enough" selected s1a
	ip -n "$T1" link set pa down
	wait_for "no live port" selected s1b
	ip -n "$T1" link set pa up
	wait_for "live again" selected s1a revert
	ip -n "$T1" link set pa nomaster
	wait_for "nothing else in the bridge" selected s1b
	ovctl -n "$T1" dev set s1 min-live 0
	wait_for "not asked for any more" selected s1a revert
	# One that has no carrier is up, and not live.
	ip -n "$T1" link set pa master br1
	ovctl -n "$T1" dev set s1 min-live 1
	ip -n "$V" link set va down
	wait_for "no live port, without a carrier" selected s1b bridge-down
	ip -n "$V" link set va up
	wait_for "live again, with a carrier" selected s1a revert
	# Two, which the second bridge does not have.
	ip -n "$T1" link add pc type veth peer name vc netns "$V"
	ip -n "$V" link set vc up
	ip -n "$T1" link set pc master br1 up
	ovctl -n "$T1" dev set s1 min-live 2
	wait_for "two live ports are enough" port_is s1a selected
	wait_for "one is not" port_is s1b unusable
	ip -n "$V" link set vc down
	wait_for "one of two is left, and of the other bridge no more" selected none bridge-down
	ip -n "$V" link set vc up
	wait_for "two live ports again" selected s1a found
	# A bridge that goes lets go of those first.
	ovctl -n "$T1" dev set s1 min-live 1
	wait_for "one will do" port_is s1b standby
	ip -n "$T1" link del br1
	selected s1b bridge-deleted || fail "deleted: $(ovctl -n "$T1" -j dev show s1)"
}

# Head and peers go on.
test_none_usable()
{
	lay
	talks
	ip -n "$T1" link set br1 down
	ip -n "$T1" link set br2 down
	selected none bridge-down || fail "a port is selected"
	ping_ok "$T1" 10.1.0.2 3
	ping_no "$T2" 10.1.0.3 2
	ping_no "$T1" 10.1.0.3 2
	number "$(counter "$T1" s1 port-drop-none)" -ge 2 "frames dropped"
	ip -n "$T1" link set br2 up
	wait_for "s1b is selected" selected s1b found
	leg b
	talks
}

# Both ports in one bridge: what one sends does not come back by the other.
test_no_way_back()
{
	local before

	lay
	talks
	ip -n "$T1" link set s1b master br1
	wait_for "s1b is standby" port_is s1b standby
	before=$(counter "$T1" s1 port-packets)
	talks
	ns "$V" ping -q -b -c 3 -i 0.01 -W 1 10.1.0.255 >/dev/null || :
	number "$(($(counter "$T1" s1 port-packets) - before))" -le 300 "frames, and no storm"
	number "$(counter "$T1" s1 port-drop-standby)" -ge 1 "what the standby port sent"
}

# tagged VID: the VM has 10.VID.0.3 in a VLAN, which its port in br1 takes with the tag.
tagged()
{
	ip -n "$V" link add link bond0 name "bond0.$1" type vlan id "$1"
	ip -n "$V" addr add "10.$1.0.3/24" dev "bond0.$1"
	ip -n "$V" link set "bond0.$1" up
	bridge -n "$T1" vlan add dev pa vid "$1"
}

# beyond VID DEV: the peer has 10.VID.0.2 there.
beyond()
{
	[[ $2 == s1 ]] || ip -n "$T2" link add link s1 name "$2" type vlan id "$1"
	ip -n "$T2" addr add "10.$1.0.2/24" dev "$2"
	ip -n "$T2" link set "$2" up
}

# asks_peer ID: whether the peer hears the VM ask for its address.
asks_peer()
{
	ip -n "$V" neigh flush all
	capture_start "$1" "$T2" s1 "arp[6:2] = 1 and arp[24:4] = 0x0a010002 and ether src $(tenant_mac 3)"
	ping_once "$V" 10.1.0.2
	(($(capture_count "$1") > 0))
}

# What a bridge does with its ports it does with one of ours.
test_bridge_features()
{
	lay
	ip -n "$T1" link set br1 type bridge vlan_filtering 1
	# One that passes with its tag, one that its port does not have, and one that is without a tag there.
	tagged 5
	tagged 6
	tagged 7
	beyond 5 s1.5
	beyond 6 s1.6
	beyond 7 s1
	bridge -n "$T1" vlan add dev s1a vid 5
	bridge -n "$T1" vlan del dev s1a vid 1
	bridge -n "$T1" vlan add dev s1a vid 7 pvid untagged
	must_say '{"vlan":5},{"vlan":7,"flags":["PVID","Egress Untagged"]}' bridge -n "$T1" -j vlan show dev s1a
	ping_once "$V" 10.5.0.2
	ping_once "$T2" 10.5.0.3
	ping_once "$V" 10.7.0.2
	ping_once "$T2" 10.7.0.3
	ping_no "$V" 10.6.0.2 1
	ping_no "$T2" 10.6.0.3 1
	# Its own VLAN is not the port's any more.
	ping_no "$V" 10.1.0.2 1
	bridge -n "$T1" vlan add dev s1a vid 6
	ping_once "$V" 10.6.0.2
	ip -n "$T1" link set br1 type bridge vlan_filtering 0
	ping_once "$V" 10.1.0.2
	# The bridge answers for the peer, which it knows. (For nobody else, and so not where ARP is off.)
	ns "$T1" sysctl -qw net.ipv4.conf.br1.arp_ignore=1
	ip -n "$T1" link set br1 arp on
	ip -n "$T1" neigh replace 10.1.0.2 lladdr "$(tenant_mac 2)" dev br1 nud permanent
	asks_peer before || fail "the peer does not hear who asks for it"
	bridge -n "$T1" link set dev s1a neigh_suppress on
	must_say "neigh_suppress on" bridge -n "$T1" -d link show dev s1a
	! asks_peer suppressed || fail "the peer hears what the bridge answers"
	bridge -n "$T1" link set dev s1a neigh_suppress off
	# Two isolated ports exchange nothing; one does with others.
	bridge -n "$T1" link set dev s1a isolated on
	must_say "isolated on" bridge -n "$T1" -d link show dev s1a
	ping_once "$V" 10.1.0.2
	bridge -n "$T1" link set dev pa isolated on
	ping_no "$V" 10.1.0.2 1
	ping_no "$T2" 10.1.0.3 1
	bridge -n "$T1" link set dev s1a isolated off
	ping_once "$V" 10.1.0.2
}

# grew NAME BEFORE AFTER: what a counter gained between two outputs of stats.
grew()
{
	echo $(($(json_get "$3" "$1" none) - $(json_get "$2" "$1" none)))
}

test_counters()
{
	local before after

	lay
	talks
	before=$(ovctl -n "$T1" -j stats show s1)
	ping_ok "$V" 10.1.0.1 10 -s 1000
	ping_ok "$V" 10.1.0.2 10 -s 1000
	after=$(ovctl -n "$T1" -j stats show s1)
	# Requests to the head, and its answers; requests to the peer, and its answers; and ARP.
	number "$(grew port-head-packets "$before" "$after")" -ge 10 "frames to the head"
	number "$(grew port-head-bytes "$before" "$after")" -ge 10420 "their bytes"
	number "$(grew port-packets "$before" "$after")" -ge 20 "frames to the port"
	number "$(grew port-bytes "$before" "$after")" -ge 20840 "their bytes"
	number "$(grew tx-packets "$before" "$after")" -ge 10 "frames to the peer"
	number "$(grew port-head-packets "$before" "$after")" -lt 20 "frames to the head, again"
	same "$(json_get "$(ovctl -n "$T1" -j port show s1 s1a)" rx-packets none)" \
		"$(link_stat "$T1" s1a rx_packets)" "the port's counter, in either place"
}

test_drops()
{
	local old

	old=$(sysctl -n net.core.netdev_max_backlog)
	lay
	talks
	# Sent at the port itself: a bridge lets no such source through.
	inject "$T1" <<<"enc=frame via=s1a smac=00:00:00:00:00:00 dmac=ff:ff:ff:ff:ff:ff etype=88b5 n=3"
	inject "$T1" <<<"enc=frame via=s1a smac=01:00:00:00:00:09 dmac=ff:ff:ff:ff:ff:ff etype=88b5 n=3"
	inject "$T1" <<<"enc=frame via=s1a smac=$(tenant_mac 1) dmac=ff:ff:ff:ff:ff:ff etype=88b5 n=3"
	same 9 "$(counter "$T1" s1 port-drop-smac)" "sources that no station has"
	before=$(counter "$T1" s1 port-drop-local)
	inject "$T1" <<<"enc=frame via=s1a smac=02:00:00:00:00:09 dmac=$(tenant_mac 3) etype=88b5 n=3"
	same 3 "$(($(counter "$T1" s1 port-drop-local) - before))" "for who is behind the bridges"
	# A backlog that holds one frame at most: of a flood from a device of this host the head of
	# the other gets its copy, and the bridge none.
	addr "$H1" lo 10.9.1.1/32 10.9.1.2/32
	ip -n "$H1" link add br0 arp off up type bridge
	ovctl -n "$H1" batch - <<-END
		dev add h1 vni 300 local 10.9.1.1
		dev add h2 vni 300 local 10.9.1.2
		peer add h1 10.9.1.2
		peer add h2 10.9.1.1
		port add h2 h2a bridge br0
	END
	ip -n "$H1" link set h1 up
	ip -n "$H1" link set h2 up
	wait_for "h2a is selected" h2a_selected
	sysctl -qw net.core.netdev_max_backlog=0
	inject "$H1" <<<"enc=frame via=h1 dmac=ff:ff:ff:ff:ff:ff etype=88b5 n=6"
	sysctl -qw net.core.netdev_max_backlog="$old"
	number "$(counter "$H1" h2 port-drop-stack)" -ge 4 "what the backlog did not take"
	same "$(counter "$H1" h2 port-drop-stack)" \
		"$(json_get "$(ovctl -n "$H1" -j port show h2 h2a)" rx-drops none)" "as the port counts it"
}

h2a_selected()
{
	[[ $(json_get "$(ovctl -n "$H1" -j port show h2 h2a)" state none) == selected ]]
}

# told_last PORT TEXT: in what was told of it last.
told_last()
{
	grep '"event":"port-changed"' "$TMP/monitor.out" | grep "\"name\":\"$1\"" | tail -n 1 | grep -q "$2"
}

told_outside()
{
	told_last "$1" '"state":"unusable"' && ! told_last "$1" '"bridge-name"'
}

test_events()
{
	lay
	bg monitor ovctl -n "$H1" -j monitor
	wait_for "listening" grep -q listening "$TMP/monitor.out"
	ip -n "$T1" link set br1 down
	wait_for "the event" grep -q '"event":"port-selected"' "$TMP/monitor.out"
	must_say '"port-name":"s1b","old-port-name":"s1a","cause":"bridge-down"' \
		grep '"event":"port-selected"' "$TMP/monitor.out"
	ip -n "$T1" link set br1 up
	wait_for "reverted" grep -q '"cause":"revert"' "$TMP/monitor.out"
	# What is chosen stays, and what is said of it does not.
	ovctl -n "$T1" port select s1 s1a
	wait_for "pinned" grep -q '"name":"s1a".*"pinned":true' "$TMP/monitor.out"
	ovctl -n "$T1" port select s1 auto
	wait_for "and no more" told_last s1a '"pinned":false'
	ip -n "$T1" link set s1b nomaster
	wait_for "the standby port is in no bridge" told_outside s1b
	ovctl -n "$T1" port del s1 s1b
	wait_for "told" grep -q '"event":"port-deleted"' "$TMP/monitor.out"
	number "$(changes)" -eq 3 "changes counted"
	number "$(grep -c '"event":"port-selected"' "$TMP/monitor.out")" -eq 2 "changes told"
}

# Into the new bridge, and not to the peers.
test_announcements()
{
	lay
	talks
	ovctl -n "$T1" dev set s1 announce-count 2 announce-interval 1000
	ns "$T1" sysctl -qw net.ipv6.conf.s1.forwarding=1
	capture_start vm "$V" vb "rarp or (arp and arp[14:4] = arp[24:4]) or ip6[40] = 136"
	capture_start peer "$H2" u0 udp
	ip -n "$T1" link set br1 down
	# RARP, one IPv4 and two IPv6 addresses, twice.
	capture_wait vm 8 "all announcements"
	ping_ok "$T1" 10.1.0.2 1
	capture_stop peer
	same 0 "$(capture_count peer 'arp.opcode == 3')" "announcements to the peer"
	read_announcements vm
	number "$(announced_as "arp 1 10.1.0.1")" -eq 2 "gratuitous ARP"
	# The timer runs from when the first is sent. On its way that may wait for a softirq, so that it
	# is seen later than it was sent: half of the interval is enough.
	number "$(grep "arp 1 10.1.0.1" "$TMP/announced" | cut -d' ' -f 1 | apart)" -ge 500 "milliseconds apart"
	number "$(announced_as "na fd01::1 ")" -eq 2 "neighbour advertisements"
	number "$(announced_as "na .* good")" -ge 4 "with a good checksum"
	same "$(tenant_mac 1)" "$(awk '$3 == "rarp" { print $2 }' "$TMP/announced" | sort -u)" \
		"the address announced"
	# A router that says it is none has its routes taken away.
	number "$(announced_as "na .* router")" -eq 4 "of a router"
	ns "$T1" sysctl -qw net.ipv6.conf.s1.forwarding=0
	ovctl -n "$T1" dev set s1 announce-count 1
	capture_start host "$V" va "ip6[40] = 136"
	ip -n "$T1" link set br1 up
	wait_for "back" selected s1a revert
	capture_wait host 2 "what a host announces"
	read_announcements host
	number "$(announced_as na)" -ge 2 "what a host announces, read"
	number "$(announced_as "na .* router")" -eq 0 "of a router that is none"
	# None at all, on request.
	ovctl -n "$T1" dev set s1 announce-count 0
	capture_start none "$V" vb
	ip -n "$T1" link set br1 down
	wait_for "over again" selected s1b bridge-down
	leg b
	ping_ok "$V" 10.1.0.1 1
	read_announcements none
	same 0 "$(announced_as rarp)" "announcements"
}

# What a capture holds of announcements, once for all that is asked of it: "TIME MAC arp GRATUITOUS IP",
# "TIME MAC rarp", "TIME MAC na TARGET [router] [good]". tshark takes seconds to begin here.
read_announcements()
{
	capture_fields "$1" "arp or icmpv6.type == 136" frame.time_epoch eth.src arp.opcode \
		arp.isgratuitous arp.src.proto_ipv4 icmpv6.nd.na.target_address icmpv6.nd.na.flag.r \
		icmpv6.checksum.status | awk -F '\t' '
		$3 == 3 { print $1, $2, "rarp"; next }
		function yes(flag) { return flag == 1 || flag == "True" }
		$3 != "" { print $1, $2, "arp", yes($4), $5; next }
		{ print $1, $2, "na", $6, yes($7) ? "router" : "host", $8 == 1 ? "good" : "bad" }' \
		>"$TMP/announced"
}

announced_as()
{
	grep -c " $1" "$TMP/announced" || :
}

# watches BRIDGE LEG: the bridge knows of a member of the group, who is behind it.
watches()
{
	bridge -n "$T1" mdb show dev "$1" | grep -q "port $2 grp 239.1.2.3"
}

group_hears()
{
	ns "$V" ping -q -n -c 3 -i 0.1 -W 1 -t 8 239.1.2.3 >/dev/null || :
	capture_wait group "$1" "frames for the group"
}

# Bridges that watch who is in which group see one half of the segment. What is for a group, and who
# is in it, the other half is told all the same, though it never asked: before and after a switch.
test_snooping()
{
	local n

	lay
	ns_new W
	for n in 1 2; do
		ip -n "$T1" link set br$n type bridge mcast_snooping 1 mcast_query_response_interval 10
		ip -n "$T1" link set br$n type bridge mcast_querier 1
		link_pair "$T1" w$n "$W" e$n
		ip -n "$T1" link set w$n master br$n
		ip -n "$W" addr add 239.1.2.3/32 dev e$n autojoin
		wait_for "br$n watches the group" watches br$n w$n
	done
	ip -n "$V" route add 239.0.0.0/8 dev bond0
	# Not by a report of its own, which would tell br1.
	ip -n "$T2" link set s1 allmulticast on
	capture_start group "$T2" s1 icmp and dst host 239.1.2.3
	group_hears 3
	ip -n "$T1" link set br1 down
	leg b
	group_hears 6
	capture_start members "$T2" s1 igmp and ether src "$(ns "$W" cat /sys/class/net/e2/address)"
	ip -n "$W" addr add 239.1.2.4/32 dev e2 autojoin
	capture_wait members 1 "who is in a group"
}

# The least number of milliseconds between two times, one a line.
apart()
{
	awk 'NR > 1 && (NR == 2 || $1 - last < least) { least = $1 - last } { last = $1 }
	     END { print int(least * 1000) }'
}

run_tests "$@"
