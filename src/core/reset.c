// SPDX-License-Identifier: GPL-2.0-only
/*
 * RST: what it proves about its sender, whether its target must accept it
 * (RFC 9293 3.5.2, 3.5.3 and 3.10.7; RFC 5961 3.2), and when the belief in one
 * is given up.
 */
#include "sequence.h"

enum judgement {
	RST_EXACT,	/* accepted */
	RST_INEXACT,	/* in the window: answered by a challenge ACK */
	RST_OUTSIDE,	/* ignored */
	RST_MOOT,	/* there is nothing left to reset */
};

/*
 * The kernel takes RCV.NXT - 1 too, where a FIN was received (tcp_reset_check()):
 * acknowledged, or else the socket itself says that it has come past it.
 */
static bool is_one_below(const struct tcpfsm_step *st, u32 rcv_nxt)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	u8 state = st->flow->end[st->y].state;

	if (st->seg->seq != rcv_nxt - 1)
		return false;
	/* A socket that is past it and was in FIN_WAIT2 is in TIME_WAIT. */
	if (state == TCPFSM_FIN_WAIT2 || state == TCPFSM_TIME_WAIT)
		return false;
	return state == TCPFSM_CLOSE_WAIT || state == TCPFSM_LAST_ACK ||
	       state == TCPFSM_CLOSING ||
	       (st->at->has_rcv_nxt && tcpfsm_has_fact(x, TCPFSM_FACT_F) &&
		x->fin == rcv_nxt - 1);
}

/*
 * RCV.NXT when the socket at hand looks at this is what it says now, or has come as
 * far as what passed here if others are on their way to it.
 */
static u32 rcv_nxt_at_most(const struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];
	u32 rcv_nxt = st->at->rcv_nxt;

	/*
	 * Of what passed nothing is known where segments were missed or skipped. What lies
	 * beyond the window, a probe of one byte say, is not taken.
	 */
	if (!st->at->lags || st->flow->flags & TCPFSM_FLOW_LOOSE ||
	    (y->marks & TCPFSM_MARK_RCV && tcpfsm_after(y->got, y->rcv_edge)))
		return rcv_nxt;
	return tcpfsm_later(rcv_nxt, y->got);
}

/*
 * RST at a host in SYN_SENT that the SYN-ACK has reached: its socket has taken
 * that, or will before the RST, and acknowledged nothing yet (RFC 9293 3.10.7.4).
 */
static enum judgement judge_after_synack(const struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];
	u32 low = st->at->has_rcv_nxt ? st->at->rcv_nxt : x->isn + 1;
	u32 high = st->at->has_rcv_nxt ? rcv_nxt_at_most(st) : y->got;

	if (tcpfsm_within(st->seg->seq, low, high) || is_one_below(st, low))
		return RST_EXACT;
	/* Nobody knows its window yet. */
	return tcpfsm_before(st->seg->seq, low) ? RST_OUTSIDE : RST_INEXACT;
}

/* Does it acknowledge the SYN of Y, or the one that came later? */
static bool acks_syn(const struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];
	const struct tcpfsm_segment *seg = st->seg;

	return seg->flags & TCPFSM_ACK &&
	       (tcpfsm_answers_syn(y, seg->ack) ||
		tcpfsm_answers_new_syn(st->flow, st->y, seg->ack));
}

/*
 * Y has sent a SYN into the synchronised flow, and this is what a host without a socket
 * answers that with (RFC 9293 3.10.7.1): its number is 0, and none of the flow's. Neither
 * end is in that any more: X would have sent a challenge ACK (RFC 5961 4), and Y waits in
 * SYN_SENT, where it takes this. From outside nobody speaks for an end that is here.
 */
static noinline bool refuses_restart(const struct tcpfsm_step *st)
{
	const struct tcpfsm_flow *flow = st->flow;

	return tcpfsm_answers_new_syn(flow, st->y, st->seg->ack) && flow->shook &&
	       !tcpfsm_is_from_outside(st);
}

