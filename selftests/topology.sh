# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2153,SC2154 # variables are set for, and by name from, the suites
#
# Topologies of tenovl's selftests, on top of lib.sh.
#
#	   T1 (10.1.0.1/24 fd01::1/64)            T2 (10.1.0.2/24 fd01::2/64)
#	 ┌──────────┐                           ┌──────────┐
#	 │    s1    │                           │    s1    │          tenant namespaces
#	 └────╫─────┘                           └────╫─────┘
#	 ┌────╨─────┐        ┌──────────┐       ┌────╨─────┐
#	 │ H1    u0 ├────────┤ SW (br0) ├───────┤ u0    H2 │  ...     hypervisors, underlay
#	 └──────────┘        └──────────┘       └──────────┘
#	   10.9.0.1/24 fd09::1/64                 10.9.0.2/24 fd09::2/64
#
# With two hypervisors there is no switch: one veth pair joins them.
#
#	hv_lay N [MTU]			makes H1..HN and the underlay
#	hv_routed [MTU_LEFT MTU_RIGHT]	makes H1, R, H2: 10.8.1.1 - 10.8.1.254 R 10.8.2.254 - 10.8.2.2,
#					fd08:1::1 and so on; R is a router
#	overlay ENC FAM N [SETTING...]	makes T1..TN with a segment s1 each, all of them peers
#	segment NS TENANT DEV SETTING...	one device, made in NS straight into TENANT
#	ENC is vxlan, gre-nvgre or gre-plain; FAM is 4 or 6, the underlay's family.

HELPERS=$TOP/selftests/helpers
PY=/usr/bin/python3
ENCS="vxlan gre-nvgre gre-plain"

# Loads the module. New namespaces take their settings from the first one: no
# duplicate address detection, no solicitations that a test would have to wait for.
load_module()
{
	sysctl -qw net.core.devconf_inherit_init_net=1
	[[ ! -d /proc/sys/net/ipv6 ]] || sysctl -qw net.ipv6.conf.all.accept_dad=0 \
		net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.router_solicitations=0
	# shellcheck disable=SC2119
	tenovl_load
	serve_helpers
}

# Starting Python takes half a second under software emulation: one is kept that runs the helpers.
serve_helpers()
{
	[[ -z ${_ask:-} ]] || return 0
	mkfifo "$_base/ask" "$_base/answer"
	exec {_ask}<>"$_base/ask" {_answer}<>"$_base/answer"
	"$PY" "$HELPERS/serve.py" <"$_base/ask" >"$_base/answer" 3>&- &
	defer bg_stop $!
}

# Runs helpers/NAME.py in a namespace ("-": this one) with what is on the file as its input:
# helper FILE NS NAME ARGUMENT...
helper()
{
	local out=$TMP/helper.$BASHPID.$RANDOM status IFS=$'\t'

	printf '%s\n' "$out"$'\t'"$*" >&"$_ask"
	read -rt $((120 * TENOVL_SLOW)) status <&"$_answer" || fail "no answer from serve.py to: $*"
	if [[ -s $out ]]; then
		printf '%s\n' "$(<"$out")"
	fi
	return "$status"
}

# The underlay address of hypervisor I.
uaddr()
{
	if [[ $1 == 4 ]]; then
		echo "10.9.0.$2"
	else
		echo "fd09::$2"
	fi
}

# The settings that make an encapsulation.
enc_args()
{
	case $1 in
	vxlan) echo "encap vxlan" ;;
	gre-nvgre) echo "encap gre gre-key nvgre" ;;
	gre-plain) echo "encap gre gre-key plain" ;;
	esac
}

# Bytes that an encapsulation puts before the inner IP packet.
overhead()
{
	local ip=20 own=8

	[[ $2 == 4 ]] || ip=40
	[[ $1 != vxlan ]] || own=16
	echo $((ip + own + 14))
}

# The numbers 1..N without one, as addresses joined by commas.
others()
{
	local fam=$1 n=$2 me=$3 i out=

	for ((i = 1; i <= n; i++)); do
		((i == me)) || out+=,$(uaddr "$fam" "$i")
	done
	echo "${out#,}"
}

