/* SPDX-License-Identifier: GPL-2.0-only */
/* The module's tracepoints, in an instance of the ring buffer of our own. */
#ifndef TCPFSM_CLI_TRACE_H
#define TCPFSM_CLI_TRACE_H

#include "event.h"

struct tep_handle;
struct tracefs_instance;

/**
 * typedef trace_report - something has happened
 * @context: of struct trace
 * @event: what
 *
 * Return: false if no more is to be told.
 */
typedef bool (*trace_report)(void *context, const struct event *event);

/**
 * struct trace - tracepoints that are listened to
 * @report: called for each event, in the order in which they happened
 * @lost: called with the number of events that were lost since the last time
 * @context: for both
 * @stop: no more is to be told
 * @unloaded: the module went meanwhile, and took the tracepoints with it
 * @kinds: TRACE_KIND() of those that are listened to
 * @tep: the formats
 * @instance: of the ring buffer
 * @to_real_ns: from the clock of the trace to the time of day
 * @event: what has been read and not told, as others may have happened before
 * @count: how many
 * @room: for how many there is place
 * @lost_told: how many losses have been told
 * @looked_ns: when losses, and whether the module is there, were last looked for
 */
struct trace {
	trace_report report;
	void (*lost)(void *context, u64 events);
	void *context;
	bool stop;
	bool unloaded;
	u32 kinds;
	struct tep_handle *tep;
	struct tracefs_instance *instance;
	u64 to_real_ns;
	struct event *event;
	size_t count;
	size_t room;
	u64 lost_told;
	u64 looked_ns;
};

/* Which tracepoints are wanted. */
#define TRACE_KIND(kind) (1U << EVENT_##kind)

bool trace_open(struct trace *trace, u32 kinds, const char *condition, unsigned int buffer_kb);
void trace_run(struct trace *trace, u64 for_ms);
void trace_close(struct trace *trace);
bool trace_losses(unsigned int *listening, u64 *lost);

#endif
