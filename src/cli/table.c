// SPDX-License-Identifier: GPL-2.0-only
/* Reading /proc/tcpfsm, flow by flow. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cli.h"
#include "table.h"

#define HEADER "# tcpfsm "
#define VERSION_KNOWN 1

/* Root's, then that of the namespace's own root, for containers. */
static FILE *open_proc(const char **name)
{
	FILE *file;

	*name = "/proc/tcpfsm";
	file = fopen(*name, "re");
	if (file || (errno != EACCES && errno != EPERM))
		return file;
	*name = "/proc/net/tcpfsm";
	return fopen(*name, "re");
}

/* Line 1 says which format this is, line 2 names the columns. */
static int read_header(struct table *table)
{
	unsigned long version;

	if (getline(&table->line, &table->size, table->file) < 0 ||
	    strncmp(table->line, HEADER, strlen(HEADER))) {
		cli_error("%s: not a copy of /proc/tcpfsm: it does not begin with '%s%d'",
			  table->name, HEADER, VERSION_KNOWN);
		return CLI_DAMAGED;
	}
	table->number = 1;
	version = strtoul(table->line + strlen(HEADER), NULL, 10);
	if (version != VERSION_KNOWN) {
		cli_error("%s: format %lu; this tcpfsm knows %d: use the one that came with the module",
			  table->name, version, VERSION_KNOWN);
		return CLI_FAILED;
	}
	table->header = strdup(table->line);
	return CLI_OK;
}

/* Not yet a copy of the table: it may be anything. */
static FILE *open_copy(const char **name)
{
	bool is_stdin = !strcmp(*name, "-");
	FILE *file = is_stdin ? stdin : fopen(*name, "re");
	struct stat st;

	if (is_stdin)
		*name = "standard input";
	/* A directory can be opened, and then not be read. */
	if (!file || fstat(fileno(file), &st) || !S_ISDIR(st.st_mode))
		return file;
	if (!is_stdin)
		fclose(file);
	errno = EISDIR;
	return NULL;
}

/**
 * table_open() - open the table and look at its header
 * @table: filled in
 * @path: of a copy, "-" for standard input; NULL for the module's own, in the
 *	present network namespace
 *
 * Return: exit status; where it is not 0 it was told why, and nothing is to be closed.
 */
int table_open(struct table *table, const char *path)
{
	int status;

	memset(table, 0, sizeof(*table));
	table->name = path;
	if (!path)
		table->file = open_proc(&table->name);
	else
		table->file = open_copy(&table->name);
	if (!table->file) {
		cli_unreadable(table->name, path);
		return CLI_FAILED;
	}
	status = read_header(table);
	if (status)
		table_close(table);
	return status;
}

/**
 * table_header() - a number of line 1
 * @table: the table
 * @key: its name
 * @value: filled in
 *
 * Return: false if it is not there.
 */
bool table_header(const struct table *table, const char *key, u64 *value)
{
	size_t len = strlen(key);
	const char *word = table->header;

	while ((word = strchr(word, ' '))) {
		word++;
		if (!strncmp(word, key, len) && word[len] == '=') {
			*value = strtoull(word + len + 1, NULL, 10);
			return true;
		}
	}
	return false;
}

/**
 * table_next() - read a flow
 * @table: the table
 * @record: filled in, and to be freed, for TABLE_FLOW
 *
 * Return: TABLE_FLOW, or why there is none.
 */
enum table_next table_next(struct table *table, struct record *record)
{
	ssize_t len;

	do {
		errno = 0;
		len = getline(&table->line, &table->size, table->file);
		if (len < 0 && !errno)
			return TABLE_END;
		table->number++;
		if (len < 0) {
			cli_error("%s: line %llu: %s", table->name,
				  (unsigned long long)table->number, strerror(errno));
			return TABLE_DAMAGED;
		}
	} while (*table->line == '#');
	/* A 0 byte inside would hide what stands behind it. */
	if (strlen(table->line) == (size_t)len && table->line[len - 1] == '\n') {
		table->line[len - 1] = '\0';
		if (record_parse(record, table->line))
			return TABLE_FLOW;
		record_free(record);
	}
	cli_error("%s: line %llu is no flow: the file is damaged, or was cut off", table->name,
		  (unsigned long long)table->number);
	return TABLE_DAMAGED;
}

/**
 * table_close() - close it
 * @table: the table
 */
void table_close(struct table *table)
{
	if (table->file != stdin)
		fclose(table->file);
	free(table->header);
	free(table->line);
}
