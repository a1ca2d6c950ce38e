#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Neighbours: questions for known stations, answered where they are asked; heads that share their
# address.
# seconds: 231
# shellcheck disable=SC2016,SC2034,SC2119 # what eval is to expand, and lay has defaults
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"
# shellcheck source=selftests/bridges.sh
source "$TOP/selftests/bridges.sh"

TESTS="
	known unknown own_address probes left_alone malformed same_place from_peers
	behind_bridges bridged_head hooked suppress_refused
	heads_find head_asks shared_address head_mac_moves head_mac_refused
"

setup_suite()
{
	load_module
}

# A station that does not exist: whatever answers for it is the segment. Its MAC address is K's.
K=02:00:00:00:01:09

# Two hypervisors, and at the first a station that has a stack of its own, or says nothing by itself.
#
#	V (eth0, 10.1.0.3) ── tap3 ─ s1 (T1, 10.1.0.1) ── underlay ── s1 (T2, 10.1.0.2)
lay_neigh()
{
	hv_lay 2
	overlay vxlan 4 2 suppress on
	ns_new V
	ip -n "$T1" link add tap3 type veth peer name eth0 netns "$V"
	ip -n "$V" link set eth0 address "$(tenant_mac 3)"
	if [[ ${1:-} == silent ]]; then
		ns "$V" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.eth0.disable_ipv6=1
		ip -n "$V" link set eth0 up
	else
		tenant_up "$V" eth0 3
	fi
	ip -n "$T1" link set tap3 master s1 up
}

# The controller tells T1 of the station 10.1.0.9, fd01::9, with K's address, behind T2.
tell()
{
	ip -n "$T1" neigh replace 10.1.0.9 lladdr "$K" nud permanent dev s1
	ip -n "$T1" neigh replace fd01::9 lladdr "$K" nud permanent dev s1
	ovctl -n "$T1" fdb replace s1 "$K" peer 10.9.0.2
}

count()
{
	counter "$T1" s1 "$1"
}

# V, or WHO, sends what FRAME says from its own address.
says()
{
	inject "${WHO:-$V}" <<<"enc=frame via=${VIA:-eth0} smac=$(tenant_mac 3) $*"
}

# answered|flooded|neither TEXT FRAME...: what became of it, and nothing else did. A frame for a group
# goes after it, by the same way: when that has been counted, so has the other. A station reports its
# groups when it likes: when one of those came between, it is asked again.
answered()
{
	became 1 0 "$@"
}

flooded()
{
	became 0 1 "$@"
}

neither()
{
	became 0 0 "$@"
}

became()
{
	local wanted="$1 $2" text=$3 became i

	for ((i = 0; i < 5; i++)); do
		becomes "$2" "${@:4}"
		[[ $became != "$wanted" ]] || return 0
	done
	same "$wanted" "$became" "answers and floods: $text"
}

# becomes FLOODS FRAME...: sets $became to the answers and floods.
becomes()
{
	local floods=$1 a f

	shift
	a=$(count tx-neigh-answer) f=$(count tx-flood)
	says "$@"
	says dmac=01:00:00:00:00:05 etype=88b5 body=00
	wait_for "it was seen: $*" eval "((\$(count tx-flood) > f + floods))"
	became="$(($(count tx-neigh-answer) - a)) $(($(count tx-flood) - f - 1))"
}

# arp OP SENDER_MAC SENDER_IP TARGET_IP
arp()
{
	echo "dmac=ff:ff:ff:ff:ff:ff etype=0806 body=000108000604000$1${2//:/}$(hex4 "$3")000000000000$(hex4 "$4")"
}

neigh_of()
{
	ip -n "$1" neigh show "$3" dev "$2" | sed -n 's/.*lladdr \([0-9a-f:]*\).*/\1/p'
}

# V's stack finds the station.
finds()
{
	ns "$V" ping -c 1 -W 1 "$1" >/dev/null 2>&1 || :
	[[ $(neigh_of "$V" eth0 "$1") == "$K" ]]
}

# --- questions for known stations --------------------------------------------------------------

