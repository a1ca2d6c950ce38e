#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Access ports: stations that are attached to a segment without a bridge.
# seconds: 625
# shellcheck disable=SC2119 # lay has defaults
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"
# shellcheck source=selftests/bridges.sh
source "$TOP/selftests/bridges.sh"

TESTS="
	enslaved built_in elsewhere from_the_underlay vlan_gateway
	all_to_all switched_locally known_goes_one_way isolated announcements ports_down
	made_and_let_go deaths roles loops refused containers_bounds
	macs ips ip_neighbours dhcp_servers routers later_fragments
	tunnel_inside tap flood_limit rate_limit learn_limit
	hook_sees hook_rules hook_goes hook_refused
	too_big large_frames priority_tags counters drops events
"

setup_suite()
{
	load_module
}

# station NAME I HOLDER: a namespace, called by the name given, whose NIC eth0 is the station number
# I; the other end of the wire is tapI in the namespace HOLDER.
station()
{
	local name=$1 i=$2 holder=$3

	ns_new "$name"
	ip -n "$holder" link add "tap$i" type veth peer name eth0 netns "${!name}"
	tenant_up "${!name}" eth0 "$i"
}

# The two hypervisors, and a station behind an enslaved device of the first one's tenant.
#
#	V (eth0, 10.1.0.3) ── tap3 ─ s1 (T1, 10.1.0.1) ── underlay ── s1 (T2, 10.1.0.2)
lay_access()
{
	hv_lay 2
	overlay "${1:-vxlan}" "${2:-4}" 2
	station V 3 "$T1"
	ip -n "$T1" link set tap3 master s1 up
}

# The same with a station that says nothing by itself, so that each frame can be told.
lay_silent()
{
	hv_lay 2
	overlay vxlan 4 2
	ns_new V
	ip -n "$T1" link add tap3 type veth peer name eth0 netns "$V"
	ns "$V" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.eth0.disable_ipv6=1
	ip -n "$V" link set eth0 address "$(tenant_mac 3)" up
	ip -n "$T1" link set tap3 master s1 up
}

# all_talk N NS...: each of these is answered, once, by the head, the peer, and the first N stations.
all_talk()
{
	local from i to stations=$1

	shift
	for from; do
		for to in 10.1.0.1 10.1.0.2 fd01::2; do
			[[ $from == "$T1" && $to == 10.1.0.1 ]] || ping_once "$from" "$to"
		done
		for ((i = 3; i < 3 + stations; i++)); do
			ping_once "$from" "10.1.0.$i"
		done
	done
}

drops()
{
	counter "$T1" s1 "$1"
}

# A station with a tunnel of its own, as containers have them, to the other hypervisor's: its large
# frames, already encapsulated, arrive whole, and nothing has to be sent again.
#	V (ov, 10.2.0.3) ── vxlan over 10.1.0.3 ── ... ── 10.1.0.2 ── T2 (ov, 10.2.0.2)
test_tunnel_inside()
{
	local kind again

	lay_access
	ip -n "$V" link set eth0 mtu 1450
	for kind in "vxlan id 7 dstport 8472" gretap; do
		# shellcheck disable=SC2086
		ip -n "$V" link add ov type $kind local 10.1.0.3 remote 10.1.0.2
		# shellcheck disable=SC2086
		ip -n "$T2" link add ov type $kind local 10.1.0.2 remote 10.1.0.3
		addr "$V" ov 10.2.0.3/24
		addr "$T2" ov 10.2.0.2/24
		ping_ok "$V" 10.2.0.2 1
		again=$(resent "$V")
		tcp_ok "$T2" "$V" 10.2.0.2
		number "$(($(resent "$V") - again))" -le 20 "segments sent again by $kind"
		ip -n "$V" link del ov
		ip -n "$T2" link del ov
	done
}

resent()
{
	ns "$1" nstat -asz TcpRetransSegs | awk '$1 == "TcpRetransSegs" { print $2 }'
}

# frame WORDS...: V sends a frame with its own MAC address to everybody, unless said otherwise.
frame()
{
	inject "$V" <<<"enc=frame via=eth0 smac=$(tenant_mac 3) dmac=ff:ff:ff:ff:ff:ff $*"
}

# passes|stopped COUNTER FRAME...: what V sends comes by the port, or is counted there and nothing else.
passes()
{
	local before

	before=$(port_value tap3 tx-packets)
	frame "$@"
	wait_for "this passes: $*" tx_is "$((before + 1))"
}

tx_is()
{
	[[ $(port_value tap3 tx-packets) == "$1" ]]
}

stopped()
{
	local why=$1 before passed

	shift
	before=$(drops "$why") passed=$(port_value tap3 tx-packets)
	frame "$@"
	wait_for "this is dropped ($why): $*" eval "((\$(drops $why) == $((before + 1))))"
	same "$passed" "$(port_value tap3 tx-packets)" "what passed beside it: $*"
}

# arp OP SENDER_MAC SENDER_IP TARGET_IP
arp()
{
	echo "etype=${5:-0806} body=000108000604000$1${2//:/}$(hex4 "$3")000000000000$(hex4 "$4")"
}

# udp4 SRC SPORT DPORT [FRAG]
udp4()
{
	echo "etype=0800 body=4500001c0000${4:-0000}40110000$(hex4 "$1")$(hex4 10.1.0.2)$(printf '%04x%04x' "$2" "$3")00080000"
}

# ip6 SRC_HEX NEXT_HEADER PAYLOAD_HEX
ip6()
{
	echo "etype=86dd body=60000000$(printf '%04x' $((${#3} / 2)))$2ff$1$(hex6 ff02 1)$3"
}

# --- tests -------------------------------------------------------------------------------------

test_enslaved()
{
	local fam

	for fam in 4 6; do
		lay_access vxlan "$fam"
		all_talk 1 "$T1" "$T2" "$V"
		tcp_ok "$T2" "$V" 10.1.0.2
		tcp_ok "$V" "$T2" fd01::3
		tcp_ok "$V" "$T1" 10.1.0.3
		same active "$(port_value tap3 state)" "its state"
		same access "$(port_value tap3 role)" "its role"
		same tap3 "$(fdb_value "$T1" s1 "$(tenant_mac 3)" port-name)" "where the station is"
		must_say "master s1" ip -n "$T1" link show tap3
		for n in V T1 T2 H1 H2; do
			ns_del "${!n}"
		done
	done
}

