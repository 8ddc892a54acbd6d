// SPDX-License-Identifier: GPL-2.0-only
/* tcpfsm list: the flows of the module's table, or of a copy of it. */
#include <getopt.h>
#include <stdlib.h>
#include <time.h>

#include "cli.h"
#include "duration.h"
#include "filter.h"
#include "json.h"
#include "netns.h"
#include "page.h"
#include "settings.h"
#include "show.h"
#include "table.h"
#include "terminal.h"

#define SORT_KEYS_MAX 8
/* A state and the mark of a guess. */
#define STATE_COLUMNS 12
#define GAP 2

enum {
	OPTION_STATE = PAGE_FIRST, OPTION_SINCE, OPTION_IDLE, OPTION_OLDER, OPTION_YOUNGER,
	OPTION_SORT, OPTION_NETNS, OPTION_FILE, OPTION_JSON, OPTION_COLOR,
};

static const struct page_option options[] = {
	{ OPTION_STATE, "state", "STATE[,...]", "only flows with an end in one of these states" },
	{ OPTION_SINCE, "since", "TIME",
	  "only flows whose end has been in its state for at least so long: 500ms, 30s, 5m, 2h, 1d. With --state the end that is in one of those, else both, as far as it is known" },
	{ OPTION_IDLE, "idle", "TIME",
	  "only flows of which no segment has passed for at least so long" },
	{ OPTION_OLDER, "older", "TIME",
	  "only flows whose first segment was at least so long ago, whatever their states" },
	{ OPTION_YOUNGER, "younger", "TIME", "only flows younger than that" },
	{ OPTION_SORT, "sort", "KEY[,...]",
	  "by age, id, client, server, state, outcome, or any key of /proc/tcpfsm, as rtt_server_us; -KEY turns it round. Flows without the key come last" },
	{ OPTION_NETNS, "netns", "NS",
	  "of this network namespace: a name of `ip netns`, a process number, or a path" },
	{ OPTION_FILE, "file", "FILE", "of a copy of /proc/tcpfsm; - is standard input" },
	{ OPTION_JSON, "json", NULL, "one JSON object a line" },
	{ OPTION_COLOR, "color", "WHEN", TERMINAL_COLOR_HELP },
	{}
};

static const struct page page = {
	.name = "list",
	.arguments = "[FILTER]",
	.about = "Shows the flows of /proc/tcpfsm: the states of both ends (? is inferred and not\n"
		 "confirmed), the flow's age, client and server, how it ended, what each end sent\n"
		 "(capitals are the client), and what else is known of it: at a terminal as much as\n"
		 "the line holds, and a mark behind it. | cat, or a wider terminal, shows all of it.",
	.options = options,
	.more = FILTER_HELP,
	.statuses = "  0  all was shown; there may be none\n"
		    "  1  the module is not loaded, the table cannot be opened, or the result not be\n"
		    "     written\n"
		    "  2  the file is damaged; what stands before was shown\n"
		    "  3  wrong usage",
};

/* The longest of each column. */
struct widths {
	int id;
	int age;
	int client;
	int server;
	int outcome;
	int hist;
};

/**
 * struct list - a run
 * @netns: another namespace to look into, or NULL
 * @file: a copy of the table, or NULL
 * @filter: which flows
 * @states: those of --state, a bit set of enum tcpfsm_state, or 0
 * @since_ms: how long an end has been in its state at least
 * @idle_ms: for how long nothing has passed at least
 * @older_ms: how old at least
 * @younger_ms: and at most
 * @sort: by what
 * @sorts: how many of these
 * @json: as JSON
 * @terminal: what it is shown on
 * @records: the flows, where they are kept
 * @count: how many
 * @room: for how many there is memory
 */
struct list {
	const char *netns;
	const char *file;
	struct filter *filter;
	u32 states;
	u64 since_ms;
	u64 idle_ms;
	u64 older_ms;
	u64 younger_ms;
	const char *sort[SORT_KEYS_MAX];
	size_t sorts;
	bool json;
	struct terminal terminal;
	struct record *records;
	size_t count;
	size_t room;
};

static const struct list *sorted;	/* for qsort(), which takes no context */

