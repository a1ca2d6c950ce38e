#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the live migration of a guest costs: QEMU's own "migrate" between two hypervisors, while a
# third one pings the guest every 5 ms and talks to it by TCP.
#
# Run by "make bench-migrate", in user-mode Linux, where the two emulators run as they would on the
# machine itself. The kernel there has all debugging on, and there is one processor for all: times
# and rates compare within a run, and say nothing about hardware.
#
# First the guest's state goes by each way without any other traffic, by turns: the underlay itself,
# a tenovl segment, in-tree vxlan; and a plain TCP transfer of as many bytes. Then the contestants
# move a guest that is talked to, each with the state on its own kind of overlay:
#
#	planned		tenovl: prepared at all three, with clone; what comes too early waits
#	unplanned	tenovl: nobody knows; QEMU announces the guest at its new place
#	vxlan		bridge and in-tree vxlan that learn; QEMU announces it as well
#	silent		the same, and nobody announces it
#
# Fails when
# * a TCP stream of tenovl's is reset, or not all of it comes back;
# * tenovl loses an answer, a ping that the guest had, or one that came to the old place when that
#   had heard of the move; with a planned move, any ping;
# * the state takes the way over tenovl at less than 0.9 of the rate over the underlay (the medians).
#
# SIZES="128 192 256" of guests in MB, ROUNDS=N (3) of the first part, CONTESTANTS, DELAY=MS (5, from
# the third hypervisor to the others and back, in the second part only) and LINE=MBIT (in the first
# part only) choose. The line has 400, 50 MB/s, without; with 0 all goes as fast as the one processor
# lets it, and what is compared is its work for each byte, with all debugging on. Figures go to
# streams.csv and moves.csv, the table to table.txt, in $TENOVL_OUT where that is given.
# shellcheck disable=SC2153,SC2154 # variables are set by name
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"
# shellcheck source=selftests/guests.sh
source "$TOP/selftests/guests.sh"

set -eu
SIZES=${SIZES:-128 192 256}
ROUNDS=${ROUNDS:-3}
CONTESTANTS=${CONTESTANTS-planned unplanned vxlan silent}
DELAY=${DELAY:-5}
LINE=${LINE:-400}
WAYS="bare tenovl vxlan"
TMP=$(mktemp -d)
_base=$TMP
OUT=${TENOVL_OUT:-$TMP}
STREAMS=$OUT/streams.csv
MOVES=$OUT/moves.csv
FIELDS="total_ms mb_s downtime_ms pings lost lost_running lost_taken lost_elsewhere lost_answers
	to_old_after_all twice gap_beyond_ms stall_ms records back tcp_error announced stopped_ms"
bad=0
trap '_undo; rm -rf "$TMP"' EXIT

complain()
{
	printf 'FAILED: %s\n' "$*"
	bad=1
}

value()
{
	jq -r ".$1" "$TMP/told"
}

# What was laid goes before the next one comes.
unlay()
{
	local n

	for n in T1 T2 T3 M1 M2 X1 X2 H1 H2 H3 SW; do
		ns_del "${!n}"
	done
}

# Megabytes a second of a plain TCP transfer: plain SIZE WAY
plain()
{
	local over to

	read -r over to < <(way "$2")
	iperf "${over#*,}" "${over%,*}" "$to" -n "${1}M" |
		jq '.end.sum_received.bits_per_second / 80000 | round / 100'
}

streams()
{
	local size round over rate

	lay_tenovl 0
	lay_line "$LINE"
	for size in $SIZES; do
		for ((round = 1; round <= ROUNDS; round++)); do
			for over in $WAYS; do
				if ! live "$size" plain "$over" quiet=1 >"$TMP/told"; then
					complain "no migration of $size MB over $over"
					continue
				fi
				rate=$(plain "$size" "$over")
				echo "$size,$round,$over,$(value total_ms),$(value mb_s),$rate" | tee -a "$STREAMS"
			done
		done
	done
	unlay
}

# The median of a column of the rows that have size and way: median SIZE WAY COLUMN
median()
{
	awk -F, -v s="$1" -v w="$2" -v c="$3" '$1 == s && $3 == w { print $c }' "$STREAMS" | sort -n |
		awk '{ v[NR] = $1 } END { print NR ? v[int((NR + 1) / 2)] : "-" }'
}

# move SIZE CONTESTANT: what it says is in told.
move()
{
	case $2 in
	planned) live "$1" planned tenovl ;;
	unplanned) live "$1" unplanned tenovl ;;
	vxlan) live "$1" plain vxlan ;;
	silent) live "$1" plain vxlan rounds=0 ;;
	esac >"$TMP/told"
}

