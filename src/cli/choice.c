// SPDX-License-Identifier: GPL-2.0-only
/* Choosing one flow, out of the module's table or out of a capture. */
#include <stdlib.h>

#include "choice.h"
#include "cli.h"
#include "show.h"
#include "table.h"

/* So many are named where several match. */
#define NAMED_MAX 10

/**
 * choice_parse() - from the command line
 * @choice: filled in
 * @argc: how many words
 * @argv: a number, or a filter
 *
 * Return: false after telling what is wrong.
 */
bool choice_parse(struct choice *choice, int argc, char **argv)
{
	choice->id = 0;
	choice->filter = NULL;
	if (argc == 1 && !argv[0][strspn(argv[0], "0123456789")] && *argv[0]) {
		choice->id = strtoull(argv[0], NULL, 10);
		if (choice->id)
			return true;
		cli_error("flows are numbered from 1");
		return false;
	}
	return filter_parse(&choice->filter, argc, argv);
}

static bool is_chosen(const struct choice *choice, const struct record *record)
{
	struct subject subject;

	filter_subject(&subject, record);
	return choice->id ? choice->id == record->id : filter_matches(choice->filter, &subject);
}

static void name(const struct record *record, u64 found)
{
	char client[KEY_END_MAX], server[KEY_END_MAX];

	if (found > NAMED_MAX)
		return;
	key_print_end(client, &record->key, TCPFSM_CLIENT);
	key_print_end(server, &record->key, TCPFSM_SERVER);
	fprintf(stderr, "  %llu  %s -> %s  %s\n", (unsigned long long)record->id, client, server,
		record_value(record, "outcome"));
}

/* The first one is kept; where there is another one, all are named. */
static void take(const struct choice *choice, struct record *kept, struct record *record, u64 *found)
{
	if (++*found == 1) {
		*kept = *record;
		return;
	}
	if (*found == 2) {
		cli_error(choice->filter ?
			  "several flows match; choose one by its number:" :
			  "there are several flows; choose one by its number, or by a filter:");
		name(kept, 1);
	}
	name(record, *found);
	record_free(record);
}

/**
 * struct source - where the flow was looked for
 * @command: that shows all flows there
 * @path: of the file that it takes, or NULL: there is none but the module
 */
struct source {
	const char *command;
	const char *path;
};

static void tell_none(const struct choice *choice, const struct source *source)
{
	const char *path = source->path ?: "", *space = source->path ? " " : "";

	if (!choice->id && !choice->filter)
		cli_error("there is no flow%s%s", source->path ? " in " : "", path);
	else if (!choice->id)
		cli_error("no such flow: see %s%s%s", source->command, space, path);
	else if (source->path)
		cli_error("no flow has the number %llu there: see %s%s%s",
			  (unsigned long long)choice->id, source->command, space, path);
	else
		cli_error("no flow has the number %llu: see %s; an ended one is forgotten after net.tcpfsm.linger seconds",
			  (unsigned long long)choice->id, source->command);
}

static int conclude(const struct choice *choice, const struct source *source, u64 found,
		    struct record *record)
{
	if (found == 1)
		return CLI_OK;
	if (found > NAMED_MAX)
		fprintf(stderr, "  and %llu more\n", (unsigned long long)(found - NAMED_MAX));
	if (found)
		record_free(record);
	else
		tell_none(choice, source);
	return CLI_NO_FLOW;
}

/**
 * choice_from_table() - the chosen flow of the table
 * @choice: which
 * @path: of a copy of the table, or NULL
 * @record: filled in, to be freed, where the status is 0 or CLI_DAMAGED and
 *	@record->text is not NULL; else @record->text is NULL
 *
 * Return: exit status, whose cause has been told.
 */
