# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What docs/security.md promises, and no other group shows.

# How many blind segments of each kind and name. tests/unit/test_forged.c has 1,000,000.
readonly blind_segments=1000

# forge_blind NAME FLAGS N: a command that sends N blind segments from the client's
# link, in the name of the client or of the server; both pass the router.
forge_blind() {
	local from="$client \$c_port $server $port"

	[[ $1 == client ]] || from="$server $port $client \$c_port"
	echo "$bin/within client run $bin/forge eth0 02:00:00:00:01:fe $from 0 1 $2 blind=$3"
}

# Whoever knows the addresses and ports of a live connection, but no number: the two
# ends go on, and for all three views it is as if nothing had come.
blind() {
	local before after ns

	before=$(counter segments router)
	talk "${opening[@]}" c.send=3 s.recv=3 s.send=3 c.recv=3 sh="
		for flags in R RA S SA FA A PA; do
			$(forge_blind client "\$flags" "$blind_segments") || exit
			$(forge_blind server "\$flags" "$blind_segments") || exit
		done" \
		c.send=70000 s.recv=70000 s.send=70000 c.recv=70000 "${closing[@]}"
	after=$(counter segments router)
	((after - before >= 14 * blind_segments)) ||
		fail "$((after - before)) segments passed the router, and $((14 * blind_segments)) were forged"
	expect_flow client TIME_WAIT CLOSE? outcome=graceful closer=client
	expect_flow router TIME_WAIT CLOSE? outcome=graceful closer=client
	expect_flow server TIME_WAIT CLOSE outcome=graceful closer=client
	for ns in client router server; do
		[[ $(flows "$ns" | grep -c .) == 1 ]] || fail "not one flow in $ns: $(flows "$ns")"
		! flows "$ns" | grep -E 'half_open|loose' || fail "it is marked in $ns"
	done
}
both security/blind routed blind

# forge_opening [SEGMENT...]: a command that sends, in both names, a SYN and what follows it, as
# far as data, and then more: "then SEQ ACK FLAGS" in the name of the client
forge_opening() {
	local there="$client \$c_port $server $port" back="$server $port $client \$c_port" segment

	for segment in "$there 1500000000 0 S" "$back 2000000000 1500000001 SA" \
		"$there 1500000001 2000000001 A" "$there 1500000001 2000000001 PA" "${@//then/$there}"; do
		echo "$bin/within client run $bin/forge eth0 02:00:00:00:01:fe $segment || exit"
	done
}

# goes_on SEGMENT...: whoever begins another life of a connection in both names needs no number
# of it. A router believes him until the two ends go on in the life that they have.
goes_on() {
	local before after name

	undo within router run tc qdisc del dev to_s root
	before=$(counters router)
	# All of it has passed before the server can tell that it has no part in it. Later a delay
	# would have segments repeated.
	talk "${opening[@]}" c.send=3 s.recv=3 s.send=3 c.recv=3 sh="
		$bin/within router run tc qdisc add dev to_s root netem delay 1000ms || exit
		$(forge_opening "$@")
		sleep 2; $bin/within router run tc qdisc replace dev to_s root pfifo" \
		c.send=70 s.recv=70 s.send=70 c.recv=70 "${closing[@]}"
	# An ended flow is readable for a while only.
	expect_flow server TIME_WAIT CLOSE outcome=graceful closer=client
	after=$(counters router)
	for name in end_reused end_forged revived; do
		(($(value "$after" "$name") - $(value "$before" "$name") == 1)) ||
			fail "$name: $(value "$before" "$name"), then $(value "$after" "$name")"
	done
	expect_flow client TIME_WAIT CLOSE? outcome=graceful closer=client
	# And the one that was forged, but it is no more than readable.
	[[ $(flows router | grep -c ' outcome=graceful closer=client ') == 1 ]] || fail "$(flows router)"
	! flows router | grep ' outcome=open ' || fail "another one is open"
}

both_names() {
	goes_on
}
both security/both-names routed both_names

