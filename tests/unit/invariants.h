/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What must be so whatever came: for the unit tests, the fuzzers and the model.
 * Each function returns NULL, or what does not hold.
 */
#ifndef TCPFSM_INVARIANTS_H
#define TCPFSM_INVARIANTS_H

#include "short_way.h"

/* The state is a function of the facts, but for what stands above the table of docs/fsm.md. */
static inline const char *invariant_state(const struct tcpfsm_flow *flow, unsigned int who)
{
	const struct tcpfsm_endpoint *end = &flow->end[who];
	u8 state = tcpfsm_state_of(end->facts);

	if (end->marks & (TCPFSM_MARK_GONE | TCPFSM_MARK_RESET))
		state = TCPFSM_CLOSE;
	if (state == TCPFSM_LISTEN && who == TCPFSM_CLIENT)
		return "the client has sent no SYN";
	if (state == TCPFSM_LISTEN && end->marks & TCPFSM_MARK_REFUSED)
		state = TCPFSM_CLOSE;
	/* A passive opener that was reset in SYN_RECV listens. */
	if (end->state == TCPFSM_LISTEN && end->marks & TCPFSM_MARK_RESET &&
	    !(end->marks & (TCPFSM_MARK_GONE | TCPFSM_MARK_RESET_SENT | TCPFSM_MARK_BARE_SYN)))
		state = TCPFSM_LISTEN;
	return end->state == state ? NULL : "the state is not that of the facts";
}

/* Every change is one that is listed, and they fit. */
static inline const char *invariant_changes(const struct tcpfsm_result *result)
{
	unsigned int i;

	if (result->changes >= TCPFSM_CHANGES_MAX)
		return "the list of changes ran over";
	for (i = 0; i < result->changes; i++) {
		const struct tcpfsm_change *change = &result->change[i];

		if (change->role > TCPFSM_SERVER)
			return "nobody's change";
		if (tcpfsm_arc_of(change->from, change->to) == TCPFSM_ARC_OTHER)
			return "no such transition";
	}
	return result->changes && !result->learned ? "a change, and nothing learned" : NULL;
}

/* The short way of data.h, where it may be taken, does what the long one does. */
static inline const char *invariant_short_way(const struct tcpfsm_flow *flow, unsigned int who,
					      const struct tcpfsm_segment *seg,
					      const struct tcpfsm_sighting *at)
{
	struct tcpfsm_flow by_short_way = *flow, by_long_way = *flow;
	struct tcpfsm_result result;

	/* The caller keeps fragments and what is wrong with options out (src/kmod/data.c). */
	if (seg->partial || !short_way(&by_short_way, who, seg, at->point))
		return NULL;
	/* That is the caller's. */
	by_short_way.seen_ns = at->now_ns;
	tcpfsm_see(&by_long_way, who, seg, at, &result);
	if (memcmp(&by_short_way, &by_long_way, sizeof(*flow)))
		return "the short way goes elsewhere";
	if (result.changes || result.anomalies || result.learned || result.restarted)
		return "the long way has something to say where the short one is silent";
	return NULL;
}

#endif
