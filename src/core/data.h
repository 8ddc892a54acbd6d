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

/**
 * struct tcpfsm_way - which segments of a flow may take the short way
 * @open: where they pass, TCPFSM_SEEN_*: of each end, those with payload and those without
 * @shift: by how much the windows of each end are scaled
 *
 * All else that it needs are the first numbers of both ends. Whoever keeps a flow keeps
 * this near those, and near what it is found by.
 */
struct tcpfsm_way {
	u8 open[2][2];
	u8 shift[2];
};

/* A tick of some clock as a mark that is never 0, and how many have gone by since. */
static inline u32 tcpfsm_mark_of(u32 tick)
{
	return tick | 1;
}

static inline u32 tcpfsm_since(u32 mark, u32 tick)
{
	/* Both are odd: the present tick is not before itself. */
	return tcpfsm_mark_of(tick) - mark;
}

bool tcpfsm_way_open(struct tcpfsm_way *way, const struct tcpfsm_flow *flow);
bool tcpfsm_follow_first(struct tcpfsm_flow *flow, unsigned int who,
			 const struct tcpfsm_segment *seg, enum tcpfsm_point point);

/* In Y's window, with nothing that X has sent before, and an ACK of what Y has sent lately. */
static __always_inline bool tcpfsm_goes_on(const struct tcpfsm_endpoint *x,
					   const struct tcpfsm_endpoint *y,
					   const struct tcpfsm_segment *seg)
{
	return seg->seq + seg->len - y->rcv_nxt <= y->rcv_edge - y->rcv_nxt &&
	       !tcpfsm_before(seg->seq, x->snd_nxt) &&
	       tcpfsm_is_recent(y, seg->ack) && seg->window && !seg->has_sack;
}

/* How far X has come by such a segment. */
static __always_inline void tcpfsm_go_on(struct tcpfsm_endpoint *x,
					 const struct tcpfsm_segment *seg, u8 shift)
{
	tcpfsm_move_window(x, seg->ack, (u32)seg->window << shift);
	tcpfsm_move_timestamp(x, seg);
	x->snd_nxt = seg->seq + seg->len;
}

/**
 * tcpfsm_follow() - the short way for a segment
 * @flow: the flow
 * @way: of it, as tcpfsm_way_open() left it
 * @who: enum tcpfsm_role of the sender
 * @seg: the segment, of which no options but SACK and timestamp need have been read
 * @point: enum tcpfsm_point
 *
 * Does what tcpfsm_see() would do, but for @seen_ns of the flow, which is the caller's.
 *
 * Context: any; the caller serialises calls for one flow.
 * Return: false if nothing was done, as the segment needs the long way.
 */
static __always_inline bool tcpfsm_follow(struct tcpfsm_flow *flow,
					  const struct tcpfsm_way *way, unsigned int who,
					  const struct tcpfsm_segment *seg,
					  enum tcpfsm_point point)
{
	struct tcpfsm_endpoint *x = &flow->end[who];
	struct tcpfsm_endpoint *y = &flow->end[!who];

	if (!(way->open[who][!seg->len] & tcpfsm_seen_at(point)) || !tcpfsm_is_plain(seg))
		return false;
	if (point != TCPFSM_AT_LOOP_IN) {
		if (!tcpfsm_goes_on(x, y, seg))
			return false;
		tcpfsm_go_on(x, seg, way->shift[who]);
	}
	if (point == TCPFSM_AT_IN || point == TCPFSM_AT_LOOP_IN)
		tcpfsm_receive(y, seg);
	return true;
}

#endif
