# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The files: /proc/tcpfsm, /proc/net/tcpfsm, /proc/net/stat/tcpfsm.

# ---- The format, from docs: each line, from its first to its last byte. ------

readonly digits='[0-9]+'
readonly state_word='(CLOSE|LISTEN|SYN_SENT|SYN_RECV|ESTABLISHED|FIN_WAIT1|FIN_WAIT2|CLOSING|TIME_WAIT|CLOSE_WAIT|LAST_ACK)'
readonly end_text="($digits\.$digits\.$digits\.$digits|\[[0-9a-f:]+(:$digits\.$digits\.$digits\.$digits)?\]):[1-9][0-9]*"
readonly pair_form="($digits|-)/($digits|-)"
readonly flag_form='(midstream|simultaneous|half_open|self|syncookie|ambiguous_rtt|loose|oneway)'
readonly option_form='(sack|ts|tfo|ecn|mptcp)'

header_1="# tcpfsm 1 netns=$digits flows=$digits half_open=$digits max_flows=$digits evicted=$digits"
header_2='# client_state server_state +age_ms client -> server \.\.\.'
flow_line="$state_word\?? +$state_word\?? +$digits $end_text -> $end_text id=$digits"
flow_line+=' outcome=(open|graceful|refused|syn_timeout|synack_timeout|reset_client|reset_server|half_open|vanished|reused|evicted|cleared|forged)'
flow_line+='( closer=(client|server|simultaneous))?'
flow_line+="( reset_in=$state_word)?"
flow_line+='( hist=[SHADFRCTIWQshadfrctiwq]+)?'
flow_line+="( rtt_server_us=$digits)?( rtt_client_us=$digits)?( isn=$pair_form)?( mss=$pair_form)?( wscale=$pair_form)?"
flow_line+="( opts=$option_form(,$option_form)*)?"
flow_line+="( half_close_ms=$digits)?( finack_ms=$pair_form)?( teardown_ms=$digits)?( rtx=$digits/$digits/$digits/$digits)?"
flow_line+="( icmp=([a-z_]+|$digits/$digits) icmp_of=(client|server) icmp_count=[1-9][0-9]*)?"
flow_line+="( since_ms=$pair_form)?( idle_ms=$digits)?"
flow_line+=' view=(forward|(local|remote):local|local:remote)'
flow_line+="( flags=$flag_form(,$flag_form)*)?( icmp_from=[0-9a-f:.]+)?( ifindex=$digits)?( uid=$digits)?( cgroup=$digits)?( pid=[1-9][0-9]*)?"
flow_line+='( comm=([!-[^-~]|]|\\[0-7]{3})+)?'
readonly header_1 header_2 flow_line
# The columns begin where they always do, but for a very old flow.
readonly column_form='.{12} .{12} .{10,} .*'

# check_format FILE: a copy of /proc/tcpfsm
check_format() {
	local wrong lines

	sed -n 1p "$1" | grep -Eqx -- "$header_1" || fail "first line: $(sed -n 1p "$1")"
	sed -n 2p "$1" | grep -Eqx -- "$header_2" || fail "second line: $(sed -n 2p "$1")"
	wrong=$(sed 1,2d "$1" | grep -Evx -- "$flow_line" || true)
	[[ ! $wrong ]] || fail "$wrong"
	wrong=$(sed 1,2d "$1" | grep -Evx -- "$column_form" || true)
	[[ ! $wrong ]] || fail "columns: $wrong"
	# No line twice, and as many as the first line says, if nothing changes.
	lines=$(sed 1,2d "$1" | wc -l)
	[[ $(sed -n '1s/.* flows=\([0-9]*\) .*/\1/p' "$1") == "$lines" ]] || fail "$lines lines: $(sed -n 1p "$1")"
}

# All that the tests before this one have left, in all views and states.
proc_format() {
	local ns lines=0

	for ns in client router server; do
		within "$ns" read /proc/tcpfsm >"$results/proc"
		check_format "$results/proc"
		lines=$((lines + $(wc -l <"$results/proc") - 2))
		[[ $(sed -n '1s/.* netns=\([0-9]*\) .*/\1/p' "$results/proc") == "$(inode_of "$ns")" ]] ||
			fail "netns= in $ns: $(sed -n 1p "$results/proc")"
	done
	((lines)) || fail "no flow to look at"
}

