// SPDX-License-Identifier: GPL-2.0-only
/*
 * One end: the state that its facts, marks and resets mean, how it gains and
 * loses facts, its window, and where it lives.
 */
#include "step.h"

/* The largest shift (RFC 7323 2.3), for an end whose SYN was not seen. */
#define WSCALE_UNKNOWN 14

static enum tcpfsm_state shown(const struct tcpfsm_flow *flow, unsigned int who)
{
	const struct tcpfsm_endpoint *end = &flow->end[who];
	enum tcpfsm_state state;

	if (end->marks & TCPFSM_MARK_GONE)
		return TCPFSM_CLOSE;
	if (end->marks & TCPFSM_MARK_RESET) {
		/* RFC 9293 3.10.7.4: a passive opener goes back to LISTEN. */
		if (flow->reset_hit == TCPFSM_SYN_RECV &&
		    !(end->marks & (TCPFSM_MARK_RESET_SENT | TCPFSM_MARK_BARE_SYN)))
			return TCPFSM_LISTEN;
		return TCPFSM_CLOSE;
	}
	state = tcpfsm_state_of(end->facts);
	if (state == TCPFSM_LISTEN &&
	    (who == TCPFSM_CLIENT || end->marks & TCPFSM_MARK_REFUSED))
		return TCPFSM_CLOSE;
	return state;
}

/**
 * tcpfsm_is_unsure() - does the state shown rest on a guess?
 * @flow: the flow
 * @who: enum tcpfsm_role
 *
 * Return: true where the state needs a delivery or a reset that was inferred
 * and that no later segment of the endpoint has confirmed.
 */
bool tcpfsm_is_unsure(const struct tcpfsm_flow *flow, unsigned int who)
{
	const struct tcpfsm_endpoint *end = &flow->end[tcpfsm_index(flow, who)];

	if (end->marks & TCPFSM_MARK_GONE)
		return !tcpfsm_has_fact(end, TCPFSM_FACT_PF) ||
		       end->marks & TCPFSM_MARK_PF_INFERRED;
	if (end->marks & TCPFSM_MARK_RESET)
		return end->marks & TCPFSM_MARK_RESET_INFERRED;
	switch (end->state) {
	case TCPFSM_ESTABLISHED:
		return end->marks & TCPFSM_MARK_P_INFERRED;
	case TCPFSM_FIN_WAIT2:
	case TCPFSM_TIME_WAIT:
	case TCPFSM_CLOSE:
		return end->marks & TCPFSM_MARK_PF_INFERRED;
	default:
		return false;
	}
}

/**
 * tcpfsm_settle() - report where an endpoint now stands, if that is new
 * @st: the step
 * @who: index of the endpoint
 * @retracted: something was withdrawn
 */
void tcpfsm_settle(struct tcpfsm_step *st, unsigned int who, bool retracted)
{
	struct tcpfsm_endpoint *end = &st->flow->end[who];
	struct tcpfsm_result *result = st->result;
	enum tcpfsm_state to = shown(st->flow, who);
	struct tcpfsm_change *change;

	if (to == end->state)
		return;
	result->learned = true;
	change = &result->change[result->changes < TCPFSM_CHANGES_MAX ?
				 result->changes++ : TCPFSM_CHANGES_MAX - 1];
	change->role = who;
	change->from = end->state;
	change->to = to;
	change->cause = st->cause;
	end->state = to;
	if (retracted)
		change->certainty = TCPFSM_RETRACTED;
	else if (tcpfsm_is_unsure(st->flow, who))
		change->certainty = TCPFSM_INFERRED;
	else
		change->certainty = TCPFSM_OBSERVED;
}

/**
 * tcpfsm_learn() - add facts to an endpoint
 * @st: the step
 * @who: index of the endpoint
 * @facts: TCPFSM_FACT_*, which become true at once
 */
void tcpfsm_learn(struct tcpfsm_step *st, unsigned int who, u8 facts)
{
	st->flow->end[who].facts |= facts;
	st->result->learned = true;
	tcpfsm_settle(st, who, false);
}

/**
 * tcpfsm_withdraw() - take facts back from an endpoint
 * @st: the step
 * @who: index of the endpoint
 * @facts: TCPFSM_FACT_*
 * @marks: TCPFSM_MARK_* that go with them
 */
void tcpfsm_withdraw(struct tcpfsm_step *st, unsigned int who, u8 facts, u16 marks)
{
	st->flow->end[who].facts &= ~facts;
	st->flow->end[who].marks &= ~marks;
	st->result->learned = true;
	tcpfsm_settle(st, who, true);
}

/**
 * tcpfsm_learn_p() - an ACK of the endpoint's SYN was delivered to it
 * @st: the step
 * @who: index of the endpoint
 * @inferred: seen elsewhere than at its own host
 */
void tcpfsm_learn_p(struct tcpfsm_step *st, unsigned int who, bool inferred)
{
	struct tcpfsm_endpoint *end = &st->flow->end[who];

	if (!inferred)
		end->marks &= ~TCPFSM_MARK_P_INFERRED;
	if (tcpfsm_has_fact(end, TCPFSM_FACT_P))
		return;
	if (inferred)
		end->marks |= TCPFSM_MARK_P_INFERRED;
	tcpfsm_learn(st, who, TCPFSM_FACT_P);
}

/**
 * tcpfsm_take_window() - how far X has received, and what it offers beyond
 * @st: the step; the segment has ACK, and its ACK is of something Y sent
 */
void tcpfsm_take_window(struct tcpfsm_step *st)
{
	struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];
	const struct tcpfsm_segment *seg = st->seg;
	u32 edge = seg->ack;

	/* RFC 7323 2.2: the window of a SYN-ACK is never scaled. */
	if (seg->flags & TCPFSM_SYN)
		edge += seg->window;
	else if (st->flow->flags & TCPFSM_FLOW_MIDSTREAM)
		edge += (u32)seg->window << WSCALE_UNKNOWN;
	else if (x->has_wscale && y->has_wscale)
		edge += (u32)seg->window << x->wscale;
	else
		edge += seg->window;

	if (!(x->marks & TCPFSM_MARK_RCV)) {
		x->marks |= TCPFSM_MARK_RCV;
		x->rcv_nxt = seg->ack;
		x->rcv_edge = edge;
		x->got = seg->ack;
		x->sack_edge = seg->ack;
		return;
	}
	x->rcv_nxt = tcpfsm_later(x->rcv_nxt, seg->ack);
	x->rcv_edge = tcpfsm_later(x->rcv_edge, edge);
	x->got = tcpfsm_later(x->got, x->rcv_nxt);
	if (seg->has_sack)
		x->sack_edge = seg->sack_edge;
}

/**
 * tcpfsm_is_local() - does this end live on the observer's host?
 * @flow: the flow
 * @who: enum tcpfsm_role
 *
 * Return: true if its segments passed LOCAL_OUT or its peer's LOCAL_IN, and
 * none was forwarded (a router may speak for an end, with a RST).
 */
bool tcpfsm_is_local(const struct tcpfsm_flow *flow, unsigned int who)
{
	const struct tcpfsm_endpoint *x = &flow->end[tcpfsm_index(flow, who)];
	const struct tcpfsm_endpoint *y = &flow->end[tcpfsm_index(flow, !who)];

	if ((x->seen | y->seen) & TCPFSM_SEEN_FORWARD)
		return false;
	return x->seen & TCPFSM_SEEN_OUT || y->seen & TCPFSM_SEEN_IN;
}
