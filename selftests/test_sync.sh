#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the store says becomes devices, addresses and routes, and stays so: ovctl plan, sync, status.
# seconds: 527
# shellcheck disable=SC2034,SC2119 # arrays read by lib.sh; tenovl_load has defaults
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"
# shellcheck source=selftests/tenants.sh
source "$TOP/selftests/tenants.sh"

# Set by bg.
container='' pinging=''

TESTS="
	over_v4 over_v6 known_vms unknown_vms untouched drift killed_anywhere from_nothing goes_away
	fail_over overlay_switch foreign host_of_others in_the_way adopted
	kinds_of_vm uplink applied refusals said_as_json
"

setup_suite()
{
	load_module
}

# Every VM of a tenant reaches every other.
tenant_talks()
{
	local t=$1

	ping_ok "ns1_t$t-s21_vm" 21.0.0.3 1
	ping_ok "ns1_t$t-s21_vm" 31.0.0.2 1
	ping_ok "ns1_t$t-s21_vm" 31.0.0.3 1
	ping_ok "ns1_t$t-s21_vm" 31.0.0.4 1
	ping_ok "ns1_t$t-s21_vm" 41.0.0.2 1
	ping_ok "ns3_t$t-s31_vm" 21.0.0.3 1
	ping_ok "ns3_t$t-s31_vm" fd41::2 1
	ping_ok "ns2_t$t-s41_vm" fd21::2 1
	ping_ok "ns2_t$t-s41_vm" fd31::4 1
}

# Nobody knows another's Ethernet address, but for what the store told.
cold()
{
	local name

	for name in $(ip netns list | awk '/^(ns|mesh|h1|h2|rt)/ { print $1 }'); do
		ip -n "$name" neigh flush all
		ip -n "$name" -6 neigh flush all
	done
}

# What went between the hosts, a line for each two VMs: source, destination, and by what, that is the
# protocols between the outer address and the inner one. (The last address of either family is the
# inner one, where there is an inner one.)
ways()
{
	capture_fields cross 'udp.dstport == 7007' frame.protocols ip.src ip.dst ipv6.src ipv6.dst |
		awk -F '\t' -v outer="$1" '
		{
			way = $1
			if (!sub("^eth:ethertype:" outer ":", "", way))
				way = "not-over-" outer ":" way
			sub(/:data$/, "", way)
			at = way ~ /:ipv6:udp$/ ? 4 : 2
			sub(/:(ethertype:)?(ip|ipv6):udp$/, "", way)
			n = split($at, src, ",")
			split($(at + 1), dst, ",")
			print src[n], dst[n], way
		}' | sort -u
}

# What there should be: where the VMs of VPCs 1 and 3 speak with those of 2, and by what inside one
# subnet: wanted_ways WAY_21 WAY_31.
wanted_ways()
{
	local here there net way

	for net in v4 v6; do
		for here in 21.2 31.2 31.4; do
			for there in 21.3 31.3 41.2; do
				way=gre
				[[ ${here%.*}${there%.*} != 2121 ]] || way=$1
				[[ ${here%.*}${there%.*} != 3131 ]] || way=$2
				if [[ $net == v4 ]]; then
					echo "${here/./.0.0.} ${there/./.0.0.} $way"
					echo "${there/./.0.0.} ${here/./.0.0.} $way"
				else
					echo "fd${here/./::} fd${there/./::} $way"
					echo "fd${there/./::} fd${here/./::} $way"
				fi
			done
		done
	done | sort -u
}

# All ways at once, of both tenants, from cold caches in either direction; then by what they went.
datapaths()
{
	local outer=$1

	capture_start cross rt h1
	cold
	reach up 1 2
	cold
	reach down 1 2
	same "$(wanted_ways "$2" "$3")" "$(ways "$outer")" "the ways between the hosts"
}

# --- tests -------------------------------------------------------------------------------------