# What he has begun he can end, too, and begin again.
both_names_again() {
	goes_on "then 1500000001 0 R" "then 1700000000 0 S"
}
both security/both-names-again routed both_names_again

# slab_of GROUP: bytes of it in the kernel's slabs
slab_of() {
	awk '$1 == "slab_unreclaimable" { print $2 }' "$1/memory.stat"
}

# What a process connects is charged to its memory cgroup, as long as it is kept.
charged() {
	local group=/sys/fs/cgroup/charged before during flows

	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	mkdir "$group"
	undo rmdir "$group"
	undo setting client linger 10
	setting client linger 3600
	before=$(slab_of "$group")
	# Refused, so that no socket of it is left.
	# shellcheck disable=SC2016 # the inner shell expands it
	within client run bash -c '
		echo $$ >"$1/cgroup.procs"
		for ((n = 0; n < 300; n++)); do
			: <>"/dev/tcp/$2/9"
		done 2>/dev/null
		true' - "$group" "$server"
	flows=$(within client read /proc/tcpfsm | grep -c ' outcome=refused ')
	((flows >= 300)) || fail "$flows flows"
	wait_until grows_to "$group" $((before + 300 * 320)) || fail "$(slab_of "$group") bytes of 300 flows, $before before"
	during=$(slab_of "$group")
	within client write /proc/tcpfsm clear
	wait_until shrinks_to "$group" $((during - 300 * 320)) || fail "$(slab_of "$group") bytes, $during before"
}
both security/memory-cgroup routed charged

# The kernel brings these figures up to date every two seconds.
grows_to() { (($(slab_of "$1") >= $2)); }
shrinks_to() { (($(slab_of "$1") <= $2)); }

# At level 1 an anomaly is a line with addresses: 50 a second for a namespace, and how
# many were left out is told.
log_flood() {
	local before worst told

	before=$(counter log_suppressed router)
	dmesg -C
	talk "${opening[@]}" c.send=3 s.recv=3 sh="$(forge_blind client R 3000)" "${closing[@]}"
	# Two namespaces are in the way; a second of the clock may touch two of the limit.
	worst=$(dmesg | sed -nE "s/^\[ *([0-9]+)\.[0-9]+\] tcpfsm: .*:$port .*/\1/p" | uniq -c |
		sort -n | awk 'END { print $1 + 0 }')
	((worst > 0 && worst <= 2 * 2 * 50)) || fail "$worst lines in a second"
	(($(counter log_suppressed router) - before > 1000)) ||
		fail "$(($(counter log_suppressed router) - before)) lines suppressed"
	# The next line of that namespace tells it.
	talk "${opening[@]}" c.send=3 s.recv=3 sh="sleep 2; $(forge_blind client R 3)" "${closing[@]}"
	told=$(dmesg | awk '/ tcpfsm: [0-9]+ lines suppressed/ { n += $(NF - 2) } END { print n + 0 }')
	((told > 1000)) || fail "it is not told, but of $told: $(dmesg | tail -n 3)"
}
once security/log-flood routed log_flood

# Of what the ends say to each other nothing is shown anywhere.
no_payload() {
	undo setting - log_level 1
	setting - log_level 3
	ip link set lo up
	"$python" - "$port" <<-'END' || fail "no talk"
		import socket, sys
		listener = socket.create_server(("127.0.0.1", int(sys.argv[1]) + 3000))
		client = socket.create_connection(listener.getsockname())
		server = listener.accept()[0]
		client.sendall(b"SesameOpenYourself" * 100)
		while server.recv(1000) and not client.close():
		    pass
	END
	{
		dmesg
		cat "$instance/trace" /proc/net/stat/tcpfsm*
		within - read /proc/tcpfsm
		within - read /proc/net/tcpfsm
	} >"$results/all"
	grep -q ":$((port + 3000)) " "$results/all" || fail "it was not seen"
	! grep -aE 'Sesame|536573616d65|53 ?65 ?73 ?61' "$results/all" || fail "payload"
}
once security/no-payload - no_payload
