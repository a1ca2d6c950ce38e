#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What a fail-over costs: probes a millisecond apart while one of two bridges fails.
#
# Run by "make bench-failover": one processor whose clock advances a nanosecond
# an instruction, so that the machine's load does not show.
#
#	VM (10.1.0.3)
#	│va       │vb
#	br1 ─ s1a ┐
#	          ├─ s1 (head, 10.1.0.1) ──── underlay ──── s1 (remote host, 10.1.0.2)
#	br2 ─ s1b ┘│
#	       port, veth (stations at access ports, 10.1.0.4 and 10.1.0.5)
#
# The probes are those of probe.c: VM to head and back, VM to remote host and back, head to
# all (as the VM and the stations hear it), and head to remote host and back. The VM hears by
# both legs and sends by one. With each cause it also sends by both at once: of these probes
# one copy must arrive, neither none nor two. With each cause as well there are probes between
# either station and head and remote host, both ways. The NIC of one station is an access port
# itself, the other is behind an enslaved veth; what fails is no business of theirs.
#
# First the causes for which the device leaves a port, and goes back. The VM's leg
# follows the device's own event, as "ovctl monitor" prints it. What the VM sent into
# its old leg before that is the harness's delay, not the device's, and counted apart.
# Then the same failure for others that do this: bonding, the bridge's backup port, and
# a loop that polls operstate. Each of them has the best that it could have: the leg
# between its bridge and the failing one loses its carrier (without which bonding and
# backup port would never know), and the VM uses its other leg at the very moment. For
# tenovl that is too early, by the time until it is told: its standby port drops what
# comes then, or takes it, where "standby-ingress learn" says so, as the others do.
#
# Fails when
# * from the notification on a probe is lost where a bridge was set down, or more than one
#   for another cause;
# * before it one towards the VM or one that it sent by both legs is lost where a bridge was
#   set down, or more of these than flows for another cause;
# * one arrives twice, out of order, or by the bridge that was left;
# * head and remote host notice, or a station does: a probe of theirs is lost, arrives twice or
#   out of order;
# * not exactly one port is selected, or the device says another cause;
# * a standby port whose bridge lives counted other drops than what did not arrive;
# * tenovl with "standby-ingress learn" loses more probes in one of its rounds than another
#   contestant in one of its own. (By default what it loses, too early as said, must be what its
#   standby port counted, and nothing to the VM; that row is not compared with others.)
#
# ROUNDS=N (5) repeats each, at other moments between two probes; CAUSES and CONTESTANTS
# choose some. Figures go to failover.csv, each lost probe to failover-lost.csv, in
# $TENOVL_OUT where that is given.
# shellcheck disable=SC2034,SC2153,SC2154 # variables are set by name
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"
# shellcheck source=selftests/bridges.sh
source "$TOP/selftests/bridges.sh"

set -eu
ROUNDS=${ROUNDS:-5}
CAUSES=${CAUSES-bridge_down bridge_deleted port_removed port_down stp_blocks revert_off
	no_bridge}
CONTESTANTS=${CONTESTANTS-tenovl bond_100 bond_10 bond_blind backup poll}
# The clock of a processor that counts instructions runs ahead while the machine reads a file.
WAIT_MAX=100000
PROBE=${PROBE:-$TOP/build/bench/probe}
TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
CSV=${TENOVL_OUT:-$TMP}/failover.csv
LOST=${TENOVL_OUT:-$TMP}/failover-lost.csv
SETTLED=
bad=0

complain()
{
	printf 'FAILED: %s\n' "$*"
	bad=1
}

# --- the places --------------------------------------------------------------------

neighbours()
{
	local name=$1 dev=$2 i

	shift 2
	for i in "$@"; do
		ip -n "$name" neigh replace "10.1.0.$i" lladdr "$(tenant_mac "$i")" dev "$dev" nud permanent
	done
}

