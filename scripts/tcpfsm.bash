# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Completion of the command tcpfsm in bash. What there is, its --help says.
# To be installed as /usr/share/bash-completion/completions/tcpfsm.

_tcpfsm_states='ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK LISTEN CLOSING'

_tcpfsm() {
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} words=''
	local command=${COMP_WORDS[1]-}

	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		words="--help --version $("${COMP_WORDS[0]}" --help 2>/dev/null | sed -n 's/^  \([a-z][a-z]*\)  *[a-z].*/\1/p')"
	else
		case $before in
		--at) words='router client server' ;;
		--color) words='auto always never' ;;
		--format) words='openmetrics prometheus' ;;
		--state | state | client | server) words=$_tcpfsm_states ;;
		--sort) words='age id client server state outcome rtt_server_us rtt_client_us' ;;
		--netns) words=$(ip netns list 2>/dev/null | sed 's/ .*//') ;;
		--file | --pcap)
			mapfile -t COMPREPLY < <(compgen -f -- "$word")
			return
			;;
		*)
			words=$("${COMP_WORDS[0]}" "$command" --help 2>/dev/null | sed -n 's/^  \(--[a-z-]*\).*/\1/p')
			[[ $command == replay || $word == -* ]] ||
				words+=' src dst host sport dport port state client server outcome and or not'
			;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
	if [[ $command == replay && $word != -* ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
	fi
}

complete -o filenames -F _tcpfsm tcpfsm
