// SPDX-License-Identifier: GPL-2.0-only
/* What the facts of both ends mean for the flow as a whole, and how it ended. */
#include "step.h"

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

/* Each end that has moved is where it is from now on. */
static void note_entry(struct tcpfsm_flow *flow, const struct tcpfsm_result *result, u64 now_ns)
{
	u64 ms;
	unsigned int i;

	if (!result->changes)
		return;
	ms = div_u64(now_ns - flow->born_ns, NSEC_PER_MSEC);
	if (ms > TCPFSM_ENTERED_MAX)
		ms = TCPFSM_ENTERED_MAX;
	for (i = 0; i < result->changes; i++)
		flow->entered_ms[result->change[i].role] = ms;
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

	if (!flow->shook && tcpfsm_has_fact(client, TCPFSM_SYNCHRONISED) &&
	    tcpfsm_has_fact(server, TCPFSM_SYNCHRONISED)) {
		flow->shook = true;
		result->shook = true;
	}
	/* What is withdrawn gives no more time, nor does a repetition. */
	for (i = 0; i < result->changes; i++)
		if (result->change[i].certainty != TCPFSM_RETRACTED)
			result->restarted = true;
	if (result->restarted)
		flow->since_ns = now_ns;
	note_entry(flow, result, now_ns);
	if (closed && !flow->ended) {
		flow->ended = true;
		result->ended = true;
		flow->outcome = tcpfsm_verdict_of(flow);
	} else if (!closed && result->learned) {
		if (flow->ended)
			result->revived = true;
		flow->ended = false;
		flow->outcome = is_graceful(flow) ? TCPFSM_VERDICT_GRACEFUL : TCPFSM_VERDICT_OPEN;
	}
}