/* The end that --state asks for, or both; where it is not known since when, it says nothing. */
static bool stands_long(const struct list *list, const struct record *record)
{
	unsigned int who;
	bool known = false;
	u64 ms;

	for (who = TCPFSM_CLIENT; who <= TCPFSM_SERVER; who++) {
		if (list->states && !(list->states & 1U << record->state[who]))
			continue;
		if (!record_pair(record, "since_ms", who, &ms))
			continue;
		known = true;
		/* One end is enough with --state; both have to be without it. */
		if (list->states && ms >= list->since_ms)
			return true;
		if (!list->states && ms < list->since_ms)
			return false;
	}
	return known && !list->states;
}

static bool is_idle(const struct list *list, const struct record *record)
{
	u64 ms;

	return record_number(record, "idle_ms", &ms) && ms >= list->idle_ms;
}

static bool is_wanted(const struct list *list, const struct record *record)
{
	struct subject subject;

	if (record->age_ms < list->older_ms || record->age_ms >= list->younger_ms)
		return false;
	if (list->since_ms && !stands_long(list, record))
		return false;
	if (list->idle_ms && !is_idle(list, record))
		return false;
	filter_subject(&subject, record);
	return filter_matches(list->filter, &subject);
}

static int compare_numbers(u64 a, u64 b)
{
	return a < b ? -1 : a > b;
}

static int compare_ends(const struct record *a, const struct record *b, unsigned int who)
{
	int order = compare_numbers(a->key.family, b->key.family);

	if (!order)
		order = memcmp(a->key.addr[who], b->key.addr[who], sizeof(a->key.addr[who]));
	return order ? order : compare_numbers(a->key.port[who], b->key.port[who]);
}

static int compare_states(const struct record *a, const struct record *b)
{
	int order = compare_numbers(a->state[0], b->state[0]);

	return order ? order : compare_numbers(a->state[1], b->state[1]);
}

/* By a key of the line: as numbers if both begin with one. */
static int compare_values(const char *a, const char *b)
{
	char *end_a, *end_b;
	u64 x = strtoull(a, &end_a, 10), y = strtoull(b, &end_b, 10);

	return end_a != a && end_b != b ? compare_numbers(x, y) : strcmp(a, b);
}

static int compare_by(const struct record *a, const struct record *b, const char *key)
{
	bool turned = *key == '-';
	const char *x, *y;
	int order;

	key += turned;
	if (!strcmp(key, "age")) {
		order = compare_numbers(a->age_ms, b->age_ms);
	} else if (!strcmp(key, "client")) {
		order = compare_ends(a, b, TCPFSM_CLIENT);
	} else if (!strcmp(key, "server")) {
		order = compare_ends(a, b, TCPFSM_SERVER);
	} else if (!strcmp(key, "state")) {
		order = compare_states(a, b);
	} else {
		x = record_value(a, key);
		y = record_value(b, key);
		if (!x || !y)
			return !x - !y;
		order = compare_values(x, y);
	}
	return turned ? -order : order;
}

static int compare(const void *a, const void *b)
{
	size_t i;
	int order = 0;

	for (i = 0; i < sorted->sorts && !order; i++)
		order = compare_by(a, b, sorted->sort[i]);
	return order ? order : compare_numbers(((const struct record *)a)->id,
					       ((const struct record *)b)->id);
}

static void keep(struct list *list, const struct record *record)
{
	if (list->count == list->room) {
		list->room = list->room ? 2 * list->room : 256;
		list->records = cli_alloc(list->records, list->room * sizeof(*list->records));
	}
	list->records[list->count++] = *record;
}

static void print_json(const struct list *list, const struct record *record)
{
	char when[SHOW_TIME_MAX];
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	show_time(when, now.tv_sec * NSEC_PER_SEC + now.tv_nsec - record->age_ms * NSEC_PER_MSEC);
	/* Nobody knows when a copy was made. */
	json_print(json_record(record, list->file ? NULL : when));
}

static void widen(int *width, const char *text)
{
	int len = text ? strlen(text) : 0;

	if (len > *width)
		*width = len;
}

