# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The command against the module itself: what it shows is what the module shows.
# What needs no module is in ../cli/run.

readonly schema=$vm/../../docs/tcpfsm.schema.json
readonly instances=$tracing/instances

# ours: instances of the ring buffer that the command has made
ours() {
	local dir

	for dir in "$instances"/tcpfsm-cli-*; do
		[[ ! -d $dir ]] || echo "${dir##*/}"
	done
}

# is_one FILE: it is there, and holds that. Bash 5.2 ends a script that expands $(<FILE) of none,
# even where set -e should not count.
is_one() { grep -qsx 1 "$1"; }

# watched PID: it listens, to all that it wants: the instance is off while events are enabled.
# The directory of an instance is there before its files.
watched() {
	local dir=$instances/tcpfsm-cli-$1

	is_one "$dir/events/tcpfsm/tcpfsm_close/enable" && is_one "$dir/tracing_on"
}

# watch NAME OPTION...: in the background, as $watch, into $results/NAME
watch() {
	local name=$1

	shift
	"$tcpfsm" watch "$@" >"$results/$name" 2>"$results/$name.err" &
	watch=$!
	wait_until watched "$watch" || fail "watch does not begin: $(<"$results/$name.err")"
}

# end_watch SIGNAL STATUS NAME
end_watch() {
	local status=0

	kill "-$1" "$watch"
	wait "$watch" || status=$?
	[[ $2 == any ]] || ((status == $2)) || fail "watch ends with $status: $(<"$results/$3.err")"
}

valid() {
	local said

	said=$("$python" "$vm/../cli/validate.py" "$schema" 2>&1) || fail "$said"
	echo "$said"
}

# Every flow of /proc, in every way to name its namespace.
cli_list() {
	local want name pid

	# An ended flow is to be there until all has been asked.
	setting client linger 3600
	undo setting client linger 10
	setting server linger 3600
	undo setting server linger 10
	talk "${opening[@]}" c.send=10 s.recv=10 "${closing[@]}"
	talk "${opening[@]}" c.abort s.error=ECONNRESET
	"$bin/within" client run sleep 1000 &
	pid=$!
	want=$(within client read /proc/tcpfsm | sed -nE "/:$port id=/s/.* id=([0-9]*) outcome=([a-z_]*) .*/\1 \2/p" | sort)
	[[ $(wc -l <<<"$want") == 2 ]] || fail "flows: $want"
	for name in client /run/netns/client "$pid"; do
		[[ $name != "$pid" ]] || wait_until in_client "$pid"
		[[ $("$tcpfsm" list --netns "$name" --json "dport = :$port" | tee "$results/json" |
			sed -E 's/.*"id":([0-9]*),"outcome":"([a-z_]*)".*/\1 \2/' | sort) == "$want" ]] ||
			fail "--netns $name: $(<"$results/json")"
	done
	valid <"$results/json"
	# It is there with its first namespace, too, and shows nothing of the other.
	[[ ! $("$tcpfsm" list --json "dport = :$port") ]] || fail "flows of another namespace"
	[[ $("$tcpfsm" list --netns client --state TIME_WAIT "dport = :$port" | tail -n +2 | wc -l) == 1 ]] ||
		fail "--state: $("$tcpfsm" list --netns client)"
	[[ $("$tcpfsm" list --netns server "dport = :$port" outcome reset_client | tail -n +2 | wc -l) == 1 ]] ||
		fail "outcome: $("$tcpfsm" list --netns server)"
}
both cli/list routed cli_list

in_client() { [[ $(stat -L -c %i "/proc/$1/ns/net") == "$(inode_of client)" ]]; }

