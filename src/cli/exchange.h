/* SPDX-License-Identifier: GPL-2.0-only */
/* What two ends said to each other, row by row: what a ladder diagram shows. */
#ifndef TCPFSM_CLI_EXCHANGE_H
#define TCPFSM_CLI_EXCHANGE_H

#include "flow.h"
#include "key.h"

enum row_kind {
	ROW_SEGMENT,
	ROW_DATA,	/* segments of both ends that changed nothing */
	ROW_EVENT,	/* no segment: time passed, or it was seen before */
	ROW_LOST,	/* events are missing here */
};

/**
 * struct row - one of them
 * @kind: enum row_kind
 * @time_ns: since 1970
 * @until_ns: the same, or of ROW_DATA when the last of them passed
 * @who: who sent the segment
 * @seg: the segment
 * @segments: of ROW_DATA: how many of each end; of ROW_LOST: events, in the first
 * @bytes: of ROW_DATA: payload of each end
 * @change: transitions in their order
 * @changes: how many
 * @anomalies: bit set of enum tcpfsm_anomaly
 */
struct row {
	enum row_kind kind;
	u64 time_ns;
	u64 until_ns;
	unsigned int who;
	struct tcpfsm_segment seg;
	u64 segments[2];
	u64 bytes[2];
	struct tcpfsm_change change[TCPFSM_CHANGES_MAX];
	unsigned int changes;
	u32 anomalies;
};

/**
 * struct exchange - all rows of a flow
 * @key: its ends
 * @id: its number
 * @whole: each segment gets a row of its own
 * @row: the rows
 * @rows: how many
 * @room: for how many there is memory
 * @base: initial sequence number of each end, or the first one seen
 * @has_base: it is known
 * @has_syn: it came from a SYN
 * @state: of each end before the first row
 */
struct exchange {
	struct flow_key key;
	u64 id;
	bool whole;
	struct row *row;
	size_t rows;
	size_t room;
	u32 base[2];
	bool has_base[2];
	bool has_syn[2];
	u8 state[2];
};

void exchange_init(struct exchange *exchange, const struct flow_key *key, u64 id);
void exchange_segment(struct exchange *exchange, u64 time_ns, unsigned int who,
		      const struct tcpfsm_segment *seg, bool shows_something);
void exchange_change(struct exchange *exchange, u64 time_ns, const struct tcpfsm_segment *seg,
		     const struct tcpfsm_change *change);
void exchange_anomaly(struct exchange *exchange, u64 time_ns, const struct tcpfsm_segment *seg,
		      unsigned int anomaly);
void exchange_lost(struct exchange *exchange, u64 time_ns, u64 events);
u32 exchange_relative(const struct exchange *exchange, unsigned int who, u32 seq);
u64 exchange_since(const struct exchange *exchange, size_t i);
u64 exchange_gap(const struct exchange *exchange, size_t i);
const char *exchange_mark(const struct tcpfsm_change *change);
void exchange_free(struct exchange *exchange);

/* What is written at a segment's arrow, and instead of one. */
#define ROW_LABEL_MAX 160

void row_label(char *buf, const struct exchange *exchange, const struct row *row);

#endif
