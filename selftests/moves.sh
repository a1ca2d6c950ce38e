# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2153 # what eval is given; variables set by name
#
# Hypervisors with stations that move between them, on top of topology.sh.

M=02:00:00:00:00:b1

# What stations at both hypervisors are connected by: guest I is namespace GI, its eth0 a tap of TI.
# They say nothing by themselves, so that each frame can be told. guests N..., also again
guests()
{
	local i t g

	for i; do
		t=T$i g=G$i
		ns_new "$g"
		ns "${!g}" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
		ip -n "${!t}" link del tap0 2>/dev/null || :
		ip -n "${!t}" link add tap0 type veth peer name eth0 netns "${!g}"
		ip -n "${!g}" link set eth0 up
		ovctl -n "${!t}" port add s1 tap0 access
	done
	for i; do
		t=T$i g=G$i
		wait_for "the cable of a guest is up" cable_is_up "${!t}" "${!g}"
	done
}

# Both ends have heard of their carrier: until then what is sent goes nowhere.
cable_is_up()
{
	ip -n "$1" -o link show tap0 | grep -q "state UP" &&
		ip -n "$2" -o link show eth0 | grep -q "state UP"
}

# lay ENC FAM N: N hypervisors, a guest at the first two.
lay()
{
	ENC=$1 FAM=$2
	hv_lay "$3"
	overlay "$1" "$2" "$3"
	late_for_long "$3"
	guests 1 2
}

# Frames are late until a test says otherwise, and the heads say nothing by themselves:
# late_for_long N
late_for_long()
{
	local i t

	for ((i = 1; i <= $1; i++)); do
		t=T$i
		ns "${!t}" sysctl -qw net.ipv6.conf.s1.disable_ipv6=1
		ovctl -n "${!t}" dev set s1 redirect 3600
	done
}

hex()
{
	echo "${1//:/}"
}

# The bytes of a frame by which a station tells where it is: says KIND MAC
says()
{
	local mac ip=0a010063
	mac=$(hex "$2")
	local ip6=fd010000000000000000000000000063

	case $1 in
	rarp) echo "etype=8035 body=0001080006040003${mac}00000000${mac}00000000" ;;
	garp-request) echo "etype=0806 body=0001080006040001$mac${ip}000000000000$ip" ;;
	garp-reply) echo "etype=0806 body=0001080006040002$mac$ip$mac$ip" ;;
	na) echo "etype=86dd body=6000000000203aff${ip6}ff02000000000000000000000000000188000000\
20000000${ip6}0201$mac" ;;
	data) echo "etype=88b5" ;;
	esac
}

# A frame of a station at guest I: guest I MAC WORDS...
guest()
{
	local g=G$1 mac=$2

	shift 2
	inject "${!g}" <<<"enc=frame via=eth0 smac=$mac $*"
}

# Frames for MAC out of the head of TI: to I MAC [WORDS...]
to()
{
	local t=T$1 mac=$2 i=$1

	shift 2
	inject "${!t}" <<<"enc=frame via=s1 smac=$(tenant_mac "$i") dmac=$mac etype=88b5 $*"
}

# The port that an entry points at, or nothing: fdb_port NS DEV MAC
fdb_port()
{
	json_get "$(ovctl -n "$1" -j fdb show "$2" | json_having "\"mac\":\"$3\"")" port-name ''
}

at_port()
{
	[[ $(fdb_port "$1" s1 "$2") == "$3" ]]
}

# How many frames the tap of TI got since "zero I": tap_got I
tap_got()
{
	local t=T$1

	echo $(($(json_get "$(ovctl -n "${!t}" -j port show s1 tap0)" rx-packets none) - ${BASE[$1]:-0}))
}

BASE=()

zero()
{
	BASE[$1]=0
	BASE[$1]=$(tap_got "$1")
}

tap_is()
{
	[[ $(tap_got "$1") == "$2" ]]
}

# up I COUNTER VALUE: a counter of TI's segment becomes so.
up()
{
	local t=T$1

	wait_for "$2 of T$1 is $3" counted "${!t}" s1 "$2" "$3"
}

# MAC is behind guest 1, and all know it.
lives_at_1()
{
	guest 1 "$1" dmac=ff:ff:ff:ff:ff:ff etype=88b5
	wait_for "$1 is at T1's tap" at_port "$T1" "$1" tap0
	wait_for "T2 knows" entry_at "$T2" s1 "$1" "$(uaddr "$FAM" 1)"
	wait_for "T3 knows" entry_at "$T3" s1 "$1" "$(uaddr "$FAM" 1)"
}

# Moved to T2, and T3 still sends to T1.
moved()
{
	lives_at_1 "${1:-$M}"
	# shellcheck disable=SC2046
	guest 2 "${1:-$M}" dmac=ff:ff:ff:ff:ff:ff $(says rarp "${1:-$M}")
	wait_for "T1 hears of it" entry_at "$T1" s1 "${1:-$M}" "$(uaddr "$FAM" 2)"
	wait_for "T3 hears of it" entry_at "$T3" s1 "${1:-$M}" "$(uaddr "$FAM" 2)"
	ovctl -n "$T3" fdb replace s1 "${1:-$M}" peer "$(uaddr "$FAM" 1)"
}

heard()
{
	wait_for "an event: $1" heard_now "$1"
}

heard_now()
{
	grep -h '^{' "$TMP/mon.out" | jq -es "[.[] | select($1)] | length > 0"
}

# A value of a planned move: planned I NAME [MAC]
planned()
{
	local t=T$1

	json_get "$(ovctl -n "${!t}" -j move show s1 | json_having "\"mac\":\"${3:-$M}\"")" "$2" gone
}

# planned_is I NAME VALUE [MAC]
planned_is()
{
	[[ $(planned "$1" "$2" "${4:-}") == "$3" ]]
}

# probe ID NS ADDR NS-OF-THAT. What is signalled is the helper itself, and not a shell that waits for it.
probe()
{
	bg "_$1" ip netns exec "$4" python3 "$TOP/selftests/helpers/echoes.py" answer
	wait_for "there is somebody to answer" grep -q ready "$TMP/_$1.out"
	ip netns exec "$2" python3 "$TOP/selftests/helpers/echoes.py" 1 "$3" \
		>"$TMP/$1.probes" 2>&1 3>&- &
	PROBE[$1]=$!
	defer bg_stop $!
}

declare -A PROBE

# How many probes were answered.
answered()
{
	grep -c '^answer=' "$TMP/$1.probes" || :
}

# answered_by ID N: so many at least.
answered_by()
{
	(($(answered "$1") >= $2))
}

# Probes without an answer before the last one that had one. ping says what it has when it ends.
unanswered()
{
	awk 'match($0, /^answer=[0-9]+/) { n = substr($0, 8) + 0
			if (!(n in seen)) got++
			seen[n] = 1
			if (n > last) last = n }
		END { print last - got }' "$TMP/$1.probes"
}

end_probe()
{
	kill "${PROBE[$1]}" 2>/dev/null || :
	wait "${PROBE[$1]}" 2>/dev/null || :
}