# The three datapaths, with either transport, over an underlay of a family: over STORE FAMILY.
over()
{
	local t

	TSHARK_OPTS=(-d "udp.port==4789,vxlan")
	lay "$1"
	sync_once
	datapaths "$2" udp:vxlan:eth gre:eth
	for t in 1 2; do
		# A mesh carries nothing else.
		o subnet set "$t" 31 --encap vxlan >/dev/null
		o tenant set "$t" --transport gre >/dev/null
	done
	sync_once
	datapaths "$2" gre:ip:udp:vxlan:eth gre:ip:udp:vxlan:eth
	# Nobody but segments is in the mesh, and a VM has no way there.
	ping_no ns1_t1-s21_vm 100.64.0.2 1
	same "" "$(ip -n ns1_t1 route show 100.64.0.0/10)" "ways of a VPC to its mesh"
	# To and fro while VMs stay where they are.
	o tenant set 1 --transport direct >/dev/null
	sync_once
	reach all 1 2
	refuse "a mesh that is not needed any more" ip netns exec mesh1_t1 true
}

test_over_v4()
{
	over both ip
}

test_over_v6()
{
	over both6 ipv6
}

# What was seen between the hosts.
crossed()
{
	local want=$1 filter=$2 text=$3

	number "$(capture_count cross "$filter")" "$want" 1 "$text"
}

# Nobody is asked for a VM that the store knows, and nothing for one goes to all.
test_known_vms()
{
	local asked='eth.dst.ig == 1 && (arp || icmpv6.type == 135)'

	TSHARK_OPTS=(-d "udp.port==4789,vxlan")
	lay both
	sync_once
	same true "$(dev_value ns1_t1 s21 suppress)" "the setting"
	capture_start cross rt h1 'ip proto 47 or udp port 4789'
	capture_start other ns3_t1-s31_vm eth0 -Q in \
		"not ether multicast and not ether dst $(mac_of ns3_t1-s31_vm eth0)"
	ping_ok ns1_t1-s21_vm 21.0.0.3 1
	ping_ok ns1_t1-s21_vm fd21::3 1
	ping_ok ns1_t1-s31_vm 31.0.0.3 1
	ping_ok ns1_t1-s31_vm fd31::3 1
	ping_ok ns2_t1-s31_vm 31.0.0.4 1
	ping_ok ns2_t1-s31_vm 21.0.0.2 1
	crossed -ge 'icmp || icmpv6.type == 128' "pings between the hosts"
	same 0 "$(capture_count cross "$asked")" "questions between the hosts"
	same 0 "$(capture_count other)" "what was for one VM and came to another"
	number "$(counter ns1_t1 s21 tx-neigh-answer)" -ge 2 "answers in place of VMs"
	# A subnet may want it otherwise.
	o subnet set 1 21 --suppress off >/dev/null
	sync_once
	same false "$(dev_value ns1_t1 s21 suppress)" "the setting"
	ip -n ns1_t1-s21_vm neigh flush dev eth0
	capture_start cross rt h1 'ip proto 47 or udp port 4789'
	ping_ok ns1_t1-s21_vm 21.0.0.3 1
	crossed -ge "$asked" "a question between the hosts"
}

