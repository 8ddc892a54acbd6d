// SPDX-License-Identifier: GPL-2.0-only
/*
 * The handshake (RFC 9293 3.5): the facts S, A and P, and when P is taken back.
 */
#include "sequence.h"

/* May a repeated SYN or SYN-ACK of this endpoint contradict its P? */
static bool may_lack_p(const struct tcpfsm_endpoint *end)
{
	return tcpfsm_has_fact(end, TCPFSM_FACT_P) && !(end->marks & TCPFSM_MARK_P_CONFIRMED);
}

static void take_isn(struct tcpfsm_endpoint *x, const struct tcpfsm_segment *seg)
{
	x->isn = seg->seq;
	x->snd_nxt = tcpfsm_end(seg);
	x->marks |= TCPFSM_MARK_ISN;
	x->mss = seg->mss;
	x->wscale = seg->wscale;
	x->has_wscale = seg->has_wscale;
	x->options = seg->options;
}

/*
 * Karn: what answers a SYN that was repeated may answer an earlier copy, unless
 * it echoes the timestamp of the last one (RFC 7323 4.1).
 */
static bool is_ambiguous(const struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];

	return y->rtx_syn && !(st->seg->has_ts && y->options & TCPFSM_OPT_TS &&
			       st->seg->tsecr == y->tsval);
}

static void time_syn(struct tcpfsm_step *st)
{
	struct tcpfsm_flow *flow = st->flow;

	tcpfsm_move_timestamp(&st->flow->end[st->x], st->seg);

	if (st->seg->flags & TCPFSM_ACK) {
		if (flow->has & TCPFSM_HAS_SYN_TIME && !(flow->has & TCPFSM_HAS_RTT_SERVER) &&
		    !(flow->flags & TCPFSM_FLOW_SIMULTANEOUS)) {
			flow->rtt_server_us = tcpfsm_now_us(st) - flow->syn_us;
			flow->has |= TCPFSM_HAS_RTT_SERVER;
			if (is_ambiguous(st))
				flow->flags |= TCPFSM_FLOW_AMBIGUOUS_RTT;
		}
		flow->synack_us = tcpfsm_now_us(st);
		flow->has |= TCPFSM_HAS_SYNACK_TIME;
	} else if (st->x == TCPFSM_CLIENT) {
		flow->syn_us = tcpfsm_now_us(st);
		flow->has |= TCPFSM_HAS_SYN_TIME;
	}
}

/*
 * A listener answers each copy of a SYN at once (RFC 9293 3.10.7.4, first; the kernel's
 * tcp_check_req()). Where the round trip is longer than the client's first timeout of 1 s
 * (RFC 6298 2.1) the answer to the second SYN comes behind the ACK of the first answer: it
 * was sent before that ACK came. One more than there were SYNs is a repetition. At its own
 * host the order is known.
 */
static bool answers_a_repetition(const struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];

	return st->seg->flags & TCPFSM_ACK && !(x->marks & TCPFSM_MARK_BARE_SYN) &&
	       !tcpfsm_at_sender(st) && x->rtx_syn <= y->rtx_syn;
}

static void repeat_syn(struct tcpfsm_step *st)
{
	struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	bool copy = tcpfsm_is_copy(st) || tcpfsm_is_too_early(st);

	st->result->retransmitted = true;
	if (x->rtx_syn < 255)
		x->rtx_syn++;
	time_syn(st);
	if (copy || !may_lack_p(x) || answers_a_repetition(st))
		return;
	/* The ACK of it was lost, or the stack dropped what reached it. */
	if (x->marks & TCPFSM_MARK_SYNACK)
		tcpfsm_note(st, TCPFSM_ANOMALY_FINAL_ACK_LOST);
	tcpfsm_withdraw(st, st->x, TCPFSM_FACT_P, TCPFSM_MARK_P_INFERRED);
}

/*
 * X passes SYN_RECV even if more has passed us before: the peer's SYN-ACK, as
 * they crossed (RFC 9293 fig. 7), or an ACK of X's own, which overtook it.
 */
static void learn_syn(struct tcpfsm_step *st, u8 facts)
{
	st->flow->end[st->x].facts |= facts;
	st->result->learned = true;
	tcpfsm_pass_syn_recv(st, st->x, false);
}

