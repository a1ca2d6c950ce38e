#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Control path: what can be set reads back, what is refused is refused with its
# own sentence and changes nothing, and only who may configures, from where it may.
# seconds: 298
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"

TESTS="
	defaults settings_read_back settings_at_creation peer_settings
	changes_while_running
	policy_bounds told_not_set
	refused_device refused_peer refused_fdb refused_calls refused_policy refused_port refused_mtu refused_link refused_bridge refused_move
	sentences_covered counters_covered
	usage_errors creation_is_atomic batch
	from_segment_and_underlay third_namespace names_in_two_namespaces dump_of_all
	unprivileged userns_root userns_owner
	rename_and_move
	bridge_fdb bridge_flags bridge_monitor bridge_flood
	refused_mtu_kept
	statistics
"

# Set by bg.
hold=''

setup_suite()
{
	load_module
}

# A device "a" in H1 with two peers, to be refused things: plain [ENC FAM]. P1 is its own address,
# P2 and P3 are those of its peers, P4 to P9 are nobody's.
plain()
{
	local enc=${1:-vxlan} fam=${2:-4} i

	ns_new H1
	ip -n "$H1" link add u0 type dummy
	addr "$H1" u0 10.9.0.1/24 fd09::1/64
	for i in 1 2 3 4 5 6 7 8 9; do
		printf -v "P$i" '%s' "$(uaddr "$fam" "$i")"
	done
	ovctl -n "$H1" batch - <<-END
		dev add a vni 100 $(enc_args "$enc") local $P1
		peer add a $P2,$P3
		fdb add a 02:00:00:00:00:01 peer $P2 seq 5
	END
}

value_is()
{
	local got

	got=$(dev_value "$H1" a "$1")
	case $got in
	true) got=1 ;;
	false) got=0 ;;
	esac
	same "$2" "$got" "$1 as read back"
}

# A dump that names no device is of those that live where it is asked for, and of no others.
test_dump_of_all()
{
	plain
	ns_new X
	ovctl -n "$H1" batch - <<-END
		dev add b vni 101 encap gre local $P1
		peer add b $P2,$P4,$P5
		dev add c mode l3 vni 7 encap gre local $P1
		peer add c $P2 inner-source 10.1.0.0/16
		route add c 10.1.0.0/16,10.2.0.0/16 peer $P2
		dev add d vni 102 local $P1
		dev add far netns $X vni 103 encap vxlan local $P1
		peer add far $P6
		port add b p0 access
	END
	ns "$H1" "$PY" "$HELPERS/nl.py" fill a "$P2" 0 1500
	ns "$H1" "$PY" "$HELPERS/nl.py" fill b "$P4" 5000 1500
	ns "$X" "$OVCTL" fdb add far 02:00:00:00:00:02 peer "$P6"
	check "dumps of all" ns "$H1" "$PY" "$HELPERS/nl.py" dumpall 4
	check "dumps of one" ns "$X" "$PY" "$HELPERS/nl.py" dumpall 1
}

test_defaults()
{
	ns_new H1
	ovctl -n "$H1" dev add a
	for pair in mode=l2 encap=vxlan dstport=4789 inner-vlan=pass learning=1 source-check=1 \
		mtu-auto=1 peers=0 static-entries=0 learned-entries=0 ageing=300 move-limit=5 \
		move-window=180 mark=0 link=0 ttl=0 udp-csum=auto udp-zero-csum6-rx=0 gre-csum=0 \
		flowid=hash gre-key=nvgre redirect=10 redirect-port=32767 tombstones=0; do
		value_is "${pair%%=*}" "${pair#*=}"
	done
	[[ $(dev_value "$H1" a vni) == null ]] || fail "a VNI nobody set"
	[[ $(dev_value "$H1" a local) == null ]] || fail "a local address nobody set"
}

# Each setting: word of the grammar, key of the spec, values.
SETTINGS="
	vni:vni:0=0:16777215=16777215:0x10=16:100=100
	encap:encap:gre=gre:vxlan=vxlan
	gre-key:gre-key:plain=plain:nvgre=nvgre
	flowid:flowid:off=off:hash=hash
	dstport:dstport:1=1:65535=65535:4789=4789
	ttl:ttl:1=1:255=255:auto=0
	dscp:dscp:63=63:0=0
	dscp:dscp-inherit:inherit=1:0=0
	df:df:unset=unset:set=set:inherit=inherit
	udp-csum:udp-csum:on=on:off=off:auto=auto
	udp-zero-csum6-rx:udp-zero-csum6-rx:on=1:off=0
	gre-csum:gre-csum:on=1:off=0
	inner-vlan:inner-vlan:drop=drop:pass=pass
	learning:learning:off=0:on=1
	ageing:ageing:0=0:1000000=1000000:300=300
	max-learned:max-learned:0=0:16777216=16777216:10=10
	move-limit:move-limit:0=0:1000=1000:5=5
	move-window:move-window:1=1:86400=86400:180=180
	source-check:source-check:off=0:on=1
	mark:mark:4294967295=4294967295:0xff=255:0=0
	redirect:redirect:0=0:3600=3600:10=10
	redirect-port:redirect-port:1=1:3003=3003:32767=32767
	mtu:mtu:68=68:1400=1400
	mtu:mtu-auto:1400=0:auto=1
"

test_settings_read_back()
{
	local line word key values pair rest

	plain
	for line in $SETTINGS; do
		IFS=: read -r word key rest <<<"$line"
		IFS=: read -ra values <<<"$rest"
		for pair in "${values[@]}"; do
			check "dev set $word ${pair%=*}" ovctl -n "$H1" dev set a "$word" "${pair%=*}"
			value_is "$key" "${pair#*=}"
		done
	done
	ovctl -n "$H1" dev set a srcport 40000 40010
	value_is src-port-min 40000
	value_is src-port-max 40010
	ovctl -n "$H1" dev set a link u0
	value_is link "$(ifindex_of "$H1" u0)"
	ovctl -n "$H1" dev set a link none
	value_is link 0
	ovctl -n "$H1" peer del a 10.9.0.2,10.9.0.3
	for local in fd09::1 :: 0.0.0.0 10.9.0.1; do
		ovctl -n "$H1" dev set a local $local
		value_is local $local
	done
}

# One line makes a device with everything set; text output shows it as well.
test_settings_at_creation()
{
	plain
	ovctl -n "$H1" dev add b vni 7 encap gre gre-key plain flowid off local fd09::1 dstport 4790 \
		srcport 1000 2000 link u0 mark 5 ttl 9 dscp 11 df set udp-csum on \
		udp-zero-csum6-rx on gre-csum on inner-vlan drop learning off ageing 60 \
		max-learned 50 move-limit 2 move-window 9 source-check off mtu 1333
	same "7 gre plain off fd09::1 4790 1000 2000 5 9 11 set on drop 60 50 2 9 1333" \
		"$(ovctl -n "$H1" -j dev show b | jq -r '[.. | objects | select(has("vni"))][0] |
		[.vni, .encap, ."gre-key", .flowid, .local, .dstport, ."src-port-min", ."src-port-max",
		.mark, .ttl, .dscp, .df, ."udp-csum", ."inner-vlan", .ageing, ."max-learned",
		."move-limit", ."move-window", .mtu] | map(tostring) | join(" ")')" "as read back"
	must_say "fd09::1" ovctl -n "$H1" dev show b
	same 2 "$(devices "$H1")" "devices shown"
	# Not named, not changed.
	before=$(ovctl -n "$H1" -j dev show b | jq -cS 'walk(if type == "object" then del(.ttl, .generation) else . end)')
	ovctl -n "$H1" dev set b ttl 10
	same "$before" "$(ovctl -n "$H1" -j dev show b |
		jq -cS 'walk(if type == "object" then del(.ttl, .generation) else . end)')" "what was not named"
}

