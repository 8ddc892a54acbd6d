# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Who may read and write.

modes() {
	local file

	for file in /proc/tcpfsm /proc/net/tcpfsm /proc/net/tcpfsm_listeners; do
		[[ $(stat -L -c '%a %u %g' "$file") == '440 0 0' ]] || fail "$file: $(stat -L -c '%a %u %g' "$file")"
	done
	[[ $(stat -L -c %a /proc/net/stat/tcpfsm) == 444 ]] || fail "/proc/net/stat/tcpfsm: $(stat -L -c %a /proc/net/stat/tcpfsm)"
	[[ $(stat -c %a /proc/sys/net/tcpfsm/enabled) == 644 ]] || fail "settings: $(stat -c %a /proc/sys/net/tcpfsm/enabled)"
	for file in max_flows hashsize max_half_open; do
		[[ $(stat -c %a "/sys/module/tcpfsm/parameters/$file") == 444 ]] || fail "$file can be written"
	done
}
once permissions/modes - modes

# Root without CAP_NET_ADMIN: the mode lets it in, the open does not.
no_capability() {
	local file status=0

	for file in /proc/tcpfsm /proc/net/tcpfsm /proc/net/tcpfsm_listeners; do
		status=0
		setpriv --bounding-set -net_admin --inh-caps -net_admin "$bin/within" - read "$file" \
			>"$results/out" 2>"$results/error" || status=$?
		((status)) || fail "$file was read"
		grep -qx 'open: EPERM' "$results/error" || fail "$(cat "$results/error")"
		[[ ! -s $results/out ]] || fail "$(cat "$results/out")"
	done
}
once permissions/no-capability - no_capability

plain_user() {
	! setpriv --reuid 65534 --regid 65534 --clear-groups "$bin/within" - read /proc/tcpfsm 2>"$results/error" ||
		fail "anyone reads /proc/tcpfsm"
	grep -qx 'open: EACCES' "$results/error" || fail "$(cat "$results/error")"
}
once permissions/plain-user - plain_user

# The root of a user namespace (which was there before the network namespace, or
# else it has no root yet when the file is made) reads the table of its own network namespace,
# and nobody else's.
user_namespace() {
	local init r=$results/user/r

	init=$(inode_of -)
	# The user must get there.
	chmod 711 "$results"
	mkdir -m 777 "$results/user"
	# shellcheck disable=SC2016 # the inner shell expands it
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		unshare --user --map-root-user unshare --net bash -c '
		within=$1/within
		ip link set lo up || exit
		"$1/talk" - - 127.0.0.1 7777 l.listen c.connect s.accept c.shut s.eof s.close c.eof || exit
		"$within" - read /proc/net/tcpfsm >"$2.own" || exit
		stat -L -c %i /proc/self/ns/net >"$2.inode"
		"$within" - read /proc/tcpfsm >"$2.table" 2>"$2.error"
		"$within" - read /proc/1/net/tcpfsm >"$2.other" 2>>"$2.error"
		"$within" - read /proc/net/tcpfsm_listeners >"$2.listeners" || exit
		"$within" - read /proc/1/net/tcpfsm_listeners >>"$2.other" 2>>"$2.error"
		"$within" - write /proc/net/tcpfsm clear && "$within" - read /proc/net/tcpfsm >"$2.cleared"
		exit 0
	' bash "$bin" "$r" >"$results/out" 2>&1 || skip "cannot make a user namespace: $(tail -n 1 "$results/out")"
	grep -q '^TIME_WAIT .*127.0.0.1:7777 ' "$r.own" || fail "its own flow is not there: $(cat "$r.own")"
	grep -q "netns=$(<"$r.inode") " "$r.own" || fail "not its own: $(head -n 1 "$r.own")"
	grep -q '^127.0.0.1:7777 begun=1 completed=1 ' "$r.listeners" || fail "nor its own server: $(cat "$r.listeners")"
	[[ $(wc -l <"$r.cleared") == 2 ]] || fail "cannot clear its own: $(cat "$r.cleared")"
	! grep -q "netns=$init " "$r.table" "$r.other" || fail "reads the first namespace's table"
	[[ ! -s $r.other ]] || fail "reads another's table: $(cat "$r.other")"
}
once permissions/user-namespace - user_namespace
