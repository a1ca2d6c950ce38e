#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the provider set up in the underlay is obeyed: its packet filter, its
# connection tracking, its IPsec policies, and NICs that offload tunnels.
# seconds: 150
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"

TESTS="
	input_rules_vxlan input_rules_gre_v4 input_rules_gre_v6
	output_rules
	ct_established_in ct_established_out ct_vxlan
	xfrm_vxlan_v4 xfrm_vxlan_v6 xfrm_gre_v4 xfrm_gre_v6
	tunnel_port_announced
	address_removed route_flap
"

setup_suite()
{
	load_module
}

# An INPUT rule on the tunnel's packets drops them, and its removal lets them in.
input_rules()
{
	local enc=$1 fam=$2 match=$3 before

	hv_lay 2
	overlay "$enc" "$fam" 2
	ping_ok "$T1" 10.1.0.2 1
	ns "$H2" nft -f - <<-END
		table inet t {
			chain in {
				type filter hook input priority 0;
				$match counter drop comment "c"
			}
		}
	END
	before=$(counter "$T2" s1 rx-packets)
	ping_no "$T1" 10.1.0.2 2
	same "$before" "$(counter "$T2" s1 rx-packets)" "frames received in spite of the rule"
	number "$(nft_counter "$H2" c)" -ge 2 "packets that the rule dropped"
	ns "$H2" nft delete table inet t
	ping_ok "$T1" 10.1.0.2 2
}

test_input_rules_vxlan()
{
	input_rules vxlan 4 "udp dport 4789"
	ns_del "$H1"
	ns_del "$H2"
	input_rules vxlan 6 "udp dport 4789"
}

test_input_rules_gre_v4() { input_rules gre-nvgre 4 "ip protocol gre"; }
test_input_rules_gre_v6() { input_rules gre-plain 6 "meta l4proto gre"; }

# OUTPUT rules see the tunnel's packets too.
test_output_rules()
{
	local enc

	hv_lay 2
	for enc in vxlan gre-plain; do
		overlay "$enc" 4 2
		ping_ok "$T1" 10.1.0.2 1
		ns "$H1" nft -f - <<-END
			table inet t {
					chain out {
					type filter hook output priority 0;
					ip daddr 10.9.0.2 udp dport 4789 counter drop comment "c"
					ip daddr 10.9.0.2 ip protocol gre counter drop comment "c"
				}
			}
		END
		ping_no "$T1" 10.1.0.2 2
		number "$(nft_counter "$H1" c)" -ge 1 "packets that the rule dropped, $enc"
		number "$(counter "$T1" s1 tx-drop-error)" -ge 1 "counted, $enc"
		ns "$H1" nft delete table inet t
		ping_ok "$T1" 10.1.0.2 1
		ovctl -n "$H1" dev del --all
		ovctl -n "$H2" dev del --all
	done
}

# Only what H2 began may come in: GRE from H1 is dropped until H2 has sent some.
test_ct_established_in()
{
	hv_lay 2
	overlay gre-plain 4 2
	# Without the second chain the head's own chatter could begin the connection.
	ns "$H2" nft -f - <<-END
		table inet t {
			chain in {
				type filter hook input priority 0; policy drop;
				ct state established accept
			}
			chain out {
				type filter hook output priority 0; policy drop;
			}
		}
	END
	ip -n "$T1" neigh replace 10.1.0.2 lladdr "$(tenant_mac 2)" dev s1
	ip -n "$T2" neigh replace 10.1.0.1 lladdr "$(tenant_mac 1)" dev s1
	before=$(counter "$T2" s1 rx-packets)
	ping_no "$T1" 10.1.0.2 1
	same "$before" "$(counter "$T2" s1 rx-packets)" "frames of what H2 did not begin"
	ns "$H2" nft delete chain inet t out
	ping_ok "$T2" 10.1.0.1 2
	number "$(counter "$T2" s1 rx-packets)" -ge $((before + 2)) "answers of what H2 began"
}