test_known()
{
	local floods i

	lay_neigh
	same true "$(dev_value "$T1" s1 suppress)" "the setting"
	tell
	ping_ok "$V" 10.1.0.1 1
	ping_ok "$V" fd01::1 1
	for ((i = 0; i < 5; i++)); do
		ip -n "$V" neigh flush dev eth0
		floods=$(count tx-flood)
		wait_for "V finds the station" finds 10.1.0.9
		wait_for "V finds the station" finds fd01::9
		floods=$(($(count tx-flood) - floods))
		((floods)) || break
	done
	number "$(count tx-neigh-answer)" -ge 2 "answers"
	same 0 "$floods" "what went to all"
	# What it sends there has gone to the one peer.
	wait_for "it was sent to the peer" eval '(($(counter "$T2" s1 rx-drop-not-here) >= 2))'
	ovctl -n "$T1" dev set s1 suppress off
	same false "$(dev_value "$T1" s1 suppress)" "the setting"
	flooded "suppress is off" "$(arp 1 "$(tenant_mac 3)" 10.1.0.3 10.1.0.9)"
	flooded "suppress is off" "$(solicit "$(hex6 fd01 3)" "$(hex6 fd01 9)" "$(sllao "$(tenant_mac 3)")")"
}

# Neighbour and entry, both: else all are asked, as ever.
test_unknown()
{
	local arp nd

	lay_neigh silent
	arp=$(arp 1 "$(tenant_mac 3)" 10.1.0.3 10.1.0.9)
	nd=$(solicit "$(hex6 fd01 3)" "$(hex6 fd01 9)" "$(sllao "$(tenant_mac 3)")")
	flooded "nothing is known" "$arp"
	flooded "nothing is known" "$nd"
	tell
	answered "told" "$arp"
	answered "told" "$nd"
	flooded "another one" "$(arp 1 "$(tenant_mac 3)" 10.1.0.3 10.1.0.8)"
	ovctl -n "$T1" fdb del s1 "$K"
	flooded "it has no entry" "$arp"
	flooded "it has no entry" "$nd"
	tell
	ip -n "$T1" neigh replace 10.1.0.9 lladdr "$K" nud reachable dev s1
	ip -n "$T1" neigh replace fd01::9 lladdr "$K" nud reachable dev s1
	flooded "what the head found itself is not told by anybody" "$arp"
	flooded "what the head found itself is not told by anybody" "$nd"
	tell
	ns "$T1" sysctl -qw net.ipv6.conf.s1.disable_ipv6=1
	flooded "the head has no IPv6" "$nd"
	answered "and IPv4 still" "$arp"
}

test_own_address()
{
	lay_neigh silent
	neither "an address of the head" "$(arp 1 "$(tenant_mac 3)" 10.1.0.3 10.1.0.1)"
	neither "an address of the head" \
		"$(solicit "$(hex6 fd01 3)" "$(hex6 fd01 1)" "$(sllao "$(tenant_mac 3)")")"
	neither "a probe for it" "$(arp 1 "$(tenant_mac 3)" 0.0.0.0 10.1.0.1)"
	flooded "somebody says that he has it" "$(arp 1 "$(tenant_mac 3)" 10.1.0.1 10.1.0.1)"
	# And the head answers.
	ns "$V" sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.eth0.disable_ipv6=0
	tenant_up "$V" eth0 3
	ping_ok "$V" 10.1.0.1 1
	ping_ok "$V" fd01::1 1
}

