# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ICMP errors about segments: the flow shows the latest, and goes on as if there were none.
# The errors are real ones, made by routes, neighbours and nftables, but for those of the
# section about forged ones.

# Who is where, by family; an address on the server's link that nobody has, and one to which
# there is no route.
choose_hosts() {
	if [[ $family == ipv4 ]]; then
		words=ip near=10.0.1.254 far=10.0.2.254 absent=10.0.2.77 neighbour=10.0.1.77
		nowhere=10.0.9.9
	else
		words=ip6 near=2001:db8:1::fe far=2001:db8:2::fe absent=2001:db8:2::77
		neighbour=2001:db8:1::77 nowhere=2001:db8:9::9
	fi
}

# Each error counts here; and a neighbour that does not answer is given up after a second.
hasten() {
	local ns

	choose_hosts
	for ns in client router server; do
		# shellcheck disable=SC2016 # the inner shell expands it
		within "$ns" run sh -c 'cd /proc/sys/net
			for file in ipv4/icmp_ratelimit ipv6/icmp/ratelimit; do echo 0 >"$file"; done
			for file in ipv[46]/neigh/*/mcast_solicit; do echo 1 >"$file"; done' ||
			fail "$ns cannot be set up"
	done
}

# rejects NAMESPACE HOOK WITH RULE...: its firewall rejects, for this test
rejects() {
	local ns=$1 hook=$2 with=$3

	shift 3
	within "$ns" run nft -f - <<-END || fail "nft: $*"
		add table inet rejects
		add chain inet rejects rules { type filter hook $hook priority 0; }
		add rule inet rejects rules $* reject with icmpx type $with
	END
	undo within "$ns" run nft delete table inet rejects
}

# knocks [ADDRESS]: the client's connect() fails. With which error is its stack's matter, as is
# whether it is a soft one first (tcp_v4_err()); that there was one is seen in the flow.
knocks() {
	"$bin/talk" client server "$server" "$port" ${1:+"c.address=$1"} c.syn c.error=EHOSTUNREACH || :
}

# expect_end VIEW SERVER: how /proc calls the server of the one flow there
expect_end() {
	local line

	line=$(flows "$1")
	[[ $line == *" -> $(bracketed "$2"):$port "* ]] || fail "-> $2 is wanted in $1: $line"
}

# expect_each_once VIEW: there were as many errors as SYNs of the client
expect_each_once() {
	local line rtx count

	line=$(flows "$1")
	rtx=$(key "$line" rtx || echo 0)
	count=$(key "$line" icmp_count)
	((count == 1 + ${rtx%%/*})) || fail "not one error for each SYN: $line"
}

# grown VIEW COUNTER BEFORE: by how much, since counters() said that
grown() {
	echo $(($(counter "$2" "$1") - $(value "$3" "$2")))
}

# ---- Why it does not open ---------------------------------------------------

# The router looks for the host in vain, and tells; it and the client see why.
no_such_host() {
	local before

	hasten
	before=$(counters client)
	knocks "$absent"
	expect_flow client SYN_SENT LISTEN outcome=open icmp=host_unreachable icmp_of=client \
		icmp_from="$near" view=local:remote
	expect_flow router SYN_SENT LISTEN outcome=open icmp=host_unreachable icmp_of=client \
		icmp_from="$near" view=forward
	(($(grown client icmp_unreachable "$before") > 0)) || fail "not counted"
}
both icmp/no-such-host routed no_such_host

# What has no route does not get as far as the router's hook: it has no flow, and says so.
no_route() {
	local before

	hasten
	before=$(counters router)
	knocks "$nowhere"
	expect_flow client SYN_SENT LISTEN outcome=open icmp=net_unreachable icmp_of=client \
		icmp_from="$near"
	expect_each_once client
	expect_no_flow router
	(($(grown router icmp_no_flow "$before") == $(key "$(flows client)" icmp_count))) ||
		fail "not counted in the router"
}
both icmp/no-route routed no_route

router_rejects() {
	hasten
	rejects router forward admin-prohibited "tcp dport $port"
	knocks
	expect_flow client SYN_SENT LISTEN outcome=open icmp=admin_prohibited icmp_of=client \
		icmp_from="$near"
	expect_each_once client
}
both icmp/router-rejects routed router_rejects

# The error passes the router, and is about what passed there.
server_rejects() {
	local ns

	hasten
	rejects server input port-unreachable "tcp dport $port"
	knocks
	for ns in client router; do
		expect_flow "$ns" SYN_SENT LISTEN outcome=open icmp=port_unreachable icmp_of=client \
			icmp_from="$server"
		expect_each_once "$ns"
	done
	expect_no_flow server
}
both icmp/server-rejects routed server_rejects

# sent_errors: ICMP errors that the client's host has made
sent_errors() {
	if [[ $family == ipv4 ]]; then
		within client read /proc/net/snmp | awk '$1 == "Icmp:" && ++n == 1 { for (i = 2; i <= NF; i++) at[$i] = i }
			$1 == "Icmp:" && n == 2 { print $at["OutDestUnreachs"] }'
	else
		within client read /proc/net/snmp6 | awk '$1 == "Icmp6OutDestUnreachs" { print $2 }'
	fi
}

# The host's own error about its own neighbour leaves it and comes in again: once.
own_host() {
	local before line

	hasten
	before=$(sent_errors)
	knocks "$neighbour"
	expect_flow client SYN_SENT LISTEN outcome=open icmp=host_unreachable icmp_of=client \
		icmp_from="$client"
	line=$(flows client)
	(($(key "$line" icmp_count) == $(sent_errors) - before)) ||
		fail "$(($(sent_errors) - before)) errors were sent: $line"
}
both icmp/own-host routed own_host

# A SYN-ACK that does not get back.
answer_rejected() {
	hasten
	undo within server write /proc/sys/net/ipv4/tcp_synack_retries 5
	within server write /proc/sys/net/ipv4/tcp_synack_retries 0
	rejects router forward host-unreachable "tcp sport $port"
	talk l.listen c.syn sleep=500
	expect_flow server SYN_SENT SYN_RECV icmp=host_unreachable icmp_of=server icmp_count=1 \
		icmp_from="$far"
}
both icmp/answer-rejected routed answer_rejected

link_local_rejected() {
	local line

	hasten_direct
	rejects server input port-unreachable "tcp dport $port"
	server=fe80::2%eth0 knocks
	expect_flow client SYN_SENT LISTEN icmp=port_unreachable icmp_from=fe80::2
	expect_each_once client
	line=$(flows client)
	[[ $(key "$line" ifindex) ]] || fail "no link: $line"
}
once "icmp/link-local ipv6" direct link_local_rejected

hasten_direct() {
	within server write /proc/sys/net/ipv6/icmp/ratelimit 0
}

# ---- On a connection that stands --------------------------------------------

# The router rejects what it had let through, and lets it through again: an error is no end.
established() {
	hasten
	within router run nft -f - <<-END
		add table inet rejects
		add chain inet rejects rules { type filter hook forward priority 0; }
	END
	undo within router run nft delete table inet rejects
	talk "${opening[@]}" c.send=3 s.recv=3 \
		sh="$bin/within router run nft add rule inet rejects rules tcp dport $port reject with icmpx type no-route" \
		c.send=4 sleep=500 sh="$bin/within router run nft flush chain inet rejects rules" \
		s.recv=4 "${closing[@]}"
	expect_sequence client "$opened_client" "$closed_client"
	expect_sequence router "$opened_router" "$closed_router"
	expect_sequence server "$opened_server" "$closed_server"
	for ns in client router; do
		expect_flow "$ns" TIME_WAIT CLOSE? outcome=graceful icmp=net_unreachable \
			icmp_of=client icmp_count= '!icmp_from'
	done
	expect_flow server TIME_WAIT CLOSE outcome=graceful '!icmp' '!icmp_count' '!icmp_from'
}
both icmp/established routed established

# A link with a smaller MTU behind the router.
path_mtu() {
	local name=frag_needed ns before

	hasten
	[[ $family == ipv4 ]] || name=too_big
	before=$(counters client)
	undo within router run ip link set to_s mtu 1500
	undo within client run ip route flush cache
	undo within client run ip -6 route flush cache
	within router run ip link set to_s mtu 1300
	talk "${opening[@]}" c.send=10000 s.recv=10000 sh="$bin/within client read /proc/tcpfsm >'$results/flows'" \
		"${closing[@]}"
	grep -q ":$port .* icmp=$name icmp_of=client .* icmp_from=$near" "$results/flows" ||
		fail "$(grep ":$port " "$results/flows")"
	for ns in client router; do
		expect_flow "$ns" TIME_WAIT CLOSE? outcome=graceful icmp="$name" '!icmp_from'
	done
	(($(grown client icmp_too_big "$before") > 0)) || fail "not counted"
}
both icmp/path-mtu routed path_mtu

# ---- NAT --------------------------------------------------------------------

# The client's host asks for nobody, who is the absent one. NAT has the error come from
# whom was asked, as the socket sees it.
client_translates_absent() {
	hasten
	nat client output "$words daddr $nowhere tcp dport $port dnat $words to $absent"
	knocks "$nowhere"
	expect_flow client SYN_SENT LISTEN icmp=host_unreachable icmp_of=client \
		icmp_from="$nowhere" view=local:remote
	expect_end client "$nowhere"
	expect_flow router SYN_SENT LISTEN icmp=host_unreachable icmp_from="$near"
	expect_end router "$absent"
}
both icmp/local-dnat routed client_translates_absent

# The same, of its own neighbour: what its own error quotes was translated, and has another
# name than the socket's until it comes in again.
client_translates_neighbour() {
	local before line

	hasten
	before=$(sent_errors)
	nat client output "$words daddr $nowhere tcp dport $port dnat $words to $neighbour"
	knocks "$nowhere"
	expect_flow client SYN_SENT LISTEN icmp=host_unreachable icmp_of=client \
		icmp_from="$client" view=local:remote
	expect_end client "$nowhere"
	line=$(flows client)
	(($(key "$line" icmp_count) == $(sent_errors) - before)) ||
		fail "$(($(sent_errors) - before)) errors were sent: $line"
}
both icmp/local-dnat-own-host routed client_translates_neighbour

# The router hands on in its own name, to a host that is not there: its own error, about
# what it had translated.
router_translates_absent() {
	hasten
	nat router prerouting "$words daddr $near tcp dport $port dnat $words to $absent"
	nat router postrouting "$words daddr $absent tcp dport $port masquerade"
	knocks "$near"
	expect_flow client SYN_SENT LISTEN icmp=host_unreachable icmp_of=client icmp_from="$near"
	expect_end client "$near"
	expect_flow router SYN_SENT LISTEN icmp=host_unreachable icmp_of=client icmp_from="$far" \
		view=forward
	expect_end router "$absent"
}
both icmp/dnat-masquerade routed router_translates_absent

# And to one that rejects: an error that was made behind the translation comes through.
router_translates_rejected() {
	local real=$server

	hasten
	nat router prerouting "$words daddr $near tcp dport $port dnat $words to $real"
	nat router postrouting "$words daddr $real tcp dport $port masquerade"
	rejects server input port-unreachable "tcp dport $port"
	knocks "$near"
	expect_flow client SYN_SENT LISTEN icmp=port_unreachable icmp_of=client
	expect_each_once client
	expect_end client "$near"
	expect_flow router SYN_SENT LISTEN icmp=port_unreachable icmp_of=client \
		icmp_from="$real"
	expect_each_once router
	expect_end router "$real"
}
both icmp/masquerade-rejected routed router_translates_rejected

# A server that was reached under another port of its host: what its SYN-ACK met.
redirected() {
	local told=$((port + 1000))

	hasten
	undo within server write /proc/sys/net/ipv4/tcp_synack_retries 5
	within server write /proc/sys/net/ipv4/tcp_synack_retries 0
	nat server prerouting "tcp dport $told redirect to :$port"
	rejects router forward host-unreachable "tcp sport $told"
	talk l.listen c.address="$server,$told" c.syn sleep=500
	expect_flow server SYN_SENT SYN_RECV icmp=host_unreachable icmp_of=server icmp_count=1 \
		icmp_from="$far" view=remote:local
}
both icmp/redirect routed redirected

# ---- Forged -----------------------------------------------------------------

# blame TYPE6 TYPE4 CODE SEQ[:HOW]...: to the client from the router's link, about the
# connection of $c_port
blame() {
	local type=$1

	[[ $family == ipv6 ]] || type=$2
	within router run "$python" "$vm/blame.py" to_c 02:00:00:00:01:01 "$near" "$client" \
		"$client" "$c_port" "$server" "$port" "$type" "${@:3}" || fail "blame.py"
}

# Who does not know the numbers changes nothing; who does, a word and no state.
forged() {
	local before line isn

	hasten
	lose 100 "tcp dport $port"
	before=$(counters client)
	stage c.syn
	expect_flow client SYN_SENT LISTEN '!icmp' '!icmp_count' '!icmp_from'
	line=$(flows client)
	isn=$(key "$line" isn)
	isn=${isn%/*}
	blame 1 3 1 $((isn - 1)) $((isn + 2)) $((isn + 0x40000000)) 0
	wait_until has_grown icmp_stray 4
	blame 1 3 1 "$isn:bad" "$isn:cut"
	wait_until has_grown icmp_checksum 1 || fail "a wrong checksum"
	wait_until has_grown icmp_malformed 1 || fail "half a quotation"
	# No error: an echo, a redirect. And one that is about another port.
	blame 128 8 1 "$isn"
	blame 137 5 1 "$isn"
	port=1 blame 1 3 1 "$isn"
	wait_until has_grown icmp_no_flow 1 || fail "of no flow"
	(($(grown client icmp_stray "$before") == 4)) || fail "$(grown client icmp_stray "$before") stray"
	(($(grown client icmp_unreachable "$before") == 0)) || fail "it was believed"
	expect_flow client SYN_SENT LISTEN outcome=open '!icmp' '!icmp_count' '!icmp_from'
	# A code that nobody has given a name; the socket does not care for it.
	blame 1 3 77 "$isn" $((isn + 1))
	expect_flow client SYN_SENT LISTEN outcome=open icmp="$([[ $family == ipv4 ]] && echo 3 || echo 1)/77" \
		icmp_of=client icmp_count=2 icmp_from="$near"
	leave
}
both icmp/forged routed forged

# has_grown COUNTER N
has_grown() {
	(($(grown client "$1" "$before") >= $2))
}

# ---- Told -------------------------------------------------------------------

# One line in the log for each kind of error, at level 2, and one event for each error.
told() {
	local line mapped ns

	hasten
	mapped=$near
	[[ $family == ipv6 ]] || mapped=::ffff:$near
	for ns in client router; do
		undo setting "$ns" log_level 1
	done
	setting client log_level 2
	dmesg -C
	lose 100 "tcp dport $port"
	stage c.syn
	line=$(flows client)
	isn=$(key "$line" isn)
	isn=${isn%/*}
	blame 1 3 99 "$isn" "$isn"
	expect_flow client SYN_SENT LISTEN icmp_count=2
	line=$(events icmp | grep " netns=$(inode_of client) " | tail -n 1)
	for word in "icmp=[13]/99" endpoint=client "seq=$isn" "type=[13]" code=99 count=2 "fromv6=$mapped" \
		"sport=$c_port" "dport=$port"; do
		[[ $line =~ \ $word\  ]] || fail "no $word: $line"
	done
	[[ $(dmesg | grep -c "tcpfsm: .*:$port icmp ") == 1 ]] || fail "$(dmesg | tail)"
	dmesg | grep -Eq "tcpfsm: $(bracketed "$client" | sed 's/[][]/\\&/g'):$c_port -> .*:$port icmp [13]/99 icmp_of=client icmp_count=1 icmp_from=$near\$" ||
		fail "$(dmesg | tail -n 3)"
	# Another kind, another line; at level 3 each.
	blame 1 3 98 "$isn"
	expect_flow client SYN_SENT LISTEN icmp_count=3
	setting client log_level 3
	blame 1 3 98 "$isn"
	expect_flow client SYN_SENT LISTEN icmp_count=4
	[[ $(dmesg | grep -c "tcpfsm: .*:$port icmp ") == 3 ]] || fail "$(dmesg | tail)"
	leave
}
both icmp/told routed told
