# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What every test uses: how tests are named, how they fail, how the module is
# loaded, and how what it shows is read. Sourced by run, with these set:
#
#	vm		this directory		bin	the helper programs
#	ko		the module		results	where notes are kept
#	family client server any port		of the present test
#
# Starting a program takes 50 ms in an emulated processor, so builtins are used
# where they do.
: "${vm:?}" "${bin:?}" "${ko:?}" "${results:?}"

readonly SKIPPED=77

# Longest wait for something that should happen soon. It is never what a test
# is about; it only ends the wait for what does not come. A test may have more.
PATIENCE=${PATIENCE:-20}

tcpfsm=$(realpath -m "$vm/../../build/tcpfsm")
readonly tracing=/sys/kernel/tracing
readonly instance=$tracing/instances/tcpfsm-vm

# Sequences that the test has waited for, "port view steps"; see finish().
expected=()

# What sequences() said last, and of which port.
seen='' seen_port=''

fail() {
	echo "FAIL: $*"
	exit 1
}

skip() {
	echo "SKIP: $*"
	exit "$SKIPPED"
}

# ---- Naming -----------------------------------------------------------------

tests=()

# once NAME TOPOLOGY FUNCTION; - for a test that needs no topology
once() {
	tests+=("$1|$2|$3|ipv4")
}

# both NAME TOPOLOGY FUNCTION: one test for each address family
both() {
	tests+=("$1 ipv4|$2|$3|ipv4" "$1 ipv6|$2|$3|ipv6")
}

# ---- Waiting ----------------------------------------------------------------

# Nothing ever comes out of it.
mkfifo "$results/idle"
exec {idle}<>"$results/idle"

# pause SECONDS
pause() {
	read -rt "$1" -u "$idle" || true
}

# wait_until COMMAND...: until it succeeds, or in vain.
wait_until() {
	local end=$((SECONDS + PATIENCE))

	until "$@"; do
		((SECONDS < end)) || return 1
		pause 0.1
	done
}

# ---- The module -------------------------------------------------------------

load() {
	insmod "$ko" "$@" || fail "insmod tcpfsm.ko $*"
	trace_start
}

unload() {
	trace_stop
	rmmod tcpfsm || fail "rmmod tcpfsm"
}

# reload PARAMETER=VALUE...: for a test about parameters; undone after it.
reload() {
	: >"$results/reload"
	unload
	load "$@"
}

# ---- Namespaces -------------------------------------------------------------

# within NAMESPACE read FILE | write FILE TEXT | run COMMAND...; - is the first
within() {
	"$bin/within" "$@"
}

# setting NAMESPACE NAME VALUE, of net.tcpfsm
setting() {
	within "$1" write "/proc/sys/net/tcpfsm/$2" "$3" ||
		fail "net.tcpfsm.$2=$3 in $1 was refused"
}

# setting_of NAMESPACE NAME
setting_of() {
	within "$1" read "/proc/sys/net/tcpfsm/$2"
}

# ---- Traces -----------------------------------------------------------------

trace_start() {
	[[ -d $instance ]] || mkdir "$instance"
	echo 0 >"$instance/tracing_on"
	echo "${trace_kb:-2048}" >"$instance/buffer_size_kb"
	echo global >"$instance/trace_clock"
	echo 1 >"$instance/events/sock/inet_sock_set_state/enable"
	echo 1 >"$instance/events/tcpfsm/enable"
	echo >"$instance/trace"
	echo 1 >"$instance/tracing_on"
}

trace_stop() {
	[[ ! -d $instance ]] || rmdir "$instance"
}

trace_clear() {
	echo >"$instance/trace"
}

# inode_of NAMESPACE
inode_of() {
	if [[ $1 == - ]]; then
		stat -L -c %i /proc/self/ns/net
	else
		stat -L -c %i "/run/netns/$1"
	fi
}

# events [NAME]: the lines of an event, without tcpfsm_
events() {
	grep -E " tcpfsm_${1:-[a-z_]*}: " "$instance/trace" || true
}

# sequences: what each namespace saw of each flow to the server's port, a line
# "view<TAB>sequence" per flow, oldest first. A step is client/server in the
# letters of the catalogue; ? was inferred, ! retracted.
sequences() {
	awk -v views="$views" -v port="$port" -f "$vm/sequences.awk" "$instance/trace"
}

