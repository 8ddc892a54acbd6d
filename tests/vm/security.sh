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

# forge_here SADDR SPORT DADDR DPORT SEQ ACK FLAGS: a command that sends it from the client's link
forge_here() {
	echo "$bin/within client run $bin/forge eth0 02:00:00:00:01:fe $* || exit"
}

# in_name client|server: whose segments those are
in_name() {
	if [[ $1 == client ]]; then
		echo "$client \$c_port $server $port"
	else
		echo "$server $port $client \$c_port"
	fi
}

# forge_life CLIENT SERVER: a command that sends, in both names, a SYN with the first number, and
# the SYN-ACK with the second
forge_life() {
	forge_here "$(in_name client) \$(($1)) 0 S"
	forge_here "$(in_name server) \$(($2)) \$(($1 + 1)) SA"
}

# forge_opening CLIENT SERVER [SEGMENT...]: a command that sends, in both names, such a SYN and what
# follows it, as far as data, and then more: "SEQ ACK FLAGS" in the name of the client
forge_opening() {
	local segment

	forge_life "$1" "$2"
	for segment in "\$(($1 + 1)) \$(($2 + 1)) A" "\$(($1 + 1)) \$(($2 + 1)) PA" "${@:3}"; do
		forge_here "$(in_name client) $segment"
	done
}

# unheard COMMAND: it, while nothing gets beyond the router that its hook has seen: the ends
# know of none of it. What may depend on when they answer does not.
unheard() {
	echo "$bin/within router run nft 'add table inet beyond;
			add chain inet beyond out { type filter hook postrouting priority 0; };
			add rule inet beyond out meta l4proto tcp drop' || exit
		$1
		$bin/within router run nft delete table inet beyond"
}

# What is to be forged may not come to its end.
hear_again() {
	undo within router run nft 'add table inet beyond; delete table inet beyond'
}

