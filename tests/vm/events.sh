# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tracepoints and their formats. Who can use them is in tools.sh.

readonly known_events='tcpfsm_anomaly tcpfsm_close tcpfsm_handshake tcpfsm_icmp tcpfsm_segment tcpfsm_set_state'

events_exist() {
	local found

	found=$(cd "$tracing/events/tcpfsm" && printf '%s\n' */ | tr -d / | sort | tr '\n' ' ')
	[[ ${found% } == "$known_events" ]] || fail "$found"
}
once events/exist - events_exist

# format EVENT KIND: fields as "type name size signed" in their order, or fmt
format() {
	local file=$tracing/events/$1/format

	case $2 in
	fields) sed -n 's/^\tfield:\(.*\);\toffset:[0-9]*;\(\tsize:[0-9]*;\tsigned:[01];\).*/\1\2/p' "$file" |
		grep -v ' common_' ;;
	fmt) sed -n 's/^print fmt: "\([^"]*\)".*/\1/p' "$file" ;;
	# Two strings side by side are one, as in C.
	print) sed -n -e 's/" "//g' -e 's/^print fmt: //p' "$file" ;;
	esac
}

# A script for sock:inet_sock_set_state works after renaming it: the same
# fields, printed in the same way. Its skaddr is a kernel pointer: not ours.
same_fields() {
	local ours theirs state number

	theirs=$(format sock/inet_sock_set_state fields | grep -v skaddr)
	ours=$(format tcpfsm/tcpfsm_set_state fields)
	[[ $theirs == *saddr_v6* ]] || fail "sock:inet_sock_set_state: $theirs"
	[[ $ours == *"$theirs" ]] || fail "fields, theirs: $theirs, ours: $ours"
	theirs=$(format sock/inet_sock_set_state fmt)
	ours=$(format tcpfsm/tcpfsm_set_state fmt)
	[[ $theirs == *newstate* ]] || fail "sock:inet_sock_set_state: $theirs"
	[[ $ours == *" $theirs" ]] || fail "print fmt, theirs: $theirs, ours: $ours"
	# The names of states have the same numbers.
	for state in ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT \
		LAST_ACK LISTEN CLOSING; do
		number=$(format sock/inet_sock_set_state print | grep -o "{ [0-9]*, \"TCP_$state\" }" | head -n 1)
		[[ $number ]] || fail "no TCP_$state in sock:inet_sock_set_state"
		[[ $(format tcpfsm/tcpfsm_set_state print | grep -o "{ [0-9]*, \"TCP_$state\" }" | head -n 1) == "$number" ]] ||
			fail "TCP_$state: $number in the kernel"
	done
}
once events/same-fields - same_fields

# The others carry the same addresses.
address_fields() {
	local event fields name

	for event in $known_events; do
		fields=$(format "tcpfsm/$event" fields)
		[[ $event != *set_state ]] || continue
		for name in '__u64 flow' '__u32 netns' '__u16 sport' '__u16 dport' '__u16 family' '__u16 protocol' \
			'__u8 saddr\[4\]' '__u8 daddr\[4\]' '__u8 saddr_v6\[16\]' '__u8 daddr_v6\[16\]'; do
			grep -Eq "^$name"$'\t' <<<"$fields" || fail "no $name in $event: $fields"
		done
	done
	fields=$(format tcpfsm/tcpfsm_set_state fields)
	for name in '__u64 flow' '__u32 netns' '__u8 endpoint' '__u8 local' '__u8 certainty' '__u8 cause' \
		'__u32 seq' '__u32 ack' '__u8 flags'; do
		grep -Eq "^$name"$'\t' <<<"$fields" || fail "no $name in tcpfsm_set_state: $fields"
	done
}
once events/address-fields - address_fields

# Every conversation so far has left its mark; what is printed holds no pointer
# and no number where a word was meant.
no_pointer() {
	local file

	talk "${opening[@]}" "${closing[@]}"
	talk "${opening[@]}" c.abort s.error=ECONNRESET
	"$bin/talk" client server "$server" "$((port + 1000))" c.syn c.error=ECONNREFUSED
	for event in segment set_state handshake close; do
		[[ $(events "$event") ]] || fail "no tcpfsm_$event"
	done
	! events | grep -E '0x[0-9a-f]{5,}|[^:0-9a-f]ffff[0-9a-f]{8,}|\(ptrval\)|____' || fail "a pointer in the trace"
	! events | grep -E '(endpoint|certainty|cause|outcome|closer|anomaly|oldstate|newstate)=(0x|[0-9])' ||
		fail "a number for a word"
	for file in /proc/tcpfsm /proc/net/stat/tcpfsm; do
		! within client read "$file" | grep -E '0x[0-9a-f]{5,}|ffff[0-9a-f]{8,}|\(ptrval\)|____' ||
			fail "a pointer in $file"
	done
	! dmesg | grep 'tcpfsm: ' | grep -E 'ffff[0-9a-f]{8,}|____|\(ptrval\)' || fail "a pointer in the log"
}
both events/no-pointer routed no_pointer

# What ends is told once in each namespace, with its verdict and measurements.
close_event() {
	local line

	talk "${opening[@]}" c.send=1 s.recv=1 c.abort s.error=ECONNRESET
	wait_until seen_close server || fail "no tcpfsm_close: $(events close)"
	[[ $(events close | grep -c " dport=$port ") == 3 ]] || fail "$(events close)"
	line=$(events close | grep " netns=$(inode_of server) " | grep " dport=$port ")
	for word in outcome=reset_client closer=nobody hist=ShADaR reset_in=TCP_ESTABLISHED; do
		[[ $line == *" $word "* ]] || fail "no $word: $line"
	done
}
both events/close routed close_event

seen_close() {
	events close | grep " netns=$(inode_of "$1") " | grep -q " dport=$port "
}