# A port of ours in a container: its NIC.
test_built_in()
{
	hv_lay 2
	overlay gre-plain 4 2
	ns_new V
	ovctl -n "$T1" port add s1 p7 access
	same access "$(port_value p7 role)" "its role"
	ip -n "$T1" link set p7 address "$(tenant_mac 3)"
	ip -n "$T1" link set p7 netns "$V" name eth0
	ip -n "$V" -batch - <<-END
		addr add 10.1.0.3/24 dev eth0
		addr add fd01::3/64 dev eth0 nodad
		link set eth0 up
	END
	all_talk 1 "$T1" "$T2" "$V"
	tcp_ok "$V" "$T2" 10.1.0.3
	tcp_ok "$T1" "$V" 10.1.0.1
	same active "$(port_value eth0 state)" "its state"
	must_say eth0 ovctl -n "$T1" port show s1 eth0 netns "$V"
	must_fail_with "the device has no port \"eth0\" in $T2" ovctl -n "$T1" port show s1 eth0 netns "$T2"
	ovctl -n "$H1" port set s1 eth0 netns "$V" isolated on
	same true "$(port_value eth0 isolated)" "set from the underlay"
	same "$(tenant_mac 3)" "$(json_get "$(ovctl -n "$T1" -j port show s1)" macs none | tr -d '[]"')" \
		"the address that it may send from"
	ovctl -n "$T1" port del s1 eth0
	refuse "a deleted port" ip -n "$V" link show eth0
}

# As libvirt's taps are: in the host's namespace, the segment in the tenant's.
test_elsewhere()
{
	hv_lay 2
	overlay vxlan 4 2
	ns_new HOST
	station V 3 "$HOST"
	must_fail_with "there is no interface \"tap9\" in $HOST" \
		ovctl -n "$T1" port add s1 tap9 netns "$HOST" access
	ovctl -n "$T1" port add s1 tap3 netns "$HOST" access
	all_talk 1 "$T1" "$T2" "$V"
	same true "$(port_value tap3 enslaved)" "no port of ours"
	# It has a master's place, and shows none, as the index would be another device's there.
	refuse "a master in another namespace" eval "ip -n '$HOST' link show tap3 | grep master"
	must_fail_with "Device or resource busy" eval \
		"ip -n '$HOST' link add br0 type bridge && ip -n '$HOST' link set tap3 master br0"
	ovctl -n "$T1" port del s1 tap3 netns "$HOST"
	ping_no "$V" 10.1.0.1 1 -W 1
	ip -n "$HOST" link set tap3 master br0
	# A device that changes its namespace is let go.
	ip -n "$HOST" link set tap3 nomaster
	ovctl -n "$T1" port add s1 tap3 netns "$HOST" access
	ip -n "$HOST" link set tap3 netns "$T1"
	wait_for "it is no port any more" ports_are 0
}

ports_are()
{
	[[ $(dev_value "$T1" s1 ports) == "$1" ]]
}

# The operator stands in the underlay, where the tap is, and the segment is in the tenant's.
test_from_the_underlay()
{
	hv_lay 2
	overlay vxlan 4 2
	station V 3 "$H1"
	ovctl -n "$H1" port add s1 tap3 access ip 10.1.0.3,fd01::3
	all_talk 1 "$T1" "$T2" "$V"
	must_say tap3 ovctl -n "$H1" port show s1 tap3
	ovctl -n "$H1" port set s1 tap3 mac "$(tenant_mac 3)" netns "$H1"
	all_talk 1 "$V"
	must_fail_with "is in another namespace: give -n with that one" \
		ovctl -n "$H1" port add s1 p9 access
	ovctl -n "$H1" port del s1 tap3
	ports_are 0 || fail "a port that was let go"
}

# A VLAN of a trunk is a port: its stations, with their tag, are stations of the segment.
test_vlan_gateway()
{
	hv_lay 2
	overlay vxlan 4 2
	ns_new V
	ip -n "$T1" link add trunk type veth peer name eth0 netns "$V"
	ip -n "$T1" link add link trunk name trunk.5 type vlan id 5
	ip -n "$V" link add link eth0 name eth0.5 type vlan id 5
	ip -n "$V" link set eth0 up
	tenant_up "$V" eth0.5 3
	ip -n "$T1" link set trunk up
	ovctl -n "$T1" port add s1 trunk.5 access
	all_talk 1 "$T1" "$T2" "$V"
	tcp_ok "$V" "$T2" 10.1.0.3
	capture_start tags "$V" eth0
	ping_ok "$T2" 10.1.0.3 1
	capture_stop tags
	number "$(capture_count tags "icmp and vlan.id == 5")" -ge 2 "frames with the tag on the trunk"
	must_say "trunk.5" ip -n "$T1" link show master s1
}

# Stations of all sorts: behind two bridges, one enslaved, one built in, and one elsewhere.
lay_all()
{
	lay
	station W 4 "$T1"
	ovctl -n "$T1" port add s1 tap4 access
	ns_new X
	ovctl -n "$T1" port add s1 p5 access
	ip -n "$T1" link set p5 netns "$X" address "$(tenant_mac 5)"
	tenant_up "$X" p5 5
	station Y 6 "$H1"
	ovctl -n "$T1" port add s1 tap6 netns "$H1" access
}

test_all_to_all()
{
	lay_all
	all_talk 4 "$T1" "$T2" "$V" "$W" "$X" "$Y"
	tcp_ok "$W" "$X" 10.1.0.4
	tcp_ok "$X" "$V" 10.1.0.5
	tcp_ok "$Y" "$W" fd01::6
	# Access ports never notice that another bridge carries.
	ovctl -n "$T1" port select s1 s1b
	leg b
	all_talk 4 "$W" "$X" "$V"
	ip -n "$T1" link set br1 down
	ip -n "$T1" link set br2 down
	wait_for "no bridge is left" selected none
	for from in "$W" "$X" "$Y" "$T1" "$T2"; do
		for to in 10.1.0.1 10.1.0.2 10.1.0.4 10.1.0.5 10.1.0.6; do
			ping_once "$from" "$to"
		done
	done
}

# What one station of this host says to another goes to no peer.
test_switched_locally()
{
	lay_all
	all_talk 4 "$W" "$X"
	capture_start wire "$H1" u0 udp port 4789
	ping_ok "$W" 10.1.0.5
	ping_ok "$W" 10.1.0.6
	capture_stop wire
	same 0 "$(capture_count wire icmp)" "frames between stations of one host, on the wire"
}

# Unicast between two stations is heard by no third one.
test_known_goes_one_way()
{
	lay_all
	all_talk 4 "$W" "$X" "$Y"
	capture_start third "$Y" eth0 icmp
	capture_start head "$T1" s1 icmp
	ping_ok "$W" 10.1.0.5
	ping_ok "$T2" 10.1.0.4
	same 0 "$(capture_count third icmp)" "frames for others at a third station"
	same 0 "$(capture_count head icmp)" "frames for others at the head"
}

