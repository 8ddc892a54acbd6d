# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Storms: much of what is bad, for long, and what must hold during and after it.
# Sourced by tests/vm/run, after sysctl.sh, namespaces.sh, load.sh and lifecycle.sh. How much comes
# from the environment, see run.

storm=$(realpath -m "$vm/../../build/storm")
many=$(realpath -m "$vm/../../build/sockets/many")

# Printed with the result of a storm.
count() { echo "COUNT: $*"; }

# What runs beside a storm, and is asked afterwards what it has done.
company=()

# along NAME COMMAND...: the name is one word
along() {
	local name=$1

	shift
	"$@" >"$results/along-$name" 2>&1 &
	company+=("$name $!")
}

# They end by themselves when told to.
dismiss() {
	local one name pid

	for one in "${company[@]}"; do
		read -r name pid <<<"$one"
		kill "$pid" 2>/dev/null || fail "$name did not last: $(cat "$results/along-$name")"
		wait "$pid" || fail "$name: $(cat "$results/along-$name")"
		count "$name: $(cat "$results/along-$name")"
	done
	company=()
}

# back_to_defaults NAMESPACE...
back_to_defaults() {
	local ns name default

	for ns; do
		while read -r name _ _ default; do
			[[ ! $name ]] || setting "$ns" "$name" "$default"
		done <<<"$ranges"
		setting "$ns" ports ''
	done
}

# Connections that come and go, for ever; beside the module's coming and going a
# connection may meet any moment of it, and none may fail.
traffic() {
	"$bin/crowd" client server "$server" "$port" 300 && "$bin/crowd" client client "$client" "$port" 300
}

endless_traffic() {
	trap 'ended=1' TERM
	local rounds=0

	ended=''
	while [[ ! $ended ]]; do
		traffic >/dev/null || return
		rounds=$((rounds + 1))
	done
	echo "connections=$((rounds * 600))"
}

# ---- Reload -----------------------------------------------------------------

storm_reload() {
	local before now

	keep_hooks
	: >"$results/reload"
	unload
	mkdir "$instance"
	along traffic endless_traffic
	along readers "$storm/reread" client /proc/tcpfsm /proc/net/tcpfsm /proc/net/stat/tcpfsm \
		/proc/sys/net/tcpfsm/ports "$instance/trace"
	along other-readers "$storm/reread" - /proc/tcpfsm "$instance/trace_pipe" \
		/proc/net/stat/tcpfsm_verdicts /sys/module/tcpfsm/parameters/max_flows
	along settings "$storm/meddle" "${SEED:-1}" 10 client server -
	# Loaded and unloaded often enough to be at rest.
	"$bin/churn" "$ko" 20 "$instance" || fail "$(dmesg | tail -n 5)"
	before=$(slab_kb)
	"$bin/churn" "$ko" "${ROUNDS:?}" "$instance" || fail "$(dmesg | tail -n 5)"
	now=$(slab_kb)
	dismiss
	[[ ! $(left) ]] || fail "left: $(left)"
	rmdir "$instance"
	count "$ROUNDS rounds; slab: $before kB before, $now kB after"
	port=$((port + 4000)) talk "${opening[@]}" c.send=1000 s.recv=1000 "${closing[@]}"
}
once storm/reload direct storm_reload

# slab_kb: what the kernel keeps in slabs and cannot give back
slab_kb() {
	awk '$1 == "SUnreclaim:" { print $2 }' /proc/meminfo
}

# ---- Namespaces -------------------------------------------------------------

# namespaces: as many as the kernel has, also those that are about to go. What the last of
# them took is given back when another one goes (net_complete_free()): one more comes and goes.
namespaces() {
	unshare --net true
	# It goes after it is gone.
	pause 1
	echo 1 >/sys/kernel/slab/net_namespace/shrink
	awk '$1 == "net_namespace" { print $2 }' /proc/slabinfo
}

namespaces_match() {
	(($(namespaces) <= $1))
}

storm_namespaces() {
	local before

	need_own_cache
	clear_all
	before=$(namespaces)
	along settings "$storm/meddle" "${SEED:-1}" 50 -
	"$storm/nomad" "$((NAMESPACES / 2))" >"$results/other" 2>&1 &
	"$storm/nomad" "$((NAMESPACES - NAMESPACES / 2))" always >"$results/nomad" 2>&1 ||
		fail "$(cat "$results/nomad")"
	wait "$!" || fail "$(cat "$results/other")"
	dismiss
	back_to_defaults -
	clear_all
	count "$(cat "$results/nomad"), and $(cat "$results/other") with settings changed"
	PATIENCE=120
	wait_until objects_match 0 || fail "$(objects) objects of namespaces that are gone"
	wait_until namespaces_match "$before" || fail "$(namespaces) namespaces, not $before"
	dmesg | grep -q 'ref_tracker: .*users at' && fail "references are left"
	return 0
}
once storm/namespaces - storm_namespaces

