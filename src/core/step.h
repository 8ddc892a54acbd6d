/* SPDX-License-Identifier: GPL-2.0-only */
/* Private to the core: one segment on its way through the rules. */
#ifndef TCPFSM_STEP_H
#define TCPFSM_STEP_H

#include "flow.h"

/**
 * struct tcpfsm_step - one segment, one flow
 * @flow: the flow
 * @seg: the segment, or NULL where the clock or a hand is the cause
 * @at: where and when it was seen
 * @result: what has changed so far
 * @x: index of the endpoint that sent it
 * @y: index of the endpoint it is for
 * @cause: enum tcpfsm_cause
 */
struct tcpfsm_step {
	struct tcpfsm_flow *flow;
	const struct tcpfsm_segment *seg;
	const struct tcpfsm_sighting *at;
	struct tcpfsm_result *result;
	unsigned int x;
	unsigned int y;
	u8 cause;
};

/* The largest window that can be offered (RFC 7323 2.2). */
#define TCPFSM_WINDOW_MAX 0x40000000U

/* What a connection has on either side once it is synchronised. */
#define TCPFSM_SYNCHRONISED (TCPFSM_FACT_S | TCPFSM_FACT_A | TCPFSM_FACT_P)

/* facts.c */
void tcpfsm_run_step(struct tcpfsm_step *st);

/* birth.c: both bits of @gone_on of the flow */
#define TCPFSM_BOTH_ENDS 3

void tcpfsm_come_back(struct tcpfsm_step *st);

/* lite.c */
void tcpfsm_catch_up(struct tcpfsm_step *st);

/* endpoint.c */
void tcpfsm_learn(struct tcpfsm_step *st, unsigned int who, u8 facts);
void tcpfsm_learn_p(struct tcpfsm_step *st, unsigned int who, bool inferred);
void tcpfsm_withdraw(struct tcpfsm_step *st, unsigned int who, u8 facts, u16 marks);
void tcpfsm_listen_again(struct tcpfsm_step *st, unsigned int who);
void tcpfsm_settle(struct tcpfsm_step *st, unsigned int who, bool retracted);
void tcpfsm_pass_syn_recv(struct tcpfsm_step *st, unsigned int who, bool retracted);
void tcpfsm_take_window(struct tcpfsm_step *st);
bool tcpfsm_is_copy(const struct tcpfsm_step *st);
u32 tcpfsm_rtt_us(const struct tcpfsm_flow *flow, unsigned int who);
bool tcpfsm_is_too_early(const struct tcpfsm_step *st);

/* ack.c */
bool tcpfsm_acks_unsent(struct tcpfsm_step *st);
void tcpfsm_take_ack(struct tcpfsm_step *st);
void tcpfsm_delivered_ack(struct tcpfsm_step *st, bool inferred);

/* syn.c */
bool tcpfsm_sent_syn(struct tcpfsm_step *st);
bool tcpfsm_proves_p(const struct tcpfsm_endpoint *x, const struct tcpfsm_endpoint *y,
		     const struct tcpfsm_segment *seg);
void tcpfsm_confirm_p(struct tcpfsm_step *st);
void tcpfsm_learn_a(struct tcpfsm_step *st);
bool tcpfsm_is_early(const struct tcpfsm_step *st);
void tcpfsm_sent_oneway(struct tcpfsm_step *st);
void tcpfsm_learn_unseen_syn(struct tcpfsm_step *st);
void tcpfsm_delivered_syn(struct tcpfsm_step *st, bool inferred);

/* fin.c */
void tcpfsm_learn_pf(struct tcpfsm_step *st, unsigned int who, bool inferred);
void tcpfsm_doubt_fin(struct tcpfsm_step *st, bool far);
void tcpfsm_believe_fin(struct tcpfsm_step *st, bool outside);
void tcpfsm_disbelieve_fin(struct tcpfsm_step *st);
void tcpfsm_drop_waiting_pf(struct tcpfsm_step *st);
void tcpfsm_sent_fin(struct tcpfsm_step *st);
bool tcpfsm_is_behind_fin(const struct tcpfsm_step *st);

/* outcome.c */
void tcpfsm_conclude(struct tcpfsm_step *st, u64 now_ns);
enum tcpfsm_verdict tcpfsm_verdict_of(const struct tcpfsm_flow *flow);

/* reset.c */
void tcpfsm_reset_sent(struct tcpfsm_step *st);
void tcpfsm_reset_delivered(struct tcpfsm_step *st);
void tcpfsm_reset_withdraw(struct tcpfsm_step *st);
void tcpfsm_reset_early(struct tcpfsm_step *st);
void tcpfsm_reset_before(struct tcpfsm_step *st, u8 before);

/* What a transition that a segment causes is put down to. */
static inline enum tcpfsm_cause tcpfsm_cause_of(u8 flags)
{
	if (flags & TCPFSM_RST)
		return TCPFSM_CAUSE_RST;
	if (flags & TCPFSM_SYN)
		return flags & TCPFSM_ACK ? TCPFSM_CAUSE_SYNACK : TCPFSM_CAUSE_SYN;
	return flags & TCPFSM_FIN ? TCPFSM_CAUSE_FIN : TCPFSM_CAUSE_ACK;
}

