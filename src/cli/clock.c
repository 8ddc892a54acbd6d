// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which flow is due next: a binary heap. A deadline mostly moves away, with
 * each segment; then the flow stays where it stands until its old one comes.
 */
#include "cli.h"
#include "flows.h"

static void put(struct flows *flows, size_t slot, struct flows_entry *entry)
{
	flows->heap[slot] = entry;
	entry->slot = slot;
}

/* Towards the top, past all that are due later. */
static void rise(struct flows *flows, struct flows_entry *entry)
{
	size_t slot = entry->slot;

	for (; slot; slot = (slot - 1) / 2) {
		struct flows_entry *parent = flows->heap[(slot - 1) / 2];

		if (parent->due_ns <= entry->due_ns)
			break;
		put(flows, slot, parent);
	}
	put(flows, slot, entry);
}

/* Away from the top, past all that are due earlier. */
static void sink(struct flows *flows, struct flows_entry *entry)
{
	size_t slot = entry->slot, child;

	for (; (child = 2 * slot + 1) < flows->waiting; slot = child) {
		if (child + 1 < flows->waiting &&
		    flows->heap[child + 1]->due_ns < flows->heap[child]->due_ns)
			child++;
		if (flows->heap[child]->due_ns >= entry->due_ns)
			break;
		put(flows, slot, flows->heap[child]);
	}
	put(flows, slot, entry);
}

/**
 * clock_add() - a flow has begun
 * @flows: the flows
 * @entry: the new one
 */
void clock_add(struct flows *flows, struct flows_entry *entry)
{
	if (flows->waiting == flows->room) {
		flows->room = flows->room ? 2 * flows->room : 1024;
		flows->heap = cli_alloc(flows->heap, flows->room * sizeof(*flows->heap));
	}
	entry->slot = flows->waiting++;
	entry->due_ns = tcpfsm_deadline_ns(&entry->flow, &flows->limits);
	rise(flows, entry);
}

/**
 * clock_update() - a flow has changed
 * @flows: the flows
 * @entry: the flow, which waits
 */
void clock_update(struct flows *flows, struct flows_entry *entry)
{
	u64 due_ns = tcpfsm_deadline_ns(&entry->flow, &flows->limits);

	if (due_ns >= entry->due_ns)
		return;
	entry->due_ns = due_ns;
	rise(flows, entry);
}

/**
 * clock_due() - the flow that is due first
 * @flows: the flows
 * @now_ns: how far time has come
 *
 * Return: NULL if none is due.
 */
struct flows_entry *clock_due(struct flows *flows, u64 now_ns)
{
	u64 due_ns;

	while (flows->waiting && flows->heap[0]->due_ns <= now_ns) {
		struct flows_entry *entry = flows->heap[0];

		due_ns = tcpfsm_deadline_ns(&entry->flow, &flows->limits);
		if (due_ns <= entry->due_ns)
			return entry;
		entry->due_ns = due_ns;
		sink(flows, entry);
	}
	return NULL;
}

/**
 * clock_remove() - a flow waits for nothing any more
 * @flows: the flows
 * @entry: the flow
 */
void clock_remove(struct flows *flows, struct flows_entry *entry)
{
	struct flows_entry *last = flows->heap[--flows->waiting];

	if (last == entry)
		return;
	last->slot = entry->slot;
	rise(flows, last);
	sink(flows, last);
}
