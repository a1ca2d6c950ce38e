#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Netlink messages that are cut, oversized or nonsense: refused, nothing changed,
# and the kernel has nothing to say about it in its log.
# seconds: 85
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"

TESTS="
	truncated truncated_l3 random_one random_two random_l3 oversized oversized_l3 link_attributes
"

setup_suite()
{
	load_module
}

plain()
{
	ns_new H1
	addr "$H1" lo 10.9.0.1/32
	ovctl -n "$H1" dev add a vni 100 local 10.9.0.1
	ovctl -n "$H1" peer add a 10.9.0.2
	ovctl -n "$H1" fdb add a 02:00:00:00:00:01 peer 10.9.0.2 seq 5
	ovctl -n "$H1" port add a ap
}

plain_l3()
{
	ns_new H1
	addr "$H1" lo 10.9.0.1/32
	ovctl -n "$H1" dev add a mode l3 vni 100 local 10.9.0.1
	ovctl -n "$H1" peer add a 10.9.0.2
	ovctl -n "$H1" route add a 10.1.0.0/16 peer 10.9.0.2
}

nl()
{
	ns "$H1" "$PY" "$HELPERS/nl.py" "$@"
}

test_truncated()
{
	plain
	check "messages cut at every byte" nl truncate a 10.9.0.2
	same 100 "$(dev_value "$H1" a vni)" "the device afterwards"
}

test_truncated_l3()
{
	plain_l3
	check "messages cut at every byte" nl truncate a 10.9.0.2
	same 100 "$(dev_value "$H1" a vni)" "the device afterwards"
}

test_random_one()
{
	plain
	check "random messages" nl fuzz a 10.9.0.2 1 "$(rounds 3000)"
	ovctl -n "$H1" dev show a
}

# The same as another seed each time; it is said, so that it can be had again.
test_random_two()
{
	local seed=$RANDOM

	plain
	diag "seed $seed"
	check "random messages, seed $seed" nl fuzz a 10.9.0.2 "$seed" "$(rounds 3000)"
	ovctl -n "$H1" dev show a
}

test_random_l3()
{
	local seed=$RANDOM

	plain_l3
	diag "seed $seed"
	check "random messages, seed $seed" nl fuzz a 10.9.0.2 "$seed" "$(rounds 3000)"
	ovctl -n "$H1" dev show a
}

# Requests far larger than any that makes sense, and objects far too many.
test_oversized()
{
	plain
	before=$(state_of "$H1" a)
	check "oversized messages" nl oversize a 10.9.0.2
	same "$before" "$(state_of "$H1" a)" "state afterwards"
}

test_oversized_l3()
{
	plain_l3
	before=$(state_of "$H1" a)
	check "oversized messages" nl oversize a 10.9.0.2
	same "$before" "$(state_of "$H1" a)" "state afterwards"
}

# rtnetlink: of what a device is made with the mode alone is its own.
test_link_attributes()
{
	plain
	check "nonsense in rtnetlink" ns "$H1" "$PY" "$HELPERS/rtnl.py"
	same 1 "$(devices "$H1")" "devices afterwards"
}

run_tests "$@"