# A station of which the store knows nothing, in VPC 2, is found by the head in VPC 1, and has its
# own head for a gateway.
test_unknown_vms()
{
	local unknown gateway

	lay both
	sync_once
	gateway=$(mac_of ns1_t1 s21)
	same "$gateway" "$(mac_of ns2_t1 s21)" "the address of the gateway, on either host"
	refuse "one address by which peers know two heads" same \
		"$(dev_value ns1_t1 s21 head-mac)" "$(dev_value ns2_t1 s21 head-mac)" "head-mac"
	ns_new unknown
	ip -n ns2_t1 link add u77 type veth peer name eth0 netns "$unknown"
	addr "$unknown" eth0 21.0.0.77/24 fd21::77/64
	ip -n "$unknown" route add default via 21.0.0.1
	ip -n "$unknown" route add default via fd21::1
	ip -n ns2_t1 link set u77 master s21 up
	capture_start told "$unknown" eth0 -Q in 'arp or icmp6'
	ping_ok ns1_t1-s31_vm 21.0.0.77 2
	ping_ok ns1_t1-s31_vm fd21::77 2
	ping_ok ns1_t1-s21_vm 21.0.0.77 1
	ping_ok ns1_t1-s21_vm 31.0.0.2 1
	must_say "lladdr $gateway" ip -n "$unknown" neigh show 21.0.0.1
	must_say "lladdr $gateway" ip -n "$unknown" neigh show fd21::1
	must_say "lladdr $gateway" ip -n ns1_t1-s21_vm neigh show 21.0.0.1
	same 0 "$(capture_count told "(arp.src.proto_ipv4 == 21.0.0.1 && arp.src.hw_mac != $gateway) ||
		(ipv6.src == fd21::1 && icmpv6.opt.linkaddr != $gateway)")" "another address of the gateway"
	same "" "$(ovctl -n ns2_t1 -j fdb show s21 | json_having "$gateway")" "entries of the gateway's address"
}

# All that could have been replaced, by its index and its counters.
identities()
{
	local name

	for name in $(ip netns list | awk '{ print $1 }' | sort); do
		ip -n "$name" -o link show | awk -v n="$name" '{ print n, $1, $2 }'
	done
}

test_untouched()
{
	local before lost

	lay both
	sync_once
	before=$(identities)
	# A third tenant comes, and a VM of the first; nothing of the others is touched.
	bg pinging ip netns exec ns1_t1-s21_vm ping -n -i 0.1 41.0.0.2
	tenant 3 >/dev/null
	o vm add 1 a9 --subnet 21 --vpc 1 >/dev/null
	sync_once
	tenant_talks 3
	same "" "$(comm -23 <(sort <<<"$before") <(identities | sort))" "what is not there any more"
	o tenant del 3 --yes >/dev/null
	o vm del 1 a9 >/dev/null
	sync_once
	same "$before" "$(identities)" "what was there before"
	kill -INT "$pinging"
	wait_for "ping sums up" grep -q 'packet loss' "$TMP/pinging.out"
	lost=$(sed -n 's/.* \([0-9]*\)% packet loss.*/\1/p' "$TMP/pinging.out")
	same 0 "$lost" "lost of the other tenant's packets, in percent"
}

syncs()
{
	o sync >"$TMP/steps"
}

# healed STEPS COMMAND...: by hand; then the state is not right, and sync makes it so with so few steps.
# (With the last address of a device the kernel takes its neighbours, and with its Ethernet address.)
healed()
{
	local most=$1 steps

	shift
	check "by hand: $*" "$@"
	refuse "a state that is not as the store says ($*)" o status
	# A namespace dies in the background, and its devices hold their network ids until then.
	wait_for "what was done by hand is undone: $*" syncs
	steps=$(tr -cd '0-9 \n' <"$TMP/steps" | awk '{ for (i = 1; i <= NF; i++) n += $i } END { print n }')
	number "$steps" -le "$most" "steps after: $*"
	must_say "nothing to do" o sync
}

