// SPDX-License-Identifier: GPL-2.0-only
/*
 * The seven facts: what a segment shows about its sender, what it delivers to
 * its target, and which guesses its sender contradicts. RST has its own rules
 * in reset.c, the birth of a flow in birth.c, time in clock.c.
 *
 * X sent the segment, Y is to receive it. The rule numbers are those of the
 * contract, docs/fsm.md.
 */
#include "step.h"

/* A segment this far below what its target acknowledged is no retransmission. */
#define OLD_MIN 0x10000U
#define WSCALE_UNKNOWN 14

#define SYNCHRONISED (TCPFSM_FACT_S | TCPFSM_FACT_A | TCPFSM_FACT_P)

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

static void withdraw(struct tcpfsm_step *st, unsigned int who, u8 facts, u16 marks)
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

static u32 ms_between(u64 from_ns, u64 to_ns)
{
	return to_ns < from_ns ? 0 : div_u64(to_ns - from_ns, NSEC_PER_MSEC);
}

static u32 now_us(const struct tcpfsm_step *st)
{
	return div_u64(st->at->now_ns - st->flow->born_ns, NSEC_PER_USEC);
}

/**
 * tcpfsm_learn_pf() - an ACK of the endpoint's FIN was delivered to it
 * @st: the step
 * @who: index of the endpoint
 * @inferred: seen elsewhere than at its own host
 */
void tcpfsm_learn_pf(struct tcpfsm_step *st, unsigned int who, bool inferred)
{
	struct tcpfsm_flow *flow = st->flow;
	struct tcpfsm_endpoint *end = &flow->end[who];

	if (inferred)
		end->marks |= TCPFSM_MARK_PF_INFERRED;
	else
		end->marks &= ~TCPFSM_MARK_PF_INFERRED;
	flow->finack_ms[who] = ms_between(flow->fin_ns[who], st->at->now_ns);
	flow->has |= TCPFSM_HAS_FINACK_CLIENT << who;
	if (tcpfsm_has_fact(&flow->end[!who], TCPFSM_FACT_PF)) {
		flow->teardown_ms = ms_between(flow->fin_ns[flow->first_fin], st->at->now_ns);
		flow->has |= TCPFSM_HAS_TEARDOWN;
	}
	tcpfsm_learn(st, who, TCPFSM_FACT_PF);
}

static bool is_ack_of_fin(const struct tcpfsm_endpoint *end, u32 ack)
{
	return tcpfsm_has_fact(end, TCPFSM_FACT_F) && ack == end->fin + 1;
}

/* X's FIN carries an ACK that covers Y's FIN: LAST_ACK, not CLOSING (rule 9). */
static bool fin_covers(const struct tcpfsm_endpoint *x, const struct tcpfsm_endpoint *y)
{
	return is_ack_of_fin(y, x->fin_ack);
}

/*
 * A segment that proves nothing whoever sent it: a stack that gets it drops it.
 * RFC 9293 3.10.7.4 "if the ACK bit is off, drop the segment".
 */
static bool is_worthless(const struct tcpfsm_segment *seg)
{
	if (seg->flags & TCPFSM_SYN)
		return seg->flags & TCPFSM_FIN;
	return !(seg->flags & TCPFSM_ACK);
}

static void note_flags(struct tcpfsm_step *st)
{
	u8 flags = st->seg->flags & (TCPFSM_SYN | TCPFSM_FIN | TCPFSM_RST | TCPFSM_ACK |
				     TCPFSM_PSH | TCPFSM_URG);

	if (flags & TCPFSM_SYN) {
		if (flags & TCPFSM_FIN)
			tcpfsm_note(st, TCPFSM_ANOMALY_SYN_FIN);
		if (flags & TCPFSM_RST)
			tcpfsm_note(st, TCPFSM_ANOMALY_SYN_RST);
	} else if (!flags) {
		tcpfsm_note(st, TCPFSM_ANOMALY_NULL_FLAGS);
	} else if (flags == (TCPFSM_FIN | TCPFSM_PSH | TCPFSM_URG)) {
		tcpfsm_note(st, TCPFSM_ANOMALY_XMAS_FLAGS);
	} else if ((flags & (TCPFSM_FIN | TCPFSM_ACK | TCPFSM_RST)) == TCPFSM_FIN) {
		tcpfsm_note(st, TCPFSM_ANOMALY_FIN_NO_ACK);
	}
}

/* May a repeated SYN or SYN-ACK of this endpoint contradict its P? */
static bool may_lack_p(const struct tcpfsm_endpoint *end)
{
	return tcpfsm_has_fact(end, TCPFSM_FACT_P) && !(end->marks & TCPFSM_MARK_P_CONFIRMED);
}

static void take_syn_options(struct tcpfsm_endpoint *x, const struct tcpfsm_segment *seg)
{
	x->mss = seg->mss;
	x->wscale = seg->wscale;
	x->has_wscale = seg->has_wscale;
	x->options = seg->options;
}