# ---- SYNs at the cap --------------------------------------------------------

readonly standing_flows=100 half_open_flows=1024

# flood NUMBER
flood() {
	"$storm/flood" client eth0 02:00:00:00:00:02 "$server" "$((port + 3000))" "$1" || fail flood
}

# standing: the flows that stood before the flood, without what time changes
standing() {
	flows server | grep '^ESTABLISHED  ESTABLISHED ' |
		sed -E 's/^(.{26}).{10} /\1/; s/ (since|idle)_ms=[^ ]+//g' | sort
}

storm_flood() {
	local before after all first second ready

	need_own_cache
	reload max_flows=4096 max_half_open="$half_open_flows"
	trace_stop
	exec {held}< <(exec "$bin/crowd" client server "$server" "$port" hold "$standing_flows")
	read -rt "$PATIENCE" -u "$held" ready || fail "the connections do not stand: $ready"
	before=$(standing)
	(($(wc -l <<<"$before") == standing_flows)) || fail "$(wc -l <<<"$before") stand"
	# Its answers would find nobody.
	undo within server write /proc/sys/net/ipv4/tcp_syncookies 1
	within server write /proc/sys/net/ipv4/tcp_syncookies 0
	echo 100000 >/proc/sys/net/core/netdev_max_backlog
	along settings "$storm/meddle" "${SEED:-1}" 20 client -
	along readers "$storm/reread" server /proc/tcpfsm /proc/net/stat/tcpfsm
	flood "${SYNS:?}"
	first=$(objects)
	all=$(counters server)
	flood "$((SYNS / 2))"
	second=$(objects)
	dismiss
	back_to_defaults client -
	after=$(standing)
	[[ $before == "$after" ]] || fail "not those that stood: $(diff <(echo "$before") <(echo "$after") | head)"
	(($(value "$all" seg_syn) >= SYNS)) || fail "$(value "$all" seg_syn) SYNs seen, of $SYNS"
	[[ $(head -n 1 <(within server read /proc/tcpfsm)) == *" half_open=$half_open_flows "* ]] ||
		fail "$(within server read /proc/tcpfsm | head -n 1)"
	(($(value "$all" drops) == 0)) || fail "$(value "$all" drops) drops"
	conserved server
	# Those of the client's namespace, and those that wait for the end of a grace period, too.
	clear_all
	wait_until objects_match 0 || fail "$(objects) objects, and no flow"
	count "$SYNS SYNs, $(value "$all" evict_half_open) evicted; objects: $first, after half as many again $second, cleared 0"
}
once storm/flood direct storm_flood

# ---- Mixed connections ------------------------------------------------------

# The hooks' own count of TCP packets, by nft, in a namespace.
begin_truth() {
	within "$1" run nft -f - <<-'END' || fail nft
		add table inet truth
		add chain inet truth in { type filter hook input priority 1000; }
		add chain inet truth forward { type filter hook forward priority 1000; }
		add chain inet truth out { type filter hook output priority 1000; }
		add rule inet truth in meta l4proto tcp counter
		add rule inet truth forward meta l4proto tcp counter
		add rule inet truth out meta l4proto tcp counter
	END
}

truth() {
	within "$1" run nft list table inet truth |
		awk '$4 == "counter" { n += $6 } END { print n + 0 }'
}

truth_holds() {
	[[ $(truth "$1") == "$(counter segments "$1")" ]]
}

# balanced COUNTERS: whoever has come into a state has left it, when no flow is left and
# none began in the middle of one.
balanced() {
	local state

	for state in SYN_SENT SYN_RECV ESTABLISHED FIN_WAIT1 FIN_WAIT2 CLOSING TIME_WAIT CLOSE_WAIT LAST_ACK; do
		awk -v state="$state" '
			$1 ~ "_to_" state "$" { n += $2 }
			$1 ~ "^" state "_to_" { n -= $2 }
			END { exit n != 0 }' <<<"$1" || fail "$state: entered and left not as often: $(grep "$state" <<<"$1")"
	done
}

# all_gone NAMESPACE...: no flow is left, and all that was counted adds up.
all_gone() {
	local ns state

	# Of a connection whose RST was lost one end stays where it was.
	for ns; do
		setting "$ns" time_wait 1
		setting "$ns" linger 0
		for state in established close_wait fin_wait1 fin_wait2 closing last_ack; do
			setting "$ns" "timeout_$state" 1
		done
	done
	for ns; do
		PATIENCE=200 wait_until no_flow "$ns" ||
			fail "flows that stay: $(within "$ns" read /proc/tcpfsm | head -n 5)"
		conserved "$ns"
	done
}