# Someone else's probe is answered as the station would.
test_probes()
{
	local none

	lay_neigh silent
	tell
	none=$(printf '%032x' 0)
	capture_start c "$V" eth0 -Q in "ether src $K"
	answered "a probe" "$(arp 1 "$(tenant_mac 3)" 0.0.0.0 10.1.0.9)"
	answered "a probe" "$(solicit "$none" "$(hex6 fd01 9)" '')"
	answered "a question" "$(arp 1 "$(tenant_mac 3)" 10.1.0.3 10.1.0.9)"
	answered "a question" "$(solicit "$(hex6 fd01 3)" "$(hex6 fd01 9)" "$(sllao "$(tenant_mac 3)")")"
	# Who does not say his MAC address has it in the frame's header.
	answered "a question" "$(solicit "$(hex6 fd01 3)" "$(hex6 fd01 9)" '')"
	ip -n "$T1" neigh replace fd01::9 lladdr "$K" nud permanent router dev s1
	answered "a router" "$(solicit "$(hex6 fd01 3)" "$(hex6 fd01 9)" '')"
	capture_wait c 6 "answers"
	same "$(cat <<-END
		2 $K 10.1.0.9 $(tenant_mac 3) 0.0.0.0 $(tenant_mac 3)
		2 $K 10.1.0.9 $(tenant_mac 3) 10.1.0.3 $(tenant_mac 3)
	END
	)" "$(capture_fields c arp arp.opcode arp.src.hw_mac arp.src.proto_ipv4 arp.dst.hw_mac \
		arp.dst.proto_ipv4 eth.dst | tr '\t' ' ')" "ARP replies"
	same "$(cat <<-END
		33:33:00:00:00:01 fd01::9 ff02::1 255 fd01::9 False False True $K Good
		$(tenant_mac 3) fd01::9 fd01::3 255 fd01::9 False True True $K Good
		$(tenant_mac 3) fd01::9 fd01::3 255 fd01::9 False True True $K Good
		$(tenant_mac 3) fd01::9 fd01::3 255 fd01::9 True True True $K Good
	END
	)" "$(capture_fields c icmpv6 eth.dst ipv6.src ipv6.dst ipv6.hlim icmpv6.nd.na.target_address \
		icmpv6.nd.na.flag.r icmpv6.nd.na.flag.s icmpv6.nd.na.flag.o icmpv6.opt.linkaddr \
		icmpv6.checksum.status | tr '\t' ' ' |
		sed 's/ 0 0 1 / False False True /; s/ 0 1 1 / False True True /; s/ 1 1 1 / True True True /; s/ 1$/ Good/')" \
		"advertisements"
}

test_left_alone()
{
	local me nd

	lay_neigh silent
	tell
	me=$(tenant_mac 3)
	nd=$(solicit "$(hex6 fd01 3)" "$(hex6 fd01 9)" "$(sllao "$me")")
	answered "a question" "$nd"
	neither "to the station itself, to see whether it is there" \
		"${nd/dmac=33:33:ff:00:00:09/dmac=$K}"
	neither "and by ARP" "$(arp 1 "$me" 10.1.0.3 10.1.0.9 | sed "s/ff:ff:ff:ff:ff:ff/$K/")"
	flooded "somebody says that he has it" "$(arp 1 "$me" 10.1.0.9 10.1.0.9)"
	flooded "or has it" "$(solicit "$(hex6 fd01 9)" "$(hex6 fd01 9)" "$(sllao "$me")")"
	flooded "a reply" "$(arp 2 "$me" 10.1.0.3 10.1.0.9)"
	flooded "it asks for itself" "$(arp 1 "$K" 10.1.0.3 10.1.0.9)"
	flooded "it looks for a double" "$(arp 1 "$K" 0.0.0.0 10.1.0.9)"
	flooded "it asks for itself" "$(solicit "$(hex6 fd01 3)" "$(hex6 fd01 9)" "$(sllao "$K")")"
	flooded "it looks for a double" \
		"$(solicit "$(printf '%032x' 0)" "$(hex6 fd01 9)" '') smac=$K"
	ovctl -n "$T1" fdb replace s1 "$K" peer 10.9.0.2
	flooded "a VLAN's" "vlan=5 $nd"
	flooded "a VLAN's" "vlan=5 $(arp 1 "$me" 10.1.0.3 10.1.0.9)"
}