# The transitions are those of the trace, in their order; nothing else comes, nothing stays.
cli_watch() {
	local want got

	watch out --netns server "dport = :$port"
	talk "${opening[@]}" c.send=10 s.recv=10 "${closing[@]}"
	"$bin/talk" client server "$server" "$((port + 1000))" c.syn c.error=ECONNREFUSED
	talk "${opening[@]}" c.abort s.error=ECONNRESET
	wait_until grep -q outcome=reset_client "$results/out" || fail "no end: $(<"$results/out")"
	end_watch INT 0 out
	want=$(events set_state | grep " netns=$(inode_of server) " | grep -E "[sd]port=$port " |
		sed -E 's/.* endpoint=([a-z]*) .* certainty=([a-z]*) cause=([a-z]*) .* oldstate=TCP_([A-Z_0-9]*) newstate=TCP_([A-Z_0-9]*)$/\1 \4 -> \5 (\2, \3)/')
	got=$(sed -nE 's/^[0-9:.]{15} [^ ]* -> [^ ]* ((client|server) [A-Z].*)$/\1/p' "$results/out")
	[[ $(wc -l <<<"$want") -gt 10 && $got == "$want" ]] || fail "$(diff <(echo "$want") <(echo "$got"))"
	grep -q ' close outcome=reset_client .* hist=ShA' "$results/out" || fail "no history: $(<"$results/out")"
	! grep -q ":$((port + 1000)) " "$results/out" || fail "what the filter leaves out"
	grep -q "^$(wc -l <<<"$want") transitions, 2 handshakes, 1 flows ended (1 reset_client), 0 anomalies, 0 events lost$" "$results/out.err" ||
		fail "$(<"$results/out.err")"
	[[ ! $(ours) ]] || fail "left behind: $(ours)"
}
both cli/watch routed cli_watch

cli_watch_json() {
	watch json --netns router --json --segments "dport = :$port"
	talk "${opening[@]}" "${closing[@]}"
	talk "${opening[@]}" c.abort s.error=ECONNRESET
	wait_until grep -q '"type":"close"' "$results/json" || fail "no end"
	end_watch TERM 0 json
	valid <"$results/json" | tee "$results/said"
	grep -q 'close=1 handshake=2 segment=1[0-9] summary=1 transition=[0-9]*' "$results/said" || fail "$(<"$results/said")"
	grep -q '"type":"close".*"hist":"ShA' "$results/json" || fail "no history: $(grep '"type":"close"' "$results/json")"
	[[ ! $(ours) ]] || fail "left behind: $(ours)"
}
once cli/watch-json routed cli_watch_json

# A small buffer that nobody reads for a while: it is told that, and how much is missing.
cli_watch_loss() {
	local told

	watch json --netns server --json --buffer 4 "dport = :$port"
	kill -STOP "$watch"
	"$bin/crowd" client server "$server" "$port" 60 >/dev/null || fail "crowd"
	kill -CONT "$watch"
	wait_until grep -q '"type":"lost"' "$results/json" || fail "no loss told: $(tail -n 3 "$results/json")"
	end_watch INT 2 json
	valid <"$results/json"
	told=$(sed -n 's/.*"type":"lost".*"events":\([0-9]*\).*/\1/p' "$results/json" | awk '{ n += $1 } END { print n }')
	((told > 0)) || fail "no loss told: $(tail -n 1 "$results/json")"
	grep -q "\"lost\":$told}" "$results/json" || fail "told $told: $(tail -n 1 "$results/json")"
}
once cli/watch-loss routed cli_watch_loss

# A killed one cannot clean up; the next one does.
cli_watch_killed() {
	watch out --all-netns
	end_watch KILL any out
	[[ $(ours) == "tcpfsm-cli-$watch" ]] || fail "instances: $(ours)"
	watch out --all-netns
	[[ $(ours) == "tcpfsm-cli-$watch" ]] || fail "instances: $(ours)"
	end_watch HUP 0 out
	[[ ! $(ours) ]] || fail "left behind: $(ours)"
}
once cli/watch-killed routed cli_watch_killed

