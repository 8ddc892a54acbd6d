# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Networks of namespaces, each with IPv4 and IPv6.
#
# Building one takes seconds in an emulated processor, so it stays until a test
# wants another one: what a test changes in it, it hands to undo(). Tests in one
# topology are kept apart by the server's port.
: "${results:?}"

# What stands now, and its namespaces as "INODE=NAME ...".
topology=''
views=''

# The two ends of a conversation, by family.
declare -A client_address=() server_address=()

choose_family() {
	family=$1
	client=${client_address[$1]-}
	server=${server_address[$1]-}
	any=0.0.0.0
	[[ $family == ipv4 ]] || any=::
}

# New namespaces take their settings from the first one: duplicate address
# detection only costs time here.
prepare_topologies() {
	echo 1 >/proc/sys/net/core/devconf_inherit_init_net
	echo 0 >/proc/sys/net/ipv6/conf/all/accept_dad
	echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
}

# Of whatever stands, also where building it failed half-way.
dismantle() {
	local ns

	for ns in /run/netns/*; do
		[[ ! -e $ns ]] || echo "netns del ${ns##*/}"
	done | ip -batch -
	topology='' views=''
}

# configure NAMESPACE: ip's commands from standard input
configure() {
	within "$1" run ip -batch - || fail "cannot set up $1"
}

# look_from NAMESPACE...: sequences() tells what these saw
look_from() {
	local ns

	for ns; do
		views+=" $(stat -L -c %i "/run/netns/$ns")=$ns"
	done
}

#	     client                  router                   server
#	+--------------+       +----------------+       +--------------+
#	|         eth0 |-------| to_c      to_s |-------| eth0         |
#	|  10.0.1.1/24 |       | .1.254  .2.254 |       | 10.0.2.1/24  |
#	|  2001:db8:1::1/64    | ::fe      ::fe |    2001:db8:2::1/64  |
#	+--------------+       +----------------+       +--------------+
build_routed() {
	configure - <<-'END'
		netns add client
		netns add router
		netns add server
		link add to_c netns router address 02:00:00:00:01:fe type veth peer name eth0 netns client address 02:00:00:00:01:01
		link add to_s netns router address 02:00:00:00:02:fe type veth peer name eth0 netns server address 02:00:00:00:02:01
	END
	configure client <<-'END'
		link set lo up
		addr add 10.0.1.1/24 dev eth0
		addr add 2001:db8:1::1/64 dev eth0
		link set eth0 up
		route add default via 10.0.1.254
		route add default via 2001:db8:1::fe
	END
	configure router <<-'END'
		link set lo up
		addr add 10.0.1.254/24 dev to_c
		addr add 10.0.2.254/24 dev to_s
		addr add 2001:db8:1::fe/64 dev to_c
		addr add 2001:db8:2::fe/64 dev to_s
		link set to_c up
		link set to_s up
	END
	configure server <<-'END'
		link set lo up
		addr add 10.0.2.1/24 dev eth0
		addr add 2001:db8:2::1/64 dev eth0
		link set eth0 up
		route add default via 10.0.2.254
		route add default via 2001:db8:2::fe
	END
	within router write /proc/sys/net/ipv4/ip_forward 1
	within router write /proc/sys/net/ipv6/conf/all/forwarding 1
	look_from client router server
	client_address=([ipv4]=10.0.1.1 [ipv6]=2001:db8:1::1)
	server_address=([ipv4]=10.0.2.1 [ipv6]=2001:db8:2::1)
}

#	     client                    server
#	+--------------+         +--------------+
#	|         eth0 |---------| eth0         |
#	| 192.0.2.1/24 |         | 192.0.2.2/24 |
#	| 2001:db8::1/64         2001:db8::2/64 |
#	| fe80::1      |         | fe80::2      |
#	+--------------+         +--------------+
build_direct() {
	configure - <<-'END'
		netns add client
		netns add server
		link add eth0 netns client address 02:00:00:00:00:01 type veth peer name eth0 netns server address 02:00:00:00:00:02
	END
	configure client <<-'END'
		link set lo up
		addr add 192.0.2.1/24 dev eth0
		addr add 2001:db8::1/64 dev eth0
		addr add fe80::1/64 dev eth0
		link set eth0 up
	END
	configure server <<-'END'
		link set lo up
		addr add 192.0.2.2/24 dev eth0
		addr add 2001:db8::2/64 dev eth0
		addr add fe80::2/64 dev eth0
		link set eth0 up
	END
	look_from client server
	client_address=([ipv4]=192.0.2.1 [ipv6]=2001:db8::1)
	server_address=([ipv4]=192.0.2.2 [ipv6]=2001:db8::2)
}

