// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fan-out. Counters and tracepoints are served under the lock of the flow, so that
 * the events of one flow stand in the trace in the order in which they
 * happened; the log comes after it, as printk() may be slow.
 */
#include <linux/user_namespace.h>

#include "events.h"
#include "listeners.h"
#include "trace.h"

static void count_changes(struct tcpfsm_net *tn, const struct tcpfsm_result *result)
{
	const struct tcpfsm_change *change = result->change;

	for (; change < result->change + result->changes; change++) {
		this_cpu_inc(tn->stats->arc[tcpfsm_arc_of(change->from, change->to)]);
		if (change->certainty == TCPFSM_INFERRED)
			tcpfsm_count(tn, inferred);
		else if (change->certainty == TCPFSM_RETRACTED)
			tcpfsm_count(tn, retracted);
	}
}

static void count_anomalies(struct tcpfsm_net *tn, const struct tcpfsm_result *result)
{
	u32 bits = result->anomalies;

	for (; bits; bits &= bits - 1)
		this_cpu_inc(tn->stats->anomaly[__ffs(bits)]);
}

static void count_repetition(struct tcpfsm_net *tn, const struct tcpfsm_segment *seg)
{
	if (!(seg->flags & TCPFSM_SYN))
		tcpfsm_count(tn, fin_retrans);
	else if (seg->flags & TCPFSM_ACK)
		tcpfsm_count(tn, synack_retrans);
	else
		tcpfsm_count(tn, syn_retrans);
}

static void count(struct tcpfsm_net *tn, const struct tcpfsm_flow *flow,
		  const struct tcpfsm_segment *seg, const struct tcpfsm_result *result)
{
	count_changes(tn, result);
	count_anomalies(tn, result);
	if (result->retransmitted)
		count_repetition(tn, seg);
	if (result->outside)
		tcpfsm_count(tn, outside);
	if (result->shook)
		tcpfsm_count(tn, handshakes);
	if (result->revived)
		tcpfsm_count(tn, revived);
	if (result->ended)
		this_cpu_inc(tn->stats->verdict[flow->outcome]);
}

static bool is_shown(const struct tcpfsm_segment *seg, const struct tcpfsm_result *result)
{
	return seg && !result->again &&
	       (seg->flags & (TCPFSM_SYN | TCPFSM_FIN | TCPFSM_RST) || result->learned);
}

/* Of an event that is off there is a jump label left, and not what would lead to it. */
static void trace(const struct tcpfsm_entry *entry, const struct tcpfsm_segment *seg,
		  const struct tcpfsm_result *result)
{
	unsigned int i;
	u32 bits;

	if (trace_tcpfsm_segment_enabled() && is_shown(seg, result))
		trace_tcpfsm_segment(entry, result->who, seg);
	if (trace_tcpfsm_set_state_enabled())
		for (i = 0; i < result->changes; i++)
			trace_tcpfsm_set_state(entry, &result->change[i], seg);
	if (trace_tcpfsm_handshake_enabled() && result->shook)
		trace_tcpfsm_handshake(entry);
	if (trace_tcpfsm_anomaly_enabled())
		for (bits = result->anomalies; bits; bits &= bits - 1)
			trace_tcpfsm_anomaly(entry, __ffs(bits), result->who, seg);
	if (trace_tcpfsm_close_enabled() && result->ended)
		trace_tcpfsm_close(entry);
}

/* The log is the host's: the root of a container may not write to it. */
static unsigned int log_level(const struct tcpfsm_net *tn)
{
	unsigned int level = READ_ONCE(tn->settings.log_level);

	return level && tn->net->user_ns == &init_user_ns ? level : 0;
}

/* How many lines would the log have of this? */
static unsigned int count_lines(const struct tcpfsm_net *tn, const struct tcpfsm_result *result)
{
	unsigned int level = log_level(tn);
	unsigned int lines;

	if (!level)
		return 0;
	lines = result->anomalies ? hweight32(result->anomalies) : 0;
	if (level >= 2)
		lines += result->shook + result->ended;
	if (level >= 3)
		lines += result->changes;
	return lines;
}

