# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the scripts of the bench share that run inside a machine. They set `row`, the
# tracker that is measured.

: "${row-}"

readonly tracing=/sys/kernel/tracing

die() { echo "bench: $*" >&2; exit 1; }

# bench COMMAND...: what it says, each line after the row's name. A word NAME=NEW
# has a stage named anew.
bench() {
	local stage segments ns word
	local -a command=()
	local -A names=()

	for word; do
		case $word in
		*=*) names[${word%=*}]=${word#*=} ;;
		*) command+=("$word") ;;
		esac
	done
	echo "${command[*]}" >/proc/tcpfsm_bench
	while read -r stage segments ns; do
		echo "$row ${names[$stage]-$stage} $segments $ns"
	done </proc/tcpfsm_bench
}

# ---- What must have been done ----------------------------------------------

# counter FILE NAME: summed over the processors
counter() {
	local at='' i sum=0
	local -a fields

	while read -ra fields; do
		if [[ ! $at ]]; then
			for i in "${!fields[@]}"; do
				[[ ${fields[i]} != "$2" ]] || at=$i
			done
			[[ $at ]] || die "no counter $2"
		else
			sum=$((sum + 0x${fields[at]}))
		fi
	done <"/proc/net/stat/$1"
	echo "$sum"
}

# header KEY: from the first line of /proc/tcpfsm
header() { sed -n "1s/.* $1=\([0-9]*\).*/\1/p" /proc/tcpfsm; }

# want NUMBER WHAT GOT
want() {
	(($3 == $1)) || die "$row: $3 $2, not $1"
}

# want_counters FILE [NAME NUMBER]...
want_counters() {
	local file=$1

	shift
	while (($#)); do
		want "$2" "$1" "$(counter "$file" "$1")"
		shift 2
	done
}

# ---- A tracker in a namespace -----------------------------------------------

# A machine that counts instructions lets its clock fly while it waits for a disk.
# Nothing is to end meanwhile.
stop_time() {
	local file

	for file in /proc/sys/net/tcpfsm/timeout_* \
		/proc/sys/net/netfilter/nf_conntrack_tcp_timeout_*; do
		[[ ! -e $file ]] || echo 1000000 >"$file"
	done
	for file in /proc/sys/net/tcpfsm/{time_wait,linger}; do
		[[ ! -e $file ]] || echo 3600 >"$file"
	done
}

# shellcheck source=busy.sh
. "$(dirname "${BASH_SOURCE[0]}")/busy.sh"

# Has the tracker at work, and a device that segments come in by.
prepare() {
	ip link add bench0 type dummy
	ip link set bench0 up
	case $row in
	none | strict) ;;
	empty | conntrack | one_lock) echo "$row 1" >/proc/tcpfsm_bench ;;
	lite) echo 0 >/proc/sys/net/tcpfsm/strict ;;
	log2 | log3) echo "${row#log}" >/proc/sys/net/tcpfsm/log_level ;;
	events) echo 1 >"$tracing/events/tcpfsm/enable" ;;
	*) echo 1 >"$tracing/events/tcpfsm/tcpfsm_$row/enable" ;;
	esac
}

finish() {
	case $row in
	empty | conntrack | one_lock) echo "$row 0" >/proc/tcpfsm_bench ;;
	none | strict | lite | log?) ;;
	*) echo 0 >"$tracing/events/tcpfsm/enable" ;;
	esac
}