# What a station would not answer goes to all, for them to judge. The head says it: access ports
# let nothing like it pass.
test_malformed()
{
	local me nd WHO VIA=s1

	lay_neigh silent
	tell
	WHO=$T1
	me=$(tenant_mac 3)
	nd=$(solicit "$(hex6 fd01 3)" "$(hex6 fd01 9)" "$(sllao "$me")")
	flooded "hop limit" "$(solicit "$(hex6 fd01 3)" "$(hex6 fd01 9)" "$(sllao "$me")" fe)"
	flooded "code" "$(solicit "$(hex6 fd01 3)" "$(hex6 fd01 9)" "$(sllao "$me")" ff 01)"
	flooded "checksum" "${nd%????}ffff"
	flooded "an option of no length" "$(solicit "$(hex6 fd01 3)" "$(hex6 fd01 9)" 0100000000000000)"
	flooded "an option that ends behind the packet" \
		"$(solicit "$(hex6 fd01 3)" "$(hex6 fd01 9)" 0102000000000000)"
	flooded "half an option" "$(solicit "$(hex6 fd01 3)" "$(hex6 fd01 9)" 01010000)"
	flooded "a probe that says who asks" "$(solicit "$(printf '%032x' 0)" "$(hex6 fd01 9)" "$(sllao "$me")")"
	flooded "from a group" "$(solicit "$(hex6 ff02 1)" "$(hex6 fd01 9)" "$(sllao "$me")")"
	flooded "cut short" "${nd:0:$((${#nd} - 20))}"
	flooded "ARP of 5 bytes" "$(arp 1 "$me" 10.1.0.3 10.1.0.9 | sed 's/body=0001080006/body=0001080005/')"
	flooded "ARP of another network" "$(arp 1 "$me" 10.1.0.3 10.1.0.9 | sed 's/body=0001/body=0006/')"
	flooded "ARP cut short" "dmac=ff:ff:ff:ff:ff:ff etype=0806 body=00010800060400010200"
	flooded "another message" "$(TYPE=88 solicit "$(hex6 fd01 3)" "$(hex6 fd01 9)" "$(sllao "$me")")"
	answered "and after all that" "$nd"
}

# A station at the port that it is asked by answers itself; so do those that may not be reached.
test_same_place()
{
	local me arp

	lay_neigh silent
	me=$(tenant_mac 3)
	arp=$(arp 1 "$me" 10.1.0.3 10.1.0.9)
	ip -n "$T1" neigh add 10.1.0.9 lladdr "$K" nud permanent dev s1
	says "$(arp 1 "$K" 10.1.0.9 10.1.0.9)" "smac=$K"
	wait_for "K is behind V's port" eval '[[ $(fdb_value "$T1" s1 "$K" port-name) == tap3 ]]'
	flooded "behind the port" "$arp"
	# At another port of this host: answered, unless the two are isolated from one another.
	ip -n "$T1" -batch - <<-END
		link add tap4 type veth peer name x4
		link set x4 up
		link set tap4 master s1 up
	END
	WHO=$T1 VIA=x4 says "$(arp 1 "$K" 10.1.0.9 10.1.0.9)" "smac=$K"
	wait_for "K is behind another port" eval '[[ $(fdb_value "$T1" s1 "$K" port-name) == tap4 ]]'
	answered "at another port" "$arp"
	ovctl -n "$T1" port set s1 tap3 isolated on
	ovctl -n "$T1" port set s1 tap4 isolated on
	flooded "isolated" "$arp"
}

# A peer answers itself, for what it knows.
test_from_peers()
{
	local answers

	lay_neigh
	ip -n "$T1" neigh add 10.1.0.3 lladdr "$(tenant_mac 3)" nud permanent dev s1
	ping_ok "$V" 10.1.0.2 1
	answers=$(count tx-neigh-answer)
	capture_start c "$V" eth0 -Q in "arp and ether src $(tenant_mac 2)"
	ip -n "$T2" neigh flush dev s1
	ping_ok "$T2" 10.1.0.3 1
	capture_wait c 1 "the question reaches the station"
	same "$answers" "$(count tx-neigh-answer)" "answers in its place"
}

# From a station behind the bridges: by the selected port, and not for one behind the bridges.
test_behind_bridges()
{
	local frame

	lay
	ovctl -n "$T1" dev set s1 suppress on
	tell
	ip -n "$V" neigh flush dev bond0
	frame=$(arp 1 "$(tenant_mac 3)" 10.1.0.3 10.1.0.9)
	VIA=bond0 answered "by the selected port" "$frame"
	wait_for "the bridge has learned where K is" bridge_has br1 s1a "$K"
	says_k
	wait_for "K is behind the bridges" eval '[[ $(fdb_value "$T1" s1 "$K" port-name) == s1a ]]'
	VIA=bond0 flooded "behind the bridges" "$frame"
}

says_k()
{
	ovctl -n "$T1" fdb del s1 "$K"
	VIA=bond0 says "$(arp 1 "$K" 10.1.0.9 10.1.0.9)" "smac=$K"
}

bridge_has()
{
	bridge -n "$T1" fdb show br "$1" brport "$2" | grep -q "^$3"
}

