/* SPDX-License-Identifier: GPL-2.0-only */
/* Who has the socket of a local end. */
#ifndef TCPFSM_OWNER_H
#define TCPFSM_OWNER_H

#include "table.h"

struct sock;

void tcpfsm_owner_take_socket(struct tcpfsm_entry *entry, const struct tcpfsm_segment *seg,
			      struct sock *sk);

/**
 * tcpfsm_owner_take() - note the owner of a flow, if the segment shows it
 * @entry: the flow
 * @seg: the segment
 * @point: enum tcpfsm_point
 * @sk: the socket that sends it, or NULL
 *
 * It is that of the first socket that is seen. A RST may come from the kernel's own,
 * which answers where there is none.
 *
 * Context: the lock of the flow's bucket held.
 */
static inline void tcpfsm_owner_take(struct tcpfsm_entry *entry, const struct tcpfsm_segment *seg,
				     enum tcpfsm_point point, struct sock *sk)
{
	if (sk && !entry->has_owner && !(seg->flags & TCPFSM_RST) &&
	    (point == TCPFSM_AT_OUT || point == TCPFSM_AT_LOOP_OUT))
		tcpfsm_owner_take_socket(entry, seg, sk);
}

#endif
