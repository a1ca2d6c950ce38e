#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A hypervisor whose kernel is told to do without IPv6: what needs it is refused with a sentence, IPv4
# and the tenants' own IPv6 go on.
# append: ipv6.disable=1
# seconds: 20
# shellcheck disable=SC2153,SC2154 # variables set by name
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"

TESTS="
	refused tenants transit
"

setup_suite()
{
	[[ ! -e /proc/net/if_inet6 ]] || fail "this needs a kernel that was booted with ipv6.disable=1"
	load_module
}

lay4()
{
	ns_new H1 H2
	link_pair "$H1" u0 "$H2" u0
	addr "$H1" u0 10.9.0.1/24
	addr "$H2" u0 10.9.0.2/24
}

test_refused()
{
	lay4
	must_fail_with "The underlay has no IPv6" \
		ovctl -n "$H1" dev add s1 vni 100 local fd09::1 encap vxlan
	must_fail_with "The underlay has no IPv6" \
		ovctl -n "$H1" dev add s1 vni 100 local fd09::1 encap gre
	must_fail_with "The underlay has no IPv6" \
		ovctl -n "$H1" dev add tr0 mode l3 vni 100 local fd09::1
	ovctl -n "$H1" dev add s1 vni 100 local 10.9.0.1
	must_fail_with "The underlay has no IPv6" ovctl -n "$H1" dev set s1 local fd09::1
	same 10.9.0.1 "$(dev_value "$H1" s1 local)" "what it has instead"
}

# What the tenants send is frames, whatever this kernel speaks, and questions for neighbours are nobody's
# business here.
test_tenants()
{
	tenants vxlan
	ns_del "$T1"
	ns_del "$T2"
	tenants gre-nvgre
}

tenants()
{
	local i h t before

	lay4
	ns_new T1 T2
	for i in 1 2; do
		h=H$i t=T$i
		ovctl -n "${!h}" batch - <<-END
			dev add s1 netns ${!t} vni 100 $(enc_args "$1") local 10.9.0.$i suppress on
			peer add s1 10.9.0.$((3 - i))
		END
		ip -n "${!t}" link set s1 address "$(tenant_mac $i)"
		addr "${!t}" s1 10.1.0.$i/24
	done
	ping_ok "$T1" 10.1.0.2 1
	before=$(counter "$T1" s1 tx-flood)
	capture_start inner "$T2" s1 ip6
	inject "$T1" <<-END
		enc=frame via=s1 smac=$(tenant_mac 1) dmac=$(tenant_mac 2) ip6=fd01::1,fd01::2 pay=8
		enc=frame via=s1 smac=$(tenant_mac 1) $(solicit "$(hex6 fd01 1)" "$(hex6 fd01 2)" \
			"$(sllao "$(tenant_mac 1)")")
		enc=frame via=s1 smac=$(tenant_mac 1) dmac=$(tenant_mac 2) ip6=fd01::1,fd01::2 pay=1380
	END
	capture_wait inner 2 "the tenant's IPv6"
	same "$((before + 1)) 0" "$(counter "$T1" s1 tx-flood) $(counter "$T1" s1 tx-neigh-answer)" \
		"questions that went to all, and that were answered"
}

test_transit()
{
	local i h v before

	lay4
	ns_new V1 V2
	for i in 1 2; do
		h=H$i v=V$i
		ovctl -n "${!h}" batch - <<-END
			dev add tr0 mode l3 netns ${!v} vni 300 local 10.9.0.$i mtu 1472
			peer add tr0 10.9.0.$((3 - i)) inner-source any
			route add tr0 10.31.$((3 - i)).0/24,fd31:$((3 - i))::/32 peer 10.9.0.$((3 - i))
		END
		addr "${!v}" tr0 10.31.$i.1/32
		ip -n "${!v}" route add 10.31.0.0/16 dev tr0 src 10.31.$i.1
	done
	ip -n "$H1" route add 10.9.0.2 dev u0 mtu lock 1300
	ping_ok "$V1" 10.31.2.1 1
	before=$(counter "$V1" tr0 tx-packets)
	inject "$V1" <<-END
		enc=frame via=tr0 bare=1 ip6=fd31:1::1,fd31:9::1
		enc=frame via=tr0 bare=1 ip6=fd31:1::1,fd31:2::1 pay=1400
		enc=frame via=tr0 bare=1 ip6=fd31:1::1,fd31:2::1
	END
	wait_for "one of IPv6 is sent" counted "$V1" tr0 tx-packets $((before + 1))
	same 1 "$(counter "$V1" tr0 tx-drop-inner-route)" "packets that no route is for"
	same 1 "$(counter "$V1" tr0 tx-drop-too-big)" "packets that were too big"
}

counted()
{
	(($(counter "$1" "$2" "$3") >= $4))
}

run_tests "$@"
