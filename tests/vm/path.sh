# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each segment counts once, whatever path it takes: catalogue 63.

# expect_counted VIEW BEFORE AFTER: SYN, SYN-ACK, ACK, FIN, ACK, FIN, ACK
expect_counted() {
	local name number want

	while read -r name want; do
		number=$(($(value "$3" "$name") - $(value "$2" "$name")))
		((number == want)) || fail "$number $name counted in $1, not $want"
	done <<-END
		segments 7
		seg_syn 1
		seg_synack 1
		seg_ack 3
		seg_fin 2
		seg_data 0
		seg_rst 0
		begun 1
		handshakes 1
		other 0
		drops 0
	END
}

# once_each VIEW...: listening at $listen_at, if not at the server's address
once_each() {
	local ns opened closed
	local -A before

	for ns; do
		before[$ns]=$(counters "$ns")
	done
	talk ${listen_at:+"l.address=$listen_at"} "${opening[@]}" "${closing[@]}"
	for ns; do
		opened=opened_$ns closed=closed_$ns
		expect_sequence "$ns" "${!opened}" "${!closed}"
	done
	for ns; do
		expect_counted "$ns" "${before[$ns]}" "$(counters "$ns")"
	done
}

through_router() {
	once_each client router server
}
both path/63-router routed through_router

over_veth() {
	once_each client server
}
both path/63-veth direct over_veth

# In a VRF a packet passes the hooks on its device and on the link, and counts once.
need_vrf() {
	within server run ip link show red >/dev/null 2>&1 || skip "no VRF"
}

over_vrf() {
	need_vrf
	# It has the address in the VRF alone.
	listen_at=$any once_each client server
}
both path/63-vrf vrf over_vrf

# A link-local address needs the link, of which those hooks are told two.
link_local_over_vrf() {
	need_vrf
	server=fe80::2%eth0
	once_each client server
}
once "path/63-vrf-link-local ipv6" vrf link_local_over_vrf