# The two bridges and the VM's legs, with nobody who would send a frame of his own.
lay_bridges()
{
	ns_new V
	ns "$V" sysctl -qw net.ipv6.conf.default.disable_ipv6=1
	ns "$T1" sysctl -qw net.ipv6.conf.default.disable_ipv6=1
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
	ip -n "$V" link set va up
	ip -n "$V" link set vb up
}

# The namespace of a container, whose NICs are two stations: "port", which is a port of the
# device, and "veth", whose other end is enslaved.
lay_stations()
{
	ns_new S
	ns "$S" sysctl -qw net.ipv6.conf.default.disable_ipv6=1
	ovctl -n "$T1" port add s1 port access
	ip -n "$T1" -batch - <<-END
		link set port address $(tenant_mac 4)
		link set port netns $S
		link add tap5 type veth peer name veth address $(tenant_mac 5) netns $S
	END
	ovctl -n "$T1" port add s1 tap5 access
	ip -n "$S" link set port up
	ip -n "$S" link set veth up
	neighbours "$T1" s1 4 5
	neighbours "$T2" s1 4 5
}

lay_tenovl()
{
	overlay vxlan 4 2
	lay_bridges
	neighbours "$T1" s1 2 3
	neighbours "$T2" s1 1 3
	ovctl -n "$T1" batch - <<-END
		dev set s1 revert-delay 0
		port add s1 s1a priority 10 bridge br1
		port add s1 s1b priority 20 bridge br2
	END
	SETTLED=wait_selected
	wait_selected
}

wait_selected()
{
	wait_for "s1a is selected" selected s1a
	wait_for "s1b is standby" port_is s1b standby
}

# The same places with in-tree vxlan, up to what connects it with the bridges.
lay_intree()
{
	local i h t

	ns_new T1 T2
	for i in 1 2; do
		h=H$i t=T$i
		ip -n "${!h}" link add vx0 netns "${!t}" type vxlan id 200 dstport 4790 \
			local "10.9.0.$i" remote "10.9.0.$((3 - i))"
	done
	tenant_up "$T2" vx0 2
	neighbours "$T2" vx0 1 3
	lay_bridges
}

# What a device of the other contestants has in place of a head.
head_up()
{
	ip -n "$T1" link set "$1" address "$(tenant_mac 1)" up
	ip -n "$T1" addr add 10.1.0.1/24 dev "$1"
	neighbours "$T1" "$1" 2 3
}

# A bridge that has the head's address, and veth legs into the two others.
lay_legs()
{
	lay_intree
	ip -n "$T1" -batch - <<-END
		link add br0 type bridge mcast_snooping 0
		link add xa type veth peer name ya
		link add xb type veth peer name yb
		link set ya master br1 up
		link set yb master br2 up
		link set vx0 master br0 up
	END
}

lay_bond()
{
	lay_legs
	ip -n "$T1" -batch - <<-END
		link add bond0 type bond mode active-backup miimon $1
		link set xa master bond0
		link set xb master bond0
		link set bond0 type bond primary xa
		link set bond0 master br0 up
	END
	head_up br0
	SETTLED=wait_bond
}

wait_bond()
{
	wait_for "both legs are up" bond_is_up
}

bond_is_up()
{
	local out

	out=$(ns "$T1" cat /proc/net/bonding/bond0)
	[[ $out == *"Currently Active Slave: xa"* && $(grep -c '^MII Status: up' <<<"$out") == 3 ]]
}

lay_backup()
{
	lay_legs
	ip -n "$T1" link set xa master br0 up
	ip -n "$T1" link set xb master br0 up
	bridge -n "$T1" link set dev xa backup_port xb
	head_up br0
	SETTLED=wait_backup
}

wait_backup()
{
	wait_for "both ports forward" backup_is_up
}

backup_is_up()
{
	[[ $(bridge -n "$T1" link show | grep -c '^[0-9]*: x[ab]@.*LOWER_UP.*state forwarding') == 2 ]]
}

