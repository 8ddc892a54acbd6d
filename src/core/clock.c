// SPDX-License-Identifier: GPL-2.0-only
/*
 * Time enters the rules as a segment does: 2MSL ends, a flow falls silent, or
 * a hand gives it up.
 */
#include "step.h"

/* The kernel's TCP_TIMEWAIT_LEN. */
#define TIME_WAIT_S 60
#define LINGER_S 10

/**
 * tcpfsm_limits_default() - the documented defaults
 * @limits: filled in
 */
void tcpfsm_limits_default(struct tcpfsm_limits *limits)
{
	memset(limits, 0, sizeof(*limits));
	limits->time_wait_s = TIME_WAIT_S;
	limits->linger_s = LINGER_S;
#define X(state, word, seconds) limits->idle_s[TCPFSM_##state] = (seconds);
	TCPFSM_LIMITS(X)
#undef X
}

static bool is_in(const struct tcpfsm_flow *flow, enum tcpfsm_state state)
{
	return flow->end[0].state == state ||
	       flow->end[tcpfsm_index(flow, TCPFSM_SERVER)].state == state;
}

static bool both_spoke(const struct tcpfsm_flow *flow)
{
	return flow->end[0].seen && flow->end[tcpfsm_index(flow, TCPFSM_SERVER)].seen;
}

/* Stray segments made it, perhaps: whoever sends them can make a flow. */
static bool is_guess(const struct tcpfsm_flow *flow)
{
	return (flow->shook ? flow->flags & TCPFSM_FLOW_MIDSTREAM :
			      flow->flags & TCPFSM_FLOW_ONEWAY) && !both_spoke(flow);
}

/**
 * tcpfsm_phase() - which clock a flow goes by
 * @flow: the flow
 *
 * Return: HALF_OPEN and TIME_WAIT count from flow->since_ns and so does ENDED,
 * for the time a flow stays readable; GUESS and ALIVE count from the latest
 * segment, flow->seen_ns, or 2MSL of an end that has passed after it.
 */
enum tcpfsm_phase tcpfsm_phase(const struct tcpfsm_flow *flow)
{
	if (flow->ended)
		return TCPFSM_PHASE_ENDED;
	if (is_in(flow, TCPFSM_TIME_WAIT))
		return TCPFSM_PHASE_TIME_WAIT;
	if (is_guess(flow))
		return TCPFSM_PHASE_GUESS;
	if (flow->shook || flow->flags & TCPFSM_FLOW_ONEWAY)
		return TCPFSM_PHASE_ALIVE;
	return TCPFSM_PHASE_HALF_OPEN;
}

/* Waits for the ACK of its SYN-ACK or FIN, which it repeats, and is gone if it is silent. */
static bool repeats(u8 state)
{
	return state == TCPFSM_SYN_RECV || state == TCPFSM_FIN_WAIT1 ||
	       state == TCPFSM_CLOSING || state == TCPFSM_LAST_ACK;
}

static u32 idle_limit_s(const struct tcpfsm_flow *flow, const struct tcpfsm_limits *limits)
{
	const struct tcpfsm_endpoint *client = &flow->end[TCPFSM_CLIENT];
	const struct tcpfsm_endpoint *server = &flow->end[tcpfsm_index(flow, TCPFSM_SERVER)];
	u32 a = limits->idle_s[client->state];
	u32 b = limits->idle_s[server->state];

	if (tcpfsm_phase(flow) == TCPFSM_PHASE_HALF_OPEN)
		return limits->idle_s[is_in(flow, TCPFSM_SYN_RECV) ? TCPFSM_SYN_RECV :
								      TCPFSM_SYN_SENT];
	/* One end was reset and the other does not know: nothing more will come. */
	if ((client->marks | server->marks) & TCPFSM_MARK_RESET)
		return limits->idle_s[TCPFSM_FIN_WAIT1];
	if (flow->flags & TCPFSM_FLOW_MIDSTREAM && !both_spoke(flow))
		return limits->idle_s[TCPFSM_FIN_WAIT1];
	if (repeats(client->state) || repeats(server->state)) {
		a = repeats(client->state) ? a : b;
		b = repeats(server->state) ? b : a;
		return a < b ? a : b;
	}
	/* The longer of the two: an orphan's peer may well sit in CLOSE_WAIT for days. */
	return a > b ? a : b;
}

/**
 * tcpfsm_deadline_ns() - when the clock next does something to a flow
 * @flow: the flow
 * @limits: the namespace's settings
 *
 * Return: monotonic time; a flow that has ended may be forgotten then.
 */
