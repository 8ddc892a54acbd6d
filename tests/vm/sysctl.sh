# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# net.tcpfsm.*: defaults, bounds, and what ports and mark select.

readonly settings=/proc/sys/net/tcpfsm

# name, lowest, highest, default
readonly ranges='
enabled 0 1 1
strict 0 1 1
log_level 0 3 1
linger 0 3600 10
time_wait 1 3600 60
timeout_syn_sent 1 31536000 150
timeout_syn_recv 1 31536000 90
timeout_established 1 31536000 432000
timeout_fin_wait1 1 31536000 300
timeout_fin_wait2 1 31536000 300
timeout_close_wait 1 31536000 432000
timeout_closing 1 31536000 120
timeout_last_ack 1 31536000 120
mark 0 4294967295 0
mark_mask 0 4294967295 0
'

# try NAME VALUE: write it in the first namespace
try() {
	{ echo "$2" >"$settings/$1"; } 2>/dev/null
}

# expect_value NAME VALUE
expect_value() {
	[[ $(<"$settings/$1") == "$2" ]] || fail "$1 is '$(<"$settings/$1")', not '$2'"
}

defaults() {
	local name default found names

	while read -r name _ _ default; do
		[[ ! $name ]] || expect_value "$name" "$default"
	done <<<"$ranges"
	expect_value ports ''
	names=$(awk 'NF { print $1 } END { print "ports" }' <<<"$ranges" | sort)
	found=$(cd "$settings" && printf '%s\n' * | sort)
	[[ $found == "$names" ]] || fail "settings: $found"
}
once sysctl/defaults - defaults

bounds() {
	local name low high default value

	while read -r name low high default; do
		[[ $name ]] || continue
		for value in "$low" "$high"; do
			try "$name" "$value" || fail "$name=$value was refused"
			expect_value "$name" "$value"
		done
		for value in $((low - 1)) $((high + 1)) -1 99999999999999999999 abc 1x x1 0x 1,2; do
			! try "$name" "$value" || fail "$name='$value' was taken, and is now $(<"$settings/$name")"
			expect_value "$name" "$high"
		done
		try "$name" "$default"
		expect_value "$name" "$default"
	done <<<"$ranges"
}
once sysctl/bounds - bounds

ports_syntax() {
	local value

	for value in 80 80,443 80,443,8000-8100 1-65535 65535; do
		try ports "$value" || fail "'$value' was refused"
		expect_value ports "$value"
	done
	# Lists are sorted and joined, as those of the kernel are.
	try ports 443,80,8001-8100,8000
	expect_value ports 80,443,8000-8100
	for value in 65536 80,65536 100-50 80,x x 80-  -80 80--90 1.5; do
		! try ports "$value" || fail "'$value' was taken, and is now '$(<"$settings/ports")'"
		expect_value ports 80,443,8000-8100
	done
	try ports ''
	expect_value ports ''
}
once sysctl/ports-syntax - ports_syntax

# Each namespace has its own, and a new one begins with the defaults.
per_namespace() {
	setting host linger 77
	[[ $(setting_of host linger) == 77 ]] || fail "linger is $(setting_of host linger)"
	expect_value linger 10
	setting host linger 10
}
once sysctl/per-namespace alone per_namespace

# local_talk PORT: one conversation within the namespace host
local_talk() {
	"$bin/talk" host host "$server" "$1" "${opening[@]}" "${closing[@]}" || fail "talk to port $1"
}

ports_filter() {
	local other=$((port + 3000))

	undo setting host ports ''
	setting host ports "1,$other-$((other + 5))"
	local_talk "$port"
	expect_no_flow host
	local_talk "$((other + 3))"
	port=$((other + 3)) expect_flow host TIME_WAIT CLOSE outcome=graceful
	(($(counter seg_ignored host) >= 7)) || fail "$(counter seg_ignored host) segments ignored"
	setting host ports ''
	local_talk "$port"
	expect_flow host TIME_WAIT CLOSE outcome=graceful
}
both sysctl/ports-filter alone ports_filter

