# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What is done to real sockets. Sourced by inside; run takes the names from here.
# A workload sets, in three fresh namespaces:
#
#	plays		what the connections do, in turn (plays.h)
#	parallel	how many at a time
#	lossy		1: segments are lost, so that an observer may have to guess
#	address		ipv4 or ipv6; from and to: other words for the same
#	arguments	more options of many

readonly closes=(client_closes server_closes half_client half_server both_close)
readonly aborts=(abort_client abort_server unread_client unread_server late_client
	syn_sent killed_client killed_server refused)

# 5 % loss, 5 % duplication, 25 % reordering with jitter, on both links.
trouble() {
	lossy=1 parallel=256
	netem delay 2ms 1ms loss 5% duplicate 5% reorder 25%
}

workload_plain() {
	plays=("${closes[@]}" bulk_client)
}

workload_loss() {
	trouble
	plays=("${closes[@]}" bulk_client)
}

workload_delay() {
	netem delay 2ms
	plays=("${closes[@]}" both_shut bulk_client bulk_both)
}

workload_aborts() {
	plays=("${aborts[@]}")
}

workload_aborts_delay() {
	netem delay 2ms
	parallel=128
	plays=("${aborts[@]}")
}

workload_aborts_loss() {
	trouble
	plays=("${aborts[@]}")
}

workload_cookies() {
	both_hosts ipv4/tcp_syncookies 2
	plays=("${closes[@]}" abort_client)
}

workload_overflow() {
	both_hosts ipv4/tcp_syncookies 0
	parallel=256
	netem delay 1ms
	plays=(overflow overflow_abort)
}

# The SYN-ACK of a cookie is not repeated: it does not tell that the ACK was refused.
workload_overflow_cookies() {
	both_hosts ipv4/tcp_syncookies 1
	parallel=256
	netem delay 1ms
	plays=(overflow overflow_abort)
}

workload_defer() {
	parallel=512
	plays=(defer_late defer)
}

workload_reuse() {
	both_hosts ipv4/tcp_tw_reuse 1
	parallel=16 arguments=(-p 16)
	plays=(client_closes server_closes abort_client abort_server server_closes)
}

workload_half_close() {
	plays=(half_client half_server)
}

workload_simultaneous() {
	netem delay 5ms
	parallel=128
	plays=(both_open both_close both_open_close both_shut)
}

workload_simultaneous_loss() {
	trouble
	plays=(both_open both_close both_open_close both_shut)
}

workload_fastopen() {
	both_hosts ipv4/tcp_fastopen 3
	plays=(fastopen fastopen_server)
}

workload_mptcp() {
	if [[ ! -e /proc/sys/net/mptcp/enabled ]]; then
		why="this kernel has no MPTCP"
		return 1
	fi
	both_hosts mptcp/enabled 1
	arguments=(-M)
	plays=(client_closes server_closes)
}

workload_nat() {
	within router run nft -f - <<-'END' || fail nft
		table inet nat {
			chain in { type nat hook prerouting priority -100;
				ip daddr 10.0.1.254 tcp dport 8000-8100 dnat ip to 10.0.2.1; }
			chain out { type nat hook postrouting priority 100;
				ip saddr 10.0.1.0/24 oifname to_s masquerade; }
		}
	END
	arguments=(-d 10.0.1.254)
	plays=("${closes[@]}" abort_client abort_server)
}

workload_ipv6() {
	address=ipv6
	plays=("${closes[@]}" abort_client abort_server)
}

workload_mapped() {
	from=::ffff:10.0.1.1 to=::ffff:10.0.2.1
	plays=("${closes[@]}" abort_client abort_server)
}