static void take_isn(struct tcpfsm_endpoint *x, const struct tcpfsm_segment *seg)
{
	x->isn = seg->seq;
	x->snd_nxt = tcpfsm_end(seg);
	x->marks |= TCPFSM_MARK_ISN;
	take_syn_options(x, seg);
}

static void time_syn(struct tcpfsm_step *st)
{
	struct tcpfsm_flow *flow = st->flow;

	if (st->seg->flags & TCPFSM_ACK) {
		if (flow->has & TCPFSM_HAS_SYN_TIME && !(flow->has & TCPFSM_HAS_RTT_SERVER) &&
		    !(flow->flags & TCPFSM_FLOW_SIMULTANEOUS)) {
			flow->rtt_server_us = now_us(st) - flow->syn_us;
			flow->has |= TCPFSM_HAS_RTT_SERVER;
			/* Karn: it may answer an earlier copy. */
			if (flow->end[st->y].rtx_syn)
				flow->flags |= TCPFSM_FLOW_AMBIGUOUS_RTT;
		}
		flow->synack_us = now_us(st);
		flow->has |= TCPFSM_HAS_SYNACK_TIME;
	} else if (st->x == TCPFSM_CLIENT) {
		flow->syn_us = now_us(st);
		flow->has |= TCPFSM_HAS_SYN_TIME;
	}
}

static void repeat_syn(struct tcpfsm_step *st)
{
	struct tcpfsm_endpoint *x = &st->flow->end[st->x];

	st->result->retransmitted = true;
	if (x->rtx_syn < 255)
		x->rtx_syn++;
	time_syn(st);
	if (!may_lack_p(x))
		return;
	/* The ACK of it was lost, or the stack dropped what reached it. */
	if (x->marks & TCPFSM_MARK_SYNACK)
		tcpfsm_note(st, TCPFSM_ANOMALY_FINAL_ACK_LOST);
	withdraw(st, st->x, TCPFSM_FACT_P, TCPFSM_MARK_P_INFERRED);
}

/* Does the ACK field of a SYN-ACK answer Y's SYN, or the data that came with it? */
static bool answers_syn(const struct tcpfsm_endpoint *y, u32 ack)
{
	return tcpfsm_has_fact(y, TCPFSM_FACT_S) && ack != y->isn &&
	       tcpfsm_within(ack, y->isn, y->snd_nxt);
}

static void take_window(struct tcpfsm_step *st)
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

/*
 * A SYN-ACK leaves an end in SYN_RECV even if the peer's has passed us before:
 * then they crossed (RFC 9293 fig. 7), and X takes that one next.
 */
static void learn_crossed_synack(struct tcpfsm_step *st)
{
	struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	u8 p = x->facts & TCPFSM_FACT_P;

	x->facts &= ~TCPFSM_FACT_P;
	tcpfsm_learn(st, st->x, TCPFSM_FACT_A);
	if (p)
		tcpfsm_learn(st, st->x, p);
}

/* RFC 9293 3.5: X sent a SYN. Returns whether it proves anything. */
static bool sent_syn(struct tcpfsm_step *st)
{
	struct tcpfsm_flow *flow = st->flow;
	struct tcpfsm_endpoint *x = &flow->end[st->x];
	struct tcpfsm_endpoint *y = &flow->end[st->y];
	const struct tcpfsm_segment *seg = st->seg;
	bool synack = seg->flags & TCPFSM_ACK;

	if (seg->len && !synack && !(seg->options & TCPFSM_OPT_TFO))
		tcpfsm_note(st, TCPFSM_ANOMALY_SYN_DATA);
	if (synack && !answers_syn(y, seg->ack) && !(x->marks & TCPFSM_MARK_SYNACK)) {
		/* RFC 9293 fig. 8: it answers a SYN of an earlier life. */
		tcpfsm_note(st, TCPFSM_ANOMALY_OLD_SYNACK);
		return false;
	}

	if (!tcpfsm_has_fact(x, TCPFSM_FACT_S)) {
		take_isn(x, seg);
		time_syn(st);
		if (synack) {
			x->marks |= TCPFSM_MARK_SYNACK;
			take_window(st);
			tcpfsm_learn(st, st->x, TCPFSM_FACT_S | TCPFSM_FACT_A);
			return true;
		}
		x->marks |= TCPFSM_MARK_BARE_SYN;
		if (tcpfsm_has_fact(y, TCPFSM_FACT_S))
			flow->flags |= TCPFSM_FLOW_SIMULTANEOUS;
		/* Rule 2: the one that refused may be listening by now. */
		if (y->marks & TCPFSM_MARK_REFUSED) {
			y->marks &= ~TCPFSM_MARK_REFUSED;
			tcpfsm_settle(st, st->y, true);
		}
		tcpfsm_learn(st, st->x, TCPFSM_FACT_S);
		return true;
	}

	if (seg->seq != x->isn || !(x->marks & TCPFSM_MARK_ISN)) {
		if (!synack) {
			tcpfsm_note(st, TCPFSM_ANOMALY_SYN_IN_SYNC);
			flow->flags |= TCPFSM_FLOW_HALF_OPEN;
			flow->new_isn = seg->seq;
			x->marks |= TCPFSM_MARK_RESTARTED;
			return false;
		}
		tcpfsm_note(st, TCPFSM_ANOMALY_SYNACK_ISN);
		/* Until the client has chosen one, the latest is as good as any. */
		if (tcpfsm_has_fact(y, TCPFSM_FACT_A) || !answers_syn(y, seg->ack))
			return false;
		take_isn(x, seg);
		x->marks |= TCPFSM_MARK_SYNACK;
		/* A bare SYN before it was not X's. */
		x->marks &= ~TCPFSM_MARK_BARE_SYN;
		flow->flags &= ~TCPFSM_FLOW_SIMULTANEOUS;
		time_syn(st);
		take_window(st);
		if (!tcpfsm_has_fact(x, TCPFSM_FACT_A))
			learn_crossed_synack(st);
		return true;
	}

	if (!synack && y->marks & TCPFSM_MARK_REFUSED) {
		y->marks &= ~TCPFSM_MARK_REFUSED;
		tcpfsm_settle(st, st->y, true);
	}
	if (synack && !(x->marks & TCPFSM_MARK_SYNACK)) {
		/* Simultaneous open: the first SYN-ACK after a bare SYN (RFC 9293 fig. 7). */
		x->marks |= TCPFSM_MARK_SYNACK;
		take_window(st);
		if (!tcpfsm_has_fact(x, TCPFSM_FACT_A))
			learn_crossed_synack(st);
		return true;
	}
	repeat_syn(st);
	return true;
}

