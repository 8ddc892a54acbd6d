// SPDX-License-Identifier: GPL-2.0-only
/*
 * The teardown (RFC 9293 3.6): the facts F, PF and O, when they are taken back,
 * and FINs that are not believed at once.
 */
#include "sequence.h"

/* Stops at what 32 bits hold, 49 days; the coarse clock may lag a little. */
static u32 ms_between(u64 from_ns, u64 to_ns)
{
	u64 ms = to_ns < from_ns ? 0 : div_u64(to_ns - from_ns, NSEC_PER_MSEC);

	return ms < 0xffffffffU ? ms : 0xffffffffU;
}

/**
 * tcpfsm_half_close_ms() - how long was the connection open in one direction?
 * @flow: the flow, with TCPFSM_HAS_HALF_CLOSE
 *
 * Return: milliseconds from the first FIN to the peer's, at most U32_MAX.
 */
u32 tcpfsm_half_close_ms(const struct tcpfsm_flow *flow)
{
	return ms_between(flow->fin_ns[flow->first_fin], flow->fin_ns[!flow->first_fin]);
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

	if (!inferred)
		end->marks &= ~TCPFSM_MARK_PF_INFERRED;
	if (tcpfsm_has_fact(end, TCPFSM_FACT_PF))
		return;
	if (inferred) {
		end->marks |= TCPFSM_MARK_PF_INFERRED;
		end->inferred_us = tcpfsm_now_us(st);
	}
	flow->finack_ms[who] = ms_between(flow->fin_ns[who], st->at->now_ns);
	flow->has |= TCPFSM_HAS_FINACK_CLIENT << who;
	if (tcpfsm_has_fact(&flow->end[!who], TCPFSM_FACT_PF)) {
		flow->teardown_ms = ms_between(flow->fin_ns[flow->first_fin], st->at->now_ns);
		flow->has |= TCPFSM_HAS_TEARDOWN;
	}
	tcpfsm_learn(st, who, TCPFSM_FACT_PF);
}

/* X's FIN carries an ACK that covers Y's FIN: LAST_ACK, not CLOSING (rule 9). */
static bool fin_covers(const struct tcpfsm_endpoint *x, const struct tcpfsm_endpoint *y)
{
	return tcpfsm_is_ack_of_fin(y, x->fin_ack);
}

/*
 * @who acknowledged Y's FIN from behind its own, which was lost then: this is not
 * its first copy, as it comes more than a round trip later. Taking segments in
 * order, @who had not seen Y's FIN when it sent that one.
 */
static bool was_sent_before_ack(const struct tcpfsm_step *st, unsigned int who, u32 fin)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[who];
	u32 rtt_us = tcpfsm_rtt_us(st->flow, who);

	if (!tcpfsm_has_fact(x, TCPFSM_FACT_AF) || x->af_seq != fin + 1)
		return false;
	/* It stands before that ACK and was sent after it: sent again. */
	if (who == st->x && st->seg->has_ts && x->tsval)
		return tcpfsm_after(st->seg->tsval, x->tsval);
	return rtt_us && !(st->flow->flags & TCPFSM_FLOW_AMBIGUOUS_RTT) &&
	       tcpfsm_now_us(st) - x->inferred_us > rtt_us;
}

/* What a FIN of @who shows, whenever it passed. */
static void record_fin(struct tcpfsm_step *st, unsigned int who, u32 fin, u32 ack, u64 ns)
{
	struct tcpfsm_flow *flow = st->flow;
	struct tcpfsm_endpoint *x = &flow->end[who];
	const struct tcpfsm_endpoint *y = &flow->end[tcpfsm_index(flow, !who)];
	bool covers;

	x->fin = fin;
	x->fin_ack = ack;
	x->snd_nxt = fin + 1;
	flow->fin_ns[who] = ns;
	if (flow->first_fin == TCPFSM_NOBODY)
		flow->first_fin = who;
	else
		flow->has |= TCPFSM_HAS_HALF_CLOSE;
	covers = fin_covers(x, y) && !was_sent_before_ack(st, who, fin);
	/* One that was put aside shows its ACK only now. */
	if (covers && !tcpfsm_has_fact(x, TCPFSM_FACT_AF))
		tcpfsm_learn(st, who, TCPFSM_FACT_AF);
	x->facts |= covers ? TCPFSM_FACT_F | TCPFSM_FACT_O : TCPFSM_FACT_F;
	st->result->learned = true;
	/* Rule 9: its ACK of Y's FIN had overtaken its own FIN; it was never in CLOSE_WAIT. */
	tcpfsm_settle(st, who, tcpfsm_has_fact(x, TCPFSM_FACT_AF) && !covers);
}

/*
 * Has the FIN of Y on record, if there is one, been acknowledged? Of a socket
 * that is connected to itself PF may be known before AF is.
 */