hv_lay()
{
	local n=$1 mtu=${2:-1500} i h names=()

	for ((i = 1; i <= n; i++)); do
		names+=("H$i")
	done
	ns_new "${names[@]}"
	if ((n == 2)); then
		ip -n "$H1" link add u0 mtu "$mtu" type veth peer name u0 mtu "$mtu" netns "$H2"
	else
		ns_new SW
		{
			echo "link add br0 mtu $mtu type bridge mcast_snooping 0"
			echo "link set br0 up"
			for ((i = 1; i <= n; i++)); do
				h=H$i
				echo "link add p$i mtu $mtu type veth peer name u0 mtu $mtu netns ${!h}"
				echo "link set p$i master br0 up"
			done
		} | ip -n "$SW" -batch -
	fi
	for ((i = 1; i <= n; i++)); do
		h=H$i
		ip -n "${!h}" -batch - <<-END
			addr add 10.9.0.$i/24 dev u0
			addr add fd09::$i/64 dev u0 nodad
			link set u0 up
		END
	done
	wait_for "the underlay's links are up" carriers "$n"
}

carriers()
{
	local i h

	for ((i = 1; i <= $1; i++)); do
		h=H$i
		ip -n "${!h}" link show dev u0 | grep -q LOWER_UP || return 1
	done
}

hv_routed()
{
	local left=${1:-1500} right=${2:-1500}

	ns_new H1 R H2
	router "$R"
	link_pair "$H1" u0 "$R" r1 "$left"
	link_pair "$H2" u0 "$R" r2 "$right"
	ip -n "$R" -batch - <<-END
		addr add 10.8.1.254/24 dev r1
		addr add fd08:1::254/64 dev r1 nodad
		addr add 10.8.2.254/24 dev r2
		addr add fd08:2::254/64 dev r2 nodad
	END
	ip -n "$H1" -batch - <<-END
		addr add 10.8.1.1/24 dev u0
		addr add fd08:1::1/64 dev u0 nodad
		route add default via 10.8.1.254
		route add default via fd08:1::254
	END
	ip -n "$H2" -batch - <<-END
		addr add 10.8.2.2/24 dev u0
		addr add fd08:2::2/64 dev u0 nodad
		route add default via 10.8.2.254
		route add default via fd08:2::254
	END
}

# A device, made in the underlay namespace straight into the tenant's.
segment()
{
	local h=$1 t=$2 dev=$3

	shift 3
	ovctl -n "$h" dev add "$dev" netns "$t" "$@"
}

tenant_mac()
{
	printf '02:00:00:00:01:%02x' "$1"
}

# Tenant namespace number I, called by the name given, with its addresses.
tenant_up()
{
	local t=$1 dev=$2 i=$3

	ip -n "$t" -batch - <<-END
		link set $dev address $(tenant_mac "$i")
		addr add 10.1.0.$i/24 dev $dev
		addr add fd01::$i/64 dev $dev nodad
		link set $dev up
	END
}

# All are made and know each other before the first comes up and talks.
overlay()
{
	local enc=$1 fam=$2 n=$3 i h t names=()

	shift 3
	for ((i = 1; i <= n; i++)); do
		names+=("T$i")
	done
	ns_new "${names[@]}"
	for ((i = 1; i <= n; i++)); do
		h=H$i
		t=T$i
		{
			echo "dev add s1 netns ${!t} vni 100 $(enc_args "$enc") local $(uaddr "$fam" "$i") $*"
			((n < 2)) || echo "peer add s1 $(others "$fam" "$n" "$i")"
		} | ovctl -n "${!h}" batch -
	done
	for ((i = 1; i <= n; i++)); do
		t=T$i
		tenant_up "${!t}" s1 "$i"
	done
}