# Of the packets' mark, the bits of the mask count. The mark is set in both
# directions, at the hooks before ours.
mark_filter() {
	local marked=$((port + 4000))

	undo setting host mark 0
	undo setting host mark_mask 0
	undo within host run nft delete table inet marks
	within host run nft -f - <<-END || fail nft
		add table inet marks
		add chain inet marks out { type route hook output priority -150; }
		add rule inet marks out tcp dport $marked meta mark set 0x50
		add rule inet marks out tcp sport $marked meta mark set 0x5f
		add rule inet marks out tcp dport $port meta mark set 0x60
	END
	setting host mark_mask 240
	setting host mark 80
	local_talk "$port"
	expect_no_flow host
	local_talk "$marked"
	port=$marked expect_flow host TIME_WAIT CLOSE outcome=graceful
}
both sysctl/mark-filter alone mark_filter

# 0 says nothing; 3 says every transition, in the words of the documentation.
log_levels() {
	local lines

	undo setting host log_level 1
	setting host log_level 3
	local_talk "$port"
	setting host log_level 0
	lines=$(dmesg | grep "tcpfsm: .*:$port ")
	grep -Eq "tcpfsm: [^ ]+ -> [^ ]*:$port client SYN_SENT -> ESTABLISHED \(observed, ack\)$" <<<"$lines" ||
		fail "no line for the transition: $lines"
	[[ $(grep -c ' (observed, [a-z]*)$' <<<"$lines") == 10 ]] || fail "not ten transitions: $lines"
	grep -q ' handshake ' <<<"$lines" || fail "no line for the handshake: $lines"
	local_talk "$((port + 3000))"
	! dmesg | grep "tcpfsm: .*:$((port + 3000)) " || fail "log_level=0 says something"
}
both sysctl/log-levels alone log_levels

# Without strict the states are the same where nothing goes wrong.
not_strict() {
	local ns

	for ns in client router server; do
		undo setting "$ns" strict 1
		setting "$ns" strict 0
	done
	talk "${opening[@]}" c.send=10000 s.recv=10000 s.send=10000 c.recv=10000 "${closing[@]}"
	for ns in client router server; do
		local opened=opened_$ns closed=closed_$ns
		expect_sequence "$ns" "${!opened}" "${!closed}"
	done
}
both sysctl/not-strict routed not_strict

# followed MODE-OF-CLIENT MODE-OF-SERVER: what lite mode leaves out shows as loose; the router is strict
followed() {
	local ns is was
	local -A wanted=([client]=$1 [router]=strict [server]=$2)
	# shellcheck disable=SC2016 # talk's shell expands it
	local look='for ns in client router server; do
		"$bin/within" $ns read /proc/tcpfsm | grep ":$port " | sed "s/^/$ns /"
	done >"$results/followed"'

	for ns in client router server; do
		within "$ns" write /proc/tcpfsm clear
	done
	bin=$bin results=$results port=$port talk "${opening[@]}" c.send=10 s.recv=10 s.send=10 c.recv=10 \
		c.send=10 s.recv=10 sh="$look" "${closing[@]}"
	for ns in client router server; do
		is=$(grep "^$ns " "$results/followed") || fail "no flow in $ns"
		was=strict
		[[ $is != *loose* ]] || was=lite
		[[ $was == "${wanted[$ns]}" ]] || fail "not ${wanted[$ns]}: $is"
	done
}

# Each namespace for itself, though they share what switches it off where nobody uses it.
lite_beside_lite() {
	undo setting client strict 1
	undo setting server strict 1
	followed strict strict
	setting client strict 0
	followed lite strict
	setting server strict 0
	followed lite lite
	# What it is already does not count once more.
	setting client strict 0
	setting client strict 1
	followed strict lite
	setting client strict 1
	followed strict lite
	setting server strict 1
	followed strict strict
}
both sysctl/lite-beside-lite routed lite_beside_lite
