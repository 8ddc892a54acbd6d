/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Private to the core: how a segment moves what is known of the sequence numbers
 * and windows of both ends. Inline, as data takes no other way (data.h).
 */
#ifndef TCPFSM_SEQUENCE_H
#define TCPFSM_SEQUENCE_H

#include "step.h"

/* A segment this far below what its target acknowledged is no retransmission. */
#define TCPFSM_OLD_MIN 0x10000U

/* What a SYN can offer: its window is never scaled (RFC 7323 2.2). */
#define TCPFSM_SYN_WINDOW_MAX 0xffff

/* Data or an ACK, and nothing else. */
static inline bool tcpfsm_is_plain(const struct tcpfsm_segment *seg)
{
	return (seg->flags & (TCPFSM_SYN | TCPFSM_FIN | TCPFSM_RST | TCPFSM_ACK)) == TCPFSM_ACK;
}

static inline u8 tcpfsm_seen_at(enum tcpfsm_point point)
{
	if (point == TCPFSM_AT_FORWARD)
		return TCPFSM_SEEN_FORWARD;
	return point == TCPFSM_AT_OUT || point == TCPFSM_AT_LOOP_OUT ? TCPFSM_SEEN_OUT :
								       TCPFSM_SEEN_IN;
}

/*
 * Is the segment near enough to Y's window that X may have sent it, and Y may take
 * it? It begins in the window, or below it as far as two of them, but no further than
 * the largest. That may be more than half of all numbers: no "before" and "after" here.
 */
static inline bool tcpfsm_is_near(const struct tcpfsm_endpoint *y,
				  const struct tcpfsm_segment *seg)
{
	u32 span = y->rcv_edge - y->rcv_nxt;
	u32 end = tcpfsm_end(seg);

	span = span < TCPFSM_WINDOW_MAX / 2 ? 2 * span : TCPFSM_WINDOW_MAX;
	return tcpfsm_within(end, y->rcv_nxt - span - TCPFSM_OLD_MIN,
			     y->rcv_edge + (end - seg->seq));
}

/* The largest shift (RFC 7323 2.3), for an end whose SYN was not seen. */
#define TCPFSM_WSCALE_UNKNOWN 14

/* By how much X's windows are scaled. */
static inline u8 tcpfsm_shift(const struct tcpfsm_flow *flow, const struct tcpfsm_endpoint *x,
			      const struct tcpfsm_endpoint *y)
{
	if (flow->flags & TCPFSM_FLOW_MIDSTREAM)
		return TCPFSM_WSCALE_UNKNOWN;
	return x->has_wscale && y->has_wscale ? x->wscale : 0;
}

/*
 * Has Y sent what this acknowledges, and lately? One from halfway round offers nothing: with a
 * window on top it would be beyond any edge.
 */
static __always_inline bool tcpfsm_is_recent(const struct tcpfsm_endpoint *y, u32 ack)
{
	return y->snd_nxt - ack < TCPFSM_WINDOW_MAX;
}

/* X has received up to @ack, which is recent, and offers @window bytes beyond. */
static __always_inline void tcpfsm_move_window(struct tcpfsm_endpoint *x, u32 ack, u32 window)
{
	u32 edge = ack + window;

	if (tcpfsm_after(ack, x->rcv_nxt)) {
		x->rcv_nxt = ack;
		x->got = tcpfsm_later(x->got, ack);
	}
	if (tcpfsm_after(edge, x->rcv_edge))
		x->rcv_edge = edge;
}

/* How late it was when X sent this. */
static __always_inline void tcpfsm_move_timestamp(struct tcpfsm_endpoint *x,
						  const struct tcpfsm_segment *seg)
{
	if (seg->has_ts && (!x->tsval || tcpfsm_after(seg->tsval, x->tsval)))
		x->tsval = seg->tsval;
}

/* At Y's own host: how far Y has received in sequence. */
static __always_inline void tcpfsm_receive(struct tcpfsm_endpoint *y,
					   const struct tcpfsm_segment *seg)
{
	u32 end = tcpfsm_end(seg);

	if (!tcpfsm_after(seg->seq, y->got) && tcpfsm_after(end, y->got))
		y->got = end;
}

#endif
