// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects of JSON, one a line. A flow is made from its line of /proc/tcpfsm, so
 * that there is one place that says what is known of a flow.
 */
#include <stdlib.h>

#include "json.h"
#include "show.h"

#define COUNT_MAX 4
/* More words than a list can have. */
#define WORDS_MAX 32

/**
 * json_print() - write an object, and be done with it
 * @object: the object
 */
void json_print(json_t *object)
{
	json_dumpf(object, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(object);
}

/**
 * json_text() - a member that is a string
 * @object: changed
 * @key: name of the member
 * @text: its value
 */
void json_text(json_t *object, const char *key, const char *text)
{
	json_object_set_new(object, key, json_string(text));
}

/**
 * json_number() - a member that is a number
 * @object: changed
 * @key: name of the member
 * @number: its value
 */
void json_number(json_t *object, const char *key, u64 number)
{
	json_object_set_new(object, key, json_integer(number));
}

/**
 * json_ends() - whose connection: client, server, community_id
 * @object: changed
 * @key: of the flow
 */
void json_ends(json_t *object, const struct flow_key *key)
{
	char client[KEY_END_MAX], server[KEY_END_MAX], community[KEY_COMMUNITY_MAX];

	key_print_end(client, key, TCPFSM_CLIENT);
	key_print_end(server, key, TCPFSM_SERVER);
	key_community_id(community, key);
	json_text(object, "client", client);
	json_text(object, "server", server);
	json_text(object, "community_id", community);
}

/**
 * json_event() - something that happened to a flow
 * @type: what kind of object
 * @time_ns: when, since 1970
 * @flow: its number
 * @key: its ends
 *
 * Return: the object, with the members that all of them have.
 */
json_t *json_event(const char *type, u64 time_ns, u64 flow, const struct flow_key *key)
{
	char when[SHOW_TIME_MAX];
	json_t *object = json_object();

	show_time(when, time_ns);
	json_text(object, "type", type);
	json_text(object, "time", when);
	json_number(object, "flow", flow);
	json_ends(object, key);
	return object;
}

/**
 * json_change() - the members of a transition
 * @object: changed
 * @change: the transition
 */
void json_change(json_t *object, const struct tcpfsm_change *change)
{
	json_text(object, "endpoint", tcpfsm_role_name(change->role));
	json_text(object, "oldstate", tcpfsm_state_name(change->from));
	json_text(object, "newstate", tcpfsm_state_name(change->to));
	json_text(object, "certainty", tcpfsm_certainty_name(change->certainty));
	json_text(object, "cause", tcpfsm_cause_name(change->cause));
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
	char *part[WORDS_MAX];
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

/* What a number is, its key knows; a key that is not known here may be either. */
static json_t *plain_value_of(const char *value)
{
	return value[strspn(value, "0123456789")] || !*value ? json_string(value) :
							       number_of(value);
}

static json_t *value_of(const char *key, const char *value)
{
	static const char *const lists[] = { "opts", "flags", NULL };
	static const char *const pairs[] = { "isn", "mss", "wscale", "finack_ms", "since_ms", NULL };
	static const char *const ends[] = { "client", "server", NULL };
	static const char *const repeats[] = { "syn", "synack", "fin_client", "fin_server", NULL };
	static const char *const texts[] = {
		"outcome", "closer", "reset_in", "hist", "icmp", "icmp_of", "icmp_from", "view",
		"comm", NULL
	};
	char *copy;
	json_t *made;

	if (is_among(key, texts))
		return json_string(value);
	copy = strdup(value);
	if (is_among(key, lists))
		made = words_of(copy);
	else if (is_among(key, pairs))
		made = counts_of(copy, ends);
	else if (!strcmp(key, "rtx"))
		made = counts_of(copy, repeats);
	else
		made = plain_value_of(value);
	free(copy);
	return made;
}

/**
 * json_record() - a flow that was read
 * @record: the flow
 * @time: of its first segment, or NULL
 *
 * Return: an object of type "flow".
 */
json_t *json_record(const struct record *record, const char *time)
{
	json_t *object = json_object();
	const char *word;

	json_text(object, "type", "flow");
	if (time)
		json_text(object, "time", time);
	json_text(object, "client_state", tcpfsm_state_name(record->state[TCPFSM_CLIENT]));
	json_object_set_new(object, "client_inferred", json_boolean(record->unsure[TCPFSM_CLIENT]));
	json_text(object, "server_state", tcpfsm_state_name(record->state[TCPFSM_SERVER]));
	json_object_set_new(object, "server_inferred", json_boolean(record->unsure[TCPFSM_SERVER]));
	json_number(object, "age_ms", record->age_ms);
	json_ends(object, &record->key);
	for (word = record->values; word < record->end; word += strlen(word) + 1) {
		const char *equals = strchr(word, '=');
		char key[64];

		scnprintf(key, sizeof(key), "%.*s", (int)(equals - word), word);
		json_object_set_new(object, key, value_of(key, equals + 1));
	}
	return object;
}