# A module that goes ends it, also if it comes back before anybody looks: not deaf, and not silent.
cli_watch_unloaded() {
	local pid status=0

	: >"$results/reload"
	watch json --netns client --json
	"$tcpfsm" ladder --netns client --wait "dport = :$port" >"$results/live" 2>"$results/live.err" &
	pid=$!
	wait_until watched "$pid" || fail "$(<"$results/live.err")"
	unload
	load
	# To be killed if it does not end by itself.
	wait_until has_ended "$watch" || fail "watch goes on: $(<"$results/json")"
	wait "$watch" || status=$?
	((status == 2)) || fail "watch ends with $status: $(<"$results/json.err")"
	[[ $(<"$results/json.err") == 'tcpfsm: the module was unloaded: '* ]] || fail "$(<"$results/json.err")"
	valid <"$results/json"
	[[ $(tail -n 1 "$results/json") == *'"lost":0,"unloaded":true}' ]] || fail "$(<"$results/json")"
	status=0
	wait_until has_ended "$pid" || fail "ladder goes on: $(<"$results/live")"
	wait "$pid" || status=$?
	((status == 2)) || fail "ladder ends with $status: $(<"$results/live.err")"
	[[ $(<"$results/live.err") == 'tcpfsm: the module was unloaded: '* ]] || fail "$(<"$results/live.err")"
	[[ ! $(ours) ]] || fail "left behind: $(ours)"
}
once cli/watch-unloaded routed cli_watch_unloaded

has_ended() { ! kill -0 "$1" 2>/dev/null; }

# Live, and from a capture of the same segments: the same ladder, but for data and times.
cli_ladder() {
	local pid dump status=0

	"$bin/within" router run tcpdump -Z root -n -i to_c -w "$results/router.pcap" "tcp port $port" 2>"$results/dump" &
	dump=$!
	"$tcpfsm" ladder --netns router --wait "dport = :$port" --for 60s >"$results/live" 2>"$results/live.err" &
	pid=$!
	wait_until watched "$pid" || fail "$(<"$results/live.err")"
	wait_until grep -q 'listening on' "$results/dump" || fail "$(<"$results/dump")"
	talk "${opening[@]}" "${closing[@]}"
	# The last row is shown when it is sure that nothing belongs to it any more: at the end.
	wait_until grep -q LAST_ACK "$results/live" || fail "$(<"$results/live")"
	pause 1
	kill -INT "$pid" "$dump"
	wait "$pid" || status=$?
	((status == 0)) || fail "ladder ends with $status: $(<"$results/live.err")"
	wait "$dump" || status=$?
	((status == 0)) || fail "tcpdump ends with $status: $(<"$results/dump")"
	"$tcpfsm" ladder --pcap "$results/router.pcap" >"$results/file" || fail "no ladder of the capture"
	for file in live file; do
		# Without the times, the number and the verdict of the first line.
		tail -n +2 "$results/$file" | sed -E -e 's/^ *[0-9]+\.[0-9]{6}/time/' -e '/ later /d' >"$results/$file.same"
	done
	grep -q 'TIME_WAIT.*CLOSE?' "$results/live" || fail "$(<"$results/live")"
	diff "$results/file.same" "$results/live.same" || fail "the two ladders differ"
	[[ ! $(ours) ]] || fail "left behind: $(ours)"
}
both cli/ladder routed cli_ladder

# A flow that is there already: its past is missing, and that is told.
cli_ladder_joins() {
	local pid id

	talk "${opening[@]}" sh="'$tcpfsm' ladder --netns client 'dport = :$port' --for 5s >'$results/live' 2>'$results/live.err' & sleep 3" \
		"${closing[@]}"
	wait_until grep -q outcome= "$results/live" || fail "$(<"$results/live") $(<"$results/live.err")"
	grep -q 'what passed before now is missing$' "$results/live.err" || fail "$(<"$results/live.err")"
	grep -q '^ *ESTABLISHED [|│] ' "$results/live" || fail "$(<"$results/live")"
	! grep -q 'SYN' "$results/live" || fail "a SYN: $(<"$results/live")"
	grep -q 'FIN_WAIT1 ' "$results/live" || fail "$(<"$results/live")"
}
once cli/ladder-joins routed cli_ladder_joins

