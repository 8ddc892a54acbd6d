// SPDX-License-Identifier: GPL-2.0-only
/* Lines of /proc/tcpfsm, and of what else prints flows, read again. */
#include <stdlib.h>

#include "cli.h"
#include "record.h"

/**
 * record_state_of() - a state from its name
 * @name: the kernel's, without TCP_
 *
 * Return: enum tcpfsm_state, 0 if there is no such state.
 */
unsigned int record_state_of(const char *name)
{
	unsigned int state;

	for (state = 1; state < TCPFSM_STATE_MAX; state++)
		if (!strcmp(tcpfsm_state_name(state), name))
			return state;
	return 0;
}

/**
 * record_has_key() - can a line have this key?
 * @key: its name
 */
bool record_has_key(const char *key)
{
	static const char *const keys[] = {
		"id", "outcome", "closer", "reset_in", "hist", "rtt_server_us", "rtt_client_us",
		"isn", "mss", "wscale", "opts", "half_close_ms", "finack_ms", "teardown_ms", "rtx",
		"icmp", "icmp_of", "icmp_count", "since_ms", "idle_ms", "view", "flags",
		"icmp_from", "ifindex", "uid", "cgroup", "pid", "comm",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		if (!strcmp(keys[i], key))
			return true;
	return false;
}

static unsigned int outcome_of(const char *name)
{
	unsigned int verdict;

	for (verdict = 0; verdict < TCPFSM_VERDICT_MAX; verdict++)
		if (!strcmp(tcpfsm_verdict_name(verdict), name))
			break;
	return verdict;
}

/* A column: what stands there, and the place behind it. */
static char *take_word(char **rest)
{
	char *word = *rest + strspn(*rest, " ");

	*rest = word + strcspn(word, " ");
	if (**rest)
		*(*rest)++ = '\0';
	return word;
}

static bool take_state(struct record *record, unsigned int who, char **rest)
{
	char *word = take_word(rest);
	char *mark = strchr(word, '?');

	record->unsure[who] = mark && !mark[1];
	if (record->unsure[who])
		*mark = '\0';
	record->state[who] = record_state_of(word);
	return record->state[who];
}

static bool take_number(u64 *value, const char *text)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	*value = strtoull(text, &end, 10);
	return !*end;
}

static bool take_columns(struct record *record, char **rest)
{
	return take_state(record, TCPFSM_CLIENT, rest) && take_state(record, TCPFSM_SERVER, rest) &&
	       take_number(&record->age_ms, take_word(rest)) &&
	       key_parse_end(&record->key, TCPFSM_CLIENT, take_word(rest)) &&
	       !strcmp(take_word(rest), "->") &&
	       key_parse_end(&record->key, TCPFSM_SERVER, take_word(rest));
}

/* Each word is key=value. */
static bool take_values(struct record *record, char *rest)
{
	record->values = rest;
	while (*rest) {
		char *word = take_word(&rest);

		if (!strchr(word, '=') || *word == '=')
			return false;
		record->end = word + strlen(word) + 1;
	}
	return true;
}

/**
 * record_parse() - read a line
 * @record: filled in; to be freed, whatever is returned
 * @line: without a newline
 *
 * Return: false if it is no flow.
 */
bool record_parse(struct record *record, const char *line)
{
	size_t size = strlen(line) + 1;
	const char *outcome;
	char *rest;

	memset(record, 0, sizeof(*record));
	record->text = cli_alloc(NULL, size);
	memcpy(record->text, line, size);
	rest = record->text;
	record->values = rest;
	record->end = rest;
	if (!take_columns(record, &rest) || !take_values(record, rest))
		return false;
	outcome = record_value(record, "outcome");
	record->outcome = outcome ? outcome_of(outcome) : TCPFSM_VERDICT_MAX;
	return outcome && record_number(record, "id", &record->id);
}

/**
 * record_value() - what a key says
 * @record: the flow
 * @key: its name
 *
 * Return: the value, or NULL where it is not known.
 */
const char *record_value(const struct record *record, const char *key)
{
	size_t len = strlen(key);
	const char *word;

	for (word = record->values; word < record->end; word += strlen(word) + 1)
		if (!strncmp(word, key, len) && word[len] == '=')
			return word + len + 1;
	return NULL;
}

/**
 * record_number() - the same, for one number
 * @record: the flow
 * @key: its name
 * @value: filled in
 *
 * Return: false if it is not known, or no number.
 */
bool record_number(const struct record *record, const char *key, u64 *value)
{
	const char *text = record_value(record, key);

	return text && take_number(value, text);
}

/**
 * record_pair() - the same, for one number of "a/b/..."
 * @record: the flow
 * @key: its name
 * @which: from 0
 * @value: filled in
 *
 * Return: false if it is not known, where - may stand for it.
 */
bool record_pair(const struct record *record, const char *key, unsigned int which, u64 *value)
{
	const char *text = record_value(record, key);

	for (; text && which; which--) {
		text = strchr(text, '/');
		text = text ? text + 1 : NULL;
	}
	if (!text || *text < '0' || *text > '9')
		return false;
	*value = strtoull(text, NULL, 10);
	return true;
}

/**
 * record_has_word() - is a word in a list with commas?
 * @record: the flow
 * @key: name of the list
 * @word: the word
 */
bool record_has_word(const struct record *record, const char *key, const char *word)
{
	const char *text = record_value(record, key);
	size_t len = strlen(word);

	for (; text && *text; text += *text == ',') {
		size_t here = strcspn(text, ",");

		if (here == len && !strncmp(text, word, len))
			return true;
		text += here;
	}
	return false;
}

/**
 * record_free() - give back its memory
 * @record: the flow
 */
void record_free(struct record *record)
{
	free(record->text);
	record->text = NULL;
}
