# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Helpers for tenovl's kernel selftests. A suite is an executable file selftests/test_NAME.sh:
#
#	#!/bin/bash
#	# SPDX-License-Identifier: GPL-2.0
#	# What this suite shows.
#	# shellcheck source=selftests/lib.sh
#	source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
#
#	TESTS="one two"
#
#	test_one() { ... }
#	test_two() { ... }
#
#	run_tests "$@"
#
# How a test runs
#	Each test_NAME runs in its own subshell under "set -euE": a command that fails where no
#	"if", "||" or "!" looks at it fails the test, with its line. (So: no bare ((i++)), and
#	"grep -c" wants "|| :".) Test arguments, if any, choose which of $TESTS run.
#	What was started, made or mounted is undone when the test ends, however it ends.
#	setup_suite(), where defined, runs once before the tests in the suite's own shell, each of
#	its commands checked the same way; what it defers is undone when the suite ends. Variables
#	that it sets are seen by the tests. If it fails, every test of the suite fails.
#
# How a test says what it found
#	fail TEXT		says why and ends the test as failed
#	need_debug TEXT		ends the test as skipped where the kernel is not the debug one: for what
#				distributions leave out of theirs. Whatever else is missing is a failure.
#	need_kprobes TEXT	the same where the kernel is user-mode Linux, which has no kprobes
#	diag TEXT		a line of diagnosis
#	check TEXT CMD...	runs CMD; when it fails: prints its output, then fails with TEXT
#	refuse TEXT CMD...	the reverse: fails when CMD succeeds
#	same WANT GOT TEXT	fails unless the two strings are equal (both are printed)
#	number A OP B TEXT	compares integers: OP is -eq -ne -lt -le -gt -ge
#	must_fail_with SENTENCE CMD...
#				CMD must fail and its output must hold SENTENCE, word for word
#	must_say SENTENCE CMD...	CMD must succeed and its output must hold SENTENCE
#
# Undoing
#	defer CMD...		runs CMD at the end of the test, in reverse order; errors are ignored
#	tmp			$TMP is a directory of this test alone (made at its start)
#
# Waiting: never with a fixed sleep
#	wait_for TEXT CMD...	polls CMD until it succeeds, at most $WAIT_MAX seconds (default 30,
#				"WAIT_MAX=5 wait_for ..." for less; scaled on slow machines), else
#				fails with TEXT
#	poll CMD...		the same, but only returns 1 when time is up
#	holds SECONDS CMD...	CMD must stay true all that (guest) time: for "nothing may happen"
#
# Namespaces and links
#	ns_new VAR...		makes a namespace per VAR with a random name, stored in VAR; its lo is up
#	ns_del NAME		deletes one early
#	ns NAME CMD...		runs CMD in it
#	link_pair NS1 DEV1 NS2 DEV2 [MTU]
#				a veth pair between two namespaces, both ends up
#	addr NS DEV ADDR...	adds addresses (IPv6 ones without DAD), sets DEV up
#	router NS		turns on IPv4 and IPv6 forwarding there
#	mac_of NS DEV		prints the MAC; ifindex_of NS DEV the index
#	link_stat NS DEV NAME	prints a counter of struct rtnl_link_stats64: rx_packets tx_dropped ...
#
# Traffic
#	ping_ok NS DST [COUNT [ping options...]]	all COUNT (3) pings are answered
#	ping_no NS DST [COUNT [ping options...]]	none is answered
#	bg VAR CMD...		starts CMD in the background, its pid in VAR, its output in
#				$TMP/VAR.out; ended (TERM, then KILL) when the test ends
#	bg_stop PID		ends it now
#	iperf NS_SERVER NS_CLIENT DST [iperf3 options...]
#				one iperf3 run; prints the client's JSON
#
# Captures
#	capture_start ID NS DEV [FILTER...]	returns when tcpdump listens
#	capture_stop ID		returns when all that was seen is in $TMP/ID.pcap
#	capture_count ID [TSHARK DISPLAY FILTER]	prints the number of packets (stops it first)
#	capture_fields ID FILTER FIELD...	prints tshark fields, one packet a line
#	capture_wait ID N TEXT	waits until N packets are there
#	TSHARK_OPTS		array of further tshark options, as in (-d udp.port==4789,vxlan)
#
# The module and the tool
#	tenovl_load		loads what tenovl.ko depends on, then the module; nothing when loaded
#	tenovl_unload		removes it
#	$TENOVL_KO $OVCTL	the module's file; the tool
#	$TENOVL_KERNEL		"debug" under the debug kernel, else "stock"
#	$TOP			the checkout