# A full accept queue, a firewall, a server that does not close: seen, and named.
cli_explain_queue() {
	# A backlog of 0 takes one connection, which nobody accepts; Linux then drops SYNs.
	"$bin/talk" client server "$server" "$port" l.listen=0 c.connect e.syn \
		sh="until '$tcpfsm' explain --json --netns server sport = :\$e_port >'$results/explain' && grep -q 'and repeated it' '$results/explain'; do sleep 0.2; done" ||
		fail "the conversation failed: $(<"$results/explain")"
	valid <"$results/explain"
	grep -q 'The SYN reached this host and nothing went back: the accept queue' "$results/explain" || fail "$(<"$results/explain")"
	grep -q "ss -ltn 'sport = :$port'" "$results/explain" || fail "$(<"$results/explain")"
}
once cli/explain-queue routed cli_explain_queue

# has_dropped NAME: the server's host has counted a drop of that kind
has_dropped() {
	(($(within server run nstat -asz "$1" | awk -v name="$1" '$1 == name { print $2 }') > 0))
}

# What rp_filter drops does not reach the hook. Without it, a SYN to which no route leads back does.
cli_explain_no_route() {
	within server run ip route del default via 10.0.2.254
	undo within server run ip route add default via 10.0.2.254
	within server write /proc/sys/net/ipv4/conf/eth0/rp_filter 1
	undo within server write /proc/sys/net/ipv4/conf/eth0/rp_filter 0
	stage l.listen c.syn
	wait_until has_dropped TcpExtIPReversePathFilter || fail "rp_filter drops nothing"
	expect_no_flow server
	within server write /proc/sys/net/ipv4/conf/eth0/rp_filter 0
	wait_until has_dropped IpOutNoRoutes || fail "the SYN is not looked at"
	leave
	"$tcpfsm" explain --netns server "dport = :$port" >"$results/explain"
	tr -s '\n ' ' ' <"$results/explain" >"$results/explained"
	grep -q 'client is SYN_SENT, server is LISTEN' "$results/explained" || fail "$(<"$results/explain")"
	grep -q 'there is no route back to the client' "$results/explained" || fail "$(<"$results/explain")"
	grep -q "ip route get $client from $server " "$results/explained" || fail "$(<"$results/explain")"
	! within server run ip route get "$client" from "$server" 2>/dev/null || fail "there is a route back"
}
once cli/explain-no-route routed cli_explain_no_route

cli_explain_firewall() {
	lose 100 tcp dport "$port"
	"$bin/talk" client server "$server" "$port" c.syn sh="until '$tcpfsm' explain --netns client 'dport = :$port' >'$results/explain' && grep -q 'and repeated it' '$results/explain'; do sleep 0.2; done" ||
		fail "$(<"$results/explain")"
	grep -q 'The server is to answer the SYN' "$results/explain" || fail "$(<"$results/explain")"
	grep -q 'a firewall' "$results/explain" || fail "$(<"$results/explain")"
}
once cli/explain-firewall routed cli_explain_firewall

cli_explain_close_wait() {
	# The only flow needs no name.
	clear_all
	talk "${opening[@]}" c.shut s.eof c.state=FIN_WAIT2 \
		sh="'$tcpfsm' explain --json --netns server >'$results/explain'" s.shut c.eof
	valid <"$results/explain"
	grep -q "The server's application is to close" "$results/explain" || fail "$(<"$results/explain")"
	grep -q 'Here: ss -tnp state close-wait' "$results/explain" || fail "$(<"$results/explain")"
}
both cli/explain-close-wait routed cli_explain_close_wait