test_peer_settings()
{
	local pair

	for pair in vxlan:6 gre-nvgre:4 gre-plain:6; do
		peer_settings "${pair%:*}" "${pair#*:}"
	done
}

# What a peer is given, where the device has another.
peer_settings()
{
	local enc=$1 own="encap gre gre-key plain" want="gre plain" sources=10.9.1.4,10.9.2.4 got i

	[[ $enc != gre-plain ]] || { own="encap gre gre-key nvgre" want="gre nvgre"; }
	[[ $enc != gre-nvgre ]] || { own="encap vxlan gre-key plain" want="vxlan plain"; }
	plain "$@"
	[[ $2 == 4 ]] || sources=fd09:1::4,fd09:2::4
	# shellcheck disable=SC2086
	ovctl -n "$H1" peer add a "$P4" $own dstport 5555 source "$sources" flood off admin down
	got=$(ovctl -n "$H1" -j peer show a "$P4")
	same "$want 5555 down" "$(json_get "$got" encap none) $(json_get "$got" gre-key none) \
$(json_get "$got" dstport none) $(json_get "$got" admin none)" "as read back, $*"
	[[ $(json_get "$got" flood none) =~ ^(0|false)$ ]] || fail "flood as read back, $*"
	for i in ${sources/,/ }; do
		[[ $got == *"\"$i\""* ]] || fail "source $i as read back, $*: $got"
	done
	ovctl -n "$H1" peer set a "$P4" dstport inherit encap inherit gre-key inherit flood on admin up source none
	got=$(ovctl -n "$H1" -j peer show a "$P4")
	same "inherit inherit up" "$(json_get "$got" encap none) $(json_get "$got" gre-key none) $(json_get "$got" admin none)" \
		"set back, $*"
	[[ $(json_get "$got" dstport null) =~ ^(0|null)$ ]] || fail "dstport set back, $*"
	[[ $got != *"\"${sources%,*}\""* ]] || fail "a source is left, $*: $got"
	same 3 "$(ovctl -n "$H1" -j peer show a | jq '[.. | .address? // empty | strings] | length')" "peers shown"
	must_say "$P4" ovctl -n "$H1" peer show a
	ovctl -n "$H1" peer set a "$P2,$P3" admin down
	same "down down" "$(peer_value "$H1" a "$P2" admin) $(peer_value "$H1" a "$P3" admin)" "set in bulk"
	ovctl -n "$H1" peer del a "$P2,$P3,$P4"
	value_is peers 0
	value_is static-entries 0
}

# Everything but the mode may change while frames flow.
test_changes_while_running()
{
	hv_lay 2
	overlay vxlan 4 2
	ping_ok "$T1" 10.1.0.2 1
	for step in "vni 4711" "encap gre gre-key plain" "gre-key nvgre" "vni 8" "encap vxlan dstport 4444" \
		"dstport 4789 udp-csum on" "encap gre gre-csum on" "ttl 3 dscp inherit df set"; do
		for t in "$T1" "$T2"; do
			# shellcheck disable=SC2086
			ovctl -n "$t" dev set s1 $step
		done
		ping_ok "$T1" 10.1.0.2 1
		ping_ok "$T2" fd01::1 1
	done
	# To the other family of underlay: the peers go first.
	for i in 1 2; do
		t=T$i
		ovctl -n "${!t}" peer del s1 "10.9.0.$((3 - i))"
		ovctl -n "${!t}" dev set s1 local "fd09::$i"
		ovctl -n "${!t}" peer add s1 "fd09::$((3 - i))"
	done
	ping_ok "$T1" 10.1.0.2 1
	ping_ok "$T2" fd01::1 1
}

test_policy_bounds()
{
	plain
	ovctl -n "$H1" dev add b vni 200 local 10.9.0.1
	ovctl -n "$H1" peer add b 10.9.0.2
	ovctl -n "$H1" port add b bp
	check "bounds of every policy" ns "$H1" "$PY" "$HELPERS/nl.py" bounds b 10.9.0.2
}

test_told_not_set()
{
	plain
	ovctl -n "$H1" port add a ap
	check "what is told is not set" ns "$H1" "$PY" "$HELPERS/nl.py" told a 10.9.0.2
}

