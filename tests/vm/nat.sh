# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Addresses that change on the way: catalogue 64. In each namespace a connection
# is one flow, under the name that its own sockets know it by.

# nat NAMESPACE HOOK RULE...: a rule of a NAT chain, for this test
nat() {
	local ns=$1 hook=$2 priority=-100

	shift 2
	[[ $hook != postrouting ]] || priority=100
	within "$ns" run nft -f - <<-END || fail "nft: $*"
		add table inet nat_$hook
		add chain inet nat_$hook rules { type nat hook $hook priority $priority; }
		add rule inet nat_$hook rules $*
	END
	undo within "$ns" run nft delete table inet "nat_$hook"
}

# The words of nft for the family, and an address that nobody has.
choose_words() {
	if [[ $family == ipv4 ]]; then
		ip=ip nobody=203.0.113.9 router=10.0.1.254
	else
		ip=ip6 nobody=2001:db8:9::9 router=2001:db8:1::fe
	fi
}

expect_all() {
	expect_sequence client "$opened_client" "$closed_client"
	expect_sequence router "$opened_router" "$closed_router"
	expect_sequence server "$opened_server" "$closed_server"
	expect_flow client TIME_WAIT CLOSE? outcome=graceful view=local:remote '!flags'
	expect_flow router TIME_WAIT CLOSE? outcome=graceful view=forward '!flags'
	expect_flow server TIME_WAIT CLOSE outcome=graceful view=remote:local '!flags'
}

# expect_ends VIEW CLIENT SERVER: addresses as /proc shows them
expect_ends() {
	local line

	line=$(flows "$1")
	[[ $line == *" $(bracketed "$2"):"*" -> $(bracketed "$3"):$port "* ]] ||
		fail "$2 -> $3 is wanted in $1: $line"
}

# The client asks the router, which hands on to the server in its own name.
router_translates() {
	local real=$server near_server

	choose_words
	near_server=$(within router run ip -o route get "$real" | sed -E 's/.* src ([^ ]+).*/\1/')
	nat router prerouting "$ip daddr $router tcp dport $port dnat $ip to $real"
	nat router postrouting "$ip daddr $real tcp dport $port masquerade"
	server=$router talk l.address="$real" "${opening[@]}" c.send=10 s.recv=10 "${closing[@]}"
	expect_all
	expect_ends client "$client" "$router"
	expect_ends router "$client" "$real"
	expect_ends server "$near_server" "$real"
}
both nat/64-dnat-masquerade routed router_translates

# client_translates ADDRESS: the client's own host sends to the server what its socket has
# addressed to this one
client_translates() {
	local real=$server

	nat client output "$ip daddr $1 tcp dport $port dnat $ip to $real"
	server=$1 talk l.address="$real" "${opening[@]}" c.send=10 s.recv=10 "${closing[@]}"
	expect_all
	expect_ends client "$client" "$1"
	expect_ends router "$client" "$real"
	expect_ends server "$client" "$real"
}

# An address that nobody has.
client_to_nobody() {
	choose_words
	client_translates "$nobody"
}
both nat/64-local-dnat routed client_to_nobody

# Its own: a published port.
client_to_itself() {
	choose_words
	client_translates "$client"
}
both nat/64-local-dnat-leaves routed client_to_itself

# What it has addressed to nobody elsewhere comes back to it: a proxy. Two sockets of one
# host, each with another name for the connection, and one flow.
client_redirects() {
	choose_words
	nat client output "$ip daddr $nobody tcp dport $port dnat $ip to $client"
	talk_client=client talk_server=client server=$nobody talk l.address="$client" \
		"${opening[@]}" c.send=10 s.recv=10 "${closing[@]}"
	expect_sequence client "$opened_host" "$closed_host"
	expect_flow client TIME_WAIT CLOSE outcome=graceful view=local:local '!flags'
	expect_ends client "$client" "$nobody"
	# Its server's socket says the other name, and cannot be compared.
	rm "$results/truth"
}
both nat/64-local-dnat-returns routed client_redirects

