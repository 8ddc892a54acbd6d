# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Many connections: what comes out must add up. And the caps: who has to go.

# conserved NAMESPACE: every flow that began is there, or ended with a verdict.
conserved() {
	local all name number ended=0 open lines

	all=$(counters "$1")
	within "$1" read /proc/tcpfsm >"$results/table"
	lines=$(grep -vc '^#' "$results/table" || true)
	open=$(grep -v '^#' "$results/table" | grep -Evc '^(CLOSE|LISTEN)\?? +(CLOSE|LISTEN)\?? ' || true)
	while read -r name number; do
		[[ $name != end_* ]] || ended=$((ended + number))
	done <<<"$all"
	(($(value "$all" begun) + $(value "$all" revived) == ended + open)) ||
		fail "$(value "$all" begun) begun, $(value "$all" revived) revived, $ended ended, $open open"
	[[ $(sed -n '1s/.* flows=\([0-9]*\) .*/\1/p' "$results/table") == "$lines" ]] ||
		fail "$lines lines, but $(sed -n 1p "$results/table")"
}

# add_up NAMESPACE: and none was left out.
add_up() {
	local all name

	conserved "$1"
	all=$(counters "$1")
	for name in drops table_full no_memory evict_half_open evict_ended end_evicted other \
		an_malformed an_bad_checksum; do
		(($(value "$all" "$name") == 0)) || fail "$name is $(value "$all" "$name")"
	done
	(($(value "$all" segments) == $(value "$all" seg_syn) + $(value "$all" seg_synack) +
		$(value "$all" seg_ack) + $(value "$all" seg_data) + $(value "$all" seg_fin) +
		$(value "$all" seg_rst) + $(value "$all" seg_other))) || fail "the classes are not the sum: $all"
}

# no_flow NAMESPACE
no_flow() {
	[[ $(within "$1" read /proc/tcpfsm | sed -n '1s/.* flows=\([0-9]*\) .*/\1/p') == 0 ]]
}

readonly by_server='^CLOSE +TIME_WAIT.* outcome=graceful closer=server '

# closed_by_server NAMESPACE [not]: what the server has closed and waits for; and what it
# need not wait for, as the client has taken the same port again (TIME_WAIT gives
# way to a new SYN). Or what is neither, though it closes gracefully or is open.
closed_by_server() {
	flows "$1" | awk -v by_server="$by_server" -v want="${2:-}" '
		{ pair[NR] = $4 " " $6; line[NR] = $0; times[pair[NR]]++ }
		END {
			for (n = 1; n <= NR; n++) {
				is = line[n] ~ by_server || (times[pair[n]] > 1 &&
				     line[n] ~ /^CLOSE +CLOSE[?]? .* outcome=graceful closer=server /)
				if (is ? want == "" : want && line[n] ~ / outcome=(graceful|open) /)
					print line[n]
			}
		}'
}

# all_closed NAMESPACE NUMBER
all_closed() {
	[[ $(closed_by_server "$1" | wc -l) == "$2" ]]
}

