// SPDX-License-Identifier: GPL-2.0-only
/*
 * The seven facts: what a segment shows about its sender, and what it delivers
 * to its target. SYN has its own rules in syn.c, FIN in fin.c, RST in reset.c,
 * the ACK field in ack.c, the birth of a flow in birth.c, time in clock.c.
 *
 * X sent the segment, Y is to receive it. The rule numbers are those of the
 * contract, docs/fsm.md.
 */
#include "sequence.h"

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
	} else if (!st->seg->flags) {
		tcpfsm_note(st, TCPFSM_ANOMALY_NULL_FLAGS);
	} else if (flags == (TCPFSM_FIN | TCPFSM_PSH | TCPFSM_URG)) {
		tcpfsm_note(st, TCPFSM_ANOMALY_XMAS_FLAGS);
	} else if ((flags & (TCPFSM_FIN | TCPFSM_ACK | TCPFSM_RST)) == TCPFSM_FIN) {
		tcpfsm_note(st, TCPFSM_ANOMALY_FIN_NO_ACK);
	}
}

/*
 * Y has acknowledged nothing yet, so X, whose SYN was seen, goes on from there (in
 * the handshake by Fast Open alone), as far as any SYN's window lets it.
 */
static bool is_far(const struct tcpfsm_endpoint *x, const struct tcpfsm_segment *seg)
{
	u32 low = x->snd_nxt - x->isn < TCPFSM_WINDOW_MAX ? x->isn :
							    x->snd_nxt - TCPFSM_WINDOW_MAX;

	return !tcpfsm_within(seg->seq, low, x->snd_nxt + TCPFSM_SYN_WINDOW_MAX);
}

/* At X's own host nobody but X speaks for X. */
static bool is_outside(const struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_endpoint *y = &st->flow->end[st->y];

	if (tcpfsm_at_sender(st) || st->flow->flags & TCPFSM_FLOW_LOOSE)
		return false;
	if (y->marks & TCPFSM_MARK_RCV)
		return !tcpfsm_is_near(y, st->seg);
	return x->marks & TCPFSM_MARK_ISN && is_far(x, st->seg);
}

static void sent_data(struct tcpfsm_step *st)
{
	struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	const struct tcpfsm_segment *seg = st->seg;

	if (tcpfsm_has_fact(x, TCPFSM_FACT_F)) {
		if (!seg->len)
			return;
		if (tcpfsm_after(seg->seq + seg->len, x->snd_nxt))
			tcpfsm_note(st, TCPFSM_ANOMALY_DATA_AFTER_FIN);
	}
	/* A bare ACK stands at SND.NXT: it tells too how far X has come. */
	x->snd_nxt = tcpfsm_later(x->snd_nxt, seg->seq + seg->len);
	if (st->flow->early_rst == st->x)
		tcpfsm_reset_early(st);
}

/* X has not restarted: it talks in this connection yet, and the SYN was not its own. */
static void lives_on(struct tcpfsm_step *st)
{
	st->flow->end[st->x].marks &= ~TCPFSM_MARK_RESTARTED;
	if (st->flow->new_of == st->x)
		st->flow->new_of = TCPFSM_NOBODY;
	if (!(st->flow->end[st->y].marks & TCPFSM_MARK_RESTARTED))
		st->flow->flags &= ~TCPFSM_FLOW_HALF_OPEN;
}

/* A first FIN, which does not fit: its target may know better. */
static bool may_doubt_fin(const struct tcpfsm_step *st)
{
	return st->seg->flags & TCPFSM_FIN &&
	       !tcpfsm_has_fact(&st->flow->end[st->x], TCPFSM_FACT_F);
}

