// SPDX-License-Identifier: GPL-2.0-only
/* Which flows may take the short way of data.h, and what it needs of them. */
#include "data.h"

/*
 * Have both shaken hands, and have a window for the next segment to lie in? Then data
 * and ACKs have nothing to tell of either end but how far it has come, and of who
 * sends the first of them that it has shaken hands.
 */
static inline bool is_steady(const struct tcpfsm_flow *flow)
{
	const struct tcpfsm_endpoint *client = &flow->end[TCPFSM_CLIENT];
	const struct tcpfsm_endpoint *server = &flow->end[TCPFSM_SERVER];

	return tcpfsm_is_synchronised(flow) &&
	       client->marks & server->marks & TCPFSM_MARK_RCV &&
	       !((client->marks | server->marks) & TCPFSM_MARK_RESTARTED) &&
	       flow->doubted == TCPFSM_NOBODY && flow->early_rst == TCPFSM_NOBODY &&
	       !flow->skipped;
}

/* Where segments of one end may pass; not what the history does not have yet. */
static inline void open_end(struct tcpfsm_way *way, const struct tcpfsm_flow *flow,
			    unsigned int who)
{
	const struct tcpfsm_endpoint *end = &flow->end[who];
	u8 open = end->marks & TCPFSM_MARK_P_CONFIRMED ? end->seen : 0;

	way->shift[who] = tcpfsm_shift(flow, end, &flow->end[!who]);
	way->open[who][0] = tcpfsm_history_has(flow, who, TCPFSM_LETTER_DATA) ? open : 0;
	way->open[who][1] = tcpfsm_history_has(flow, who, TCPFSM_LETTER_ACK) ? open : 0;
}

/**
 * tcpfsm_way_open() - which segments may take the short way from here on
 * @way: filled in; @shift only if any may
 * @flow: the flow, after anything has changed it
 *
 * Return: may the first of a kind try tcpfsm_follow_first()?
 */
bool tcpfsm_way_open(struct tcpfsm_way *way, const struct tcpfsm_flow *flow)
{
	if (!is_steady(flow)) {
		memset(way->open, 0, sizeof(way->open));
		return false;
	}
	open_end(way, flow, TCPFSM_CLIENT);
	open_end(way, flow, TCPFSM_SERVER);
	return true;
}

/**
 * tcpfsm_follow_first() - the short way for the first segment of its kind
 * @flow: the flow, of which tcpfsm_way_open() was true; changed only if it is taken
 * @who: enum tcpfsm_role of the sender
 * @seg: the segment, as for tcpfsm_follow(), which has not taken it
 * @point: enum tcpfsm_point
 *
 * The first data of an end, or its first ACK: beside what tcpfsm_follow() does they
 * stand in the history from here on, and may prove their sender's P.
 *
 * Context: any; the caller serialises calls for one flow, and has its way opened anew.
 * Return: false if nothing was done, as the segment needs the long way.
 */
bool tcpfsm_follow_first(struct tcpfsm_flow *flow, unsigned int who,
			 const struct tcpfsm_segment *seg, enum tcpfsm_point point)
{
	struct tcpfsm_endpoint *x = &flow->end[who];
	struct tcpfsm_endpoint *y = &flow->end[!who];

	/* Over loopback the first sight of it did all that. */
	if (point == TCPFSM_AT_LOOP_IN || !tcpfsm_is_plain(seg) ||
	    !(x->seen & tcpfsm_seen_at(point)) || !tcpfsm_goes_on(x, y, seg))
		return false;
	if (!(x->marks & TCPFSM_MARK_P_CONFIRMED)) {
		if (!tcpfsm_proves_p(x, y, seg))
			return false;
		tcpfsm_take_proof_of_p(x);
	}
	tcpfsm_history_note(flow, who, seg->len ? TCPFSM_LETTER_DATA : TCPFSM_LETTER_ACK);
	tcpfsm_go_on(x, seg, tcpfsm_shift(flow, x, y));
	if (point == TCPFSM_AT_IN)
		tcpfsm_receive(y, seg);
	return true;
}