# What an endless stream of tests may not have left: one of each kind.
proc_format_all() {
	talk "${opening[@]}" "${closing[@]}"
	talk "${opening[@]}" s.abort c.error=ECONNRESET
	"$bin/talk" client server "$server" "$((port + 1000))" c.syn c.error=ECONNREFUSED
	proc_format
}
both proc/format routed proc_format_all

same_table() {
	within host read /proc/tcpfsm >"$results/a"
	within host read /proc/net/tcpfsm >"$results/b"
	without_age "$results/a" "$results/b"
	cmp "$results/a" "$results/b" || fail "/proc/tcpfsm and /proc/net/tcpfsm differ"
	[[ $(grep -c ":$port id=" "$results/a") == 5 ]] || fail "not five flows in $(cat "$results/a")"
}

# without_age FILE...: without what changes by itself: a column that is as wide as
# always, and two keys
without_age() {
	sed -i -E 's/^(.{26}).{10} /\1           /; s/ (since|idle)_ms=[^ ]+//g' "$@"
}

# hold NUMBER: connections within the namespace host that stay until the test
# ends.
hold() {
	local ready

	exec {held}< <(exec "$bin/crowd" host host "$server" "$port" hold "$1")
	read -rt "$PATIENCE" -u "$held" ready || fail "the connections do not stand"
	[[ $ready == "standing=$1" ]] || fail "$ready"
}

proc_net() {
	within host write /proc/tcpfsm clear
	hold 5
	same_table
}
both proc/same-in-proc-net alone proc_net

# Reads of any size give the same text.
small_reads() {
	local chunk

	within host write /proc/tcpfsm clear
	hold 40
	within host read /proc/tcpfsm >"$results/whole"
	check_format "$results/whole"
	cp "$results/whole" "$results/a"
	without_age "$results/a"
	for chunk in 1 7 333 4096; do
		within host read /proc/tcpfsm "$chunk" >"$results/b"
		without_age "$results/b"
		cmp "$results/a" "$results/b" || fail "pieces of $chunk bytes"
	done
}
both proc/small-reads alone small_reads

# From an offset, the same text from that offset on.
seek() {
	local offset again

	within host write /proc/tcpfsm clear
	hold 40
	for offset in 1 80 500 5000; do
		# Times may have got one more digit meanwhile, which moves what follows.
		for again in 1 2 3 4 5 6 7 8 9; do
			within host read /proc/tcpfsm >"$results/whole"
			within host run dd if=/proc/tcpfsm "bs=$offset" skip=1 status=none | tail -n +2 >"$results/b"
			(($(within host read /proc/tcpfsm | wc -c) != $(wc -c <"$results/whole"))) || break
		done
		((again < 9)) || fail "the lines grow all the time"
		# The first line is cut: its age cannot be told.
		tail -c "+$((offset + 1))" "$results/whole" | tail -n +2 >"$results/a"
		without_age "$results/a" "$results/b"
		[[ -s $results/a ]] || fail "nothing beyond $offset"
		cmp "$results/a" "$results/b" || fail "offset $offset"
	done
}
once proc/seek alone seek

# Flows come and go while it is read, 500 live through it.
churn_reads() {
	local chunk met

	hold 500
	while :; do
		"$bin/crowd" host host "$server" "$((port + 2000))" 400 >/dev/null
	done &
	for chunk in 4096 100 65536; do
		met=$("$bin/reader" host /proc/tcpfsm "$((chunk < 4096 ? 3 : 12))" "$chunk" "$port" 500) ||
			fail "reads of $chunk bytes"
	done
	((met > 600)) || fail "only $met different flows met: nothing came and went"
}
both proc/reads-during-churn alone churn_reads