/*
 * Does this segment show that X has received the ACK of its SYN? In SYN_SENT
 * only a SYN-ACK makes a stack send anything but a SYN; in SYN_RECV it may
 * repeat a bare ACK, but sends data, a FIN or the ACK of data only after.
 */
static bool proves_p(const struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];
	const struct tcpfsm_segment *seg = st->seg;

	if (!(x->marks & TCPFSM_MARK_SYNACK))
		return true;
	if (tcpfsm_after(seg->ack, y->isn + 1) && !(y->options & TCPFSM_OPT_TFO))
		return true;
	/* RFC 7413 4.2: a Fast Open server may talk, and close, in SYN_RECV. */
	if (y->options & TCPFSM_OPT_TFO)
		return false;
	return seg->len || seg->flags & TCPFSM_FIN;
}

static void confirm_p(struct tcpfsm_step *st)
{
	struct tcpfsm_endpoint *x = &st->flow->end[st->x];

	if (x->marks & TCPFSM_MARK_P_CONFIRMED || !tcpfsm_has_fact(x, TCPFSM_FACT_S) ||
	    !proves_p(st))
		return;
	x->marks |= TCPFSM_MARK_P_CONFIRMED;
	tcpfsm_learn_p(st, st->x, false);
}

static void learn_a(struct tcpfsm_step *st)
{
	struct tcpfsm_flow *flow = st->flow;

	if (st->x == TCPFSM_CLIENT && flow->has & TCPFSM_HAS_SYNACK_TIME &&
	    !(flow->has & TCPFSM_HAS_RTT_CLIENT) &&
	    !(flow->flags & TCPFSM_FLOW_SIMULTANEOUS)) {
		flow->rtt_client_us = now_us(st) - flow->synack_us;
		flow->has |= TCPFSM_HAS_RTT_CLIENT;
		if (flow->end[st->y].rtx_syn)
			flow->flags |= TCPFSM_FLOW_AMBIGUOUS_RTT;
	}
	tcpfsm_learn(st, st->x, TCPFSM_FACT_A);
}

/**
 * tcpfsm_take_ack() - the facts in the ACK field of X's segment
 * @st: the step; the segment has ACK, and its ACK is of something Y sent
 */
void tcpfsm_take_ack(struct tcpfsm_step *st)
{
	struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];
	u32 ack = st->seg->ack;

	if (!tcpfsm_has_fact(x, TCPFSM_FACT_A) && answers_syn(y, ack))
		learn_a(st);
	if (!is_ack_of_fin(y, ack) || tcpfsm_has_fact(x, TCPFSM_FACT_AF))
		return;
	tcpfsm_learn(st, st->x, TCPFSM_FACT_AF);
	/* Rule 8: the ACK of X's own FIN, which came behind Y's FIN, counts now. */
	if (x->marks & TCPFSM_MARK_PF_WAITS) {
		bool inferred = x->marks & TCPFSM_MARK_PF_WAITS_INFERRED;

		x->marks &= ~(TCPFSM_MARK_PF_WAITS | TCPFSM_MARK_PF_WAITS_INFERRED);
		tcpfsm_learn_pf(st, st->x, inferred);
	}
}

/*
 * Rule 7, unless segments of Y may have passed unseen: at X's own host nobody
 * but X speaks for X, so what it acknowledges has reached it.
 */
