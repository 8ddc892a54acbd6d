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

/* lite.c */
void tcpfsm_catch_up(struct tcpfsm_step *st);

/* facts.c */
void tcpfsm_learn(struct tcpfsm_step *st, unsigned int who, u8 facts);
void tcpfsm_learn_p(struct tcpfsm_step *st, unsigned int who, bool inferred);
void tcpfsm_learn_pf(struct tcpfsm_step *st, unsigned int who, bool inferred);
void tcpfsm_settle(struct tcpfsm_step *st, unsigned int who, bool retracted);
void tcpfsm_conclude(struct tcpfsm_step *st, u64 now_ns);
void tcpfsm_take_ack(struct tcpfsm_step *st);

/* reset.c */
void tcpfsm_reset_sent(struct tcpfsm_step *st);
void tcpfsm_reset_delivered(struct tcpfsm_step *st);
void tcpfsm_reset_withdraw(struct tcpfsm_step *st);
enum tcpfsm_verdict tcpfsm_verdict_of(const struct tcpfsm_flow *flow);

static inline void tcpfsm_note(struct tcpfsm_step *st, enum tcpfsm_anomaly anomaly)
{
	st->result->anomalies |= 1U << anomaly;
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

#endif