# The address and the tunnel device are on one of the bridges, both of which have the
# head's MAC address: so nobody has to learn another.
lay_poll()
{
	lay_intree
	ip -n "$T1" link set br2 address "$(tenant_mac 1)"
	ip -n "$T1" link set br1 arp on
	ip -n "$T1" link set br2 arp on
	ip -n "$T1" link set vx0 master br1 up
	head_up br1
	neighbours "$T1" br2 2 3
	ns "$T1" bash -c "$(declare -f poll_loop tenant_mac); poll_loop" 3>&- &
	POLL=$!
	SETTLED=wait_poll
}

# What people run: once a second look at operstate, and move all to the other bridge.
poll_loop()
{
	local from to state

	while sleep 1; do
		read -r state </sys/class/net/br1/operstate
		from=br1 to=br2
		[[ $state == down ]] || from=br2 to=br1
		[[ ! -d /sys/class/net/$to/brif/vx0 ]] || continue
		ip -batch - <<-END
			link set vx0 master $to
			addr del 10.1.0.1/24 dev $from
			addr add 10.1.0.1/24 dev $to
			neigh replace 10.1.0.2 lladdr $(tenant_mac 2) dev $to nud permanent
			neigh replace 10.1.0.3 lladdr $(tenant_mac 3) dev $to nud permanent
		END
	done
}

wait_poll()
{
	wait_for "the address is back" poll_is_back
}

poll_is_back()
{
	ip -n "$T1" -4 addr show dev br1 | grep -q 10.1.0.1/24 &&
		ns "$T1" test -d /sys/class/net/br1/brif/vx0
}

unlay()
{
	local n

	for n in V T1 T2 S; do
		[[ -z ${!n:-} ]] || ns_del "${!n}"
	done
	S=
	# A namespace goes when the kernel finds time, and its segment receives as long.
	wait_for "no segment is left" module_idle
}

# --- runs --------------------------------------------------------------------------

# probe WHO WHAT ROUND OPTIONS ACTION...: runs the probes, sets $line and its fields.
probe()
{
	local who=$1 what=$2 round=$3 options=()

	read -ra options <<<"$4"
	shift 4
	line=$("$PROBE" -g "$TMP/lost" -p $((round * 370 % 1000)) "${options[@]}" \
		"$V" "$T1" "$T2" "$@" <&"$events" 3>&-) || fail "probe: $who, $what"
	IFS=, read -r sent missed said heard before_from before_to after_from after_to \
		dup reordered astray others_lost others_odd outage recovered took \
		both_before both_after both_moved stations_sent stations_lost stations_odd <<<"$line"
	sed "s/^/$who,$what,$round,/" "$TMP/lost" >>"$LOST"
	# Of a sender that was kept from sending nothing can be said.
	((missed * 20 <= sent)) || fail "$missed probes came too late: $who, $what"
}

# record WHO WHAT ROUND DROPS
record()
{
	printf '%s,%s,%s,%s,%s\n' "$1" "$2" "$3" "$line" "$4" >>"$CSV"
}

drops()
{
	json_get "$(ovctl -n "$T1" -j port show s1 "$1")" tx-drops none
}

selected_ports()
{
	ovctl -n "$T1" -j port show s1 | grep -c '"state":"selected"' || :
}

# switch WHAT ROUND a|b CAUSE dead|alive OPTIONS ACTION...: the VM's leg and what it is in
# afterwards, and what the device must say.
switch()
{
	local what=$1 round=$2 from=$3 cause=$4 bridge=$5 more=$6 allowed=1 dropped lost

	shift 6
	dropped=$(drops "s1$from")
	probe tenovl "$what" "$round" "-e -l $from -s $S $more" "$@"
	dropped=$(($(drops "s1$from") - dropped))
	record tenovl "$what" "$round" "$dropped"
	[[ $cause != bridge-down ]] || allowed=0
	((heard >= 0)) || complain "$what: no event"
	[[ $said == "$cause" ]] || complain "$what: the device says $said"
	lost=$((after_from + after_to + both_after))
	((lost <= allowed)) || complain "$what: $lost probes lost from the notification on"
	# Five flows.
	((before_to + both_before <= allowed * 5)) ||
		complain "$what: $before_to probes to the VM and $both_before sent by both legs lost early"
	lost=$((before_from + after_from + both_before + both_after))
	[[ $bridge == dead ]] || ((dropped == lost + both_moved)) ||
		complain "$what: $lost + $both_moved not taken, $dropped dropped by the standby port"
	nothing_odd "$what"
}