test_isolated()
{
	local before

	lay_all
	ovctl -n "$T1" port set s1 tap4 isolated on
	all_talk 4 "$W" "$X"
	ovctl -n "$T1" port set s1 p5 isolated on
	for to in 10.1.0.1 10.1.0.2 10.1.0.3 10.1.0.6; do
		ping_once "$W" "$to"
		ping_once "$X" "$to"
	done
	before=$(drops port-drop-isolated)
	ping_no "$W" 10.1.0.5 1 -W 1
	ip -n "$W" neigh flush all
	ping_no "$W" 10.1.0.5 1 -W 1
	number "$(drops port-drop-isolated)" -gt "$before" "counted"
	ovctl -n "$T1" port set s1 p5 isolated off
	ping_once "$W" 10.1.0.5
}

# A new bridge is told of the stations: what is behind an enslaved device as far as it is known, and
# what a built-in port has.
test_announcements()
{
	local who

	lay_all
	all_talk 4 "$W" "$X"
	ovctl -n "$T1" port set s1 tap4 mac "$(tenant_mac 4)" ip 10.1.0.4,fd01::4
	ovctl -n "$T1" dev set s1 announce-count 1
	capture_start vm "$V" vb "rarp or (arp and arp[14:4] = arp[24:4]) or ip6[40] = 136"
	ip -n "$T1" link set br1 down
	wait_for "the other bridge carries" selected s1b
	wait_for "all announcements" pcap_has vm "$(tenant_mac 6)" smac
	capture_stop vm
	for who in 1 4 5 6; do
		number "$(capture_count vm "arp.opcode == 3 && eth.src == $(tenant_mac "$who")")" -ge 1 \
			"RARP for station $who"
	done
	for who in 1 4 5; do
		same 1 "$(capture_count vm "arp.isgratuitous == 1 && arp.src.proto_ipv4 == 10.1.0.$who && eth.src == $(tenant_mac "$who")")" \
			"gratuitous ARP for station $who"
		same 1 "$(capture_count vm "icmpv6.nd.na.target_address == fd01::$who && eth.src == $(tenant_mac "$who")")" \
			"neighbour advertisement for station $who"
	done
	same 0 "$(capture_count vm 'arp.isgratuitous == 1 && arp.src.proto_ipv4 == 10.1.0.6')" \
		"an address that nobody named"
}

# A port that is down gets nothing, and nothing waits for it.
test_ports_down()
{
	local before

	lay_access
	ping_once "$V" 10.1.0.2
	before=$(drops port-drop-down)
	ip -n "$T1" link set tap3 down
	same unusable "$(port_value tap3 state)" "its state"
	ping_no "$T2" 10.1.0.3 1 -W 1
	number "$(drops port-drop-down)" -gt "$before" "counted"
	ip -n "$T1" link set tap3 up
	ping_ok "$T2" 10.1.0.3
	ip -n "$T1" link set s1 down
	before=$(drops port-drop-down)
	frame etype=88b5
	wait_for "dropped while the device is down" eval "((\$(drops port-drop-down) > $before))"
}

test_made_and_let_go()
{
	lay_access
	ping_once "$V" 10.1.0.2
	same 1 "$(dev_value "$T1" s1 ports)" "ports"
	must_say "promiscuity 1" ip -n "$T1" -d link show tap3
	ip -n "$T1" link set tap3 nomaster
	same 0 "$(dev_value "$T1" s1 ports)" "ports left"
	must_say "promiscuity 0" ip -n "$T1" -d link show tap3
	no_entry "$T1" s1 "$(tenant_mac 3)" || fail "an entry behind a port that is gone"
	ping_no "$V" 10.1.0.1 1 -W 1
	ovctl -n "$T1" port add s1 tap3 access
	ping_once "$V" 10.1.0.2
	ovctl -n "$T1" port del s1 tap3
	ip -n "$T1" link show tap3 >/dev/null || fail "the device went with its port"
	ovctl -n "$T1" port add s1 tap3 access
	ip -n "$T1" link del tap3
	same 0 "$(dev_value "$T1" s1 ports)" "ports after the device was deleted"
	# The segment goes, and what was enslaved stays.
	ip -n "$T1" link add tap8 type dummy
	ip -n "$T1" link set tap8 master s1
	ovctl -n "$T1" port add s1 p8 access
	ip -n "$T1" link del s1
	ip -n "$T1" link show tap8 >/dev/null || fail "an enslaved device went with its master"
	refuse "a port of a device that is gone" ip -n "$T1" link show p8
	ns_del "$T2"
	wait_for "no reference to the module is left" module_idle
}

# Each side may die first, under traffic.
test_deaths()
{
	local i what

	for ((i = 0; i < $(rounds 1); i++)); do
		for what in V X H1 T1; do
			lay_all
			bg PING ns "$T2" ping -q -i 0.01 -b 10.1.0.255
			ns_del "${!what}"
			[[ $what == T1 || $what == H1 ]] || all_talk 0 "$T1" "$W"
			for n in V W X Y T1 T2 H1 H2; do
				[[ $n == "$what" ]] || ns_del "${!n}"
			done
			wait_for "no reference to the module is left" module_idle
		done
	done
}

test_roles()
{
	lay
	ovctl -n "$T1" port add s1 p7 priority 3
	same bridge "$(port_value p7 role)" "unless said"
	ovctl -n "$T1" port set s1 p7 role access
	same access "$(port_value p7 role)" "changed"
	must_fail_with "Device does not allow enslaving to a bridge" ip -n "$T1" link set p7 master br1
	must_fail_with "An access port has no priority: it always carries its own" \
		ovctl -n "$T1" port set s1 p7 priority 4
	must_fail_with "An access port is not selected: it always carries its own" \
		ovctl -n "$T1" port select s1 p7
	must_fail_with "What a port may send is set of access ports: role access" \
		ovctl -n "$T1" port set s1 s1a isolated on
	must_fail_with "What a port may send is set of access ports: role access" \
		ovctl -n "$T1" port set s1 s1a mac any
	must_fail_with "The port is in a bridge: take it out first" \
		ovctl -n "$T1" port set s1 s1a role access
	refuse "a port for a bridge that leaves its device" ip -n "$T1" link set s1b netns "$V"
	ip -n "$T1" link set p7 netns "$V"
	must_fail_with "The port is in another namespace than its device" \
		ovctl -n "$T1" port set s1 p7 role bridge
	ip -n "$V" link set p7 netns "$T1"
	ovctl -n "$T1" port set s1 p7 role bridge priority 1
	ip -n "$T1" link set p7 master br1 up
	ip -n "$T1" link set s1a nomaster
	wait_for "the former access port is selected" selected p7
	talks
}

