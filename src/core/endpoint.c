// SPDX-License-Identifier: GPL-2.0-only
/*
 * One end: the state that its facts, marks and resets mean, how it gains and
 * loses facts, its window, and where it lives.
 */
#include "sequence.h"

/* The facts alone say it, unless it has one of these. */
#define NOT_BY_FACTS (TCPFSM_MARK_GONE | TCPFSM_MARK_RESET | TCPFSM_MARK_REFUSED)

static inline enum tcpfsm_state shown(const struct tcpfsm_endpoint *end)
{
	enum tcpfsm_state state = tcpfsm_state_of(end->facts);

	if (!(end->marks & NOT_BY_FACTS))
		return state;
	if (end->marks & TCPFSM_MARK_GONE)
		return TCPFSM_CLOSE;
	/* It stays there, whatever comes after: see close_by_reset(). */
	if (end->marks & TCPFSM_MARK_RESET)
		return end->state == TCPFSM_LISTEN ? TCPFSM_LISTEN : TCPFSM_CLOSE;
	/* Only a server can have sent nothing: a flow begins with its client's SYN. */
	return state == TCPFSM_LISTEN ? TCPFSM_CLOSE : state;
}

/* By state, the mark of a guess that it rests on. */
static const u16 guesses[TCPFSM_STATE_MAX] = {
	[TCPFSM_ESTABLISHED] = TCPFSM_MARK_P_INFERRED,
	[TCPFSM_FIN_WAIT2] = TCPFSM_MARK_PF_INFERRED,
	[TCPFSM_TIME_WAIT] = TCPFSM_MARK_PF_INFERRED,
	[TCPFSM_CLOSE] = TCPFSM_MARK_PF_INFERRED,
};

static inline bool is_guessed(const struct tcpfsm_endpoint *end)
{
	if (!(end->marks & (TCPFSM_MARK_GONE | TCPFSM_MARK_RESET)))
		return end->marks & guesses[end->state];
	if (end->marks & TCPFSM_MARK_GONE)
		return !tcpfsm_has_fact(end, TCPFSM_FACT_PF) ||
		       end->marks & TCPFSM_MARK_PF_INFERRED;
	return end->marks & TCPFSM_MARK_RESET_INFERRED;
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
	return is_guessed(&flow->end[tcpfsm_index(flow, who)]);
}

static __always_inline void move(struct tcpfsm_step *st, unsigned int who, enum tcpfsm_state to,
				 bool retracted)
{
	struct tcpfsm_endpoint *end = &st->flow->end[who];
	struct tcpfsm_result *result = st->result;
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
	else if (is_guessed(end))
		change->certainty = TCPFSM_INFERRED;
	else
		change->certainty = TCPFSM_OBSERVED;
}

static __always_inline void settle(struct tcpfsm_step *st, unsigned int who, bool retracted)
{
	move(st, who, shown(&st->flow->end[who]), retracted);
}

/**
 * tcpfsm_listen_again() - a passive opener in SYN_RECV has taken a RST (RFC 9293 3.10.7.4)
 * @st: the step
 * @who: index of the endpoint, which has TCPFSM_MARK_RESET
 */
void tcpfsm_listen_again(struct tcpfsm_step *st, unsigned int who)
{
	move(st, who, TCPFSM_LISTEN, false);
}

/**
 * tcpfsm_settle() - report where an endpoint now stands, if that is new
 * @st: the step
 * @who: index of the endpoint
 * @retracted: something was withdrawn
 */
void tcpfsm_settle(struct tcpfsm_step *st, unsigned int who, bool retracted)
{
	settle(st, who, retracted);
}

/**
 * tcpfsm_pass_syn_recv() - report the way from SYN_RECV to where the facts say
 * @st: the step
 * @who: index of the endpoint
 * @retracted: something was withdrawn
 *
 * For an end that is only now seen to have been there, while more is known of
 * it: the rest follows in the order of RFC 9293 figure 5.
 */
