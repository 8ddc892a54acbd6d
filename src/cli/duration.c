// SPDX-License-Identifier: GPL-2.0-only
/* Lengths of time: 30s, 4m12s, 2d04h. */
#include <stdlib.h>

#include "duration.h"

#define SECOND 1000ULL
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

static u64 unit_of(const char *text)
{
	static const struct {
		const char *name;
		u64 ms;
	} units[] = {
		{ "", SECOND }, { "ms", 1 }, { "s", SECOND }, { "m", MINUTE }, { "h", HOUR },
		{ "d", DAY },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(units); i++)
		if (!strcmp(units[i].name, text))
			return units[i].ms;
	return 0;
}

/**
 * duration_parse() - 500ms, 30s, 5m, 2h, 1d; seconds without a unit
 * @ms: filled in, milliseconds
 * @text: it
 *
 * Return: false if it is nothing of that kind.
 */
bool duration_parse(u64 *ms, const char *text)
{
	double value;
	char *end;
	u64 unit;

	if (*text < '0' || *text > '9')
		return false;
	value = strtod(text, &end);
	unit = unit_of(end);
	if (!unit || value > 1e9)
		return false;
	*ms = value * unit;
	return true;
}

/**
 * duration_print() - in the two units that matter
 * @buf: DURATION_MAX bytes
 * @ms: milliseconds
 */
void duration_print(char *buf, u64 ms)
{
	unsigned long long t = ms;

	if (t < SECOND)
		scnprintf(buf, DURATION_MAX, "%llums", t);
	else if (t < MINUTE)
		scnprintf(buf, DURATION_MAX, "%llu.%llus", t / SECOND, t % SECOND / 100);
	else if (t < HOUR)
		scnprintf(buf, DURATION_MAX, "%llum%02llus", t / MINUTE, t % MINUTE / SECOND);
	else if (t < DAY)
		scnprintf(buf, DURATION_MAX, "%lluh%02llum", t / HOUR, t % HOUR / MINUTE);
	else
		scnprintf(buf, DURATION_MAX, "%llud%02lluh", t / DAY, t % DAY / HOUR);
}
