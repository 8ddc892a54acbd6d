// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fan-out. Counters and tracepoints are served under the flow's lock, so that
 * the events of one flow stand in the trace in the order in which they
 * happened; the log comes after it, as printk() may be slow.
 */
#include <linux/user_namespace.h>

#include "events.h"
#include "trace.h"

static void count(struct tcpfsm_net *tn, const struct tcpfsm_flow *flow,
		  const struct tcpfsm_segment *seg, const struct tcpfsm_result *result)
{
	u32 bits = result->anomalies;
	unsigned int i;

	for (i = 0; i < result->changes; i++) {
		const struct tcpfsm_change *change = &result->change[i];

		this_cpu_inc(tn->stats->arc[tcpfsm_arc_of(change->from, change->to)]);
		if (change->certainty == TCPFSM_INFERRED)
			tcpfsm_count(tn, inferred);
		else if (change->certainty == TCPFSM_RETRACTED)
			tcpfsm_count(tn, retracted);
	}
	for (; bits; bits &= bits - 1)
		this_cpu_inc(tn->stats->anomaly[__ffs(bits)]);
	if (result->retransmitted) {
		if (!(seg->flags & TCPFSM_SYN))
			tcpfsm_count(tn, fin_retrans);
		else if (seg->flags & TCPFSM_ACK)
			tcpfsm_count(tn, synack_retrans);
		else
			tcpfsm_count(tn, syn_retrans);
	}
	if (result->outside)
		tcpfsm_count(tn, outside);
	if (result->shook)
		tcpfsm_count(tn, handshakes);
	if (result->revived)
		tcpfsm_count(tn, revived);
	if (result->ended)
		this_cpu_inc(tn->stats->verdict[flow->outcome]);
}

static void trace(const struct tcpfsm_entry *entry, const struct tcpfsm_segment *seg,
		  const struct tcpfsm_result *result)
{
	u32 bits = result->anomalies;
	unsigned int i;

	if (seg && !result->again &&
	    (seg->flags & (TCPFSM_SYN | TCPFSM_FIN | TCPFSM_RST) || result->learned))
		trace_tcpfsm_segment(entry, result->who, seg);
	for (i = 0; i < result->changes; i++)
		trace_tcpfsm_set_state(entry, &result->change[i], seg);
	if (result->shook)
		trace_tcpfsm_handshake(entry);
	for (; bits; bits &= bits - 1)
		trace_tcpfsm_anomaly(entry, __ffs(bits), result->who, seg);
	if (result->ended)
		trace_tcpfsm_close(entry);
}

/**
 * tcpfsm_events_report() - count and trace what a step has changed
 * @tn: the namespace
 * @entry: the flow
 * @seg: the segment, or NULL where time or a hand was the cause
 * @result: the step's result
 *
 * Context: @entry->lock held.
 */
void tcpfsm_events_report(struct tcpfsm_net *tn, const struct tcpfsm_entry *entry,
			  const struct tcpfsm_segment *seg, const struct tcpfsm_result *result)
{
	count(tn, &entry->flow, seg, result);
	trace(entry, seg, result);
}

/**
 * tcpfsm_events_log() - write to the kernel log what the level asks for
 * @tn: the namespace
 * @entry: the flow, perhaps dead
 * @result: the step's result
 *
 * Context: RCU read side, no lock of ours held.
 */
void tcpfsm_events_log(struct tcpfsm_net *tn, struct tcpfsm_entry *entry,
		       const struct tcpfsm_result *result)
{
	unsigned int level = READ_ONCE(tn->settings.log_level);

	/* The log is the host's: the root of a container may not write to it. */
	if (tn->net->user_ns != &init_user_ns)
		return;
	if (level >= 1 && result->anomalies)
		tcpfsm_log_anomalies(tn, entry, result->anomalies);
	if (level >= 3 && result->changes)
		tcpfsm_log_changes(tn, entry, result);
	if (level >= 2 && result->shook)
		tcpfsm_log_flow(tn, entry, "handshake");
	if (level >= 2 && result->ended)
		tcpfsm_log_flow(tn, entry, "close");
}