# What status says is what /proc, /sys and sysctl say.
cli_status() {
	local key

	talk "${opening[@]}" "${closing[@]}"
	setting client linger 77
	undo setting client linger 10
	"$tcpfsm" status --json --netns client >"$results/status" || fail "exit status $?"
	valid <"$results/status"
	for key in '"linger":77' "\"netns\":$(inode_of client)" "\"max_flows\":$(</sys/module/tcpfsm/parameters/max_flows)" \
		"\"version\":\"$(</sys/module/tcpfsm/version)\"" "\"drops\":$(counter drops client)"; do
		grep -qF "$key" "$results/status" || fail "no $key: $(<"$results/status")"
	done
	# What passes it by, found once it is there.
	! grep -q '"what":"flowtable","known":true' "$results/status" || fail "$(<"$results/status")"
	flowtables_may_be_made
	within router run nft -f - <<-'END' || skip "no flowtables here"
		table inet fast {
			flowtable ft { hook ingress priority 0; devices = { to_c, to_s }; }
		}
	END
	undo within router run nft delete table inet fast
	setting router ports "$(seq -s , 1 2 299),400-65535"
	undo setting router ports ''
	"$tcpfsm" status --json --netns router >"$results/status" || fail "exit status $?"
	grep -qF ",297,299,400-65535\"" "$results/status" || fail "the ports are cut: $(<"$results/status")"
	"$tcpfsm" status --netns router >"$results/status" || fail "exit status $?"
	grep -q 'nftables flowtable ft of table fast' "$results/status" || fail "$(<"$results/status")"
	grep -q 'ports: only segments of these ports' "$results/status" || fail "$(<"$results/status")"
	grep -q '[ =]1,3,.*,299,400-65535$' "$results/status" || fail "the ports are cut: $(<"$results/status")"
}
once cli/status routed cli_status

# Who sees nothing at a terminal is told why; a file holds what was asked for.
cli_left_out() {
	local command

	setting server ports 80,443
	undo setting server ports ''
	for command in list 'watch --for 100ms' 'ladder --wait --for 100ms' 'top --count 1'; do
		script -qec "$tcpfsm $command --netns server" /dev/null </dev/null >"$results/out" || true
		grep -q '^tcpfsm: only ports 80,443 are followed here: see tcpfsm status' "$results/out" ||
			fail "$command: $(<"$results/out")"
	done
	script -qec "timeout --foreground -s INT 1 $tcpfsm top --netns server" /dev/null </dev/null >"$results/out" || true
	grep -q '^only ports 80,443 are followed here' "$results/out" || fail "top: $(<"$results/out")"
	"$tcpfsm" list --netns server >"$results/out" 2>&1
	! grep -q 'followed here' "$results/out" || fail "in a file: $(<"$results/out")"
	script -qec "$tcpfsm list --netns client; $tcpfsm watch --all-netns --for 100ms" /dev/null </dev/null >"$results/out"
	! grep -q 'followed here' "$results/out" || fail "elsewhere: $(<"$results/out")"
	setting server enabled 0
	undo setting server enabled 1
	script -qec "$tcpfsm list --netns server" /dev/null </dev/null >"$results/out"
	grep -q '^tcpfsm: net.tcpfsm.enabled=0 here: see tcpfsm status' "$results/out" || fail "$(<"$results/out")"
}
once cli/left-out routed cli_left_out

# same_names FILE FILE: the same samples, whatever their values
same_names() {
	[[ $(sed 's/ [0-9]*$//' "$1") == "$(sed 's/ [0-9]*$//' "$2")" ]] || fail "$(diff "$1" "$2")"
}