# The same, but the server's link is in a VRF, and its listeners are not. A kernel may have none.
build_vrf() {
	build_direct
	within server run ip link add red type vrf table 100 2>/dev/null || return 0
	configure server <<-'END'
		link set red up
		link set eth0 master red
		addr add 2001:db8::2/64 dev eth0
		addr add fe80::2/64 dev eth0
	END
	within server write /proc/sys/net/ipv4/tcp_l3mdev_accept 1
}

#	     client                   bridge                   server
#	+--------------+        +-----------------+        +--------------+
#	|         eth0 |--------| port_c - br0 - port_s |--| eth0         |
#	| 192.0.2.1/24 |        |                 |        | 192.0.2.2/24 |
#	| 2001:db8::1/64        +-----------------+        2001:db8::2/64 |
#	+--------------+                                   +--------------+
build_bridged() {
	configure - <<-'END'
		netns add client
		netns add bridge
		netns add server
		link add port_c netns bridge type veth peer name eth0 netns client
		link add port_s netns bridge type veth peer name eth0 netns server
	END
	configure bridge <<-'END'
		link set lo up
		link add br0 type bridge forward_delay 0
		link set port_c master br0
		link set port_s master br0
		link set br0 up
		link set port_c up
		link set port_s up
	END
	configure client <<-'END'
		link set lo up
		addr add 192.0.2.1/24 dev eth0
		addr add 2001:db8::1/64 dev eth0
		link set eth0 up
	END
	configure server <<-'END'
		link set lo up
		addr add 192.0.2.2/24 dev eth0
		addr add 2001:db8::2/64 dev eth0
		link set eth0 up
	END
	look_from client bridge server
	client_address=([ipv4]=192.0.2.1 [ipv6]=2001:db8::1)
	server_address=([ipv4]=192.0.2.2 [ipv6]=2001:db8::2)
}

#	   host
#	+--------+
#	|   lo   |  127.0.0.1, ::1
#	+--------+
build_alone() {
	configure - <<-'END'
		netns add host
	END
	configure host <<-'END'
		link set lo up
	END
	look_from host
	client_address=([ipv4]=127.0.0.1 [ipv6]=::1)
	server_address=([ipv4]=127.0.0.1 [ipv6]=::1)
}

# use TOPOLOGY: build it, unless it stands. Called in the shell that runs all
# tests, since the next test may use it too; - is no topology.
use() {
	[[ $1 != - && $topology != "$1" ]] || return 0
	dismantle
	"build_$1"
	topology=$1
}

# flowtables_may_be_made: before one is. nf_tables looks for one of that name outside of RCU, in a
# list that does not know which mutex is held: of nft_flowtable_lookup() lockdep complains, and is
# silent from then on, whatever else there is. A kernel without flowtables does so, too.
flowtables_may_be_made() {
	[[ ! -e /proc/lockdep ]] || skip "lockdep complains of nf_tables itself (nft_flowtable_lookup)"
}

# ---- Trouble on the way -----------------------------------------------------

# undo COMMAND...: after this test
undo() {
	{
		printf '%q ' "$@"
		echo
	} >>"$results/undo"
}

# lose NUMBER EXPRESSION...: the router drops the first NUMBER packets that
# match.
lose() {
	local number=$1

	shift
	within router run nft -f - <<-END || fail "nft: $*"
		add table inet trouble
		add chain inet trouble forward { type filter hook forward priority 0; }
		add rule inet trouble forward $* limit rate 1/day burst $number packets counter drop
	END
	undo within router run nft delete table inet trouble
}

# lost: how many that were
lost() {
	within router run nft list table inet trouble |
		sed -n 's/.*counter packets \([0-9]*\) .*/\1/p'
}

# delay MILLISECONDS NAMESPACE DEVICE
delay() {
	within "$2" run tc qdisc add dev "$3" root netem delay "$1ms" || fail "netem on $2 $3"
	undo within "$2" run tc qdisc del dev "$3" root
}