# The first value of a key in JSON as ovctl prints it (flat objects), or DEFAULT, without starting a
# process: that takes a third of a second under software emulation. json_get JSON KEY DEFAULT
json_get()
{
	local list='\[[^]]*\]' text='"([^"]*)"' rest='[^],}]*'

	if [[ $1 =~ \"$2\":($list|$text|$rest) ]]; then
		echo "${BASH_REMATCH[2]:-${BASH_REMATCH[1]//\"\"/}}"
	else
		echo "$3"
	fi
}

# Those objects, a line each, of JSON as ovctl prints it that have this text in them.
json_having()
{
	grep -F -- "$1" || :
}

# How many objects a list holds: ovctl prints one a line.
json_length()
{
	grep -c '^ {' <<<"$1" || :
}

# A counter of a device: counter NS DEV NAME.
counter()
{
	json_get "$(ovctl -n "$1" -j stats show "$2")" "$3" none
}

# A counter of the namespace as an underlay: net_counter NS NAME.
net_counter()
{
	json_get "$(ovctl -n "$1" -j stats show --underlay)" "$2" none
}

# A counter of a peer: peer_counter NS DEV ADDR NAME.
peer_counter()
{
	json_get "$(ovctl -n "$1" -j peer show "$2" "$3")" "$4" none
}

# A setting or told value of a device: dev_value NS DEV NAME.
dev_value()
{
	json_get "$(ovctl -n "$1" -j dev show "$2")" "$3" null
}

# A value of a peer: peer_value NS DEV ADDR NAME.
peer_value()
{
	json_get "$(ovctl -n "$1" -j peer show "$2" "$3")" "$4" null
}

# The peer that an entry points at, or nothing: fdb_peer NS DEV MAC.
fdb_peer()
{
	json_get "$(ovctl -n "$1" -j fdb show "$2" | json_having "\"mac\":\"$3\"")" peer ''
}

# A value of an entry: fdb_value NS DEV MAC NAME.
fdb_value()
{
	json_get "$(ovctl -n "$1" -j fdb show "$2" | json_having "\"mac\":\"$3\"")" "$4" null
}

# How many devices are seen from a namespace.
devices()
{
	json_length "$(ovctl -n "$1" -j dev show)"
}

# True when a counter is what is said: counted NS DEV NAME VALUE.
counted()
{
	[[ $(counter "$1" "$2" "$3") == "$4" ]]
}

net_counted()
{
	[[ $(net_counter "$1" "$2") == "$3" ]]
}

# True when an entry points where it is said: entry_at NS DEV MAC PEER.
entry_at()
{
	[[ $(fdb_peer "$1" "$2" "$3") == "$4" ]]
}

no_entry()
{
	[[ -z $(fdb_peer "$1" "$2" "$3") ]]
}

# All that a device holds that configuration made, to compare before and after; not an MTU that
# follows the routes.
state_of()
{
	local what

	for what in dev peer port fdb route; do
		ovctl -n "$1" -j "$what" show "$2"
	done | sed -E '/"mtu-auto":true/s/"mtu":[0-9]+,//; s/"(generation|pmtu|idle|age)":[^,}]*,?//g; s/,?"stats":\{[^}]*\}//; s/\},?$/}/' | sort
}

# How many packets the rules with this comment counted: nft_counter NS COMMENT.
nft_counter()
{
	ns "$1" nft list ruleset | awk -v c="comment \"$2\"" '
		index($0, c) { for (i = 1; i < NF; i++) if ($i == "packets") n += $(i + 1) }
		END { print n + 0 }'
}

# Sends the packets told on stdin (see helpers/inject.py) from a namespace.
inject()
{
	local text

	IFS= read -r -d '' text || :
	printf '%s' "$text" >"$TMP/inject"
	helper "$TMP/inject" "$1" inject
}

# The fields of a capture, one packet a line; see helpers/pcap.py.
pcap()
{
	local id=$1

	shift
	capture_stop "$id"
	helper /dev/null - pcap "$TMP/$id.pcap" "$@"
}

# What waits in a capture that still runs.
pcap_now()
{
	local id=$1

	shift
	helper /dev/null - pcap "$TMP/$id.pcap" "$@"
}

# True when a running capture holds a line that matches: pcap_has ID REGEX [KEY...].
pcap_has()
{
	local id=$1 what=$2

	shift 2
	pcap_now "$id" "$@" | grep -Eq -- "$what"
}