# sequence_of VIEW: from what sequences() said last
sequence_of() {
	local line

	while IFS= read -r line; do
		[[ $line != "$1"$'\t'* ]] || echo "${line#*$'\t'}"
	done <<<"$seen"
}

# expect_sequence VIEW STEP...: the one flow seen there goes through exactly
# these steps. Waits for them.
expect_sequence() {
	local view=$1 want end=$((SECONDS + PATIENCE))

	shift
	want="$*"
	expected+=("$port $view $want")
	# They will be compared with the sockets', too.
	: >"$results/truth"
	[[ $port == "$seen_port" ]] || seen=''
	seen_port=$port
	while [[ $(sequence_of "$view") != "$want" ]]; do
		if ((SECONDS >= end)); then
			echo "want in $view: $want"
			echo "got in $view:  $(sequence_of "$view")"
			fail "sequence of states in $view"
		fi
		[[ ! $seen ]] || pause 0.05
		seen=$(sequences)
	done
}

# finish: nothing more has happened after what was expected. Run after each
# test.
finish() {
	local want view last=''

	for want in "${expected[@]}"; do
		read -r port view want <<<"$want"
		[[ $port == "$last" ]] || seen=$(sequences)
		last=$port
		[[ $(sequence_of "$view") != "$want" ]] || continue
		echo "want in $view: $want"
		echo "got in $view:  $(sequence_of "$view")"
		fail "the sequence of states went on"
	done
}

# ---- /proc ------------------------------------------------------------------

# flows VIEW [FILE]: the lines of /proc/tcpfsm that belong to the server's port
flows() {
	local line
	local -a fields

	within "$1" read "${2:-/proc/tcpfsm}" | while IFS= read -r line; do
		read -ra fields <<<"$line"
		[[ $line == '#'* || ${fields[5]} != *":$port" ]] || echo "$line"
	done
}

# check_flow LINE CLIENT-STATE SERVER-STATE WORD...: says what is wrong.
check_flow() {
	local line=$1 word
	local -a fields

	read -ra fields <<<"$line"
	[[ ${fields[0]-} == "$2" ]] || { why="client is ${fields[0]-nowhere}, not $2"; return 1; }
	[[ ${fields[1]-} == "$3" ]] || { why="server is ${fields[1]-nowhere}, not $3"; return 1; }
	shift 3
	for word; do
		case $word in
		!*) [[ " $line " != *" ${word#!}="* ]] || { why="has ${word#!}"; return 1; } ;;
		*=) [[ " $line " == *" $word"* ]] || { why="lacks $word"; return 1; } ;;
		*) [[ " $line " == *" $word "* ]] || { why="lacks $word"; return 1; } ;;
		esac
	done
}

# expect_flow VIEW CLIENT-STATE SERVER-STATE [KEY=VALUE | KEY= | !KEY]...: there
# is one flow, and this is how /proc shows it. Waits for it.
expect_flow() {
	local view=$1 line why end=$((SECONDS + PATIENCE))

	shift
	while :; do
		line=$(flows "$view")
		if [[ ! $line ]]; then
			why="no flow"
		elif [[ $line == *$'\n'* ]]; then
			why="several flows"
		else
			! check_flow "$line" "$@" || return 0
		fi
		((SECONDS < end)) || break
		pause 0.1
	done
	echo "want in $view: $*"
	echo "got in $view:  $line"
	fail "/proc/tcpfsm in $view: $why"
}

# expect_no_flow VIEW
expect_no_flow() {
	local line

	line=$(flows "$1")
	[[ ! $line ]] || fail "a flow in $1: $line"
}

# bracketed ADDRESS: as it stands before a port
bracketed() {
	if [[ $1 == *:* ]]; then
		echo "[$1]"
	else
		echo "$1"
	fi
}

# key LINE KEY: the value, or nothing
key() {
	[[ " $1 " =~ \ $2=([^ ]*)\  ]] && echo "${BASH_REMATCH[1]}"
}

# ---- Counters ---------------------------------------------------------------

# Each list has its file; the names of some are the same.
readonly stat=/proc/net/stat/tcpfsm
readonly stat_files=("$stat" "${stat}_transitions" "${stat}_exceptions" "${stat}_verdicts" "${stat}_anomalies"
	"${stat}_icmp")