# rose BEFORE NAME=NUMBER...: by so much each of these counters of the router has risen
rose() {
	local after word name

	after=$(counters router)
	for word in "${@:2}"; do
		name=${word%=*}
		(($(value "$after" "$name") - $(value "$1" "$name") == ${word#*=})) ||
			fail "not $word: $(value "$1" "$name"), then $(value "$after" "$name")"
	done
}

# true_one_alone: of all lives the one of the two ends has come to its end, and is no more than
# readable, as the others are
true_one_alone() {
	expect_flow client TIME_WAIT CLOSE? outcome=graceful closer=client
	[[ $(flows router | grep -c ' outcome=graceful closer=client ') == 1 ]] || fail "$(flows router)"
	! flows router | grep ' outcome=open ' || fail "another one is open"
}

# goes_on SEGMENT...: whoever begins another life of a connection in both names needs no number
# of it. A router believes him until the two ends go on in the life that they have.
goes_on() {
	local before

	undo within router run tc qdisc del dev to_s root
	before=$(counters router)
	# All of it has passed before the server can tell that it has no part in it. Later a delay
	# would have segments repeated.
	talk "${opening[@]}" c.send=3 s.recv=3 s.send=3 c.recv=3 sh="
		$bin/within router run tc qdisc add dev to_s root netem delay 1000ms || exit
		$(forge_opening 1500000000 2000000000 "$@")
		sleep 2; $bin/within router run tc qdisc replace dev to_s root pfifo" \
		c.send=70 s.recv=70 s.send=70 c.recv=70 "${closing[@]}"
	# An ended flow is readable for a while only.
	expect_flow server TIME_WAIT CLOSE outcome=graceful closer=client
	rose "$before" end_reused=1 end_forged=1 revived=1
	true_one_alone
}

both_names() {
	goes_on
}
both security/both-names routed both_names

# What he has begun he can end, too, and begin again.
both_names_again() {
	goes_on "1500000001 0 R" "1700000000 0 S"
}
both security/both-names-again routed both_names_again

# goes_on_after COMMAND... -- COUNTER=NUMBER...: each is run while the ends are silent, and hear
# nothing of it; then they go on. So much of what the router counts is due to all that.
goes_on_after() {
	local before
	local -a steps=()

	hear_again
	undo setting router linger 10
	setting router linger 3600
	while [[ $1 != -- ]]; do
		steps+=(sh="$(unheard "$1")" c.send=70 s.recv=70 s.send=70 c.recv=70)
		shift
	done
	before=$(counters router)
	talk "${opening[@]}" c.send=3 s.recv=3 s.send=3 c.recv=3 "${steps[@]}" "${closing[@]}"
	expect_flow server TIME_WAIT CLOSE outcome=graceful closer=client
	rose "$before" "${@:2}"
	true_one_alone
}

# Who sees the numbers can have the data of one end fit into the life that he forges: what the
# short way took of them there would be missing where they belong. Here they are the client's.
both_names_data() {
	goes_on_after "
		isn=\$($bin/within router read /proc/tcpfsm |
			sed -n 's/.*:$port id=.* isn=\([0-9]*\)\/\([0-9]*\) .*/\1 \2/p')
		client=\${isn% *} server=\${isn#* }
		$(forge_opening 'client + 1' 'server + 10')" -- end_reused=1 end_forged=1 revived=1
}
both security/both-names-data routed both_names_data

# forge_lives NUMBER: a command that forges so many lives, one after the other
forge_lives() {
	echo "for life in \$(seq $1); do
		$(forge_life '1500000000 + 1000 * life' '2000000000 + 1000 * life')
	done"
}

# More lives than fit into a bucket of the table: these then take 64 flows.
begin_crowded() {
	reload max_flows=512 max_flows_all=512 hashsize=1024
	evicted=$(counter evict_ended router)
}

end_crowded() {
	(($(counter evict_ended router) > evicted)) || fail "none had to go: not enough lives"
}

# They do not push the true one out.
both_names_many() {
	local evicted

	begin_crowded
	goes_on_after "$(forge_lives 96)" -- end_reused=96 end_forged=1 revived=1 chain_full=0
	end_crowded
}
both security/both-names-many routed both_names_many

# Nor if it has come back before, and another one is there yet that has had its place.
both_names_many_again() {
	local evicted

	begin_crowded
	goes_on_after "$(forge_life 1000000000 1100000000)" "$(forge_lives 96)" -- \
		end_reused=97 end_forged=2 revived=2 chain_full=0
	end_crowded
}
both security/both-names-many-again routed both_names_many_again

# What was forged before the true one began is soon forgotten; it is no intruder for longer than
# that, whatever else is forged.
both_names_before() {
	local evicted other="$client $((port + 2000)) $server $((port + 3000))"
	local back="$server $((port + 3000)) $client $((port + 2000))"
	local router="$bin/within router"

	begin_crowded
	hear_again
	undo setting router linger 10
	setting router linger 2
	talk l.listen "c.bind=$((port + 1000))" \
		sh="$(unheard "$(forge_lives 2)")" c.connect s.accept c.send=3 s.recv=3 s.send=3 c.recv=3 sh="
		until [ \$($router read /proc/tcpfsm | grep -c :\$c_port) = 1 ]; do sleep 0.2; done
		$router run sysctl -qw net.tcpfsm.linger=3600 || exit
		$(unheard "$(forge_here "$other" 1000 0 S; forge_here "$back" 2000 1001 SA
			     forge_here "$other" 3000 0 S; forge_here "$back" 4000 3001 SA)")" \
		c.send=70 s.recv=70 s.send=70 c.recv=70 sh="$(unheard "$(forge_lives 96)")" \
		c.send=70 s.recv=70 s.send=70 c.recv=70 "${closing[@]}"
	end_crowded
	expect_flow server TIME_WAIT CLOSE outcome=graceful closer=client
	[[ $(flows router | grep -c ' outcome=graceful closer=client ') == 1 ]] || fail "$(flows router)"
}
both security/both-names-before routed both_names_before

# The life that was forged has to make room for others: its place is the true one's all the same.
both_names_evicted() {
	reload max_half_open=16
	goes_on_after "
		$(forge_life 1500000000 2000000000)
		for other in \$(seq 20); do
			$(forge_here "$client \$((1000 + other)) $server $((port + 3000)) 1 0 S")
		done" -- end_reused=1 end_evicted=5 end_forged=0 revived=1
}
both security/both-names-evicted routed both_names_evicted

# The figures of the server: a life that was forged, if it began with a SYN, is a handshake that
# was aborted; the true one is one that was completed, and once.
both_names_figures() {
	local figures

	goes_on_after "$(forge_opening 1500000000 2000000000 "1500000001 0 R" "1700000000 0 S")" -- \
		end_reused=1 end_reset_client=1 end_forged=1 revived=1
	expect_figures router begun=2 completed=1 refused=0 timed_out=0 aborted=1 half_open=0
}
both security/both-names-figures routed both_names_figures

# If it had not come so far, it is one that was aborted, and another that is completed.
both_names_handshake() {
	local before figures

	hear_again
	undo within router run nft 'add table inet silence; delete table inet silence'
	# The router sees the SYN-ACK once, and not what the client answers.
	within router run nft -f - <<-END || fail nft
		add table inet silence
		add chain inet silence forward { type filter hook forward priority 0; }
		add rule inet silence forward iifname to_s tcp sport $port limit rate 1/day burst 1 packets accept
		add rule inet silence forward iifname to_s tcp sport $port drop
		add rule inet silence forward iifname to_c tcp dport $port tcp flags & (syn|ack) == ack drop
	END
	before=$(counters router)
	# shellcheck disable=SC2016 # talk's shell expands it
	bin=$bin results=$results talk l.listen c.connect sh="
		$(unheard "$(forge_life 1500000000 2000000000)")"'
		"$bin/within" router read /proc/net/tcpfsm_listeners >"$results/during"
		"$bin/within" router run nft delete table inet silence' \
		c.send=3 s.accept s.recv=3 s.send=3 c.recv=3 "${closing[@]}"
	figures=$(grep -F "$(bracketed "$server"):$port " "$results/during")
	[[ " $figures " == *' begun=1 completed=0 '*' aborted=1 '*' half_open=0 '* ]] ||
		fail "while it is not there: $figures"
	expect_flow server TIME_WAIT CLOSE outcome=graceful closer=client
	rose "$before" end_reused=1 end_forged=1 revived=1 handshakes=1
	true_one_alone
	expect_figures router begun=2 completed=1 refused=0 timed_out=0 aborted=1 half_open=0
}
both security/both-names-handshake routed both_names_handshake

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