test_drift()
{
	local v=ns1_t1 peer

	lay small
	sync_once
	peer=$(fdb_peer $v s21 02:00:15:00:00:03)
	healed 3 ip -n $v addr del 21.0.0.1/24 dev s21
	healed 20 ip -n $v link set s21 down
	healed 6 ip -n $v link set s21 address 02:00:00:00:00:99
	healed 1 ip -n $v neigh del 21.0.0.3 dev s21
	healed 1 ip -n $v neigh replace 21.0.0.3 lladdr 02:00:00:00:00:98 dev s21
	healed 1 ip -n $v route del 21.0.0.3
	healed 1 ip -n $v route replace 21.0.0.3 dev s21
	healed 1 ip -n $v route add 99.0.0.0/24 dev s21 proto 116
	healed 2 ovctl -n $v peer del s21 "$peer"
	healed 1 ovctl -n $v peer set s21 "$peer" admin down
	healed 1 ovctl -n $v peer add s21 10.99.99.99
	healed 1 ovctl -n $v fdb del s21 02:00:15:00:00:03
	healed 1 ovctl -n $v fdb add s21 02:00:15:00:00:99 peer "$peer"
	healed 1 ovctl -n $v dev set s21 encap gre
	healed 1 ovctl -n $v dev set s21 mtu 1400
	healed 1 ovctl -n $v route del tr0 21.0.0.3/32
	healed 1 ovctl -n $v peer set tr0 "$peer" inner-source none
	healed 30 ip -n $v link del s21
	healed 12 ip -n $v link del tr0
	healed 6 ip -n ns1_t1-s21_vm link set eth0 down
	healed 2 ip -n ns1_t1-s21_vm addr del 21.0.0.2/24 dev eth0
	healed 1 ip -n ns1_t1-s21_vm route del default
	healed 8 ip -n ns1_t1-s21_vm link del eth0
	healed 1 ip netns exec $v sysctl -qw net.ipv4.ip_forward=0
	healed 12 ip -n h1 link del eth0
	healed 1 ip -n h1 addr flush dev lo scope global
	healed 12 ip netns del ns1_t1-s21_vm
	healed 60 ip netns del $v
	healed 40 ip netns del rt
	ping_ok ns1_t1-s21_vm 21.0.0.3 1
	ping_ok ns1_t1-s21_vm fd21::3 1
}

# Syncs that end behind 1, 2, ... 5, 1, 2, ... changes, until one is not killed: so that each step that
# takes several changes is left in each of its states. (Always behind the first would not do: what
# a step undid the next one would begin with.) Sets runs.
die()
{
	local rc=0 after=1

	runs=0
	while ((runs < 500)); do
		rc=0
		# A shell of its own, that tells nobody who was killed.
		(OVCTL_DIE_AFTER=$after ovctl --store "$TMP/store" sync; exit $?) >"$TMP/die" 2>&1 || rc=$?
		((rc == 137)) || break
		runs=$((runs + 1)) after=$((after % 5 + 1))
	done
	[[ $rc == 0 ]] || diag "$(<"$TMP/die")"
	same 0 "$rc" "the last sync, behind $runs that were killed"
	diag "$runs syncs were killed on the way"
}

# Killed by SIGKILL anywhere, there and back, a sync goes on where it was.
test_killed_anywhere()
{
	local runs

	lay small
	die
	number "$runs" -ge 20 "killed syncs"
	settled
	ping_ok ns1_t1-s21_vm 21.0.0.3 1
	o subnet set 1 21 --ha >/dev/null
	die
	settled
	o tenant set 1 --transport gre >/dev/null
	die
	settled
	ping_ok ns1_t1-s21_vm 21.0.0.3 1
	o tenant del 1 --yes >/dev/null
	die
	number "$runs" -ge 2 "killed syncs"
	settled
	same "" "$(ip netns list | grep t1 || :)" "what is left of the tenant"
}

# As after a reboot.
test_from_nothing()
{
	lay both
	sync_once
	sweep
	refuse "an empty kernel" o status
	sync_once
	tenant_talks 1
	tenant_talks 2
}

test_goes_away()
{
	lay both
	sync_once
	o tenant del 1 --yes >/dev/null
	sync_once
	tenant_talks 2
	o tenant del 2 --yes >/dev/null
	o host del h1 >/dev/null
	o host del h2 >/dev/null
	sync_once
	same "" "$(ip netns list | grep -E '^(ns|mesh|h[12]|rt)' || :)" "what is left"
	wait_for "no device is left" module_idle
}

bond_uses()
{
	[[ $(ns "$1" cat /sys/class/net/eth0/bonding/active_slave) == "$2" ]]
}

