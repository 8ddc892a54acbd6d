// SPDX-License-Identifier: GPL-2.0-only
/* Records of the ring buffer, read with the formats that the kernel tells. */
#include <traceevent/event-parse.h>

#include "event.h"

#define V4_IN_V6 12

static const char *const names[] = {
#define X(kind, name) [EVENT_##kind] = name,
	EVENTS(X)
#undef X
};

/**
 * event_name() - name of a tracepoint
 * @kind: which
 */
const char *event_name(enum event_kind kind)
{
	return names[kind];
}

/* A field that this event has not is 0. */
static u64 number(struct tep_event *format, struct tep_record *record, const char *name)
{
	struct tep_format_field *field = tep_find_field(format, name);
	unsigned long long value;

	return field && !tep_read_number_field(field, record->data, &value) ? value : 0;
}

static void copy(void *to, size_t size, struct tep_event *format, struct tep_record *record,
		 const char *name)
{
	struct tep_format_field *field = tep_find_field(format, name);

	if (field && field->size <= (int)size && field->offset + field->size <= record->size)
		memcpy(to, (const char *)record->data + field->offset, field->size);
}

/* saddr is an end's of which the event tells, daddr its peer's. */
static void take_key(struct event *event, struct tep_event *format, struct tep_record *record,
		     unsigned int from)
{
	struct flow_key *key = &event->key;
	u8 addr[2][16] = {};
	unsigned int i;

	key->family = number(format, record, "family");
	key->port[from] = number(format, record, "sport");
	key->port[!from] = number(format, record, "dport");
	copy(addr[from], sizeof(addr[0]), format, record, "saddr_v6");
	copy(addr[!from], sizeof(addr[0]), format, record, "daddr_v6");
	for (i = 0; i < 2; i++) {
		if (key->family == AF_INET)
			memcpy(key->addr[i], addr[i] + V4_IN_V6, 4);
		else
			memcpy(key->addr[i], addr[i], sizeof(addr[i]));
	}
}

static void take_change(struct event *event, struct tep_event *format, struct tep_record *record)
{
	event->change = (struct tcpfsm_change){
		.role = event->who,
		.from = number(format, record, "oldstate"),
		.to = number(format, record, "newstate"),
		.certainty = number(format, record, "certainty"),
		.cause = number(format, record, "cause"),
	};
}

static void take_measurements(struct event *event, struct tep_event *format,
			      struct tep_record *record)
{
	event->has = number(format, record, "has");
	event->rtt_server_us = number(format, record, "rtt_server_us");
	event->rtt_client_us = number(format, record, "rtt_client_us");
	event->half_close_ms = number(format, record, "half_close_ms");
	event->teardown_ms = number(format, record, "teardown_ms");
	event->duration_us = number(format, record, "duration_us");
	event->closer = number(format, record, "closer");
	event->reset_in = number(format, record, "reset_hit");
	copy(event->history, sizeof(event->history), format, record, "history");
	/* The module ends it; a record that is damaged need not. */
	event->history[sizeof(event->history) - 1] = '\0';
	/* A handshake has no such bits: what was not measured is 0. */
	if (event->kind == EVENT_HANDSHAKE)
		event->has = (event->rtt_server_us ? TCPFSM_HAS_RTT_SERVER : 0) |
			     (event->rtt_client_us ? TCPFSM_HAS_RTT_CLIENT : 0);
}

static void take_icmp(struct event *event, struct tep_event *format, struct tep_record *record)
{
	u8 addr[16] = {};

	copy(event->icmp, sizeof(event->icmp), format, record, "icmp");
	event->icmp[sizeof(event->icmp) - 1] = '\0';
	event->icmp_count = number(format, record, "count");
	copy(addr, sizeof(addr), format, record, "from_v6");
	if (event->key.family == AF_INET)
		memcpy(event->icmp_from, addr + V4_IN_V6, 4);
	else
		memcpy(event->icmp_from, addr, sizeof(addr));
}

/**
 * event_read() - read a record
 * @event: filled in, but for @time_ns
 * @format: of its tracepoint
 * @record: the record
 *
 * Return: false if it is none of the module's.
 */
bool event_read(struct event *event, struct tep_event *format, struct tep_record *record)
{
	unsigned int kind;

	for (kind = 0; kind < EVENT_MAX; kind++)
		if (!strcmp(format->name, names[kind]))
			break;
	if (kind == EVENT_MAX)
		return false;
	memset(event, 0, sizeof(*event));
	event->kind = kind;
	event->outcome = TCPFSM_VERDICT_MAX;
	event->flow = number(format, record, "flow");
	event->netns = number(format, record, "netns");
	event->who = number(format, record, "endpoint");
	event->seg.seq = number(format, record, "seq");
	event->seg.ack = number(format, record, "ack");
	event->seg.flags = number(format, record, "flags");
	event->seg.len = number(format, record, "len");
	event->seg.window = number(format, record, "window");
	take_key(event, format, record,
		 (kind == EVENT_SET_STATE || kind == EVENT_SEGMENT) && event->who);
	if (kind == EVENT_SET_STATE)
		take_change(event, format, record);
	if (kind == EVENT_ANOMALY)
		event->anomaly = number(format, record, "anomaly");
	if (kind == EVENT_CLOSE)
		event->outcome = number(format, record, "outcome");
	if (kind == EVENT_CLOSE || kind == EVENT_HANDSHAKE)
		take_measurements(event, format, record);
	if (kind == EVENT_ICMP)
		take_icmp(event, format, record);
	return true;
}