u64 tcpfsm_deadline_ns(const struct tcpfsm_flow *flow, const struct tcpfsm_limits *limits)
{
	switch (tcpfsm_phase(flow)) {
	case TCPFSM_PHASE_ENDED:
		return flow->since_ns + (u64)limits->linger_s * NSEC_PER_SEC;
	case TCPFSM_PHASE_TIME_WAIT:
		return flow->since_ns + (u64)limits->time_wait_s * NSEC_PER_SEC;
	case TCPFSM_PHASE_HALF_OPEN:
		return flow->since_ns + (u64)idle_limit_s(flow, limits) * NSEC_PER_SEC;
	default:
		/* 2MSL of one end may have passed since: the other's idle time began then. */
		return (flow->since_ns > flow->seen_ns ? flow->since_ns : flow->seen_ns) +
		       (u64)idle_limit_s(flow, limits) * NSEC_PER_SEC;
	}
}

/*
 * Has @end sent a SYN-ACK that its peer has not acknowledged? Where one direction alone
 * passes, what @end sends later shows that it has.
 */
static bool lacks_ack(const struct tcpfsm_endpoint *end, const struct tcpfsm_endpoint *peer)
{
	return (end->marks & (TCPFSM_MARK_SYNACK | TCPFSM_MARK_P_CONFIRMED)) ==
	       TCPFSM_MARK_SYNACK && !tcpfsm_has_fact(peer, TCPFSM_FACT_A);
}

static enum tcpfsm_verdict verdict_of_silence(const struct tcpfsm_flow *flow)
{
	const struct tcpfsm_endpoint *client = &flow->end[TCPFSM_CLIENT];
	const struct tcpfsm_endpoint *server = &flow->end[tcpfsm_index(flow, TCPFSM_SERVER)];

	if (lacks_ack(client, server) || lacks_ack(server, client))
		return TCPFSM_VERDICT_SYNACK_TIMEOUT;
	if ((client->facts | server->facts) & TCPFSM_FACT_A)
		return TCPFSM_VERDICT_VANISHED;
	return TCPFSM_VERDICT_SYN_TIMEOUT;
}

static void begin_step(struct tcpfsm_step *st, struct tcpfsm_flow *flow,
		       enum tcpfsm_cause cause, struct tcpfsm_result *result)
{
	tcpfsm_result_clear(result);
	memset(st, 0, sizeof(*st));
	st->flow = flow;
	st->result = result;
	st->cause = cause;
	st->y = tcpfsm_index(flow, TCPFSM_SERVER);
}

/**
 * tcpfsm_give_up() - end a flow that has not ended by itself
 * @flow: the flow; one that has ended stays as it is
 * @now_ns: monotonic
 * @verdict: what to call it; a flow that only 2MSL kept open stays graceful, if it was one
 * @cause: TIMEOUT, REUSE, EVICT or CLEAR
 * @result: filled in
 */
void tcpfsm_give_up(struct tcpfsm_flow *flow, u64 now_ns, enum tcpfsm_verdict verdict,
		    enum tcpfsm_cause cause, struct tcpfsm_result *result)
{
	struct tcpfsm_step st TCPFSM_NOT_CLEARED;

	begin_step(&st, flow, cause, result);
	if (flow->ended)
		return;
	if (flow->outcome == TCPFSM_VERDICT_GRACEFUL && verdict != TCPFSM_VERDICT_FORGED)
		verdict = TCPFSM_VERDICT_GRACEFUL;
	flow->end[st.x].marks |= TCPFSM_MARK_GONE;
	flow->end[st.y].marks |= TCPFSM_MARK_GONE;
	tcpfsm_settle(&st, st.x, false);
	tcpfsm_settle(&st, st.y, false);
	tcpfsm_conclude(&st, now_ns);
	flow->outcome = verdict;
}

/**
 * tcpfsm_tick() - do what is due
 * @flow: the flow
 * @now_ns: monotonic
 * @limits: the namespace's settings
 * @result: filled in; without changes if nothing was due
 */
void tcpfsm_tick(struct tcpfsm_flow *flow, u64 now_ns, const struct tcpfsm_limits *limits,
		 struct tcpfsm_result *result)
{
	struct tcpfsm_step st TCPFSM_NOT_CLEARED;
	unsigned int who;

	begin_step(&st, flow, TCPFSM_CAUSE_TIMEOUT, result);
	if (flow->ended || now_ns < tcpfsm_deadline_ns(flow, limits))
		return;
	if (tcpfsm_phase(flow) != TCPFSM_PHASE_TIME_WAIT) {
		tcpfsm_give_up(flow, now_ns, verdict_of_silence(flow), TCPFSM_CAUSE_TIMEOUT,
			       result);
		return;
	}
	for (who = 0; who <= st.y; who++) {
		if (flow->end[who].state != TCPFSM_TIME_WAIT)
			continue;
		flow->end[who].marks |= TCPFSM_MARK_GONE;
		tcpfsm_settle(&st, who, false);
	}
	tcpfsm_conclude(&st, now_ns);
}
