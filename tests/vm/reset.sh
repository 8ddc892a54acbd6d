# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Aborts and segments that prove nothing: catalogue 58 and 65.

abort_established() {
	talk "${opening[@]}" c.send=1 s.recv=1 c.abort s.error=ECONNRESET
	expect_sequence client "$opened_client" CL/ES CL/CL?
	expect_sequence router "$opened_router" CL/ES? CL/CL?
	expect_sequence server "$opened_server" CL/ES? CL/CL
	expect_flow client CLOSE CLOSE? outcome=reset_client reset_in=ESTABLISHED '!closer'
	expect_flow router CLOSE? CLOSE? outcome=reset_client reset_in=ESTABLISHED
	expect_flow server CLOSE? CLOSE outcome=reset_client reset_in=ESTABLISHED
}
both reset/58-abort-established routed abort_established

abort_by_server() {
	talk "${opening[@]}" s.abort c.error=ECONNRESET
	expect_sequence client "$opened_client" ES/CL? CL/CL
	expect_sequence server "$opened_server" ES/CL CL/CL?
	expect_flow client CLOSE CLOSE? outcome=reset_server reset_in=ESTABLISHED
	expect_flow router CLOSE? CLOSE? outcome=reset_server reset_in=ESTABLISHED
}
both reset/58-abort-by-server routed abort_by_server

abort_in_close_wait() {
	talk "${opening[@]}" c.shut s.eof c.state=FIN_WAIT2 s.abort c.state=CLOSE
	expect_sequence client "$opened_client" F1/ES F1/CW F2/CW F2/CL? CL/CL
	expect_sequence server "$opened_server" F1/ES F1/CW F2/CW? F2/CL CL/CL?
	expect_flow client CLOSE CLOSE? outcome=reset_server reset_in=FIN_WAIT2 closer=client
}
both reset/58-abort-in-close-wait routed abort_in_close_wait

# close() with unread data is an abort, too.
abort_unread() {
	talk "${opening[@]}" c.send=100 sleep=100 s.close c.error=ECONNRESET
	expect_sequence client "$opened_client" ES/CL? CL/CL
	expect_sequence server "$opened_server" ES/CL CL/CL?
	expect_flow server CLOSE? CLOSE outcome=reset_server
}
both reset/58-abort-unread-data routed abort_unread

# A command for talk's shell: sets $forge to what forges the next segment of the
# client, seen from the server, as far as nobody has sent data.
forged_isn() {
	# shellcheck disable=SC2016 # talk's shell expands them
	printf '%s' '
		line=$('"$bin"'/within server read /proc/tcpfsm | grep ":'"$port"' ")
		isn=${line##* isn=}
		isn=${isn%% *}
		seq=$(((${isn%/*} + 1) & 0xffffffff)) ack=$(((${isn#*/} + 1) & 0xffffffff))
		forge="'"$bin"'/within router run '"$bin"'/forge to_s 02:00:00:00:02:01 '"$client"' $c_port '"$server $port"' $seq $ack"
	'
}

# A wrong checksum proves nothing: neither a RST nor a FIN with one, though all
# else about them is right. The same FIN with the right one is believed.
bad_checksum() {
	local before after

	before=$(counter an_bad_checksum server)
	talk "${opening[@]}" sh="$(forged_isn)
		\$forge RA bad && \$forge FA bad && \$forge SA bad" \
		c.send=3 s.recv=3 s.send=3 c.recv=3 "${closing[@]}"
	after=$(counter an_bad_checksum server)
	expect_sequence server "$opened_server" "$closed_server"
	expect_sequence client "$opened_client" "$closed_client"
	((after - before == 3)) || fail "$((after - before)) bad checksums counted, not 3"
	[[ $(events anomaly | grep " netns=$(inode_of server) " | grep " dport=$port " |
		grep -c ' anomaly=bad_checksum endpoint=client ') == 3 ]] || fail "$(events anomaly)"
	[[ $(flows server) == *' hist='*C* ]] || fail "no C in hist=: $(flows server)"
}
both reset/65-bad-checksum routed bad_checksum

# So that the test before this one means something: with the right checksum the
# same RST is the end, as far as the server can know: the client did not send
# it, and its FIN gives it away.
good_checksum() {
	talk "${opening[@]}" sh="$(forged_isn)
		\$forge RA" s.error=ECONNRESET c.shut c.error=ECONNRESET
	expect_sequence server "$opened_server" CL/ES? CL/CL ES/CL! F1/CL CL/CL?
	[[ $(events anomaly | grep " netns=$(inode_of server) " | grep -c " anomaly=rst_withdrawn .* dport=$port ") == 1 ]] ||
		fail "no anomaly rst_withdrawn: $(events anomaly)"
}
both reset/65-good-checksum routed good_checksum

# A RST whose header no stack would take proves nothing. A stack takes a segment
# with a damaged option, and so do we; both are counted.
malformed() {
	local before after name number

	before=$(counters server)
	talk "${opening[@]}" sh="$(forged_isn)
		\$forge RA doff=4 && \$forge RA doff=15 &&
		\$forge A options=02000101 && \$forge A options=02010101 && \$forge A options=0101080a" \
		c.send=3 s.recv=3 s.send=3 c.recv=3 "${closing[@]}"
	after=$(counters server)
	expect_sequence server "$opened_server" "$closed_server"
	expect_sequence client "$opened_client" "$closed_client"
	while read -r name number; do
		(($(value "$after" "$name") - $(value "$before" "$name") == number)) ||
			fail "$(($(value "$after" "$name") - $(value "$before" "$name"))) $name, not $number"
	done <<-END
		seg_malformed 2
		an_malformed 5
		seg_rst 0
	END
}
both reset/66-malformed routed malformed

# One that begins a flow: the segment is shown once, and its anomaly is an event.
malformed_syn() {
	local name

	within router run "$bin/forge" to_s 02:00:00:00:02:01 "$client" 4321 "$server" "$port" 77 0 S \
		options=02000101 || fail forge
	for name in segment anomaly; do
		wait_until malformed_shown "$name" || fail "$name: $(events "$name" | grep 'sport=4321 ')"
	done
	events anomaly | grep 'sport=4321 ' | grep -q ' anomaly=malformed ' || fail "another anomaly"
}

# malformed_shown EVENT: once, of the server's namespace
malformed_shown() {
	[[ $(events "$1" | grep " netns=$(inode_of server) " | grep -c "endpoint=client .*sport=4321 dport=$port ") == 1 ]]
}
both reset/66-malformed-syn routed malformed_syn

# Between two namespaces checksums are not computed at all, and no segment is
# called bad for it; nor where a device is told to compute them.
checksum_offload() {
	local ns before after

	before=$(for ns in client router server; do counter an_bad_checksum "$ns"; done)
	talk "${opening[@]}" c.send=100000 s.recv=100000 "${closing[@]}"
	undo within client run ethtool -K eth0 tx on
	within client run ethtool -K eth0 tx off >/dev/null || skip "ethtool -K eth0 tx off"
	talk "${opening[@]}" c.send=100000 s.recv=100000 "${closing[@]}"
	after=$(for ns in client router server; do counter an_bad_checksum "$ns"; done)
	[[ $before == "$after" ]] || fail "bad checksums: $before, then $after"
	[[ $(flows server | grep -c outcome=graceful) == 2 ]] || fail "$(flows server)"
}
both reset/65-checksum-offload routed checksum_offload