static __always_inline enum judgement judge(const struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];
	const struct tcpfsm_segment *seg = st->seg;
	u32 low = y->rcv_nxt;
	u32 high = x->snd_nxt;

	switch (y->state) {
	case TCPFSM_CLOSE:
	case TCPFSM_LISTEN:
		return RST_MOOT;
	case TCPFSM_SYN_SENT:
		/* Nothing of it passes here, and X has had its ACK. */
		if (!y->seen && tcpfsm_has_fact(x, TCPFSM_FACT_P))
			break;
		if (tcpfsm_at_target(st) && tcpfsm_has_fact(y, TCPFSM_FACT_P))
			return judge_after_synack(st);
		/* RFC 9293 3.10.7.3 */
		return acks_syn(st) ? RST_EXACT : RST_OUTSIDE;
	}
	if (!(y->marks & TCPFSM_MARK_RCV))
		return RST_EXACT;
	/*
	 * RCV.NXT lies between Y's highest ACK and what X has sent; at Y's
	 * host, between that ACK and what has come in sequence, and the socket
	 * itself may say where.
	 */
	if (st->flow->flags & TCPFSM_FLOW_LOOSE)
		high = y->rcv_edge;
	else if (tcpfsm_at_target(st))
		high = y->got;
	if (st->at->has_rcv_nxt) {
		low = st->at->rcv_nxt;
		high = rcv_nxt_at_most(st);
	}
	if (tcpfsm_within(seg->seq, low, high) || is_one_below(st, low))
		return RST_EXACT;
	/* RFC 5961 3.2 says RCV.NXT alone; the kernel adds the highest SACK edge. */
	if (seg->seq == y->sack_edge && tcpfsm_after(seg->seq, low))
		return RST_EXACT;
	/* An orphan challenges nothing that lies in its window (tcp_timewait_state_process()). */
	if (tcpfsm_within(seg->seq, low, low + st->at->rcv_wnd))
		return RST_EXACT;
	if (seg->flags & TCPFSM_ACK && refuses_restart(st))
		return RST_EXACT;
	if (tcpfsm_before(seg->seq, low) || tcpfsm_after(seg->seq, y->rcv_edge))
		return RST_OUTSIDE;
	return RST_INEXACT;
}

/*
 * X has answered the SYN of Y, and answers a copy as a host without a socket
 * (RFC 9293 3.10.7.1): the listener is gone, and its SYN_RECV with it
 * (inet_csk_listen_stop()). That RST has the number 0, and none that X goes on with.
 */
static bool has_stopped_listening(const struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];
	const struct tcpfsm_segment *seg = st->seg;

	return x->state == TCPFSM_SYN_RECV && !(x->marks & TCPFSM_MARK_BARE_SYN) &&
	       y->state == TCPFSM_SYN_SENT && tcpfsm_answers_syn(y, seg->ack) &&
	       !tcpfsm_within(seg->seq, x->isn, x->snd_nxt + TCPFSM_SYN_WINDOW_MAX) &&
	       judge(st) == RST_EXACT;
}

static void close_by_reset(struct tcpfsm_step *st, unsigned int who, u16 marks, bool inferred)
{
	struct tcpfsm_endpoint *end = &st->flow->end[who];

	end->marks |= TCPFSM_MARK_RESET | marks;
	if (inferred) {
		end->marks |= TCPFSM_MARK_RESET_INFERRED;
		end->inferred_us = tcpfsm_now_us(st);
	}
	st->result->learned = true;
	/* Whom it was for, if it had opened passively; not who is closed, and has sent it. */
	if (who == st->y && end->state == TCPFSM_SYN_RECV &&
	    !(end->marks & (TCPFSM_MARK_RESET_SENT | TCPFSM_MARK_BARE_SYN)))
		tcpfsm_listen_again(st, who);
	else
		tcpfsm_settle(st, who, false);
}

static void blame(struct tcpfsm_step *st)
{
	struct tcpfsm_flow *flow = st->flow;

	flow->reset_by = st->x;
	flow->reset_hit = flow->end[st->y].state;
}

/*
 * Y is closed, and nobody judges the number: anybody could end X so, who sends nothing that
 * takes it back. It lies in the window that Y had, as data before it may have been lost; where
 * windows are not judged and Y had shown none, anywhere behind its SYN.
 */
static bool is_next(const struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];
	u32 seq = st->seg->seq;

	if (y->marks & TCPFSM_MARK_RCV)
		return tcpfsm_within(seq, y->rcv_nxt, tcpfsm_later(y->rcv_edge, x->snd_nxt));
	if (st->flow->flags & TCPFSM_FLOW_LOOSE)
		return !tcpfsm_is_before_data(x, seq);
	return tcpfsm_within(seq, x->isn + 1, x->snd_nxt + TCPFSM_SYN_WINDOW_MAX);
}

/*
 * Is X closed once it has sent this? Only if X could not have sent it while
 * alive: an answer to an unacceptable ACK carries that ACK's number and no ACK
 * of its own (RFC 9293 3.5.2), an old RST lies below what X sent since.
 */