nothing_odd()
{
	((dup + reordered + astray == 0)) ||
		complain "$1: $dup twice, $reordered out of order, $astray by the wrong port"
	others_go_on "$1"
	[[ $(selected_ports) == 1 ]] || complain "$1: not one port is selected"
}

others_go_on()
{
	((others_lost + others_odd == 0)) ||
		complain "$1: head and remote host: $others_lost lost, $others_odd odd"
	((stations_sent > 0)) || complain "$1: nothing was sent between stations and others"
	((stations_lost + stations_odd == 0)) ||
		complain "$1: access ports: $stations_lost lost, $stations_odd odd"
}

bridge_down()
{
	switch "bridge set down" "$1" a bridge-down dead "" down:br1
	wait_for "s1a is unusable" port_is s1a unusable
	switch "bridge set up again" "$1" b revert alive "" up:br1
	wait_selected
}

bridge_deleted()
{
	switch "bridge deleted" "$1" a bridge-deleted dead "" del:br1
	ip -n "$T1" -batch - <<-END
		link add br1 type bridge mcast_snooping 0
		link set br1 arp off up
		link set pa master br1
	END
	switch "bridge made again" "$1" b revert alive "" join:s1a:br1
	wait_selected
}

port_removed()
{
	switch "port taken out" "$1" a port-removed dead "" free:s1a
	switch "port put back" "$1" b revert alive "" join:s1a:br1
	wait_selected
}

port_down()
{
	switch "port set down" "$1" a admin dead "" down:s1a
	switch "port set up again" "$1" b revert alive "" up:s1a
	wait_selected
}

# Remote host and VM say that they have the same root at no cost, so that of br1's ways to it
# the port of the device is the one too many. Later the VM has a better root, which the remote
# host does not know.
stp_blocks()
{
	local root=$((0x4000 - $1 * 0x10))

	stp_from_start 1
	switch "port blocked by STP" "$1" a stp dead "-f bpdu-remote:$root" "bpdu-vm:$root"
	# What it was told ages while this script is between two runs.
	stp_from_start 1
	root=$((root - 2))
	switch "port forwards again" "$1" b revert alive "-f bpdu-remote:$root -f bpdu-vm:$root" \
		"bpdu-vm:$((root - 1))"
	stp_from_start 0
}

stp_from_start()
{
	ip -n "$T1" link set br1 type bridge stp_state 0
	ip -n "$T1" link set s1a nomaster
	ip -n "$T1" link set s1a master br1
	wait_selected
	ip -n "$T1" link set br1 type bridge stp_state "$1"
	wait_selected
}

revert_off()
{
	ovctl -n "$T1" dev set s1 revert off
	switch "revert off: set down" "$1" a bridge-down dead "" down:br1
	probe tenovl "revert off: set up again" "$1" "-l b -s $S" up:br1
	record tenovl "revert off: set up again" "$1" 0
	((heard < 0)) || complain "revert off: the device went back"
	((before_from + before_to + after_from + after_to == 0)) || complain "revert off: probes lost"
	nothing_odd "revert off"
	switch "revert off: other set down" "$1" b bridge-down dead "" down:br2
	ip -n "$T1" link set br2 up
	ovctl -n "$T1" dev set s1 revert on
	wait_selected
}

# With the last bridge goes the VM, and nobody else.
no_bridge()
{
	probe tenovl "both bridges set down" "$1" "-l a -s $S" down:br1 down:br2
	record tenovl "both bridges set down" "$1" 0
	((after_to > 0)) || complain "both bridges set down: the VM hears something"
	others_go_on "both bridges set down"
	[[ $(selected_ports) == 0 ]] || complain "both bridges set down: a port is selected"
	ip -n "$T1" link set br1 up
	ip -n "$T1" link set br2 up
	wait_selected
}

