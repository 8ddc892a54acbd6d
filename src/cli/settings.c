// SPDX-License-Identifier: GPL-2.0-only
/* The network namespace's settings, and what they keep from being seen. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli.h"
#include "settings.h"

/* As much of a list of ports is shown. */
#define PORTS_SHOWN 40

/**
 * settings_line() - the first line of a small file
 * @dir: where it is
 * @name: of the file
 *
 * Return: the line, to be freed, or NULL. A list of ports may take many kilobytes.
 */
char *settings_line(const char *dir, const char *name)
{
	char path[512], *line = NULL;
	size_t size = 0;
	FILE *file;

	scnprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "re");
	if (!file)
		return NULL;
	if (getline(&line, &size, file) < 0) {
		line = cli_alloc(line, 1);
		*line = '\0';
	}
	fclose(file);
	line[strcspn(line, "\n")] = '\0';
	return line;
}

/* Whole numbers of the list only. */
static void hint_at_ports(char *hint, const char *ports)
{
	int len = strlen(ports);

	if (len > PORTS_SHOWN)
		for (len = PORTS_SHOWN; len && ports[len] != ','; len--)
			;
	scnprintf(hint, SETTINGS_HINT_MAX, "only ports %.*s%s are followed here: see tcpfsm status",
		  len, ports, ports[len] ? ",..." : "");
}

/**
 * settings_hint() - why is there less to see than somebody may expect?
 * @hint: SETTINGS_HINT_MAX bytes, filled in
 * @dir: the settings, SETTINGS_DIR
 *
 * Return: false where no setting is known to leave something out.
 */
bool settings_hint(char *hint, const char *dir)
{
	char *enabled = settings_line(dir, "enabled"), *ports = settings_line(dir, "ports");
	char *mask = settings_line(dir, "mark_mask");
	bool found = true;

	if (enabled && !strcmp(enabled, "0"))
		scnprintf(hint, SETTINGS_HINT_MAX, "net.tcpfsm.enabled=0 here: see tcpfsm status");
	else if (ports && *ports)
		hint_at_ports(hint, ports);
	else if (mask && strtoul(mask, NULL, 0))
		scnprintf(hint, SETTINGS_HINT_MAX,
			  "only packets with a mark are followed here: see tcpfsm status");
	else
		found = false;
	free(enabled);
	free(ports);
	free(mask);
	return found;
}

/**
 * settings_tell() - tell that on standard error, where somebody looks at it
 */
void settings_tell(void)
{
	char hint[SETTINGS_HINT_MAX];

	if (isatty(STDERR_FILENO) && settings_hint(hint, SETTINGS_DIR))
		cli_error("%s", hint);
}
