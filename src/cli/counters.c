// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counters, as nf_conntrack and lnstat have them: a line of names, then one of
 * hexadecimal figures for each processor.
 */
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"
#include "counters.h"

static void take_names(struct counters *counters, char *line)
{
	char *rest = NULL, *word;

	counters->text = line;
	for (word = strtok_r(line, " \n", &rest); word && counters->count < COUNTERS_MAX;
	     word = strtok_r(NULL, " \n", &rest))
		counters->name[counters->count++] = word;
}

/* The first column, entries, is the same in each line, of whichever processor. */
static void take_values(struct counters *counters, char *line)
{
	char *at = line, *end;
	size_t i;

	for (i = 0; i < counters->count; i++, at = end) {
		u64 value = strtoull(at, &end, 16);

		if (end == at)
			return;
		if (!i)
			counters->value[i] = value;
		else
			counters->value[i] += value;
	}
}

/**
 * counters_read() - read and add up
 * @counters: filled in; to be freed where the status is 0
 * @file: name below /proc/net/stat
 *
 * Return: exit status, whose cause has been told.
 */
int counters_read(struct counters *counters, const char *file)
{
	char path[64], *line = NULL;
	size_t size = 0;
	FILE *from;

	memset(counters, 0, sizeof(*counters));
	scnprintf(path, sizeof(path), "/proc/net/stat/%s", file);
	from = fopen(path, "re");
	if (!from) {
		cli_unreadable(path, false);
		return CLI_FAILED;
	}
	if (getline(&line, &size, from) > 0) {
		take_names(counters, line);
		line = NULL;
		size = 0;
	}
	while (getline(&line, &size, from) > 0)
		take_values(counters, line);
	free(line);
	fclose(from);
	return CLI_OK;
}

/**
 * counters_value() - one of them
 * @counters: read
 * @name: of its column
 *
 * Return: 0 where there is no such column.
 */
u64 counters_value(const struct counters *counters, const char *name)
{
	size_t i;

	for (i = 0; i < counters->count; i++)
		if (!strcmp(counters->name[i], name))
			return counters->value[i];
	return 0;
}

/**
 * counters_free() - give back its memory
 * @counters: read
 */
void counters_free(struct counters *counters)
{
	free(counters->text);
}