static void measure(struct widths *widths, const struct record *record)
{
	char text[KEY_END_MAX + DURATION_MAX];

	widen(&widths->id, record_value(record, "id"));
	widen(&widths->outcome, record_value(record, "outcome"));
	widen(&widths->hist, record_value(record, "hist"));
	duration_print(text, record->age_ms);
	widen(&widths->age, text);
	key_print_end(text, &record->key, TCPFSM_CLIENT);
	widen(&widths->client, text);
	key_print_end(text, &record->key, TCPFSM_SERVER);
	widen(&widths->server, text);
}

static int put_state(const struct terminal *terminal, const struct record *record,
		     unsigned int who)
{
	int width;

	terminal_style(terminal, terminal_style_of_state(record->state[who]));
	width = printf("%s%s", tcpfsm_state_name(record->state[who]),
		       record->unsure[who] ? "?" : "");
	terminal_style(terminal, STYLE_PLAIN);
	return width + printf("%*s", STATE_COLUMNS + GAP - width, "");
}

static bool is_column(const char *word)
{
	return !strncmp(word, "id=", 3) || !strncmp(word, "outcome=", 8) ||
	       !strncmp(word, "hist=", 5);
}

/*
 * What has no column of its own: as much of it as the line holds, whole words only. @pad
 * columns are still empty before it. That there is more is said in any case, nearer where
 * the line has no room.
 */
static void put_rest(const struct terminal *terminal, const struct record *record, int used,
		     int pad)
{
	int room = terminal->columns, gap = pad + GAP;
	const char *word;

	terminal_style(terminal, STYLE_DIM);
	for (word = record->values; word < record->end; word += strlen(word) + 1) {
		int len = strlen(word);

		if (is_column(word))
			continue;
		/* Two columns are kept for the mark that there is more. */
		if (room && used + gap + len + 2 > room) {
			if (gap > 1 && used + pad + 2 <= room)
				printf("%*s", pad, "");
			fputs(terminal->utf8 ? " …" : " +", stdout);
			break;
		}
		used += printf("%*s%s", gap, "", word);
		gap = 1;
	}
	terminal_style(terminal, STYLE_PLAIN);
	putchar('\n');
}

static void put_flow(const struct terminal *terminal, const struct widths *widths,
		     const struct record *record)
{
	char age[DURATION_MAX], client[KEY_END_MAX], server[KEY_END_MAX];
	const char *hist = record_value(record, "hist");
	int used;

	duration_print(age, record->age_ms);
	key_print_end(client, &record->key, TCPFSM_CLIENT);
	key_print_end(server, &record->key, TCPFSM_SERVER);
	used = printf("%*llu  ", widths->id, (unsigned long long)record->id);
	used += put_state(terminal, record, TCPFSM_CLIENT);
	used += put_state(terminal, record, TCPFSM_SERVER);
	used += printf("%*s  %-*s  %-*s  ", widths->age, age, widths->client, client,
		       widths->server, server);
	terminal_style(terminal, terminal_style_of_verdict(record->outcome));
	used += printf("%-*s  ", widths->outcome, record_value(record, "outcome"));
	terminal_style(terminal, STYLE_PLAIN);
	used += printf("%s", hist ? hist : "");
	put_rest(terminal, record, used, widths->hist - (hist ? strlen(hist) : 0));
}

static void put_names(const struct terminal *terminal, const struct widths *widths)
{
	terminal_style(terminal, STYLE_BOLD);
	printf("%*s  %-*s%-*s%*s  %-*s  %-*s  %-*s  HIST", widths->id, "ID", STATE_COLUMNS + GAP,
	       "CLIENT IS", STATE_COLUMNS + GAP, "SERVER IS", widths->age, "AGE", widths->client,
	       "CLIENT", widths->server, "SERVER", widths->outcome, "OUTCOME");
	terminal_style(terminal, STYLE_PLAIN);
	putchar('\n');
}

static void print_table(const struct list *list)
{
	struct widths widths = {
		strlen("ID"), strlen("AGE"), strlen("CLIENT"), strlen("SERVER"),
		strlen("OUTCOME"), strlen("HIST")
	};
	size_t i;

	for (i = 0; i < list->count; i++)
		measure(&widths, &list->records[i]);
	put_names(&list->terminal, &widths);
	for (i = 0; i < list->count; i++)
		put_flow(&list->terminal, &widths, &list->records[i]);
}