/* X sent a segment without SYN and RST. Returns whether it proves anything. */
static bool sent_plain(struct tcpfsm_step *st)
{
	struct tcpfsm_flow *flow = st->flow;
	struct tcpfsm_endpoint *x = &flow->end[st->x];
	const struct tcpfsm_endpoint *y = &flow->end[st->y];
	const struct tcpfsm_segment *seg = st->seg;

	if (flow->doubted == st->y)
		tcpfsm_believe_fin(st, is_outside(st));
	if (is_outside(st)) {
		st->result->outside = true;
		if (st->at->point == TCPFSM_AT_FORWARD && may_doubt_fin(st))
			tcpfsm_doubt_fin(st, true);
		return false;
	}
	/* X goes on where it was: nothing has passed unseen. */
	if (flow->doubted == st->x && flow->doubted_far)
		flow->doubted = TCPFSM_NOBODY;
	if (tcpfsm_acks_unsent(st)) {
		if (may_doubt_fin(st))
			tcpfsm_doubt_fin(st, false);
		return false;
	}
	if (tcpfsm_has_fact(y, TCPFSM_FACT_F))
		tcpfsm_disbelieve_fin(st);
	if (!tcpfsm_has_fact(x, TCPFSM_FACT_S))
		tcpfsm_learn_unseen_syn(st);
	if (tcpfsm_has_fact(y, TCPFSM_FACT_S)) {
		if (seg->len && tcpfsm_is_early(st))
			tcpfsm_note(st, TCPFSM_ANOMALY_EARLY_DATA);
		if (tcpfsm_has_fact(x, TCPFSM_FACT_A) || tcpfsm_answers_syn(y, seg->ack)) {
			if (!(x->marks & TCPFSM_MARK_P_CONFIRMED))
				tcpfsm_confirm_p(st);
			if (x->marks & TCPFSM_MARK_PF_WAITS)
				tcpfsm_drop_waiting_pf(st);
			tcpfsm_take_ack(st);
			tcpfsm_take_window(st);
		}
	} else {
		tcpfsm_sent_oneway(st);
	}
	/* Before X has acknowledged Y's SYN nothing it says in this form counts. */
	if (!tcpfsm_has_fact(x, TCPFSM_FACT_S | TCPFSM_FACT_A))
		return false;
	if (x->marks & TCPFSM_MARK_RESTARTED)
		lives_on(st);
	/* A first fragment: more was sent than is known, and a FIN stands nobody knows where. */
	if (seg->partial)
		flow->flags |= TCPFSM_FLOW_LOOSE;
	if (seg->flags & TCPFSM_FIN && !seg->partial)
		tcpfsm_sent_fin(st);
	else
		sent_data(st);
	tcpfsm_move_timestamp(x, seg);
	/* RFC 9293 3.10.7.4: TIME_WAIT acknowledges a repeated FIN and starts 2MSL again. */
	if (x->state == TCPFSM_TIME_WAIT && tcpfsm_is_ack_of_fin(y, seg->ack))
		st->result->restarted = true;
	return true;
}

static bool sent(struct tcpfsm_step *st)
{
	const struct tcpfsm_segment *seg = st->seg;

	note_flags(st);
	/* A stack takes a segment with a damaged option, and so do we. */
	if (seg->bad_options)
		tcpfsm_note(st, TCPFSM_ANOMALY_MALFORMED);
	if (seg->flags & TCPFSM_RST) {
		tcpfsm_reset_sent(st);
		return true;
	}
	if (is_worthless(seg))
		return false;
	if (st->flow->end[st->x].marks & TCPFSM_MARK_RESET)
		tcpfsm_reset_withdraw(st);
	return seg->flags & TCPFSM_SYN ? tcpfsm_sent_syn(st) : sent_plain(st);
}