# Refusals: "SENTENCE | COMMAND" a line, with the state compared at the end. Raw requests (raw OP JSON)
# to the device are gathered: starting Python for each takes longer than all of them.
refusals()
{
	local before line sentence cmd n=0

	before=$(state_of "$H1" a)
	: >"$TMP/raw"
	while IFS= read -r line; do
		sentence=${line%% | *}
		sentence=${sentence#"${sentence%%[![:space:]]*}"}
		cmd=${line#* | }
		[[ -n $cmd && $cmd != "$line" ]] || continue
		n=$((n + 1))
		if [[ $cmd == "raw "* ]]; then
			printf '%s\n' "$sentence | ${cmd#raw }" >>"$TMP/raw"
			continue
		fi
		# shellcheck disable=SC2086
		must_fail_with "$sentence" $cmd
	done
	if [[ -s $TMP/raw ]]; then
		check "raw requests are refused" ns "$H1" "$PY" "$HELPERS/nl.py" refusals a "$TMP/raw"
	fi
	same "$before" "$(state_of "$H1" a)" "state after $n refusals"
	number "$n" -ge 1 "refusals"
}

o()
{
	ovctl -n "$H1" "$@"
}

# A raw call that names no device but as the JSON says: raw_without OP JSON; prints the sentence.
raw_without()
{
	ns "$H1" "$PY" "$HELPERS/nl.py" call "$1" - "$2"
}

test_refused_device()
{
	plain
	o dev add b vni 200 local 10.9.0.1 dstport 4790
	refusals <<-'END'
		Another device receives this VNI at this local address already | o dev set b vni 100 dstport 4789
		Another device receives this VNI at this local address already | o dev add c vni 100 local 10.9.0.1
		The family of the local address cannot change while there are peers | o dev set a local fd09::1
		The family of the local address cannot change while there are peers | o dev set a local ::
		The local address is the address of a peer | o dev set a local 10.9.0.2
		The first source port is above the last | raw dev-set {"dev":{"src-port-min":2000,"src-port-max":1999}}
		The underlay has no device with this index | raw dev-set {"dev":{"link":9999}}
		A device cannot send through itself | o dev set a link a
		The DSCP is either set or inherited | raw dev-set {"dev":{"dscp":3,"dscp-inherit":1}}
		The MTU is either set or follows the routes | raw dev-set {"dev":{"mtu":1400,"mtu-auto":1}}
		A multicast address cannot be used here | raw dev-set {"dev":{"local":"239.1.1.1"}}
		A multicast address cannot be used here | raw dev-set {"dev":{"local":"ff02::1"}}
		A broadcast address cannot be used here | raw dev-set {"dev":{"local":"255.255.255.255"}}
		An IPv4 address is given in 4 bytes, not as v4-mapped IPv6 | raw dev-set {"dev":{"local":"::ffff:10.9.0.1"}}
		An address has 4 or 16 bytes | raw dev-set {"dev":{"local":"x:0a09000102"}}
		The request names no setting | raw dev-set {"dev":{}}
		The request names nothing to work on | raw dev-set {}
		This command takes one object at a time | raw dev-set {"dev":[{"ttl":1},{"ttl":2}]}
		The mode is fixed when a device is made | raw dev-set {"dev":{"mode":0}}
	END
	refuse "a refused device is there" ip -n "$H1" link show c
}

test_refused_peer()
{
	local pair

	for pair in vxlan:4 gre-nvgre:6 gre-plain:4; do
		refused_peer "${pair%:*}" "${pair#*:}"
	done
}

refused_peer()
{
	local many source=10.9.4. group=224.0.0.1 any=0.0.0.0 other=fd09::2

	plain "$@"
	if [[ $2 == 6 ]]; then
		source=fd09:4:: group=ff02::1 any=:: other=10.9.0.2
		many=$(seq -s, -f '"fd07::%g"' 1 65)
	else
		many=$(seq -s, -f '"10.7.1.%g"' 1 65)
	fi
	o peer add a "$P4" source "${source}4"
	o dev add u
	refusals <<-END
		The address is a peer already | o peer add a $P2
		The address is a peer already | o peer add a $P7,$P2
		The address is a source of another peer | o peer add a ${source}4
		The address is a peer already | o peer set a $P2 source $P3
		The address is a source of another peer | o peer set a $P2 source ${source}4
		The address of the peer is a source of it already | o peer set a $P2 source $P2
		A source must be of the family of its peer's address | o peer set a $P2 source $other
		The address is this device's local address | o peer add a $P1
		The address is not of the family of the local address | o peer add a $other
		The any address is no peer's | o peer add a $any
		A multicast address cannot be used here | raw peer-add {"peer":[{"address":"$group"}]}
		A broadcast address cannot be used here | raw peer-add {"peer":[{"address":"255.255.255.255"}]}
		An IPv4 address is given in 4 bytes, not as v4-mapped IPv6 | raw peer-add {"peer":[{"address":"::ffff:10.9.0.9"}]}
		A peer is named by its address | raw peer-add {"peer":[{"flood":1}]}
		The request names no peer | raw peer-add {}
		The peer is named twice in one request | raw peer-set {"peer":[{"address":"$P2"},{"address":"$P2"}]}
		The peer is named twice in one request | raw peer-del {"peer":[{"address":"$P2"},{"address":"$P2"}]}
		The peer is named twice in one request | raw peer-add {"peer":[{"address":"$P8"},{"address":"$P8"}]}
		An address is named twice in one request | raw peer-add {"peer":[{"address":"$P8","sources":{"address":["${source}9","${source}9"]}}]}
		An address is named twice in one request | raw peer-add {"peer":[{"address":"$P8","sources":{"address":["${source}9"]}},{"address":"$P9","sources":{"address":["${source}9"]}}]}
		A peer has at most 64 further sources | raw peer-set {"peer":[{"address":"$P2","sources":{"address":[$many]}}]}
		The device has no such peer | o peer set a $P9 flood off
		The device has no such peer | o peer del a $P9
		The device has no such peer | o peer del a $P2,$P9
		Set the local address of the device first | o peer add u $P2
	END
}

test_refused_fdb()
{
	plain
	refusals <<-'END'
		The MAC address has a static entry already; use replace | o fdb add a 02:00:00:00:00:01 peer 10.9.0.3
		The MAC address has a static entry already; use replace | o fdb add a 02:00:00:00:00:02,02:00:00:00:00:01 peer 10.9.0.3
		A newer sequence number is known for this MAC address | o fdb replace a 02:00:00:00:00:01 peer 10.9.0.3 seq 4
		A newer sequence number is known for this MAC address | o fdb del a 02:00:00:00:00:01 seq 4
		The device has no such peer; add it with peer add | o fdb add a 02:00:00:00:00:02 peer 10.9.0.9
		The device has no entry for this MAC address | o fdb del a 02:00:00:00:00:02
		The MAC address is not behind this peer | raw fdb-del {"fdb":[{"mac":"02:00:00:00:00:01","peer":"10.9.0.3"}]}
		The MAC address is not the address of one station | o fdb add a 01:00:00:00:00:01 peer 10.9.0.2
		The MAC address is not the address of one station | o fdb add a ff:ff:ff:ff:ff:ff peer 10.9.0.2
		The MAC address is not the address of one station | o fdb add a 00:00:00:00:00:00 peer 10.9.0.2
		The MAC address is named twice in one request | raw fdb-replace {"fdb":[{"mac":"02:00:00:00:00:07","peer":"10.9.0.2"},{"mac":"02:00:00:00:00:07","peer":"10.9.0.2"}]}
		An entry is named by its MAC address | raw fdb-add {"fdb":[{"peer":"10.9.0.2"}]}
		The entry needs the address of a peer | raw fdb-add {"fdb":[{"mac":"02:00:00:00:00:07"}]}
		The request names no MAC address | raw fdb-add {}
		The device has no such peer | o fdb flush a peer 10.9.0.9
		The filter names neither a kind nor a peer | raw fdb-flush {"fdb":[{}]}
		A flush goes by kind and by peer; delete one address | raw fdb-flush {"fdb":[{"mac":"02:00:00:00:00:01"}]}
		A flush asks for no sequence number | raw fdb-flush {"fdb":[{"seq":1}]}
		This command takes one object at a time | raw fdb-flush {"fdb":[{"kind":1},{"kind":0}]}
		The device has no entry for this address | raw fdb-get {"fdb":[{"mac":"02:00:00:00:00:02"}]}
		Entries made by request are static | raw fdb-add {"fdb":[{"mac":"02:00:00:00:00:07","peer":"10.9.0.2","kind":1}]}
	END
}

test_refused_calls()
{
	plain
	ip -n "$H1" link add d0 type dummy
	refusals <<-END
		The request names no device | raw_without dev-set {"dev":{"ttl":1}}
		No device has this index in the namespace | raw_without dev-get {"ifindex":9999}
		No namespace has this id here | raw dev-get {"netns-id":1234567}
		The device is not of kind tenovl | raw_without dev-get {"ifindex":$(ifindex_of "$H1" d0)}
		The counters of an underlay are told in that namespace only | raw_without stats-get {"netns-id":0}
		This dump is of all devices and names none | dump dev-get a
		This dump is of all objects of a device and names none | dump peer-get a {"peer":[{"address":"10.9.0.2"}]}
	END
}

dump()
{
	ns "$H1" "$PY" "$HELPERS/nl.py" dump "$@"
}

i()
{
	ip -n "$H1" "$@"
}

# What is told may not be set, and what a command is not about it does not take.
test_refused_policy()
{
	plain
	# (To a nest that is marked as one, where none is expected, the kernel itself has something to say.)
	refusals <<-'END'
		The mode is fixed when a device is made | raw dev-set {"dev":{"mode":0}}
		The underlay is the namespace that a device is made in | raw dev-set {"dev":{"underlay-netns-id":0}}
		The number of peers is told, not set | raw dev-set {"dev":{"peers":1}}
		The number of static entries is told, not set | raw dev-set {"dev":{"static-entries":1}}
		The number of learned entries is told, not set | raw dev-set {"dev":{"learned-entries":1}}
		The path MTU is told, not set | raw peer-set {"peer":[{"address":"10.9.0.2","pmtu":1400}]}
		The path MTU is told, not set | raw peer-add {"peer":[{"address":"10.9.0.8","pmtu":1400}]}
		The number of entries is told, not set | raw peer-set {"peer":[{"address":"10.9.0.2","entries":1}]}
		The counters of a peer are told, not set | raw peer-set {"peer":[{"address":"10.9.0.2","stats":"x:00000000"}]}
		Entries made by request are static | raw fdb-add {"fdb":[{"mac":"02:00:00:00:00:07","peer":"10.9.0.2","kind":1}]}
		The place of an entry is told, not set | raw fdb-add {"fdb":[{"mac":"02:00:00:00:00:07","peer":"10.9.0.2","place":1}]}
		Whether an entry is frozen is told, not set | raw fdb-replace {"fdb":[{"mac":"02:00:00:00:00:01","peer":"10.9.0.2","frozen":true}]}
		The moves of an entry are told, not set | raw fdb-replace {"fdb":[{"mac":"02:00:00:00:00:01","peer":"10.9.0.2","moves":1}]}
		The idle time of an entry is told, not set | raw fdb-replace {"fdb":[{"mac":"02:00:00:00:00:01","peer":"10.9.0.2","idle":1}]}
		The old peer is told in events only | raw fdb-replace {"fdb":[{"mac":"02:00:00:00:00:01","peer":"10.9.0.2","old-peer":"10.9.0.3"}]}
		A flush goes by kind and by peer; delete one address | raw fdb-flush {"fdb":[{"mac":"02:00:00:00:00:01"}]}
		A flush asks for no sequence number | raw fdb-flush {"fdb":[{"seq":1}]}
		A flush asks for no sequence number | raw fdb-flush {"fdb":[{"force":true}]}
		A device is named by its index | raw dev-set {"ifname":"a","dev":{"ttl":1}}
		A device is named by its index | raw peer-del {"ifname":"a","peer":[{"address":"10.9.0.2"}]}
		A device is named by its index | raw fdb-flush {"ifname":"a"}
		The generation is told, not set | raw dev-set {"generation":1,"dev":{"ttl":1}}
		The generation is told, not set | raw peer-set {"generation":1,"peer":[{"address":"10.9.0.2","flood":0}]}
		The generation is told, not set | raw fdb-del {"generation":1,"fdb":[{"mac":"02:00:00:00:00:01"}]}
		This command changes peers only | raw peer-add {"dev":"x:00000000","peer":[{"address":"10.9.0.8"}]}
		This command changes peers only | raw peer-set {"dev":"x:00000000","peer":[{"address":"10.9.0.2","flood":0}]}
		This command is about peers only | raw peer-del {"dev":"x:00000000","peer":[{"address":"10.9.0.2"}]}
		This command is about peers only | raw peer-get {"dev":"x:00000000","peer":[{"address":"10.9.0.2"}]}
		This command changes forwarding entries only | raw fdb-add {"dev":"x:00000000","fdb":[{"mac":"02:00:00:00:00:07","peer":"10.9.0.2"}]}
		This command changes forwarding entries only | raw fdb-replace {"peer":"x:00000000","fdb":[{"mac":"02:00:00:00:00:07","peer":"10.9.0.2"}]}
		This command deletes forwarding entries only | raw fdb-del {"dev":"x:00000000","fdb":[{"mac":"02:00:00:00:00:01"}]}
		This command deletes forwarding entries only | raw fdb-del {"peer":"x:00000000","fdb":[{"mac":"02:00:00:00:00:01"}]}
		This command deletes forwarding entries only | raw fdb-flush {"dev":"x:00000000"}
		This command deletes forwarding entries only | raw fdb-flush {"peer":"x:00000000"}
		This command is about forwarding entries only | raw fdb-get {"dev":"x:00000000","fdb":[{"mac":"02:00:00:00:00:01"}]}
		This command is about forwarding entries only | raw fdb-get {"peer":"x:00000000","fdb":[{"mac":"02:00:00:00:00:01"}]}
	END
}

test_refused_port()
{
	local ap du

	plain
	ip -n "$H1" link add du type dummy
	ovctl -n "$H1" port add a ap
	ap=$(ifindex_of "$H1" ap) du=$(ifindex_of "$H1" du)
	refusals <<-END
		The number of ports is told, not set | raw dev-set {"dev":{"ports":1}}
		A port is selected by port-select | raw dev-set {"dev":{"selection":"x:00000000"}}
		Entries behind a port are learned, not set | raw fdb-replace {"fdb":[{"mac":"02:00:00:00:00:01","peer":"10.9.0.2","port":1}]}
		Entries behind a port are learned, not set | raw fdb-add {"fdb":[{"mac":"02:00:00:00:00:07","peer":"10.9.0.2","port-name":"ap"}]}
		The old port is told in events only | raw fdb-replace {"fdb":[{"mac":"02:00:00:00:00:01","peer":"10.9.0.2","old-port-name":"ap"}]}
		A port is named by its index | raw port-set {"port":{"priority":1}}
		A port is named by its index | raw port-set {"port":{"index":$ap,"name":"ap","priority":1}}
		A port is named by its index | raw port-get {"port":{}}
		No device has this index in the namespace | raw port-set {"port":{"index":9999,"priority":1}}
		The device has no such port | raw port-get {"port":{"index":1}}
		The device has no such port | raw port-select {"port":{"index":1}}
		The request names no setting | raw port-set {"port":{"index":$ap}}
		The request names nothing to work on | raw port-set {}
		This command takes one object at a time | raw port-set {"port":[{"index":$ap,"priority":1},{"index":$ap,"priority":2}]}
		This command takes one object at a time | raw port-select {"port":[{"index":$ap},{"index":$ap}]}
		The state of a port is told, not set | raw port-set {"port":{"index":$ap,"state":2}}
		A bridge takes the port by rtnetlink | raw port-set {"port":{"index":$ap,"bridge":1}}
		A bridge takes the port by rtnetlink | raw port-set {"port":{"index":$ap,"bridge-name":"br0"}}
		A port is pinned by port-select | raw port-set {"port":{"index":$ap,"pinned":true}}
		The number of entries is told, not set | raw port-set {"port":{"index":$ap,"entries":1}}
		The counters of a port are told, not set | raw port-set {"port":{"index":$ap,"stats":"x:00000000"}}
		The number of a port is told, not set | raw port-set {"port":{"index":$ap,"id":1}}
		A hook is made by rtnetlink | raw port-set {"port":{"index":$ap,"hook":"h"}}
		A device is enslaved by port-add | raw port-set {"port":{"index":$ap,"enslaved":true}}
		Entries behind a port are learned, not set | raw fdb-replace {"fdb":[{"mac":"02:00:00:00:00:01","peer":"10.9.0.2","port-id":1}]}
		No namespace has this id here | raw port-get {"port":{"index":$ap,"own-netns-id":99}}
		No namespace has this id here | raw port-add {"port":{"index":1,"own-netns-id":99}}
		No device has this index in the namespace | raw port-add {"port":{"index":9999}}
		No device has this index in the namespace | raw port-del {"port":{"index":9999}}
		The device has no such port | raw port-del {"port":{"index":1}}
		A port is named by its index | raw port-add {"port":{"role":1}}
		An enslaved device is an access port | raw port-add {"port":{"index":$du,"role":0}}
		An access port has no priority: it always carries its own | raw port-add {"port":{"index":$du,"priority":1}}
		This command changes a port only | raw port-set {"dev":"x:00000000","port":{"index":$ap,"priority":1}}
		This command changes a port only | raw port-set {"peer":"x:00000000","port":{"index":$ap,"priority":1}}
		This command is about a port only | raw port-get {"dev":"x:00000000","port":{"index":$ap}}
		This command is about a port only | raw port-select {"fdb":"x:00000000","port":{"index":$ap}}
		Counters are told, not set | raw port-set {"stats":"x:00000000","port":{"index":$ap,"priority":1}}
		An event is told, not set | raw port-select {"event":1,"port":{"index":$ap}}
	END
	same 32768 "$(json_get "$(o -j port show a ap)" priority none)" "the priority afterwards"
}

# A team does not let the MTU of its ports change.
test_refused_mtu()
{
	plain
	ip -n "$H1" link add t0 type team
	ip -n "$H1" link set dev a master t0
	refusals <<-'END'
		Another device that uses this one refuses the MTU | o dev set a mtu 1300
		Another device that uses this one refuses the MTU | raw dev-set {"dev":{"ttl":9,"mtu":1300}}
	END
}

test_refused_link()
{
	plain
	refusals <<-'END'
		The address must be a unicast address | i link add x address 01:00:00:00:00:01 type tenovl
		The address must be of 6 bytes | i link add x address 02:00:00:00:01 type tenovl
	END
	must_fail_with "mtu greater than device maximum" ip -n "$H1" link set dev a mtu 65535
	refuse "a refused device is there" ip -n "$H1" link show x
	refuse "a group as the head's address" ip -n "$H1" link set dev a address 01:00:00:00:00:01
}

b()
{
	bridge -n "$H1" fdb "$@"
}

test_refused_bridge()
{
	plain
	refusals <<-'END'
		The destination is no peer yet: ovctl peer add DEV ADDRESS | b add 02:00:00:00:00:09 dev a dst 10.9.0.9 self static
		Name the peer: dst ADDRESS | b add 02:00:00:00:00:09 dev a self static
		The VNI is the device's: ovctl dev set DEV vni N | b add 02:00:00:00:00:09 dev a dst 10.9.0.2 vni 3 self static
		The port is the peer's: ovctl peer set DEV ADDRESS dstport PORT | b add 02:00:00:00:00:09 dev a dst 10.9.0.2 port 77 self static
		The output device is set for all: ovctl dev set DEV link LINK | b add 02:00:00:00:00:09 dev a dst 10.9.0.2 via u0 self static
		An address is the same in all VLANs of a tenovl device | b add 02:00:00:00:00:09 dev a dst 10.9.0.2 vlan 7 self static
		A nexthop cannot be used here: name a peer with dst | b add 02:00:00:00:00:09 dev a nhid 7 self static
		What goes to a group goes to the flood list: use 00:00:00:00:00:00 | b add 33:33:00:00:00:01 dev a dst 10.9.0.2 self static
		An entry has no flags but self, extern_learn and sticky | b add 02:00:00:00:00:09 dev a dst 10.9.0.2 self router static
		The peer is in the flood list already | b add 00:00:00:00:00:00 dev a dst 10.9.0.2 self
		The flood list has many destinations: use append and del | b replace 00:00:00:00:00:00 dev a dst 10.9.0.2 self
		An entry made by request is permanent or static | b add 02:00:00:00:00:08 dev a dst 10.9.0.2 self dynamic
		The MAC address has a static entry already; use replace | b add 02:00:00:00:00:01 dev a dst 10.9.0.3 self static
		The device has no entry for this MAC address | b del 02:00:00:00:00:09 dev a self
		A flush goes by destination and by state, not by flags | b flush dev a self extern_learn
		The device has no entry for this address | b get 02:00:00:00:00:09 dev a self
	END
}

# Every sentence that the module can say stands in some suite, but those that take a race or a lack of
# memory that none can time.
UNREACHABLE="
The UDP port cannot be opened in the underlay
GRE cannot be received in the underlay
The underlay of the device is being deleted
The underlay namespace is being deleted
"

# The lists of exceptions and the comments bring nothing about.
test_refused_move()
{
	local i macs

	plain
	o move prepare a 02:00:00:00:00:09
	refusals <<-'END'
		A move of this MAC address is prepared already; abort it first | o move prepare a 02:00:00:00:00:09
		No move of this MAC address is prepared, or it is done | o move finish a 02:00:00:00:00:0a
		No move of this MAC address is prepared, or it is done | o move abort a 02:00:00:00:00:0a
		The MAC address is where it is to move to already | o move prepare a 02:00:00:00:00:01 to 10.9.0.2
		A move is named by its MAC address | raw move-prepare {"move":[{"clone":true}]}
		The counters of a move are told, not set | raw move-prepare {"move":[{"mac":"02:00:00:00:00:0b","waiting":1}]}
		The time that is left is told: set timeout | raw move-prepare {"move":[{"mac":"02:00:00:00:00:0b","left":1}]}
		The number of moves is told, not set | raw dev-set {"dev":{"moves":1}}
		The number of tombstones is told, not set | raw dev-set {"dev":{"tombstones":1}}
		The old place is told in events only | raw fdb-add {"fdb":[{"mac":"02:00:00:00:00:0b","peer":"10.9.0.2","old-place":1}]}
		This command prepares moves only | raw move-prepare {"dev":"x:00000000","move":[{"mac":"02:00:00:00:00:0b"}]}
		This command is about moves only | raw move-abort {"dev":"x:00000000","move":[{"mac":"02:00:00:00:00:09"}]}
	END
	for ((i = 0; i < 1024; i++)); do
		printf -v macs '%s,02:01:00:00:%02x:%02x' "${macs:-}" $((i >> 8)) $((i & 255))
	done
	must_fail_with "A device has at most 1024 planned moves at a time" o move prepare a "${macs#,}"
	same 1 "$(dev_value "$H1" a moves)" "moves after that"
}

test_sentences_covered()
{
	"$PY" - "$TOP" "$UNREACHABLE" <<-'END' >"$TMP/missing" || fail "$(cat "$TMP/missing")"
		import glob, re, sys
		top, unreachable = sys.argv[1], set(filter(None, sys.argv[2].split("\n")))
		told = ""
		for path in glob.glob(top + "/selftests/test_*.sh"):
		    text = open(path, encoding="utf-8").read()
		    text = re.sub(r'(?m)^UN[A-Z]*="[^"]*"$', "", text)
		    told += re.sub(r"(?m)^\s*#.*$", "", text)
		said, calls, parsed = set(), 0, 0
		setter = r"\b(?:NL_SET_ERR_MSG\w*|TENOVL_REFUSE)\("
		pattern = setter + r'\s*(?:[^";]*,)?\s*((?:"[^"]*"\s*)+)\)'
		for path in glob.glob(top + "/kmod/*.c"):
		    text = open(path, encoding="utf-8").read()
		    text = re.sub(r"(?s)/\*.*?\*/", "", text)
		    text = re.sub(r"(?m)^#define TENOVL_REFUSE.*$", "", text)
		    calls += len(re.findall(setter, text))
		    for m in re.findall(pattern, text):
		        parsed += 1
		        said.add("".join(re.findall(r'"([^"]*)"', m)))
		wrong = ["no test brings about: " + s for s in sorted(said - unreachable) if s not in told]
		wrong += ["listed as unreachable, never said: " + s for s in sorted(unreachable - said)]
		wrong += ["listed as unreachable, yet in a test: " + s for s in sorted(unreachable) if s in told]
		if parsed != calls:
		    wrong.append("%d calls, of which %d could be read" % (calls, parsed))
		print("%d sentences" % len(said))
		print("\n".join(wrong))
		sys.exit(1 if wrong or len(said) < 80 else 0)
	END
}

# Every counter of the spec is named in some suite, but those that no suite can move.
UNMOVED="
rx-drop-nomem: kept for an allocation that fails, of a few bytes and without waiting
fdb-nomem: the same; the debug kernel's fault injection fails it at random
port-drop-nomem: the same, for a copy
"

test_counters_covered()
{
	"$PY" - "$TOP" "$UNMOVED" <<-'END' >"$TMP/missing" || fail "$(cat "$TMP/missing")"
		import glob, re, sys, yaml
		top = sys.argv[1]
		unmoved = {l.split(":")[0] for l in sys.argv[2].split("\n") if ": " in l}
		told = ""
		for path in glob.glob(top + "/selftests/test_*.sh"):
		    text = open(path, encoding="utf-8").read()
		    text = re.sub(r'(?m)^UN[A-Z]*="[^"]*"$', "", text)
		    told += re.sub(r"(?m)^\s*#.*$", "", text)
		named = set(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)*", told))
		with open(top + "/uapi/tenovl.yaml", encoding="utf-8") as f:
		    sets = yaml.load(f, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["attribute-sets"]
		counters = {a["name"] for s in sets if s["name"] in ("stats", "peer-stats", "net-stats")
		            for a in s["attributes"] if a["type"] == "u64"}
		wrong = ["no suite names " + c for c in sorted(counters - named - unmoved)]
		wrong += ["no counter, or named in a suite: " + c for c in sorted(unmoved - counters | unmoved & named)]
		print("%d counters" % len(counters))
		print("\n".join(wrong))
		sys.exit(1 if wrong or len(counters) < 45 else 0)
	END
}

test_usage_errors()
{
	local rc cmd

	plain
	before=$(state_of "$H1" a)
	while IFS= read -r cmd; do
		[[ -n $cmd ]] || continue
		rc=0
		# shellcheck disable=SC2086
		ovctl -n "$H1" $cmd >"$TMP/out" 2>"$TMP/err" || rc=$?
		same 2 "$rc" "exit status of: ovctl $cmd"
		[[ -s $TMP/err ]] || fail "nothing is said about: ovctl $cmd"
		[[ ! -s $TMP/out ]] || fail "stdout is used for the error of: ovctl $cmd"
	done <<-'END'
		dev set a vni 16777216
		dev set a vni 21x
		dev set a vni
		dev set a vni 5 vni 6
		dev set a vni -1
		dev set a encap geneve
		dev set a dstport 0
		dev set a dstport 65536
		dev set a ttl 256
		dev set a dscp 64
		dev set a df maybe
		dev set a ageing 1000001
		dev set a max-learned 16777217
		dev set a move-limit 1001
		dev set a move-window 0
		dev set a move-window 86401
		dev set a mtu 67
		dev set a mtu 65536
		dev set a nonsense 5
		dev set a local 10.9.0
		dev set a local fd09:::1
		dev nonsense
		nonsense
		peer add a
		peer add a 10.9.0.300
		peer add a 10.9.0.9 flood maybe
		fdb add a 02:00:00:00:00 peer 10.9.0.2
		fdb add a 02:00:00:00:00:0g peer 10.9.0.2
		fdb add a 02:00:00:00:00:09 peer 10.9.0.2 seq 4294967296
		fdb flush a dynamic
	END
	same "$before" "$(state_of "$H1" a)" "state after the errors"
	must_fail_with '"21x"' ovctl -n "$H1" dev set a vni 21x
}

# A refused setting takes the device away again.
test_creation_is_atomic()
{
	plain
	refuse "a VNI in use" ovctl -n "$H1" dev add c vni 100 local 10.9.0.1
	refuse "the device stayed" ip -n "$H1" link show c
	ns_new T1
	refuse "a VNI in use, in another namespace" ovctl -n "$H1" dev add c netns "$T1" vni 100 local 10.9.0.1
	refuse "the device stayed there" ip -n "$T1" link show c
	refuse "a name in use" ovctl -n "$H1" dev add a vni 300
	value_is vni 100
}

test_batch()
{
	plain
	cat >"$TMP/good" <<-END
		# a comment
		dev add c vni 300 local 10.9.0.1

		peer add c 10.9.0.2
		peer add c 10.9.0.3 flood off
		fdb add c 02:00:00:00:00:01 peer 10.9.0.2
		fdb add c "02:00:00:00:00:02" peer 10.9.0.3 seq 9
		fdb replace c 02:00:00:00:00:01 peer 10.9.0.3
	END
	ovctl -n "$H1" batch "$TMP/good"
	same "10.9.0.3 9" "$(fdb_peer "$H1" c 02:00:00:00:00:01) $(fdb_value "$H1" c 02:00:00:00:00:02 seq)" \
		"what the batch did"
	printf 'dev set c ttl 5\nfdb add c 02:00:00:00:00:03 peer 10.9.0.2\nfdb add c 02:00:00:00:00:04 peer 10.9.0.99\ndev set c ttl 6\n' \
		>"$TMP/bad"
	must_fail_with "bad:3" ovctl -n "$H1" batch "$TMP/bad"
	same 5 "$(dev_value "$H1" c ttl)" "lines before the failure are done, those after it are not"
	must_fail_with "no such peer" ovctl -n "$H1" batch - <"$TMP/bad"
}

# From both namespaces that concern it, by name, and the same is told in both.
test_from_segment_and_underlay()
{
	hv_lay 2
	ns_new T1
	ovctl -n "$H1" dev add s1 netns "$T1"
	ovctl -n "$H1" dev set s1 vni 5
	ovctl -n "$T1" dev set s1 local 10.9.0.1
	ovctl -n "$H1" peer add s1 10.9.0.2
	ovctl -n "$T1" peer add s1 10.9.0.3
	ovctl -n "$H1" fdb add s1 02:00:00:00:00:01 peer 10.9.0.3
	ovctl -n "$T1" fdb add s1 02:00:00:00:00:02 peer 10.9.0.2
	for n in "$H1" "$T1"; do
		same "5 10.9.0.1 2 2" "$(dev_value "$n" s1 vni) $(dev_value "$n" s1 local) \
$(dev_value "$n" s1 peers) $(dev_value "$n" s1 static-entries)" "as told in $n"
		same 10.9.0.2 "$(fdb_peer "$n" s1 02:00:00:00:00:02)" "entries as told in $n"
		counter "$n" s1 tx-packets | grep -Eq '^[0-9]+$' || fail "no counters in $n"
	done
	ovctl -n "$T1" dev del s1
}

test_third_namespace()
{
	plain
	ns_new T1 X
	ovctl -n "$H1" dev add s1 netns "$T1" vni 5 local 10.9.0.1
	ovctl -n "$H1" peer add s1 10.9.0.2
	ip -n "$X" netns set "$T1" 7
	ip -n "$X" netns set "$H1" 8
	before=$(state_of "$H1" s1)
	index=$(ifindex_of "$T1" s1)
	for call in 'dev-set "dev":{"ttl":9}' 'peer-add "peer":[{"address":"10.9.0.9"}]' 'dev-get' 'stats-get' \
		'peer-del "peer":[{"address":"10.9.0.2"}]' 'fdb-flush' \
		'fdb-add "fdb":[{"mac":"02:00:00:00:00:09","peer":"10.9.0.2"}]'; do
		read -r op more <<<"$call"
		must_fail_with "Calls are taken from the namespace of the device or its underlay only" \
			ns "$X" "$PY" "$HELPERS/nl.py" call "$op" - \
			"{\"ifindex\":$index,\"netns-id\":7${more:+,$more}}"
	done
	same "$before" "$(state_of "$H1" s1)" "state after the refusals"
	same 0 "$(devices "$X")" "devices shown in a third namespace"
	refuse "deleted by name from a third namespace" ovctl -n "$X" dev del s1
	ip -n "$T1" link show s1 >/dev/null
}

# One name in two namespaces of one underlay: it is said how to tell them apart.
test_names_in_two_namespaces()
{
	plain
	ns_new T1 T2
	ovctl -n "$H1" dev add s1 netns "$T1" vni 5 local 10.9.0.1
	ovctl -n "$H1" dev add s1 netns "$T2" vni 6 local 10.9.0.1
	must_fail_with "-n" ovctl -n "$H1" dev set s1 ttl 5
	ovctl -n "$T1" dev set s1 ttl 5
	ovctl -n "$T2" dev set s1 ttl 6
	same "5 6" "$(dev_value "$T1" s1 ttl) $(dev_value "$T2" s1 ttl)" "each its own"
}

# What nobody may read in the checkout, nobody may read here.
open_helpers()
{
	chmod 755 "$TMP" "$(dirname "$TMP")"
	cp "$HELPERS/nl.py" "$TOP/uapi/tenovl.yaml" "$TMP"
	chmod a+r "$TMP"/*
}

NOBODY="setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all --bounding-set=-all"

test_unprivileged()
{
	local before

	plain
	open_helpers
	before=$(state_of "$H1" a)
	# shellcheck disable=SC2086
	check "every call answers EPERM" ns "$H1" env TENOVL_SPEC="$TMP/tenovl.yaml" \
		$NOBODY "$PY" "$TMP/nl.py" perm
	# shellcheck disable=SC2086
	refuse "nobody made a device" ns "$H1" $NOBODY ip link add x type tenovl
	# shellcheck disable=SC2086
	refuse "nobody made an entry" ns "$H1" $NOBODY bridge fdb add 02:00:00:00:00:09 dev a dst 10.9.0.2 self
	# shellcheck disable=SC2086
	refuse "nobody deleted a device" ns "$H1" $NOBODY ip link del dev a
	same "$before" "$(state_of "$H1" a)" "state after all that"
	# Joining the group is refused, or nothing is heard.
	# shellcheck disable=SC2086
	bg heard ip netns exec "$H1" env TENOVL_SPEC="$TMP/tenovl.yaml" $NOBODY "$PY" "$TMP/nl.py" hear 600
	bg mon ip netns exec "$H1" "$PY" "$HELPERS/nl.py" hear 600
	wait_for "root listens" grep -q ready "$TMP/mon.out"
	wait_for "nobody tried" grep -Eq 'ready|refused' "$TMP/heard.out"
	ovctl -n "$H1" dev set a ttl 77
	wait_for "root hears" grep -q dev-changed "$TMP/mon.out"
	if grep -q '^{' "$TMP/heard.out"; then
		fail "an unprivileged user hears events"
	fi
}

# Root of a user namespace of its own, with a network namespace of its own.
test_userns_root()
{
	open_helpers
	must_fail_with "needs CAP_NET_ADMIN in the initial user namespace" \
		unshare -Urn ip link add x type tenovl
	must_fail_with "A tenovl port needs CAP_NET_ADMIN in the initial user namespace" \
		unshare -Urn ip link add link lo name x type tenovl_port
	check "every call answers EPERM" unshare -Urn \
		env TENOVL_SPEC="$TMP/tenovl.yaml" "$PY" "$TMP/nl.py" perm
	bg heard unshare -Urn env TENOVL_SPEC="$TMP/tenovl.yaml" "$PY" "$TMP/nl.py" hear 600
	wait_for "it tried" grep -Eq 'ready|refused' "$TMP/heard.out"
	plain
	ovctl -n "$H1" dev set a ttl 77
	ovctl -n "$H1" dev del a
	if grep -q '^{' "$TMP/heard.out"; then
		fail "root of a user namespace hears another namespace's events"
	fi
}

# A container whose root owns the namespace that a segment was moved into: it may
# use the device, not configure it, and it makes none of its own there.
test_userns_owner()
{
	local before c=()

	plain
	open_helpers
	bg hold unshare -Urn sleep 1000
	wait_for "the container is there" in_other_userns "$hold"
	ip -n "$H1" link set dev a netns "$hold"
	before=$(state_of "$H1" a)
	c=(nsenter -t "$hold" -U -n --preserve-credentials)
	"${c[@]}" ip link set dev a up
	check "every call answers EPERM" "${c[@]}" env TENOVL_SPEC="$TMP/tenovl.yaml" "$PY" "$TMP/nl.py" perm
	must_fail_with "needs CAP_NET_ADMIN in the initial user namespace" "${c[@]}" ip link add x type tenovl
	must_fail_with "A tenovl device needs CAP_NET_ADMIN in the initial user namespace" \
		"${c[@]}" bridge fdb add 02:00:00:00:00:09 dev a dst 10.9.0.2 self
	refuse "a container changed an entry" "${c[@]}" bridge fdb del 02:00:00:00:00:01 dev a self
	must_say "02:00:00:00:00:01" "${c[@]}" bridge fdb show dev a
	same "$before" "$(state_of "$H1" a)" "state after all that"
	not_heard_inside "${c[@]}"
	# An underlay that a container owns is refused to the host's root as well.
	must_fail_with "The underlay namespace must belong to the initial user namespace" \
		nsenter -t "$hold" -n ip link add x type tenovl
	ovctl -n "$H1" dev set a ttl 9
	ip -n "$H1" link add name d0 type dummy
}

# What is done to the device is heard in its underlay, and not where it is: not_heard_inside ENTER...
not_heard_inside()
{
	bg inside "$@" env TENOVL_SPEC="$TMP/tenovl.yaml" "$PY" "$TMP/nl.py" hear 600
	bg outside ip netns exec "$H1" "$PY" "$HELPERS/nl.py" hear 600
	wait_for "the listener in the underlay listens" grep -q ready "$TMP/outside.out"
	wait_for "the listener in the container listens" grep -q ready "$TMP/inside.out"
	ovctl -n "$H1" dev set a ttl 8
	ovctl -n "$H1" peer add a 10.9.0.8
	ovctl -n "$H1" fdb add a 02:00:00:00:00:08 peer 10.9.0.8
	wait_for "the underlay hears the last of it" grep -q fdb-added "$TMP/outside.out"
	ovctl -n "$H1" peer del a 10.9.0.8
	holds 2 deaf
}

deaf()
{
	! grep -q '^{' "$TMP/inside.out"
}

in_other_userns()
{
	[[ $(readlink "/proc/$1/ns/user") != $(readlink /proc/self/ns/user) ]] &&
		[[ $(readlink "/proc/$1/ns/net") != $(readlink /proc/self/ns/net) ]] &&
		grep -q sleep "/proc/$1/comm"
}

test_rename_and_move()
{
	hv_lay 2
	overlay vxlan 4 2
	bg mon ip netns exec "$H1" "$PY" "$HELPERS/nl.py" hear 600
	wait_for "the listener is ready" grep -q ready "$TMP/mon.out"
	ip -n "$T1" link set s1 down
	ip -n "$T1" link set s1 name renamed
	wait_for "the new name is told" told_changed '"ifname": "renamed"'
	ip -n "$T1" link set renamed mtu 1333
	wait_for "the new MTU is told" told_changed '"mtu": 1333'
	same 100 "$(dev_value "$H1" renamed vni)" "under its new name"
	ns_new X
	n=$(grep -c dev-changed "$TMP/mon.out")
	ip -n "$T1" link set renamed netns "$X"
	wait_for "the move is told" told_more "$n"
	same 100 "$(dev_value "$X" renamed vni)" "in its new namespace"
	same 100 "$(dev_value "$H1" renamed vni)" "from the underlay still"
	same 0 "$(devices "$T1")" "devices where it was"
	tenant_up "$X" renamed 1
	ping_ok "$X" 10.1.0.2 1
	refuse "a name in use" ip -n "$H1" link add renamed netns "$X" type tenovl
}

told_changed()
{
	grep dev-changed "$TMP/mon.out" | grep -qF "$1"
}

told_more()
{
	(($(grep -c dev-changed "$TMP/mon.out") > $1))
}

# A controller knows its own entries by their flags.
test_bridge_flags()
{
	plain
	b add 02:00:00:00:00:09 dev a dst 10.9.0.2 self static extern_learn
	must_say "02:00:00:00:00:09 dst 10.9.0.2 self extern_learn permanent" b show dev a
	b replace 02:00:00:00:00:09 dev a dst 10.9.0.2 self static sticky
	must_say "02:00:00:00:00:09 dst 10.9.0.2 self sticky permanent" b show dev a
	o fdb replace a 02:00:00:00:00:09 peer 10.9.0.3
	must_say "02:00:00:00:00:09 dst 10.9.0.3 self permanent" b show dev a
}

# An MTU below 1280 takes a device's IPv6 addresses: not so when it is refused.
test_refused_mtu_kept()
{
	plain
	ovctl -n "$H1" dev add b vni 101 local 10.9.0.1
	addr "$H1" a fd44::1/64
	mtu=$(dev_value "$H1" a mtu)
	refuse "a VNI that is taken" ovctl -n "$H1" dev set a mtu 1200 vni 101
	same "$mtu" "$(dev_value "$H1" a mtu)" "the MTU"
	same true "$(dev_value "$H1" a mtu-auto)" "following the routes"
	must_say fd44::1 ip -n "$H1" -6 addr show dev a
}

test_bridge_fdb()
{
	local pair

	for pair in gre-nvgre:6 gre-plain:6 vxlan:4; do
		bridge_fdb "${pair%:*}" "${pair#*:}"
	done
	ns "$H1" "$PY" "$HELPERS/nl.py" fill a 10.9.0.2 0 3000 >/dev/null
	same 3001 "$(b show dev a | grep -v '^00:00:00:00:00:00' | awk '{ print $1 }' | sort -u | wc -l)" \
		"addresses that bridge shows"
	same 3001 "$(b show dev a | grep -vc '^00:00:00:00:00:00' || :)" "lines that bridge shows"
	if b flush dev a self 2>"$TMP/err"; then
		value_is static-entries 0
	else
		grep -qi 'unknown\|not found' "$TMP/err" || fail "bridge fdb flush: $(cat "$TMP/err")"
	fi
}

bridge_fdb()
{
	plain "$@"
	b add 02:00:00:00:00:09 dev a dst "$P2" self static
	same static "$(fdb_value "$H1" a 02:00:00:00:00:09 kind)" "as ovctl shows it"
	must_say "02:00:00:00:00:09 dst $P2" b show dev a
	must_say "02:00:00:00:00:09" b get 02:00:00:00:00:09 dev a self
	b replace 02:00:00:00:00:09 dev a dst "$P3" self static
	same "$P3" "$(fdb_peer "$H1" a 02:00:00:00:00:09)" "replaced"
	must_fail_with "The destination is no peer yet" b replace 02:00:00:00:00:09 dev a dst "$P9" self static
	b del 02:00:00:00:00:09 dev a dst "$P3" self
	same "" "$(fdb_peer "$H1" a 02:00:00:00:00:09)" "deleted"
	# What has a sequence number: replace keeps the number.
	b replace 02:00:00:00:00:01 dev a dst "$P3" self static
	same "$P3 5" "$(fdb_peer "$H1" a 02:00:00:00:00:01) $(fdb_value "$H1" a 02:00:00:00:00:01 seq)" \
		"replaced with its number kept"
}

test_bridge_monitor()
{
	plain
	bg mon bridge -n "$H1" monitor fdb
	wait_for "bridge monitor listens" monitor_heard
	b add 02:00:00:00:00:0a dev a dst 10.9.0.2 self static
	wait_for "an entry that bridge added" grep -q '^02:00:00:00:00:0a dev a dst 10.9.0.2' "$TMP/mon.out"
	o fdb add a 02:00:00:00:00:0b peer 10.9.0.3
	wait_for "an entry that ovctl added" grep -q '^02:00:00:00:00:0b dev a dst 10.9.0.3' "$TMP/mon.out"
	o fdb del a 02:00:00:00:00:0b
	wait_for "an entry that ovctl deleted" grep -q 'Deleted.*02:00:00:00:00:0b' "$TMP/mon.out"
}

monitor_heard()
{
	b replace 02:00:00:00:00:ee dev a dst 10.9.0.2 self static
	b del 02:00:00:00:00:ee dev a self
	grep -q 02:00:00:00:00:ee "$TMP/mon.out"
}

# The all-zero address stands for the flood list.
test_bridge_flood()
{
	plain
	same "10.9.0.2 10.9.0.3" "$(b show dev a | awk '/^00:00:00:00:00:00/ { print $3 }' | sort | paste -sd' ')" \
		"the flood list"
	b del 00:00:00:00:00:00 dev a dst 10.9.0.2 self
	[[ $(peer_value "$H1" a 10.9.0.2 flood) =~ ^(0|false)$ ]] || fail "still in the flood list"
	must_fail_with "The peer is not in the flood list" b del 00:00:00:00:00:00 dev a dst 10.9.0.2 self
	must_fail_with "The destination is no peer yet: ovctl peer add DEV ADDRESS" \
		b append 00:00:00:00:00:00 dev a dst 10.9.0.77 self
	b append 00:00:00:00:00:00 dev a dst 10.9.0.2 self
	[[ $(peer_value "$H1" a 10.9.0.2 flood) =~ ^(1|true)$ ]] || fail "not in the flood list again"
}

# ip, ovctl and the peers count the same frames.
test_statistics()
{
	hv_lay 2
	overlay vxlan 4 2
	ping_ok "$T1" 10.1.0.2 5
	same "$(link_stat "$T1" s1 rx_packets)" "$(counter "$T1" s1 rx-packets)" "frames received"
	same "$(link_stat "$T1" s1 tx_packets)" "$(counter "$T1" s1 tx-packets)" "frames sent"
	same "$(link_stat "$T1" s1 tx_bytes)" "$(counter "$T1" s1 tx-bytes)" "bytes sent"
	same "$(link_stat "$T1" s1 rx_bytes)" "$(counter "$T1" s1 rx-bytes)" "bytes received"
	same "$(counter "$T1" s1 tx-packets)" "$(peer_counter "$T1" s1 10.9.0.2 tx-packets)" \
		"frames sent to the only peer"
	before=$(link_stat "$T1" s1 tx_dropped)
	ovctl -n "$T1" peer set s1 10.9.0.2 admin down
	ping_no "$T1" 10.1.0.2 1
	number "$(link_stat "$T1" s1 tx_dropped)" -gt "$before" "drops that ip shows"
	must_say "tx-drop-peer-down" ovctl -n "$T1" -j stats show s1
	ovctl -n "$T1" stats show s1 >/dev/null
	ovctl -n "$H1" stats show --underlay >/dev/null
}

run_tests "$@"
