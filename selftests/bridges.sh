# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2153,SC2154 # variables are set by name, in lib.sh and topology.sh
#
# A segment with two bridges and a VM that has a leg in either, on top of topology.sh.
#
#	lay [ENC FAM]		makes all of it
#	leg a|b			the leg that the VM uses
#	port_value PORT NAME	what is told of a port; port_is PORT STATE
#	selected PORT|none [CAUSE]	true when that is the selected port, and why
#	changes			how often it changed
#	talks			the VM, the head and the peer talk, and nobody is answered twice

# The bridges answer no ARP: by themselves they would, for the head's address and with their own.
# Two hypervisors with a segment each; behind the first one's two bridges, and the VM V with a leg
# in either. Which leg it uses is ours to say, as the operator of a VM would.
#
#	V (bond0, 10.1.0.3)
#	│va       │vb
#	br1 ─ s1a ┐
#	          ├─ s1 (T1, 10.1.0.1) ──── underlay ──── s1 (T2, 10.1.0.2)
#	br2 ─ s1b ┘
lay()
{
	hv_lay 2
	overlay "${1:-vxlan}" "${2:-4}" 2
	ns_new V
	ip -n "$T1" -batch - <<-END
		link add br1 type bridge mcast_snooping 0
		link add br2 type bridge mcast_snooping 0
		link set br1 arp off up
		link set br2 arp off up
		link add pa type veth peer name va netns $V
		link add pb type veth peer name vb netns $V
		link set pa master br1 up
		link set pb master br2 up
	END
	ovctl -n "$T1" batch - <<-END
		dev set s1 revert-delay 0
		port add s1 s1a priority 10 bridge br1
		port add s1 s1b priority 20 bridge br2
	END
	ip -n "$V" -batch - <<-END
		link add bond0 type bond mode active-backup
		link set va master bond0
		link set vb master bond0
		link set bond0 address $(tenant_mac 3)
		addr add 10.1.0.3/24 dev bond0
		addr add fd01::3/64 dev bond0 nodad
		link set bond0 up
	END
	leg a
	wait_for "s1a is selected" selected s1a
	wait_for "s1b is standby" port_is s1b standby
}

leg()
{
	ip -n "$V" link set bond0 type bond active_slave "v$1"
}

port_value()
{
	json_get "$(ovctl -n "$T1" -j port show s1 "$1")" "$2" null
}

port_is()
{
	[[ $(port_value "$1" state) == "$2" ]]
}

# selected PORT [CAUSE]: the device says so in either place.
selected()
{
	local dev

	dev=$(ovctl -n "$T1" -j dev show s1)
	[[ $(json_get "$dev" port-name none) == "$1" ]] || return 1
	[[ -z ${2:-} || $(json_get "$dev" cause none) == "$2" ]] || return 1
	[[ $1 == none ]] || port_is "$1" selected
}

changes()
{
	dev_value "$T1" s1 changes
}

# All pairs talk, and nobody hears anything twice.
talks()
{
	local from to

	for from in "$V" "$T1" "$T2"; do
		for to in 10.1.0.1 10.1.0.2 10.1.0.3 fd01::1 fd01::3; do
			ping_once "$from" "$to"
		done
	done
}

ping_once()
{
	local out

	out=$(ns "$1" ping -n -c 2 -i 0.01 -W $((5 * TENOVL_SLOW)) "$2") || fail "no answer from $2 to $1: $out"
	[[ $out != *"DUP!"* && $out != *duplicates* ]] || fail "answered twice: $out"
}