int choice_from_table(const struct choice *choice, const char *path, struct record *record)
{
	const struct source source = { path ? "tcpfsm list --file" : "tcpfsm list", path };
	enum table_next next;
	struct record read;
	struct table table;
	u64 found = 0;
	int status;

	record->text = NULL;
	status = table_open(&table, path);
	if (status)
		return status;
	while ((next = table_next(&table, &read)) == TABLE_FLOW) {
		if (is_chosen(choice, &read))
			take(choice, record, &read, &found);
		else
			record_free(&read);
	}
	table_close(&table);
	if (next == TABLE_DAMAGED) {
		if (found > 1)
			record_free(record);
		return CLI_DAMAGED;
	}
	return conclude(choice, &source, found, record);
}

/**
 * struct collection - what is kept of a capture, until it is known which flow is meant
 * @choice: which
 * @whole: each segment gets a row of its own
 */
struct collection {
	const struct choice *choice;
	bool whole;
};

static bool may_be_chosen(const struct choice *choice, const struct flows_entry *entry)
{
	struct subject subject = { .key = &entry->key };

	if (choice->id)
		return choice->id == entry->id;
	return !filter_is_of_key(choice->filter) || filter_matches(choice->filter, &subject);
}

static void collect(void *context, struct flows_entry *entry, const struct tcpfsm_segment *seg,
		    const struct tcpfsm_result *result, u64 now_ns)
{
	const struct collection *collection = context;
	struct exchange *exchange = entry->user;
	unsigned int i;

	if (!exchange) {
		if (!may_be_chosen(collection->choice, entry))
			return;
		exchange = cli_alloc(NULL, sizeof(*exchange));
		exchange_init(exchange, &entry->key, entry->id);
		exchange->whole = collection->whole;
		entry->user = exchange;
	}
	if (seg && !result->again)
		exchange_segment(exchange, now_ns, result->who, seg,
				 result->learned || result->changes || result->anomalies);
	for (i = 0; i < result->changes; i++)
		exchange_change(exchange, now_ns, seg, &result->change[i]);
	for (i = 0; i < TCPFSM_ANOMALY_MAX; i++)
		if (result->anomalies & 1U << i)
			exchange_anomaly(exchange, now_ns, seg, i);
}

static void choose(const struct choice *choice, const struct flows *flows,
		   struct exchange *exchange, struct record *record, u64 *found)
{
	char line[TCPFSM_LINE_MAX];
	struct flows_entry *entry;
	struct record read;

	for (entry = flows->first; entry; entry = entry->next) {
		if (!entry->user)
			continue;
		show_line(line, sizeof(line), entry, flows->now_ns);
		if (record_parse(&read, line) && is_chosen(choice, &read)) {
			take(choice, record, &read, found);
			if (*found == 1) {
				*exchange = *(struct exchange *)entry->user;
				memset(entry->user, 0, sizeof(*exchange));
			}
		} else {
			record_free(&read);
		}
		exchange_free(entry->user);
		free(entry->user);
		entry->user = NULL;
	}
}

/**
 * choice_from_capture() - the chosen flow of a capture
 * @choice: which
 * @reading: with its options
 * @path: of the capture
 * @whole: each segment gets a row of its own
 * @exchange: filled in, to be freed, where the status is 0 or CLI_DAMAGED and
 *	@record->text is not NULL
 * @record: filled in like it; else @record->text is NULL
 *
 * Return: exit status, whose cause has been told.
 */
int choice_from_capture(const struct choice *choice, struct reading *reading, const char *path,
			bool whole, struct exchange *exchange, struct record *record)
{
	const struct source source = { "tcpfsm replay --no-transitions", path };
	struct collection collection = { choice, whole };
	int status, chosen;
	u64 found = 0;

	record->text = NULL;
	reading->flows.report = collect;
	reading->flows.context = &collection;
	reading->flows.all = true;
	status = reading_run(reading, path, NULL);
	if (status == CLI_FAILED)
		return status;
	choose(choice, &reading->flows, exchange, record, &found);
	chosen = conclude(choice, &source, found, record);
	if (chosen && found)
		exchange_free(exchange);
	return chosen ? chosen : status;
}

/**
 * choice_free() - give back its memory
 * @choice: the choice
 */
void choice_free(struct choice *choice)
{
	filter_free(choice->filter);
}
