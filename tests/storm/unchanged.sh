# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Nothing changes for the traffic: the same conversations without the module and with
# it, in good times and in bad. Compared are the segments on the wire, the states that
# the sockets pass through, and what the program says of it all.

# No more than two full segments at a time: what is more leaves in one piece or in two,
# by how long the round trip takes (tcp_tso_autosize()). Before an answer to a FIN its ACK
# has left by itself.
readonly conversations=(
	"${opening[*]} c.send=100 s.recv=100 s.send=2500 c.recv=2500 ${closing[*]}"
	"${opening[*]} c.send=1 s.recv=1 s.shut c.eof s.state=FIN_WAIT2 c.shut s.eof"
	"${opening[*]} c.shut s.eof sleep=300 s.send=2000 c.recv=2000 s.shut c.eof"
	"${opening[*]} c.send=10 s.recv=10 c.abort s.error=ECONNRESET"
	"${opening[*]} s.abort c.error=ECONNRESET"
	"${opening[*]} c.send=10 sleep=50 s.close c.error=ECONNRESET"
	"${opening[*]} c.shut s.eof c.state=FIN_WAIT2 s.abort c.state=CLOSE"
	"c.syn c.error=ECONNREFUSED"
)

# Every segment is answered at once and none is repeated early, however slow the
# machine is at the moment.
steady() {
	local ns

	undo dismantle
	for ns in client server; do
		within "$ns" run ip route replace 192.0.2.0/24 dev eth0 quickack 1 rto_min 10s || fail route
		within "$ns" run ip route replace 2001:db8::/64 dev eth0 quickack 1 rto_min 10s || fail route
		within "$ns" write /proc/sys/net/ipv4/tcp_early_retrans 0
	done
}

# watch FILE: what passes the server's end of the link, until stop_watching
watch() {
	# Not by within(): the signal is for tcpdump, not for a shell around it.
	"$bin/within" server run tcpdump -Z root -n -s 0 -B 8192 -i eth0 -U -w "$1" --immediate-mode tcp \
		2>"$results/tcpdump" &
	watcher=$!
	wait_until grep -q 'listening on' "$results/tcpdump" || fail "tcpdump: $(<"$results/tcpdump")"
	echo >"$states/trace"
}

# The port of the conversation after which nothing is watched.
readonly last_port=18900

# has_last FILE: tcpdump has written what was last on the wire
has_last() {
	[[ $("$bin/within" server run tcpdump -n -r "$1" "tcp src port $last_port" 2>/dev/null) ]]
}

# stop_watching FILE
stop_watching() {
	# What it has not read when the signal comes is lost.
	"$bin/talk" client server "$server" "$last_port" c.syn c.error=ECONNREFUSED >/dev/null 2>&1
	wait_until has_last "$1" || fail "tcpdump does not get to the end"
	kill -INT "$watcher"
	wait "$watcher"
	grep -q '^0 packets dropped by kernel' "$results/tcpdump" || fail "tcpdump: $(<"$results/tcpdump")"
}

readonly states=$tracing/instances/unchanged

# record NAME: the conversations, into files of this name
record() {
	local i steps number

	watch "$results/$1.pcap"
	: >"$results/$1.said"
	for family in ipv4 ipv6; do
		choose_family "$family"
		for i in "${!conversations[@]}"; do
			read -ra steps <<<"${conversations[i]}"
			# The same port each time, so that the last states are told apart by it.
			number=$((18000 + i))
			"$bin/talk" client server "$server" "$number" "${steps[@]}" >>"$results/$1.said" 2>&1
			echo "$family $i: exit status $?" >>"$results/$1.said"
		done
	done
	stop_watching "$results/$1.pcap"
	"$python" "$vm/../storm/segments.py" "$results/$1.pcap" >"$results/$1.segments" || fail segments.py
	# The two ends of a connection may be served by different processors.
	sed -n 's/.* inet_sock_set_state: family=\([A-Z0-9_]*\) .*sport=\([0-9]*\) dport=\([0-9]*\) .*oldstate=\(.*\)/\1 \2 \3 \4/p' \
		"$states/trace" | awk '$2 ~ /^180/ { print $1, $2, "server", $4, $5 }
		$3 ~ /^180/ { print $1, $3, "client", $4, $5 }' | sort -s -k 1,3 >"$results/$1.states"
}

# same_as_without NAME
same_as_without() {
	local kind lines=''

	record "$1"
	for kind in segments states said; do
		diff "$results/without.$kind" "$results/$1.$kind" | head -n 40
		cmp -s "$results/without.$kind" "$results/$1.$kind" || fail "not the same $kind as without the module"
		lines+=" $(wc -l <"$results/$1.$kind") $kind"
	done
	count "the same as without:$lines"
}

without_module() {
	command -v tcpdump >/dev/null || skip "no tcpdump"
	: >"$results/reload"
	undo rmdir "$states"
	unload
	steady
	mkdir "$states"
	echo 1 >"$states/events/sock/inet_sock_set_state/enable"
	# Neighbours are known after it.
	record first
	record without
	[[ -s $results/without.segments && -s $results/without.states ]] || fail "nothing was recorded"
	# What differs by itself cannot be compared.
	for kind in segments states said; do
		cmp "$results/first.$kind" "$results/without.$kind" || fail "not the same $kind twice, without the module"
	done
}

# With all its events on and a line in the log for each transition.
unchanged_loaded() {
	without_module
	load
	setting client log_level 3
	setting server log_level 3
	same_as_without loaded
	(($(counter begun server) >= 2 * ${#conversations[@]})) || fail "the module has not seen them"
}
once unchanged/loaded direct unchanged_loaded

unchanged_full() {
	without_module
	load max_flows=16 max_half_open=16
	exec {held}< <(exec "$bin/crowd" client server "$server" "$port" hold 16)
	read -rt "$PATIENCE" -u "$held" || fail "the connections do not stand"
	same_as_without full
	(($(counter table_full server) > 0 && $(counter table_full client) > 0)) || fail "the tables were not full"
}
once unchanged/table-full direct unchanged_full

unchanged_failing() {
	prepare_faults
	without_module
	load
	fail_flows 100
	same_as_without failing
	(($(counter no_memory server) > 0 && $(counter no_memory client) > 0)) || fail "there was memory"
	(($(counter begun server) == 0)) || fail "$(counter begun server) flows begun without memory"
}
once unchanged/no-memory direct unchanged_failing

# While it comes and goes, and all that can be set is.
unchanged_restless() {
	local status=0

	without_module
	mkdir -p "$instance"
	along settings "$storm/meddle" "${SEED:-1}" 10 client server
	"$bin/churn" "$ko" 100000 "$instance" >/dev/null 2>&1 &
	churn=$!
	same_as_without restless
	kill "$churn" 2>/dev/null || fail "loading and unloading did not last"
	wait "$churn" 2>/dev/null || status=$?
	# By this signal: by nothing of its own.
	((status == 128 + 15)) || fail "loading and unloading ended with $status"
	dismiss
	[[ ! -d /sys/module/tcpfsm ]] || rmmod tcpfsm
	rmdir "$instance"
}
once unchanged/restless direct unchanged_restless
