# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tools that people have already, on real traffic: what they show is what was
# done. The commands are those of docs/tools.md, taken from there.

root=$(realpath "$vm/../..")

# documented NAME: the command of docs/tools.md below <!-- run: NAME -->
documented() {
	awk -v mark="<!-- run: $1 -->" '
		$0 == mark { found = 1; next }
		found && /^```/ { if (inside) exit; inside = 1; next }
		inside' "$root/docs/tools.md"
}

# run_documented NAME [VARIABLE=VALUE...]: as it stands there, with its output in $results/NAME
run_documented() {
	local text

	text=$(documented "$1")
	[[ $text ]] || fail "no command $1 in docs/tools.md"
	# shellcheck disable=SC2317 # in the text
	sudo() { "$@"; }
	(cd "$root" && eval "${*:2}" && eval "$text") >"$results/$1" 2>&1 || fail "$1: $(<"$results/$1")"
}

# make_hold: a command for tools that run until one ends: it says that it began, and ends
# when somebody writes to $results/go
make_hold() {
	rm -f "$results"/*.ready "$results/go"
	mkfifo "$results/go"
	# shellcheck disable=SC2016 # for that one to expand
	printf '%s\n' '#!/bin/bash' ': >"$1"' 'read -r <"$2"' 'exit 0' >"$results/hold"
	chmod 755 "$results/hold"
}

# Of names, each has begun what it runs.
attached() {
	local name

	for name in "${names[@]}"; do
		[[ -e $results/$name.ready ]] || return 1
	done
}

# begun: all of programs do; each takes many seconds in an emulated processor.
begun() {
	local i pid

	for ((i = 0; i < 20; i++)); do
		! wait_until attached || return 0
		for pid in "${programs[@]}"; do
			kill -0 "$pid" || return 1
		done
	done
	return 1
}

# ---- bpftrace ---------------------------------------------------------------

# A program runs until what -c has started ends; that starts when all probes are attached, and
# ends when somebody writes to $results/go.
run_bpftrace() {
	# It wants a binary.
	command bpftrace -c "/bin/bash $results/hold $results/$1.ready $results/go" "${@:2}"
}

# begin_script NAME [VARIABLE=VALUE]: one of docs/tools.md in the background
begin_script() {
	local name=$1

	(
		# shellcheck disable=SC2317 # in the text
		bpftrace() { run_bpftrace "$name" "$@"; }
		run_documented "$@"
	) &
	programs+=("$!")
	names+=("$name")
}

# begin_one_liners NAME...: as one program, since it is the start that takes so long
begin_one_liners() {
	local name

	for name; do
		# shellcheck disable=SC2317 # in the text; what follows -e
		bpftrace() { echo "$2" >>"$results/one-liners.bt"; }
		run_documented "$name"
	done
	unset -f bpftrace
	run_bpftrace one-liners "$results/one-liners.bt" >"$results/one-liners" 2>&1 &
	programs+=("$!")
	names+=(one-liners)
}

# shows PROGRAM LINE: exactly one of its lines is that
shows() {
	[[ $(grep -cxF -e "$2" "$results/$1") == 1 ]] ||
		fail "$1: not one line '$2' but $(grep -F "${2%%[*}[" "$results/$1" | paste -sd ';')"
}

# sum_of PROGRAM MAP: of the histogram of that map, the only one of its name
sum_of() {
	awk -v map="$2" '
		index($0, map) == 1 { inside = 1; next }
		inside && /^\[/ { sub(/^\[[^)\]]*[)\]] */, ""); sum += $1; next }
		{ inside = 0 }
		END { print sum + 0 }' "$results/$1"
}

# transitions_of EVENT: in the trace, as mirror.bt prints them
transitions_of() {
	grep -E " $1: .*[sd]port=$port " "$instance/trace" | grep -v ' local=0 ' |
		sed -E 's/.* sport=([0-9]*) dport=([0-9]*) .*saddrv6=([^ ]*) daddrv6=([^ ]*) oldstate=TCP_([A-Z_0-9]*) newstate=TCP_([A-Z_0-9]*).*/\3 \1 \4 \2 \5 -> \6/' |
		sort
}

# mirrored WHO: what mirror.bt printed of it
mirrored() {
	sed -nE "s/^$1 +//p" "$results/mirror" | tr -s ' ' | sort
}

bpftrace_programs() {
	local i ns
	local -a programs=() names=()

	command -v bpftrace >/dev/null || skip "no bpftrace"
	[[ -e /sys/kernel/btf/vmlinux ]] || skip "this kernel has no BTF"
	rm -f "$results/one-liners.bt"
	for ns in client router server; do
		setting "$ns" time_wait 1
		undo setting "$ns" time_wait 60
	done
	clear_all
	make_hold
	# All at once: each takes seconds to begin.
	begin_one_liners verdicts resets refused syns certainty
	for i in closers retransmits close_wait; do
		begin_script "$i"
	done
	begin_script handshakes "netns=$(inode_of server)"
	begin_script mirror "port=$port"
	begun || fail "they do not begin: $(cd "$results" && tail -n 5 "${names[@]}")"
	trace_clear

	# Three that the client closes, two that the server does, one abort, one refusal.
	for i in 1 2 3; do
		talk "${opening[@]}" "${closing[@]}"
	done
	for i in 1 2; do
		talk "${opening[@]}" s.shut c.eof s.state=FIN_WAIT2 c.shut s.eof
	done
	talk "${opening[@]}" c.send=1 s.recv=1 c.abort s.error=ECONNRESET
	"$bin/talk" client server "$server" "$((port + 1000))" c.syn c.error=ECONNREFUSED
	# A SYN that is lost once, and an application that does not close.
	lose 1 tcp dport "$port" tcp flags syn
	stage "${opening[@]}" c.shut s.eof c.state=FIN_WAIT2
	# Each graceful close is over in all three places.
	wait_until closes_seen 21 || fail "$(events close)"
	: >"$results/go"
	for i in "${!programs[@]}"; do
		wait "${programs[i]}" || fail "$(tail -n 20 "$results/${names[i]}")"
	done
	transitions_of tcpfsm_set_state >"$results/tcpfsm"
	transitions_of inet_sock_set_state >"$results/sockets"
	leave
	judge_programs
}

closes_seen() {
	[[ $(events close | grep -cE " dport=($port|$((port + 1000))) ") == "$1" ]]
}

# Each connection is seen in three places.
judge_programs() {
	local mapped=::ffff:$server

	shows one-liners '@verdict[1]: 15'
	shows one-liners '@verdict[2]: 3'
	shows one-liners '@verdict[5]: 3'
	shows one-liners "@reset[5, $mapped, $port, 1]: 3"
	[[ $(grep -cx "::ffff:$client was refused by $mapped port $((port + 1000))" "$results/one-liners") == 3 ]] ||
		fail "one-liners: $(grep -v '^$' "$results/one-liners" | paste -sd ';')"
	# One of them was lost on the router, which has not seen it.
	shows one-liners "@syns[$port]: 22"
	shows one-liners "@syns[$((port + 1000))]: 3"
	# The router only infers what reaches an end.
	[[ $(sed -n "s/^@certainty\[$(inode_of router), 1\]: //p" "$results/one-liners") -ge 14 ]] ||
		fail "one-liners: $(grep -v '^$' "$results/one-liners" | paste -sd ';')"
	shows closers "@closed_first[client, $mapped, $port]: 9"
	shows closers "@closed_first[server, $mapped, $port]: 6"
	shows closers "@not_closed[reset_client, $mapped, $port]: 3"
	shows closers "@not_closed[refused, $mapped, $((port + 1000))]: 3"
	shows retransmits "@syn_again[$mapped, $port]: 1"
	! grep -q '^@synack_again' "$results/retransmits" || fail "retransmits: $(paste -sd ';' "$results/retransmits")"
	grep -qE "^[0-9:]{8}  SYN +::ffff:$client +[0-9]+ +$mapped +$port +1$" "$results/retransmits" ||
		fail "retransmits: $(paste -sd ';' "$results/retransmits")"
	# Of eight handshakes, one was aborted in ESTABLISHED and one stays.
	[[ $(grep -cE "^@stuck\[[0-9]+, $mapped, $port, ::ffff:$client, [0-9]+\]: [0-9]+$" "$results/close_wait") == 3 ]] ||
		fail "close_wait: $(paste -sd ';' "$results/close_wait")"
	[[ $(sum_of close_wait @left_after_ms) == 15 ]] || fail "close_wait: $(paste -sd ';' "$results/close_wait")"
	# Seen from the server's namespace alone.
	[[ $(sum_of handshakes "@to_server[$mapped, $port]") == 7 ]] || fail "handshakes: $(paste -sd ';' "$results/handshakes")"
	[[ $(sum_of handshakes "@to_client[$mapped, $port]") == 7 ]] || fail "handshakes: $(paste -sd ';' "$results/handshakes")"
	[[ $(wc -l <"$results/tcpfsm") -gt 50 && $(wc -l <"$results/sockets") -gt 40 ]] || fail "no transitions"
	diff "$results/tcpfsm" <(mirrored tcpfsm) || fail "mirror: the module's transitions"
	diff "$results/sockets" <(mirrored socket) || fail "mirror: the sockets' transitions"
	[[ $(grep -c 'ESTABLISHED -> CLOSE_WAIT$' <(mirrored tcpfsm)) == "$(sed -n 's/^@tcpfsm\[ESTABLISHED, CLOSE_WAIT\]: //p' "$results/mirror")" ]] ||
		fail "mirror: the count"
}
once tools/bpftrace routed bpftrace_programs

# ---- trace-cmd and perf -----------------------------------------------------

# words_of EVENT FILE: the number of the flow, its end, and its state or verdict, of each line
words_of() {
	grep -oE "$1[:(].*" "$2" | grep -oE "(flow=[0-9]+|endpoint=[a-z]+|outcome=[a-z_]+|newstate=[A-Z_0-9]+)" | paste -sd ' ' | sed 's/ flow=/\nflow=/g' | sort
}

# The records of another reader are those of the trace.
same_records() {
	local event

	for event in tcpfsm_set_state tcpfsm_close tcpfsm_handshake; do
		[[ $(words_of "$event" "$instance/trace") ]] || fail "no $event"
		diff <(words_of "$event" "$instance/trace") <(words_of "$event" "$1") || fail "$event: $(grep "$event" "$1" | head -n 3)"
	done
}

conversations() {
	talk "${opening[@]}" "${closing[@]}"
	talk "${opening[@]}" c.abort s.error=ECONNRESET
}

trace_cmd() {
	command -v trace-cmd >/dev/null || skip "no trace-cmd"
	clear_all
	trace_clear
	(cd "$results" && trace-cmd record -q -o trace.dat -e tcpfsm -e sock:inet_sock_set_state \
		"$bin/talk" client server "$server" "$port" "${opening[@]}" "${closing[@]}" \
			c.close s.close l.close "${opening[@]}" c.abort s.error=ECONNRESET) >"$results/trace-cmd" 2>&1 ||
		fail "trace-cmd record: $(cat "$results/trace-cmd")"
	trace-cmd report -i "$results/trace.dat" >"$results/report" 2>"$results/error" || fail "$(cat "$results/error")"
	! grep -iE 'tcpfsm.*(bad|error|fail)|\[FAILED' "$results/report" "$results/error" || fail "trace-cmd cannot read it"
	same_records "$results/report"
}
once tools/trace-cmd routed trace_cmd

perf_trace() {
	local -a programs names

	command -v perf >/dev/null || skip "no perf"
	[[ -e $tracing/events/tcpfsm/tcpfsm_close/id ]] || skip "this kernel has no perf events"
	clear_all
	perf list 'tcpfsm:*' 2>/dev/null | grep -q 'tcpfsm:tcpfsm_set_state' || fail "perf does not find the tracepoints"
	make_hold
	perf trace --libtraceevent_print -e 'tcpfsm:*' -a -o "$results/perf" -- "$results/hold" "$results/perf.ready" "$results/go" >"$results/log" 2>&1 &
	programs=("$!") names=(perf)
	begun || fail "it does not begin: $(<"$results/log")"
	trace_clear
	conversations
	: >"$results/go"
	wait "${programs[0]}" || fail "perf trace: $(<"$results/log")"
	head -n 3 "$results/perf"
	same_records "$results/perf"
}
once tools/perf routed perf_trace

# ---- lnstat, ss, tshark -----------------------------------------------------

# Names and sums as the test reads them from the files, of a namespace where something was.
lnstat_files() {
	local file name

	# Nothing ends, or is forgotten, between one reading and the other.
	for name in linger time_wait; do
		undo setting server "$name" "$(setting_of server "$name")"
		setting server "$name" 3600
	done
	conversations
	for file in "${stat_files[@]}"; do
		name=${file##*/}
		# Its exit status is 1 in any case.
		within server run lnstat -j -f "$name" -i 1 -c 1 >"$results/lnstat" || true
		within server read "$file" | "$python" -c '
import json, sys
said = json.load(open(sys.argv[1]))
names, *rows = [line.split() for line in sys.stdin]
sums = {name: sum(int(row[i], 16) for row in rows) for i, name in enumerate(names) if i}
sums["entries"] = int(rows[0][0], 16)
wrong = {name: (value, said.get(name)) for name, value in sums.items() if said.get(name) != value}
sys.exit("differ: %s" % wrong if wrong or not sums else 0)' "$results/lnstat" ||
			fail "$name: $(<"$results/lnstat")"
	done
	{ within server run lnstat -f tcpfsm -k segments,begun,handshakes -i 1 -c 1 || true; } |
		tail -n 1 | tr -d ' ' >"$results/lnstat"
	name=$(counters server)
	[[ $(<"$results/lnstat") == "$(value "$name" segments)|$(value "$name" begun)|$(value "$name" handshakes)|" ]] ||
		fail "$(<"$results/lnstat")"
}
once tools/lnstat routed lnstat_files

# of_ss, of_list FILTER...: the connections of the client, "LOCAL PEER"
of_ss() {
	within client run ss -tanH "$@" | awk '{ print $(NF - 1), $NF }' | sort
}

of_list() {
	"$tcpfsm" list --netns client --json "$@" |
		sed -E 's/.*"client":"([^"]*)","server":"([^"]*)".*/\1 \2/' | sort
}

# Called while the connections stand. Ports from the test's own on: of other tests there are
# sockets in TIME_WAIT, whose flows have been cleared.
compare_filters() {
	local filter n=0 net=$server/24 address=$server own=$client
	local -a words

	[[ $family == ipv4 ]] || { net="[$server/64]" address="[$server]" own="[$client]"; }
	while IFS= read -r filter; do
		[[ $filter ]] || continue
		# ss wants a state in words of its own.
		read -ra words <<<"$filter"
		of_ss "${words[@]}" >"$results/ss"
		diff "$results/ss" <(of_list "${words[@]}") || fail "ss $filter, and tcpfsm list $filter"
		n=$((n + $(wc -l <"$results/ss")))
	done <<-END
		dport = :$port
		dport != :$port and dport >= :$port
		dport > :$port
		sport = :$c_port
		not sport = :$c_port and dport >= :$port
		dst $address and dport >= :$port
		dst $address:$port
		dst $net and dport >= :$port
		src $own and dport = :$port
		( dport = :$port and not sport = :$c_port ) or dport = :$((port + 1))
		state established dport >= :$port
		state fin-wait-2 dport >= :$port
		state time-wait dport >= :$port
		state syn-sent dport >= :$port
		state fin-wait-2 dport = :$port
		state established dport = :$((port + 1))
	END
	((n >= 30)) || fail "only $n connections were selected"
}

# Established, half-closed, in TIME_WAIT, not answered, and to another port.
ss_filters() {
	clear_all
	lose 100 tcp dport "$((port + 2))"
	stage "${opening[@]}" d.connect t.accept d.shut t.eof d.state=FIN_WAIT2 \
		e.connect u.accept e.shut u.eof u.shut e.eof e.close \
		"f.address=$server,$((port + 2))" f.syn "m.bind=$((port + 1))" m.listen \
		"g.address=$server,$((port + 1))" g.connect
	compare_filters
	leave
}
both tools/ss routed ss_filters

# The last segment of the conversations has come.
captured() {
	tcpdump -n -r "$results/router.pcap" 2>/dev/null | grep -q 'Flags \[R'
}

# The segments of the trace are those of a capture, as tshark reads it.
tshark_segments() {
	local dump status=0

	command -v tshark >/dev/null || skip "no tshark"
	"$bin/within" router run tcpdump -Z root -n -U --immediate-mode -i to_c -w "$results/router.pcap" "tcp port $port" 2>"$results/dump" &
	dump=$!
	wait_until grep -q 'listening on' "$results/dump" || fail "$(<"$results/dump")"
	conversations
	wait_until captured || fail "no RST in the capture"
	kill -INT "$dump"
	wait "$dump" || status=$?
	((status == 0)) || fail "tcpdump ends with $status: $(<"$results/dump")"
	tshark -n -r "$results/router.pcap" -Y 'tcp.flags & 7' -T fields -E separator=' ' \
		-e tcp.srcport -e tcp.seq_raw -e tcp.ack_raw -e tcp.flags 2>"$results/error" |
		while read -r source seq ack flags; do
			printf '%d %d %d %d\n' "$source" "$seq" "$ack" "$flags"
		done >"$results/tshark"
	events segment | grep " netns=$(inode_of router) " | grep -E "[sd]port=$port " |
		sed -E 's/.* seq=([0-9]*) ack=([0-9]*) .* flags=(0x[0-9a-f]*) .* sport=([0-9]*) .*/\4 \1 \2 \3/' |
		while read -r source seq ack flags; do
			((flags & 7)) || continue
			printf '%d %d %d %d\n' "$source" "$seq" "$ack" "$flags"
		done >"$results/module"
	[[ $(wc -l <"$results/module") == 7 ]] || fail "segments: $(<"$results/module")"
	diff "$results/tshark" "$results/module" || fail "tshark: $(<"$results/error")"
}
both tools/tshark routed tshark_segments
