/* SPDX-License-Identifier: GPL-2.0-only */
/* A file of counters below /proc/net/stat, summed over the processors. */
#ifndef TCPFSM_CLI_COUNTERS_H
#define TCPFSM_CLI_COUNTERS_H

#include "platform.h"

#define COUNTERS_MAX 64

/**
 * struct counters - what a file says
 * @text: names of the columns, each ended by a 0 byte
 * @name: where each of them begins
 * @value: their sums
 * @count: how many
 */
struct counters {
	char *text;
	const char *name[COUNTERS_MAX];
	u64 value[COUNTERS_MAX];
	size_t count;
};

int counters_read(struct counters *counters, const char *file);
u64 counters_value(const struct counters *counters, const char *name);
void counters_free(struct counters *counters);

#endif