# Goes on where it was before the failure.
mend()
{
	local dev

	for dev in br1 ya; do
		if ns "$T1" test -d "/sys/class/net/$dev"; then
			ip -n "$T1" link set "$dev" up
		fi
	done
	"$SETTLED"
}

# contest WHO STEP AFTER ACTION...: the failure, and nothing of the harness's in it.
contest()
{
	local who=$1 step=$2 after=$3 round dropped

	shift 3
	for ((round = 1; round <= ROUNDS; round++)); do
		"$SETTLED"
		dropped=0
		[[ $who != tenovl* ]] || dropped=$(drops s1b)
		probe "$who" contest "$round" "-o -l a -b $((100 + round * step)) -a $after" "$@"
		[[ $who != tenovl* ]] || early "$who" $(($(drops s1b) - dropped))
		record "$who" contest "$round" 0
		mend
	done
	say "$who: done"
}

# What the VM sent by its new leg before the device was told, and nothing else.
early()
{
	((before_to + after_to == 0)) || complain "$1: $((before_to + after_to)) probes to the VM lost"
	((before_from + after_from == $2)) ||
		complain "$1: $((before_from + after_from)) lost, $2 dropped by the standby port"
}

contest_tenovl()
{
	lay_tenovl
	contest "tenovl" 23 300 down:br1
	ovctl -n "$T1" dev set s1 standby-ingress learn
	contest "tenovl (standby-ingress learn)" 23 300 down:br1
}

contest_bond_100()
{
	lay_bond 100
	contest "bonding miimon 100" 23 300 down:ya down:br1
}

contest_bond_10()
{
	lay_bond 10
	contest "bonding miimon 10" 23 300 down:ya down:br1
}

contest_bond_blind()
{
	lay_bond 10
	contest "bonding miimon 10 (leg kept up)" 23 300 down:br1
}

contest_backup()
{
	lay_backup
	contest "backup_port" 23 300 down:ya down:br1
}

contest_poll()
{
	lay_poll
	contest "operstate once a second" 230 2500 down:br1
	bg_stop "$POLL"
}

# --- what is printed ---------------------------------------------------------------

say()
{
	printf '%s\n' "$*" >&2
}

causes_table()
{
	awk -F, '
		$1 != "tenovl" || $2 == "contest" { next }
		!($2 in n) { order[++rows] = $2; low[$2] = 1e12; high[$2] = -1; says[$2] = $6 }
		{
			n[$2]++
			if ($7 < low[$2]) low[$2] = $7
			if ($7 > high[$2]) high[$2] = $7
			bf[$2] += $8; bt[$2] += $9; af[$2] += $10; at[$2] += $11
			odd[$2] += $12 + $13 + $14; others[$2] += $15 + $16
			bb[$2] += $20; ab[$2] += $21
			access[$2] += $24 + $25
		}
		END {
			printf "%-26s %-15s %15s %17s %17s %6s %7s %6s\n", "", "the device", "told after",
				"lost before", "lost then on", "twice,", "head to", "access"
			printf "%-26s %-15s %15s %5s %5s %5s %5s %5s %5s %6s %7s %6s\n", "cause", "says", "ms",
				"by", "both", "to", "by", "both", "to", "order", "remote", "ports"
			for (i = 1; i <= rows; i++) {
				w = order[i]
				told = high[w] < 0 ? "-" : sprintf("%.2f - %.2f", low[w] / 1000, high[w] / 1000)
				printf "%-26s %-15s %15s %5d %5d %5d %5d %5d %5d %6d %7d %6d\n", w, says[w], told,
					bf[w], bb[w], bt[w], af[w], ab[w], at[w], odd[w], others[w], access[w]
			}
		}' "$CSV"
}