# Which ports are seen is said in the sockets' own words.
ports_before_nat() {
	local real=$server told=$((port + 1000))

	choose_words
	undo within client write /proc/sys/net/tcpfsm/ports ''
	setting client ports "$told"
	nat client output "$ip daddr $nobody tcp dport $told dnat to $(bracketed "$real"):$port"
	talk c.address="$nobody,$told" "${opening[@]}" c.send=10 s.recv=10 "${closing[@]}"
	port=$told expect_flow client TIME_WAIT CLOSE? outcome=graceful view=local:remote '!flags'
	port=$told expect_ends client "$client" "$nobody"
}
both nat/64-ports-before-nat routed ports_before_nat

# Lite mode leaves out data and ACKs by their names, which over loopback are the other end's.
client_redirects_lite() {
	undo within client write /proc/sys/net/tcpfsm/strict 1
	setting client strict 0
	choose_words
	nat client output "$ip daddr $nobody tcp dport $port dnat $ip to $client"
	talk_client=client talk_server=client server=$nobody talk l.address="$client" \
		"${opening[@]}" c.send=10 s.recv=10 "${closing[@]}"
	expect_flow client TIME_WAIT CLOSE outcome=graceful view=local:local
}
both nat/local-dnat-returns-lite routed client_redirects_lite

# The checksum of what the stack itself answers there is over the addresses that it came with.
client_redirects_reset() {
	local bad

	choose_words
	nat client output "$ip daddr $nobody tcp dport $port dnat $ip to $client"
	bad=$(counter an_bad_checksum client)
	talk_client=client talk_server=client server=$nobody talk l.address="$client" \
		"${opening[@]}" c.send=10 s.recv=10 c.close s.eof sleep=100 s.send=10 sleep=100
	expect_flow client CLOSE CLOSE outcome=reset_client
	[[ $(counter an_bad_checksum client) == "$bad" ]] || fail "a good checksum is called bad"
}
both nat/reset-over-loopback routed client_redirects_reset

# refuse_more: from here on the router answers the client with a RST, in the server's name
refuse_more() {
	undo within router run nft delete table inet refusing
	echo "sh=$bin/within router run nft 'add table inet refusing;
		add chain inet refusing forward { type filter hook forward priority 0; };
		add rule inet refusing forward tcp dport $port reject with tcp reset'"
}

# A firewall's RST has the names that the firewall has seen, whatever its connection's are.
rejected_behind_nat() {
	choose_words
	nat router postrouting "$ip saddr $client oifname to_s masquerade"
	talk "${opening[@]}" c.send=10 s.recv=10 "$(refuse_more)" c.send=10 c.error=ECONNRESET
	expect_flow router CLOSE? FIN_WAIT1 reset_in=ESTABLISHED
}
both nat/reject-behind-masquerade routed rejected_behind_nat

# The router shakes hands with the client first; from then on each end has other numbers than
# the router has shown the other.
through_synproxy() {
	local loose=/proc/sys/net/netfilter/nf_conntrack_tcp_loose

	undo within router run nft delete table inet proxy
	within router run nft -f - <<-END || skip "no SYNPROXY"
		add table inet proxy
		add chain inet proxy before { type filter hook prerouting priority -300; }
		add rule inet proxy before tcp dport $port tcp flags syn notrack
		add chain inet proxy forward { type filter hook forward priority 0; }
		add rule inet proxy forward tcp dport $port ct state invalid,untracked synproxy mss 1460 wscale 7 timestamp sack-perm
	END
	undo within router write "$loose" 1
	within router write "$loose" 0
	talk "${opening[@]}" c.send=10 s.recv=10 s.send=10 c.recv=10 "${closing[@]}"
	expect_flow client TIME_WAIT CLOSE? outcome=graceful
	expect_flow router TIME_WAIT CLOSE? outcome=graceful closer=client
	expect_flow server TIME_WAIT CLOSE outcome=graceful
}
both nat/synproxy routed through_synproxy