static bool acks_unsent(struct tcpfsm_step *st)
{
	struct tcpfsm_endpoint *y = &st->flow->end[st->y];
	u32 ack = st->seg->ack;

	if (!tcpfsm_has_fact(y, TCPFSM_FACT_S) || !tcpfsm_after(ack, y->snd_nxt))
		return false;
	/* Its SYN is assumed from the SYN-ACK, and nothing of Y passes here. */
	if (!y->seen)
		st->flow->flags |= TCPFSM_FLOW_ONEWAY | TCPFSM_FLOW_LOOSE;
	if (tcpfsm_at_sender(st) ||
	    (st->flow->flags & TCPFSM_FLOW_LOOSE && !tcpfsm_has_fact(y, TCPFSM_FACT_F))) {
		y->snd_nxt = ack;
		return false;
	}
	tcpfsm_note(st, TCPFSM_ANOMALY_ACK_UNSENT);
	return true;
}

/*
 * Is the segment so far from Y's window that Y cannot take it, and X would not
 * have sent it? At X's own host nobody but X speaks for X.
 */
static bool is_outside(const struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];
	const struct tcpfsm_segment *seg = st->seg;
	u32 span;

	if (tcpfsm_at_sender(st) || st->flow->flags & TCPFSM_FLOW_LOOSE ||
	    !(y->marks & TCPFSM_MARK_RCV))
		return false;
	/* Twice the window, but less than half of all numbers. */
	span = y->rcv_edge - y->rcv_nxt;
	span = span < TCPFSM_WINDOW_MAX / 2 ? 2 * span : TCPFSM_WINDOW_MAX;
	return tcpfsm_after(seg->seq, y->rcv_edge) ||
	       tcpfsm_before(tcpfsm_end(seg), y->rcv_nxt - span - OLD_MIN);
}

/* Data from an end that has not received an ACK of its SYN. RFC 7413 allows it. */
static bool is_early(const struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];

	return st->seg->len && x->facts & TCPFSM_FACT_S && !(x->facts & TCPFSM_FACT_P) &&
	       !((x->options | y->options) & TCPFSM_OPT_TFO);
}

static void sent_data(struct tcpfsm_step *st)
{
	struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_segment *seg = st->seg;
	u32 end = seg->seq + seg->len;

	if (!tcpfsm_after(end, x->snd_nxt))
		return;
	if (tcpfsm_has_fact(x, TCPFSM_FACT_F)) {
		if (!seg->len)
			return;
		tcpfsm_note(st, TCPFSM_ANOMALY_DATA_AFTER_FIN);
	}
	/* A bare ACK stands at SND.NXT: it tells too how far X has come. */
	x->snd_nxt = end;
}

/* What a FIN of @who shows, whenever it passed. */
static void record_fin(struct tcpfsm_step *st, unsigned int who, const struct tcpfsm_doubt *seen)
{
	struct tcpfsm_flow *flow = st->flow;
	struct tcpfsm_endpoint *x = &flow->end[who];
	const struct tcpfsm_endpoint *y = &flow->end[tcpfsm_index(flow, !who)];

	x->fin = seen->fin;
	x->fin_ack = seen->ack;
	x->snd_nxt = seen->fin + 1;
	flow->fin_ns[who] = seen->ns;
	if (flow->first_fin == TCPFSM_NOBODY) {
		flow->first_fin = who;
	} else {
		flow->half_close_ms = ms_between(flow->fin_ns[flow->first_fin], seen->ns);
		flow->has |= TCPFSM_HAS_HALF_CLOSE;
	}
	x->facts |= fin_covers(x, y) ? TCPFSM_FACT_F | TCPFSM_FACT_O : TCPFSM_FACT_F;
	st->result->learned = true;
	/* Rule 9: its ACK of Y's FIN had overtaken its own FIN; it was never in CLOSE_WAIT. */
	tcpfsm_settle(st, who, tcpfsm_has_fact(x, TCPFSM_FACT_AF) && !fin_covers(x, y));
}

/* @who goes on beyond its FIN, or sends another: the one on record was not its own. */
static void forget_fin(struct tcpfsm_step *st, unsigned int who)
{
	struct tcpfsm_flow *flow = st->flow;
	unsigned int other = tcpfsm_index(flow, !who);

	if (flow->first_fin == who)
		flow->first_fin = tcpfsm_has_fact(&flow->end[other], TCPFSM_FACT_F) ?
				  other : TCPFSM_NOBODY;
	flow->has &= ~TCPFSM_HAS_HALF_CLOSE;
	withdraw(st, who, TCPFSM_FACT_F | TCPFSM_FACT_O,
		 TCPFSM_MARK_PF_WAITS | TCPFSM_MARK_PF_WAITS_INFERRED);
}

/*
 * A FIN that does not fit what was seen of its connection: it acknowledges what
 * was not sent, lies below what its sender has sent, or is another than the one
 * on record. Either it was forged, or what was believed before was, or segments
 * passed unseen (a capture with holes, a fast path around the hooks). Its target
 * knows: if that acknowledges exactly this FIN, and has itself come as far as
 * this FIN said, it was genuine, and believe_fin() takes it. Whoever forges
 * blindly would have to hit both ends' windows at once.
 */
