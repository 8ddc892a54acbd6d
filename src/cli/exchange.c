// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows of a ladder diagram, made of what a replay or the tracepoints tell: a
 * segment, then what it changed. Data that changed nothing are summed up.
 */
#include <stdlib.h>

#include "cli.h"
#include "exchange.h"
#include "flags.h"

/**
 * exchange_init() - nothing said yet
 * @exchange: filled in
 * @key: of the flow
 * @id: its number
 */
void exchange_init(struct exchange *exchange, const struct flow_key *key, u64 id)
{
	memset(exchange, 0, sizeof(*exchange));
	exchange->key = *key;
	exchange->id = id;
	exchange->state[TCPFSM_CLIENT] = TCPFSM_CLOSE;
	exchange->state[TCPFSM_SERVER] = TCPFSM_LISTEN;
}

static struct row *add(struct exchange *exchange, enum row_kind kind, u64 time_ns)
{
	struct row *row;

	if (exchange->rows == exchange->room) {
		exchange->room = exchange->room ? 2 * exchange->room : 16;
		exchange->row = cli_alloc(exchange->row, exchange->room * sizeof(*row));
	}
	row = &exchange->row[exchange->rows++];
	memset(row, 0, sizeof(*row));
	row->kind = kind;
	row->time_ns = time_ns;
	row->until_ns = time_ns;
	return row;
}

static struct row *last(struct exchange *exchange)
{
	return exchange->rows ? &exchange->row[exchange->rows - 1] : NULL;
}

/* Only a SYN says where an end begins, and only its first one: a later one may be forged. */
static void learn_base(struct exchange *exchange, unsigned int who,
		       const struct tcpfsm_segment *seg)
{
	bool syn = seg->flags & TCPFSM_SYN;

	if (!exchange->has_base[who] || (syn && !exchange->has_syn[who])) {
		/* In mid-stream the first byte seen counts as the first one sent. */
		exchange->base[who] = syn ? seg->seq : seg->seq - 1;
		exchange->has_base[who] = true;
		exchange->has_syn[who] = syn;
	}
	if (!exchange->has_base[!who] && seg->flags & TCPFSM_ACK) {
		exchange->base[!who] = seg->ack - 1;
		exchange->has_base[!who] = true;
	}
}

/**
 * exchange_segment() - an end sent a segment
 * @exchange: changed
 * @time_ns: when
 * @who: who
 * @seg: it
 * @shows_something: it added or withdrew a fact
 */
void exchange_segment(struct exchange *exchange, u64 time_ns, unsigned int who,
		      const struct tcpfsm_segment *seg, bool shows_something)
{
	u8 control = TCPFSM_SYN | TCPFSM_FIN | TCPFSM_RST;
	struct row *row = last(exchange);

	learn_base(exchange, who, seg);
	if (exchange->whole || shows_something || seg->flags & control) {
		row = add(exchange, ROW_SEGMENT, time_ns);
		row->who = who;
		row->seg = *seg;
		return;
	}
	if (!row || row->kind != ROW_DATA)
		row = add(exchange, ROW_DATA, time_ns);
	row->segments[who]++;
	row->bytes[who] += seg->len;
	row->until_ns = time_ns;
}

/* The row of the segment that caused something, or a new one where that is not the last. */
static struct row *row_of(struct exchange *exchange, u64 time_ns, const struct tcpfsm_segment *seg)
{
	struct row *row = last(exchange);

	if (row && seg && row->kind == ROW_SEGMENT && row->seg.seq == seg->seq &&
	    row->seg.ack == seg->ack && row->seg.flags == seg->flags)
		return row;
	if (row && row->kind == ROW_EVENT && row->time_ns == time_ns)
		return row;
	row = add(exchange, ROW_EVENT, time_ns);
	if (seg)
		row->seg = *seg;
	return row;
}

/**
 * exchange_change() - an end changed its state
 * @exchange: changed
 * @time_ns: when
 * @seg: why, or NULL
 * @change: how
 */
void exchange_change(struct exchange *exchange, u64 time_ns, const struct tcpfsm_segment *seg,
		     const struct tcpfsm_change *change)
{
	struct row *row;

	/* Where it was before the first thing that is told. */
	if (!exchange->rows || (exchange->rows == 1 && !exchange->row[0].changes))
		exchange->state[change->role & 1] = change->from;
	row = row_of(exchange, time_ns, seg);
	if (row->changes < TCPFSM_CHANGES_MAX)
		row->change[row->changes++] = *change;
}

/**
 * exchange_anomaly() - something was wrong
 * @exchange: changed
 * @time_ns: when
 * @seg: with which segment, or NULL
 * @anomaly: what
 */
void exchange_anomaly(struct exchange *exchange, u64 time_ns, const struct tcpfsm_segment *seg,
		      unsigned int anomaly)
{
	row_of(exchange, time_ns, seg)->anomalies |= 1U << anomaly;
}