test_fail_over()
{
	lay small
	o subnet set 1 21 --ha >/dev/null
	sync_once
	ping_ok ns1_t1-s21_vm 21.0.0.3 2
	wait_for "the leg of the first bridge is in use" bond_uses ns1_t1-s21_vm eth0a
	ip -n ns1_t1 link set br21 down
	wait_for "the leg of the other bridge is in use" bond_uses ns1_t1-s21_vm eth0b
	ping_ok ns1_t1-s21_vm 21.0.0.3 3
	ping_ok ns1_t1-s21_vm 21.0.0.1 1
	refuse "a bridge that is down" o status
	sync_once
	ping_ok ns1_t1-s21_vm 21.0.0.3 1
	# A leg that is in no bridge yet answers for nobody.
	must_say NOARP ip -n ns1_t1 -o link show v1a
	must_say "lladdr $(mac_of ns1_t1 s21)" ip -n ns1_t1-s21_vm neigh show 21.0.0.1
	# Of groups the bridges tell the segment all, in whatever bridge its port is put.
	healed 1 ip -n ns1_t1 link set s21a type bridge_slave mcast_router 1
	healed 2 ip -n ns1_t1 link set s21a master br21b
	bridge -n ns1_t1 -d link show dev s21a | grep -q "mcast_router 2" || fail "s21a is any port of br21"
	# To one bridge, and to none.
	o subnet set 1 21 --ha=0 >/dev/null
	sync_once
	ping_ok ns1_t1-s21_vm 21.0.0.3 1
	o subnet set 1 21 --attach direct >/dev/null
	sync_once
	ping_ok ns1_t1-s21_vm 21.0.0.3 1
	refuse "a bridge that is not wanted" ip -n ns1_t1 link show br21
}

test_overlay_switch()
{
	lay both
	sync_once
	o tenant set 1 --overlay off >/dev/null
	sync_once
	ping_no ns1_t1-s21_vm 21.0.0.3 1
	ping_no ns1_t1-s21_vm 41.0.0.2 1
	ping_ok ns1_t1-s21_vm 31.0.0.2 1
	ping_ok ns1_t1-s21_vm 21.0.0.1 1
	tenant_talks 2
	o tenant set 1 --overlay on >/dev/null
	sync_once
	tenant_talks 1
}

# What others made is left alone, also in namespaces of ours.
test_foreign()
{
	lay small
	sync_once
	ns_new X
	ip -n ns1_t1 link add mine type dummy
	ip -n ns1_t1 link set mine up
	ip -n ns1_t1 addr add 198.51.100.1/24 dev mine
	ip -n ns1_t1 addr add 21.0.0.77/24 dev s21
	ip -n ns1_t1 route add 203.0.113.0/24 via 198.51.100.2
	ip -n ns1_t1 neigh add 21.0.0.88 lladdr 02:00:00:00:00:88 dev s21 nud permanent
	settled
	o tenant set 1 --transport gre >/dev/null
	o vm del 1 a2 >/dev/null
	sync_once
	must_say "198.51.100.1/24" ip -n ns1_t1 addr show mine
	must_say "203.0.113.0/24" ip -n ns1_t1 route show
	check "a namespace of others" ip netns exec "$X" true
}

# In a namespace of others the VTEPs are ours, also when no host of the model is there any more.
test_host_of_others()
{
	lay hosts
	ns_new X
	o host add h3 --netns "$X" >/dev/null
	o tenant add 1 --vpcs 1 --host h3 --new-password-file "$TMP/password" >/dev/null
	sync_once
	must_say "inet 172." ip -n "$X" -o addr show dev lo scope global
	o tenant del 1 --yes >/dev/null
	o host del h3 >/dev/null
	sync_once
	same "" "$(ip -n "$X" -o addr show dev lo scope global)" "addresses that are left"
}

test_in_the_way()
{

	lay small
	ip netns add ns1_t1
	must_fail_with "netns ns1_t1: there is one of that name already that is not of ovctl's making" o sync
	refuse "anything made" ip netns exec h1 true
	ip netns del ns1_t1
	sync_once
	o subnet add 1 51.0.0.0/24 --vpc 1 >/dev/null
	ip -n ns1_t1 link add s51 type dummy
	must_fail_with "link ns1_t1 s51: there is one of that name already" o sync
	ip -n ns1_t1 link del s51
	sync_once
}

