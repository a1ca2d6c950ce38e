# SPDX-License-Identifier: GPL-2.0
# bash completion for ovctl. Devices, peers and addresses are asked of the tool itself; a
# keyword that is there already is not offered again.
# shellcheck shell=bash

# Column $1 of what the tool shows for the other arguments, in the namespace of the line.
_ovctl_ask()
{
	local column=$1

	shift
	"${_ovctl_tool[@]}" "$@" 2>/dev/null |
		awk -v c="$column" 'NR > 1 && $c != "-" && !seen[$c]++ { print $c }'
}

_ovctl_offer()
{
	local IFS=$' \t\n'

	mapfile -t COMPREPLY < <(compgen -W "$*" -- "$_ovctl_cur")
}

# The interfaces of the line's namespace; ip knows no processes, but paths.
_ovctl_links()
{
	local name=

	((${#_ovctl_tool[@]} > 1)) && name=${_ovctl_tool[-1]}
	[[ $name == pid:* ]] && name=/proc/${name#pid:}/ns/net
	if [[ $name ]]; then
		ip -n "$name" -o link show 2>/dev/null | awk -F '[:@] *' '{ print $2 }'
	else
		(cd /sys/class/net && printf '%s ' *)
	fi
}

# Keywords of a command, without those on the line from word $1 on.
_ovctl_keywords()
{
	local first=$1 word used left=()

	shift
	for word; do
		for used in "${COMP_WORDS[@]:first:COMP_CWORD-first}"; do
			[[ $used == "$word" ]] && continue 2
		done
		left+=("$word")
	done
	_ovctl_offer "${left[@]}"
}

# The values that may follow a keyword; fails where the word is no keyword.
_ovctl_values()
{
	local inherit=

	[[ $_ovctl_object == peer ]] && inherit=inherit
	case $1 in
	encap) _ovctl_offer vxlan gre $inherit ;;
	gre-key) _ovctl_offer nvgre plain $inherit ;;
	flowid) _ovctl_offer hash off ;;
	df) _ovctl_offer unset set inherit ;;
	dscp) _ovctl_offer inherit ;;
	udp-csum) _ovctl_offer auto on off ;;
	inner-vlan) _ovctl_offer pass drop ;;
	mode) _ovctl_offer l2 l3 ;;
	ttl | mtu) _ovctl_offer auto ;;
	admin) _ovctl_offer up down ;;
	source | head-mac) _ovctl_offer none ;;
	inner-source) _ovctl_offer any none ;;
	mac | ip) _ovctl_offer any ;;
	role) _ovctl_offer bridge access ;;
	udp-zero-csum6-rx | gre-csum | learning | source-check | flood | revert | fastpath | suppress) _ovctl_offer on off ;;
	isolated | dhcp-server | router) _ovctl_offer on off ;;
	standby-ingress) _ovctl_offer drop learn ;;
	underlay-hooks) _ovctl_offer honour bypass ;;
	bridge) _ovctl_offer "$(_ovctl_links)" ;;
	link) _ovctl_offer none "$(_ovctl_links)" ;;
	netns) _ovctl_offer "$(ip netns list 2>/dev/null | awk '{ print $1 }')" ;;
	dstport) [[ $inherit ]] && _ovctl_offer inherit ;;
	peer | to) _ovctl_offer "$(_ovctl_ask 3 peer show "$_ovctl_dev")" ;;
	vni | local | srcport | mark | ageing | max-learned | move-limit | move-window | seq) ;;
	priority | revert-delay | hold | min-live | announce-count | announce-interval) ;;
	hook | rate | burst | flood-rate | flood-burst | redirect | redirect-port) ;;
	max-frames | max-bytes | max-wait | timeout) ;;
	*) return 1 ;;
	esac
	return 0
}

# What may follow the addresses of a command.
_ovctl_settings()
{
	local dev="vni encap gre-key flowid local dstport srcport link mark ttl dscp df udp-csum
		udp-zero-csum6-rx gre-csum inner-vlan learning ageing max-learned move-limit
		move-window source-check mtu standby-ingress revert revert-delay hold min-live
		announce-count announce-interval underlay-hooks fastpath suppress head-mac
		redirect redirect-port"
	local port="isolated mac ip dhcp-server router rate burst flood-rate flood-burst max-learned"

	_ovctl_values "${COMP_WORDS[COMP_CWORD - 1]}" && return
	# The second number of srcport.
	[[ ${COMP_WORDS[COMP_CWORD - 2]} == srcport ]] && return
	# shellcheck disable=SC2086
	case $_ovctl_object-$_ovctl_verb in
	dev-add) _ovctl_keywords $((_ovctl_at + 3)) mode netns $dev ;;
	dev-set) _ovctl_keywords $((_ovctl_at + 3)) $dev ;;
	peer-add | peer-set)
		_ovctl_keywords $((_ovctl_at + 4)) encap gre-key dstport source inner-source flood admin ;;
	port-add) _ovctl_keywords $((_ovctl_at + 4)) priority bridge access hook netns $port ;;
	port-set) _ovctl_keywords $((_ovctl_at + 4)) role priority netns $port ;;
	port-del | port-show) _ovctl_keywords $((_ovctl_at + 4)) netns ;;
	fdb-add | fdb-replace) _ovctl_keywords $((_ovctl_at + 4)) peer seq force mobile ;;
	route-add | route-replace) _ovctl_keywords $((_ovctl_at + 4)) peer ;;
	fdb-del) _ovctl_keywords $((_ovctl_at + 4)) seq force ;;
	move-prepare)
		_ovctl_keywords $((_ovctl_at + 4)) to clone max-frames max-bytes max-wait timeout ;;
	fdb-flush)
		if [[ " ${COMP_WORDS[*]} " == *" static "* || " ${COMP_WORDS[*]} " == *" learned "* ]]; then
			_ovctl_keywords $((_ovctl_at + 3)) peer
		else
			_ovctl_keywords $((_ovctl_at + 3)) peer static learned
		fi
		;;
	esac
}

