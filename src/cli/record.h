/* SPDX-License-Identifier: GPL-2.0-only */
/* A flow as its line of /proc/tcpfsm tells it. */
#ifndef TCPFSM_CLI_RECORD_H
#define TCPFSM_CLI_RECORD_H

#include "key.h"
#include "states.h"

/**
 * struct record - a flow that was read
 * @key: its ends, client first
 * @age_ms: since its first segment
 * @id: its number
 * @outcome: enum tcpfsm_verdict, or TCPFSM_VERDICT_MAX for a word not known here
 * @state: of client and server
 * @unsure: that state is inferred
 * @values: words "key=value", each ended by a 0 byte; in the same memory as @text
 * @end: of @values
 * @text: the line, with a 0 byte for each space
 */
struct record {
	struct flow_key key;
	u64 age_ms;
	u64 id;
	u8 outcome;
	u8 state[2];
	bool unsure[2];
	const char *values;
	const char *end;
	char *text;
};

bool record_parse(struct record *record, const char *line);
const char *record_value(const struct record *record, const char *key);
bool record_number(const struct record *record, const char *key, u64 *value);
bool record_pair(const struct record *record, const char *key, unsigned int which, u64 *value);
bool record_has_word(const struct record *record, const char *key, const char *word);
void record_free(struct record *record);

unsigned int record_state_of(const char *name);
bool record_has_key(const char *key);

#endif
