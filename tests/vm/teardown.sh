# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Closing: catalogue 41 to 46, 53 and 60.

# The server closes only after its ACK of the client's FIN has arrived.
four_segments() {
	talk "${opening[@]}" "${closing[@]}"
	expect_sequence client "$opened_client" "$closed_client"
	expect_sequence router "$opened_router" "$closed_router"
	expect_sequence server "$opened_server" "$closed_server"
	expect_flow client TIME_WAIT CLOSE? outcome=graceful closer=client view=local:remote \
		half_close_ms= finack_ms= teardown_ms= hist=ShAFaf '!rtx' '!reset_in'
	expect_flow router TIME_WAIT CLOSE? outcome=graceful closer=client view=forward
	expect_flow server TIME_WAIT CLOSE outcome=graceful closer=client view=remote:local
}
both teardown/41-four-segments routed four_segments

# The server closes at once: its FIN carries the ACK of the client's, since
# Linux delays the ACK of a FIN. One segment takes it through two states.
three_segments() {
	local tries

	# A server that is kept waiting for 40 ms sends the ACK alone after all: of jiffies, which
	# may pass in a burst where the processor is emulated.
	for tries in {1..25}; do
		talk "${opening[@]}" c.shut s.eof s.close c.eof
		seen=$(sequences)
		[[ $seen != *F1/LA* ]] || break
		port=$((port + 5000 + tries))
	done
	expect_sequence client "$opened_client" F1/ES F1/CW F1/LA F2/LA TW/LA TW/CL?
	expect_sequence router "$opened_client" F1/ES F1/CW F1/LA F2/LA? TW/LA TW/CL?
	expect_sequence server "$opened_server" F1/ES F1/CW F1/LA F2/LA? TW/LA TW/CL
	expect_flow router TIME_WAIT CLOSE? outcome=graceful closer=client hist=ShAFf
}
both teardown/42-three-segments routed three_segments

# Both FINs are on their way at the same time. The delay is there from the start,
# so that no clock of TCP takes it for a loss.
simultaneous_close() {
	delay 200 router to_c
	delay 200 router to_s
	talk "${opening[@]}" c.shut s.shut c.state=CLOSE s.state=CLOSE
	expect_sequence client "$opened_client" F1/ES F1/F1 CG/F1 CG/CG CG/TW? TW/TW
	expect_sequence server "$opened_server" ES/F1 F1/F1 F1/CG CG/CG TW/CG? TW/TW
	expect_flow client TIME_WAIT TIME_WAIT? outcome=graceful closer=simultaneous '!rtx'
	expect_flow router TIME_WAIT? TIME_WAIT? outcome=graceful closer=simultaneous
	expect_flow server TIME_WAIT? TIME_WAIT outcome=graceful closer=simultaneous
}
both teardown/43-simultaneous-close routed simultaneous_close

# The FINs cross, and the server's is lost: its copy carries the ACK of the
# client's. The lowest ACK counts, for whoever has seen it. At the server nobody can
# tell whether the FIN was lost, or only the ACK of it is late: the order holds.
crossed_fins() {
	undo within router run nft delete table inet trouble
	talk "${opening[@]}" sh="$bin/within router run nft '
		add table inet trouble;
		add chain inet trouble forward { type filter hook forward priority 0; };
		add rule inet trouble forward tcp sport $port tcp flags & fin == fin limit rate 1/day burst 1 packets counter drop'
	" s.shut c.shut c.state=CLOSE s.state=CLOSE
	[[ $(lost) == 1 ]] || fail "$(lost) FINs were lost"
	expect_sequence server "$opened_server" ES/F1 F1/F1 F1/CG CG/CG TW/CG? TW/TW
	# The first FIN was not seen here, but had left before the ACK behind it.
	expect_sequence router "$opened_router" F1/ES F1/CW F2/CW? F2/CG! TW/CG? TW/TW?
	expect_sequence client "$opened_client" F1/ES F1/CW F2/CW F2/CG! TW/CG TW/TW?
	expect_flow server TIME_WAIT? TIME_WAIT outcome=graceful closer=simultaneous rtx=0/0/0/1
}
both teardown/44-crossed-fins routed crossed_fins

# Data flows on for as long as the other end likes.
half_close() {
	talk "${opening[@]}" c.shut s.eof c.state=FIN_WAIT2 \
		s.send=100000 c.recv=100000 s.send=100000 c.recv=100000 \
		sh="
		$bin/within client read /proc/tcpfsm | grep -q '^FIN_WAIT2    CLOSE_WAIT   .*:$port .* closer=client' &&
		$bin/within router read /proc/tcpfsm | grep -Eq '^FIN_WAIT2[?]?   ? CLOSE_WAIT   .*:$port .* closer=client' &&
		$bin/within server read /proc/tcpfsm | grep -Eq '^FIN_WAIT2[?]?   ? CLOSE_WAIT   .*:$port .* closer=client'
		" s.close c.eof
	expect_sequence client "$opened_client" "$closed_client"
	expect_sequence router "$opened_router" "$closed_router"
	expect_sequence server "$opened_server" "$closed_server"
	expect_flow client TIME_WAIT CLOSE? outcome=graceful closer=client half_close_ms=
}
both teardown/45-half-close routed half_close