static bool closes_sender(const struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_segment *seg = st->seg;
	enum judgement judgement;

	switch (x->state) {
	case TCPFSM_CLOSE:
	case TCPFSM_LISTEN:
		return false;
	case TCPFSM_SYN_SENT:
	case TCPFSM_SYN_RECV:
		/*
		 * A live end would have taken an ACK of its SYN, with or without the data in
		 * that (RFC 7413 4.2).
		 */
		return seg->seq == x->snd_nxt ||
		       (!(seg->flags & TCPFSM_ACK) && tcpfsm_answers_syn(x, seg->seq));
	}
	/* In order at its own host, and no live socket sends one in these states. */
	if (tcpfsm_at_sender(st))
		return true;
	/*
	 * Below what X has sent stands an old RST, or the answer of a host without
	 * the socket to an ACK of less (RFC 9293 3.5.2), which has no ACK itself.
	 */
	if (tcpfsm_before(seg->seq, x->snd_nxt) && seg->flags & TCPFSM_ACK)
		return false;
	/* Somebody else's forgery looks like this, and Y would challenge it. */
	judgement = judge(st);
	return judgement == RST_EXACT || (judgement == RST_MOOT && is_next(st));
}

/*
 * X, of which no SYN was seen, sent a RST. If that acknowledges Y's SYN there is no
 * socket (RFC 9293 3.10.7.1): one that listens would take the SYN, and answers an ACK
 * with a RST that has none itself.
 */
static void refuse(struct tcpfsm_step *st)
{
	struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];
	bool exact = judge(st) == RST_EXACT;

	/*
	 * Y may not take it: it has answered a SYN of another life, see opens_actively(),
	 * or has given up while copies of its SYN were on their way.
	 */
	if (!exact && ((y->state != TCPFSM_SYN_RECV && y->state != TCPFSM_CLOSE) ||
		       !acks_syn(st)))
		return;
	/* The victim's state before it is moved. */
	if (exact)
		blame(st);
	if (!(st->seg->flags & TCPFSM_ACK))
		return;
	x->marks |= TCPFSM_MARK_REFUSED;
	tcpfsm_settle(st, st->x, false);
}

/*
 * X is in SYN_SENT, and may not have been there when the SYN came that this answers: then
 * it carries the number 0 (RFC 9293 3.10.7.1), and not one that X goes on with.
 */
static bool is_of_nobody(const struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];
	u32 edge = y->marks & TCPFSM_MARK_RCV ? y->rcv_edge : x->snd_nxt;

	return x->state == TCPFSM_SYN_SENT && !tcpfsm_within(st->seg->seq, x->snd_nxt, edge);
}

/* If no socket of X has sent it X is closed, and it shows nothing of where X was. */
static noinline bool is_of_no_socket(struct tcpfsm_step *st)
{
	if (!(st->seg->flags & TCPFSM_ACK) ||
	    (!refuses_restart(st) && !has_stopped_listening(st)))
		return false;
	if (!tcpfsm_is_closed(&st->flow->end[st->x])) {
		blame(st);
		close_by_reset(st, st->x, 0, !tcpfsm_at_sender(st));
	}
	return true;
}

/**
 * tcpfsm_reset_sent() - what a RST shows about its sender
 * @st: the step
 */
void tcpfsm_reset_sent(struct tcpfsm_step *st)
{
	struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	struct tcpfsm_endpoint *y = &st->flow->end[st->y];
	const struct tcpfsm_segment *seg = st->seg;

	if (!tcpfsm_has_fact(x, TCPFSM_FACT_S)) {
		/* Rule 2: a refusal binds nobody for the future. */
		if (!(x->marks & TCPFSM_MARK_REFUSED))
			refuse(st);
		return;
	}
	/* Few RSTs are asked more than whether they could be. */
	if ((st->flow->new_of == st->y || x->state == TCPFSM_SYN_RECV) && is_of_no_socket(st))
		return;
	/* Rule 10: an abort may be the only segment that shows X's ACK of Y's FIN. */
	if (seg->flags & TCPFSM_ACK && !tcpfsm_after(seg->ack, y->snd_nxt) &&
	    x->state != TCPFSM_CLOSE && !is_of_nobody(st))
		tcpfsm_take_ack(st);
	if (!closes_sender(st))
		return;
	/* It answers an ACK up to its number: nothing later had come, no ACK of the FIN. */
	if (!(seg->flags & TCPFSM_ACK) && x->marks & TCPFSM_MARK_PF_INFERRED &&
	    !tcpfsm_after(seg->seq, x->fin))
		tcpfsm_withdraw(st, st->x, TCPFSM_FACT_PF, TCPFSM_MARK_PF_INFERRED);
	if (st->flow->reset_by == TCPFSM_NOBODY)
		blame(st);
	/* At its own host the number is not judged yet, and no evidence for itself. */
	if (!tcpfsm_at_sender(st))
		x->snd_nxt = tcpfsm_later(x->snd_nxt, seg->seq);
	tcpfsm_move_timestamp(x, seg);
	close_by_reset(st, st->x, TCPFSM_MARK_RESET_SENT, !tcpfsm_at_sender(st));
}

