/* SPDX-License-Identifier: GPL-2.0-only */
/* The flows of a capture, and the clock they go by. */
#ifndef TCPFSM_FLOWS_H
#define TCPFSM_FLOWS_H

#include "flow.h"
#include "packet.h"
#include "view.h"

/**
 * struct flows_entry - a flow
 * @chain: the next one in its bucket, which is older
 * @next: the one that began after it
 * @key: client first
 * @hash: of @key, the same for both directions
 * @id: its number, from 1
 * @due_ns: not before then the clock has something to do with it
 * @slot: its place in the clock's heap; means nothing once it is forgotten
 * @replaced: it was alive when, between its ends, another took its place
 * @hidden: another life of the same ports has the place that segments find
 * @user: of whoever reports are for
 * @flow: what the rules know
 */
struct flows_entry {
	struct flows_entry *chain;
	struct flows_entry *next;
	struct flow_key key;
	u64 hash;
	u64 id;
	u64 due_ns;
	size_t slot;
	bool replaced;
	bool hidden;
	void *user;
	struct tcpfsm_flow flow;
};

/**
 * typedef flows_report - something has changed
 * @context: of struct flows
 * @entry: the flow
 * @seg: the segment, or NULL where time was the cause
 * @result: the step's result
 * @now_ns: when
 */
typedef void (*flows_report)(void *context, struct flows_entry *entry,
			     const struct tcpfsm_segment *seg,
			     const struct tcpfsm_result *result, u64 now_ns);

/**
 * struct flows - all flows
 * @limits: how long a flow may be silent
 * @report: called for each step that changed something, and for each anomaly
 * @all: and for each other segment of a flow, too
 * @context: for @report
 * @forget: free a flow when its linger time is over, instead of keeping it for the end
 * @now_ns: how far the clock has come
 * @replaced: some flow was alive when, between its ends, another took its place
 * @first: the flow that began first, with @forget NULL
 * @last: the one that began last
 * @begun: how many have begun
 * @secret: of the hash
 * @buckets: newest first in each
 * @mask: number of buckets - 1
 * @heap: by @due_ns, the earliest on top
 * @waiting: how many stand in @heap and in @buckets
 * @room: for how many there is place in @heap
 */
struct flows {
	struct tcpfsm_limits limits;
	flows_report report;
	void *context;
	bool all;
	bool forget;
	bool replaced;
	u64 now_ns;
	struct flows_entry *first;
	struct flows_entry *last;
	u64 begun;
	u64 secret[2];
	struct flows_entry **buckets;
	size_t mask;
	struct flows_entry **heap;
	size_t waiting;
	size_t room;
};

void flows_init(struct flows *flows);
bool flows_set(struct flows *flows, const char *setting);
void flows_advance(struct flows *flows, u64 now_ns);
void flows_see(struct flows *flows, const struct packet *packet, const struct view *view);
void flows_damaged(struct flows *flows, const struct packet *packet);
void flows_icmp(struct flows *flows, const struct packet *packet);
void flows_free(struct flows *flows);

/* clock.c */
void clock_add(struct flows *flows, struct flows_entry *entry);
void clock_update(struct flows *flows, struct flows_entry *entry);
struct flows_entry *clock_due(struct flows *flows, u64 now_ns);
void clock_remove(struct flows *flows, struct flows_entry *entry);

#endif