# tell NAMESPACE LINE: all that is known of the client's port of a flow
tell() {
	local port=${2%% -> *}

	port=${port##*:}
	within "$1" read /proc/tcpfsm | grep ":$port " || true
	grep -E "[sd]port=$port " "$instance/trace" | tail -n 40 || true
}

many() {
	local before after said ns odd
	local -A number

	for ns; do
		undo setting "$ns" time_wait 60
		undo setting "$ns" linger 10
		# However long it takes, they stay until they are counted.
		setting "$ns" time_wait 3600
		setting "$ns" linger 3600
		within "$ns" write /proc/tcpfsm clear
	done
	before=$(counters "$1")
	said=$("$bin/crowd" "$1" "${!#}" "$server" "$port" 2500) || fail "crowd: $said"
	[[ $said =~ ^graceful=([0-9]+)\ aborted=([0-9]+)\ refused=([0-9]+)$ ]] || fail "$said"
	number=([graceful]=${BASH_REMATCH[1]} [reset_client]=${BASH_REMATCH[2]} [refused]=${BASH_REMATCH[3]})
	for ns; do
		add_up "$ns"
	done
	after=$(counters "$1")
	(($(value "$after" begun) - $(value "$before" begun) == 2500)) ||
		fail "$(($(value "$after" begun) - $(value "$before" begun))) begun, not 2500"
	for verdict in refused reset_client; do
		(($(value "$after" "end_$verdict") - $(value "$before" "end_$verdict") == number[$verdict])) ||
			fail "$(($(value "$after" "end_$verdict") - $(value "$before" "end_$verdict"))) $verdict, not ${number[$verdict]}"
	done
	# The last ACK of the last ones may still be on its way.
	if ! wait_until all_closed "$1" "${number[graceful]}"; then
		odd=$(closed_by_server "$1" not | head -n 1)
		[[ ! $odd ]] || tell "$1" "$odd"
		fail "$(closed_by_server "$1" | wc -l) closed by the server, $(flows "$1" | grep -c ' outcome=graceful ') graceful, of ${number[graceful]}, among them: $odd"
	fi
	for ns; do
		setting "$ns" time_wait 1
		setting "$ns" linger 0
	done
	for ns; do
		wait_until no_flow "$ns" || fail "flows that stay: $(within "$ns" read /proc/tcpfsm | head -n 5)"
		add_up "$ns"
	done
	after=$(counters "$1")
	(($(value "$after" end_graceful) - $(value "$before" end_graceful) == number[graceful])) ||
		fail "$(($(value "$after" end_graceful) - $(value "$before" end_graceful))) ended gracefully, not ${number[graceful]}"
}

many_loopback() {
	many host
}
once load/loopback alone many_loopback

many_veth() {
	choose_family ipv6
	many client server
}
once "load/veth ipv6" direct many_veth

# As many objects as flows in all namespaces.
slab_objects() {
	need_own_cache
	hold 200
	clear_all
	wait_until objects_match 0 || fail "$(objects) objects, and no flow"
	local_talk "$((port + 4000))"
	wait_until objects_match 1 || fail "$(objects) objects, and one flow"
}
once load/slab-objects alone slab_objects

# SYNs that nobody answers: beyond the cap each evicts the oldest of its kind,
# and never a flow that stands.
half_open_cap() {
	local first last

	reload max_half_open=64
	hold 10
	# A filter drops them before they are delivered: no answer, no RST.
	undo within host run nft delete table inet hole
	within host run nft "add table inet hole;
		add chain inet hole in { type filter hook input priority 0; };
		add rule inet hole in tcp dport $((port + 3000)) drop" || fail nft
	exec {flood}< <(exec "$bin/crowd" host host "$server" "$((port + 3000))" flood 300)
	read -rt "$PATIENCE" -u "$flood" || fail "no flood"
	[[ $(flows host | grep -c '^ESTABLISHED  ESTABLISHED ') == 10 ]] || fail "an established flow had to go"
	first=$(port=$((port + 3000)) flows host | sed 's/.* id=\([0-9]*\) .*/\1/' | sort -n | head -n 1)
	last=$(port=$((port + 3000)) flows host | sed 's/.* id=\([0-9]*\) .*/\1/' | sort -n | tail -n 1)
	within host read /proc/tcpfsm >"$results/table"
	[[ $(sed -n '1s/.* half_open=\([0-9]*\) .*/\1/p' "$results/table") == 64 ]] || fail "$(head -n 1 "$results/table")"
	[[ $(grep -c '^SYN_SENT ' "$results/table") == 64 ]] || fail "$(grep -c '^SYN_SENT ' "$results/table") half-open flows"
	# The oldest first: what is left are the last 64 in one piece.
	first=$(grep '^SYN_SENT ' "$results/table" | sed 's/.* id=\([0-9]*\) .*/\1/' | sort -n | head -n 1)
	((last - first == 63)) || fail "left are flows $first to $last"
	(($(counter evict_half_open host) == 236)) || fail "$(counter evict_half_open host) evictions counted, not 236"
	(($(counter end_evicted host) == 236)) || fail "$(counter end_evicted host) ended as evicted, not 236"
	(($(counter an_flood_eviction host) == 236)) || fail "$(counter an_flood_eviction host) flood_eviction, not 236"
	[[ $(sed -n '1s/.* evicted=\([0-9]*\)$/\1/p' "$results/table") == 236 ]] || fail "$(head -n 1 "$results/table")"
}
both load/half-open-cap alone half_open_cap

# The table is full of flows that stand: a new one is not begun, and counted;
# the connection itself is none the worse.
full_table() {
	reload max_flows=16 max_half_open=16
	hold 16
	"$bin/talk" host host "$server" "$((port + 3000))" "${opening[@]}" "${closing[@]}" || fail talk
	[[ $(flows host | grep -c '^ESTABLISHED  ESTABLISHED ') == 16 ]] || fail "an established flow had to go"
	port=$((port + 3000)) expect_no_flow host
	(($(counter table_full host) > 0)) || fail "not counted as table_full"
	(($(counter drops host) == $(counter table_full host) + $(counter no_memory host) + $(counter chain_full host))) || fail "drops is not the sum"
}
once load/full-table alone full_table

# More lives of one port pair than a bucket holds flows: the oldest that has ended makes room.
many_lives() {
	local before lives=150

	undo setting host linger 10
	setting host linger 600
	before=$(counter begun host)
	for ((n = 0; n < lives; n++)); do
		"$bin/talk" host host "$server" "$port" a.bind=$((port + 3000)) a.syn a.error=ECONNREFUSED ||
			fail "connect $n"
	done
	(($(counter begun host) - before == lives)) || fail "$(($(counter begun host) - before)) begun, not $lives"
	(($(counter chain_full host) == 0)) || fail "$(counter chain_full host) found their bucket full"
	(($(counter evict_ended host) > 0)) || fail "none had to go: not enough lives"
}
once load/many-lives alone many_lives

# All namespaces together have a cap as well: the second one gets what is left.
full_in_all() {
	reload max_flows=16 max_half_open=16 max_flows_all=24
	hold 16
	ip netns add stranger || fail netns
	undo ip netns del stranger
	within stranger run ip link set lo up
	exec {others}< <(exec "$bin/crowd" stranger stranger 127.0.0.1 "$((port + 3000))" hold 16)
	read -rt "$PATIENCE" -u "$others" || fail "no connections there"
	[[ $(flows host | grep -c '^ESTABLISHED  ESTABLISHED ') == 16 ]] || fail "an established flow had to go"
	[[ $(port=$((port + 3000)) flows stranger | wc -l) == 8 ]] ||
		fail "$(port=$((port + 3000)) flows stranger | wc -l) flows there, not 8"
	(($(counter table_full stranger) > 0)) || fail "not counted as table_full"
}
once load/full-in-all alone full_in_all

# begin_guest: many connections in a network namespace of a user namespace of somebody
# else; sets guest, its process
begin_guest() {
	local said

	# shellcheck disable=SC2016 # the inner shell expands it
	exec {said}< <(exec setpriv --reuid 65534 --regid 65534 --clear-groups \
		unshare --user --map-root-user unshare --net bash -c '
		ip link set lo up && exec "$1/crowd" - - 127.0.0.1 "$2" hold 16' - "$bin" "$port")
	guest=$!
	read -rt "$PATIENCE" -u "$said" || fail "no connections of a guest"
}

# flows_of PROCESS: how many its network namespace has
flows_of() {
	nsenter --net="/proc/$1/ns/net" cat /proc/net/tcpfsm | grep -vc '^#'
}

# Whoever makes user namespaces has half of all flows at most, in however many of them.
guests_half() {
	local guest first

	reload max_flows=16 max_half_open=16 max_flows_all=32
	begin_guest
	first=$guest
	begin_guest
	[[ $(flows_of "$first") == 16 && $(flows_of "$guest") == 0 ]] ||
		fail "$(flows_of "$first") and $(flows_of "$guest") flows of guests, not 16 and 0"
	# What is left is the machine's own.
	hold 16
	[[ $(flows host | grep -c '^ESTABLISHED  ESTABLISHED ') == 16 ]] ||
		fail "$(flows host | wc -l) flows of the machine's own namespace, not 16"
	kill "$first" "$guest"
}
once load/guests-half alone guests_half
