// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel log: at most LINES_MAX lines a second and namespace; what is left
 * out is counted, and told with the next line.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/jiffies.h>
#include <linux/printk.h>

#include "events.h"

#define LINES_MAX 50
/* Room for the longest tail of a line about a flow. */
#define WORDS_MAX 160

struct ends {
	char client[TCPFSM_ADDRESS_MAX];
	char server[TCPFSM_ADDRESS_MAX];
};

static void print_ends(struct ends *ends, const struct tcpfsm_entry *entry)
{
	tcpfsm_address_print(ends->client, entry, TCPFSM_CLIENT);
	tcpfsm_address_print(ends->server, entry, TCPFSM_SERVER);
}

/* May another line go out? Two processors may both begin a second; that is no harm. */
static bool may_log(struct tcpfsm_net *tn)
{
	unsigned long began = READ_ONCE(tn->log_window);

	/* As a difference: 25 days later, time_after() may take it for the future. */
	if (jiffies - began > HZ && cmpxchg(&tn->log_window, began, jiffies) == began) {
		atomic_set(&tn->log_lines, 0);
		tcpfsm_log_flush(tn);
	}
	if (atomic_inc_return(&tn->log_lines) <= LINES_MAX)
		return true;
	tcpfsm_log_miss(tn, 1);
	return false;
}

/**
 * tcpfsm_log_is_full() - would another line be left out?
 * @tn: the namespace
 *
 * Context: any.
 */
bool tcpfsm_log_is_full(const struct tcpfsm_net *tn)
{
	return atomic_read(&tn->log_lines) >= LINES_MAX &&
	       jiffies - READ_ONCE(tn->log_window) <= HZ;
}

/**
 * tcpfsm_log_miss() - lines are left out
 * @tn: the namespace
 * @lines: how many
 *
 * Context: any.
 */
void tcpfsm_log_miss(struct tcpfsm_net *tn, unsigned int lines)
{
	atomic_add(lines, &tn->log_missed);
	this_cpu_add(tn->stats->log_suppressed, lines);
}

/**
 * tcpfsm_log_flush() - tell how many lines were left out
 * @tn: the namespace
 *
 * Context: any, no lock of ours held.
 */
void tcpfsm_log_flush(struct tcpfsm_net *tn)
{
	int missed = atomic_xchg(&tn->log_missed, 0);

	if (missed)
		pr_info("%d lines suppressed\n", missed);
}

/**
 * tcpfsm_log_changes() - a line for each transition
 * @tn: the namespace
 * @entry: a copy of the flow
 * @result: the step's result
 *
 * Context: RCU read side, no lock of ours held.
 */
void tcpfsm_log_changes(struct tcpfsm_net *tn, const struct tcpfsm_entry *entry,
			const struct tcpfsm_result *result)
{
	char line[TCPFSM_CHANGE_LINE_MAX];
	struct ends ends;
	unsigned int i;

	for (i = 0; i < result->changes; i++) {
		if (!may_log(tn))
			continue;
		print_ends(&ends, entry);
		tcpfsm_change_line(line, sizeof(line), &result->change[i], ends.client,
				   ends.server);
		pr_info("%s\n", line);
	}
}

/**
 * tcpfsm_log_anomalies() - a line for each anomaly
 * @tn: the namespace
 * @entry: a copy of the flow
 * @anomalies: bit set of enum tcpfsm_anomaly
 *
 * Context: RCU read side, no lock of ours held.
 */
void tcpfsm_log_anomalies(struct tcpfsm_net *tn, const struct tcpfsm_entry *entry, u32 anomalies)
{
	struct ends ends;

	for (; anomalies; anomalies &= anomalies - 1) {
		if (!may_log(tn))
			continue;
		print_ends(&ends, entry);
		pr_info("%s -> %s anomaly %s\n", ends.client, ends.server,
			tcpfsm_anomaly_name(__ffs(anomalies)));
	}
}

/**
 * tcpfsm_log_icmp() - a line for an ICMP error
 * @tn: the namespace
 * @entry: a copy of the flow, which was told the error
 * @from: who sent it
 *
 * Context: RCU read side, no lock of ours held.
 */
void tcpfsm_log_icmp(struct tcpfsm_net *tn, const struct tcpfsm_entry *entry,
		     const struct in6_addr *from)
{
	const struct tcpfsm_flow *flow = &entry->flow;
	char name[TCPFSM_ICMP_NAME_MAX], address[TCPFSM_ADDRESS_MAX];
	struct ends ends;

	if (!may_log(tn))
		return;
	print_ends(&ends, entry);
	tcpfsm_icmp_name(name, sizeof(name), flow->icmp_class, flow->icmp_code);
	tcpfsm_host_print(address, entry->key.is_ip6, from);
	pr_info("%s -> %s icmp %s icmp_of=%s icmp_count=%u icmp_from=%s\n", ends.client,
		ends.server, name, tcpfsm_role_name(flow->icmp_of), flow->icmp_count, address);
}

/* What is known at a handshake, or at the end, in the words of /proc/tcpfsm. */
static void describe(char *buf, size_t size, const struct tcpfsm_flow *flow)
{
	const char *closer = tcpfsm_closer_name(flow);
	char history[TCPFSM_HISTORY_SIZE];
	int n = 0;

	if (flow->ended)
		n += scnprintf(buf + n, size - n, " outcome=%s",
			       tcpfsm_verdict_name(flow->outcome));
	if (flow->ended && closer)
		n += scnprintf(buf + n, size - n, " closer=%s", closer);
	if (flow->reset_by != TCPFSM_NOBODY)
		n += scnprintf(buf + n, size - n, " reset_in=%s",
			       tcpfsm_state_name(flow->reset_hit));
	if (flow->has & TCPFSM_HAS_RTT_SERVER)
		n += scnprintf(buf + n, size - n, " rtt_server_us=%u", flow->rtt_server_us);
	if (flow->has & TCPFSM_HAS_RTT_CLIENT)
		n += scnprintf(buf + n, size - n, " rtt_client_us=%u", flow->rtt_client_us);
	tcpfsm_history_print(flow, history);
	scnprintf(buf + n, size - n, " hist=%s", history);
}

/**
 * tcpfsm_log_flow() - a line for a handshake or a closed flow
 * @tn: the namespace
 * @entry: a copy of the flow
 * @what: "handshake" or "close"
 *
 * Context: RCU read side, no lock of ours held.
 */
void tcpfsm_log_flow(struct tcpfsm_net *tn, const struct tcpfsm_entry *entry, const char *what)
{
	char text[WORDS_MAX];
	struct ends ends;

	if (!may_log(tn))
		return;
	print_ends(&ends, entry);
	describe(text, sizeof(text), &entry->flow);
	pr_info("%s -> %s %s%s\n", ends.client, ends.server, what, text);
}
