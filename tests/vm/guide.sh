# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The situations of docs/guide.md and of README.md, staged with real sockets. What the
# commands show is what stands there, but for what differs each time: see constant().
#
# With GUIDE=DIRECTORY what they show is left there instead: see scripts/guide.

readonly pages=("$vm/../../README.md" "$vm/../../docs/guide.md")

# Of this port everything here is, whichever test it is.
readonly shown_port=8080

# The terminal for which the pages are made.
readonly shown_columns=100

# situation: nothing of other tests is seen, and nothing goes away before it was shown.
situation() {
	local ns

	port=$shown_port
	shot=$results/shot
	: >"$shot"
	for ns in client router server; do
		setting "$ns" linger 3600
		undo setting "$ns" linger 10
	done
	clear_all
}

# show NAMESPACE COMMAND: what is seen there at a terminal where somebody types it
show() {
	[[ ! -s $shot ]] || echo >>"$shot"
	echo "$1# $2" >>"$shot"
	PATH=$(realpath "$vm/../../build"):$PATH NO_COLOR=1 TERM=xterm LC_ALL=C.UTF-8 SHELL=/bin/bash \
		"$bin/within" "$1" run script -qec "stty cols $shown_columns rows 60; $2" /dev/null </dev/null |
		tr -d '\r' | sed 's/ *$//' >>"$shot"
}

# constant: a word a line, as a number with more digits may move the end of a line; what
# differs each time, or with the kernel's memory (wscale), is one letter. The table of
# flows has no order.
constant() {
	sed -E -e 's/[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]+/T/g' \
		-e 's/\b[0-9]+(\.[0-9])?m?s\b/T/g; s/\b[0-9]+m[0-9]{2}s\b/T/g; s/\b[0-9]+ ms\b/T/g' \
		-e 's/\bflow [0-9]+,/flow N,/; s/\(process [0-9]+\)/(process N)/' \
		-e 's/:[0-9]{5}\b/:P/g; s/\b(pid|fd)=[0-9]+/\1=N/g' \
		-e 's/\b(id|netns|cgroup|[a-z_]+_us|[a-z_]+_ms|isn|rtx|wscale)=[0-9/-]+/\1=N/g' \
		-e 's/repeated (it|its [A-Z-]+) [0-9]+ times?/repeated \1 N times/' \
		-e 's/packets [0-9]+ bytes [0-9]+/packets N bytes N/; s/timer:\([^)]*\)/timer/' \
		-e 's/^ *[0-9]+  ([A-Z])/ID \1/; s/^([A-Z][A-Z_0-9]+\??  *[A-Z][A-Z_0-9]+\??)  *[0-9]+ /\1 T /' \
		-e 's/^([^ ]+)(( +[0-9]+){4})( +[0-9]+){2} +([0-9]+\.[0-9]|-) +([0-9]+\.[0-9]|-)$/\1\2 N N T T/' |
		# Of a flow in a list as much is shown as there is room for.
		awk '
			/^ID / && !/ IS / { $0 = $1 " " $2 " " $3 " " $4 " " $5 " " $6 " " $7 " " $8 }
			/ id=N / { print | "sort"; next }
			{ print }' |
		tr -s ' ' '\n' | grep -v '^$' || true
}

# published NAME: what the page has
published() {
	sed -n "/^<!-- output: $1 -->\$/,/^<!-- end output -->\$/p" "${pages[@]}" | sed '/^<!-- /d; /^```/d; /^$/d'
}

# finish_situation NAME
finish_situation() {
	if [[ ${GUIDE-} ]]; then
		cp "$shot" "$GUIDE/$1"
		return
	fi
	[[ $(published "$1") ]] || fail "no output $1 in ${pages[*]}"
	diff -U 4 <(published "$1" | constant) <(constant <"$shot") ||
		fail "the output is not the one of the page; scripts/guide makes it again: $(<"$shot")"
}

# until_explained NAMESPACE FILTER WORDS
until_explained() {
	wait_until explained "$@" || fail "not explained: $("$tcpfsm" explain --netns "$1" "$2")"
}

explained() {
	"$tcpfsm" explain --netns "$1" "$2" 2>/dev/null | tr '\n' ' ' | tr -s ' ' | grep -q "$3"
}

# drop NAMESPACE HOOK EXPRESSION: a firewall
drop() {
	within "$1" run nft -f - <<-END || fail "nft: $3"
		table inet filter {
			chain $2 {
				type filter hook $2 priority filter; policy accept;
				$3 counter drop
			}
		}
	END
	undo within "$1" run nft delete table inet filter
}

# ---- README -----------------------------------------------------------------

guide_readme() {
	# With CONFIG_SOCK_CGROUP_DATA alone has a socket a cgroup, and the page shows it.
	grep -q ' cgroup_sk_alloc$' /proc/kallsyms || skip "the sockets of this kernel are in no cgroup"
	situation
	stage "${opening[@]}" d.connect t.accept d.send=80 t.recv=80 t.send=500 t.shut d.recv=500 d.eof d.shut t.eof \
		"e.address=$server,81" e.syn e.error=ECONNREFUSED
	wait_until timed_wait server 1 || fail "no TIME_WAIT"
	show client 'cat /proc/tcpfsm'
	show router 'tcpfsm list --sort id'
	leave
	finish_situation sample
}
once guide/readme routed guide_readme

# timed_wait NAMESPACE NUMBER: so many flows are in TIME_WAIT there
timed_wait() {
	[[ $("$tcpfsm" list --netns "$1" --state TIME_WAIT | tail -n +2 | wc -l) == "$2" ]]
}

# ---- The questions ----------------------------------------------------------