/**
 * tcpfsm_reset_delivered() - what a RST does to its target
 * @st: the step
 */
void tcpfsm_reset_delivered(struct tcpfsm_step *st)
{
	switch (judge(st)) {
	case RST_EXACT:
		blame(st);
		st->flow->reset_seq = st->seg->seq;
		close_by_reset(st, st->y, 0, !tcpfsm_at_target(st));
		break;
	case RST_INEXACT:
		tcpfsm_note(st, TCPFSM_ANOMALY_RST_INEXACT);
		if (!tcpfsm_at_target(st)) {
			st->flow->early_rst = st->x;
			st->flow->early_rst_seq = st->seg->seq;
		}
		break;
	case RST_OUTSIDE:
		tcpfsm_note(st, TCPFSM_ANOMALY_RST_OUTSIDE);
		break;
	case RST_MOOT:
		break;
	}
}

/* How much longer than a round trip a segment may be on its way: TCP_RTO_MIN of the kernel. */
#define ON_ITS_WAY_US 200000

/*
 * Could X, which a RST closed, have sent this before it took that? It had new
 * segments on the way, or a busy socket sends them while the RST waits for it. The
 * excuse needs a RST that was judged, and that its sender is gone or that it did
 * arrive. It does not hold for what is repeated, as only time makes a stack do
 * that, nor for an ACK of more than the RST's number: then that was not RCV.NXT
 * (nor, behind a FIN, one below).
 */
static bool was_on_its_way(const struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];
	const struct tcpfsm_segment *seg = st->seg;

	if (tcpfsm_is_too_early(st))
		return true;
	if (!(y->marks & TCPFSM_MARK_RESET_SENT) && x->marks & TCPFSM_MARK_RESET_INFERRED)
		return false;
	if (x->marks & TCPFSM_MARK_RESET_INFERRED &&
	    tcpfsm_now_us(st) - x->inferred_us > tcpfsm_rtt_us(st->flow, st->x) + ON_ITS_WAY_US)
		return false;
	if (seg->flags & TCPFSM_SYN)
		return seg->flags & TCPFSM_ACK && !(x->marks & TCPFSM_MARK_SYNACK);
	/* One of its own, as of a host without a socket, has no number that Y acknowledged. */
	if (st->flow->reset_by != st->y)
		return false;
	return !(st->flow->flags & TCPFSM_FLOW_LOOSE) && !tcpfsm_before(seg->seq, x->snd_nxt) &&
	       !tcpfsm_after(seg->ack,
			     st->flow->reset_seq + tcpfsm_has_fact(y, TCPFSM_FACT_F));
}

/* Could X have sent this before its own RST? It shows that it did not by something new. */
static bool is_older_than_rst(const struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_segment *seg = st->seg;

	if (seg->flags & TCPFSM_SYN)
		return !(seg->flags & TCPFSM_ACK) || x->marks & TCPFSM_MARK_SYNACK;
	/* In order at its own host: the RST was another's, say a firewall's. */
	if (tcpfsm_at_sender(st))
		return false;
	if (tcpfsm_after(tcpfsm_end(seg), x->snd_nxt))
		return false;
	/* A RST with ACK would have shown its first ACK (rule 10). */
	return x->marks & TCPFSM_MARK_RCV ? !tcpfsm_after(seg->ack, x->rcv_nxt) :
					    tcpfsm_has_fact(x, TCPFSM_FACT_A);
}

/*
 * A RST has closed one end or both: was it for a SYN into the synchronised flow, and no
 * socket's? Then neither sends anything of the old life behind it: see refuses_restart().
 */
static bool was_of_nobody(const struct tcpfsm_flow *flow)
{
	return flow->shook && flow->new_of != TCPFSM_NOBODY &&
	       !((flow->end[0].marks | flow->end[1].marks) & TCPFSM_MARK_RESET_SENT);
}