# Each counter, with the value that lnstat's file has; the format ends as it has to.
cli_metrics() {
	local counters name

	clear_all
	talk "${opening[@]}" "${closing[@]}"
	talk "${opening[@]}" c.abort s.error=ECONNRESET
	counters=$(counters server)
	"$tcpfsm" metrics --netns server >"$results/metrics" || fail "exit status $?"
	[[ $(tail -n 1 "$results/metrics") == '# EOF' ]] || fail "no end"
	for name in segments begun handshakes seg_fin drops; do
		grep -qx "tcpfsm_${name}_total{netns=\"server\"} $(value "$counters" "$name")" "$results/metrics" ||
			fail "$name: $(grep "$name" "$results/metrics")"
	done
	grep -qx "tcpfsm_flows_ended_total{netns=\"server\",outcome=\"reset_client\"} $(value "$counters" end_reset_client)" "$results/metrics" ||
		fail "$(grep flows_ended "$results/metrics")"
	grep -qx "tcpfsm_transitions_total{netns=\"server\",from=\"LISTEN\",to=\"SYN_RECV\"} $(value "$counters" LISTEN_to_SYN_RECV)" "$results/metrics" ||
		fail "$(grep transitions "$results/metrics")"
	grep -qx 'tcpfsm_endpoints{netns="server",endpoint="client",state="TIME_WAIT"} [1-9][0-9]*' "$results/metrics" ||
		fail "$(grep endpoints "$results/metrics")"
	# A histogram has a count where it has a sum, and nowhere else.
	! grep -E '^tcpfsm_[a-z_]*_seconds_count[{ ]' "$results/metrics" || fail "a count without a sum"
	# Every sample once, each of a metric that is described.
	[[ ! $(grep -v '^#' "$results/metrics" | sed 's/ [0-9]*$//' | sort | uniq -d) ]] || fail "a sample twice"
	[[ $(wc -l <"$results/metrics") -lt 350 ]] || fail "$(wc -l <"$results/metrics") lines"
	"$tcpfsm" metrics --format prometheus >"$results/metrics" || fail "exit status $?"
	grep -q '^# TYPE tcpfsm_segments_total counter$' "$results/metrics" || fail "$(head -n 5 "$results/metrics")"
	rm -rf "$results/output" && mkdir "$results/output"
	"$tcpfsm" metrics --format prometheus --output "$results/output/tcpfsm.prom" || fail "exit status $?"
	same_names "$results/metrics" "$results/output/tcpfsm.prom"
	[[ $(cd "$results/output" && stat -c '%a %n' -- *) == '644 tcpfsm.prom' ]] || fail "$(ls -l "$results/output")"
	"$tcpfsm" top --netns server --count 1 "dport = :$port" >"$results/top" || fail "exit status $?"
	grep -qF ":$port " "$results/top" || fail "$(<"$results/top")"
}
once cli/metrics routed cli_metrics

# ---- top at a terminal ------------------------------------------------------

# screen COMMAND...: of a tmux of our own, whose terminal has 80 columns and 24 lines
screen() {
	TMUX_TMPDIR=$results tmux -L "tcpfsm-$port" -f /dev/null "$@"
}

type_keys() {
	screen send-keys "$@"
}

# shown PATTERN: a line of the screen is like that
shown() {
	screen capture-pane -p >"$results/screen"
	grep -qE -e "$1" "$results/screen"
}

wait_shown() {
	wait_until shown "$1" || fail "no '$1' on the screen: $(<"$results/screen")"
}

# The heading is the first line, the names stand over their columns, and nothing scrolled.
check_screen() {
	[[ $(screen display -p '#{history_size}') == 0 ]] || fail "it scrolls: $(<"$results/screen")"
	[[ $(head -n 1 "$results/screen") == 'tcpfsm: '* ]] || fail "no heading: $(<"$results/screen")"
	[[ $(grep -cE '^(SERVER|PEER) ' "$results/screen") == 2 ]] || fail "not two lists: $(<"$results/screen")"
	[[ $(awk '/ms$/ || /^[0-9].*[0-9-]$/ { print length }' "$results/screen" | sort -u | wc -l) == 1 ]] ||
		fail "not aligned: $(<"$results/screen")"
}

# refuse_ports FIRST LAST: a connection to each of these ports, where nobody listens
refuse_ports() {
	local i
	local -a steps=()

	for ((i = $1; i <= $2; i++)); do
		steps+=("c.address=$server,$i" c.syn c.error=ECONNREFUSED c.close)
	done
	talk "${steps[@]}"
}

# type_until_end COMMAND: and then it is told how that ended, and left the terminal
type_until_end() {
	type_keys "$1; echo ended with \$?; stty -g | cmp - $results/stty && echo terminal as before" Enter
}

# begin_top COMMAND...: in a shell, on a screen
begin_top() {
	TERM=xterm LC_ALL=C.UTF-8 screen new-session -d -x 80 -y 24 "bash --norc -i" || fail "tmux"
	undo env TMUX_TMPDIR="$results" tmux -L "tcpfsm-$port" kill-server
	wait_shown '# $|#$'
	type_until_end "stty -g >$results/stty; clear; $*"
	wait_shown '^SERVER '
}