contest_table()
{
	awk -F, '
		$2 != "contest" { next }
		!($1 in n) { order[++rows] = $1; low[$1] = best[$1] = 1e12; high[$1] = worst[$1] = -1 }
		{
			n[$1]++
			out = $17 / 1000
			lost = $8 + $9 + $10 + $11
			if (out < low[$1]) low[$1] = out
			if (out > high[$1]) high[$1] = out
			if (lost < best[$1]) best[$1] = lost
			if (lost > worst[$1]) worst[$1] = lost
			from[$1] += $8 + $10; to[$1] += $9 + $11; dup[$1] += $12; others[$1] += $15
			if (!$18) never[$1] = 1
		}
		END {
			mine = "tenovl (standby-ingress learn)"
			printf "%-34s %17s %13s %8s %8s %8s %8s\n", "", "outage", "probes lost", "in all,",
				"in all,", "", "head to"
			printf "%-34s %17s %13s %8s %8s %8s %8s\n", "who", "ms", "a time", "by VM", "to VM",
				"twice", "remote"
			for (i = 1; i <= rows; i++) {
				w = order[i]
				printf "%-34s %17s %13s %8d %8d %8d %8d\n", w,
					never[w] ? "does not end" : sprintf("%.1f - %.1f", low[w], high[w]),
					best[w] " - " worst[w], from[w], to[w], dup[w], others[w]
				if (w !~ /^tenovl/ && worst[mine] > best[w]) {
					print "FAILED: tenovl loses more than " w
					behind = 1
				}
			}
			exit behind
		}' "$CSV"
}

# --- all of it ---------------------------------------------------------------------

[[ -x $PROBE ]] || fail "no $PROBE: make bench-failover builds it"
modprobe -a bonding vxlan bridge veth
sysctl -qw net.core.devconf_inherit_init_net=1 net.ipv6.conf.all.accept_dad=0 \
	net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.router_solicitations=0
# shellcheck disable=SC2119
tenovl_load
echo "device,what,round,sent,missed,said,heard_us,lost_by_vm_before,lost_to_vm_before,lost_by_vm_after,\
lost_to_vm_after,twice,reordered,astray,head_remote_lost,head_remote_odd,outage_us,recovered,actions_us,\
lost_by_both_before,lost_by_both_after,both_moved,access_sent,access_lost,access_odd,standby_drops" >"$CSV"
echo "device,what,round,flow,ms_after_cause,ms_after_notification" >"$LOST"
# So that probes are sent in the middle of what the kernel does about a cause.
preemption=unchanged
if { echo full >/sys/kernel/debug/sched/preempt; } 2>/dev/null; then
	preemption=full
fi
hv_lay 2
mkfifo "$TMP/events"
exec {events}<>"$TMP/events"
# Before the probes, so that what it takes to be told is no wait for them.
chrt -f 2 ovctl -n "$H1" -j monitor >"$TMP/events" 3>&- &

if [[ -n $CAUSES ]]; then
	lay_tenovl
	lay_stations
	for ((round = 1; round <= ROUNDS; round++)); do
		for cause in $CAUSES; do
			"$cause" "$round"
		done
		say "round $round of $ROUNDS: done"
	done
	unlay
fi
for contestant in $CONTESTANTS; do
	"contest_$contestant"
	unlay
done

echo "Probes a millisecond apart, $ROUNDS rounds, kernel $(uname -r), preemption $preemption"
echo
causes_table
echo
cat <<-END
	by, to: probes that the VM sends by the leg that it uses, and those for it. both: those that it sends
	by both legs at once, which asks nothing of the VM. Lost before: between the cause and the moment when
	the listener has the event and changes the VM's leg. (Of a bridge that is deleted the device says
	port-removed first, which is what counts, and bridge-deleted when it knows.)
	Head to remote, access ports: what was lost, arrived twice or out of order between head and remote
	host, and between either of them and the stations at access ports.
END
echo
contest_table || bad=1
echo
echo "A bridge set down, for bonding and backup_port the leg to it as well unless it says otherwise; the"
echo "VM changes its leg at once. Twice: what is for all, as the VM hears it."
echo "What tenovl drops by default is what came by the other leg before it was told."
exit "$bad"