# The head is a port of a bridge, and what is behind that asks.
test_bridged_head()
{
	lay_neigh silent
	tell
	ip -n "$T1" -batch - <<-END
		link set tap3 nomaster
		link add br0 type bridge mcast_snooping 0
		link set br0 arp off up
		link set tap3 master br0
		link set s1 master br0
	END
	wait_for "the bridge forwards" eval \
		'[[ $(cat_in "$T1" /sys/class/net/s1/brport/state /sys/class/net/tap3/brport/state) == "3 3" ]]'
	capture_start c "$V" eth0 -Q in "ether src $K"
	answered "by the head" "$(arp 1 "$(tenant_mac 3)" 10.1.0.3 10.1.0.9)"
	answered "by the head" "$(solicit "$(hex6 fd01 3)" "$(hex6 fd01 9)" "$(sllao "$(tenant_mac 3)")")"
	capture_wait c 2 "the answers"
}

cat_in()
{
	local name=$1

	shift
	ns "$name" cat "$@" | paste -sd ' '
}

# What answers a container's port passes by its hook.
test_hooked()
{
	hv_lay 2
	overlay vxlan 4 2 suppress on
	ns_new V
	ovctl -n "$T1" port add s1 p7 access hook p7h
	ip -n "$T1" link set p7 address "$(tenant_mac 3)" netns "$V" name eth0
	ip -n "$T1" link set p7h up
	tenant_up "$V" eth0 3
	tell
	capture_start c "$T1" p7h -Q out "ether src $K"
	wait_for "V finds the station" finds 10.1.0.9
	wait_for "V finds the station" finds fd01::9
	capture_wait c 2 "the answers"
}

# --- heads that share their address --------------------------------------------------------------

# The gateway's address, the same on every host.
G=02:00:00:00:00:fe

# What the head of hypervisor I is to its peers.
head_mac()
{
	echo "02:00:00:00:0a:0$1"
}

# A stretched subnet with a gateway on either host, and a way between the two in place of a transit.
#
#	V (10.1.0.3) ── tap0 ─ s1 (T1, 10.1.0.254) ── underlay ── s1 (T2, 10.1.0.254) ─ tap0 ── W (10.1.0.4)
#	                       x (32.0.0.1) ═════════════════ x (32.0.0.2)
lay_heads()
{
	local i h t v

	hv_lay 2
	ns_new T1 T2 V W
	for i in 1 2; do
		h=H$i t=T$i v=$V
		((i == 1)) || v=$W
		ovctl -n "${!h}" batch - <<-END
			dev add s1 netns ${!t} vni 100 local 10.9.0.$i head-mac $(head_mac "$i")
			peer add s1 10.9.0.$((3 - i))
		END
		ip -n "${!t}" -batch - <<-END
			link set s1 address $G addrgenmode none
			addr add 10.1.0.254/24 dev s1
			addr add fd01::fe/64 dev s1 nodad
			addr add fe80::a$i/64 dev s1 nodad
			link add tap0 type veth peer name eth0 netns $v
			link set s1 up
			link set tap0 master s1 up
		END
		tenant_up "$v" eth0 $((i + 2))
		ip -n "$v" -batch - <<-END
			route add default via 10.1.0.254
			route add default via fd01::fe
		END
		router "${!t}"
	done
	link_pair "$T1" x "$T2" x
	addr "$T1" x 32.0.0.1/24 fd32::1/64
	addr "$T2" x 32.0.0.2/24 fd32::2/64
}

# What has been told of the gateway's addresses is its MAC address: gateway_is NS.
gateway_is()
{
	same "$G $G" "$(neigh_of "$1" eth0 10.1.0.254) $(neigh_of "$1" eth0 fd01::fe)" \
		"what $1 takes for its gateway"
}

# Nothing has named another one in a capture of ARP and neighbour discovery.
gateway_told()
{
	same 0 "$(capture_count "$1" "(arp.src.proto_ipv4 == 10.1.0.254 && arp.src.hw_mac != $G) ||
		(icmpv6.type == 135 && ipv6.src == fd01::fe && icmpv6.opt.linkaddr != $G) ||
		(icmpv6.nd.na.target_address == fd01::fe && icmpv6.opt.linkaddr != $G)")" \
		"what was told of the gateway"
}