# Only answers may go out: what came in is known to connection tracking.
test_ct_established_out()
{
	hv_lay 2
	overlay gre-plain 4 2
	# While the other end is down it cannot begin a connection with chatter of its own.
	ip -n "$T1" link set s1 down
	ip -n "$T2" neigh replace 10.1.0.1 lladdr "$(tenant_mac 1)" dev s1
	ns "$H2" nft -f - <<-END
		table inet t {
			chain in {
				type filter hook input priority 0;
				ct state new,established counter comment "c"
			}
			chain out {
				type filter hook output priority 0; policy drop;
				ct state established accept
			}
		}
	END
	before=$(nft_counter "$H2" c)
	ping_no "$T2" 10.1.0.1 1
	ip -n "$T1" link set s1 up
	ping_ok "$T1" 10.1.0.2 3
	number "$(nft_counter "$H2" c)" -ge $((before + 3)) "tracked packets"
}

test_ct_vxlan()
{
	hv_lay 2
	overlay vxlan 4 2
	ns "$H2" nft -f - <<-END
		table inet t {
			chain in {
				type filter hook input priority 0; policy drop;
				ct state invalid drop
				udp dport 4789 ct state new,established accept
			}
		}
	END
	ping_ok "$T1" 10.1.0.2 3
	ping_ok "$T2" fd01::1 2
}

esp()
{
	local h=$1 src=$2 dst=$3 spi=$4

	ip -n "$h" xfrm state add src "$src" dst "$dst" proto esp spi "$spi" reqid 1 mode transport \
		enc 'cbc(aes)' 0x00112233445566778899aabbccddeeff \
		auth 'hmac(sha256)' 0x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
}

policy()
{
	local h=$1 dir=$2 src=$3 dst=$4

	shift 4
	ip -n "$h" xfrm policy add src "$src" dst "$dst" "$@" dir "$dir" \
		tmpl src "$src" dst "$dst" proto esp reqid 1 mode transport level required
}

# A policy that asks for ESP: without an association nothing leaves H1, and what
# H2 sends in the clear is not let in; with associations all passes, in ESP.
xfrm()
{
	local enc=$1 fam=$2 what=() a b n

	modprobe -q xfrm_user || :
	modprobe -q esp4 || :
	modprobe -q esp6 || :
	hv_lay 2
	overlay "$enc" "$fam" 2
	a=$(uaddr "$fam" 1)
	b=$(uaddr "$fam" 2)
	n=$((fam == 4 ? 32 : 128))
	what=(proto gre)
	[[ $enc != vxlan ]] || what=(proto udp dport 4789)
	ip -n "$T1" neigh replace 10.1.0.2 lladdr "$(tenant_mac 2)" dev s1
	ip -n "$T2" neigh replace 10.1.0.1 lladdr "$(tenant_mac 1)" dev s1
	ping_ok "$T1" 10.1.0.2 2
	policy "$H1" in "$b/$n" "$a/$n" "${what[@]}"
	capture_start in "$T1" s1 -Q in icmp
	refused_before=$(net_counter "$H1" gre-policy)
	ping_no "$T2" 10.1.0.1 2
	same 0 "$(pcap in len | wc -l)" "frames in the clear that were let in"
	if [[ $enc != vxlan ]]; then
		number "$(net_counter "$H1" gre-policy)" -ge $((refused_before + 2)) "refused and counted"
	fi
	policy "$H1" out "$a/$n" "$b/$n" "${what[@]}"
	capture_start out "$H2" u0 udp port 4789 or proto gre
	ping_no "$T1" 10.1.0.2 2
	pcap out src >"$TMP/left"
	same 0 "$(grep -c "^$a\$" "$TMP/left" || :)" "packets in the clear that left"
	policy "$H2" in "$a/$n" "$b/$n" "${what[@]}"
	policy "$H2" out "$b/$n" "$a/$n" "${what[@]}"
	for h in "$H1" "$H2"; do
		ip -n "$h" xfrm state flush
		esp "$h" "$a" "$b" 0x101
		esp "$h" "$b" "$a" 0x102
	done
	capture_start esp "$H2" u0
	ping_ok "$T1" 10.1.0.2 3
	ping_ok "$T2" 10.1.0.1 3
	pcap esp proto >"$TMP/protos"
	number "$(grep -c '^50$' "$TMP/protos" || :)" -ge 12 "ESP packets"
	same 0 "$(grep -Ec '^(17|47)$' "$TMP/protos" || :)" "packets in the clear"
}

