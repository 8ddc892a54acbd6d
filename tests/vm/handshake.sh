# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Opening: catalogue 1 to 14 and 27. A sequence is what one namespace saw of
# both endpoints; the letters are those of the catalogue.

three_way() {
	talk "${opening[@]}" c.send=10 s.recv=10 s.send=10 c.recv=10 "${closing[@]}"
	expect_sequence client "$opened_client" "$closed_client"
	expect_sequence router "$opened_router" "$closed_router"
	expect_sequence server "$opened_server" "$closed_server"
}
both handshake/01-three-way routed three_way

# What /proc says of it: roles, addresses, options, round trips, sequence numbers.
three_way_proc() {
	# shellcheck disable=SC2016 # talk's shell expands it
	local check='
		for ns in client router server; do
			"$bin/within" $ns read /proc/tcpfsm | grep ":$port " >"$results/$ns"
		done'
	local line ns want

	bin=$bin results=$results port=$port talk "${opening[@]}" \
		c.send=5 s.recv=5 s.send=5 c.recv=5 sh="$check"
	for ns in client router server; do
		line=$(<"$results/$ns")
		case $ns in
		client) want=local:remote ;;
		router) want=forward ;;
		server) want=remote:local ;;
		esac
		# Data both ways has confirmed what was inferred.
		check_flow "$line" ESTABLISHED ESTABLISHED outcome=open "view=$want" hist=ShADad \
			rtt_server_us= rtt_client_us= isn= mss=1460/1460 wscale= '!closer' '!rtx' \
			'!flags' '!reset_in' '!half_close_ms' '!teardown_ms' ||
			[[ $family == ipv6 && $why == 'lacks mss=1460/1460' && $line == *' mss=1440/1440 '* ]] ||
			fail "in $ns: $why: $line"
		[[ $(key "$line" opts) == sack,ts ]] || fail "opts in $ns: $line"
		# Every namespace has read the same numbers off the wire.
		[[ $(key "$line" isn) == "$(key "$(<"$results/client")" isn)" ]] ||
			fail "isn in $ns: $line"
		[[ $line == *" $(bracketed "$client"):"*" -> $(bracketed "$server"):$port "* ]] ||
			fail "addresses in $ns: $line"
	done
}
both handshake/01-proc routed three_way_proc

# The first SYN does not get past the router: its hook there never sees it.
repeated_syn() {
	lose 1 'tcp flags & (syn|ack) == syn'
	talk "${opening[@]}" "${closing[@]}"
	expect_sequence client "$opened_client" "$closed_client"
	expect_sequence router "$opened_router" "$closed_router"
	expect_sequence server "$opened_server" "$closed_server"
	[[ $(lost) == 1 ]] || fail "$(lost) SYNs were lost"
	expect_segments client 'flags=0x.2 ' 3
	expect_segments router 'flags=0x.2 ' 2
}
both handshake/02-repeated-syn routed repeated_syn

# expect_segments VIEW PATTERN NUMBER: of tcpfsm_segment
expect_segments() {
	local n

	n=$(events segment | grep " netns=$(inode_of "$1") " | grep -E "[sd]port=$port " |
		grep -cE "$2" || true)
	((n == $3)) || fail "$n segments like $2 in $1, not $3"
}

# The SYN-ACK is lost, and so are the SYNs that the client repeats because of it:
# what comes in the end is the SYN-ACK that the server's clock repeats.
repeated_synack() {
	lose 1 'tcp flags & (syn|ack) == syn|ack'
	within router run nft add rule inet trouble forward \
		'tcp flags & (syn|ack) == syn limit rate over 1/day burst 1 packets drop'
	talk "${opening[@]}" "${closing[@]}"
	expect_sequence client "$opened_client" "$closed_client"
	# The hook of the router runs after what drops there.
	expect_sequence router "$opened_router" "$closed_router"
	expect_sequence server "$opened_server" "$closed_server"
	[[ $(lost) == 1 ]] || fail "$(lost) SYN-ACKs were lost"
	expect_segments client 'flags=0x.?12 ' 1
	expect_segments server 'flags=0x.?12 ' 2
}
both handshake/03-repeated-synack routed repeated_synack

# The final ACK is lost: the client cannot know until the SYN-ACK comes again.
lost_final_ack() {
	lose 1 'tcp flags & (syn|ack|fin|rst) == ack'
	talk "${opening[@]}" "${closing[@]}"
	expect_sequence client SS/LI SS/SR ES/SR ES/ES? ES/SR! ES/ES? "$closed_client"
	expect_sequence router "$opened_router" "$closed_router"
	expect_sequence server "$opened_server" "$closed_server"
	[[ $(lost) == 1 ]] || fail "$(lost) ACKs were lost"
	[[ $(events anomaly | grep "port=$port " | grep -c ' anomaly=final_ack_lost ') == 1 ]] ||
		fail "not one anomaly final_ack_lost: $(events anomaly)"
	# Shaken hands once, however often the last ACK is sent.
	[[ $(events handshake | grep -c " dport=$port ") == 3 ]] ||
		fail "not one handshake in each of three namespaces"
}
both handshake/04-lost-final-ack routed lost_final_ack

