// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON, one object a line. A flow is made from its line of /proc/tcpfsm, so
 * that there is one place that says what is known of a flow.
 */
#include <arpa/inet.h>
#include <jansson.h>
#include <stdlib.h>

#include "show.h"

#define COUNT_MAX 4

static void print(json_t *object)
{
	json_dumpf(object, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(object);
}

static void add_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, json_string(text));
}

static void add_number(json_t *object, const char *key, u64 number)
{
	json_object_set_new(object, key, json_integer(number));
}

static json_t *begin_event(const char *type, const struct flows_entry *entry, u64 now_ns)
{
	char client[SHOW_END_MAX], server[SHOW_END_MAX], when[SHOW_TIME_MAX];
	json_t *object = json_object();

	show_time(when, now_ns);
	show_end(client, &entry->key, TCPFSM_CLIENT);
	show_end(server, &entry->key, TCPFSM_SERVER);
	add_text(object, "type", type);
	add_text(object, "time", when);
	add_number(object, "flow", entry->id);
	add_text(object, "client", client);
	add_text(object, "server", server);
	return object;
}

/* Of the segment that caused it; absent where time did. */
static void add_segment(json_t *object, const struct tcpfsm_segment *seg)
{
	if (!seg)
		return;
	add_number(object, "seq", seg->seq);
	add_number(object, "ack", seg->ack);
	add_number(object, "flags", seg->flags);
}

static void json_step(void *context __attribute__((unused)), const struct flows_entry *entry,
		      const struct tcpfsm_segment *seg, const struct tcpfsm_result *result,
		      u64 now_ns)
{
	json_t *object;
	unsigned int i;

	for (i = 0; i < result->changes; i++) {
		const struct tcpfsm_change *change = &result->change[i];

		object = begin_event("transition", entry, now_ns);
		add_text(object, "endpoint", tcpfsm_role_name(change->role));
		add_text(object, "oldstate", tcpfsm_state_name(change->from));
		add_text(object, "newstate", tcpfsm_state_name(change->to));
		add_text(object, "certainty", tcpfsm_certainty_name(change->certainty));
		add_text(object, "cause", tcpfsm_cause_name(change->cause));
		add_segment(object, seg);
		print(object);
	}
	for (i = 0; i < TCPFSM_ANOMALY_MAX; i++) {
		if (!(result->anomalies & 1U << i))
			continue;
		object = begin_event("anomaly", entry, now_ns);
		add_text(object, "anomaly", tcpfsm_anomaly_name(i));
		add_text(object, "endpoint", tcpfsm_role_name(result->who));
		add_segment(object, seg);
		print(object);
	}
}

/* The parts of "a/b" or "a,b", which are at most @max; @value is cut up. */
static size_t split(char *value, const char *separator, char **part, size_t max)
{
	char *rest = value;
	size_t n = 0;

	while (n < max && rest)
		part[n++] = strsep(&rest, separator);
	return n;
}

/* "-" stands for what is not known. */
static json_t *number_of(const char *text)
{
	return strcmp(text, "-") ? json_integer(strtoll(text, NULL, 10)) : json_null();
}

/* "a/b" with a name for each part. */
static json_t *counts_of(char *value, const char *const *names)
{
	json_t *object = json_object();
	char *part[COUNT_MAX];
	size_t n = split(value, "/", part, COUNT_MAX), i;

	for (i = 0; i < n && names[i]; i++)
		json_object_set_new(object, names[i], number_of(part[i]));
	return object;
}

static json_t *words_of(char *value)
{
	json_t *array = json_array();
	char *part[TCPFSM_FLOW_FLAG_MAX + TCPFSM_OPTION_MAX];
	size_t n = split(value, ",", part, ARRAY_SIZE(part)), i;

	for (i = 0; i < n; i++)
		json_array_append_new(array, json_string(part[i]));
	return array;
}

static bool is_among(const char *key, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(key, *list))
			return true;
	return false;
}

static json_t *value_of(const char *key, char *value)
{
	static const char *const lists[] = { "opts", "flags", NULL };
	static const char *const pairs[] = { "isn", "mss", "wscale", "finack_ms", NULL };
	static const char *const ends[] = { "client", "server", NULL };
	static const char *const repeats[] = { "syn", "synack", "fin_client", "fin_server", NULL };
	static const char *const texts[] = {
		"outcome", "closer", "reset_in", "hist", "view", NULL
	};

	if (is_among(key, texts))
		return json_string(value);
	if (is_among(key, lists))
		return words_of(value);
	if (is_among(key, pairs))
		return counts_of(value, ends);
	if (!strcmp(key, "rtx"))
		return counts_of(value, repeats);
	return number_of(value);
}

/* A state, and whether it is a guess: "client_state", "client_inferred". */
static void add_state(json_t *object, char *word, const char *state, const char *inferred)
{
	char *mark = strchr(word, '?');

	if (mark)
		*mark = '\0';
	add_text(object, state, word);
	json_object_set_new(object, inferred, json_boolean(mark));
}

static void json_flow(const struct flows_entry *entry, u64 now_ns)
{
	char line[TCPFSM_LINE_MAX], when[SHOW_TIME_MAX];
	json_t *object = json_object();
	char *word, *rest = NULL;
	unsigned int column = 0;

	show_line(line, sizeof(line), entry, now_ns);
	show_time(when, entry->flow.born_ns);
	add_text(object, "type", "flow");
	add_text(object, "time", when);
	for (word = strtok_r(line, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		char *equals = strchr(word, '=');

		switch (column++) {
		case 0:
			add_state(object, word, "client_state", "client_inferred");
			break;
		case 1:
			add_state(object, word, "server_state", "server_inferred");
			break;
		case 2:
			json_object_set_new(object, "age_ms", number_of(word));
			break;
		case 3:
			add_text(object, "client", word);
			break;
		case 4:		/* the arrow */
			break;
		case 5:
			add_text(object, "server", word);
			break;
		default:
			*equals = '\0';
			json_object_set_new(object, word, value_of(word, equals + 1));
		}
	}
	print(object);
}

static void json_begin(u64 number, u64 half_open)
{
	json_t *object = json_object();

	add_text(object, "type", "flows");
	add_number(object, "flows", number);
	add_number(object, "half_open", half_open);
	print(object);
}

const struct show_format show_json = {
	.step = json_step,
	.begin = json_begin,
	.flow = json_flow,
};
