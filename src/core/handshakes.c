// SPDX-License-Identifier: GPL-2.0-only
/*
 * What became of the handshakes with one server: counted, with their round trips
 * by powers of two.
 */
#include "handshakes.h"

/* Only what was measured beyond doubt (Karn). */
static void take_rtt(struct tcpfsm_handshakes *figures, const struct tcpfsm_flow *flow)
{
	const u8 both = TCPFSM_HAS_RTT_SERVER | TCPFSM_HAS_RTT_CLIENT;

	if ((flow->has & both) == both && !(flow->flags & TCPFSM_FLOW_AMBIGUOUS_RTT))
		tcpfsm_handshakes_add_rtt(figures, flow->rtt_server_us + flow->rtt_client_us);
}

static void take_end(struct tcpfsm_handshakes *figures, u8 outcome)
{
	switch (outcome) {
	case TCPFSM_VERDICT_REFUSED:
		figures->refused++;
		break;
	case TCPFSM_VERDICT_SYN_TIMEOUT:
	case TCPFSM_VERDICT_SYNACK_TIMEOUT:
		figures->timed_out++;
		break;
	default:
		figures->aborted++;
	}
}

static void take_repetition(struct tcpfsm_handshakes *figures, u8 flags)
{
	if (!(flags & TCPFSM_SYN))
		return;
	if (flags & TCPFSM_ACK)
		figures->synack_rtx++;
	else
		figures->syn_rtx++;
}

/**
 * tcpfsm_handshakes_take() - count what a step has changed
 * @figures: of the flow's server
 * @stage: of the flow, enum tcpfsm_handshake, not MISSED; changed
 * @flow: the flow, after the step
 * @seg: the segment, or NULL where time or a hand was the cause
 * @result: the step's
 *
 * A refused flow whose SYN is repeated has another handshake.
 */
void tcpfsm_handshakes_take(struct tcpfsm_handshakes *figures, u8 *stage,
			    const struct tcpfsm_flow *flow, const struct tcpfsm_segment *seg,
			    const struct tcpfsm_result *result)
{
	if (result->retransmitted)
		take_repetition(figures, seg->flags);
	if (result->anomalies & 1U << TCPFSM_ANOMALY_FINAL_ACK_LOST)
		figures->final_ack_lost++;
	if (*stage == TCPFSM_HANDSHAKE_DONE && tcpfsm_handshakes_again(flow, result))
		tcpfsm_handshakes_begin(figures, stage);
	if (*stage == TCPFSM_HANDSHAKE_DONE)
		return;
	if (flow->end[TCPFSM_SERVER].marks & TCPFSM_MARK_SYNACK)
		*stage = TCPFSM_HANDSHAKE_ANSWERED;
	if (!result->shook && !result->ended)
		return;
	figures->half_open--;
	*stage = TCPFSM_HANDSHAKE_DONE;
	if (result->shook) {
		figures->completed++;
		take_rtt(figures, flow);
	} else {
		take_end(figures, flow->outcome);
	}
}

/**
 * tcpfsm_handshakes_clear() - begin to count anew
 * @figures: all 0 afterwards, but for handshakes that are under way
 */
void tcpfsm_handshakes_clear(struct tcpfsm_handshakes *figures)
{
	u32 half_open = figures->half_open;

	memset(figures, 0, sizeof(*figures));
	figures->begun = half_open;
	figures->half_open = half_open;
}

/**
 * tcpfsm_handshakes_add_rtt() - count a round trip
 * @figures: changed
 * @rtt_us: microseconds
 */
void tcpfsm_handshakes_add_rtt(struct tcpfsm_handshakes *figures, u32 rtt_us)
{
	unsigned int bucket = fls(rtt_us);

	figures->rtt[bucket < TCPFSM_RTT_BUCKETS ? bucket : TCPFSM_RTT_BUCKETS - 1]++;
	if (rtt_us > figures->rtt_max_us)
		figures->rtt_max_us = rtt_us;
}

static u64 count_rtts(const struct tcpfsm_handshakes *figures)
{
	u64 n = 0;
	unsigned int i;

	for (i = 0; i < TCPFSM_RTT_BUCKETS; i++)
		n += figures->rtt[i];
	return n;
}

/**
 * tcpfsm_handshakes_percentile() - what so many of the round trips do not exceed
 * @figures: with at least one
 * @percent: of them, 1 to 100
 *
 * Return: microseconds; the largest number of the bucket in which that one lies, as more
 * is not known of it, but not more than the largest round trip.
 */
u32 tcpfsm_handshakes_percentile(const struct tcpfsm_handshakes *figures, unsigned int percent)
{
	/* The nearest rank, from 1. */
	u64 rank = div_u64(count_rtts(figures) * percent + 99, 100);
	u64 below = 0;
	unsigned int i;
	u32 most;

	for (i = 0; i < TCPFSM_RTT_BUCKETS - 1; i++) {
		below += figures->rtt[i];
		most = (1U << i) - 1;
		if (below >= rank)
			return most < figures->rtt_max_us ? most : figures->rtt_max_us;
	}
	return figures->rtt_max_us;
}

/**
 * tcpfsm_handshakes_print() - the figures as text
 * @buf: TCPFSM_HANDSHAKES_TEXT_MAX bytes hold the longest
 * @size: of @buf
 * @figures: of one server, not changing
 *
 * Words "key=value", a space before each. Percentiles are there if there is a round trip.
 *
 * Return: bytes written, without the terminating 0.
 */
int tcpfsm_handshakes_print(char *buf, size_t size, const struct tcpfsm_handshakes *figures)
{
	size_t used = 0;
	unsigned int i;

#define put(...) (used += scnprintf(buf + used, size - used, __VA_ARGS__))
#define X(name, text) put(" " #name "=%llu", (unsigned long long)figures->name);
	TCPFSM_HANDSHAKE_COUNTERS(X)
#undef X
	put(" half_open=%u", figures->half_open);
	if (count_rtts(figures))
		put(" rtt_p50_us=%u rtt_p99_us=%u rtt_max_us=%u",
		    tcpfsm_handshakes_percentile(figures, 50),
		    tcpfsm_handshakes_percentile(figures, 99), figures->rtt_max_us);
	for (i = 0; i < TCPFSM_RTT_BUCKETS; i++)
		put("%s%llu", i ? "," : " rtt_log2=", (unsigned long long)figures->rtt[i]);
#undef put
	return used;
}
