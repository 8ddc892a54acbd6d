/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Data and ACKs between two ends that are ESTABLISHED beyond doubt: nearly all
 * segments there are, and all that they can do is move sequence numbers. The
 * other rules have nothing to say to them. This is the short way through; it
 * is inline, since leaving the module loaded costs what this costs.
 */
#ifndef TCPFSM_DATA_H
#define TCPFSM_DATA_H

#include "sequence.h"

/* What the history gains by the segment is there already. */
static inline bool tcpfsm_is_old_news(const struct tcpfsm_flow *flow, unsigned int who,
				      const struct tcpfsm_segment *seg)
{
	u32 letter = 1U << (seg->len ? TCPFSM_LETTER_DATA : TCPFSM_LETTER_ACK);

	return flow->letters & letter << (who == TCPFSM_SERVER ? TCPFSM_LETTER_MAX : 0);
}

/**
 * tcpfsm_follow() - the short way for a segment
 * @flow: the flow
 * @who: enum tcpfsm_role of the sender
 * @seg: the segment, of which no options but SACK and timestamp need have been read
 * @point: enum tcpfsm_point
 *
 * Does what tcpfsm_see() would do, but for @flow->seen_ns, which is the caller's.
 *
 * Context: any; the caller serialises calls for one flow.
 * Return: false if nothing was done, as the segment needs the long way.
 */
static __always_inline bool tcpfsm_follow(struct tcpfsm_flow *flow, unsigned int who,
					  const struct tcpfsm_segment *seg,
					  enum tcpfsm_point point)
{
	struct tcpfsm_endpoint *x = &flow->end[who];
	struct tcpfsm_endpoint *y = &flow->end[!who];
	u32 end = seg->seq + seg->len;

	if (!flow->steady || !tcpfsm_is_plain(seg) || !(x->seen & tcpfsm_seen_at(point)))
		return false;
	if (point != TCPFSM_AT_LOOP_IN) {
		/* In Y's window, not repeated, with an ACK of what was sent, and no news. */
		if (end - y->rcv_nxt > y->rcv_edge - y->rcv_nxt ||
		    tcpfsm_before(seg->seq, x->snd_nxt) || tcpfsm_after(seg->ack, y->snd_nxt) ||
		    !seg->window || !tcpfsm_is_old_news(flow, who, seg))
			return false;
		tcpfsm_move_window(x, seg, (u32)seg->window << x->shift);
		tcpfsm_move_timestamp(x, seg);
		x->snd_nxt = end;
	}
	if (point == TCPFSM_AT_IN || point == TCPFSM_AT_LOOP_IN)
		tcpfsm_receive(y, seg);
	return true;
}

#endif