# The options of a command of the store.
_ovctl_options()
{
	local host="--vtep --netns --uplink --address --nexthop --router --machine --remote --drained"
	local subnet="--vpc --gateway --encap --attach --ha --suppress"
	local vm="--subnet --vpc --ip --mac --netns --pid --tap --dev"

	case $_ovctl_object-$_ovctl_verb in
	provider-set) echo --ops --memory ;;
	provider-passwd | tenant-passwd) echo --new-password-file ;;
	host-add | host-set) echo "$host" ;;
	tenant-add) echo --vpcs --host --transport --overlay --links ;;
	tenant-set) echo --transport --overlay --links ;;
	vpc-add | vpc-set) echo --host --uplink ;;
	subnet-add) echo --id "$subnet" ;;
	subnet-set) echo "$subnet" --yes ;;
	subnet-migrate) echo --from --to --no-sync ;;
	vpc-move) echo --to --no-sync ;;
	vm-add | vm-set) echo "$vm" ;;
	vm-migrate) echo --to --vpc --tap --timeout --now --abort ;;
	vm-hook) echo --host ;;
	tenant-del | vpc-del | subnet-del) echo --yes ;;
	apply-*) echo --dry-run --no-sync ;;
	esac
	echo --password-file --store
}

# A command of the store: what it names is not known without a password, its options are.
_ovctl_store()
{
	case ${COMP_WORDS[COMP_CWORD - 1]} in
	--transport) _ovctl_offer direct gre ;;
	--encap) _ovctl_offer vxlan gre ;;
	--attach) _ovctl_offer direct bridge ;;
	--overlay | --suppress | --remote | --drained) _ovctl_offer on off ;;
	--links) _ovctl_offer all ;;
	--netns | --router) _ovctl_offer "$(ip netns list 2>/dev/null | awk '{ print $1 }')" ;;
	--password-file | --new-password-file) mapfile -t COMPREPLY < <(compgen -f -- "$_ovctl_cur") ;;
	--store) mapfile -t COMPREPLY < <(compgen -d -- "$_ovctl_cur") ;;
	--vtep | --uplink | --address | --nexthop | --machine | --vpcs | --host | --id | --gateway) ;;
	--subnet | --vpc | --ip | --mac | --pid | --tap | --dev | --ops | --memory | --from | --to) ;;
	*)
		# shellcheck disable=SC2046
		if [[ $_ovctl_cur == -* || $_ovctl_object == provider ]]; then
			_ovctl_keywords $((_ovctl_at + 1)) $(_ovctl_options)
		elif [[ $_ovctl_object == apply ]]; then
			mapfile -t COMPREPLY < <(compgen -f -- "$_ovctl_cur")
		fi
		;;
	esac
}

# The words behind the object and its verb, by their place: 2 is the first.
_ovctl_argument()
{
	case $_ovctl_object in
	provider | host | tenant | vpc | subnet | vm | show | export | apply | log)
		_ovctl_store
		return
		;;
	esac
	case $_ovctl_object-$_ovctl_verb-$1 in
	dev-add-2) ;;
	dev-set-2 | peer-*-2 | port-*-2 | fdb-*-2 | route-*-2 | move-*-2) _ovctl_offer "$(_ovctl_ask 1 dev show)" ;;
	dev-show-2) _ovctl_offer "$(_ovctl_ask 1 dev show)" --details ;;
	dev-show-3) _ovctl_keywords $((_ovctl_at + 2)) --details ;;
	dev-del-2) _ovctl_offer "$(_ovctl_ask 1 dev show)" --all ;;
	stats-show-2) _ovctl_offer "$(_ovctl_ask 1 dev show)" --underlay ;;
	peer-set-3 | peer-del-3 | peer-show-3)
		_ovctl_offer "$(_ovctl_ask 3 peer show "$_ovctl_dev")" ;;
	port-set-3 | port-del-3 | port-show-3)
		_ovctl_offer "$(_ovctl_ask 3 port show "$_ovctl_dev")" ;;
	port-select-3) _ovctl_offer auto "$(_ovctl_ask 3 port show "$_ovctl_dev")" ;;
	fdb-replace-3 | fdb-del-3 | fdb-show-3)
		_ovctl_offer "$(_ovctl_ask 3 fdb show "$_ovctl_dev")" ;;
	route-replace-3 | route-del-3 | route-show-3)
		_ovctl_offer "$(_ovctl_ask 3 route show "$_ovctl_dev")" ;;
	port-show-*) _ovctl_settings ;;
	peer-add-3 | port-add-3 | fdb-add-3 | route-add-3 | dev-del-* | port-select-* | *-show-*) ;;
	*) _ovctl_settings ;;
	esac
}