static bool is_settled(const struct tcpfsm_step *st)
{
	return tcpfsm_has_fact(&st->flow->end[st->x], TCPFSM_FACT_AF) ||
	       tcpfsm_has_fact(&st->flow->end[st->y], TCPFSM_FACT_PF);
}

/* @who goes on beyond its FIN, or sends another: the one on record was not its own. */
static void forget_fin(struct tcpfsm_step *st, unsigned int who)
{
	struct tcpfsm_flow *flow = st->flow;
	unsigned int other = tcpfsm_index(flow, !who);

	if (flow->first_fin == who)
		flow->first_fin = flow->end[other].facts & TCPFSM_FACT_F ? other : TCPFSM_NOBODY;
	/* There is room again for who has sent an ICMP error, which nobody knows any more. */
	if (flow->first_fin == TCPFSM_NOBODY)
		memset(flow->icmp_from, 0, sizeof(flow->icmp_from));
	flow->has &= ~TCPFSM_HAS_HALF_CLOSE;
	tcpfsm_withdraw(st, who, TCPFSM_FACT_F | TCPFSM_FACT_O,
			TCPFSM_MARK_PF_WAITS | TCPFSM_MARK_PF_WAITS_INFERRED);
}

/* Where an end's SYN stood, or before that, is no place for its FIN. */
static bool is_misplaced(const struct tcpfsm_endpoint *end, u32 fin)
{
	return end->marks & TCPFSM_MARK_ISN && tcpfsm_is_before_data(end, fin);
}

/**
 * tcpfsm_doubt_fin() - put X's FIN aside
 * @st: the step
 * @far: it lies outside the window
 *
 * A FIN that does not fit what was seen of its connection: it acknowledges what
 * was not sent, lies below what its sender has sent, or is another than the one
 * on record. Either it was forged, or what was believed before was, or segments
 * passed unseen (a capture with holes, a fast path around the hooks). Its target
 * knows: if that acknowledges exactly this FIN, and has itself come as far as
 * this FIN said, it was genuine, and tcpfsm_believe_fin() takes it. Whoever forges
 * blindly would have to hit both ends' windows at once.
 */
void tcpfsm_doubt_fin(struct tcpfsm_step *st, bool far)
{
	struct tcpfsm_flow *flow = st->flow;
	u32 fin = st->seg->seq + st->seg->len;

	if (is_misplaced(&flow->end[st->x], fin))
		return;
	flow->doubted = st->x;
	flow->doubted_far = far;
	flow->doubt.fin = fin;
	flow->doubt.ack = st->seg->ack;
	flow->doubt.ms = div_u64(st->at->now_ns, NSEC_PER_MSEC);
}

/**
 * tcpfsm_believe_fin() - take the FIN of Y that was put aside, if X shows that it is genuine
 * @st: the step; there is one
 * @outside: the segment itself lies outside the window
 */
void tcpfsm_believe_fin(struct tcpfsm_step *st, bool outside)
{
	struct tcpfsm_flow *flow = st->flow;
	struct tcpfsm_endpoint *x = &flow->end[st->x];
	struct tcpfsm_endpoint *y = &flow->end[st->y];
	u64 now_ns = st->at->now_ns;
	u8 cause = st->cause;
	u32 ago_ms;

	if (st->seg->ack != flow->doubt.fin + 1 || is_misplaced(y, flow->doubt.fin) ||
	    tcpfsm_before(tcpfsm_end(st->seg), flow->doubt.ack) ||
	    !tcpfsm_has_fact(y, TCPFSM_SYNCHRONISED) || is_settled(st))
		return;
	flow->doubted = TCPFSM_NOBODY;
	st->cause = TCPFSM_CAUSE_FIN;
	if (flow->doubted_far || outside) {
		/* What lies between the windows and these two has passed unseen. */
		flow->flags |= TCPFSM_FLOW_LOOSE;
		tcpfsm_catch_up(st);
	}
	if (tcpfsm_has_fact(y, TCPFSM_FACT_F))
		forget_fin(st, st->y);
	x->snd_nxt = tcpfsm_later(x->snd_nxt, flow->doubt.ack);
	if (y->marks & TCPFSM_MARK_RCV && tcpfsm_is_recent(x, flow->doubt.ack))
		tcpfsm_move_window(y, flow->doubt.ack, 0);
	ago_ms = (u32)div_u64(now_ns, NSEC_PER_MSEC) - flow->doubt.ms;
	record_fin(st, st->y, flow->doubt.fin, flow->doubt.ack,
		   now_ns - (u64)ago_ms * NSEC_PER_MSEC);
	st->cause = cause;
}