/**
 * exchange_lost() - events are missing
 * @exchange: changed
 * @time_ns: where
 * @events: how many
 */
void exchange_lost(struct exchange *exchange, u64 time_ns, u64 events)
{
	add(exchange, ROW_LOST, time_ns)->segments[0] = events;
}

/**
 * exchange_relative() - a sequence number, counted from the first one
 * @exchange: the rows
 * @who: whose
 * @seq: it
 */
u32 exchange_relative(const struct exchange *exchange, unsigned int who, u32 seq)
{
	return seq - exchange->base[who];
}

static u64 between(u64 from_ns, u64 to_ns)
{
	return to_ns > from_ns ? to_ns - from_ns : 0;
}

/**
 * exchange_since() - how long after the first row a row is
 * @exchange: the rows
 * @i: which
 *
 * Return: nanoseconds; 0 if it is told later than it was, and before all others.
 */
u64 exchange_since(const struct exchange *exchange, size_t i)
{
	return between(exchange->row[0].time_ns, exchange->row[i].time_ns);
}

/**
 * exchange_gap() - how long nothing was said before a row
 * @exchange: the rows
 * @i: which
 *
 * Return: nanoseconds; 0 if it is the first, or told later than it was.
 */
u64 exchange_gap(const struct exchange *exchange, size_t i)
{
	return i ? between(exchange->row[i - 1].until_ns, exchange->row[i].time_ns) : 0;
}

/**
 * exchange_mark() - what stands behind a state
 * @change: the transition into it
 */
const char *exchange_mark(const struct tcpfsm_change *change)
{
	switch (change->certainty) {
	case TCPFSM_INFERRED:
		return "?";
	case TCPFSM_RETRACTED:
		return "!";
	default:
		return "";
	}
}

/**
 * exchange_free() - give back its memory
 * @exchange: the rows
 */
void exchange_free(struct exchange *exchange)
{
	free(exchange->row);
	exchange->row = NULL;
	exchange->rows = 0;
	exchange->room = 0;
}

static void label_segment(char *buf, const struct exchange *exchange, const struct row *row)
{
	const struct tcpfsm_segment *seg = &row->seg;
	char flags[FLAGS_MAX];
	size_t used;

	flags_print(flags, seg->flags);
	used = scnprintf(buf, ROW_LABEL_MAX, "%s seq=%u", flags,
			 exchange_relative(exchange, row->who, seg->seq));
	if (seg->flags & TCPFSM_ACK)
		used += scnprintf(buf + used, ROW_LABEL_MAX - used, " ack=%u",
				  exchange_relative(exchange, !row->who, seg->ack));
	if (seg->len)
		used += scnprintf(buf + used, ROW_LABEL_MAX - used, " len=%u", seg->len);
	if (!(seg->flags & TCPFSM_RST))
		scnprintf(buf + used, ROW_LABEL_MAX - used, " win=%u", seg->window);
}

static void label_data(char *buf, const struct row *row)
{
	bool one = row->segments[TCPFSM_CLIENT] + row->segments[TCPFSM_SERVER] == 1;
	const char *separator = "";
	size_t used = 0;
	unsigned int who;

	for (who = TCPFSM_CLIENT; who <= TCPFSM_SERVER; who++) {
		if (!row->segments[who])
			continue;
		used += scnprintf(buf + used, ROW_LABEL_MAX - used, "%s%s %llu bytes in %llu",
				  separator, tcpfsm_role_name(who),
				  (unsigned long long)row->bytes[who],
				  (unsigned long long)row->segments[who]);
		separator = ", ";
	}
	scnprintf(buf + used, ROW_LABEL_MAX - used, " segment%s", one ? "" : "s");
}

/**
 * row_label() - what is written in the middle of a row
 * @buf: ROW_LABEL_MAX bytes
 * @exchange: its exchange
 * @row: the row
 */
void row_label(char *buf, const struct exchange *exchange, const struct row *row)
{
	char flags[FLAGS_MAX];

	switch (row->kind) {
	case ROW_SEGMENT:
		label_segment(buf, exchange, row);
		return;
	case ROW_DATA:
		label_data(buf, row);
		return;
	case ROW_LOST:
		scnprintf(buf, ROW_LABEL_MAX, "%llu events lost here",
			  (unsigned long long)row->segments[0]);
		return;
	case ROW_EVENT:
		if (row->seg.flags) {
			flags_print(flags, row->seg.flags);
			scnprintf(buf, ROW_LABEL_MAX, "%s arrives", flags);
		} else {
			scnprintf(buf, ROW_LABEL_MAX, "%s", row->changes ?
				  tcpfsm_cause_name(row->change[0].cause) : "");
		}
	}
}