/* A copy of the flow, for who writes these lines; not where they would be left out anyway. */
static struct tcpfsm_entry *copy_for_log(struct tcpfsm_entry *entry, unsigned int lines)
{
	struct tcpfsm_entry *copy = NULL;

	if (!tcpfsm_log_is_full(entry->tn))
		copy = tcpfsm_table_copy(entry);
	if (!copy)
		tcpfsm_log_miss(entry->tn, lines);
	return copy;
}

/**
 * tcpfsm_events_report() - count and trace what a step has changed
 * @entry: the flow
 * @seg: the segment, or NULL where time or a hand was the cause
 * @result: the step's result
 *
 * Context: the lock of the flow's bucket held.
 * Return: a copy of the flow if the log wants it, for tcpfsm_events_log(), or NULL.
 */
struct tcpfsm_entry *tcpfsm_events_report(struct tcpfsm_entry *entry,
					  const struct tcpfsm_segment *seg,
					  const struct tcpfsm_result *result)
{
	struct tcpfsm_net *tn = entry->tn;
	unsigned int lines;

	count(tn, &entry->flow, seg, result);
	if (tcpfsm_handshakes_has(entry->handshake, &entry->flow, result))
		tcpfsm_listeners_take(entry, seg, result);
	trace(entry, seg, result);
	lines = count_lines(tn, result);
	return unlikely(lines) ? copy_for_log(entry, lines) : NULL;
}

static void count_icmp(struct tcpfsm_net *tn, const struct tcpfsm_icmp *icmp)
{
	switch (icmp->class) {
	case TCPFSM_ICMP_UNREACHABLE:
		if (icmp->code == TCPFSM_ICMP_FRAG_NEEDED) {
			tcpfsm_count(tn, icmp_too_big);
			break;
		}
		fallthrough;
	case TCPFSM_ICMP_UNREACHABLE6:
		tcpfsm_count(tn, icmp_unreachable);
		break;
	case TCPFSM_ICMP_TOO_BIG6:
		tcpfsm_count(tn, icmp_too_big);
		break;
	case TCPFSM_ICMP_TIME_EXCEEDED:
	case TCPFSM_ICMP_TIME_EXCEEDED6:
		tcpfsm_count(tn, icmp_time_exceeded);
		break;
	default:
		tcpfsm_count(tn, icmp_parameter);
		break;
	}
}

/**
 * tcpfsm_events_icmp() - count and trace an ICMP error that a flow was told
 * @entry: the flow
 * @icmp: the error
 * @from: who sent it
 * @news: the flow had none before, or another
 *
 * Of a connection that does not open the log has one line for each kind of error, at level 2;
 * at level 3 each error has one.
 *
 * Context: the lock of the flow's bucket held.
 * Return: a copy of the flow if the log wants it, for tcpfsm_log_icmp(), or NULL.
 */
struct tcpfsm_entry *tcpfsm_events_icmp(struct tcpfsm_entry *entry, const struct tcpfsm_icmp *icmp,
					const struct in6_addr *from, bool news)
{
	unsigned int level = log_level(entry->tn);

	count_icmp(entry->tn, icmp);
	trace_tcpfsm_icmp(entry, icmp, from);
	if (level < 2 || (level == 2 && (!news || entry->flow.shook)))
		return NULL;
	return copy_for_log(entry, 1);
}

/**
 * tcpfsm_events_write() - write to the kernel log, for tcpfsm_events_log()
 * @tn: the namespace
 * @copy: of the flow, freed here
 * @result: the step's result
 *
 * Context: RCU read side, no lock of ours held.
 */
void tcpfsm_events_write(struct tcpfsm_net *tn, struct tcpfsm_entry *copy,
			 const struct tcpfsm_result *result)
{
	unsigned int level = READ_ONCE(tn->settings.log_level);

	if (level >= 1 && result->anomalies)
		tcpfsm_log_anomalies(tn, copy, result->anomalies);
	if (level >= 3 && result->changes)
		tcpfsm_log_changes(tn, copy, result);
	if (level >= 2 && result->shook)
		tcpfsm_log_flow(tn, copy, "handshake");
	if (level >= 2 && result->ended)
		tcpfsm_log_flow(tn, copy, "close");
	tcpfsm_table_discard(copy);
}
