// SPDX-License-Identifier: GPL-2.0-only
/* Who has the socket of a local end: the user, the cgroup, the process that connected it. */
#include <linux/cgroup.h>
#include <net/inet_sock.h>

#include "owner.h"

/*
 * Who connects: a SYN that connect() sends passes in the context of who called it, which
 * owns the socket. One that is repeated comes from a timer, in whatever context that has
 * interrupted; one that was queued (NFQUEUE) comes in that of who lets it go.
 */
static void take_process(struct tcpfsm_entry *entry, const struct tcpfsm_segment *seg,
			 const struct sock *sk)
{
	if ((seg->flags & (TCPFSM_SYN | TCPFSM_ACK)) != TCPFSM_SYN || !in_task() ||
	    sk->sk_protocol != IPPROTO_TCP || READ_ONCE(sk->sk_state) != TCP_SYN_SENT ||
	    !sock_owned_by_user_nocheck(sk))
		return;
	entry->pid = task_tgid_nr(current);
	/* Not under the task's lock, which is taken with softirqs on: it may be half renamed. */
	data_race(memcpy(entry->comm, current->comm, sizeof(entry->comm)));
	entry->comm[sizeof(entry->comm) - 1] = '\0';
	entry->has_owner |= TCPFSM_OWNER_PROCESS;
}

/**
 * tcpfsm_owner_take_socket() - whose socket a local end is
 * @entry: the flow
 * @seg: what the socket sends
 * @sk: the socket
 *
 * Context: the lock of the flow's bucket held.
 */
void tcpfsm_owner_take_socket(struct tcpfsm_entry *entry, const struct tcpfsm_segment *seg,
			      struct sock *sk)
{
	sk = sk_to_full_sk(sk);
	/* The kernel's own answers for what is in TIME_WAIT (ip_send_unicast_reply()). */
	if (!sk || !sk_fullsock(sk) || sk->sk_type != SOCK_STREAM)
		return;
	entry->uid = READ_ONCE(sk->sk_uid);
	entry->has_owner |= TCPFSM_OWNER_UID;
#ifdef CONFIG_SOCK_CGROUP_DATA
	entry->cgroup = cgroup_id(sock_cgroup_ptr(&sk->sk_cgrp_data));
	entry->has_owner |= TCPFSM_OWNER_CGROUP;
#endif
	take_process(entry, seg, sk);
}