/* At Y's own host: how far it has received in sequence. */
static void delivered_sequence(struct tcpfsm_step *st)
{
	const struct tcpfsm_endpoint *x = &st->flow->end[st->x];
	struct tcpfsm_endpoint *y = &st->flow->end[st->y];

	/* In SYN_RECV what does not acknowledge its SYN is dropped (RFC 9293 3.10.7.4, fifth). */
	if (!tcpfsm_has_fact(y, TCPFSM_FACT_P))
		return;
	tcpfsm_receive(y, st->seg);
	/* Not one of an earlier life, which is no FIN of this one. */
	if (st->seg->flags & TCPFSM_FIN && tcpfsm_has_fact(x, TCPFSM_FACT_F) &&
	    st->seg->seq + st->seg->len == x->fin)
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
		tcpfsm_delivered_syn(st, inferred);
		return;
	}
	/* Over loopback nobody has asked yet whether it proves anything. */
	if (!tcpfsm_has_fact(&st->flow->end[st->x], TCPFSM_FACT_S | TCPFSM_FACT_A))
		return;
	tcpfsm_delivered_ack(st, inferred);
	if (!inferred)
		delivered_sequence(st);
}

/*
 * Does the segment start 2MSL again? The FIN repeated (RFC 9293 3.10.7.4, eighth);
 * the kernel takes whatever has an ACK (tcp_timewait_state_process()), and it
 * is the one at Y's own host.
 */
static bool prolongs(const struct tcpfsm_step *st)
{
	const struct tcpfsm_segment *seg = st->seg;

	if (st->flow->end[st->y].state != TCPFSM_TIME_WAIT ||
	    (seg->flags & (TCPFSM_SYN | TCPFSM_RST | TCPFSM_ACK)) != TCPFSM_ACK)
		return false;
	return tcpfsm_at_target(st) || (seg->flags & TCPFSM_FIN &&
					seg->seq + seg->len == st->flow->end[st->x].fin);
}

/* Of a flow whose segments were not looked at, or not in this flow. */
static void take_up(struct tcpfsm_step *st)
{
	if (st->flow->gone_on == TCPFSM_BOTH_ENDS)
		tcpfsm_come_back(st);
	if (st->flow->skipped)
		tcpfsm_catch_up(st);
}

/**
 * tcpfsm_run_step() - all that a segment shows and delivers
 * @st: the step
 */
void tcpfsm_run_step(struct tcpfsm_step *st)
{
	struct tcpfsm_flow *flow = st->flow;
	struct tcpfsm_endpoint *x = &flow->end[st->x];
	bool proves = true;
	u8 before;

	/* The coarse clock lags behind the fine one that the flow began by. */
	if (st->at->now_ns > flow->seen_ns)
		flow->seen_ns = st->at->now_ns;
	x->seen |= tcpfsm_seen_at(st->at->point);
	if (flow->skipped || flow->gone_on)
		take_up(st);
	if (!st->result->again) {
		tcpfsm_history_segment(flow, st->x, st->seg);
		before = x->facts;
		proves = sent(st);
		if (x->facts != before && x->marks & TCPFSM_MARK_RESET)
			tcpfsm_reset_before(st, before);
	}
	if (st->at->point != TCPFSM_AT_LOOP_OUT) {
		if (proves)
			delivered(st);
		if (prolongs(st))
			st->result->restarted = true;
	}
	tcpfsm_conclude(st, st->at->now_ns);
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
	struct tcpfsm_step st TCPFSM_NOT_CLEARED;

	tcpfsm_begin_step(&st, flow, who, seg, at, result);
	tcpfsm_run_step(&st);
}

static bool are_sure(const struct tcpfsm_flow *flow)
{
	return tcpfsm_is_synchronised(flow) &&
	       flow->end[0].marks & flow->end[1].marks & TCPFSM_MARK_P_CONFIRMED &&
	       flow->early_rst == TCPFSM_NOBODY;
}

/**
 * tcpfsm_is_settled() - are both ends ESTABLISHED, with nothing in doubt?
 * @flow: the flow
 *
 * Return: true if data and ACKs can only move sequence numbers.
 */
bool tcpfsm_is_settled(const struct tcpfsm_flow *flow)
{
	return are_sure(flow) && flow->doubted == TCPFSM_NOBODY &&
	       !((flow->end[0].marks | flow->end[1].marks) & TCPFSM_MARK_RESTARTED);
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
	return tcpfsm_is_plain(seg) && are_sure(flow) &&
	       (flow->doubted == TCPFSM_NOBODY || seg->ack != flow->doubt.fin + 1);
}