set -u

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
: "${TENOVL_KO:=$TOP/build/$(uname -r)/tenovl.ko}"
: "${TENOVL_KERNEL:=stock}"
: "${TENOVL_SLOW:=1}"
: "${OVCTL:=$TOP/tools/ovctl/ovctl}"
: "${WAIT_MAX:=30}"
TSHARK_OPTS=()
SUITE=$(basename "$0" .sh)
SUITE=${SUITE#test_}
LC_ALL=C
export TOP TENOVL_KO TENOVL_KERNEL OVCTL LC_ALL
case :$PATH: in
*:"$TOP/tools/ovctl":*) ;;
*) PATH=$TOP/tools/ovctl:/usr/local/sbin:/usr/sbin:/sbin:$PATH ;;
esac

# Diagnosis goes to the suite's own stdout even from inside $(...).
exec 3>&1

_defers=()
_said=
_base=
_chosen=()
_done=0
_failed=0

# --- results -----------------------------------------------------------------------------------

diag()
{
	local line

	while IFS= read -r line; do
		printf '# %s\n' "$line"
	done <<<"$*" >&3
}

fail()
{
	_said=1
	diag "FAIL: $* ($(_where))"
	exit 1
}

need_debug()
{
	[[ $TENOVL_KERNEL == debug ]] || _skip "$@"
}

need_kprobes()
{
	[[ ${TENOVL_ACCEL:-} != um ]] || _skip "$@"
}

_skip()
{
	_said=1
	printf '%s' "$*" >"$_base/.skip"
	exit 4
}