/**
 * tcpfsm_begin_step() - one segment sets out on its way through the rules
 * @st: filled in
 * @flow: the flow
 * @who: enum tcpfsm_role of the sender
 * @seg: the segment
 * @at: where and when
 * @result: cleared
 */
static inline void tcpfsm_begin_step(struct tcpfsm_step *st, struct tcpfsm_flow *flow,
				     unsigned int who, const struct tcpfsm_segment *seg,
				     const struct tcpfsm_sighting *at,
				     struct tcpfsm_result *result)
{
	st->flow = flow;
	st->seg = seg;
	st->at = at;
	st->result = result;
	st->x = tcpfsm_index(flow, who);
	st->y = tcpfsm_index(flow, !who);
	st->cause = tcpfsm_cause_of(seg->flags);
	tcpfsm_result_clear(result);
	result->who = st->x;
	result->again = at->point == TCPFSM_AT_LOOP_IN;
}

static inline void tcpfsm_note(struct tcpfsm_step *st, enum tcpfsm_anomaly anomaly)
{
	st->result->anomalies |= 1U << anomaly;
}

/* Nothing of this connection is left there. */
static inline bool tcpfsm_is_closed(const struct tcpfsm_endpoint *end)
{
	return end->state == TCPFSM_CLOSE || end->state == TCPFSM_LISTEN;
}

/**
 * tcpfsm_answers_syn() - does an ACK cover a SYN, and nothing that was not sent?
 * @y: the end that sent the SYN, perhaps with data (RFC 7413)
 * @ack: acknowledgment number of its peer
 *
 * Return: false too if @y has sent no SYN.
 */
static inline bool tcpfsm_answers_syn(const struct tcpfsm_endpoint *y, u32 ack)
{
	return tcpfsm_has_fact(y, TCPFSM_FACT_S) && ack != y->isn &&
	       tcpfsm_within(ack, y->isn, y->snd_nxt);
}

/**
 * tcpfsm_answers_new_syn() - does an ACK cover the SYN that begins another life, or is to?
 * @flow: the flow
 * @who: index of the end that sent the SYN
 * @ack: acknowledgment number of its peer
 *
 * Return: false too if @who has sent none since the one on record.
 */
static inline bool tcpfsm_answers_new_syn(const struct tcpfsm_flow *flow, unsigned int who,
					  u32 ack)
{
	return flow->new_of == who && ack == flow->new_isn + 1;
}

/**
 * tcpfsm_is_ack_of_fin() - does an ACK cover a FIN exactly?
 * @end: the end that sent the FIN
 * @ack: acknowledgment number of its peer
 *
 * Return: false too if @end has sent no FIN.
 */
static inline bool tcpfsm_is_ack_of_fin(const struct tcpfsm_endpoint *end, u32 ack)
{
	return tcpfsm_has_fact(end, TCPFSM_FACT_F) && ack == end->fin + 1;
}

/*
 * Does a number lie where an end's SYN stood, or before that, and not where it comes to with what
 * follows? Data may have taken it further from its SYN than "before" and "after" reach.
 */
static inline bool tcpfsm_is_before_data(const struct tcpfsm_endpoint *end, u32 seq)
{
	return !tcpfsm_within(seq, end->isn + 1, end->snd_nxt) &&
	       end->isn - seq < seq - end->snd_nxt;
}

/* An end's SYN was not seen: its number is the one below what comes next (Fast Open aside). */
static inline void tcpfsm_assume_syn(struct tcpfsm_endpoint *end, u32 next)
{
	end->isn = next - 1;
	end->snd_nxt = next;
	end->marks |= TCPFSM_MARK_ISN | TCPFSM_MARK_BARE_SYN;
}

/* X's own segment proves its P: if that is known, it is no guess any more. */
static inline void tcpfsm_take_proof_of_p(struct tcpfsm_endpoint *x)
{
	x->marks |= TCPFSM_MARK_P_CONFIRMED;
	x->marks &= ~TCPFSM_MARK_P_INFERRED;
}

/* Microseconds since the flow began, modulo 2^32. */
static inline u32 tcpfsm_now_us(const struct tcpfsm_step *st)
{
	return div_u64(st->at->now_ns - st->flow->born_ns, NSEC_PER_USEC);
}

/* The segment passes its sender's own host on the way out. */
static inline bool tcpfsm_at_sender(const struct tcpfsm_step *st)
{
	return st->at->point == TCPFSM_AT_OUT || st->at->point == TCPFSM_AT_LOOP_OUT;
}

/* The segment passes the host it is for: what it delivers is observed. */
static inline bool tcpfsm_at_target(const struct tcpfsm_step *st)
{
	return st->at->point == TCPFSM_AT_IN || st->at->point == TCPFSM_AT_LOOP_IN;
}

/* Does it come from the network, in the name of an end that has sent from here? Not its own. */
static inline bool tcpfsm_is_from_outside(const struct tcpfsm_step *st)
{
	return st->at->point == TCPFSM_AT_IN && st->flow->end[st->x].seen & TCPFSM_SEEN_OUT;
}

#endif
