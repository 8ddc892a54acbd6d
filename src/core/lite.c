// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data between two established ends that are not followed: in lite mode, and where they pass
 * no hook. What was known of sequence numbers and windows is then out of date, and the next
 * segment that matters sets it anew, unjudged.
 */
#include "step.h"

/**
 * tcpfsm_skip() - leave a segment out that tcpfsm_quiet() names, or that is not seen
 * @flow: the flow; both ends are ESTABLISHED
 * @now_ns: monotonic
 *
 * Context: the caller serialises calls for one flow.
 */
void tcpfsm_skip(struct tcpfsm_flow *flow, u64 now_ns)
{
	flow->skipped = true;
	flow->flags |= TCPFSM_FLOW_LOOSE;
	flow->seen_ns = now_ns;
}

/**
 * tcpfsm_catch_up() - believe the sequence numbers of a segment
 * @st: the step; segments of the flow were skipped before
 *
 * A RST or FIN that nobody could judge is believed, and withdrawn if its
 * owner goes on. What a RST without ACK says of Y is nothing.
 */
void tcpfsm_catch_up(struct tcpfsm_step *st)
{
	struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	struct tcpfsm_endpoint *y = &st->flow->end[st->y];
	const struct tcpfsm_segment *seg = st->seg;

	/* A SYN belongs to another life and tells nothing of this one. */
	if (seg->flags & TCPFSM_SYN)
		return;
	st->flow->skipped = false;
	x->snd_nxt = seg->seq;
	y->rcv_nxt = seg->seq;
	y->rcv_edge = seg->seq + TCPFSM_WINDOW_MAX;
	y->got = seg->seq;
	if (!(seg->flags & TCPFSM_ACK))
		return;
	y->snd_nxt = seg->ack;
	x->rcv_nxt = seg->ack;
	x->rcv_edge = seg->ack + TCPFSM_WINDOW_MAX;
	x->got = seg->ack;
}
