/* SPDX-License-Identifier: GPL-2.0-only */
/* Objects of JSON. */
#ifndef TCPFSM_CLI_JSON_H
#define TCPFSM_CLI_JSON_H

#include <jansson.h>

#include "flow.h"
#include "record.h"

void json_print(json_t *object);
void json_text(json_t *object, const char *key, const char *text);
void json_number(json_t *object, const char *key, u64 number);
void json_ends(json_t *object, const struct flow_key *key);
json_t *json_event(const char *type, u64 time_ns, u64 flow, const struct flow_key *key);
void json_change(json_t *object, const struct tcpfsm_change *change);
json_t *json_record(const struct record *record, const char *time);

#endif