test_loops()
{
	lay
	ip -n "$T1" link add link br1 name br1.5 type vlan id 5
	must_fail_with "That would be a loop: the device stands on this one" \
		ip -n "$T1" link set br1.5 master s1
	ip -n "$T1" link add link s1 name s1.5 type vlan id 5
	must_fail_with "That would be a loop: the device stands on this one" \
		ovctl -n "$T1" port add s1 s1.5 access
	must_fail_with "A device or a port of kind tenovl cannot be enslaved to one" \
		ip -n "$T1" link set s1a master s1
	# The same loop, closed at the other end.
	ip -n "$T1" link add br3 type bridge
	ip -n "$T1" link add link br3 name br3.5 type vlan id 5
	ip -n "$T1" link set br3.5 master s1
	ovctl -n "$T1" port add s1 s1c
	refuse "a bridge that stands below the device" ip -n "$T1" link set s1c master br3
	same 3 "$(ovctl -n "$T1" -j port show s1 | json_having '"role":"bridge"' | wc -l)" "ports for bridges"
}

test_refused()
{
	local dev

	hv_lay 2
	overlay vxlan 4 2
	ip -n "$T1" link add br1 type bridge
	ip -n "$T1" link add d0 type dummy
	ip -n "$T1" link add vrf1 type vrf table 10
	modprobe tun
	ip -n "$T1" tuntap add dev tun9 mode tun
	ovctl -n "$H1" dev add tr0 netns "$T1" mode l3 vni 9 local 10.9.0.1
	for dev in lo tun9 tr0; do
		must_fail_with "Only an Ethernet device can be a port" ip -n "$T1" link set "$dev" master s1
	done
	ip -n "$T1" link add below type dummy
	ip -n "$T1" link add link below name above type macvlan
	must_fail_with "The device is in use: it has a master, or others above it" \
		ip -n "$T1" link set below master s1
	must_fail_with "A bridge, a VRF or the like cannot be a port: give the bridge one" \
		ip -n "$T1" link set br1 master s1
	must_fail_with "A bridge, a VRF or the like cannot be a port: give the bridge one" \
		ovctl -n "$T1" port add s1 vrf1 access
	ip -n "$T1" link set d0 master br1
	must_fail_with "The device is in use: it has a master, or others above it" \
		ovctl -n "$T1" port add s1 d0 access
	ip -n "$T1" link set d0 nomaster
	ovctl -n "$H1" dev set s1 link u0
	must_fail_with "The underlay goes out by this device: it is the link" \
		ovctl -n "$T1" port add s1 u0 netns "$H1" access
	ip -n "$T1" link set s1 master br1
	must_fail_with "The device is in a bridge itself; it takes no ports there" \
		ip -n "$T1" link set d0 master s1
	ip -n "$T1" link set s1 nomaster
	must_fail_with "An access port has no priority: it always carries its own" \
		ovctl -n "$T1" port add s1 d0 access priority 5
	must_fail_with "\"netns\" goes with \"access\" only" ovctl -n "$T1" port add s1 d1 netns "$H1"
	must_fail_with "is there already, and an access port is in no bridge" \
		ovctl -n "$T1" port add s1 d0 access bridge br1
	ovctl -n "$T1" port add s1 d0 access
	must_fail_with "An enslaved device is an access port" ovctl -n "$T1" port set s1 d0 role bridge
	must_fail_with "The device is in use: it has a master, or others above it" \
		ovctl -n "$T1" port add s1 d0 access
	must_fail_with "A port has at most 16 addresses" ovctl -n "$T1" port set s1 d0 \
		mac "$(printf '02:00:00:00:00:%02x,' {1..17} | sed 's/,$//')"
	must_fail_with "A port sends from unicast addresses only" \
		ovctl -n "$T1" port set s1 d0 mac 01:00:5e:00:00:01
	must_fail_with "A port has at most 64 IP addresses" ovctl -n "$T1" port set s1 d0 \
		ip "$(printf '10.1.0.%d,' {1..65} | sed 's/,$//')"
	must_fail_with "The any address is nobody's" ovctl -n "$T1" port set s1 d0 ip 0.0.0.0
	must_fail_with "is not a number of bytes: a number from 65536 to 1073741824 is accepted" \
		ovctl -n "$T1" port set s1 d0 burst 100
	same '' "$(json_get "$(ovctl -n "$T1" -j port show s1 d0)" macs '')" "addresses after refusals"
	ip -n "$T1" link add d2 type dummy
	must_fail_with "not permitted" ns "$T1" setpriv --reuid 65534 --clear-groups \
		"$OVCTL" port add s1 d2 access
}

# In a container of its own user namespace, root may use the port and drop it, and no more.
test_containers_bounds()
{
	local pid

	hv_lay 2
	overlay vxlan 4 2
	ovctl -n "$T1" port add s1 p7 access
	ip -n "$T1" link add d0 type dummy
	bg BOX unshare -Urn sleep 1000
	wait_for "the container has a namespace" eval \
		"[[ \$(readlink /proc/$BOX/ns/net) != \$(readlink /proc/self/ns/net) ]]"
	pid=$BOX
	wait_for "and is root there" eval "grep -q . /proc/$pid/uid_map"
	ip -n "$T1" link set p7 netns "$pid"
	# shellcheck disable=SC2034 # named by in_box
	box=$pid
	in_box ip link set p7 up
	in_box ip addr add 10.1.0.3/24 dev p7
	ping_once "$T1" 10.1.0.3
	must_fail_with "Operation not permitted" in_box ip link set p7 address 02:00:00:00:00:77
	must_fail_with "Operation not permitted" in_box ip link set p7 mtu 1000
	refuse "a device of the provider's" in_box ip link add s9 type tenovl
	refuse "a port of the provider's" in_box ip link add link p7 name p9 type tenovl_port
	refuse "the family" in_box "$OVCTL" port show
	in_box ip link set p7 down
	in_box ip link set p7 name eth0
	must_say eth0 ovctl -n "$T1" port show s1 eth0 netns "pid:$pid"
	ovctl -n "$T1" port set s1 eth0 netns "pid:$pid" rate 100000
	bg_stop "$BOX"
	wait_for "the port went with its container" ports_are 0
	ip -n "$T1" link set d0 master s1
	# A segment in a namespace of such a user's: its root takes no port and gives none away.
	bg BOX2 unshare -Urn sleep 1000
	wait_for "another container has a namespace" eval \
		"grep -q . /proc/$BOX2/uid_map && [[ \$(readlink /proc/$BOX2/ns/net) != \$(readlink /proc/self/ns/net) ]]"
	box=$BOX2
	ns "$H1" ip link add s5 type tenovl
	ip -n "$H1" link set s5 netns "$BOX2"
	in_box ip link add d5 type dummy
	must_fail_with "A tenovl port needs CAP_NET_ADMIN in the initial user namespace" \
		in_box ip link set d5 master s5
	nsenter -n -t "$BOX2" ip link set d5 master s5
	must_fail_with "Operation not permitted" in_box ip link set d5 nomaster
}