# From either host to the far station, with cold caches.
test_heads_find()
{
	local caught

	lay_heads
	capture_start v "$V" eth0 -Q in 'arp or icmp6'
	capture_start w "$W" eth0 -Q in 'arp or icmp6'
	capture_start u "$H1" u0 udp port 4789
	ping_ok "$T1" 10.1.0.4 3 -I 32.0.0.1
	ping_ok "$T1" fd01::4 3 -I fd32::1
	ping_ok "$T2" 10.1.0.3 3 -I 32.0.0.2
	ping_ok "$T2" fd01::3 3 -I fd32::2
	ping_ok "$V" 10.1.0.4 1
	ping_ok "$V" fd01::4 1
	same "$(tenant_mac 4) $(tenant_mac 4)" \
		"$(neigh_of "$T1" s1 10.1.0.4) $(neigh_of "$T1" s1 fd01::4)" "what T1 found"
	gateway_is "$V"
	gateway_is "$W"
	gateway_told v
	gateway_told w
	TSHARK_OPTS=(-d "udp.port==4789,vxlan")
	caught=$(capture_count u "vxlan && eth.src == $(head_mac 1)")
	number "$caught" -ge 6 "frames of the head between the hosts"
	same 0 "$(capture_count u "vxlan && (eth.src == $G || eth.dst == $G)")" "frames from or to the shared address"
}

# Whatever address it asks from, and whether it asks all or one.
test_head_asks()
{
	local n

	lay_heads
	ping_ok "$W" 10.1.0.254 1
	ping_ok "$W" fd01::fe 1
	capture_start w "$W" eth0 -Q in 'arp or icmp6'
	# The answers to these go to the head beside the station; what is to be seen is who is found.
	ns "$T1" ping -c 1 -W 1 -I 10.1.0.254 10.1.0.4 >/dev/null || :
	ns "$T1" ping -c 1 -W 1 -I fd01::fe fd01::4 >/dev/null || :
	for n in 10.1.0.4 fd01::4; do
		wait_for "T1 found $n" eval "[[ \$(neigh_of $T1 s1 $n) == $(tenant_mac 4) ]]"
		ip -n "$T1" neigh change "$n" lladdr "$(tenant_mac 4)" nud probe dev s1
		wait_for "it answers T1, asked itself: $n" reachable "$T1" "$n"
	done
	# The other way round: the head's own link-local address is found at its head-mac.
	ping_ok "$W" fe80::a1%eth0 1
	same "$(head_mac 1)" "$(neigh_of "$W" eth0 fe80::a1)" "where T1's link-local address is"
	ping_ok "$W" fe80::a2%eth0 1
	same "$G" "$(neigh_of "$W" eth0 fe80::a2)" "where that of the head beside it is"
	ping_ok "$T1" fe80::a2%s1 1
	gateway_is "$W"
	gateway_told w
	ip -n "$T1" addr del fe80::a1/64 dev s1
	ip -n "$T1" neigh flush dev s1
	ns "$T1" ping -c 1 -W 1 -I fd01::fe fd01::4 >/dev/null || :
	number "$(count tx-drop-no-link-local)" -ge 1 "solicitations from no address"
	# What is too big for the way to a peer is told to the head.
	ip -n "$T1" link set s1 mtu 1500
	ns "$T1" ping -c 1 -W 1 -M "do" -s 1460 -I 32.0.0.1 10.1.0.4 >/dev/null || :
	wait_for "the head learns what fits" eval \
		'ip -n "$T1" route get 10.1.0.4 from 32.0.0.1 | grep -q "mtu 1450"'
}

reachable()
{
	ip -n "$1" neigh show "$2" dev s1 | grep -q REACHABLE
}

# from_peer COUNTER FRAME...: what H2 sends in its own name is dropped, and counted there.
from_peer()
{
	counted "$1" "$H2" "src=10.9.0.2 dst=10.9.0.1 enc=vxlan vni=100 ${*:2}"
}

# from_port COUNTER FRAME...: the same for what the station sends.
from_port()
{
	counted "$1" "$V" "enc=frame via=eth0 ip4=10.1.0.3,10.1.0.9 ${*:2}"
}

# counted COUNTER NAMESPACE FRAME: once, and again where something else was counted with it.
counted()
{
	local why=$1 before i

	for ((i = 0; i < 5; i++)); do
		before=$(count "$why")
		inject "$2" <<<"$3"
		wait_for "counted ($why): $3" eval "((\$(count $why) > before))"
		(($(count "$why") > before + 1)) || return 0
	done
	fail "counted more than once ($why): $3"
}

