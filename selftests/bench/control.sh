#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What it costs to make tenants, and to see that they are made.
#
# Run by "make bench-control". Each tenant has three VPCs on two hosts, and four subnets, each of
# them in all VPCs: twelve segments, three transits, three namespaces. For 10 tenants and for 100,
# each from a kernel that has the hosts and nothing else:
#
#	first		ovctl sync that makes all
#	no change	the same once more: the best of three
#	ip, bridge	the like made of in-tree devices, a bridge and a vxlan for each segment and a
#			gre for each two VPCs, with "ip -batch" and "bridge -batch", as few processes
#			as there can be: one of either for each namespace. Files are written beforehand.
#
# Time is that of the whole command. Requests are those that sync counts itself, and the lines of
# the batches, of which each is one request or more.
#
# Fails when a sync without a change takes a tenth of the first one or more, or when 100 tenants take
# more than 13 times what 10 do. TENANTS="10 100" chooses other numbers; the figures go to control.csv
# in $TENOVL_OUT where that is given.
# shellcheck disable=SC2034,SC2119,SC2154 # variables are set by name; tenovl_load has defaults
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
# shellcheck source=selftests/tenants.sh
source "$TOP/selftests/tenants.sh"

set -eu
TENANTS=${TENANTS:-10 100}
SUBNETS=(21 31 41 51)
HOST_OF=([1]=h1 [2]=h2 [3]=h1)
TMP=$(mktemp -d)
_base=$TMP
trap 'sweep; rm -rf "$TMP"' EXIT
bad=0
# A batch of ip keeps the namespaces open that its lines name.
ulimit -n 65536
# Hundreds of namespaces take their time to die.
WAIT_MAX=300
declare -A ms calls

# wrong TEXT: the figures are not what they have to be.
wrong()
{
	echo "control: $*" >&2
	bad=1
}

topology()
{
	jq -n --argjson t "$1" '{
		tenant: $t,
		vpcs: [{id: 1, host: "h1"}, {id: 2, host: "h2"}, {id: 3, host: "h1"}],
		subnets: [21, 31, 41, 51 | {id: ., cidr: "\(.).0.0.0/24", cidr6: "fd\(.)::/64",
					    vpcs: [1, 2, 3]}]
	}'
}

# The store gets tenants FIRST to LAST.
fill()
{
	local t

	for ((t = $1; t <= $2; t++)); do
		o tenant add "$t" --vpcs 3 --host h1,h2 --new-password-file "$TMP/password" >/dev/null
		topology "$t" | o apply - --no-sync >/dev/null
	done
}