/* The first SYN of X, with or without ACK. */
static void first_syn(struct tcpfsm_step *st)
{
	struct tcpfsm_flow *flow = st->flow;
	struct tcpfsm_endpoint *x = &flow->end[st->x];

	take_isn(x, st->seg);
	time_syn(st);
	if (st->seg->flags & TCPFSM_ACK) {
		x->marks |= TCPFSM_MARK_SYNACK;
		tcpfsm_take_window(st);
		learn_syn(st, TCPFSM_FACT_S | TCPFSM_FACT_A);
		return;
	}
	x->marks |= TCPFSM_MARK_BARE_SYN;
	if (tcpfsm_has_fact(&flow->end[st->y], TCPFSM_FACT_S))
		flow->flags |= TCPFSM_FLOW_SIMULTANEOUS;
	learn_syn(st, TCPFSM_FACT_S);
}

static bool is_sure_of_p(const struct tcpfsm_endpoint *end)
{
	return tcpfsm_has_fact(end, TCPFSM_FACT_P) && !(end->marks & TCPFSM_MARK_P_INFERRED);
}

/* X has gone on from the SYN on record, and that is its only one. */
static bool has_gone_on(const struct tcpfsm_endpoint *x)
{
	return tcpfsm_has_fact(x, TCPFSM_FACT_F) || is_sure_of_p(x);
}

/*
 * Of several SYN-ACKs, has Y taken one? Until then the latest is as good as any. At its
 * own host that is the first which came (RFC 9293 3.10.7.3), and its ACK may come later.
 */
static bool has_chosen(const struct tcpfsm_endpoint *y)
{
	return tcpfsm_has_fact(y, TCPFSM_FACT_A) || is_sure_of_p(y);
}

/* A SYN of X with another number than the one on record. */
static bool other_syn(struct tcpfsm_step *st)
{
	struct tcpfsm_flow *flow = st->flow;
	struct tcpfsm_endpoint *x = &flow->end[st->x];
	const struct tcpfsm_endpoint *y = &flow->end[st->y];

	if (!(st->seg->flags & TCPFSM_ACK)) {
		if (tcpfsm_is_from_outside(st)) {
			tcpfsm_note(st, TCPFSM_ANOMALY_SYN_IN_SYNC);
			return false;
		}
		/* Where neither has an answer, it may be the next try of the same ports. */
		if (tcpfsm_has_fact(y, TCPFSM_FACT_S)) {
			tcpfsm_note(st, TCPFSM_ANOMALY_SYN_IN_SYNC);
			flow->flags |= TCPFSM_FLOW_HALF_OPEN;
		}
		flow->new_isn = st->seg->seq;
		flow->new_of = st->x;
		x->marks |= TCPFSM_MARK_RESTARTED;
		return false;
	}
	/* Of one that was picked up later no number is on record which this could contradict. */
	if (x->marks & TCPFSM_MARK_ISN)
		tcpfsm_note(st, TCPFSM_ANOMALY_SYNACK_ISN);
	if (has_gone_on(x) || has_chosen(y) || !tcpfsm_answers_syn(y, st->seg->ack))
		return false;
	take_isn(x, st->seg);
	x->marks |= TCPFSM_MARK_SYNACK;
	/* A bare SYN before it was not X's. */
	x->marks &= ~TCPFSM_MARK_BARE_SYN;
	flow->flags &= ~TCPFSM_FLOW_SIMULTANEOUS;
	time_syn(st);
	tcpfsm_take_window(st);
	if (!tcpfsm_has_fact(x, TCPFSM_FACT_A))
		learn_syn(st, TCPFSM_FACT_A);
	return true;
}

/* A SYN of X with the number on record. */
static void same_syn(struct tcpfsm_step *st)
{
	struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	struct tcpfsm_endpoint *y = &st->flow->end[st->y];
	bool synack = st->seg->flags & TCPFSM_ACK;

	/* Rule 2: the one that refused may be listening by now. */
	if (!synack && y->marks & TCPFSM_MARK_REFUSED) {
		y->marks &= ~TCPFSM_MARK_REFUSED;
		tcpfsm_settle(st, st->y, true);
	}
	if (!synack || x->marks & TCPFSM_MARK_SYNACK) {
		repeat_syn(st);
		return;
	}
	/* Simultaneous open: the first SYN-ACK after a bare SYN (RFC 9293 fig. 7). */
	x->marks |= TCPFSM_MARK_SYNACK;
	tcpfsm_take_window(st);
	if (!tcpfsm_has_fact(x, TCPFSM_FACT_A))
		learn_syn(st, TCPFSM_FACT_A);
}