static void doubt_fin(struct tcpfsm_step *st)
{
	struct tcpfsm_flow *flow = st->flow;

	flow->doubted = st->x;
	flow->doubt.fin = st->seg->seq + st->seg->len;
	flow->doubt.ack = st->seg->ack;
	flow->doubt.ns = st->at->now_ns;
}

/* Does X's segment show that the FIN of Y that was put aside is genuine? */
static void believe_fin(struct tcpfsm_step *st)
{
	struct tcpfsm_flow *flow = st->flow;
	struct tcpfsm_endpoint *x = &flow->end[st->x];
	struct tcpfsm_endpoint *y = &flow->end[st->y];
	u8 cause = st->cause;

	if (flow->doubted != st->y || st->seg->ack != flow->doubt.fin + 1 ||
	    tcpfsm_before(tcpfsm_end(st->seg), flow->doubt.ack) ||
	    !tcpfsm_has_fact(y, SYNCHRONISED) || tcpfsm_has_fact(x, TCPFSM_FACT_AF))
		return;
	flow->doubted = TCPFSM_NOBODY;
	st->cause = TCPFSM_CAUSE_FIN;
	if (tcpfsm_has_fact(y, TCPFSM_FACT_F))
		forget_fin(st, st->y);
	x->snd_nxt = tcpfsm_later(x->snd_nxt, flow->doubt.ack);
	y->rcv_nxt = tcpfsm_later(y->rcv_nxt, flow->doubt.ack);
	record_fin(st, st->y, &flow->doubt);
	st->cause = cause;
}

/*
 * X acknowledges more than Y's FIN, and Y did send more: what was taken for
 * Y's FIN was none.
 */
static void disbelieve_fin(struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];

	if (tcpfsm_has_fact(y, TCPFSM_FACT_F) && !tcpfsm_has_fact(x, TCPFSM_FACT_AF) &&
	    tcpfsm_after(st->seg->ack, y->fin + 1))
		forget_fin(st, st->y);
}

static void repeat_fin(struct tcpfsm_step *st)
{
	struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];

	st->result->retransmitted = true;
	if (x->rtx_fin < 255)
		x->rtx_fin++;
	if (tcpfsm_before(st->seg->ack, x->fin_ack))
		x->fin_ack = st->seg->ack;
	if (tcpfsm_has_fact(x, TCPFSM_FACT_O) && !fin_covers(x, y))
		withdraw(st, st->x, TCPFSM_FACT_O, 0);
	if (tcpfsm_has_fact(x, TCPFSM_FACT_PF)) {
		tcpfsm_note(st, TCPFSM_ANOMALY_LAST_ACK_LOST);
		withdraw(st, st->x, TCPFSM_FACT_PF, TCPFSM_MARK_PF_INFERRED);
	}
	x->marks &= ~(TCPFSM_MARK_PF_WAITS | TCPFSM_MARK_PF_WAITS_INFERRED);
}

/* A FIN is the last thing sent; where no window is judged it must follow at once. */
static bool is_doubtful(const struct tcpfsm_step *st, u32 fin)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];

	/* An ACK that overtook it stood behind it. */
	if (tcpfsm_before(fin + 1, x->snd_nxt))
		return true;
	return st->flow->flags & TCPFSM_FLOW_LOOSE && y->marks & TCPFSM_MARK_RCV &&
	       !tcpfsm_at_sender(st) && st->seg->seq != x->snd_nxt;
}

/* RFC 9293 3.6: X sent a FIN. */
static void sent_fin(struct tcpfsm_step *st)
{
	struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	struct tcpfsm_doubt seen = {
		.fin = st->seg->seq + st->seg->len,
		.ack = st->seg->ack,
		.ns = st->at->now_ns,
	};

	if (tcpfsm_has_fact(x, TCPFSM_FACT_F) && seen.fin == x->fin) {
		repeat_fin(st);
	} else if (tcpfsm_has_fact(x, TCPFSM_FACT_F) || is_doubtful(st, seen.fin)) {
		tcpfsm_note(st, TCPFSM_ANOMALY_FIN_SEQ);
		doubt_fin(st);
	} else {
		record_fin(st, st->x, &seen);
	}
}

/* Only one direction passes here: what X answers was never seen. */
static void sent_oneway(struct tcpfsm_step *st)
{
	struct tcpfsm_flow *flow = st->flow;
	struct tcpfsm_endpoint *x = &flow->end[st->x];
	struct tcpfsm_endpoint *y = &flow->end[st->y];

	if (!tcpfsm_has_fact(x, TCPFSM_FACT_S) || st->seg->seq != x->isn + 1 ||
	    tcpfsm_has_fact(x, TCPFSM_FACT_A))
		return;
	flow->flags |= TCPFSM_FLOW_ONEWAY | TCPFSM_FLOW_LOOSE;
	y->snd_nxt = st->seg->ack;
	x->marks |= TCPFSM_MARK_P_CONFIRMED;
	tcpfsm_learn_p(st, st->x, false);
	tcpfsm_learn(st, st->x, TCPFSM_FACT_A);
}