# Names, then one line of as many figures for each CPU. lnstat passes over a
# file with more than 32 columns.
stat_format() {
	local file wrong count

	for file in "${stat_files[@]}"; do
		within host read "$file" >"$results/stat"
		[[ $(wc -l <"$results/stat") == $(($(getconf _NPROCESSORS_CONF) + 1)) ]] ||
			fail "$(wc -l <"$results/stat") lines in $file"
		count=$(head -n 1 "$results/stat" | wc -w)
		((count <= 32)) || fail "$count columns in $file"
		head -n 1 "$results/stat" | grep -Eqx '[a-zA-Z0-9_]+( [a-zA-Z0-9_]+)*' ||
			fail "$(head -n 1 "$results/stat")"
		[[ $(head -n 1 "$results/stat" | tr ' ' '\n' | sort -u | wc -l) == "$count" ]] ||
			fail "a name twice in $file"
		wrong=$(sed 1d "$results/stat" | grep -Evx "[0-9a-f]{8,}( [0-9a-f]{8,}){$((count - 1))}" || true)
		[[ ! $wrong ]] || fail "$file: $wrong"
	done
}
once proc/stat-format alone stat_format

# lnstat adds up the same figures.
stat_lnstat() {
	local all key theirs

	command -v lnstat >/dev/null || skip "no lnstat"
	talk_client=host talk_server=host talk "${opening[@]}" "${closing[@]}"
	expect_flow host TIME_WAIT CLOSE
	all=$(counters host)
	# Its exit status is 1 in any case.
	theirs=$(within host run lnstat -f tcpfsm -c 1 -i 1 -j || true)
	for key in segments begun handshakes seg_syn seg_fin drops; do
		[[ $theirs =~ \"$key\":$(value "$all" "$key")[^0-9] ]] ||
			fail "$key is $(value "$all" "$key"), lnstat says $theirs"
	done
	(($(value "$all" handshakes) > 0)) || fail "nothing counted"
}
once proc/stat-lnstat alone stat_lnstat

# Only "clear", and only the opener's own flows.
clear() {
	local ns word
	local -a words=(Clear 'clear all' clea cleart '' 0 ' clear' 'clearclearclearclearclear')

	# It must not end while the words are tried, which takes a slow machine a minute.
	for ns in client router server; do
		undo setting "$ns" time_wait 60
		setting "$ns" time_wait 3600
	done
	talk "${opening[@]}" "${closing[@]}"
	expect_flow client TIME_WAIT CLOSE?
	expect_flow router TIME_WAIT CLOSE?
	for word in "${words[@]}"; do
		! within client write /proc/tcpfsm "$word" 2>"$results/error" || fail "'$word' was taken"
		grep -q EINVAL "$results/error" || fail "'$word': $(cat "$results/error")"
	done
	[[ $(flows client) ]] || fail "a wrong word cleared the table"
	within client write /proc/tcpfsm clear
	within client read /proc/tcpfsm >"$results/proc"
	[[ $(wc -l <"$results/proc") == 2 ]] || fail "not empty: $(cat "$results/proc")"
	expect_flow router TIME_WAIT CLOSE?
	expect_flow server TIME_WAIT CLOSE
	[[ $(events set_state | grep " netns=$(inode_of client) " | grep -c ' cause=clear ') -gt 0 ]] ||
		fail "no event says that the flow was cleared"
}
both proc/clear routed clear

# sees VIEW HISTORY
sees() {
	within "$1" read /proc/tcpfsm | grep -qE ":$port .* hist=$2 "
}

# What is in TIME_WAIT has no socket; the kernel's own answers for it, which is nobody's.
owner_of_nobody() {
	local line

	undo within router run nft delete table inet losing
	talk "${opening[@]}" c.shut s.eof c.state=FIN_WAIT2 \
		sh="$bin/within router run nft 'add table inet losing;
			add chain inet losing forward { type filter hook forward priority 0; };
			add rule inet losing forward tcp dport $port drop'" s.shut c.eof
	reload
	# Who opened it is not known then: it may be said the other way round.
	wait_until sees client "F[^ ]*a" || fail "the FIN is not repeated and answered"
	line=$(within client read /proc/tcpfsm | grep ":$port ")
	[[ ! $(key "$line" uid) && ! $(key "$line" cgroup) ]] || fail "it has an owner: $line"
}
both proc/owner-of-time-wait routed owner_of_nobody