# On the way to the server stands a segment of a routing header, the router: what it takes
# in there it sends on, and counts once. Back it goes without.
over_segments() {
	local ns device

	choose_family ipv6
	for ns in client:eth0 router:to_c router:to_s server:eth0; do
		device=${ns#*:}
		within "${ns%:*}" write /proc/sys/net/ipv6/conf/all/seg6_enabled 1 2>/dev/null || skip "no segment routing"
		within "${ns%:*}" write "/proc/sys/net/ipv6/conf/$device/seg6_enabled" 1
	done
	undo within client run ip -6 route del "$server/128"
	within client run ip -6 route add "$server/128" encap seg6 mode inline segs 2001:db8:1::fe \
		via 2001:db8:1::fe dev eth0 || skip "no segment routing"
	once_each client router server
}
once "path/63-segment-routing ipv6" routed over_segments

over_loopback() {
	talk_client=host talk_server=host once_each host
	expect_flow host TIME_WAIT CLOSE outcome=graceful view=local:local
}
both path/63-loopback alone over_loopback

# frames_to_ip 0|1: does br_netfilter hand the bridge's frames to the hooks of IP?
frames_to_ip() {
	local family

	for family in iptables ip6tables; do
		within bridge write "/proc/sys/net/bridge/bridge-nf-call-$family" "$1" || return
	done
}

# A bridge is no host: it sees nothing, unless br_netfilter hands its frames to
# the hooks of IP, and then it sees them as forwarded.
over_bridge() {
	# Where it is there, it does by default.
	[[ ! -d /proc/sys/net/bridge ]] || frames_to_ip 0
	once_each client server
	expect_no_flow bridge
}
both path/63-bridge bridged over_bridge

over_bridge_netfilter() {
	[[ -d /proc/sys/net/bridge ]] || modprobe br_netfilter 2>/dev/null || skip "no br_netfilter"
	frames_to_ip 1 || skip "no bridge-nf-call-iptables"
	once_each client server
	expect_flow bridge TIME_WAIT CLOSE? outcome=graceful view=forward
}
both path/63-bridge-netfilter bridged over_bridge_netfilter

# copy_to ADDRESS PREFIX NEIGHBOUR: what comes from the client goes out at another link, too
copy_to() {
	local ip=ip

	[[ $family == ipv4 ]] || ip=ip6
	undo within router run ip link del tap
	within router run sh -ec "ip link add tap type dummy
		ip addr add $1/$2 dev tap
		ip link set tap up
		ip neigh add $3 lladdr 02:00:00:00:09:01 dev tap" || fail "no link for copies"
	undo within router run nft delete table "$ip" copy
	within router run nft -f - <<-END || skip "nft cannot copy packets"
		add table $ip copy
		add chain $ip copy client { type filter hook prerouting priority 0; }
		add rule $ip copy client iifname to_c meta l4proto tcp dup to $3 device tap
	END
}

# Copies leave through LOCAL_OUT, where only sockets speak. They are nobody's own word:
# a RST that fits nowhere ends nothing.
over_copies() {
	if [[ $family == ipv4 ]]; then
		copy_to 10.0.9.254 24 10.0.9.1
	else
		copy_to 2001:db8:9::fe 64 2001:db8:9::1
	fi
	talk "${opening[@]}" c.send=3 s.recv=3 sh="
		$bin/within client run $bin/forge eth0 02:00:00:00:01:fe $client \$c_port $server $port 12345 0 R" \
		s.send=3 c.recv=3 "${closing[@]}"
	expect_flow router TIME_WAIT CLOSE? outcome=graceful closer=client view=forward
	! events set_state | grep " netns=$(inode_of router) " | grep " local=1 " ||
		fail "the router takes the copies for its own"
	events anomaly | grep -q " netns=$(inode_of router) anomaly=rst_outside " ||
		fail "no RST outside: $(events anomaly)"
}
both path/63-copies routed over_copies

# bulk: so much data that no window reaches across them
bulk() {
	local i

	for i in {1..12}; do
		printf '%s ' s.send=200000 c.recv=200000
	done
}

# closed_behind_gap: for a router, which has not seen the data before it
closed_behind_gap() {
	expect_flow router TIME_WAIT CLOSE? outcome=graceful closer=client view=forward flags=loose
}

# over_flowtable PLAY...: through an nft flowtable, which takes the data past all hooks
over_flowtable() {
	flowtables_may_be_made
	undo within router run nft delete table inet fast
	within router run nft -f - <<-'END' || skip "no flowtables"
		add table inet fast
		add flowtable inet fast past { hook ingress priority 0; devices = { to_c, to_s }; }
		add chain inet fast forward { type filter hook forward priority 0; }
		add rule inet fast forward meta l4proto tcp flow add @past
	END
	talk "${opening[@]}" c.send=10 s.recv=10 s.send=10 c.recv=10 "$@"
	(($(counter seg_data router) < 1000)) || fail "the data were seen"
}

# It gives back what ends the connection; later kernels keep the FINs, too.
through_flowtable() {
	local fins
	local -a data

	read -ra data <<<"$(bulk)"
	fins=$(counter seg_fin router)
	over_flowtable "${data[@]}" "${closing[@]}"
	(($(counter seg_fin router) > fins)) || skip "this kernel's flowtable keeps FINs"
	closed_behind_gap
}
both path/flowtable routed through_flowtable

# resets_are_given_back BEFORE: the router has seen more than that many
resets_are_given_back() {
	(($(counter seg_rst router) > $1)) || skip "this kernel's flowtable keeps RSTs"
}

# A RST that is given back lies far outside of what was seen before.
reset_behind_flowtable() {
	local resets
	local -a data

	read -ra data <<<"$(bulk)"
	resets=$(counter seg_rst router)
	over_flowtable "${data[@]}" s.abort c.error=ECONNRESET
	resets_are_given_back "$resets"
	expect_flow router CLOSE? CLOSE? outcome=reset_server reset_in=ESTABLISHED view=forward flags=loose
	! events anomaly | grep " netns=$(inode_of router) anomaly=rst_outside " || fail "outside"
}
both path/flowtable-reset routed reset_behind_flowtable

# Somebody's RST, far outside of what was seen, looks like that one: it is taken for the end
# until they go on. What ends the connection may then be kept, as that RST was no end for
# the kernel either.
forged_behind_flowtable() {
	local resets
	local -a data

	read -ra data <<<"$(bulk)"
	resets=$(counter seg_rst router)
	over_flowtable "${data[@]}" sh="
		$bin/within client run $bin/forge eth0 02:00:00:00:01:fe $client \$c_port $server $port 12345 0 R" \
		s.send=10 c.recv=10 c.send=10 s.recv=10 "${closing[@]}"
	resets_are_given_back "$resets"
	events anomaly | grep -q " netns=$(inode_of router) anomaly=rst_withdrawn " || fail "never believed"
	events set_state | grep " netns=$(inode_of router) endpoint=client " |
		grep -q ' oldstate=TCP_ESTABLISHED newstate=TCP_FIN_WAIT1$' || fail "it does not go on"
}
both path/flowtable-forged-reset routed forged_behind_flowtable

# switched OFF ON: settings of the router, before the data and behind them
switched() {
	local name=${1%=*} set="$bin/within router write /proc/sys/net/tcpfsm"
	local -a data

	read -ra data <<<"$(bulk)"
	undo within router write "/proc/sys/net/tcpfsm/$name" "${2#*=}"
	talk "${opening[@]}" c.send=10 s.recv=10 s.send=10 c.recv=10 sh="$set/$name ${1#*=}" \
		"${data[@]}" sh="$set/$name '${2#*=}'" c.send=10 s.recv=10 s.send=10 c.recv=10 "${closing[@]}"
	closed_behind_gap
}

switched_off() {
	switched enabled=0 enabled=1
}
both path/switched-off routed switched_off

left_out() {
	switched ports=1 ports=
}
both path/left-out routed left_out