# What tenovl must not do: judge SIZE CONTESTANT
judge()
{
	local name

	for name in lost_taken lost_elsewhere lost_answers to_old_after_all; do
		[[ $(value $name) == 0 ]] || complain "$2, $1 MB: $name is $(value $name)"
	done
	[[ $2 != planned || $(value lost) == 0 ]] || complain "planned, $1 MB: $(value lost) pings lost"
	[[ -z $(value tcp_error) && $(value records) == "$(value back)" ]] ||
		complain "$2, $1 MB: TCP: $(value back) of $(value records) records back, $(value tcp_error)"
}

moves()
{
	local who size lay name row

	for who in $CONTESTANTS; do
		lay=tenovl
		[[ $who == *planned ]] || lay=vxlan
		"lay_$lay" "$DELAY"
		for size in $SIZES; do
			if ! move "$size" "$who"; then
				complain "$who does not move $size MB"
				continue
			fi
			row=$size,$who
			for name in $FIELDS; do
				row+=,$(value "$name")
			done
			echo "$row" | tee -a "$MOVES"
			[[ $lay != tenovl ]] || judge "$size" "$who"
		done
		unlay
	done
}

# A value of a contestant's row: of SIZE WHO NAME
of()
{
	awk -F, -v s="$1" -v w="$2" -v n="$3" 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
		$1 == s && $2 == w { v = $c[n] } END { print v == "" ? "-" : v }' "$MOVES"
}

share()
{
	awk -v a="$1" -v b="$2" 'BEGIN { if (a + 0 && b + 0) printf "%.2f", a / b; else print "-" }'
}

line()
{
	printf '%-26s %5s %8s %7s %7s %6s %9s %6s %6s %8s %9s %6s\n' "$@"
}

# Rates of the state and of a plain TCP transfer in MB/s, and the former by that of the underlay;
# QEMU's downtime, and what the longest gap between answers is beyond that, in ms; pings lost, and
# those of them that were sent while the guest ran.
table()
{
	local size who over tcp

	line what MB "total ms" MB/s TCP /bare downtime pings lost running "gap more" stream
	for size in $SIZES; do
		for over in $WAYS; do
			line "state alone, $over" "$size" "$(median "$size" "$over" 4)" \
				"$(median "$size" "$over" 5)" "$(median "$size" "$over" 6)" \
				"$(share "$(median "$size" "$over" 5)" "$(median "$size" bare 5)")" \
				- - - - - -
		done
		for who in $CONTESTANTS; do
			over=vxlan tcp=ok
			[[ $who != *planned ]] || over=tenovl
			[[ $(of "$size" "$who" tcp_error) == - ]] || tcp=broken
			[[ $(of "$size" "$who" back) == "$(of "$size" "$who" records)" ]] || tcp+=,short
			line "$who" "$size" "$(of "$size" "$who" total_ms)" "$(of "$size" "$who" mb_s)" \
				"$(median "$size" "$over" 6)" \
				"$(share "$(of "$size" "$who" mb_s)" "$(median "$size" bare 5)")" \
				"$(of "$size" "$who" downtime_ms)" "$(of "$size" "$who" pings)" \
				"$(of "$size" "$who" lost)" "$(of "$size" "$who" lost_running)" \
				"$(of "$size" "$who" gap_beyond_ms)" "$tcp"
		done
	done
}

# Over all sizes and rounds: each rate by that of the underlay in the same round.
rates()
{
	local over ratio

	for over in tenovl vxlan; do
		ratio=$(awk -F, -v w="$over" '$3 == "bare" { b[$1, $2] = $5 }
			$3 == w && b[$1, $2] { print $5 / b[$1, $2] }' "$STREAMS" | sort -n |
			awk '{ v[NR] = $1 } END { printf "%.2f", NR ? v[int((NR + 1) / 2)] : 0 }')
		echo "the state over $over: $ratio of the rate over the underlay (median of all rounds)"
		[[ $over != tenovl ]] || awk -v r="$ratio" 'BEGIN { exit !(r >= 0.9) }' ||
			complain "less than 0.9 of the rate over the underlay"
	done
}

load_module
# shellcheck disable=SC2086
station_built $SIZES
echo "size,round,way,total_ms,mb_s,tcp_mb_s" >"$STREAMS"
echo "size,who,${FIELDS//[[:space:]]/,}" | sed 's/,,*/,/g' >"$MOVES"
streams
moves
{
	echo "Linux $(uname -r), $(qemu-system-x86_64 --version | head -n 1), $(date +%F)"
	table
	rates
} >"$OUT/table.txt"
cat "$OUT/table.txt"
exit "$bad"