/* X has not restarted: it talks in this connection yet, and the SYN was not its own. */
static void lives_on(struct tcpfsm_step *st)
{
	st->flow->end[st->x].marks &= ~TCPFSM_MARK_RESTARTED;
	if (!(st->flow->end[st->y].marks & TCPFSM_MARK_RESTARTED))
		st->flow->flags &= ~TCPFSM_FLOW_HALF_OPEN;
}

/* X sent a segment without SYN and RST. Returns whether it proves anything. */
static bool sent_plain(struct tcpfsm_step *st)
{
	struct tcpfsm_flow *flow = st->flow;
	struct tcpfsm_endpoint *x = &flow->end[st->x];
	const struct tcpfsm_endpoint *y = &flow->end[st->y];
	const struct tcpfsm_segment *seg = st->seg;

	if (is_outside(st)) {
		st->result->outside = true;
		return false;
	}
	believe_fin(st);
	if (acks_unsent(st)) {
		if (seg->flags & TCPFSM_FIN && !tcpfsm_has_fact(x, TCPFSM_FACT_F))
			doubt_fin(st);
		return false;
	}
	disbelieve_fin(st);
	if (tcpfsm_has_fact(y, TCPFSM_FACT_S)) {
		if (is_early(st))
			tcpfsm_note(st, TCPFSM_ANOMALY_EARLY_DATA);
		if (tcpfsm_has_fact(x, TCPFSM_FACT_A) || answers_syn(y, seg->ack)) {
			confirm_p(st);
			tcpfsm_take_ack(st);
			take_window(st);
		}
	} else {
		sent_oneway(st);
	}
	/* Before X has acknowledged Y's SYN nothing it says in this form counts. */
	if (!tcpfsm_has_fact(x, TCPFSM_FACT_S | TCPFSM_FACT_A))
		return false;
	if (x->marks & TCPFSM_MARK_RESTARTED)
		lives_on(st);
	if (seg->flags & TCPFSM_FIN)
		sent_fin(st);
	else
		sent_data(st);
	if (seg->has_ts && tcpfsm_has_fact(x, TCPFSM_FACT_F))
		x->tsval = seg->tsval;
	/* RFC 9293 3.10.7.4: TIME_WAIT acknowledges a repeated FIN and starts 2MSL again. */
	if (x->state == TCPFSM_TIME_WAIT)
		st->result->restarted = true;
	return true;
}

static bool sent(struct tcpfsm_step *st)
{
	const struct tcpfsm_segment *seg = st->seg;

	note_flags(st);
	if (seg->flags & TCPFSM_RST) {
		tcpfsm_reset_sent(st);
		return true;
	}
	if (is_worthless(seg))
		return false;
	tcpfsm_reset_withdraw(st);
	return seg->flags & TCPFSM_SYN ? sent_syn(st) : sent_plain(st);
}

/*
 * Would Y take this segment and read its ACK field? Rule 6; the lower bound is
 * RCV.NXT when Y last sent an ACK (RFC 9293 3.10.7.4; rcv_wup in the kernel's
 * tcp_sequence()), the upper one its window: the kernel reads the ACK field of
 * a segment beyond a hole at once.
 */
static bool is_acceptable(const struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];
	const struct tcpfsm_segment *seg = st->seg;

	if (!(y->marks & TCPFSM_MARK_RCV))
		return true;
	if (tcpfsm_before(tcpfsm_end(seg), y->rcv_nxt))
		return false;
	return st->flow->flags & TCPFSM_FLOW_LOOSE || !tcpfsm_after(seg->seq, y->rcv_edge);
}

static void delivered_syn(struct tcpfsm_step *st, bool inferred)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];
	const struct tcpfsm_segment *seg = st->seg;

	if (!(seg->flags & TCPFSM_ACK) || !answers_syn(y, seg->ack))
		return;
	/* SYN_SENT takes any SYN-ACK of its SYN; SYN_RECV the one that fits (RFC 9293 fig. 7). */
	if (!tcpfsm_has_fact(y, TCPFSM_FACT_A) ||
	    (seg->seq == x->isn && seg->ack == y->snd_nxt))
		tcpfsm_learn_p(st, st->y, inferred);
}

/* Y has received what makes it acknowledge X's FIN later. */
static bool is_behind_fin(const struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];

	if (!tcpfsm_has_fact(x, TCPFSM_FACT_F) || tcpfsm_has_fact(y, TCPFSM_FACT_AF))
		return false;
	if (!tcpfsm_at_target(st))
		return tcpfsm_after(st->seg->seq, x->fin);
	return y->marks & TCPFSM_MARK_FIN_REACHED && tcpfsm_after(y->got, x->fin);
}