# Acts as the container's own root.
in_box()
{
	nsenter -U -n -t "$box" --preserve-credentials "$@"
}

test_macs()
{
	lay_silent
	passes smac=02:00:00:00:00:99 etype=88b5
	ovctl -n "$T1" port set s1 tap3 mac "$(tenant_mac 3),02:00:00:00:00:98"
	stopped port-drop-mac smac=02:00:00:00:00:99 etype=88b5
	passes smac=02:00:00:00:00:98 etype=88b5
	passes etype=88b5
	stopped port-drop-mac "$(arp 1 02:00:00:00:00:99 10.1.0.3 10.1.0.2)"
	passes "$(arp 1 "$(tenant_mac 3)" 10.1.0.3 10.1.0.2)"
	# The same behind tags.
	stopped port-drop-mac vlan=7,9 "$(arp 1 02:00:00:00:00:99 10.1.0.3 10.1.0.2)"
	same 3 "$(port_value tap3 spoofed)" "told of the port"
	no_entry "$T1" s1 02:00:00:00:00:99 || fail "a forged address was learned"
	ovctl -n "$T1" port set s1 tap3 mac any
	passes smac=02:00:00:00:00:99 etype=88b5
}

test_ips()
{
	lay_silent
	passes "$(udp4 10.1.0.77 9 9)"
	ovctl -n "$T1" port set s1 tap3 ip 10.1.0.3,fd01::3 mac "$(tenant_mac 3)"
	stopped port-drop-ip "$(udp4 10.1.0.77 9 9)"
	stopped port-drop-ip vlan=7 "$(udp4 10.1.0.77 9 9)"
	passes "$(udp4 10.1.0.3 9 9)"
	# Who has no address asks for one, and does nothing else.
	passes "$(udp4 0.0.0.0 68 67)"
	stopped port-drop-ip "$(udp4 0.0.0.0 69 67)"
	stopped port-drop-ip "$(ip6 "$(hex6 fd01 77)" 11 0009000900080000)"
	passes "$(ip6 "$(hex6 fd01 3)" 11 0009000900080000)"
	stopped port-drop-ip "$(ip6 "$(hex6 0 0)" 11 0009000900080000)"
	# MLD and router solicitation of who has none yet.
	passes "$(ip6 "$(hex6 0 0)" 3a 8f00000000000000)"
	passes "$(ip6 "$(hex6 0 0)" 3a 8500000000000000)"
	stopped port-drop-ip "$(ip6 "$(hex6 0 0)" 3a 8000000000000000)"
	# What hides an address from us: other protocols, and headers that are none.
	stopped port-drop-ip etype=88b5
	stopped port-drop-ip etype=0800 body=6500001c
	stopped port-drop-ip vlan=1,2,3,4,5 "$(udp4 10.1.0.3 9 9)"
	ovctl -n "$T1" port set s1 tap3 ip any
	passes etype=88b5
}