cli_top_screen() {
	command -v tmux >/dev/null || skip "no tmux"
	# None of the refused is to go away meanwhile.
	setting server linger 3600
	undo setting server linger 10
	clear_all
	refuse_ports 2001 2020
	talk "${opening[@]}" "${closing[@]}"
	begin_top "$tcpfsm top --netns server --interval 500ms"
	# 21 servers and a peer in 24 lines.
	wait_shown "^${server}:2001 +1 +0 +1 +0 +0 +0 +- +-$"
	check_screen
	[[ $(grep -c "^$server:" "$results/screen") == 14 ]] || fail "$(<"$results/screen")"
	grep -qx 'and 7 more' "$results/screen" || fail "$(<"$results/screen")"
	grep -qE "^$client +21 +1 +20 +0 " "$results/screen" || fail "$(<"$results/screen")"
	# What is new is shown in place; q is no letter of it.
	refuse_ports 2001 2001
	wait_shown "^${server}:2001 +2 +0 +2 "
	check_screen
	# Lower, and wider; what the terminal itself pushed out then is not counted.
	screen resize-window -x 100 -y 14
	wait_shown '^and 17 more$'
	screen clear-history
	refuse_ports 2001 2001
	wait_shown "^${server}:2001 +3 +0 +3 "
	check_screen
	screen resize-window -x 80 -y 24
	wait_shown '^and 7 more$'
	# To the shell, which scrolls, and back.
	type_keys C-z
	wait_shown 'Stopped'
	# The shell has gone on in its line.
	wait_shown '^ended with 1'
	wait_shown '^terminal as before$'
	type_until_end "clear; fg"
	wait_shown '^SERVER '
	screen clear-history
	refuse_ports 2001 2001
	wait_shown "^${server}:2001 +4 +0 +4 "
	check_screen
	type_keys q
	wait_shown '^ended with 0$'
	wait_shown '^terminal as before$'
	# What was shown last still is.
	grep -q '^SERVER ' "$results/screen" || fail "$(<"$results/screen")"
}
once cli/top-screen routed cli_top_screen

cli_top_ends() {
	command -v tmux >/dev/null || skip "no tmux"
	talk "${opening[@]}" "${closing[@]}"
	begin_top "$tcpfsm top --netns client"
	type_keys x
	type_keys C-c
	wait_shown '^ended with 0$'
	wait_shown '^terminal as before$'
	! grep -q 'x' <(tail -n +2 "$results/screen" | grep -v ended) || fail "a key was echoed: $(<"$results/screen")"
}
once cli/top-ends routed cli_top_ends

# One clear line, and what to do.
cli_errors() {
	local command

	for command in list 'explain 1' 'ladder 1' top; do
		# shellcheck disable=SC2086 # with its argument
		! setpriv --reuid 65534 --regid 65534 --clear-groups "$tcpfsm" $command >"$results/out" 2>"$results/err" || fail "$command: allowed"
		[[ $(<"$results/err") == "tcpfsm: /proc/"*"tcpfsm: "*": run as root, or with CAP_NET_ADMIN over the network namespace" ]] ||
			fail "$command: $(<"$results/err")"
	done
	! setpriv --reuid 65534 --clear-groups "$tcpfsm" watch 2>"$results/err" || fail "watch: allowed"
	[[ $(<"$results/err") == "tcpfsm: tracefs: Permission denied: run as root" ]] || fail "$(<"$results/err")"
	! setpriv --reuid 65534 --clear-groups "$tcpfsm" list --netns client 2>"$results/err" || fail "netns: allowed"
	[[ $(<"$results/err") == *": run as root" ]] || fail "$(<"$results/err")"
	# Counters are for all, addresses are not.
	setpriv --reuid 65534 --clear-groups "$tcpfsm" metrics --no-flows --listeners 0 >/dev/null || fail "metrics: not allowed"
	! setpriv --reuid 65534 --clear-groups "$tcpfsm" metrics --no-flows >"$results/out" 2>"$results/err" || fail "metrics: allowed"
	[[ $(<"$results/err") == "tcpfsm: /proc/"*"tcpfsm_listeners: "*": run as root, or with CAP_NET_ADMIN over the network namespace" ]] ||
		fail "metrics: $(<"$results/err")"
}
once cli/errors routed cli_errors
