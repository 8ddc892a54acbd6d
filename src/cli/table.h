/* SPDX-License-Identifier: GPL-2.0-only */
/* The flow table as /proc/tcpfsm shows it, or a copy of that in a file. */
#ifndef TCPFSM_CLI_TABLE_H
#define TCPFSM_CLI_TABLE_H

#include <stdio.h>

#include "record.h"

/**
 * struct table - an open table
 * @name: for messages
 * @file: what is read
 * @header: line 1, as text
 * @line: the line that was read last
 * @size: bytes of memory at @line
 * @number: which one that is, from 1
 */
struct table {
	const char *name;
	FILE *file;
	char *header;
	char *line;
	size_t size;
	u64 number;
};

enum table_next {
	TABLE_FLOW,
	TABLE_END,
	TABLE_DAMAGED,	/* and why has been told */
};

int table_open(struct table *table, const char *path);
bool table_header(const struct table *table, const char *key, u64 *value);
enum table_next table_next(struct table *table, struct record *record);
void table_close(struct table *table);

#endif