# The FIN rides on the last segment of a large packet. The window is filled
# first, so that the rest, with the FIN, leaves as one when ACKs come in.
# (Without TCP_NODELAY the last bit of it would leave alone.)
large_fin() {
	local fins

	delay 200 router to_c
	undo within client write /proc/sys/net/ipv4/tcp_min_tso_segs 2
	within client write /proc/sys/net/ipv4/tcp_min_tso_segs 10
	within router run nft -f - <<-END || fail "nft"
		add table inet trouble
		add chain inet trouble forward { type filter hook forward priority 0; }
		add rule inet trouble forward tcp dport $port tcp flags & fin == fin meta length > 2000 counter
	END
	undo within router run nft delete table inet trouble
	talk "${opening[@]}" c.nodelay=1 c.send=14000 c.send=9000 c.shut \
		s.recv=23000 s.eof c.state=FIN_WAIT2 s.shut c.eof
	[[ $(lost) == 1 ]] || skip "the FIN did not travel in a large packet"
	expect_sequence client "$opened_client" "$closed_client"
	expect_sequence router "$opened_router" "$closed_router"
	expect_sequence server "$opened_server" "$closed_server"
	fins=$(events segment | grep " sport=" | grep " dport=$port " | grep -E 'flags=0x.[159d] ')
	grep -Eq ' len=[0-9]{4,} ' <<<"$fins" || fail "no FIN with thousands of bytes: $fins"
}
both teardown/46-large-fin routed large_fin

# A small one too: request and FIN in one segment.
fin_with_data() {
	talk "${opening[@]}" c.cork=1 c.send=100 c.shut s.recv=100 s.eof \
		c.state=FIN_WAIT2 s.shut c.eof
	expect_sequence client "$opened_client" "$closed_client"
	expect_sequence router "$opened_router" "$closed_router"
	expect_sequence server "$opened_server" "$closed_server"
	expect_segments client ' len=100 .*flags=0x.[19] ' 1
}
both teardown/46-fin-with-data routed fin_with_data

# 2MSL is over when it is over, and not before: the one thing here about time.
time_wait() {
	local began ended ns

	for ns in client router server; do
		undo setting "$ns" time_wait 60
		setting "$ns" time_wait 2
	done
	talk "${opening[@]}" "${closing[@]}"
	expect_flow client TIME_WAIT CLOSE? outcome=graceful
	expect_sequence client "$opened_client" "$closed_client" CL/CL
	expect_sequence router "$opened_router" "$closed_router" CL/CL
	expect_sequence server "$opened_server" "$closed_server" CL/CL
	expect_flow client CLOSE CLOSE? outcome=graceful closer=client
	[[ $(events close | grep " dport=$port " | grep -c ' outcome=graceful closer=client ') == 3 ]] ||
		fail "not one tcpfsm_close in each of three namespaces"
	for ns in client router server; do
		began=$(events set_state | grep " netns=$(inode_of "$ns") " | grep " sport=.* dport=$port " |
			sed -n 's/.* \([0-9]*\)\.\([0-9]*\): .*newstate=TCP_TIME_WAIT.*/\1\2/p')
		ended=$(events set_state | grep " netns=$(inode_of "$ns") " | grep " sport=.* dport=$port " |
			sed -n 's/.* \([0-9]*\)\.\([0-9]*\): .*cause=timeout.*oldstate=TCP_TIME_WAIT.*/\1\2/p')
		((ended - began >= 2000000)) || fail "2MSL was $((ended - began)) us in $ns"
		((ended - began < 10000000)) || fail "2MSL was $((ended - began)) us in $ns"
	done
}
both teardown/53-time-wait routed time_wait

server_closes_first() {
	talk "${opening[@]}" c.send=20 s.recv=20 s.send=1000 s.shut \
		c.eof s.state=FIN_WAIT2 c.shut s.eof
	expect_sequence client "$opened_client" ES/F1 CW/F1 CW/F2? LA/F2 LA/TW CL/TW
	expect_sequence router "$opened_router" ES/F1 CW/F1 CW/F2? LA/F2 LA/TW CL/TW?
	expect_sequence server "$opened_server" ES/F1 CW/F1 CW/F2 LA/F2 LA/TW CL/TW?
	expect_flow client CLOSE TIME_WAIT outcome=graceful closer=server
	expect_flow router CLOSE? TIME_WAIT outcome=graceful closer=server
	expect_flow server CLOSE? TIME_WAIT outcome=graceful closer=server
}
both teardown/60-server-closes-first routed server_closes_first