# Who moved a VM with a higher sequence knows better than the store.
test_adopted()
{
	local mac=02:00:1f:00:00:03 to

	lay both
	sync_once
	to=$(fdb_peer ns1_t1 s31 02:00:1f:00:00:04)
	ovctl -n ns1_t1 fdb replace s31 $mac peer "$to" seq 9
	must_say "adopt fdb ns1_t1 s31 $mac" o plan
	refuse "a state that differs" o status
	must_say "1 moved on and is adopted" o sync
	settled
	same "$to" "$(fdb_peer ns1_t1 s31 $mac)" "where the VM stays"
	same 9 "$(fdb_value ns1_t1 s31 $mac seq)" "its sequence"
	must_say '"vpc":3' o -j vm show 1 b2
	# The other VPCs follow, and its namespace is behind the third one.
	same "$to" "$(fdb_peer ns2_t1 s31 $mac)" "where the second VPC looks for it"
	must_say "link-netns ns3_t1" ip -n ns2_t1-s31_vm -o link show eth0
	ping_ok ns1_t1-s21_vm 31.0.0.3 1
}

is_elsewhere()
{
	[[ $(readlink "/proc/$1/ns/net") != "$(readlink /proc/self/ns/net)" ]]
}

test_kinds_of_vm()
{
	local link

	lay small
	ns_new X
	bg container unshare -n sleep 600
	wait_for "a container" is_elsewhere "$container"
	ns_new GUEST
	o vm add 1 there --subnet 21 --vpc 1 --netns "$X" >/dev/null
	o vm add 1 boxed --subnet 21 --vpc 2 --pid "$container" >/dev/null
	o vm add 1 guest --subnet 21 --vpc 1 --tap tap7 >/dev/null
	must_say "1 waited for" o sync
	must_say "wait access h1 tap7" o plan
	ping_ok "$X" 21.0.0.3 1
	ip -n h1 link add tap7 type veth peer name eth0 netns "$GUEST"
	ip -n "$GUEST" link set eth0 address 02:00:15:00:00:06 up
	ip -n "$GUEST" addr add 21.0.0.6/24 dev eth0
	sync_once
	ping_ok "$X" 21.0.0.3 1
	ping_ok ns1_t1-s21_vm 21.0.0.4 1
	ping_ok ns1_t1-s21_vm 21.0.0.5 1
	ping_ok "$GUEST" 21.0.0.5 1
	# They go, and what was there before stays.
	o vm del 1 there >/dev/null
	o vm del 1 boxed >/dev/null
	o vm del 1 guest >/dev/null
	sync_once
	link=$(ip -n "$X" -o link show)
	same "" "$(grep s21 <<<"$link" || :)" "the NIC of a VM that is gone"
	must_say tap7 ip -n h1 link show tap7
	ping_no "$GUEST" 21.0.0.3 1
}

# A way out is a device that others put there.
test_uplink()
{
	lay small
	o vpc set 1 1 --uplink up0 >/dev/null
	must_say 'device up0 of namespace "ns1_t1" is not there' o sync
	must_say "wait state ns1_t1 up0" o plan
	ping_ok ns1_t1-s21_vm 21.0.0.3 1
	ns_new OUT
	ip -n ns1_t1 link add up0 type veth peer name in0 netns "$OUT"
	addr "$OUT" in0 198.51.100.1/24 203.0.113.1/32 2001:db8::1/64 2001:db8:1::1/128
	addr ns1_t1 up0 198.51.100.2/24 2001:db8::2/64
	ip -n "$OUT" route add 21.0.0.0/24 via 198.51.100.2
	ip -n "$OUT" route add fd21::/64 via 2001:db8::2
	sync_once
	ping_ok ns1_t1-s21_vm 203.0.113.1 1
	ping_ok ns1_t1-s21_vm 2001:db8:1::1 1
	ping_no ns2_t1-s21_vm 203.0.113.1 1
	healed 1 ip -n ns1_t1 route del default
	healed 3 ip -n ns1_t1 link set up0 down
	ping_ok ns1_t1-s21_vm 203.0.113.1 1
	o vpc set 1 1 --uplink none >/dev/null
	sync_once
	same "" "$(ip -n ns1_t1 route show default)$(ip -n ns1_t1 -6 route show default)" "ways out"
	must_say 198.51.100.2/24 ip -n ns1_t1 addr show up0
}