# mix SECONDS
mix() {
	local end=$((SECONDS + $1)) said
	local -a plays=(client_closes server_closes half_client half_server both_close both_shut
		abort_client abort_server unread_client unread_server late_client syn_sent
		killed_client killed_server refused bulk_client both_open)

	while ((SECONDS < end)); do
		said=$("$many" -w -n 500 -j 64 -p 200 -m "$instance/trace_marker" client server \
			"$client" "$server" "${plays[@]}" 2>&1) || fail "many: $said"
		[[ $said =~ ^begun=([0-9]+) ]] || fail "$said"
		begun=$((begun + BASH_REMATCH[1]))
	done
}

storm_mixed() {
	local ns all begun=0

	undo dismantle
	for ns in client server; do
		within "$ns" write /proc/sys/net/ipv4/tcp_tw_reuse 1
		within "$ns" run tc qdisc add dev eth0 root netem limit 100000 delay 2ms 1ms \
			loss 5% duplicate 5% reorder 25% || fail netem
	done
	for ns in client router server; do
		begin_truth "$ns"
		[[ $(counter segments "$ns") == 0 ]] || fail "segments in $ns, before any were sent"
	done
	mix "${SECONDS_MIXED:?}"
	for ns in client router server; do
		all=$(counters "$ns")
		wait_until truth_holds "$ns" ||
			fail "$(truth "$ns") packets in $ns, $(counter segments "$ns") segments"
		count "$ns: $begun connections, $(value "$all" segments) segments, $(value "$all" begun) flows begun, $(value "$all" revived) revived"
		for name in drops table_full no_memory end_evicted an_malformed an_bad_checksum other; do
			(($(value "$all" "$name") == 0)) || fail "$name in $ns is $(value "$all" "$name")"
		done
	done
	all_gone client router server
	for ns in client router server; do
		balanced "$(counters "$ns")"
	done
	# Now with all that may be set changing under them.
	back_to_defaults client router server
	along settings "$storm/meddle" "${SEED:-1}" 20 client router server
	# Long enough for what runs along to have begun.
	mix "$((SECONDS_MIXED / 4 + 1))"
	dismiss
	back_to_defaults client router server
	all_gone client router server
}
once storm/mixed routed storm_mixed

# ---- Allocations that fail --------------------------------------------------

readonly faults=/sys/kernel/debug

# fault NAME VALUE: of both kinds, slabs and pages
fault() {
	local kind

	for kind in failslab fail_page_alloc; do
		echo "$2" >"$faults/$kind/$1" || fail "cannot set $1 of $kind"
	done
}

# Which allocations may fail: all, of any size, but none yet. What is made to fail is
# not told.
prepare_faults() {
	[[ -d $faults/failslab ]] || skip "this kernel lets no allocation fail; debug does"
	undo sh -c "echo 0 >$faults/failslab/probability; echo N >$faults/failslab/cache-filter"
	fault probability 0
	fault interval 1
	fault times -1
	fault space 0
	fault verbose 0
	fault task-filter N
	fault ignore-gfp-wait N
	echo N >"$faults/fail_page_alloc/ignore-gfp-highmem"
	echo 0 >"$faults/fail_page_alloc/min-order"
	echo N >"$faults/failslab/cache-filter"
	[[ -e $faults/failslab/require-start ]] || return 0
	fault require-start 0
	fault require-end 0xffffffffffffffff
}

# within_function NAME: those on behalf of this function of the kernel.
within_function() {
	local start end

	# Into sort by a pipe: it would read in pieces of many MB, which take the debugging kernel hours.
	read -r start end < <(grep . /proc/kallsyms | sort | awk -v name="$1" '
		start && $1 != start { print start, $1; exit }
		$3 == name && $2 ~ /[tT]/ { start = $1 }')
	[[ $end ]] || fail "no function $1"
	fault require-start "0x$start"
	fault require-end "0x$end"
}

# within_module: those on behalf of the module, wherever they are made.
within_module() {
	local start end

	read -r start end < <(awk '$4 == "[tcpfsm]" && $2 ~ /[tT]/ { print $1 }' /proc/kallsyms | sort |
		sed -n '1p; $p' | paste -sd ' ')
	fault require-start "0x$start"
	fault require-end "0x$end"
}

# The kernel tells, with a stack, that a cache or memory of its own kinds cannot be
# had, of a cache also as EINVAL (do_kmem_cache_create()). That is not a report; all else is.
kernel_is_content() {
	dmesg -c | awk '
		/ failed with error -12$|kmem_cache_create.* failed with error -22$|percpu: allocation failed|vmalloc error: / { skip = 1 }
		!skip
		/<\/TASK>/ { skip = 0 }' >"$results/dmesg"
	"$vm/../../scripts/splats" "$results/dmesg" || fail "the kernel complains"
}

# each_fails WHAT CHECK ACTION...: the action of nth is done while its first
# allocation fails, then its second, and so on until it has no more. CHECK is told
# what came of it.
each_fails() {
	local what=$1 check=$2 n said failed=0 survived=0

	shift 2
	for ((n = 1; n < 5000; n++)); do
		said=$("$storm/nth" "$n" "$@" 2>&1) || fail "$what, $n: $said"
		case $said in
		'done missed') break ;;
		done) survived=$((survived + 1)) ;;
		ENOMEM) failed=$((failed + 1)) ;;
		*) fail "$what, allocation $n: $said" ;;
		esac
		"$check" "$said" || fail "$what, allocation $n: half done"
		kernel_is_content
	done
	((failed > 0)) || fail "$what: nothing has failed"
	count "$what: of $((n - 1)) allocations, each failed in turn, it failed with $failed, and did without $survived"
}

