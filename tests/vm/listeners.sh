# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# /proc/net/tcpfsm_listeners: figures of servers, against what was done and what
# the kernel itself counts; and who connects, in /proc/tcpfsm.

readonly servers=/proc/net/tcpfsm_listeners

# figures_of VIEW [END]: the line of the present test's server, or of END
figures_of() {
	local line

	within "$1" read "$servers" | while IFS= read -r line; do
		[[ $line != "${2:-$(bracketed "$server"):$port} "* ]] || echo "$line"
	done
}

# figures_add_up LINE: every handshake is somewhere, and every round trip in the histogram
figures_add_up() {
	local name sum=0 n=0 value
	local -a rtts

	for name in completed refused timed_out aborted half_open; do
		value=$(key "$1" "$name") || fail "no $name: $1"
		sum=$((sum + value))
	done
	(($(key "$1" begun) == sum)) || fail "$sum handshakes end somewhere: $1"
	IFS=, read -ra rtts <<<"$(key "$1" rtt_log2)"
	((${#rtts[@]} == 26)) || fail "${#rtts[@]} buckets: $1"
	for value in "${rtts[@]}"; do
		n=$((n + value))
	done
	((n <= $(key "$1" completed))) || fail "$n round trips: $1"
	((n == 0)) || (($(key "$1" rtt_p50_us) <= $(key "$1" rtt_p99_us) &&
		$(key "$1" rtt_p99_us) <= $(key "$1" rtt_max_us))) || fail "percentiles: $1"
	((n == 0)) || (($(key "$1" rtt_max_us) > 0)) || fail "no largest round trip: $1"
}

# expect_figures VIEW KEY=VALUE...: waits for them; the line stands in $figures
expect_figures() {
	local view=$1 word end=$((SECONDS + PATIENCE)) missing

	shift
	while :; do
		figures=$(figures_of "$view")
		missing=''
		for word; do
			[[ " $figures " == *" $word "* ]] || missing=$word
		done
		[[ $missing ]] || break
		((SECONDS < end)) || fail "in $view no $missing: $figures"
		pause 0.1
	done
	figures_add_up "$figures"
}

# round_trips_in LINE: round trips in the histogram
round_trips_in() {
	local rtts

	rtts=$(key "$1" rtt_log2)
	echo $((${rtts//,/+}))
}

# kernel_counts VIEW NAME: of Tcp in /proc/net/snmp
kernel_counts() {
	within "$1" read /proc/net/snmp | awk -v name="$2" '
		$1 == "Tcp:" && !n { for (n = 2; $n != name; n++); next }
		$1 == "Tcp:" { print $n }'
}

lite() {
	local ns

	for ns in client router server; do
		setting "$ns" strict 0
		undo setting "$ns" strict 1
	done
}

# ---- What became of them ----------------------------------------------------

completed() {
	local ns active passive

	active=$(kernel_counts client ActiveOpens)
	passive=$(kernel_counts server PassiveOpens)
	for _ in 1 2 3; do
		talk "${opening[@]}" c.send=10 s.recv=10 "${closing[@]}"
	done
	for ns in client router server; do
		expect_figures "$ns" begun=3 completed=3 refused=0 timed_out=0 aborted=0 half_open=0 \
			syn_rtx=0 synack_rtx=0 final_ack_lost=0
		(($(round_trips_in "$figures") == 3)) || fail "round trips in $ns: $figures"
	done
	(($(kernel_counts client ActiveOpens) - active == 3 &&
		$(kernel_counts server PassiveOpens) - passive == 3)) || fail "the kernel counts others"
}
both listeners/completed routed completed

completed_lite() {
	lite
	completed
}
both listeners/completed-lite routed completed_lite

refused_server() {
	local ns failed

	failed=$(kernel_counts client AttemptFails)
	talk c.syn c.error=ECONNREFUSED
	talk c.syn c.error=ECONNREFUSED
	for ns in client router server; do
		expect_figures "$ns" begun=2 completed=0 refused=2 timed_out=0 aborted=0 half_open=0
		! key "$figures" rtt_p50_us || fail "a round trip in $ns: $figures"
	done
	(($(kernel_counts client AttemptFails) - failed == 2)) || fail "the kernel counts others"
}
both listeners/refused routed refused_server

# The router drops the SYN before its own hook.
timed_out() {
	local again

	undo within client write /proc/sys/net/ipv4/tcp_syn_retries 6
	within client write /proc/sys/net/ipv4/tcp_syn_retries 1
	setting client timeout_syn_sent 10
	undo setting client timeout_syn_sent 150
	lose 100 'tcp flags & (syn|ack) == syn'
	again=$(kernel_counts client RetransSegs)
	talk c.syn c.error=ETIMEDOUT
	# It is given up after the kernel has.
	expect_figures client begun=1 completed=0 refused=0 timed_out=1 half_open=0
	again=$(($(kernel_counts client RetransSegs) - again))
	# Since 6.5 some of them are not counted for tcp_syn_retries.
	((again >= 1 && $(key "$figures" syn_rtx) == again)) ||
		fail "the kernel has repeated $again: $figures"
	[[ ! $(figures_of router)$(figures_of server) ]] || fail "$(figures_of router)$(figures_of server)"
}
both listeners/timed-out routed timed_out

# half_open_here VIEW NUMBER: handshakes that its own kernel has
half_open_here() {
	(($(within "$1" run ss -tanH state syn-recv "sport = :$port" | wc -l) == $2))
}

# Its SYN-ACKs are lost: half-open at both ends, until the client gives up with a RST.
half_open() {
	local again ns

	again=$(kernel_counts server RetransSegs)
	lose 100 'tcp flags & (syn|ack) == syn|ack'
	# shellcheck disable=SC2016 # talk's shell expands it
	bin=$bin results=$results talk l.listen c.syn sh='
		sleep 2
		for ns in client server; do
			"$bin/within" $ns read /proc/net/tcpfsm_listeners >"$results/$ns"
		done
		"$bin/within" server run ss -tanH state syn-recv >"$results/ss"
		true' c.abort
	for ns in client server; do
		figures=$(grep ":$port " "$results/$ns")
		[[ " $figures " == *' half_open=1 '* ]] || fail "in $ns: $figures"
		figures_add_up "$figures"
	done
	(($(grep -c ":$port " "$results/ss") == 1)) || fail "the kernel has others: $(cat "$results/ss")"
	# What the router has dropped, its hook has not seen.
	expect_figures router begun=1 half_open=1 synack_rtx=0
	figures=$(grep ":$port " "$results/server")
	(($(key "$figures" synack_rtx) >= 1)) || fail "no SYN-ACK was repeated: $figures"
	(($(kernel_counts server RetransSegs) - again >= $(key "$figures" synack_rtx))) ||
		fail "the kernel has repeated less: $figures"
	# Emptying the table of flows ends it.
	for ns in client router server; do
		within "$ns" write /proc/tcpfsm clear
		expect_figures "$ns" aborted=1 half_open=0
	done
}
both listeners/half-open routed half_open

lost_final() {
	local again

	again=$(kernel_counts server RetransSegs)
	lose 1 'tcp flags & (syn|ack|fin|rst) == ack'
	talk "${opening[@]}" "${closing[@]}"
	expect_figures client begun=1 completed=1 synack_rtx=1 final_ack_lost=1
	expect_figures router begun=1 completed=1 synack_rtx=1 final_ack_lost=0
	expect_figures server begun=1 completed=1 synack_rtx=1 final_ack_lost=0
	(($(kernel_counts server RetransSegs) - again == 1)) || fail "the kernel counts other repetitions"
}
both listeners/final-ack-lost routed lost_final

lost_final_lite() {
	lite
	lost_final
}
both listeners/final-ack-lost-lite routed lost_final_lite

loopback() {
	talk_client=host talk_server=host talk "${opening[@]}" "${closing[@]}"
	talk_client=host talk_server=host talk "${opening[@]}" c.abort s.error=ECONNRESET
	expect_figures host begun=2 completed=2 half_open=0
	(($(round_trips_in "$figures") == 2)) || fail "round trips: $figures"
}
both listeners/loopback alone loopback

# All connections of a namespace are in its figures.
whole_namespace() {
	local line sum=0 begun

	within client write /proc/tcpfsm clear
	within client write "$servers" clear
	begun=$(counter begun client)
	"$bin/crowd" client server "$server" "$port" 300 >/dev/null
	begun=$(($(counter begun client) - begun))
	while IFS= read -r line; do
		[[ $line != '#'* ]] || continue
		figures_add_up "$line"
		sum=$((sum + $(key "$line" begun)))
	done < <(within client read "$servers")
	((sum == begun && begun >= 300)) || fail "$sum of $begun: $(within client read "$servers")"
}
both listeners/crowd routed whole_namespace

# ---- The file ---------------------------------------------------------------

readonly figures_form='begun=[0-9]+ completed=[0-9]+ refused=[0-9]+ timed_out=[0-9]+ aborted=[0-9]+ syn_rtx=[0-9]+ synack_rtx=[0-9]+ final_ack_lost=[0-9]+ half_open=[0-9]+( rtt_p50_us=[0-9]+ rtt_p99_us=[0-9]+ rtt_max_us=[0-9]+)? rtt_log2=[0-9]+(,[0-9]+){25}( ifindex=[0-9]+)?'

form() {
	local wrong

	talk "${opening[@]}" "${closing[@]}"
	within client read "$servers" >"$results/whole"
	sed -n 1p "$results/whole" | grep -Eqx "# tcpfsm_listeners 1 netns=$(inode_of client) listeners=[0-9]+ max_listeners=512 missed=[0-9]+ evicted=[0-9]+ no_memory=0" ||
		fail "$(sed -n 1p "$results/whole")"
	wrong=$(sed 1d "$results/whole" | grep -Evx "([0-9.]+|\[[0-9a-f:.]+\]):[0-9]+ $figures_form" || true)
	[[ ! $wrong ]] || fail "$wrong"
	(($(sed 1d "$results/whole" | wc -l) > 0)) || fail "no server: $(cat "$results/whole")"
	[[ $(sed -n '1s/.* listeners=\([0-9]*\) .*/\1/p' "$results/whole") == "$(sed 1d "$results/whole" | wc -l)" ]] ||
		fail "$(cat "$results/whole")"
	# In pieces of any size it is the same.
	within client read "$servers" 7 >"$results/pieces"
	cmp "$results/whole" "$results/pieces" || fail "in pieces it is another"
}
both listeners/form routed form

clear_figures() {
	talk "${opening[@]}" "${closing[@]}"
	expect_figures client begun=1
	! within client write "$servers" nonsense 2>"$results/error" || fail "took nonsense"
	grep -q EINVAL "$results/error" || fail "$(cat "$results/error")"
	expect_figures client begun=1
	within client write "$servers" clear
	[[ ! $(figures_of client) ]] || fail "still there: $(figures_of client)"
	[[ $(within client read "$servers") == *' listeners=0 '*' missed=0 evicted=0 '* ]] ||
		fail "$(within client read "$servers")"
	expect_figures server begun=1
	# Handshakes that are under way stay, and end as any.
	lose 100 'tcp flags & (syn|ack) == syn'
	# shellcheck disable=SC2016 # talk's shell expands it
	bin=$bin results=$results talk c.syn sh='
		"$bin/within" client write /proc/net/tcpfsm_listeners clear
		"$bin/within" client read /proc/net/tcpfsm_listeners >"$results/client"' c.abort
	figures=$(grep ":$port " "$results/client")
	[[ " $figures " == *' begun=1 '*' half_open=1 '* ]] || fail "$figures"
	figures_add_up "$figures"
	within client write /proc/tcpfsm clear
	expect_figures client begun=1 aborted=1 half_open=0
}
both listeners/clear routed clear_figures

# ---- The bound --------------------------------------------------------------

# connect_many NAMESPACE COUNT FIRST [PORT]: to so many addresses of 127/8, each a
# server of its own, all of them one socket; with PORT, to that many ports from it,
# where nobody listens
connect_many() {
	within "$1" run "$python" -c '
import socket, sys
count, first, port, closed = (int(word) for word in sys.argv[1:5])
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("0.0.0.0", port))
listener.listen(4096)
for i in range(first, first + count):
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.setblocking(not closed)
    address = ("127.1.%d.%d" % (i >> 8, i & 255), port) if closed != 1 else ("127.0.0.1", 20000 + i)
    try:
        client.connect(address)
        listener.accept()[0].close()
    except OSError:
        pass
    client.close()
' "$2" "$3" "$port" "${4:-0}"
}

# total NAME: of the first line
total() {
	within host read "$servers" | sed -n "1s/.* $1=\([0-9]*\).*/\1/p"
}

# here NUMBER: is the server of that address there?
here() {
	within host read "$servers" | grep -q "^127\.1\.$(($1 >> 8))\.$(($1 & 255)):$port begun=1 completed=1 "
}

bounded() {
	within host write /proc/tcpfsm clear
	within host write "$servers" clear
	connect_many host 600 0
	# So many have room that have answered; the oldest made it.
	[[ $(total listeners) == 448 && $(total evicted) == 152 && $(total missed) == 0 ]] ||
		fail "$(within host read "$servers" | head -n 1)"
	{ here 599 && here 152; } || fail "the newest are not there"
	! here 151 || fail "the oldest is there"
	# Ports where nobody answers take the places of each other alone.
	connect_many host 500 0 1
	[[ $(total listeners) == 512 && $(total evicted) == $((152 + 500 - 64)) && $(total missed) == 0 ]] ||
		fail "$(within host read "$servers" | head -n 1)"
	{ here 599 && here 152; } || fail "closed ports pushed out who answers"
	# SYNs that nobody answers hold their places, and what does not fit is told.
	within host run nft -f - <<-END
		add table inet silence
		add chain inet silence input { type filter hook input priority 0; }
		add rule inet silence input ip daddr 127.1.16.0/20 drop
	END
	undo within host run nft delete table inet silence
	connect_many host 100 4096 2
	[[ $(total listeners) == 512 ]] || fail "$(within host read "$servers" | head -n 1)"
	# Who answers has room all the same.
	connect_many host 1 700
	here 700 || fail "no room for who answers: $(within host read "$servers" | head -n 1)"
	within host write /proc/tcpfsm clear
	[[ $(total missed) == 36 ]] || fail "missed: $(within host read "$servers" | head -n 1)"
	(($(within host read "$servers" | grep -c '^127\.1\.16\..* aborted=1 ') == 64)) ||
		fail "those that held their places: $(within host read "$servers" | grep -c '^127\.1\.16\.')"
	within host write "$servers" clear
	[[ $(total listeners) == 0 ]] || fail "$(within host read "$servers" | head -n 1)"
}
once listeners/bounded alone bounded

# server_objects NUMBER: of the cache
server_objects() {
	local shrink=/sys/kernel/slab/tcpfsm_listener/shrink

	[[ ! -e $shrink ]] || echo 1 >"$shrink"
	(($(awk '$1 == "tcpfsm_listener" { print $2 }' /proc/slabinfo) == $1))
}

removed_namespace() {
	local ns

	grep -q '^tcpfsm_listener ' /proc/slabinfo || skip "the cache is merged with another: boot with slab_nomerge"
	undo sh -c '[ ! -e /run/netns/doomed ] || ip netns del doomed'
	clear_all
	for ns in /run/netns/*; do
		[[ ! -e $ns ]] || within "${ns##*/}" write "$servers" clear
	done
	within - write "$servers" clear
	wait_until server_objects 0 || fail "objects before: $(grep '^tcpfsm' /proc/slabinfo)"
	ip netns add doomed
	within doomed run ip link set lo up
	talk_client=doomed talk_server=doomed server=127.0.0.1 talk "${opening[@]}" "${closing[@]}"
	wait_until server_objects 1 || fail "one server: $(grep '^tcpfsm' /proc/slabinfo)"
	ip netns del doomed
	wait_until server_objects 0 || fail "objects of a namespace that is gone: $(grep '^tcpfsm' /proc/slabinfo)"
}
once listeners/namespace-gone - removed_namespace

# ---- Who connects -----------------------------------------------------------

# connect_as NAME COMMAND...: a process of that name connects from the client, says its
# number and runs COMMAND, connected; the server is there
connect_as() {
	# shellcheck disable=SC2016 # the inner shell expands it
	within client run bash -c '
		printf "$1" >/proc/self/comm
		echo $$
		exec 3<>"/dev/tcp/$2/$3"
		shift 3
		"$@"' bash "$1" "$server" "$port" "${@:2}"
}

# A server that takes connections until the test ends.
listening() {
	local ready

	exec {listener}< <(exec "$bin/within" server run "$python" -c '
import socket, sys, time
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
listener = socket.create_server((sys.argv[1], int(sys.argv[2])), family=family)
print("listening", flush=True)
time.sleep(1000)' "$server" "$port")
	# An interpreter takes long to begin where everything is emulated.
	read -rt 300 -u "$listener" ready || fail "the server does not listen"
	[[ $ready == listening ]] || fail "$ready"
}

process() {
	local pid line

	listening
	pid=$(connect_as 'a b\\\377=1' true)
	line=$(flows client)
	[[ $(key "$line" pid) == "$pid" ]] || fail "not process $pid: $line"
	[[ " $line " == *' comm=a\040b\134\377=1 '* ]] || fail "not its name: $line"
	line=$(flows server)
	[[ $line == *:$port\ * ]] || fail "no flow at the server"
	! key "$line" pid || fail "the server connects: $line"
}
both listeners/process routed process

# What a process queues and lets go is not its own.
process_queued() {
	local ready line

	undo within client run nft delete table inet held
	exec {queue}< <(exec "$bin/within" client run "$python" "$vm/queue.py")
	read -rt 300 -u "$queue" ready || skip "no NFQUEUE"
	[[ $ready == queueing ]] || fail "$ready"
	within client run nft -f - <<-END || skip "no NFQUEUE"
		add table inet held
		add chain inet held output { type filter hook output priority 0; }
		add rule inet held output tcp dport $port queue num 0
	END
	listening
	connect_as patient true >/dev/null
	line=$(flows client)
	[[ $line == *" uid="* ]] || fail "no owner: $line"
	! key "$line" pid || fail "the process that queues connects: $line"
}
both listeners/process-queued routed process_queued

# In a pid namespace it has another number, or none.
process_namespace() {
	local line

	listening
	connect_as outside sleep 1000 >/dev/null &
	wait_until connected_outside || fail "$(flows client)"
	line=$(connect_as inside unshare --pid --fork --mount-proc "$bin/within" - read /proc/tcpfsm)
	grep -E " comm=outside$" <<<"$line" | grep -qv ' pid=' || fail "a number of another namespace: $line"
	# It has the number of the process that has made the new namespace, and is not in it.
	grep -E " comm=inside$" <<<"$line" | grep -qv ' pid=' || fail "a number of another namespace: $line"
	# shellcheck disable=SC2016 # the inner shell expands it
	line=$(within client run unshare --pid --fork --mount-proc bash -c '
		exec 3<>"/dev/tcp/$1/$2"
		"$3" - read /proc/tcpfsm
		: ' bash "$server" "$port" "$bin/within")
	grep -q ' pid=1 comm=bash$' <<<"$line" || fail "its own number is not told: $line"
}
once listeners/process-namespace routed process_namespace

connected_outside() {
	[[ $(flows client) == *' comm=outside' ]]
}

# A SYN that the clock repeats comes from nobody.
process_of_repeated() {
	local line

	lose 1 'tcp flags & (syn|ack) == syn'
	# shellcheck disable=SC2016 # talk's shell expands it
	bin=$bin talk l.listen c.syn sh='"$bin/within" client write /proc/tcpfsm clear' c.connected s.accept
	line=$(flows client)
	[[ $(key "$line" uid) == 0 ]] || fail "no owner: $line"
	! { key "$line" comm || key "$line" pid; } || fail "somebody connected: $line"
}
both listeners/process-of-repeated routed process_of_repeated

# A SYN-ACK with a cookie is no socket's: what the server sends first of its own tells whose it is.
owner_with_cookie() {
	local line
	# shellcheck disable=SC2016 # talk's shell expands it
	local look='"$bin/within" server read /proc/tcpfsm | grep ":$port " >"$results/owner"'

	within server write /proc/sys/net/ipv4/tcp_syncookies 2
	bin=$bin results=$results port=$port talk "${opening[@]}" c.send=5 s.recv=5 s.send=5 c.recv=5 \
		sh="$look"
	line=$(<"$results/owner")
	[[ $(key "$line" uid) == 0 ]] || fail "no owner: $line"
}
both listeners/owner-with-cookie routed owner_with_cookie

# ---- Since when -------------------------------------------------------------

# times LINE: sets age, idle, since_client, since_server
times() {
	read -r _ _ age _ <<<"$1"
	idle=$(key "$1" idle_ms) || fail "no idle_ms: $1"
	IFS=/ read -r since_client since_server <<<"$(key "$1" since_ms)"
	((idle <= age && since_client <= age && since_server <= age)) || fail "longer than it lives: $1"
}

# The second data segment goes the short way, and is heard all the same.
idle() {
	local age idle since_client since_server before waited
	# shellcheck disable=SC2016 # talk's shell expands it
	local look='"$bin/within" client read /proc/tcpfsm | grep ":$port " >>"$results/idle-lines"'

	: >"$results/idle-lines"
	bin=$bin results=$results port=$port talk "${opening[@]}" c.send=5 s.recv=5 s.send=5 c.recv=5 \
		sh='sleep 1.5' sh="$look" c.send=5 s.recv=5 sh="$look"
	times "$(sed -n 1p "$results/idle-lines")"
	# Ticks of the short way's clock.
	((idle >= 1400 && since_client + 30 >= idle && since_server + 30 >= idle)) ||
		fail "$(cat "$results/idle-lines")"
	before=$age
	times "$(sed -n 2p "$results/idle-lines")"
	waited=$((age - before))
	((idle <= waited + 30)) || fail "what was sent was not heard: $(cat "$results/idle-lines")"
	((since_client >= 1400)) || fail "data moved it: $(cat "$results/idle-lines")"
}
both listeners/idle routed idle

idle_lite() {
	lite
	talk "${opening[@]}" c.send=5 s.recv=5 s.send=5 c.recv=5 \
		sh="'$bin/within' client read /proc/tcpfsm | grep ':$port ' >'$results/line'"
	! key "$(cat "$results/line")" idle_ms || fail "lite mode knows of data: $(cat "$results/line")"
	key "$(cat "$results/line")" since_ms >/dev/null || fail "$(cat "$results/line")"
}
both listeners/idle-lite routed idle_lite