# The server answers, and its answers are lost on the way back.
guide_answers() {
	situation
	lose 1000 tcp sport "$port"
	stage l.listen c.syn
	until_explained server "dport = :$port" 'repeated its SYN-ACK'
	show client "tcpfsm list 'dport = :8080'"
	show server "tcpfsm explain 'dport = :8080'"
	leave
	finish_situation answers
}
once guide/answers routed guide_answers

timed_wait_none() {
	[[ ! $(within client run ss -tanH state time-wait) ]]
}

guide_time_wait() {
	local i
	local -a steps=(l.listen)

	situation
	# ss shows those of the situations before for a minute.
	for ((i = 0; i < 4; i++)); do
		! wait_until timed_wait_none || break
	done
	for ((i = 0; i < 12; i++)); do
		steps+=(c.connect s.accept c.send=80 s.recv=80 s.send=500 c.recv=500 c.shut s.eof s.close c.eof c.close)
	done
	talk "${steps[@]}"
	wait_until timed_wait client 12 || fail "no TIME_WAIT: $("$tcpfsm" list --netns client)"
	show client "ss -tanH state time-wait 'dport = :8080' | wc -l"
	show client "tcpfsm list --state TIME_WAIT --sort id | head -n 4 | cut -c -100"
	show client "tcpfsm list --state TIME_WAIT | grep -o 'closer=[a-z]*' | sort | uniq -c"
	finish_situation time-wait
}
once guide/time-wait routed guide_time_wait

guide_close_wait() {
	situation
	stage "${opening[@]}" c.send=80 s.recv=80 c.shut s.eof c.state=FIN_WAIT2
	show server 'tcpfsm list --state CLOSE_WAIT'
	show server "tcpfsm explain 'dport = :8080'"
	show server 'ss -tnpH state close-wait'
	leave
	finish_situation close-wait
}
once guide/close-wait routed guide_close_wait

# A request that nobody has read when the server closes.
guide_reset() {
	situation
	stage "${opening[@]}" c.send=80 sleep=500 s.close c.error=ECONNRESET
	show client "tcpfsm list 'outcome reset_client or outcome reset_server'"
	show client "tcpfsm explain 'dport = :8080'"
	leave
	finish_situation reset
}
once guide/reset routed guide_reset

# A backlog of 0 takes one connection, which nobody accepts; Linux then drops SYNs.
guide_queue() {
	situation
	stage l.listen=0 c.connect e.syn
	until_explained server "sport = :$e_port" 'and repeated it'
	show server "tcpfsm list --sort id 'dport = :8080'"
	show server "ss -ltn 'sport = :8080'"
	show server "tcpfsm explain 'dport = :8080 and state SYN_SENT'"
	leave
	finish_situation queue
}
once guide/queue routed guide_queue

guide_firewall() {
	situation
	drop router forward "tcp dport $port"
	stage l.listen c.syn
	until_explained client "dport = :$port" 'and repeated it'
	show client "tcpfsm explain 'dport = :8080'"
	show router "tcpfsm list 'dport = :8080'"
	show router 'nft list chain inet filter forward'
	leave
	finish_situation firewall
}
once guide/firewall routed guide_firewall

# Many that complete, and many SYNs from addresses where nobody is.
guide_flood() {
	local i
	local -a steps=(l.listen "m.bind=8443" m.listen)

	situation
	within router run ip route add blackhole 203.0.113.0/24
	undo within router run ip route del blackhole 203.0.113.0/24
	for ((i = 0; i < 12; i++)); do
		steps+=(c.connect s.accept c.shut s.eof s.close c.eof c.close)
	done
	stage "${steps[@]}"
	for ((i = 1; i <= 20; i++)); do
		within router run "$bin/forge" to_s 02:00:00:00:02:01 "203.0.113.$i" 1024 "$server" 8443 "$((i * 1000))" 0 S ||
			fail "forge"
	done
	wait_until are_half_open 20 || fail "$("$tcpfsm" list --netns server)"
	show server 'tcpfsm top --count 1 --rows 4'
	show server "tcpfsm list --state SYN_RECV --sort client | head -n 4 | cut -c -100"
	leave
	finish_situation flood
}
once guide/flood routed guide_flood

are_half_open() {
	[[ $("$tcpfsm" list --netns server --state SYN_RECV | tail -n +2 | wc -l) == "$1" ]]
}

guide_slow() {
	local ns

	situation
	delay 80 client eth0
	stage "${opening[@]}"
	for ns in client router server; do
		show "$ns" "tcpfsm list 'dport = :8080' | grep -o 'rtt_.*_us=[0-9]*'"
	done
	leave
	finish_situation slow
}
once guide/slow routed guide_slow

guide_fin_wait2() {
	situation
	stage "${opening[@]}" c.send=80 s.recv=80 c.shut s.eof c.state=FIN_WAIT2
	show client 'tcpfsm list --state FIN_WAIT2'
	show client "tcpfsm explain 'dport = :8080'"
	leave
	finish_situation fin-wait2
}
once guide/fin-wait2 routed guide_fin_wait2

# The client's host goes away without a word, here with a RST that is lost, and comes
# back with the same port.
guide_restart() {
	situation
	lose 1 tcp dport "$port" tcp flags "&" rst == rst
	stage l.listen c.bind=50001 c.connect s.accept c.send=80 s.recv=80 c.abort d.bind=50001 d.connect
	show server "tcpfsm list --sort id 'sport = :50001'"
	show server "tcpfsm explain 'sport = :50001 and outcome half_open'"
	leave
	finish_situation restart
}
once guide/restart routed guide_restart