/*
 * X has sent its SYN, and nothing has come of Y in this life: what X answers was
 * there before, and has moved X from SYN_SENT all the same (RFC 9293 3.10.7.3).
 */
static bool opens_actively(const struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];

	return x->state == TCPFSM_SYN_SENT && st->seg->seq == x->isn &&
	       !tcpfsm_has_fact(&st->flow->end[st->y], TCPFSM_FACT_S);
}

/**
 * tcpfsm_sent_syn() - X sent a SYN or SYN-ACK (RFC 9293 3.5)
 * @st: the step
 *
 * Return: whether it proves anything, and may deliver what it carries.
 */
bool tcpfsm_sent_syn(struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];
	const struct tcpfsm_segment *seg = st->seg;
	bool synack = seg->flags & TCPFSM_ACK;

	if (seg->len && !synack && !(seg->options & TCPFSM_OPT_TFO))
		tcpfsm_note(st, TCPFSM_ANOMALY_SYN_DATA);
	if (synack && !tcpfsm_answers_syn(y, seg->ack) && !(x->marks & TCPFSM_MARK_SYNACK)) {
		/* RFC 9293 fig. 8: it answers a SYN of an earlier life. */
		tcpfsm_note(st, TCPFSM_ANOMALY_OLD_SYNACK);
		if (opens_actively(st)) {
			same_syn(st);
			st->flow->end[st->y].snd_nxt = seg->ack;
		}
		return false;
	}
	if (tcpfsm_has_fact(x, TCPFSM_FACT_S) &&
	    (seg->seq != x->isn || !(x->marks & TCPFSM_MARK_ISN)))
		return other_syn(st);
	if (tcpfsm_has_fact(x, TCPFSM_FACT_S))
		same_syn(st);
	else
		first_syn(st);
	return true;
}

/**
 * tcpfsm_proves_p() - does a segment show that its sender has received the ACK of its SYN?
 * @x: the sender, which has sent a SYN
 * @y: whom it is for
 * @seg: the segment, without SYN and RST, with a good ACK
 *
 * In SYN_SENT only a SYN-ACK makes a stack send anything but a SYN; in SYN_RECV it may
 * repeat a bare ACK, but sends data or the ACK of data only after. So it does a
 * FIN, unless it opened actively: then it has a user who may close (RFC 9293
 * 3.10.4), and goes from SYN_RECV to FIN_WAIT1.
 */
bool tcpfsm_proves_p(const struct tcpfsm_endpoint *x, const struct tcpfsm_endpoint *y,
		     const struct tcpfsm_segment *seg)
{
	if (!(x->marks & TCPFSM_MARK_SYNACK))
		return true;
	if (tcpfsm_after(seg->ack, y->isn + 1) && !(y->options & TCPFSM_OPT_TFO))
		return true;
	/* RFC 7413 4.2: a Fast Open server may talk, and close, in SYN_RECV. */
	if (y->options & TCPFSM_OPT_TFO)
		return false;
	return seg->len || (seg->flags & TCPFSM_FIN && !(x->marks & TCPFSM_MARK_BARE_SYN));
}

/**
 * tcpfsm_confirm_p() - take X's own segment as proof of its P, if it is one
 * @st: the step; the segment has no SYN and no RST, its ACK is good, and X's P is
 *	not confirmed yet
 */
void tcpfsm_confirm_p(struct tcpfsm_step *st)
{
	struct tcpfsm_endpoint *x = &st->flow->end[st->x];

	if (!tcpfsm_has_fact(x, TCPFSM_FACT_S) ||
	    !tcpfsm_proves_p(x, &st->flow->end[st->y], st->seg))
		return;
	tcpfsm_take_proof_of_p(x);
	tcpfsm_learn_p(st, st->x, false);
}

/**
 * tcpfsm_learn_a() - X has acknowledged Y's SYN
 * @st: the step; its time ends the client's half of the round trip
 */
void tcpfsm_learn_a(struct tcpfsm_step *st)
{
	struct tcpfsm_flow *flow = st->flow;

	if (st->x == TCPFSM_CLIENT && flow->has & TCPFSM_HAS_SYNACK_TIME &&
	    !(flow->flags & TCPFSM_FLOW_SIMULTANEOUS)) {
		flow->rtt_client_us = tcpfsm_now_us(st) - flow->synack_us;
		flow->has |= TCPFSM_HAS_RTT_CLIENT;
		if (is_ambiguous(st))
			flow->flags |= TCPFSM_FLOW_AMBIGUOUS_RTT;
	}
	tcpfsm_learn(st, st->x, TCPFSM_FACT_A);
}