now()
{
	local up

	read -r up _ </proc/uptime
	echo $((10#${up/./} * 10))
}

# figures NAME N COMMAND...: runs it, and keeps the time that it took.
figures()
{
	local name=$1 n=$2 begun

	shift 2
	begun=$(now)
	"$@"
	ms[$name,$n]=$(($(now) - begun))
}

sync_stats()
{
	o sync --stats >"$TMP/sync" 2>"$TMP/stats"
}

measure_sync()
{
	local n=$1 i best=

	sweep
	mv "$TMP/store" "$TMP/full"
	store_from hosts
	o sync >/dev/null
	rm -r "$TMP/store"
	mv "$TMP/full" "$TMP/store"
	figures first "$n" sync_stats
	calls[first,$n]=$(sed -n 's/.* ms, \([0-9]*\) requests.*/\1/p' "$TMP/stats")
	objects=$(awk '{ print $2 + $4 }' "$TMP/sync")
	for i in 1 2 3; do
		figures again "$n" sync_stats
		grep -q 'nothing to do' "$TMP/sync" || wrong "the second sync of $n tenants had something to do"
		[[ -n $best && ${ms[again,$n]} -ge $best ]] || best=${ms[again,$n]}
	done
	ms[again,$n]=$best
	calls[again,$n]=$(sed -n 's/.* ms, \([0-9]*\) requests.*/\1/p' "$TMP/stats")
}

vtep()
{
	echo "172.$((15 + $2)).$(($1 / 100)).$(($1 % 100 + 1))"
}

# The batches of one VPC: $1 tenant, $2 VPC. (vxlan has no VNI twice in an underlay: each has its own.)
batches()
{
	local t=$1 v=$2 ns=ns${2}_t$1 host=${HOST_OF[$2]} me other s i=0

	me=$(vtep "$t" "$v")
	echo "netns add $ns" >>"$TMP/b/own"
	{
		echo "addr add $me/32 dev lo"
		for s in "${SUBNETS[@]}"; do
			echo "link add v$s netns $ns type vxlan id $((t * 10000 + v * 1000 + s)) local $me dstport 4789 nolearning"
		done
		for other in 1 2 3; do
			((other != v)) || continue
			echo "link add g$other netns $ns type gre local $me remote $(vtep "$t" "$other") key $t"
		done
	} >>"$TMP/b/$host.host"
	{
		echo "link set lo up"
		for s in "${SUBNETS[@]}"; do
			echo "link add br$s address 02:67:77:00:00:01 type bridge"
			echo "link set v$s master br$s up"
			echo "addr add $s.0.0.1/24 dev br$s"
			echo "addr add fd$s::1/64 dev br$s nodad"
			echo "addr add fe80::$v:$s/64 dev br$s nodad"
			echo "link set br$s up"
		done
		for other in 1 2 3; do
			((other == v)) || echo "link set g$other up"
		done
	} >"$TMP/b/$ns.ip"
	for s in "${SUBNETS[@]}"; do
		for other in 1 2 3; do
			((other == v)) ||
				echo "fdb append 00:00:00:00:00:00 dev v$s dst $(vtep "$t" "$other") self permanent"
		done
	done >"$TMP/b/$ns.bridge"
}

run_batches()
{
	local host file ns

	ip -batch "$TMP/b/own"
	for host in h1 h2; do
		ip -n "$host" -batch "$TMP/b/$host.host"
	done
	for file in "$TMP"/b/ns*.ip; do
		ns=${file##*/}
		ns=${ns%.ip}
		ip netns exec "$ns" sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 \
			net.ipv4.conf.default.rp_filter=0 net.ipv6.conf.all.forwarding=1
		ip -n "$ns" -batch "$file"
		bridge -n "$ns" -batch "${file%.ip}.bridge"
	done
}

measure_batches()
{
	local n=$1 t v

	sweep
	ip netns add h1
	ip netns add h2
	rm -rf "$TMP/b"
	mkdir "$TMP/b"
	for ((t = 1; t <= n; t++)); do
		for v in 1 2 3; do
			batches "$t" "$v"
		done
	done
	figures batch "$n" run_batches
	calls[batch,$n]=$(cat "$TMP"/b/* | wc -l)
	sweep
}

row()
{
	local n=$1

	printf '%7d %8d %9d %9d %10d %9d %6d.%d %9d %9d\n' "$n" "$objects" "${ms[first,$n]}" \
		"${calls[first,$n]}" "${ms[again,$n]}" "${calls[again,$n]}" \
		$((ms[again,$n] * 100 / ms[first,$n])) $((ms[again,$n] * 1000 / ms[first,$n] % 10)) \
		"${ms[batch,$n]}" "${calls[batch,$n]}"
	((ms[again,$n] * 10 < ms[first,$n])) || wrong "of $n tenants a sync without a change takes a tenth of the first"
	[[ -z ${TENOVL_OUT:-} ]] || echo "$n,$objects,${ms[first,$n]},${calls[first,$n]},${ms[again,$n]},${calls[again,$n]},${ms[batch,$n]},${calls[batch,$n]}" >>"$TENOVL_OUT/control.csv"
}

modprobe -a vxlan ip_gre bridge 2>/dev/null || :
tenovl_load
store_from hosts
had=0
echo "$(uname -r), $(nproc) processors; times in ms"
printf '%7s %8s %9s %9s %10s %9s %8s %9s %9s\n' tenants objects first requests "no change" \
	requests percent batch lines
for n in $TENANTS; do
	fill $((had + 1)) "$n"
	measure_sync "$n"
	measure_batches "$n"
	row "$n"
	((had == 0)) || ((ms[first,$n] * had <= ms[first,$had] * n * 13 / 10)) ||
		wrong "from $had to $n tenants the first sync takes more than $((n * 13 / had / 10)) times as long"
	had=$n
done
exit "$bad"