nothing_is_left() {
	[[ ! $(left) ]]
}

no_matter() {
	return 0
}

# Either the new set, or the old one.
ports_are_whole() {
	local want=80

	[[ $1 != 'done' ]] || want=443,8000-8100
	[[ $(</proc/sys/net/tcpfsm/ports) == "$want" ]] || return
	setting - ports 80
}

# Either on, with hooks, or off, without.
switch_is_whole() {
	local want=0

	[[ $1 != 'done' ]] || want=1
	[[ $(</proc/sys/net/tcpfsm/enabled) == "$want" ]] || return
	if ((want)); then
		[[ $(hooks -) != 0 ]] || return
	else
		[[ $(hooks -) == 0 ]] || return
	fi
	setting - enabled 0
}

storm_allocations() {
	local before

	prepare_faults
	[[ -e $faults/failslab/require-start ]] || skip "this kernel cannot tell whose allocations; debug can"
	: >"$results/reload"
	# The console shows only what ends the machine; see kernel_is_content.
	undo sh -c 'dmesg -c >/dev/null; echo 8 >/proc/sys/kernel/printk'
	echo 1 >/proc/sys/kernel/printk
	dmesg -c >/dev/null

	trace_stop
	rmmod tcpfsm
	within_function do_init_module
	each_fails "loading" nothing_is_left load "$ko"
	fault require-start 0
	insmod "$ko" || fail "it cannot be loaded any more"
	within_module
	before=$(namespaces)
	each_fails "a new namespace" no_matter namespace
	wait_until namespaces_match "$before" || fail "$(namespaces) namespaces, not $before"
	setting - ports 80
	each_fails "a list of ports" ports_are_whole write /proc/sys/net/tcpfsm/ports 443,8000-8100
	setting - ports ''
	setting - enabled 0
	each_fails "switching it on" switch_is_whole write /proc/sys/net/tcpfsm/enabled 1
	setting - enabled 1
	each_fails "reading the table" no_matter read /proc/tcpfsm
	rmmod tcpfsm
	nothing_is_left || fail "left: $(left)"
}
once storm/allocations direct storm_allocations

# fail_flows PERCENT: allocations of flows, whoever needs them
fail_flows() {
	echo 1 >/sys/kernel/slab/tcpfsm_entry/failslab
	echo Y >"$faults/failslab/cache-filter"
	echo "$1" >"$faults/failslab/probability"
}

storm_no_flow() {
	local ns all

	prepare_faults
	clear_all
	fail_flows 100
	talk "${opening[@]}" c.send=1000 s.recv=1000 s.send=10 c.recv=10 "${closing[@]}"
	for ns in client server; do
		[[ $(within "$ns" read /proc/tcpfsm | sed -n '1s/.* flows=\([0-9]*\) .*/\1/p') == 0 ]] ||
			fail "flows in $ns without memory"
		all=$(counters "$ns")
		(($(value "$all" no_memory) > 0)) || fail "$ns has not counted it"
		(($(value "$all" drops) == $(value "$all" no_memory))) || fail "drops in $ns: $all"
		(($(value "$all" begun) == 0)) || fail "$(value "$all" begun) flows begun in $ns"
	done
	count "none: $(value "$all" no_memory) counted"
	fail_flows 50
	traffic >/dev/null || fail "connections fail"
	for ns in client server; do
		conserved "$ns"
	done
	all=$(counters client)
	count "every other: $(value "$all" begun) flows begun, $(value "$all" no_memory) counted"
	echo 0 >"$faults/failslab/probability"
	clear_all
	port=$((port + 3000))
	talk "${opening[@]}" "${closing[@]}"
	expect_flow client TIME_WAIT CLOSE? outcome=graceful
	expect_flow server TIME_WAIT CLOSE outcome=graceful
	for ns in client server; do
		conserved "$ns"
	done
}
once storm/no-memory-for-flows direct storm_no_flow