static void delivered_ack(struct tcpfsm_step *st, bool inferred)
{
	struct tcpfsm_endpoint *y = &st->flow->end[st->y];
	u32 ack = st->seg->ack;

	/* Rule 5: in SYN_SENT a bare ACK gives nothing. */
	if (!tcpfsm_has_fact(y, TCPFSM_FACT_S | TCPFSM_FACT_A) || tcpfsm_after(ack, y->snd_nxt) ||
	    !is_acceptable(st))
		return;
	if (!tcpfsm_has_fact(y, TCPFSM_FACT_P) && answers_syn(y, ack))
		tcpfsm_learn_p(st, st->y, inferred);
	if (!is_ack_of_fin(y, ack))
		return;
	if (tcpfsm_has_fact(y, TCPFSM_FACT_PF)) {
		if (!inferred)
			y->marks &= ~TCPFSM_MARK_PF_INFERRED;
		return;
	}
	if (!is_behind_fin(st)) {
		tcpfsm_learn_pf(st, st->y, inferred);
		return;
	}
	y->marks |= TCPFSM_MARK_PF_WAITS;
	if (inferred)
		y->marks |= TCPFSM_MARK_PF_WAITS_INFERRED;
	else
		y->marks &= ~TCPFSM_MARK_PF_WAITS_INFERRED;
}

/* At Y's own host: how far it has received in sequence. */
static void delivered_sequence(struct tcpfsm_step *st)
{
	struct tcpfsm_endpoint *y = &st->flow->end[st->y];
	const struct tcpfsm_segment *seg = st->seg;
	u32 end = tcpfsm_end(seg);

	if (!(y->marks & TCPFSM_MARK_RCV))
		return;
	if (!tcpfsm_after(seg->seq, y->got) && tcpfsm_after(end, y->got))
		y->got = end;
	if (seg->flags & TCPFSM_FIN)
		y->marks |= TCPFSM_MARK_FIN_REACHED;
}

static void delivered(struct tcpfsm_step *st)
{
	const struct tcpfsm_segment *seg = st->seg;
	bool inferred = !tcpfsm_at_target(st);

	if (seg->flags & TCPFSM_RST) {
		tcpfsm_reset_delivered(st);
		return;
	}
	if (is_worthless(seg))
		return;
	if (seg->flags & TCPFSM_SYN) {
		delivered_syn(st, inferred);
		return;
	}
	delivered_ack(st, inferred);
	if (!inferred)
		delivered_sequence(st);
	/* A repeated FIN starts 2MSL again (RFC 9293 3.10.7.4, eighth). */
	if (seg->flags & TCPFSM_FIN && st->flow->end[st->y].state == TCPFSM_TIME_WAIT)
		st->result->restarted = true;
}

static bool is_closed(const struct tcpfsm_endpoint *end)
{
	return end->state == TCPFSM_CLOSE || end->state == TCPFSM_LISTEN;
}

static bool is_graceful(const struct tcpfsm_flow *flow)
{
	u8 facts = TCPFSM_FACT_F | TCPFSM_FACT_PF | TCPFSM_FACT_AF;

	return tcpfsm_has_fact(&flow->end[0], facts) &&
	       tcpfsm_has_fact(&flow->end[tcpfsm_index(flow, 1)], facts);
}

/**
 * tcpfsm_verdict_of() - how a flow whose ends are closed has ended
 * @flow: the flow
 *
 * Return: the verdict that its facts and resets mean.
 */
enum tcpfsm_verdict tcpfsm_verdict_of(const struct tcpfsm_flow *flow)
{
	if (is_graceful(flow))
		return TCPFSM_VERDICT_GRACEFUL;
	if (flow->reset_by == TCPFSM_NOBODY)
		return TCPFSM_VERDICT_VANISHED;
	if (flow->flags & TCPFSM_FLOW_HALF_OPEN)
		return TCPFSM_VERDICT_HALF_OPEN;
	/* Once it has sent a SYN-ACK it may abort, but not refuse. */
	if (flow->reset_hit == TCPFSM_SYN_SENT && flow->reset_by == TCPFSM_SERVER &&
	    !tcpfsm_has_fact(&flow->end[TCPFSM_SERVER], TCPFSM_FACT_S))
		return TCPFSM_VERDICT_REFUSED;
	return flow->reset_by == TCPFSM_CLIENT ? TCPFSM_VERDICT_RESET_CLIENT :
						 TCPFSM_VERDICT_RESET_SERVER;
}

/**
 * tcpfsm_conclude() - what the step means for the flow as a whole
 * @st: the step, all facts taken
 * @now_ns: monotonic
 */
