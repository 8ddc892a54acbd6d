// SPDX-License-Identifier: GPL-2.0-only
/* One flow as one line of /proc/tcpfsm, and of whatever else prints flows. */
#include "icmp.h"

struct line {
	char *buf;
	size_t size;
	size_t used;
};

#define put(line, ...)								\
	((line)->used += scnprintf((line)->buf + (line)->used,			\
				   (line)->size - (line)->used, __VA_ARGS__))

/* Wide enough for ESTABLISHED and the mark of a guess. */
#define STATE_TEXT 16

static void put_state(struct line *line, const struct tcpfsm_flow *flow, unsigned int who)
{
	const struct tcpfsm_endpoint *end = &flow->end[tcpfsm_index(flow, who)];
	char text[STATE_TEXT];

	scnprintf(text, sizeof(text), "%s%s", tcpfsm_state_name(end->state),
		  tcpfsm_is_unsure(flow, who) ? "?" : "");
	put(line, "%-12s ", text);
}

static void put_words(struct line *line, const char *key, u32 bits, unsigned int max,
		      const char *(*name)(unsigned int bit))
{
	unsigned int bit;

	if (!bits)
		return;
	put(line, " %s=", key);
	for (bit = 0; bit < max; bit++) {
		if (!(bits & 1U << bit))
			continue;
		bits &= ~(1U << bit);
		put(line, "%s%s", name(bit), bits ? "," : "");
	}
}

/* "a/b", with - for the half that is not known; nothing where neither is. */
static void put_pair(struct line *line, const char *key, bool has_a, u64 a, bool has_b, u64 b)
{
	if (!has_a && !has_b)
		return;
	put(line, " %s=", key);
	if (has_a)
		put(line, "%llu/", (unsigned long long)a);
	else
		put(line, "-/");
	if (has_b)
		put(line, "%llu", (unsigned long long)b);
	else
		put(line, "-");
}

static void put_handshake(struct line *line, const struct tcpfsm_flow *flow)
{
	const struct tcpfsm_endpoint *c = &flow->end[TCPFSM_CLIENT];
	const struct tcpfsm_endpoint *s = &flow->end[tcpfsm_index(flow, TCPFSM_SERVER)];
	u8 options = c->options;

	if (flow->has & TCPFSM_HAS_RTT_SERVER)
		put(line, " rtt_server_us=%u", flow->rtt_server_us);
	if (flow->has & TCPFSM_HAS_RTT_CLIENT)
		put(line, " rtt_client_us=%u", flow->rtt_client_us);
	put_pair(line, "isn", c->marks & TCPFSM_MARK_ISN, c->isn, s->marks & TCPFSM_MARK_ISN,
		 s->isn);
	put_pair(line, "mss", c->mss, c->mss, s->mss, s->mss);
	put_pair(line, "wscale", c->has_wscale, c->wscale, s->has_wscale, s->wscale);
	/* Asked for, until the answer says what was agreed. */
	if (tcpfsm_has_fact(s, TCPFSM_FACT_S) && !(flow->flags & TCPFSM_FLOW_MIDSTREAM))
		options = (c->options & s->options) | (c->options & TCPFSM_OPT_TFO);
	put_words(line, "opts", options, TCPFSM_OPTION_MAX, tcpfsm_option_name);
}

static void put_teardown(struct line *line, const struct tcpfsm_flow *flow)
{
	if (flow->has & TCPFSM_HAS_HALF_CLOSE)
		put(line, " half_close_ms=%u", tcpfsm_half_close_ms(flow));
	put_pair(line, "finack_ms", flow->has & TCPFSM_HAS_FINACK_CLIENT, flow->finack_ms[0],
		 flow->has & TCPFSM_HAS_FINACK_SERVER, flow->finack_ms[1]);
	if (flow->has & TCPFSM_HAS_TEARDOWN)
		put(line, " teardown_ms=%u", flow->teardown_ms);
}

static void put_reset(struct line *line, const struct tcpfsm_flow *flow)
{
	if (flow->reset_by != TCPFSM_NOBODY)
		put(line, " reset_in=%s", tcpfsm_state_name(flow->reset_hit));
}

static void put_repeats(struct line *line, const struct tcpfsm_flow *flow)
{
	const struct tcpfsm_endpoint *c = &flow->end[TCPFSM_CLIENT];
	const struct tcpfsm_endpoint *s = &flow->end[TCPFSM_SERVER];

	if (c->rtx_syn || s->rtx_syn || c->rtx_fin || s->rtx_fin)
		put(line, " rtx=%u/%u/%u/%u", c->rtx_syn, s->rtx_syn, c->rtx_fin, s->rtx_fin);
}