/* In no order, flows need not be kept. */
static int read_all(struct list *list, struct table *table)
{
	struct record record;
	enum table_next next;

	while ((next = table_next(table, &record)) == TABLE_FLOW) {
		if (is_wanted(list, &record) && (list->sorts || !list->json)) {
			keep(list, &record);
			continue;
		}
		if (is_wanted(list, &record))
			print_json(list, &record);
		record_free(&record);
	}
	return next == TABLE_END ? CLI_OK : CLI_DAMAGED;
}

static int run(struct list *list)
{
	struct table table;
	int status;
	size_t i;

	status = table_open(&table, list->file);
	if (status)
		return status;
	if (!list->file)
		settings_tell();
	status = read_all(list, &table);
	if (list->sorts && list->count) {
		sorted = list;
		qsort(list->records, list->count, sizeof(*list->records), compare);
	}
	if (!list->json)
		print_table(list);
	for (i = 0; list->json && i < list->count; i++)
		print_json(list, &list->records[i]);
	table_close(&table);
	return cli_finish(status);
}

static bool is_sort_key(const char *key)
{
	/* The other columns; outcome and id are keys too. */
	return !strcmp(key, "age") || !strcmp(key, "client") || !strcmp(key, "server") ||
	       !strcmp(key, "state") || record_has_key(key);
}

static bool take_sort(struct list *list, char *keys)
{
	char *word;

	while ((word = strsep(&keys, ","))) {
		if (!*word || list->sorts == SORT_KEYS_MAX) {
			cli_error("--sort: one to %d keys are meant", SORT_KEYS_MAX);
			return false;
		}
		if (!is_sort_key(word + (*word == '-'))) {
			cli_error("--sort: no key '%s': age, client, server, state, or a key of /proc/tcpfsm, as rtt_server_us, is meant",
				  word + (*word == '-'));
			return false;
		}
		list->sort[list->sorts++] = word;
	}
	return true;
}

static bool take_time(u64 *ms, const char *option)
{
	if (duration_parse(ms, optarg))
		return true;
	cli_error("--%s %s: a time is meant, as 500ms, 30s, 5m, 2h or 1d", option, optarg);
	return false;
}

static bool take_option(void *context, int option)
{
	struct list *list = context;

	switch (option) {
	case OPTION_STATE:
		return filter_by_states(&list->filter, &list->states, optarg);
	case OPTION_SINCE:
		return take_time(&list->since_ms, "since");
	case OPTION_IDLE:
		return take_time(&list->idle_ms, "idle");
	case OPTION_OLDER:
		return take_time(&list->older_ms, "older");
	case OPTION_YOUNGER:
		return take_time(&list->younger_ms, "younger");
	case OPTION_SORT:
		return take_sort(list, optarg);
	case OPTION_NETNS:
		list->netns = optarg;
		return true;
	case OPTION_FILE:
		list->file = optarg;
		return true;
	case OPTION_JSON:
		list->json = true;
		return true;
	case OPTION_COLOR:
		return terminal_set_colour(&list->terminal, optarg);
	default:
		return false;
	}
}

static int parse_and_run(struct list *list, int argc, char **argv)
{
	int status;

	status = page_take(&page, argc, argv, take_option, list);
	if (status != PAGE_END)
		return status;
	if (list->netns && list->file) {
		cli_error("--netns and --file exclude each other");
		return cli_usage(page.name);
	}
	if (!filter_parse(&list->filter, argc - optind, argv + optind))
		return cli_usage(page.name);
	if (list->netns && !netns_enter(list->netns))
		return CLI_FAILED;
	return run(list);
}

/**
 * list_run() - the subcommand
 * @argc: number of arguments
 * @argv: "list" and its arguments
 *
 * Return: exit status.
 */
int list_run(int argc, char **argv)
{
	struct list list = { .younger_ms = ~0ULL };
	int status;
	size_t i;

	terminal_look(&list.terminal);
	status = parse_and_run(&list, argc, argv);
	for (i = 0; i < list.count; i++)
		record_free(&list.records[i]);
	free(list.records);
	filter_free(list.filter);
	return status;
}