# The shared address is nobody's: not learned, not moved, not taken from a peer.
test_shared_address()
{
	local me

	lay_heads
	me=$(tenant_mac 3)
	ping_ok "$V" 10.1.0.254 1
	ping_ok "$V" fd01::4 1
	from_peer rx-drop-own-mac "smac=$G dmac=$me ip4=10.1.0.9,10.1.0.3"
	from_peer rx-drop-own-mac "smac=$(head_mac 1) dmac=$me ip4=10.1.0.9,10.1.0.3"
	from_peer rx-drop-anycast "smac=$K dmac=$G ip4=10.1.0.9,10.1.0.3"
	from_port port-drop-smac "smac=$G dmac=ff:ff:ff:ff:ff:ff"
	from_port port-drop-smac "smac=$(head_mac 1) dmac=ff:ff:ff:ff:ff:ff"
	from_port port-head-packets "smac=$me dmac=$G"
	from_port port-head-packets "smac=$me dmac=$(head_mac 1)"
	same "" "$(ovctl -n "$T1" -j fdb show s1 | json_having "$G")" "entries of the shared address"
	same 0 "$(count fdb-moved)" "moves"
	same "$(head_mac 2)" "$(json_get "$(ovctl -n "$T1" -j fdb show s1 | json_having "$(head_mac 2)")" mac none)" \
		"the other head is known by its head-mac"
}

# It is changed and taken away while the device runs.
test_head_mac_moves()
{
	local me

	lay_heads
	me=$(tenant_mac 3)
	same "$(head_mac 1)" "$(dev_value "$T1" s1 head-mac)" "the setting"
	ovctl -n "$T1" dev set s1 head-mac "$(head_mac 3)"
	same "$(head_mac 3)" "$(dev_value "$T1" s1 head-mac)" "the setting"
	from_port port-head-packets "smac=$me dmac=$(head_mac 3)"
	from_port tx-flood "smac=$me dmac=$(head_mac 1)"
	ping_ok "$T1" 10.1.0.4 1 -I 32.0.0.1
	ping_ok "$T1" fd01::4 1 -I fd32::1
	# A request that is refused leaves it as it was.
	refuse "a link that is not there" ovctl -n "$H1" dev set s1 head-mac "$(head_mac 4)" local fd09::1
	same "$(head_mac 3)" "$(dev_value "$T1" s1 head-mac)" "the setting"
	from_port tx-flood "smac=$me dmac=$(head_mac 4)"
	ovctl -n "$T1" dev set s1 head-mac none
	same null "$(dev_value "$T1" s1 head-mac)" "the setting"
	from_port tx-flood "smac=$me dmac=$(head_mac 3)"
}

test_head_mac_refused()
{
	ns_new H1 T1
	ovctl -n "$H1" dev add s1 netns "$T1" vni 7 local 10.9.0.1
	ip -n "$T1" link set s1 address "$G"
	must_fail_with "The head-mac must be a unicast address" \
		ovctl -n "$H1" dev set s1 head-mac 03:00:00:00:00:01
	must_fail_with "The head-mac is the address that the device has already" \
		ovctl -n "$H1" dev set s1 head-mac "$G"
	same null "$(dev_value "$T1" s1 head-mac)" "the setting"
	ovctl -n "$H1" dev set s1 head-mac "$(head_mac 1)"
	refuse "the head-mac as the device's address" ip -n "$T1" link set s1 address "$(head_mac 1)"
	ovctl -n "$H1" dev add tr0 mode l3 netns "$T1" vni 8 local 10.9.0.1
	must_fail_with "A device of mode l3 knows no MAC addresses" \
		ovctl -n "$H1" dev set tr0 head-mac "$(head_mac 1)"
}

test_suppress_refused()
{
	ns_new H1 T1
	ovctl -n "$H1" dev add tr0 mode l3 netns "$T1" vni 7 local 10.9.0.1
	must_fail_with "A device of mode l3 knows no MAC addresses" ovctl -n "$H1" dev set tr0 suppress on
	same null "$(dev_value "$H1" tr0 suppress)" "no such setting"
}

run_tests "$@"