# counters [VIEW]: "name value" in decimal, summed over the processors; verdicts
# as end_NAME, anomalies as an_NAME, transitions as FROM_to_TO or other; entries is none
counters() {
	local line i prefix=''
	local -a names values sums

	{
		within "${1:--}" cat "${stat_files[@]}"
		echo '==>'
	} | while IFS= read -r line; do
		if [[ $line != '==>'* ]]; then
			read -ra values <<<"$line"
			if [[ ${names+x} ]]; then
				for i in "${!values[@]}"; do
					sums[i]=$((${sums[i]:-0} + 0x${values[i]}))
				done
			else
				names=("${values[@]}")
			fi
			continue
		fi
		for i in "${!names[@]}"; do
			[[ ${names[i]} == entries ]] || echo "$prefix${names[i]} ${sums[i]:-0}"
		done
		unset names sums
		case $line in
		*_verdicts) prefix=end_ ;;
		*_anomalies) prefix=an_ ;;
		*) prefix='' ;;
		esac
	done
}

# value COUNTERS NAME: from what counters() said
value() {
	[[ $'\n'$1$'\n' =~ $'\n'$2\ ([0-9]+)$'\n' ]] || fail "no counter $2"
	echo "${BASH_REMATCH[1]}"
}

# counter NAME [VIEW]
counter() {
	value "$(counters "${2:--}")" "$1"
}

# objects: in the cache of flows, those on processors' own lists not counted
objects() {
	local shrink=/sys/kernel/slab/tcpfsm_entry/shrink

	[[ ! -e $shrink ]] || echo 1 >"$shrink"
	awk '$1 == "tcpfsm_entry" { n += $2 } END { print n + 0 }' /proc/slabinfo
}

# objects_match NUMBER: wait for it, as flows are freed after a grace period
objects_match() {
	(($(objects) == $1))
}

# Nothing is merged with our cache, or else its objects cannot be told.
need_own_cache() {
	local aliases=/sys/kernel/slab/tcpfsm_entry/aliases

	if ! grep -q '^tcpfsm_entry ' /proc/slabinfo || [[ -e $aliases && $(<"$aliases") != 0 ]]; then
		skip "the cache is merged with another: boot with slab_nomerge"
	fi
}

clear_all() {
	local ns

	echo clear >/proc/tcpfsm
	echo clear >/proc/net/tcpfsm_listeners
	for ns in /run/netns/*; do
		[[ -e $ns ]] || continue
		within "${ns##*/}" write /proc/tcpfsm clear
		within "${ns##*/}" write /proc/net/tcpfsm_listeners clear
	done
}

# ---- Conversations ----------------------------------------------------------

# The plain ways to begin and to end, as steps of talk and as what the hosts and
# the router between them see of it. The client closes first; the server follows
# when its ACK has arrived, so that it travels alone.
readonly opening=(l.listen c.connect s.accept)
readonly closing=(c.shut s.eof c.state=FIN_WAIT2 s.shut c.eof)
# What has been sent is seen at once; whether it arrives, only its target sees.
readonly opened_client='SS/LI SS/SR ES/SR ES/ES?'
readonly opened_router=$opened_client
readonly opened_server='SS/LI SS/SR ES/SR ES/ES'
readonly closed_client='F1/ES F1/CW F2/CW F2/LA TW/LA TW/CL?'
readonly closed_router='F1/ES F1/CW F2/CW? F2/LA TW/LA TW/CL?'
readonly closed_server='F1/ES F1/CW F2/CW? F2/LA TW/LA TW/CL'
readonly opened_host=$opened_server
readonly closed_host='F1/ES F1/CW F2/CW F2/LA TW/LA TW/CL'

# stage STEP...: the conversation goes so far and stands there, until leave(); the ports of its
# sockets are in $c_port and so on.
stage() {
	rm -f "$results/ports" "$results/more"
	mkfifo "$results/more"
	talk "$@" sh="set | grep '^[a-z]_port=' >'$results/ports.new'; mv '$results/ports.new' '$results/ports'; read -r _ <'$results/more' || :" &
	staged=$!
	wait_until test -e "$results/ports" || fail "the conversation does not come so far"
	# shellcheck source=/dev/null
	. "$results/ports"
}

leave() {
	: >"$results/more"
	wait "$staged" || fail "the conversation failed"
}

# talk STEP...: between the namespaces client and server, see talk.c
talk() {
	"$bin/talk" "${talk_client:-client}" "${talk_server:-server}" "${server:?}" "$port" "$@" ||
		fail "the conversation itself failed"
}