# The innermost line that belongs to the suite, not to this file.
_where()
{
	local i

	for ((i = 1; i < ${#BASH_SOURCE[@]}; i++)); do
		if [[ ${BASH_SOURCE[i]} != */lib.sh ]]; then
			printf '%s:%s' "${BASH_SOURCE[i]##*/}" "${BASH_LINENO[i - 1]}"
			return 0
		fi
	done
	printf 'lib.sh'
}

_on_err()
{
	local rc=$1 cmd=$2

	[[ -n $_said ]] || diag "FAIL: status $rc from: $cmd ($(_where))"
	_said=1
}

check()
{
	local text=$1 out rc=0

	shift
	out=$("$@" 2>&1 3>&-) || rc=$?
	if ((rc)); then
		diag "status $rc from: $*"
		[[ -z $out ]] || diag "$out"
		fail "$text"
	fi
}

refuse()
{
	local text=$1 out

	shift
	if out=$("$@" 2>&1 3>&-); then
		diag "succeeded: $*"
		[[ -z $out ]] || diag "$out"
		fail "$text"
	fi
}

same()
{
	if [[ $1 != "$2" ]]; then
		diag "wanted: $1"
		diag "got:    $2"
		fail "$3"
	fi
}

number()
{
	[[ $1 =~ ^-?[0-9]+$ && $3 =~ ^-?[0-9]+$ ]] || fail "$4: not numbers: '$1' '$3'"
	test "$1" "$2" "$3" || fail "$4: $1 is not $2 $3"
}

must_fail_with()
{
	local sentence=$1 out rc=0

	shift
	out=$("$@" 2>&1 3>&-) || rc=$?
	if ((rc == 0)); then
		[[ -z $out ]] || diag "$out"
		fail "not refused: $* (wanted: $sentence)"
	fi
	if [[ $out != *"$sentence"* ]]; then
		diag "wanted: $sentence"
		diag "got:    $out"
		fail "refused with another sentence: $*"
	fi
}

must_say()
{
	local sentence=$1 out rc=0

	shift
	out=$("$@" 2>&1 3>&-) || rc=$?
	if ((rc)) || [[ $out != *"$sentence"* ]]; then
		diag "wanted: $sentence"
		diag "got:    (status $rc) $out"
		fail "does not say so: $*"
	fi
}

# --- undoing -----------------------------------------------------------------------------------

defer()
{
	local quoted

	printf -v quoted '%q ' "$@"
	_defers+=("$quoted")
}

_undo()
{
	local i

	trap - ERR
	set +e
	for ((i = ${#_defers[@]} - 1; i >= 0; i--)); do
		eval "${_defers[i]}" >/dev/null 2>&1 3>&-
	done
	_defers=()
}

# --- waiting -----------------------------------------------------------------------------------

# A pipe that never says anything: waiting at it costs no process.
exec {_never}<> <(:)

nap()
{
	read -rt "$1" -u "$_never" || :
}

poll()
{
	local end=$((SECONDS + WAIT_MAX * TENOVL_SLOW))

	while :; do
		if "$@" >/dev/null 2>&1 3>&-; then
			return 0
		fi
		if ((SECONDS > end)); then
			return 1
		fi
		nap 0.05
	done
}

wait_for()
{
	local text=$1

	shift
	poll "$@" || fail "still not after $((WAIT_MAX * TENOVL_SLOW)) s: $text ($*)"
}

holds()
{
	local end=$((SECONDS + $1))

	shift
	while ((SECONDS <= end)); do
		"$@" >/dev/null 2>&1 3>&- || fail "does not hold: $*"
		nap 0.1
	done
}

# --- namespaces and links ----------------------------------------------------------------------

ns_new()
{
	local var name

	for var in "$@"; do
		printf -v name '%s-%04x%04x' "$var" "$RANDOM" "$RANDOM"
		ip netns add "$name" || fail "cannot make namespace $name"
		defer ip netns del "$name"
		ip -n "$name" link set lo up
		printf -v "$var" '%s' "$name"
	done
}

ns_del()
{
	ip netns del "$1"
}

ns()
{
	local name=$1

	shift
	ip netns exec "$name" "$@"
}

link_pair()
{
	local mtu=${5:-1500}

	ip -n "$1" link add "$2" mtu "$mtu" type veth peer name "$4" mtu "$mtu" netns "$3"
	ip -n "$1" link set "$2" up
	ip -n "$3" link set "$4" up
}

addr()
{
	local name=$1 dev=$2 a

	shift 2
	for a in "$@"; do
		if [[ $a == *:* ]]; then
			ip -n "$name" addr add "$a" dev "$dev" nodad
		else
			ip -n "$name" addr add "$a" dev "$dev"
		fi
	done
	ip -n "$name" link set dev "$dev" up
}

router()
{
	ns "$1" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}

mac_of()
{
	local out

	out=$(ip -n "$1" -o link show dev "$2")
	[[ $out =~ link/ether\ ([0-9a-f:]+) ]] && echo "${BASH_REMATCH[1]}"
}

ifindex_of()
{
	local out

	out=$(ip -n "$1" -o link show dev "$2")
	echo "${out%%:*}"
}

# ip groups the counters (rx.packets, rx.over_errors, ...); sysfs has them flat.
link_stat()
{
	ns "$1" cat "/sys/class/net/$2/statistics/$3"
}

# --- traffic -----------------------------------------------------------------------------------

ping_ok()
{
	local name=$1 dst=$2 count=${3:-3} out

	shift $(($# < 3 ? $# : 3))
	out=$(ns "$name" ping -n -q -c "$count" -i 0.2 -W $((5 * TENOVL_SLOW)) "$@" "$dst" 2>&1 3>&-) || :
	if [[ $out != *" $count received"* ]]; then
		diag "$out"
		fail "ping from $name to $dst: not all answered"
	fi
}

ping_no()
{
	local name=$1 dst=$2 count=${3:-3} out

	shift $(($# < 3 ? $# : 3))
	out=$(ns "$name" ping -n -q -c "$count" -i 0.2 -W 1 "$@" "$dst" 2>&1 3>&-) || :
	if [[ $out == *" received"* && $out != *" 0 received"* ]]; then
		diag "$out"
		fail "ping from $name to $dst: answered"
	fi
}

bg()
{
	local var=$1

	shift
	"$@" >"$TMP/$var.out" 2>&1 3>&- </dev/null &
	defer bg_stop $!
	printf -v "$var" '%s' $!
}

# CMD may be a function, so that the pid is a shell's: its children go first.
_kill_tree()
{
	local child children=

	read -r children 2>/dev/null <"/proc/$2/task/$2/children" || :
	for child in $children; do
		_kill_tree "$1" "$child"
	done
	kill "-$1" "$2" 2>/dev/null || :
}

bg_stop()
{
	local i

	_kill_tree TERM "$1"
	for ((i = 0; i < 100; i++)); do
		kill -0 "$1" 2>/dev/null || break
		nap 0.05
	done
	_kill_tree KILL "$1"
	wait "$1" 2>/dev/null || :
}

_listens()
{
	ns "$1" ss -Hltn "sport = :$2" | grep -q .
}

iperf()
{
	local server=$1 client=$2 dst=$3 port=5201 srv rc=0

	shift 3
	ip netns exec "$server" iperf3 -s -1 -p "$port" >/dev/null 2>&1 3>&- </dev/null &
	srv=$!
	poll _listens "$server" "$port" || fail "iperf3 server does not listen"
	ns "$client" timeout $((60 * TENOVL_SLOW)) iperf3 -c "$dst" -p "$port" -J "$@" 3>&- || rc=$?
	bg_stop "$srv"
	return "$rc"
}

# --- captures ----------------------------------------------------------------------------------

capture_start()
{
	local id=$1 name=$2 dev=$3

	shift 3
	ip netns exec "$name" tcpdump -p -n -U -s 0 --immediate-mode -B 8192 -Z root -i "$dev" \
		-w "$TMP/$id.pcap" "$@" 2>"$TMP/$id.tcpdump" >/dev/null 3>&- </dev/null &
	echo $! >"$TMP/$id.pid"
	defer bg_stop $!
	wait_for "tcpdump listens on $dev" grep -q 'listening on' "$TMP/$id.tcpdump"
}

# tcpdump answers USR1 with what it took and what the kernel counted for it. Equal means drained. A
# filter or a direction (-Q) that it has to apply itself leaves them different for ever: then four
# answers alike, for each of which it needed to run, mean that nothing was waiting. (It looks into its
# ring whenever it has run for a signal.)
_drained()
{
	kill -USR1 "$(cat "$TMP/$1.pid")" || return 0
	nap 0.05
	awk '/captured/ {
		for (i = 2; i < NF; i++) {
			if ($(i + 1) ~ /^captured/) c = $(i - 1)
			if ($(i + 1) == "received") r = $(i - 1)
			if ($(i + 1) == "dropped") d = $(i - 1)
		}
		now = c " " r " " d
		alike = now == last ? alike + 1 : 1
		last = now
	     }
	     END { exit !(r != "" && (c + d >= r || alike >= 4)) }' "$TMP/$1.tcpdump"
}

capture_stop()
{
	local pid

	[[ -f $TMP/$1.pid ]] || return 0
	pid=$(cat "$TMP/$1.pid")
	wait_for "capture $1 is drained" _drained "$1"
	kill -INT "$pid" 2>/dev/null || :
	wait "$pid" 2>/dev/null || :
	rm -f "$TMP/$1.pid"
}

# capture_count ID [FILTER]
capture_count()
{
	capture_stop "$1"
	if [[ -z ${2:-} ]]; then
		tcpdump -n -r "$TMP/$1.pcap" >"$TMP/$1.lines" 2>"$TMP/$1.unread" ||
			{ diag "$(cat "$TMP/$1.unread")"; fail "tcpdump cannot read capture $1"; }
		wc -l <"$TMP/$1.lines"
	else
		_tshark "$1" "$2" -T fields -e frame.number | wc -l
	fi
}

capture_fields()
{
	local id=$1 filter=$2 f args=()

	shift 2
	capture_stop "$id"
	for f in "$@"; do
		args+=(-e "$f")
	done
	_tshark "$id" "$filter" -T fields "${args[@]}"
}

_tshark()
{
	local id=$1 filter=$2

	shift 2
	tshark -n -r "$TMP/$id.pcap" "${TSHARK_OPTS[@]}" -Y "$filter" "$@" 2>"$TMP/$id.tshark" ||
		{ diag "$(cat "$TMP/$id.tshark")"; fail "tshark cannot read capture $id"; }
}

_captured()
{
	(($(tcpdump -n -r "$TMP/$1.pcap" 2>/dev/null | wc -l) >= $2))
}

capture_wait()
{
	wait_for "$3" _captured "$1" "$2"
}

# --- the module --------------------------------------------------------------------------------

_loaded()
{
	[[ -d /sys/module/$1 ]]
}

# No device holds the module.
module_idle()
{
	[[ $(</sys/module/tenovl/refcnt) == 0 ]]
}

tenovl_load()
{
	local dep

	if _loaded tenovl; then
		return 0
	fi
	for dep in $(modinfo -F depends "$TENOVL_KO" | tr ',' ' '); do
		modprobe "$dep"
	done
	insmod "$TENOVL_KO" "$@"
}

tenovl_unload()
{
	if _loaded tenovl; then
		rmmod tenovl
	fi
}

# --- running -----------------------------------------------------------------------------------

_one()
{
	(
		_defers=()
		_said=
		trap '_undo; rm -rf "$TMP"' EXIT
		trap '_on_err $? "$BASH_COMMAND"' ERR
		set -euE
		"test_$1"
		exit 0
	)
}

_result()
{
	# The status alone would not do: any command that fails the test may end with 4.
	if (($1 == 4)) && [[ -f $_base/.skip ]]; then
		echo "ok $2 $3 # SKIP $(<"$_base/.skip")"
		rm "$_base/.skip"
	elif (($1 == 0)); then
		echo "ok $2 $3 # ${4:-0} s"
	else
		echo "not ok $2 $3 # ${4:-0} s"
		_failed=$((_failed + 1))
	fi
	_done=$2
}

# Also where a failed setup_suite() or a signal ends up: what has not run gets that result.
_suite_end()
{
	local rc=$1 i

	TMP=$_base
	_undo
	for ((i = _done; i < ${#_chosen[@]}; i++)); do
		_result "$rc" $((i + 1)) "${_chosen[i]}"
	done
	rm -rf "$_base"
	exit $((_failed > 0))
}

run_tests()
{
	local t rc start

	_chosen=()
	_done=0
	_failed=0
	for t in $TESTS; do
		if (($# == 0)) || [[ " $* " == *" $t "* ]]; then
			_chosen+=("$t")
		fi
	done
	echo "KTAP version 1"
	echo "1..${#_chosen[@]}"
	((${#_chosen[@]})) || exit 1
	_base=$(mktemp -d "${TMPDIR:-/tmp}/tenovl-$SUITE.XXXXXX")
	TMP=$_base
	# A status of 0 with tests left to run is a failure too.
	trap '_suite_end $(($? ? $? : 1))' EXIT
	trap 'exit 143' TERM INT
	if declare -F setup_suite >/dev/null; then
		trap '_on_err $? "$BASH_COMMAND"' ERR
		set -eE
		setup_suite
		set +eE
		trap - ERR
	fi
	for t in "${_chosen[@]}"; do
		TMP=$_base/$t
		mkdir "$TMP"
		# Not "_one || rc=...": being looked at would switch off the subshell's errexit.
		start=$SECONDS
		_one "$t"
		rc=$?
		_result "$rc" $((_done + 1)) "$t" $((SECONDS - start))
	done
}