_ovctl_objects="dev peer port fdb route move stats monitor batch
	provider host tenant vpc subnet vm show export apply plan sync status log"

_ovctl_verbs()
{
	case $_ovctl_object in
	dev) _ovctl_offer add set show del help ;;
	peer) _ovctl_offer add set del show help ;;
	port) _ovctl_offer add set del show select help ;;
	fdb) _ovctl_offer add replace del show flush help ;;
	route) _ovctl_offer add replace del show help ;;
	move) _ovctl_offer prepare finish abort show help ;;
	stats) _ovctl_offer show help --underlay "$(_ovctl_ask 1 dev show)" ;;
	provider) _ovctl_offer passwd set help ;;
	host) _ovctl_offer add set show del drain help ;;
	tenant) _ovctl_offer add set show passwd del help ;;
	vpc) _ovctl_offer add set show move del help ;;
	subnet) _ovctl_offer add set show migrate del help ;;
	vm) _ovctl_offer add set show del migrate hook help ;;
	show | export | apply | log) _ovctl_store ;;
	help) _ovctl_offer "$_ovctl_objects" ;;
	sync) _ovctl_offer --stats ;;
	batch) mapfile -t COMPREPLY < <(compgen -f -- "$_ovctl_cur") ;;
	esac
}

_ovctl()
{
	local _ovctl_cur=${COMP_WORDS[COMP_CWORD]} _ovctl_tool=("${COMP_WORDS[0]}")
	local _ovctl_at=1 _ovctl_object _ovctl_verb _ovctl_dev

	COMPREPLY=()
	# An address with colons is several words to readline, and one to us.
	_ovctl_join
	while [[ $_ovctl_at -lt $COMP_CWORD && ${COMP_WORDS[_ovctl_at]} == -* ]]; do
		case ${COMP_WORDS[_ovctl_at]} in
		-n | --netns)
			if ((_ovctl_at + 1 == COMP_CWORD)); then
				_ovctl_offer "$(ip netns list 2>/dev/null | awk '{ print $1 }')"
				_ovctl_trim
				return
			fi
			_ovctl_tool+=(-n "${COMP_WORDS[_ovctl_at + 1]}")
			((_ovctl_at++))
			;;
		--store | --password-file)
			if ((_ovctl_at + 1 == COMP_CWORD)); then
				mapfile -t COMPREPLY < <(compgen -f -- "$_ovctl_cur")
				return
			fi
			((_ovctl_at++))
			;;
		esac
		((_ovctl_at++))
	done
	_ovctl_object=${COMP_WORDS[_ovctl_at]}
	_ovctl_verb=${COMP_WORDS[_ovctl_at + 1]-}
	_ovctl_dev=${COMP_WORDS[_ovctl_at + 2]-}
	case $((COMP_CWORD - _ovctl_at)) in
	0)
		if [[ $_ovctl_cur == -* ]]; then
			_ovctl_offer -j --json -n --netns --store --password-file -h --help -V --version
		else
			_ovctl_offer "$_ovctl_objects" help
		fi
		;;
	1) _ovctl_verbs ;;
	*) _ovctl_argument $((COMP_CWORD - _ovctl_at)) ;;
	esac
	_ovctl_trim
}

# Puts words together that readline divided at colons.
_ovctl_join()
{
	local i joined=() cword=0 glue=

	for ((i = 0; i < ${#COMP_WORDS[@]}; i++)); do
		if [[ ${COMP_WORDS[i]} == :* || $glue ]] && ((${#joined[@]} > 1)); then
			joined[-1]+=${COMP_WORDS[i]}
		else
			joined+=("${COMP_WORDS[i]}")
		fi
		glue=
		[[ ${COMP_WORDS[i]} == *: ]] && glue=1
		((i == COMP_CWORD)) && cword=$((${#joined[@]} - 1))
	done
	COMP_WORDS=("${joined[@]}")
	COMP_CWORD=$cword
	_ovctl_cur=${COMP_WORDS[COMP_CWORD]}
}

# readline completes behind the last colon only, so what stands before it is taken off.
_ovctl_trim()
{
	local head=${_ovctl_cur%"${_ovctl_cur##*:}"}

	[[ $head && $COMP_WORDBREAKS == *:* ]] || return 0
	COMPREPLY=("${COMPREPLY[@]#"$head"}")
}

complete -F _ovctl ovctl