test_xfrm_vxlan_v4() { xfrm vxlan 4; }
test_xfrm_vxlan_v6() { xfrm vxlan 6; }
test_xfrm_gre_v4() { xfrm gre-nvgre 4; }
test_xfrm_gre_v6() { xfrm gre-plain 6; }

# A NIC that offloads UDP tunnels is told our ports, also one that comes later,
# and is told when they go.
test_tunnel_port_announced()
{
	local dev

	need_debug "distributions build no netdevsim"
	modprobe netdevsim
	ovctl dev add tunprobe vni 100 local 127.0.0.9
	defer ovctl dev del tunprobe
	echo "77 1" >/sys/bus/netdevsim/new_device
	defer sh -c 'echo 77 >/sys/bus/netdevsim/del_device'
	wait_for "the NIC is there" test -d /sys/bus/netdevsim/devices/netdevsim77/net
	dev=$(ls /sys/bus/netdevsim/devices/netdevsim77/net)
	ip link set "$dev" up
	wait_for "a NIC that comes later is told the port" announced "$dev" 4789
	ovctl dev set tunprobe dstport 4999
	wait_for "it is told the new port" announced "$dev" 4999
	! announced "$dev" 4789 || fail "the old port is still announced"
	ovctl dev add tunprobe2 vni 100 local 127.0.0.10 dstport 4999
	ovctl dev del tunprobe2
	announced "$dev" 4999 || fail "a port in use is withdrawn"
	ovctl dev set tunprobe encap gre
	wait_for "it is told that the port is gone" not_announced "$dev" 4999
}

announced()
{
	ethtool --show-tunnels "$1" | grep -q "port $2, vxlan"
}

not_announced()
{
	! announced "$1" "$2"
}

# The local address goes and comes back: no crash, and traffic goes on.
test_address_removed()
{
	local fam

	for fam in 4 6; do
		hv_lay 2
		overlay vxlan "$fam" 2
		ping_ok "$T1" 10.1.0.2 1
		ip -n "$H1" addr flush dev u0
		ping_no "$T1" 10.1.0.2 1
		addr "$H1" u0 10.9.0.1/24 fd09::1/64
		ping_ok "$T1" 10.1.0.2 2
		ns_del "$H1"
		ns_del "$H2"
	done
}

# The route to the peer changes while a route is cached: the new one is taken.
test_route_flap()
{
	hv_lay 2
	overlay gre-plain 4 2
	link_pair "$H1" u1 "$H2" u1
	addr "$H1" u1 10.99.0.1/24
	addr "$H2" u1 10.99.0.2/24
	ns "$H2" sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.u1.rp_filter=0
	ping_ok "$T1" 10.1.0.2 1
	for _ in 1 2 3; do
		ip -n "$H1" route add 10.9.0.2/32 via 10.99.0.2 dev u1
		capture_start via1 "$H2" u1 proto gre
		ping_ok "$T1" 10.1.0.2 1
		number "$(pcap via1 isrc iproto | grep -c '^10.1.0.1 1$' || :)" -eq 1 "pings by the new route"
		ip -n "$H1" route del 10.9.0.2/32 via 10.99.0.2 dev u1
		ping_ok "$T1" 10.1.0.2 1
		rm -f "$TMP"/via1.*
	done
	ip -n "$H1" route add blackhole 10.9.0.2/32
	before=$(counter "$T1" s1 tx-drop-no-route)
	ping_no "$T1" 10.1.0.2 1
	number "$(counter "$T1" s1 tx-drop-no-route)" -gt "$before" "frames without a route"
	ip -n "$H1" route del blackhole 10.9.0.2/32
	ping_ok "$T1" 10.1.0.2 1
}

run_tests "$@"
