/* SPDX-License-Identifier: GPL-2.0-only */
/* The one flow that is meant. */
#ifndef TCPFSM_CLI_CHOICE_H
#define TCPFSM_CLI_CHOICE_H

#include "exchange.h"
#include "filter.h"
#include "flows.h"
#include "reading.h"

/**
 * struct choice - which flow
 * @id: its number, or 0
 * @filter: without one, what it is like; NULL with @id 0: the only flow there is
 */
struct choice {
	u64 id;
	struct filter *filter;
};

#define CHOICE_HELP								\
	"A FLOW is its number (id), or a FILTER that only one flow matches.\n" FILTER_HELP

bool choice_parse(struct choice *choice, int argc, char **argv);
int choice_from_table(const struct choice *choice, const char *path, struct record *record);
int choice_from_capture(const struct choice *choice, struct reading *reading, const char *path,
			bool whole, struct exchange *exchange, struct record *record);
void choice_free(struct choice *choice);

#endif
