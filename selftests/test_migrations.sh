#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A station, as one program plays it, moves under traffic by all ways of being told, frame by frame;
# and many times in a row, after each of which all tables are what they must be.
#
# TENOVL_MIGRATIONS is how many moves in a row there are (60).
# seconds: 60
# shellcheck disable=SC2153 # variables set by name
# shellcheck source=selftests/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=selftests/topology.sh
source "$TOP/selftests/topology.sh"
# shellcheck source=selftests/moves.sh
source "$TOP/selftests/moves.sh"

TESTS="matrix_vxlan_4 matrix_vxlan_6 matrix_gre_4 matrix_gre_6 many_vxlan many_gre"
# What another kernel would tell nothing new of is left to the debug kernels, where it is not named.
[[ $TENOVL_KERNEL == debug ]] || (($#)) || TESTS="matrix_vxlan_6 matrix_gre_4 many_vxlan"

setup_suite()
{
	load_module
}

# Nothing is lost but, where nobody planned it, what was sent while the station was stopped.
matrix()
{
	lay "$1" "$2" 3
	check "probes are lost" "$PY" "$HELPERS/migrate.py" matrix "$2" "$T1,$T2,$T3" "$G1,$G2"
}

test_matrix_vxlan_4() { matrix vxlan 4; }
test_matrix_vxlan_6() { matrix vxlan 6; }
test_matrix_gre_4() { matrix gre-nvgre 4; }
test_matrix_gre_6() { matrix gre-nvgre 6; }

# After each move the tables are what they must be.
many()
{
	lay "$1" "$2" 3
	guests 3
	check "moves in a row" "$PY" "$HELPERS/migrate.py" many "$2" \
		"${TENOVL_MIGRATIONS:-$(rounds 60)}" "$T1,$T2,$T3" "$G1,$G2,$G3"
}

test_many_vxlan() { many vxlan 4; }
test_many_gre() { many gre-nvgre 6; }

run_tests "$@"