void tcpfsm_conclude(struct tcpfsm_step *st, u64 now_ns)
{
	struct tcpfsm_flow *flow = st->flow;
	struct tcpfsm_result *result = st->result;
	struct tcpfsm_endpoint *client = &flow->end[TCPFSM_CLIENT];
	struct tcpfsm_endpoint *server = &flow->end[tcpfsm_index(flow, TCPFSM_SERVER)];
	bool closed = is_closed(client) && is_closed(server);
	unsigned int i;

	if (!flow->shook && tcpfsm_has_fact(client, SYNCHRONISED) &&
	    tcpfsm_has_fact(server, SYNCHRONISED)) {
		flow->shook = true;
		result->shook = true;
	}
	/* What is withdrawn gives no more time, nor does a repetition. */
	for (i = 0; i < result->changes; i++)
		if (result->change[i].certainty != TCPFSM_RETRACTED)
			result->restarted = true;
	if (result->restarted)
		flow->since_ns = now_ns;
	if (closed && !flow->ended) {
		flow->ended = true;
		result->ended = true;
		flow->outcome = tcpfsm_verdict_of(flow);
	} else if (!closed) {
		if (flow->ended)
			result->revived = true;
		flow->ended = false;
		flow->outcome = is_graceful(flow) ? TCPFSM_VERDICT_GRACEFUL : TCPFSM_VERDICT_OPEN;
	}
}

static enum tcpfsm_cause cause_of(u8 flags)
{
	if (flags & TCPFSM_RST)
		return TCPFSM_CAUSE_RST;
	if (flags & TCPFSM_SYN)
		return flags & TCPFSM_ACK ? TCPFSM_CAUSE_SYNACK : TCPFSM_CAUSE_SYN;
	return flags & TCPFSM_FIN ? TCPFSM_CAUSE_FIN : TCPFSM_CAUSE_ACK;
}

static void note_path(struct tcpfsm_endpoint *x, u8 point)
{
	if (point == TCPFSM_AT_FORWARD)
		x->seen |= TCPFSM_SEEN_FORWARD;
	else if (point == TCPFSM_AT_OUT || point == TCPFSM_AT_LOOP_OUT)
		x->seen |= TCPFSM_SEEN_OUT;
	else
		x->seen |= TCPFSM_SEEN_IN;
}

/**
 * tcpfsm_see() - a segment of a known flow passed
 * @flow: the flow
 * @who: enum tcpfsm_role of the sender
 * @seg: the segment
 * @at: where and when
 * @result: filled in
 *
 * Decides and returns; the caller counts, traces and logs. A segment passes
 * once, or twice over loopback (TCPFSM_AT_LOOP_OUT, then _LOOP_IN).
 *
 * Context: any; the caller serialises calls for one flow.
 */
void tcpfsm_see(struct tcpfsm_flow *flow, unsigned int who, const struct tcpfsm_segment *seg,
		const struct tcpfsm_sighting *at, struct tcpfsm_result *result)
{
	struct tcpfsm_step st = {
		.flow = flow,
		.seg = seg,
		.at = at,
		.result = result,
		.x = tcpfsm_index(flow, who),
		.y = tcpfsm_index(flow, !who),
		.cause = cause_of(seg->flags),
	};
	bool proves = true;

	memset(result, 0, sizeof(*result));
	result->who = st.x;
	flow->seen_ns = at->now_ns;
	note_path(&flow->end[st.x], at->point);
	result->again = at->point == TCPFSM_AT_LOOP_IN;
	if (flow->skipped)
		tcpfsm_catch_up(&st);
	if (!result->again) {
		tcpfsm_history_segment(flow, st.x, seg);
		proves = sent(&st);
	}
	if (proves && at->point != TCPFSM_AT_LOOP_OUT)
		delivered(&st);
	tcpfsm_conclude(&st, at->now_ns);
}

/**
 * tcpfsm_quiet() - can this segment only move sequence numbers?
 * @flow: the flow
 * @seg: the segment
 *
 * Return: true for data and ACKs between two ends that are both ESTABLISHED
 * and sure of it: no exact time is needed, and nothing will be reported.
 */
bool tcpfsm_quiet(const struct tcpfsm_flow *flow, const struct tcpfsm_segment *seg)
{
	return !(seg->flags & (TCPFSM_SYN | TCPFSM_FIN | TCPFSM_RST)) &&
	       flow->end[0].state == TCPFSM_ESTABLISHED &&
	       flow->end[1].state == TCPFSM_ESTABLISHED &&
	       flow->end[0].marks & flow->end[1].marks & TCPFSM_MARK_P_CONFIRMED &&
	       (flow->doubted == TCPFSM_NOBODY || seg->ack != flow->doubt.fin + 1);
}

/**
 * tcpfsm_closer() - who sent the first FIN
 * @flow: the flow
 *
 * Return: TCPFSM_CLIENT, TCPFSM_SERVER, TCPFSM_NOBODY, or one more than that
 * where the FINs crossed: the second was sent before the first had come.
 */
unsigned int tcpfsm_closer(const struct tcpfsm_flow *flow)
{
	if (flow->first_fin != TCPFSM_NOBODY && !(flow->flags & TCPFSM_FLOW_SELF) &&
	    tcpfsm_has_fact(&flow->end[0], TCPFSM_FACT_F) &&
	    tcpfsm_has_fact(&flow->end[1], TCPFSM_FACT_F) &&
	    !fin_covers(&flow->end[!flow->first_fin], &flow->end[flow->first_fin]))
		return TCPFSM_NOBODY + 1;
	return flow->first_fin;
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
