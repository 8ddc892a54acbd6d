# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Completion of the command tcpfsm in bash. What there is, its --help says.
# To be installed as /usr/share/bash-completion/completions/tcpfsm.

_tcpfsm_states='ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK LISTEN CLOSING'
_tcpfsm_verdicts='open graceful refused syn_timeout synack_timeout reset_client reset_server half_open vanished evicted reused cleared forged'
_tcpfsm_keys='age state client server id outcome closer reset_in hist rtt_server_us rtt_client_us isn mss wscale opts half_close_ms finack_ms teardown_ms rtx icmp icmp_of icmp_count since_ms idle_ms view flags icmp_from ifindex uid cgroup pid comm'
_tcpfsm_settings='time_wait linger timeout_syn_sent timeout_syn_recv timeout_established timeout_fin_wait1 timeout_fin_wait2 timeout_close_wait timeout_closing timeout_last_ack'

# _tcpfsm_list WORDS: of a list with commas, the last element
_tcpfsm_list() {
	local done=''

	[[ $word != *,* ]] || done=${word%,*},
	mapfile -t COMPREPLY < <(compgen -P "$done" -W "$1" -- "${word##*,}")
}

# _tcpfsm_argument filter|'': what follows the word before; false if that asks for nothing
_tcpfsm_argument() {
	local words

	case $before in
	--at) words='router client server' ;;
	--color) words='auto always never' ;;
	--format) words='openmetrics prometheus' ;;
	--netns) words=$(ip netns list 2>/dev/null | sed 's/ .*//') ;;
	--set)
		compopt -o nospace +o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -S = -W "$_tcpfsm_settings" -- "$word")
		return
		;;
	--state)
		_tcpfsm_list "$_tcpfsm_states"
		return
		;;
	--sort)
		_tcpfsm_list "$_tcpfsm_keys"
		return
		;;
	--file | --pcap | --output)
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	--since | --idle | --older | --younger | --for | --interval | --count | --rows | --buffer | --listeners | --local)
		return 0
		;;
	state | exclude | client | server)
		[[ $1 ]] || return 1
		words=$_tcpfsm_states
		;;
	outcome)
		[[ $1 ]] || return 1
		words=$_tcpfsm_verdicts
		;;
	*) return 1 ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

_tcpfsm() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words='' takes=''
	local command=${COMP_WORDS[1]-}

	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		words="--help --version $("${COMP_WORDS[0]}" --help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\)  *[a-z].*/\1/p')"
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
		return
	fi
	case $command in
	list | watch | ladder | explain | top) takes=filter ;;
	esac
	# --sort=KEY is three words to bash, and so is NAME=N.
	if [[ $word == '=' || $before == '=' ]]; then
		[[ $word == '=' ]] || before=${COMP_WORDS[COMP_CWORD - 2]}
		[[ $word != '=' ]] || word=''
		_tcpfsm_argument "$takes"
		return 0
	fi
	! _tcpfsm_argument "$takes" || return 0
	if [[ $command == replay && $word != -* ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
	fi
	words=$("${COMP_WORDS[0]}" "$command" --help 2>/dev/null | sed -n 's/^  \(--[a-z-]*\).*/\1/p')
	[[ ! $takes || $word == -* ]] ||
		words+=' src dst host sport dport port state exclude client server outcome and or not'
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -o filenames -F _tcpfsm tcpfsm