# Addresses that ARP and neighbour discovery bind.
test_ip_neighbours()
{
	local mac none=00000000000000000000000000000000 own other lladdr=fe80000000000000000000fffe000103

	lay_silent
	mac=$(tenant_mac 3) own=$(hex6 fd01 3) other=$(hex6 fd01 77)
	mac=${mac//:/}
	ovctl -n "$T1" port set s1 tap3 ip 10.1.0.3,fd01::3 mac "$(tenant_mac 3)"
	stopped port-drop-ip "$(arp 2 "$(tenant_mac 3)" 10.1.0.1 10.1.0.2)"
	passes "$(arp 2 "$(tenant_mac 3)" 10.1.0.3 10.1.0.2)"
	# A probe binds nothing, and RARP no IP address.
	passes "$(arp 1 "$(tenant_mac 3)" 0.0.0.0 10.1.0.77)"
	passes "$(arp 3 "$(tenant_mac 3)" 10.1.0.77 10.1.0.77 8035)"
	stopped port-drop-ip etype=0806 body=0001080006
	stopped port-drop-ip etype=0806 body="$(printf '%056d' 0)"
	# Advertisements, of its own and of others' addresses, with its own and others' MAC.
	passes "$(ip6 "$own" 3a "8800000020000000${own}0201$mac")"
	stopped port-drop-ip "$(ip6 "$own" 3a "8800000020000000${other}0201$mac")"
	stopped port-drop-mac "$(ip6 "$own" 3a "8800000020000000${own}0201020000000077")"
	stopped port-drop-mac "$(ip6 "$own" 3a "8800000020000000${own}0200$mac")"
	stopped port-drop-ip "$(ip6 "$own" 3a "8800000020000000fd01")"
	# Solicitations ask for anybody; without a source they look for a double of what is asked for.
	passes "$(ip6 "$own" 3a "8700000000000000${other}0101$mac")"
	stopped port-drop-mac "$(ip6 "$own" 3a "8700000000000000${other}0101020000000077")"
	stopped port-drop-mac "$(ip6 "$own" 3a "85000000000000000101020000000077")"
	passes "$(ip6 "$none" 3a "8700000000000000$own")"
	stopped port-drop-ip "$(ip6 "$none" 3a "8700000000000000$other")"
	# The link-local address that its MAC address makes, and one that it does not.
	passes "$(ip6 "$lladdr" 11 0009000900080000)"
	stopped port-drop-ip "$(ip6 "$(hex6 fe80 1)" 11 0009000900080000)"
	same 7 "$(drops port-drop-ip)" "counted"
}

test_dhcp_servers()
{
	lay_silent
	stopped port-drop-dhcp "$(udp4 10.1.0.3 67 68)"
	stopped port-drop-dhcp vlan=7 "$(udp4 10.1.0.3 67 68)"
	passes "$(udp4 10.1.0.3 68 67)"
	stopped port-drop-dhcp "$(ip6 "$(hex6 fd01 3)" 11 0223022200080000)"
	passes "$(ip6 "$(hex6 fd01 3)" 11 0222022300080000)"
	# Behind extension headers, and cut off before it can be told.
	stopped port-drop-dhcp "$(ip6 "$(hex6 fd01 3)" 3c 11000104000000000223022200080000)"
	stopped port-drop-dhcp etype=0800 body="4500001c0000000040110000$(hex4 10.1.0.3)$(hex4 10.1.0.2)0043"
	stopped port-drop-dhcp "$(ip6 "$(hex6 fd01 3)" 11 0223)"
	# From another port than a server's, to a client's.
	stopped port-drop-dhcp "$(udp4 10.1.0.3 1234 68)"
	stopped port-drop-dhcp "$(ip6 "$(hex6 fd01 3)" 11 04d2022200080000)"
	same 8 "$(port_value tap3 guarded)" "told of the port"
	ovctl -n "$T1" port set s1 tap3 dhcp-server on
	passes "$(udp4 10.1.0.3 67 68)"
	passes "$(ip6 "$(hex6 fd01 3)" 11 0223022200080000)"
	same true "$(port_value tap3 dhcp-server)" "told"
}

test_routers()
{
	local ra=86000000400000000000000000000000

	lay_silent
	stopped port-drop-router "$(ip6 "$(hex6 fe80 3)" 3a "$ra")"
	stopped port-drop-router "$(ip6 "$(hex6 fe80 3)" 3a 8900000000000000)"
	passes "$(ip6 "$(hex6 fe80 3)" 3a 8500000000000000)"
	# Hidden behind more tags than are read, and behind LLC and SNAP.
	stopped port-drop-ip vlan=0,0,0,0,0 "$(ip6 "$(hex6 fe80 3)" 3a "$ra")"
	stopped port-drop-ip etype=0040 body=aaaa0300000086dd60000000
	# RFC 7113: behind extension headers, in a first fragment, and where it cannot be told.
	stopped port-drop-router "$(ip6 "$(hex6 fe80 3)" 00 "3a00010400000000$ra")"
	stopped port-drop-router "$(ip6 "$(hex6 fe80 3)" 2c "3a00000100000001$ra")"
	stopped port-drop-router "$(ip6 "$(hex6 fe80 3)" 3c 3a0f0104)"
	stopped port-drop-router "$(ip6 "$(hex6 fe80 3)" 3a 8600)"
	# Neighbour discovery is never fragmented.
	stopped port-drop-router "$(ip6 "$(hex6 fe80 3)" 2c "3a00000100000001870000000000000000000000")"
	# What stands behind the packet is not of it: options of 16 bytes in a packet that ends in them.
	stopped port-drop-router "$(ip6 "$(hex6 fe80 3)" 3c "3a010104000000000000000000000000$ra" | sed 's/600000000020/600000000008/')"
	ovctl -n "$T1" port set s1 tap3 router on
	passes "$(ip6 "$(hex6 fe80 3)" 3a "$ra")"
	passes "$(ip6 "$(hex6 fe80 3)" 3a 8900000000000000)"
}

# Later fragments are nothing without the first.
test_later_fragments()
{
	lay_silent
	passes "$(udp4 10.1.0.3 67 68 00b9)"
	passes "$(ip6 "$(hex6 fd01 3)" 2c 11000009000000010223022200080000)"
	stopped port-drop-dhcp "$(udp4 10.1.0.3 67 68 2000)"
}

# The guest of a virtual machine, whose backend writes whole frames, frames whose checksum is to be
# done, and large ones to be cut. All that is done before the wire, which takes none of them.
test_tap()
{
	local guest=(tap3 "$(tenant_mac 3)" 10.1.0.3 "$(tenant_mac 2)" 10.1.0.2) passed

	hv_lay 2
	overlay vxlan 4 2
	ns "$H1" ethtool -K u0 tx off tso off gso off tx-udp_tnl-segmentation off \
		tx-udp_tnl-csum-segmentation off >/dev/null
	modprobe tun
	ip -n "$T1" tuntap add dev tap3 mode tap vnet_hdr
	ip -n "$T1" link set tap3 master s1 up
	head -c 70000 /dev/urandom >"$TMP/sent"
	bg SINK ns "$T2" socat -u TCP-LISTEN:7001 "CREATE:$TMP/got"
	wait_for "socat listens" listens "$T2" 7001
	capture_start wire "$H2" u0 udp port 4789
	helper "$TMP/sent" "$T1" tap "${guest[@]}" talk || fail "not answered as it should be"
	wait_for "all bytes have arrived" cmp -s "$TMP/sent" "$TMP/got"
	capture_stop wire
	TSHARK_OPTS=(-d "udp.port==4789,vxlan" -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE
		-o tcp.check_checksum:TRUE)
	same 50 "$(capture_count wire "tcp.len == 1400 && tcp.checksum.status == Good")" "segments of large frames"
	same 1 "$(capture_count wire "udp.srcport == 7777 && udp.checksum.status == Good && not icmp")" \
		"datagrams whose checksum was to be done"
	same 0 "$(capture_count wire "ip.src == 10.1.0.3 && (ip.checksum.status == Bad || udp.checksum.status == Bad || tcp.checksum.status == Bad)")" \
		"wrong checksums"
	same 0 "$(drops tx-drop-offload)" "frames that could not be cut"
	# Sixty frames each, and what they begin with makes one more.
	ovctl -n "$T1" port set s1 tap3 flood-rate 1 flood-burst 130
	passed=$(port_value tap3 tx-packets)
	helper /dev/null "$T1" tap "${guest[@]}" flood 4
	wait_for "all large floods have come" eval "((\$(port_value tap3 tx-packets) + \$(port_value tap3 limited) == $passed + 4))"
	same 2 "$(drops port-drop-flood)" "large floods beyond the burst"
}

# floods_bounded DMAC: no more of forty than the burst of five, and what the rate of one adds. (The
# clock runs while frames are sent, so what passes has a least and a most.)
floods_bounded()
{
	local start=$SECONDS passed before

	# What was run up before counts no more.
	ovctl -n "$T1" port set s1 tap3 flood-rate 0
	ovctl -n "$T1" port set s1 tap3 flood-rate 1 flood-burst 5
	before=$(drops port-drop-flood) passed=$(port_value tap3 tx-packets)
	passed=$((passed + $(port_value tap3 tx-drops)))
	frame n=40 etype=88b5 dmac="$1"
	wait_for "all to $1 have come" eval \
		"(((\$(port_value tap3 tx-packets) + \$(port_value tap3 tx-drops) - $passed) == 40))"
	number $(($(drops port-drop-flood) - before)) -ge $((40 - 5 - (SECONDS - start + 2))) \
		"dropped beyond the burst, to $1"
	number $(($(drops port-drop-flood) - before)) -le 35 "dropped within the burst, to $1"
	same "$(drops port-drop-flood)" "$(port_value tap3 limited)" "told of the port"
}

test_flood_limit()
{
	local passed to

	lay_silent
	# What is known goes on, limit or not.
	frame smac="$(tenant_mac 3)" dmac="$(tenant_mac 2)" etype=88b5
	ping_once "$T2" 10.1.0.1
	ovctl -n "$T1" port set s1 tap3 flood-rate 1 flood-burst 5
	frame n=40 etype=88b5 dmac="$(tenant_mac 2)"
	same 0 "$(drops port-drop-flood)" "dropped of what is known"
	# To all, to a group, and to one that nobody knows.
	for to in ff:ff:ff:ff:ff:ff 33:33:00:00:00:99 02:00:00:00:00:55; do
		floods_bounded "$to"
	done
	ovctl -n "$T1" port set s1 tap3 flood-rate 0
	passed=$(drops port-drop-flood)
	frame n=40 etype=88b5
	same "$passed" "$(drops port-drop-flood)" "dropped without a limit"
}

test_rate_limit()
{
	local start bytes

	lay_silent
	ovctl -n "$T1" port set s1 tap3 rate 80 burst 65536
	start=$SECONDS bytes=$(port_value tap3 tx-bytes)
	frame n=200 etype=88b5 pay=1000 dmac="$(tenant_mac 2)"
	wait_for "all have come" eval "((\$(port_value tap3 limited) > 0))"
	bytes=$(($(port_value tap3 tx-bytes) - bytes))
	number "$bytes" -ge 64000 "bytes within the burst"
	number "$bytes" -le $((65536 + (SECONDS - start + 2) * 10000)) "bytes beyond it"
	same "$(drops port-drop-rate)" "$(port_value tap3 limited)" "told of the port"
	ovctl -n "$T1" port set s1 tap3 rate 0
	passes etype=88b5
}

# One station's addresses leave the others room; its frames pass all the same.
test_learn_limit()
{
	local i before

	lay_silent
	ovctl -n "$T1" port set s1 tap3 max-learned 3
	same 3 "$(port_value tap3 max-learned)" "told"
	before=$(counter "$T1" s1 fdb-limit)
	for i in 1 2 3 4 5; do
		passes smac="02:00:00:00:05:0$i" etype=88b5
	done
	same 3 "$(port_value tap3 entries)" "addresses learned"
	same 2 $(($(counter "$T1" s1 fdb-limit) - before)) "addresses not learned"
	same tap3 "$(fdb_value "$T1" s1 02:00:00:00:05:03 port-name)" "where the third address is"
	no_entry "$T1" s1 02:00:00:00:05:04 || fail "the fourth address is known"
	ovctl -n "$T1" port set s1 tap3 max-learned 4
	passes smac=02:00:00:00:05:04 etype=88b5
	same 4 "$(port_value tap3 entries)" "addresses learned with more room"
}

# A container with a port, and the port's hook on the host's side.
lay_hook()
{
	hv_lay 2
	overlay vxlan 4 2
	ns_new V
	ovctl -n "$T1" port add s1 p7 access hook p7h
	ip -n "$T1" link set p7 netns "$V" address "$(tenant_mac 3)"
	tenant_up "$V" p7 3
}

# Frames of the port pass its hook, both ways.
test_hook_sees()
{
	local before

	lay_hook
	same p7h "$(port_value p7 hook)" "told of the port"
	all_talk 1 "$T1" "$T2" "$V"
	tcp_ok "$T2" "$V" 10.1.0.2
	tcp_ok "$V" "$T1" 10.1.0.3
	capture_start seen "$T1" p7h icmp
	before=$(link_stat "$T1" p7h rx_packets)
	ping_ok "$V" 10.1.0.2 3
	capture_stop seen
	same 3 "$(capture_count seen "icmp.type == 8")" "requests seen by the hook"
	same 3 "$(capture_count seen "icmp.type == 0")" "answers seen by the hook"
	number "$(link_stat "$T1" p7h rx_packets)" -ge $((before + 3)) "counted there"
	# Too big for the underlay by now: the answer goes to the station.
	ovctl -n "$H1" dev set s1 mtu 1450
	ip -n "$H1" link set u0 mtu 1400
	must_say "mtu = 1350" eval "! ns '$V' ping -n -c 1 -W 2 -M do -s 1422 10.1.0.2"
	ip -n "$H1" link set u0 mtu 1500
	# A hook that is down lets nothing pass.
	ip -n "$T1" link set p7h down
	before=$(drops port-drop-down)
	ping_no "$V" 10.1.0.2 1 -W 1
	ping_no "$T2" 10.1.0.3 1 -W 1
	number "$(drops port-drop-down)" -ge $((before + 2)) "dropped there"
}

# The host's rules bind there, for what the station sends and for what it gets.
test_hook_rules()
{
	lay_hook
	all_talk 1 "$V"
	ns "$T1" nft -f - <<-END
		table netdev t {
			chain in {
				type filter hook ingress device p7h priority 0;
				ip daddr 10.1.0.2 icmp type echo-request counter drop comment "sent"
			}
		}
	END
	ping_no "$V" 10.1.0.2 1 -W 1
	ping_ok "$V" 10.1.0.1 1
	same 1 "$(nft_counter "$T1" sent)" "dropped by nftables"
	ns "$T1" nft delete table netdev t
	ping_ok "$V" 10.1.0.2 1
	ns "$T1" tc qdisc add dev p7h clsact
	ns "$T1" tc filter add dev p7h egress protocol ip flower ip_proto icmp src_ip 10.1.0.2 action drop
	ping_no "$V" 10.1.0.2 1 -W 1
	ping_ok "$V" 10.1.0.1 1
	must_say "Sent 98 bytes 1 pkt" ns "$T1" tc -s filter show dev p7h egress
}

# hook_of_moved NAME: a hook for the port that is in the container: iproute2 looks for the name of a
# link in this namespace only, so the port comes back for that.
hook_of_moved()
{
	ip -n "$V" link set p7 netns "$T1"
	ip -n "$T1" link add link p7 name "$1" type tenovl_hook || return
	ip -n "$T1" link set p7 netns "$V"
	tenant_up "$V" p7 3
}

test_hook_goes()
{
	lay_hook
	ovctl -n "$H1" dev set s1 mtu 1300
	same 1300 "$(ns "$T1" cat /sys/class/net/p7h/mtu)" "the MTU of a hook"
	must_fail_with "The port has a hook: delete that first" eval \
		"ip -n '$V' link set p7 netns '$T1' && ovctl -n '$T1' port set s1 p7 role bridge"
	ip -n "$T1" link set p7 netns "$V"
	tenant_up "$V" p7 3
	# Deleted, the port goes on without it.
	ip -n "$T1" link del p7h
	same null "$(port_value p7 hook)" "no hook is told"
	all_talk 1 "$V"
	hook_of_moved p7h
	ip -n "$T1" link set p7h up
	same p7h "$(port_value p7 hook)" "another hook"
	all_talk 1 "$V"
	# It goes with its port, and with the segment.
	bg PING ns "$T2" ping -q -i 0.01 10.1.0.3
	ns_del "$V"
	wait_for "the port went with its container" ports_are 0
	refuse "a hook without its port" ip -n "$T1" link show p7h
	ovctl -n "$T1" port add s1 p8 access hook p8h
	ip -n "$T1" link del s1
	refuse "a hook without its segment" ip -n "$T1" link show p8h
	bg_stop "$PING"
	ns_del "$T2"
	wait_for "no reference to the module is left" module_idle
}

test_hook_refused()
{
	lay_hook
	ip -n "$T1" link add d0 type dummy
	ovctl -n "$T1" port add s1 s1a
	ovctl -n "$T1" port add s1 p9 access
	must_fail_with "Name the port that the hook is for: link PORT" \
		ip -n "$T1" link add hk type tenovl_hook
	must_fail_with "Name the port that the hook is for: link PORT" \
		ip -n "$T1" link add link d0 name hk type tenovl_hook
	must_fail_with "A hook is for an access port: the others have their bridge" \
		ip -n "$T1" link add link s1a name hk type tenovl_hook
	must_fail_with "The port has a hook already" hook_of_moved hk
	must_fail_with "A hook is made in the namespace of the segment" \
		ip -n "$T1" link add link p9 name hk netns "$V" type tenovl_hook
	must_fail_with "A tenovl hook needs CAP_NET_ADMIN in the initial user namespace" \
		unshare -Urn ip link add link lo name hk type tenovl_hook
	must_fail_with "A device or a port of kind tenovl cannot be enslaved to one" \
		ip -n "$T1" link set p7h master s1
	must_fail_with "\"hook\" goes with a port that is made: d0 is there already" \
		ovctl -n "$T1" port add s1 d0 access hook h
	must_fail_with "\"hook\" goes with \"access\" only" ovctl -n "$T1" port add s1 p5 hook h
	must_fail_with "port add s1 p5: a device of that name is there already" \
		ovctl -n "$T1" port add s1 p5 access hook d0
	refuse "a port whose hook was refused" ip -n "$T1" link show p5
}

# What the underlay cannot carry is answered, and what the station's wire cannot is dropped.
test_too_big()
{
	local mtu

	lay_access
	ip -n "$V" link set eth0 mtu 1500
	mtu=$(dev_value "$T1" s1 mtu)
	must_say "mtu = $mtu" eval "! ns '$V' ping -n -c 1 -W 2 -M do -s 1472 10.1.0.2"
	must_say "mtu=$mtu" eval "! ns '$V' ping -n -c 1 -W 2 -M do -s 1452 fd01::2"
	tcp_ok "$T2" "$V" 10.1.0.2
	ip -n "$T1" link set tap3 mtu 1000
	ip -n "$V" neigh flush all
	ns "$T1" ping -n -c 1 -W 1 -s 1300 10.1.0.3 >/dev/null || :
	number "$(drops port-drop-big)" -ge 1 "counted"
}

# TCP's large packets pass in one piece, both ways.
test_large_frames()
{
	local k

	lay_access
	ns "$V" sysctl -qw net.ipv4.tcp_min_tso_segs=16
	ns "$T2" sysctl -qw net.ipv4.tcp_min_tso_segs=16
	capture_start big "$T1" tap3 tcp
	tcp_ok "$T2" "$V" 10.1.0.2 2000000
	tcp_ok "$V" "$T2" 10.1.0.3 2000000
	capture_stop big
	number "$(pcap big len | awk '$1 > 4000' | wc -l)" -ge 10 "packets larger than an MTU"
	for k in tx-drop-offload tx-drop-error tx-drop-too-big port-drop-big; do
		same 0 "$(counter "$T1" s1 "$k")" "$k"
	done
}

# A tag that a NIC took out of the frame goes with it.
test_priority_tags()
{
	lay_access
	capture_start far "$T2" s1
	frame vlan=0 etype=88b5
	frame vlan=7,9 etype=88b5
	capture_wait far 2 "tagged frames"
	same 1 "$(capture_count far "vlan.id == 0")" "with a priority tag"
	same 1 "$(capture_count far "vlan.id == 7 and vlan.id == 9")" "with two tags"
	ovctl -n "$H1" dev set s1 inner-vlan drop
	frame vlan=7 etype=88b5
	wait_for "dropped" eval "((\$(counter '$T1' s1 tx-drop-vlan) == 1))"
}

# Every frame counts once, at the port and at the device.
test_counters()
{
	local port dev n

	lay_access
	ping_once "$V" 10.1.0.2
	ping_once "$V" 10.1.0.1
	port=$(port_value tap3 tx-packets) dev=$(counter "$T1" s1 tx-packets)
	n=$(port_value tap3 rx-packets)
	ping_ok "$V" 10.1.0.2 10 -i 0.01
	number $(($(port_value tap3 tx-packets) - port)) -ge 10 "came by the port"
	number $(($(port_value tap3 tx-packets) - port)) -le 12 "came by the port"
	number $(($(counter "$T1" s1 tx-packets) - dev)) -ge 10 "sent to the peer"
	number $(($(port_value tap3 rx-packets) - n)) -ge 10 "delivered to the port"
	n=$(counter "$T1" s1 port-head-packets)
	ping_ok "$V" 10.1.0.1 10 -i 0.01
	number $(($(counter "$T1" s1 port-head-packets) - n)) -ge 10 "from the port to the head"
}

# The causes that no other test sees.
test_drops()
{
	local before

	lay_silent
	passes etype=88b5
	before=$(drops port-drop-local)
	frame dmac="$(tenant_mac 3)" etype=88b5
	wait_for "for the station itself" eval "((\$(drops port-drop-local) == $((before + 1))))"
	stopped port-drop-smac smac="$(tenant_mac 1)" etype=88b5
	# A device that takes nothing: its queue has no room.
	ns "$T1" tc qdisc add dev tap3 root netem limit 0
	ns "$T1" ping -n -c 3 -i 0.01 -W 1 10.1.0.3 >/dev/null || :
	number "$(drops port-drop-output)" -ge 1 "not taken by the device"
}

test_events()
{
	lay_access
	bg MON ovctl -n "$H1" -j monitor
	wait_for "the monitor listens" grep -q listening "$TMP/MON.out"
	ovctl -n "$T1" port set s1 tap3 isolated on
	ip -n "$T1" link set tap3 down
	wait_for "a port that is down is told" eval "grep -q '\"event\":\"port-changed\".*\"state\":\"unusable\"' '$TMP/MON.out'"
	ip -n "$T1" link set tap3 name web
	wait_for "a name is told" eval "grep -q '\"event\":\"port-changed\".*\"name\":\"web\"' '$TMP/MON.out'"
	ip -n "$T1" link set web name tap3
	wait_for "a change is told" eval "grep -q '\"event\":\"port-changed\".*\"isolated\":true' '$TMP/MON.out'"
	ip -n "$T1" link set tap3 nomaster
	wait_for "the end is told" eval "grep -q '\"event\":\"port-deleted\".*\"name\":\"tap3\"' '$TMP/MON.out'"
	ip -n "$T1" link set tap3 master s1
	wait_for "the port is told" eval "grep -q '\"event\":\"port-added\".*\"role\":\"access\"' '$TMP/MON.out'"
}

run_tests "$@"