static void put_icmp(struct line *line, const struct tcpfsm_flow *flow)
{
	char name[TCPFSM_ICMP_NAME_MAX];

	if (flow->icmp_class == TCPFSM_ICMP_NONE)
		return;
	tcpfsm_icmp_name(name, sizeof(name), flow->icmp_class, flow->icmp_code);
	put(line, " icmp=%s icmp_of=%s icmp_count=%u", name, tcpfsm_role_name(flow->icmp_of),
	    flow->icmp_count);
}

/* Since it was so long after the flow began, milliseconds; clocks of two processors may differ. */
static u64 since(u64 age_ms, u64 ms)
{
	return age_ms > ms ? age_ms - ms : 0;
}

static u64 since_entered(const struct tcpfsm_flow *flow, unsigned int who, u64 age_ms)
{
	u32 entered_ms = flow->entered_ms[tcpfsm_index(flow, who)];

	/* Beyond 49 days, since either of them moved last. */
	if (entered_ms == TCPFSM_ENTERED_MAX)
		return since(age_ms, div_u64(flow->since_ns - flow->born_ns, NSEC_PER_MSEC));
	return since(age_ms, entered_ms);
}

static bool knows_entry(const struct tcpfsm_flow *flow, unsigned int who)
{
	return flow->entered_ms[tcpfsm_index(flow, who)] != TCPFSM_ENTERED_UNKNOWN;
}

/* In lite mode segments pass unseen. */
static void put_times(struct line *line, const struct tcpfsm_flow *flow, u64 age_ms)
{
	put_pair(line, "since_ms", knows_entry(flow, TCPFSM_CLIENT),
		 since_entered(flow, TCPFSM_CLIENT, age_ms), knows_entry(flow, TCPFSM_SERVER),
		 since_entered(flow, TCPFSM_SERVER, age_ms));
	if (!flow->skipped)
		put(line, " idle_ms=%llu", (unsigned long long)
		    since(age_ms, div_u64(flow->seen_ns - flow->born_ns, NSEC_PER_MSEC)));
}

static void put_view(struct line *line, const struct tcpfsm_flow *flow)
{
	bool client = tcpfsm_is_local(flow, TCPFSM_CLIENT);
	bool server = tcpfsm_is_local(flow, TCPFSM_SERVER);

	if (client || server)
		put(line, " view=%s:%s", client ? "local" : "remote",
		    server ? "local" : "remote");
	else
		put(line, " view=forward");
}

/**
 * tcpfsm_line() - write one flow
 * @buf: TCPFSM_LINE_MAX bytes hold the longest line
 * @size: of @buf
 * @flow: the flow, not changing
 * @id: its number
 * @age_ms: since its first segment
 * @client: address and port
 * @server: address and port
 *
 * Keys whose value is not known are left out. No newline at the end.
 *
 * Return: bytes written, without the terminating 0.
 */
int tcpfsm_line(char *buf, size_t size, const struct tcpfsm_flow *flow, u64 id, u64 age_ms,
		const char *client, const char *server)
{
	const char *closer = tcpfsm_closer_name(flow);
	struct line line = { .buf = buf, .size = size };
	char history[TCPFSM_HISTORY_SIZE];

	put_state(&line, flow, TCPFSM_CLIENT);
	put_state(&line, flow, TCPFSM_SERVER);
	tcpfsm_history_print(flow, history);
	put(&line, "%10llu %s -> %s id=%llu outcome=%s", (unsigned long long)age_ms, client,
	    server, (unsigned long long)id, tcpfsm_verdict_name(flow->outcome));
	if (closer)
		put(&line, " closer=%s", closer);
	put_reset(&line, flow);
	put(&line, " hist=%s", history);
	put_handshake(&line, flow);
	put_teardown(&line, flow);
	put_repeats(&line, flow);
	put_icmp(&line, flow);
	put_times(&line, flow, age_ms);
	put_view(&line, flow);
	put_words(&line, "flags", flow->flags, TCPFSM_FLOW_FLAG_MAX, tcpfsm_flow_flag_name);
	return line.used;
}

/**
 * tcpfsm_change_line() - a transition as a line of the log
 * @buf: at least TCPFSM_CHANGE_LINE_MAX bytes
 * @size: of @buf
 * @change: the transition
 * @client: address and port, as text
 * @server: address and port, as text
 *
 * Return: bytes written, without the end of the string.
 */
int tcpfsm_change_line(char *buf, size_t size, const struct tcpfsm_change *change,
		       const char *client, const char *server)
{
	return scnprintf(buf, size, "%s -> %s %s %s -> %s (%s, %s)", client, server,
			 tcpfsm_role_name(change->role), tcpfsm_state_name(change->from),
			 tcpfsm_state_name(change->to),
			 tcpfsm_certainty_name(change->certainty),
			 tcpfsm_cause_name(change->cause));
}