static bool is_leftover(const struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];

	/* A SYN of another life says nothing of this one, nor does one that had its answer. */
	if (st->seg->flags & TCPFSM_SYN && x->marks & TCPFSM_MARK_ISN &&
	    (st->seg->seq != x->isn || x->marks & TCPFSM_MARK_P_CONFIRMED))
		return true;
	if (tcpfsm_is_copy(st))
		return true;
	if (was_of_nobody(st->flow))
		return false;
	return x->marks & TCPFSM_MARK_RESET_SENT ? is_older_than_rst(st) :
								      was_on_its_way(st);
}

/* The end is where it was, by the way that it had come. */
static void come_alive(struct tcpfsm_step *st, unsigned int who)
{
	if (st->flow->end[who].state == TCPFSM_LISTEN)
		tcpfsm_pass_syn_recv(st, who, true);
	else
		tcpfsm_settle(st, who, true);
}

/**
 * tcpfsm_reset_withdraw() - X, believed closed by a RST, sent something else (rule 4)
 * @st: the step; X has TCPFSM_MARK_RESET
 */
void tcpfsm_reset_withdraw(struct tcpfsm_step *st)
{
	const u16 reset = TCPFSM_MARK_RESET | TCPFSM_MARK_RESET_SENT | TCPFSM_MARK_RESET_INFERRED;
	struct tcpfsm_flow *flow = st->flow;
	struct tcpfsm_endpoint *x = &flow->end[st->x];
	bool both;

	if (x->marks & TCPFSM_MARK_GONE || is_leftover(st))
		return;
	/* X is there: it has not answered Y's SYN so, and Y was not refused. */
	both = was_of_nobody(flow) && flow->new_of == st->y;
	x->marks &= ~reset;
	if (both)
		flow->end[st->y].marks &= ~reset;
	if (!(flow->end[st->y].marks & TCPFSM_MARK_RESET))
		flow->reset_by = TCPFSM_NOBODY;
	tcpfsm_note(st, TCPFSM_ANOMALY_RST_WITHDRAWN);
	st->result->learned = true;
	come_alive(st, st->x);
	if (both)
		come_alive(st, st->y);
}

/**
 * tcpfsm_reset_early() - has X now sent all that came before its RST?
 * @st: the step, a segment of X has moved its SND.NXT; X has an early RST on record
 *
 * A RST may overtake the data before it, and look inexact where those pass
 * later. If they do, it was exact where they came in order; if not, its target
 * challenged it, and the answer to that is one that is.
 */
void tcpfsm_reset_early(struct tcpfsm_step *st)
{
	struct tcpfsm_flow *flow = st->flow;
	const struct tcpfsm_endpoint *x = &flow->end[st->x];
	u8 cause = st->cause;

	if (tcpfsm_before(x->snd_nxt, flow->early_rst_seq))
		return;
	flow->early_rst = TCPFSM_NOBODY;
	if (x->snd_nxt != flow->early_rst_seq || tcpfsm_is_closed(&flow->end[st->y]))
		return;
	flow->reset_seq = flow->early_rst_seq;
	st->cause = TCPFSM_CAUSE_RST;
	blame(st);
	if (!tcpfsm_is_closed(x))
		close_by_reset(st, st->x, TCPFSM_MARK_RESET_SENT, true);
	close_by_reset(st, st->y, 0, true);
	st->cause = cause;
}

/**
 * tcpfsm_reset_before() - the states an end passed before the RST that closed it
 * @st: the step; the segment is a leftover and has shown facts, and X has
 *	TCPFSM_MARK_RESET
 * @before: the facts of X before it
 *
 * X was on its way to them when the RST passed here, and did come there, as its
 * own segment shows; the reset came after.
 */
void tcpfsm_reset_before(struct tcpfsm_step *st, u8 before)
{
	const u16 reset = TCPFSM_MARK_RESET | TCPFSM_MARK_RESET_INFERRED;
	struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	u8 after = x->facts, cause = st->cause;
	u16 marks = x->marks;

	if (x->state != TCPFSM_CLOSE || marks & (TCPFSM_MARK_RESET_SENT | TCPFSM_MARK_GONE) ||
	    (before & TCPFSM_SYNCHRONISED) != TCPFSM_SYNCHRONISED ||
	    !(after & ~before & (TCPFSM_FACT_F | TCPFSM_FACT_AF)))
		return;
	x->marks &= ~reset;
	x->facts = before;
	tcpfsm_settle(st, st->x, true);
	x->facts |= after & TCPFSM_FACT_AF;
	tcpfsm_settle(st, st->x, false);
	x->facts = after;
	tcpfsm_settle(st, st->x, false);
	st->flow->reset_hit = x->state;
	x->marks |= marks & reset;
	st->cause = TCPFSM_CAUSE_RST;
	tcpfsm_settle(st, st->x, false);
	st->cause = cause;
}
