// SPDX-License-Identifier: GPL-2.0-only
/* JSON: what a replay finds, one object a line. */
#include "json.h"
#include "show.h"

/* Of the segment that caused it; absent where time did. */
static void add_segment(json_t *object, const struct tcpfsm_segment *seg)
{
	if (!seg)
		return;
	json_number(object, "seq", seg->seq);
	json_number(object, "ack", seg->ack);
	json_number(object, "flags", seg->flags);
}

static void json_step(void *context __attribute__((unused)), struct flows_entry *entry,
		      const struct tcpfsm_segment *seg, const struct tcpfsm_result *result,
		      u64 now_ns)
{
	json_t *object;
	unsigned int i;

	for (i = 0; i < result->changes; i++) {
		const struct tcpfsm_change *change = &result->change[i];

		object = json_event("transition", now_ns, entry->id, &entry->key);
		json_change(object, change);
		add_segment(object, seg);
		json_print(object);
	}
	for (i = 0; i < TCPFSM_ANOMALY_MAX; i++) {
		if (!(result->anomalies & 1U << i))
			continue;
		object = json_event("anomaly", now_ns, entry->id, &entry->key);
		json_text(object, "anomaly", tcpfsm_anomaly_name(i));
		json_text(object, "endpoint", tcpfsm_role_name(result->who));
		add_segment(object, seg);
		json_print(object);
	}
}

static void json_flow(const struct flows_entry *entry, u64 now_ns)
{
	char line[TCPFSM_LINE_MAX], when[SHOW_TIME_MAX];
	struct record record;

	show_line(line, sizeof(line), entry, now_ns);
	show_time(when, entry->flow.born_ns);
	if (record_parse(&record, line))
		json_print(json_record(&record, when));
	record_free(&record);
}

static void json_begin(u64 number, u64 half_open)
{
	json_t *object = json_object();

	json_text(object, "type", "flows");
	json_number(object, "flows", number);
	json_number(object, "half_open", half_open);
	json_print(object);
}

const struct show_format show_json = {
	.step = json_step,
	.begin = json_begin,
	.flow = json_flow,
};