/**
 * tcpfsm_is_early() - is this data from before the end of the handshake?
 * @st: the step; the segment has payload
 *
 * Return: true if X has not received an ACK of its SYN, which would have
 * passed here, and Fast Open (RFC 7413) does not explain it.
 */
bool tcpfsm_is_early(const struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];

	return y->seen && x->facts & TCPFSM_FACT_S &&
	       !(x->facts & TCPFSM_FACT_P) && !((x->options | y->options) & TCPFSM_OPT_TFO);
}

/**
 * tcpfsm_sent_oneway() - X answers a SYN that never passed here
 * @st: the step; only one direction of the flow passes
 */
void tcpfsm_sent_oneway(struct tcpfsm_step *st)
{
	struct tcpfsm_flow *flow = st->flow;
	struct tcpfsm_endpoint *x = &flow->end[st->x];
	struct tcpfsm_endpoint *y = &flow->end[st->y];

	if (st->seg->seq != x->isn + 1 || tcpfsm_has_fact(x, TCPFSM_FACT_A))
		return;
	flow->flags |= TCPFSM_FLOW_ONEWAY | TCPFSM_FLOW_LOOSE;
	y->snd_nxt = st->seg->ack;
	x->marks |= TCPFSM_MARK_P_CONFIRMED;
	tcpfsm_learn_p(st, st->x, false);
	tcpfsm_learn(st, st->x, TCPFSM_FACT_A);
}

/*
 * Y's direction alone had passed, and X's does by now. The first number that Y acknowledged
 * was behind the SYN-ACK, of which more is not known.
 */
static void learn_unseen_synack(struct tcpfsm_step *st)
{
	struct tcpfsm_endpoint *x = &st->flow->end[st->x];

	x->isn = x->snd_nxt - 1;
	x->snd_nxt = st->seg->seq;
	x->marks |= TCPFSM_MARK_SYNACK;
	learn_syn(st, TCPFSM_FACT_S | TCPFSM_FACT_A);
	tcpfsm_confirm_p(st);
}

/**
 * tcpfsm_learn_unseen_syn() - X goes on behind a SYN or SYN-ACK that was not seen
 * @st: the step; the segment has neither SYN nor RST, and no SYN of X passed in this life
 *
 * Either Y has answered it: it passed before Y's own did, see opens_actively(), and who
 * knows both numbers has sent it; or it answered Y's, and took another way than this. What
 * it offered is not known.
 */
void tcpfsm_learn_unseen_syn(struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];

	if (!tcpfsm_answers_syn(y, st->seg->ack))
		return;
	if (st->flow->flags & TCPFSM_FLOW_ONEWAY) {
		learn_unseen_synack(st);
		return;
	}
	if (!(y->marks & TCPFSM_MARK_SYNACK) || st->seg->seq != y->rcv_nxt)
		return;
	st->flow->flags |= TCPFSM_FLOW_SIMULTANEOUS | TCPFSM_FLOW_LOOSE;
	tcpfsm_assume_syn(&st->flow->end[st->x], st->seg->seq);
	learn_syn(st, TCPFSM_FACT_S);
	tcpfsm_confirm_p(st);
}

/**
 * tcpfsm_delivered_syn() - what a SYN-ACK gives Y: its P
 * @st: the step
 * @inferred: seen elsewhere than at Y's own host
 */
void tcpfsm_delivered_syn(struct tcpfsm_step *st, bool inferred)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];
	const struct tcpfsm_segment *seg = st->seg;

	if (!(seg->flags & TCPFSM_ACK) || !tcpfsm_answers_syn(y, seg->ack))
		return;
	/*
	 * SYN_SENT takes any SYN-ACK of its SYN; SYN_RECV the one that fits (RFC 9293
	 * fig. 7), of the SYN that Y has answered.
	 */
	if (!tcpfsm_has_fact(y, TCPFSM_FACT_A) ||
	    (seg->seq == x->isn && seg->ack == y->snd_nxt &&
	     (!(y->marks & TCPFSM_MARK_RCV) || tcpfsm_answers_syn(x, y->rcv_nxt))))
		tcpfsm_learn_p(st, st->y, inferred);
}