# fates OBJECT NAME: what apply said of it.
fates()
{
	jq -r --arg object "$1" --arg name "$2" \
		'.[] | select(.object == $object and (.name | tostring) == $name) | .state' "$TMP/said"
}

# A file becomes the model, and the model the kernel.
test_applied()
{
	local before

	lay small
	o export 1 >"$TMP/is.json"
	# What is in the store already is carried out all the same.
	o -j apply "$TMP/is.json" >"$TMP/said" 2>"$TMP/synced"
	same unchanged "$(jq -r '.[].state' "$TMP/said" | sort -u)" "what apply says"
	settled
	before=$(identities)
	jq '.subnets += [{id: 31, cidr: "31.0.0.0/24", vpcs: [2]}] |
	    .vms += [{name: "b2", subnet: 31, vpc: 2}] |
	    .subnets[0].suppress = false' "$TMP/is.json" >"$TMP/more.json"
	check "a look at what would be" o apply "$TMP/more.json" --dry-run
	settled
	jq '.subnets[1].cidr = "31.0.0.0/33"' "$TMP/more.json" >"$TMP/bad.json"
	must_fail_with "subnets[1].cidr: 31.0.0.0/33" o apply "$TMP/bad.json"
	settled
	same "$before" "$(identities)" "what is there, with nothing applied"
	o -j apply - <"$TMP/more.json" >"$TMP/said" 2>"$TMP/synced"
	same "added added changed unchanged" \
		"$(fates subnet 31) $(fates vm b2) $(fates subnet 21) $(fates vm a1)" "what apply says"
	settled
	reach all 1
	ping_ok ns1_t1-s21_vm 31.0.0.2 1
	same "" "$(comm -23 <(sort <<<"$before") <(identities | sort))" "what is not there any more"
	o -j apply "$TMP/is.json" >"$TMP/said" 2>"$TMP/synced"
	same "removed removed" "$(fates subnet 31) $(fates vm b2)" "what apply says"
	settled
	same "$before" "$(identities)" "what was there before"
}

test_refusals()
{
	must_fail_with "there is no store" ovctl --store "$TMP/none" plan
	must_fail_with "\"now\" is more than sync takes" ovctl sync now
	must_fail_with "this needs root" setpriv --reuid 65534 ovctl --store "$TMP/none" sync
	lay small
	tenovl_unload
	must_fail_with "the tenovl module is not loaded: modprobe tenovl" o sync
	tenovl_load
	sync_once
	must_say "nothing to do" env OVCTL_STORE="$TMP/store" ovctl sync
	# A device that has become too small for IPv6 has lost it.
	ovctl -n ns1_t1 dev set s21 mtu 1200
	must_fail_with "there is no IPv6 on the device: its MTU is below 1280, or IPv6 is off there" o sync
	ovctl -n ns1_t1 dev set s21 mtu auto
	wait_for "its MTU is as before" syncs
	sync_once
}

test_said_as_json()
{
	lay small
	check "steps are objects" jq -e 'length > 50 and all(.op and .kind)' <<<"$(o -j plan)"
	check "sync says what it did" jq -e 'length > 50 and any(.op == "add" and .kind == "netns" and .netns == "ns1_t1")' <<<"$(o -j sync)"
	same "[]" "$(o -j sync)" "the second sync"
	same "[]" "$(o -j plan)" "the plan behind it"
	check "a line for each namespace" jq -e 'any(.netns == "ns1_t1" and .wanted > 10 and .missing == 0)' <<<"$(o -j status)"
}

run_tests "$@"