/**
 * tcpfsm_disbelieve_fin() - take back a FIN of Y that was none
 * @st: the step; Y's FIN is on record
 *
 * It was none if X acknowledges more than it, and Y did send more.
 */
void tcpfsm_disbelieve_fin(struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];

	if (!is_settled(st) && tcpfsm_after(st->seg->ack, y->fin + 1))
		forget_fin(st, st->y);
}

/*
 * X sends the FIN on record again, and knows what was inferred of it by now. Once
 * it has acknowledged Y's FIN, of which all copies carried the ACK of its own,
 * it does so no more: that is a copy, or crossed it.
 */
static bool is_repetition(const struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];

	return st->seg->flags & TCPFSM_FIN && st->seg->seq + st->seg->len == x->fin &&
	       !tcpfsm_is_copy(st) && !tcpfsm_is_too_early(st) &&
	       !(tcpfsm_has_fact(x, TCPFSM_FACT_AF) && tcpfsm_has_fact(y, TCPFSM_FACT_O));
}

/**
 * tcpfsm_drop_waiting_pf() - X repeats its FIN: the ACK of it that waits was lost
 * @st: the step, before the segment's own ACK is taken, which would release it
 */
void tcpfsm_drop_waiting_pf(struct tcpfsm_step *st)
{
	if (is_repetition(st))
		st->flow->end[st->x].marks &= ~(TCPFSM_MARK_PF_WAITS |
						TCPFSM_MARK_PF_WAITS_INFERRED);
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
		tcpfsm_withdraw(st, st->x, TCPFSM_FACT_O, 0);
	if (tcpfsm_has_fact(x, TCPFSM_FACT_PF) && is_repetition(st)) {
		tcpfsm_note(st, TCPFSM_ANOMALY_LAST_ACK_LOST);
		tcpfsm_withdraw(st, st->x, TCPFSM_FACT_PF, TCPFSM_MARK_PF_INFERRED);
	}
}

/* A FIN is the last thing sent; where no window is judged it must follow at once. */
static bool is_doubtful(const struct tcpfsm_step *st, u32 fin)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];

	/* An ACK that overtook it stood behind it. */
	if (tcpfsm_before(fin + 1, x->snd_nxt) || is_misplaced(x, fin))
		return true;
	return st->flow->flags & TCPFSM_FLOW_LOOSE && y->marks & TCPFSM_MARK_RCV &&
	       !tcpfsm_at_sender(st) && st->seg->seq != x->snd_nxt;
}

/**
 * tcpfsm_sent_fin() - X sent a FIN (RFC 9293 3.6)
 * @st: the step; its ACK is good and it lies in Y's window
 */
void tcpfsm_sent_fin(struct tcpfsm_step *st)
{
	struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	u32 fin = st->seg->seq + st->seg->len;

	/* The copy that was put aside was one of this: it was not that one's ACK that counts. */
	if (st->flow->doubted == st->x && st->flow->doubt.fin == fin)
		st->flow->doubted = TCPFSM_NOBODY;
	if (tcpfsm_has_fact(x, TCPFSM_FACT_F) && fin == x->fin) {
		repeat_fin(st);
	} else if (tcpfsm_has_fact(x, TCPFSM_FACT_F) || is_doubtful(st, fin)) {
		tcpfsm_note(st, TCPFSM_ANOMALY_FIN_SEQ);
		tcpfsm_doubt_fin(st, false);
	} else {
		record_fin(st, st->x, fin, st->seg->ack, st->at->now_ns);
	}
}

/**
 * tcpfsm_is_behind_fin() - does the segment follow a FIN that Y has yet to acknowledge?
 * @st: the step
 *
 * Return: true if what it delivers waits for that ACK (rule 8).
 */
bool tcpfsm_is_behind_fin(const struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];

	if (!tcpfsm_has_fact(x, TCPFSM_FACT_F) || tcpfsm_has_fact(y, TCPFSM_FACT_AF))
		return false;
	if (!tcpfsm_at_target(st))
		return tcpfsm_after(st->seg->seq, x->fin);
	/* One that came past a hole is not in @got; that it is filled shows that Y has taken it. */
	return y->marks & TCPFSM_MARK_FIN_REACHED && !tcpfsm_before(y->got, x->fin);
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
	    !tcpfsm_has_fact(&flow->end[!flow->first_fin], TCPFSM_FACT_O))
		return TCPFSM_NOBODY + 1;
	return flow->first_fin;
}

/**
 * tcpfsm_closer_name() - who sent the first FIN, as a word
 * @flow: the flow
 *
 * Return: "client", "server" or "simultaneous", or NULL if nobody has.
 */
const char *tcpfsm_closer_name(const struct tcpfsm_flow *flow)
{
	static const char *const names[] = { "client", "server", NULL, "simultaneous" };

	return names[tcpfsm_closer(flow)];
}