void tcpfsm_pass_syn_recv(struct tcpfsm_step *st, unsigned int who, bool retracted)
{
	struct tcpfsm_endpoint *end = &st->flow->end[who];
	u8 facts = end->facts;

	end->facts = facts & (TCPFSM_FACT_S | TCPFSM_FACT_A);
	tcpfsm_settle(st, who, retracted);
	if (end->facts == facts)
		return;
	end->facts |= facts & TCPFSM_FACT_P;
	tcpfsm_settle(st, who, false);
	/* Who closes second acknowledges the peer's FIN before its own. */
	if (facts & TCPFSM_FACT_O)
		end->facts |= facts & TCPFSM_FACT_AF;
	else
		end->facts |= facts & TCPFSM_FACT_F;
	tcpfsm_settle(st, who, false);
	end->facts |= facts & ~TCPFSM_FACT_PF;
	tcpfsm_settle(st, who, false);
	end->facts = facts;
	tcpfsm_settle(st, who, false);
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
	settle(st, who, false);
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
	/* What was measured up to that ACK ends with the next one that is taken for it. */
	if (facts & TCPFSM_FACT_PF)
		st->flow->has &= ~(TCPFSM_HAS_TEARDOWN | TCPFSM_HAS_FINACK_CLIENT << who);
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
	/* How far it has received, until its own ACK tells: see tcpfsm_take_window(). */
	if (!(end->marks & TCPFSM_MARK_RCV))
		end->got = who == st->x ? st->seg->ack :
			   st->seg->flags & TCPFSM_SYN ? tcpfsm_end(st->seg) : st->seg->seq;
	if (inferred) {
		end->marks |= TCPFSM_MARK_P_INFERRED;
		end->inferred_us = tcpfsm_now_us(st);
	}
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
	u32 window = seg->window;

	/* RFC 7323 2.2: the window of a SYN-ACK is never scaled. */
	if (!(seg->flags & TCPFSM_SYN))
		window <<= tcpfsm_shift(st->flow, x, y);
	if (!(x->marks & TCPFSM_MARK_RCV)) {
		x->marks |= TCPFSM_MARK_RCV;
		x->rcv_nxt = seg->ack;
		x->rcv_edge = seg->ack + window;
		/* More may have come before it acknowledged anything. */
		x->got = tcpfsm_has_fact(x, TCPFSM_FACT_P) ? tcpfsm_later(x->got, seg->ack) :
							     seg->ack;
		x->sack_edge = seg->ack;
		return;
	}
	tcpfsm_move_window(x, seg->ack, window);
	if (seg->has_sack)
		x->sack_edge = seg->sack_edge;
}

/**
 * tcpfsm_is_copy() - did the network make or delay this copy of a segment?
 * @st: the step; the segment's timestamp has not been taken yet
 *
 * What X repeats carries the time at which it is sent again (RFC 7323 3.2): newer
 * than any before it, where its timestamps were seen. At its own host there are
 * no copies.
 *
 * Return: true if X did not send it after what was seen of X before.
 */
bool tcpfsm_is_copy(const struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];

	return !tcpfsm_at_sender(st) && st->seg->has_ts && x->tsval &&
	       !tcpfsm_after(st->seg->tsval, x->tsval);
}

/**
 * tcpfsm_rtt_us() - round trip from the observer to an end and back
 * @flow: the flow
 * @who: enum tcpfsm_role
 *
 * Return: what the handshake took, in microseconds, or 0 if that was not seen.
 */
u32 tcpfsm_rtt_us(const struct tcpfsm_flow *flow, unsigned int who)
{
	if (who == TCPFSM_CLIENT)
		return flow->has & TCPFSM_HAS_RTT_CLIENT ? flow->rtt_client_us : 0;
	return flow->has & TCPFSM_HAS_RTT_SERVER ? flow->rtt_server_us : 0;
}

/**
 * tcpfsm_is_too_early() - was this sent before X can have had what was inferred of it?
 * @st: the step
 *
 * What reaches X from here and is answered takes X's round trip, as it was
 * measured in the handshake. A segment that passes sooner left X before, and
 * does not contradict the inference; if that was wrong, X repeats itself.
 *
 * Return: false too if no round trip is known.
 */
bool tcpfsm_is_too_early(const struct tcpfsm_step *st)
{
	const struct tcpfsm_flow *flow = st->flow;

	return !tcpfsm_at_sender(st) && !(flow->flags & TCPFSM_FLOW_AMBIGUOUS_RTT) &&
	       tcpfsm_now_us(st) - flow->end[st->x].inferred_us < tcpfsm_rtt_us(flow, st->x);
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