# The final ACK is lost, and the first data brings what it would have brought.
data_completes() {
	lose 1 'tcp flags & (syn|ack|fin|rst) == ack'
	talk l.listen c.connect c.send=10 s.accept s.recv=10 "${closing[@]}"
	expect_sequence client "$opened_client" "$closed_client"
	expect_sequence router "$opened_router" "$closed_router"
	expect_sequence server "$opened_server" "$closed_server"
	[[ $(lost) == 1 ]] || fail "$(lost) ACKs were lost"
}
both handshake/05-data-completes routed data_completes

# The listener ignores a bare ACK and repeats its SYN-ACK until data comes. Its
# own host delivered that ACK, and still has to take it back.
deferred_accept() {
	talk l.listen l.defer=1 c.connect sleep=1500 c.send=1 s.accept s.recv=1 "${closing[@]}"
	expect_sequence server SS/LI SS/SR ES/SR ES/ES ES/SR! ES/ES "$closed_server"
}
both handshake/06-deferred-accept routed deferred_accept

simultaneous_open() {
	# Each end's SYN must be on its way before the other's comes.
	delay 300 router to_c
	delay 300 router to_s
	talk "c.bind=$((port + 1000))" "s.bind=$port" "s.address=$client,$((port + 1000))" \
		c.syn s.syn c.connected s.connected c.shut s.shut c.state=CLOSE s.state=CLOSE
	# The first SYN that a host sees makes the client: each takes itself for it.
	expect_sequence client SS/LI SS/SS SR/SS SR/SR SR/ES? ES/ES \
		F1/ES F1/F1 CG/F1 CG/CG CG/TW? TW/TW
	port=$((port + 1000))
	expect_sequence server SS/LI SS/SS SR/SS SR/SR SR/ES? ES/ES \
		F1/ES F1/F1 CG/F1 CG/CG CG/TW? TW/TW
	expect_flow server TIME_WAIT TIME_WAIT? outcome=graceful closer=simultaneous flags=simultaneous
}
both handshake/07-simultaneous-open routed simultaneous_open

self_connect() {
	talk_client=host talk_server=host talk "c.bind=$port" "c.address=$server,$port" c.connect c.shut
	expect_sequence host SS/LI SR/LI ES/LI F1/LI CG/LI TW/LI
}
both handshake/09-self-connect alone self_connect

refused() {
	talk c.syn c.error=ECONNREFUSED
	expect_sequence client SS/LI SS/CL CL/CL
	expect_sequence router SS/LI SS/CL CL/CL?
	expect_sequence server SS/LI SS/CL CL/CL?
	expect_flow client CLOSE CLOSE outcome=refused '!closer' reset_in=SYN_SENT hist=Sr
	expect_flow router CLOSE? CLOSE outcome=refused view=forward
	expect_flow server CLOSE? CLOSE outcome=refused
}
both handshake/14-refused routed refused

# close() in SYN_SENT sends nothing: the flow ends when its time is over, and
# says so. A closed flow stays readable for a while, and goes.
closed_in_syn_sent() {
	undo setting client timeout_syn_sent 150
	undo setting client linger 10
	setting client timeout_syn_sent 1
	lose 9 'tcp flags & (syn|ack) == syn'
	talk c.syn c.close
	expect_sequence client SS/LI CL/LI? CL/CL?
	expect_flow client CLOSE? CLOSE? outcome=syn_timeout '!closer' '!reset_in' hist=S
	[[ $(events close | grep " dport=$port " | grep -c ' outcome=syn_timeout ') == 1 ]] || fail "$(events close)"
	expect_no_flow router
	setting client linger 0
	wait_until no_flow_to client || fail "it stays: $(flows client)"
}
both handshake/18-close-in-syn-sent routed closed_in_syn_sent

# no_flow_to VIEW
no_flow_to() {
	[[ ! $(flows "$1") ]]
}

# An IPv6 socket that speaks IPv4 is traced as what is on the wire.
mapped() {
	server=::ffff:$server
	talk l.address=:: "${opening[@]}" "${closing[@]}"
	expect_sequence client "$opened_client" "$closed_client"
	expect_sequence server "$opened_server" "$closed_server"
	[[ $(flows client) == *" 10.0.1.1:"*" -> 10.0.2.1:$port "* ]] || fail "$(flows client)"
	! grep -E "tcpfsm_.*port=$port .*AF_INET6" "$instance/trace" || fail "an IPv4 flow shown as IPv6"
}
once "handshake/27-mapped ipv4" routed mapped

# A link-local address needs the link: the same pair of addresses on another
# link would be another flow.
link_local() {
	server=fe80::2%eth0
	talk l.address=:: "${opening[@]}" "${closing[@]}"
	expect_sequence client "$opened_client" "$closed_client"
	expect_sequence server "$opened_server" "$closed_server"
	[[ $(flows client) == *" [fe80::"*" -> [fe80::2]:$port "* ]] || fail "$(flows client)"
	# Nothing is shown as an endpoint before its port is known.
	! grep -E "tcpfsm_.*port=0 " "$instance/trace" || fail "port 0 was shown"
}
once "handshake/27-link-local ipv6" direct link_local
