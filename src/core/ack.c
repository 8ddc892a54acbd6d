// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ACK field: what it shows of the end that sends it, and what it gives the
 * end that takes it.
 */
#include "sequence.h"

/**
 * tcpfsm_acks_unsent() - does X acknowledge what Y has not sent? (rule 7)
 * @st: the step; the segment has ACK
 *
 * Or what was acknowledged 1 GiB ago, which a stack takes no more (RFC 5961 5.2).
 * Segments of Y may have passed unseen; at X's own host nobody but X speaks for
 * X, so what it acknowledges has reached it.
 *
 * Return: true if the segment proves nothing.
 */
bool tcpfsm_acks_unsent(struct tcpfsm_step *st)
{
	struct tcpfsm_endpoint *y = &st->flow->end[st->y];
	u32 ack = st->seg->ack;

	if (!tcpfsm_has_fact(y, TCPFSM_FACT_S) || tcpfsm_is_recent(y, ack))
		return false;
	/* Its SYN is assumed from the SYN-ACK, and nothing of Y passes here. */
	if (!y->seen)
		st->flow->flags |= TCPFSM_FLOW_ONEWAY | TCPFSM_FLOW_LOOSE;
	if (tcpfsm_at_sender(st) ||
	    (st->flow->flags & TCPFSM_FLOW_LOOSE && !tcpfsm_has_fact(y, TCPFSM_FACT_F) &&
	     tcpfsm_after(ack, y->snd_nxt))) {
		y->snd_nxt = ack;
		return false;
	}
	tcpfsm_note(st, TCPFSM_ANOMALY_ACK_UNSENT);
	return true;
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

/**
 * tcpfsm_take_ack() - the facts in the ACK field of X's segment
 * @st: the step; the segment has ACK, and its ACK is of something Y sent
 */
void tcpfsm_take_ack(struct tcpfsm_step *st)
{
	struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];
	u32 ack = st->seg->ack;

	if (!tcpfsm_has_fact(x, TCPFSM_FACT_A) && tcpfsm_answers_syn(y, ack))
		tcpfsm_learn_a(st);
	if (!tcpfsm_is_ack_of_fin(y, ack) || tcpfsm_has_fact(x, TCPFSM_FACT_AF))
		return;
	/*
	 * All copies of that FIN carried an ACK of X's, which X took before the FIN
	 * (RFC 9293 3.10.7.4, fifth and eighth): no guess, wherever this passes.
	 */
	if (tcpfsm_has_fact(x, TCPFSM_FACT_F) && tcpfsm_has_fact(y, TCPFSM_FACT_O))
		tcpfsm_learn_pf(st, st->x, false);
	x->af_seq = st->seg->seq;
	/* For a FIN of X that is seen later: see was_sent_before_ack(). */
	if (!tcpfsm_has_fact(x, TCPFSM_FACT_F))
		x->inferred_us = tcpfsm_now_us(st);
	tcpfsm_learn(st, st->x, TCPFSM_FACT_AF);
	/* Rule 8: the ACK of X's own FIN, which came behind Y's FIN, counts now. */
	if (x->marks & TCPFSM_MARK_PF_WAITS) {
		bool inferred = x->marks & TCPFSM_MARK_PF_WAITS_INFERRED;

		x->marks &= ~(TCPFSM_MARK_PF_WAITS | TCPFSM_MARK_PF_WAITS_INFERRED);
		tcpfsm_learn_pf(st, st->x, inferred);
	}
}

/**
 * tcpfsm_delivered_ack() - what the ACK field of X's segment gives Y: P and PF
 * @st: the step
 * @inferred: seen elsewhere than at Y's own host
 */
void tcpfsm_delivered_ack(struct tcpfsm_step *st, bool inferred)
{
	struct tcpfsm_endpoint *y = &st->flow->end[st->y];
	u32 ack = st->seg->ack;

	/* Rule 5: in SYN_SENT a bare ACK gives nothing. */
	if (!tcpfsm_has_fact(y, TCPFSM_FACT_S | TCPFSM_FACT_A) || tcpfsm_after(ack, y->snd_nxt) ||
	    !is_acceptable(st))
		return;
	if (!tcpfsm_has_fact(y, TCPFSM_FACT_P) && tcpfsm_answers_syn(y, ack))
		tcpfsm_learn_p(st, st->y, inferred);
	if (!tcpfsm_is_ack_of_fin(y, ack))
		return;
	if (tcpfsm_has_fact(y, TCPFSM_FACT_PF)) {
		if (!inferred)
			y->marks &= ~TCPFSM_MARK_PF_INFERRED;
		else
			y->inferred_us = tcpfsm_now_us(st);
		return;
	}
	/* A copy of that FIN says no more than the first; without loss it comes later. */
	if (!tcpfsm_is_behind_fin(st) &&
	    !(y->marks & TCPFSM_MARK_PF_WAITS && st->seg->flags & TCPFSM_FIN)) {
		tcpfsm_learn_pf(st, st->y, inferred);
		return;
	}
	y->marks |= TCPFSM_MARK_PF_WAITS;
	if (inferred) {
		y->marks |= TCPFSM_MARK_PF_WAITS_INFERRED;
		y->inferred_us = tcpfsm_now_us(st);
	} else {
		y->marks &= ~TCPFSM_MARK_PF_WAITS_INFERRED;
	}
}
