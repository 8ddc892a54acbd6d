// SPDX-License-Identifier: GPL-2.0-only
/* What the facts of both ends mean for the flow as a whole, and how it ended. */
#include "step.h"

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

/* Milliseconds since the flow began, as @entered_ms of the flow. */
static u32 entry_ms(const struct tcpfsm_flow *flow, u64 now_ns)
{
	u64 ms = div_u64(now_ns - flow->born_ns, NSEC_PER_MSEC);

	return ms < TCPFSM_ENTERED_MAX ? ms : TCPFSM_ENTERED_MAX;
}

/* What is withdrawn gives no more time, nor does a repetition. */
static void take_changes(struct tcpfsm_flow *flow, struct tcpfsm_result *result, u64 now_ns)
{
	u32 ms = entry_ms(flow, now_ns);
	unsigned int i;

	for (i = 0; i < result->changes; i++) {
		const struct tcpfsm_change *change = &result->change[i];

		flow->entered_ms[change->role == TCPFSM_SERVER] = ms;
		if (change->certainty != TCPFSM_RETRACTED)
			result->restarted = true;
	}
}

/* Something was learned: are both ends synchronised by now, has the flow ended, or is it back? */
static void judge(struct tcpfsm_flow *flow, struct tcpfsm_result *result)
{
	const struct tcpfsm_endpoint *client = &flow->end[TCPFSM_CLIENT];
	const struct tcpfsm_endpoint *server = &flow->end[tcpfsm_index(flow, TCPFSM_SERVER)];
	bool closed = tcpfsm_is_closed(client) && tcpfsm_is_closed(server);

	if (!flow->shook && tcpfsm_has_fact(client, TCPFSM_SYNCHRONISED) &&
	    tcpfsm_has_fact(server, TCPFSM_SYNCHRONISED)) {
		flow->shook = true;
		result->shook = true;
	}
	if (!closed) {
		if (flow->ended)
			result->revived = true;
		flow->ended = false;
		flow->outcome = is_graceful(flow) ? TCPFSM_VERDICT_GRACEFUL : TCPFSM_VERDICT_OPEN;
	} else if (!flow->ended) {
		flow->ended = true;
		result->ended = true;
		flow->outcome = tcpfsm_verdict_of(flow);
	}
}

/**
 * tcpfsm_conclude() - what the step means for the flow as a whole
 * @st: the step, all facts taken
 * @now_ns: monotonic
 */
void tcpfsm_conclude(struct tcpfsm_step *st, u64 now_ns)
{
	struct tcpfsm_result *result = st->result;

	if (result->changes)
		take_changes(st->flow, result, now_ns);
	if (result->restarted)
		st->flow->since_ns = now_ns;
	if (result->learned)
		judge(st->flow, result);
}
