# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Network namespaces know nothing of each other.

# Each end of the link sees the connection as its own flow, and nobody else
# sees it at all.
isolation() {
	local ns file

	ip -batch - <<-'END'
		netns add stranger
	END
	undo ip netns del stranger
	within stranger run ip link set lo up
	talk "${opening[@]}" "${closing[@]}"
	"$bin/talk" stranger stranger 127.0.0.1 "$((port + 3000))" "${opening[@]}" "${closing[@]}"
	expect_flow client TIME_WAIT CLOSE? view=local:remote
	expect_flow server TIME_WAIT CLOSE view=remote:local
	for file in /proc/tcpfsm /proc/net/tcpfsm; do
		for ns in - stranger; do
			! within "$ns" read "$file" | grep ":$port " || fail "seen in $ns"
		done
		for ns in - client router server; do
			! within "$ns" read "$file" | grep ":$((port + 3000)) " || fail "the stranger's flow in $ns"
		done
		[[ $(within stranger read "$file" | grep -c ":$((port + 3000)) ") == 1 ]] || fail "not in its own $file"
	done
	# The counters are its own, too.
	[[ $(counter begun stranger) == 1 ]] || fail "$(counter begun stranger) flows begun in a new namespace"
}
both namespaces/isolation routed isolation

# All topologies are newer than the module; this is one that is older.
older() {
	local id

	: >"$results/reload"
	unload
	load
	talk_client=host talk_server=host talk "${opening[@]}" "${closing[@]}"
	expect_sequence host "$opened_host" "$closed_host"
}
both namespaces/older-than-module alone older

# hooks NAMESPACE: how many of ours are registered, where the kernel tells
hooks() {
	within "$1" run nft list hooks 2>/dev/null | grep -c tcpfsm || true
}

disabled() {
	local before

	before=$(hooks host)
	undo setting host enabled 1
	setting host enabled 0
	local segments
	segments=$(counter segments host)
	local_talk "$port"
	expect_no_flow host
	[[ $(counter segments host) == "$segments" ]] || fail "segments were counted"
	((before == 0)) || [[ $(hooks host) == 0 ]] || fail "hooks are still there: $(hooks host)"
	setting host enabled 1
	[[ $(hooks host) == "$before" ]] || fail "$(hooks host) hooks, $before before"
	local_talk "$port"
	expect_flow host TIME_WAIT CLOSE outcome=graceful
}
both namespaces/disabled alone disabled

# So with settings that leave nothing to trace.
nothing_to_trace() {
	[[ $(hooks host) != 0 ]] || skip "this kernel does not list hooks"
	undo setting host mark_mask 0
	undo setting host mark 0
	setting host mark_mask 1
	setting host mark 3
	[[ $(hooks host) == 0 ]] || fail "hooks for a mark that cannot be"
	setting host mark 1
	[[ $(hooks host) != 0 ]] || fail "no hooks"
}
once namespaces/nothing-to-trace alone nothing_to_trace

# A namespace goes away with its connections alive. What it kept is freed.
removed_alive() {
	need_own_cache
	undo sh -c '[ ! -e /run/netns/doomed ] || ip netns del doomed'
	ip netns add doomed
	within doomed run ip link set lo up
	clear_all
	"$bin/talk" doomed doomed 127.0.0.1 "$port" "${opening[@]}" c.send=5 sh="
		$bin/within doomed read /proc/tcpfsm | grep -q '^ESTABLISHED  ESTABLISHED .*:$port '
		ip netns del doomed" s.recv=5 || fail talk
	# Its end is a matter of the kernel's own worker.
	wait_until objects_match 0 || fail "$(objects) objects of a namespace that is gone"
}
once namespaces/removed-alive - removed_alive