# Addresses in hexadecimal, for frames made by hand: an IPv4 one, and fd01::3 as hex6 fd01 3.
hex4()
{
	local IFS=.

	# shellcheck disable=SC2086
	printf '%02x%02x%02x%02x' $1
}

hex6()
{
	printf '%04x%024x%04x' "0x$1" 0 "0x$2"
}

# The Internet checksum of words in hexadecimal.
csum_of()
{
	local hex=$1 sum=0 i

	for ((i = 0; i < ${#hex}; i += 4)); do
		sum=$((sum + 0x${hex:i:4}))
	done
	while ((sum >> 16)); do
		sum=$(((sum & 0xffff) + (sum >> 16)))
	done
	printf '%04x' $((~sum & 0xffff))
}

# solicit SRC TARGET OPTIONS [HOPS] [CODE]: addresses and options in hexadecimal; to the target's
# group. TYPE is another type of message.
solicit()
{
	local dst=ff0200000000000000000001ff${2:26} msg len

	msg=${TYPE:-87}${5:-00}000000000000$2$3
	len=$(printf '%04x' $((${#msg} / 2)))
	msg=${msg:0:4}$(csum_of "$1${dst}0000${len}0000003a$msg")${msg:8}
	echo "dmac=33:33:ff:${2:26:2}:${2:28:2}:${2:30:2} etype=86dd body=60000000${len}3a${4:-ff}$1$dst$msg"
}

# The option that tells who asks.
sllao()
{
	echo "0101${1//:/}"
}

# Rounds: fewer under the slow debug kernel; TENOVL_SCALE is a percentage.
rounds()
{
	local scale=100 n

	[[ $TENOVL_KERNEL != debug ]] || scale=$((100 / TENOVL_SLOW))
	n=$(($1 * ${TENOVL_SCALE:-$scale} / 100))
	echo $((n > 0 ? n : 1))
}

# The listener of a TCP or UDP port is there.
listens()
{
	ns "$1" ss -Hltun "sport = :$2" | grep -q .
}

# TCP: BYTES of random data from CLIENT arrive at SERVER as they were sent.
# tcp_ok SERVER CLIENT DST [BYTES]
tcp_ok()
{
	local to=$3 rx= id=tcp$RANDOM

	[[ $3 != *:* ]] || to="[$3]"
	head -c "${4:-300000}" /dev/urandom >"$TMP/$id.sent"
	ns "$1" socat -u "TCP-LISTEN:7001,reuseaddr,pf=ip$([[ $3 == *:* ]] && echo 6 || echo 4)" \
		"CREATE:$TMP/$id.got" >/dev/null 2>&1 3>&- </dev/null &
	rx=$!
	defer bg_stop "$rx"
	wait_for "socat listens" listens "$1" 7001
	check "TCP from $2 to $3" ns "$2" timeout $((60 * TENOVL_SLOW)) \
		socat -u "OPEN:$TMP/$id.sent" "TCP:$to:7001"
	wait_for "all bytes have arrived at $3" cmp -s "$TMP/$id.sent" "$TMP/$id.got"
	bg_stop "$rx"
}

# So many bytes from one tenant to another by iperf3, none of them left on the way, and hardly any
# sent twice. The receiver is iperf3's client, which reads until it has them all; its server ends
# with what it has when the sender has nothing more to hand over. stream TEXT FROM TO FROMS-ADDRESS MBYTES
stream()
{
	local text=$1 bytes again want=$(($5 << 20)) out

	out=$(iperf "$2" "$3" "$4" -R -n "$5M") || fail "$text: iperf3: $out"
	read -r bytes again < <(jq -r '.end | "\(.sum_received.bytes | floor) \(.sum_sent.retransmits)"' <<<"$out")
	number "$bytes" -ge "$want" "$text: bytes that arrived"
	# A few percent of the segments, and some for slow start over a short queue: what a storm is not.
	number "$again" -le $((want / 1300 / 30 + 100)) "$text: segments sent again"
}
