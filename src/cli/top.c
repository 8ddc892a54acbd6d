// SPDX-License-Identifier: GPL-2.0-only
/* tcpfsm top: servers and peers, those with the most handshakes first, again and again. */
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "cli.h"
#include "duration.h"
#include "filter.h"
#include "listeners.h"
#include "netns.h"
#include "page.h"
#include "settings.h"
#include "signals.h"
#include "table.h"
#include "terminal.h"

#define INTERVAL_MS 2000
/*
 * Lines that are no server or peer: three above, the names of the columns and "and N more"
 * of both lists, one between them, and the one where the cursor waits.
 */
#define HEAD_ROWS 9
#define FIGURES 8
#define FIGURE_COLUMNS 7
#define FIGURE_MAX 999999
#define NAME_COLUMNS_MIN 15
#define ROWS_DEFAULT 10
#define ROWS_MAX 1000

enum {
	OPTION_INTERVAL = PAGE_FIRST, OPTION_COUNT, OPTION_ROWS, OPTION_NETNS, OPTION_FILE,
	OPTION_COLOR,
};

static const struct page_option options[] = {
	{ OPTION_INTERVAL, "interval", "TIME", "between two looks (2s)" },
	{ OPTION_COUNT, "count", "N", "end after N looks; not at a terminal, 1" },
	{ OPTION_ROWS, "rows", "N", "so many servers and peers; else as many as there is room for" },
	{ OPTION_NETNS, "netns", "NS",
	  "of this network namespace: a name of `ip netns`, a process number, or a path" },
	{ OPTION_FILE, "file", "FILE", "of a copy of /proc/tcpfsm" },
	{ OPTION_COLOR, "color", "WHEN", TERMINAL_COLOR_HELP },
	{}
};

static const struct page page = {
	.name = "top",
	.arguments = "[FILTER]",
	.about = "Shows servers and peers by handshakes, failures, half-open connections,\n"
		 "repetitions and round trip, again every 2 seconds, until q or Ctrl-C. Servers are\n"
		 "what the module counts since it was loaded (/proc/net/tcpfsm_listeners). Where it\n"
		 "does not, and with a FILTER, they are added up from the flows in the table now, as\n"
		 "peers always are.\n\n"
		 "BEGUN, DONE, FAILED and HALF are handshakes: all, completed, refused or timed out,\n"
		 "half-open now. SYNRTX and SARTX are repeated SYNs and SYN-ACKs, P50ms and P99ms\n"
		 "milliseconds of the handshake's round trip.",
	.options = options,
	.more = FILTER_HELP,
	.statuses = "  0  ended by q, Ctrl-C or --count\n"
		    "  1  the module is not loaded, the table cannot be opened, or the result not be\n"
		    "     written\n"
		    "  2  the file is damaged\n"
		    "  3  wrong usage",
};

/**
 * struct top - a run
 * @filter: which flows
 * @terminal: what it is shown on
 * @netns: another namespace to look into, or NULL
 * @file: a copy of the table, or NULL
 * @interval_ms: between two looks
 * @count: how many looks are left; 0 is any number
 * @live: in place, until it is ended
 * @keys: keys are waited for
 * @rows: of each list; 0 is what there is room for
 */
struct top {
	struct filter *filter;
	struct terminal terminal;
	const char *netns;
	const char *file;
	u64 interval_ms;
	u64 count;
	bool live;
	bool keys;
	u64 rows;
};

static volatile sig_atomic_t stopped;
/* Something else may stand on the terminal now, or it has another size. */
static volatile sig_atomic_t disturbed = 1;
static struct termios before, raw;
static bool is_raw;

static void on_end(int signal __attribute__((unused)))
{
	stopped = 1;
}

static void on_resize(int signal __attribute__((unused)))
{
	disturbed = 1;
}

static void restore(void)
{
	if (is_raw)
		tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

/* Ctrl-Z: the shell gets its terminal as it was, and we get ours with fg. */
static void on_suspend(int signal __attribute__((unused)))
{
	restore();
	raise(SIGSTOP);
	if (is_raw)
		tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	disturbed = 1;
}

/* A key counts without Enter. */
static void watch_keys(void)
{
	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &before))
		return;
	raw = before;
	raw.c_lflag &= ~(ICANON | ECHO);
	is_raw = !tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	atexit(restore);
}

/* Until it is time to look again; false if no more is wanted. */
static bool wait_for_next(struct top *top)
{
	struct pollfd key = { .fd = STDIN_FILENO, .events = POLLIN };
	char letter;

	if (!stopped && poll(&key, top->keys, top->interval_ms) > 0) {
		if (read(STDIN_FILENO, &letter, 1) == 1)
			return letter != 'q' && letter != 'Q';
		/* There will be no more. */
		top->keys = false;
	}
	return !stopped;
}

static u64 failures(const struct listener *one)
{
	return one->figure[LISTENER_refused] + one->figure[LISTENER_timed_out];
}

static int compare(const void *a, const void *b)
{
	const struct listener *x = a, *y = b;
	u64 m = x->figure[LISTENER_begun], n = y->figure[LISTENER_begun];

	if (m != n)
		return m > n ? -1 : 1;
	if (failures(x) != failures(y))
		return failures(x) > failures(y) ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* In place, nothing of the look before is to stay behind a shorter line. */
static void end_line(const struct top *top)
{
	fputs(top->live ? "\033[K\n" : "\n", stdout);
}

/* Figures that have no room are shortened to thousands, and so on. */
static void put_figure(u64 figure)
{
	static const char units[] = "kMGTPE";
	unsigned int i;

	if (figure <= FIGURE_MAX) {
		printf(" %*llu", FIGURE_COLUMNS - 1, (unsigned long long)figure);
		return;
	}
	for (i = 0; figure > FIGURE_MAX / 10; i++)
		figure /= 1000;
	printf(" %*llu%c", FIGURE_COLUMNS - 2, (unsigned long long)figure, units[i - 1]);
}

static void put_rtt(const struct listener *one, unsigned int figure)
{
	double ms = one->figure[figure] / 1000.0;

	if (one->has & 1U << figure)
		printf(" %*.*f", FIGURE_COLUMNS - 1, ms < 1000 ? 1 : 0, ms);
	else
		printf(" %*s", FIGURE_COLUMNS - 1, "-");
}

/* Cut in the middle, as both its beginning and its port tell something. */
static void put_name(const char *name, int columns)
{
	int len = strlen(name), head = (columns - 2) / 2;

	if (len <= columns)
		printf("%-*s", columns, name);
	else
		printf("%.*s..%s", head, name, name + len - (columns - 2 - head));
}

static void put_one(const struct top *top, const struct listener *one, int columns)
{
	u64 failed = failures(one);

	put_name(one->name, columns);
	put_figure(one->figure[LISTENER_begun]);
	put_figure(one->figure[LISTENER_completed]);
	terminal_style(&top->terminal, failed ? STYLE_BAD : STYLE_PLAIN);
	put_figure(failed);
	terminal_style(&top->terminal, STYLE_PLAIN);
	put_figure(one->figure[LISTENER_half_open]);
	put_figure(one->figure[LISTENER_syn_rtx]);
	put_figure(one->figure[LISTENER_synack_rtx]);
	put_rtt(one, LISTENER_rtt_p50_us);
	put_rtt(one, LISTENER_rtt_p99_us);
	end_line(top);
}

static void put_list(const struct top *top, const char *heading, const struct listeners *listeners,
		     size_t rows, int columns)
{
	static const char *const names[FIGURES] = {
		"BEGUN", "DONE", "FAILED", "HALF", "SYNRTX", "SARTX", "P50ms", "P99ms"
	};
	size_t i;

	terminal_style(&top->terminal, STYLE_BOLD);
	printf("%-*s", columns, heading);
	for (i = 0; i < FIGURES; i++)
		printf(" %*s", FIGURE_COLUMNS - 1, names[i]);
	terminal_style(&top->terminal, STYLE_PLAIN);
	end_line(top);
	for (i = 0; i < listeners->count && i < rows; i++)
		put_one(top, &listeners->one[i], columns);
	if (listeners->count > rows) {
		printf("and %zu more", listeners->count - rows);
		end_line(top);
	}
}

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many of each are shown; what one list leaves of the screen, the other may have. */
static void share_rows(const struct top *top, size_t servers, size_t peers, size_t *rows)
{
	size_t room = top->terminal.rows > HEAD_ROWS + 2 ? top->terminal.rows - HEAD_ROWS : 2;

	if (!top->live) {
		rows[0] = top->rows ? top->rows : ROWS_DEFAULT;
		rows[1] = rows[0];
		return;
	}
	if (top->rows) {
		servers = min(servers, top->rows);
		peers = min(peers, top->rows);
	}
	rows[0] = min(servers, room - min(peers, room / 2));
	rows[1] = min(peers, room - rows[0]);
}

/* Of the names in both lists, as far as there is room beside the figures. */
static int name_columns(const struct top *top, const struct listeners *const *lists,
			const size_t *rows)
{
	size_t columns = strlen("SERVER"), figures = FIGURES * FIGURE_COLUMNS, i, j;

	for (i = 0; i < 2; i++)
		for (j = 0; j < lists[i]->count && j < rows[i]; j++)
			if (strlen(lists[i]->one[j].name) > columns)
				columns = strlen(lists[i]->one[j].name);
	if (top->terminal.columns && columns + figures > top->terminal.columns)
		columns = top->terminal.columns > figures + NAME_COLUMNS_MIN ?
			  top->terminal.columns - figures : NAME_COLUMNS_MIN;
	return columns;
}

static void put_lists(const struct top *top, struct listeners *servers, struct listeners *peers)
{
	const struct listeners *const lists[] = { servers, peers };
	size_t rows[2];
	int columns;

	if (servers->count)
		qsort(servers->one, servers->count, sizeof(*servers->one), compare);
	if (peers->count)
		qsort(peers->one, peers->count, sizeof(*peers->one), compare);
	share_rows(top, servers->count, peers->count, rows);
	columns = name_columns(top, lists, rows);
	put_list(top, "SERVER", servers, rows[0], columns);
	end_line(top);
	put_list(top, "PEER", peers, rows[1], columns);
}

static int read_flows(const struct top *top, struct table *table, struct listeners *servers,
		      struct listeners *peers)
{
	char server[KEY_END_MAX], peer[KEY_END_MAX];
	struct subject subject;
	struct record record;
	enum table_next next;

	while ((next = table_next(table, &record)) == TABLE_FLOW) {
		filter_subject(&subject, &record);
		if (filter_matches(top->filter, &subject)) {
			key_print_end(server, &record.key, TCPFSM_SERVER);
			key_print_end(peer, &record.key, TCPFSM_CLIENT);
			*strrchr(peer, ':') = '\0';
			listeners_add_flow(servers, server, &record);
			listeners_add_flow(peers, peer, &record);
		}
		record_free(&record);
	}
	listeners_conclude(servers);
	listeners_conclude(peers);
	return next == TABLE_END ? CLI_OK : CLI_DAMAGED;
}

static void put_head(const struct top *top, const struct table *table, bool counted)
{
	char hint[SETTINGS_HINT_MAX];
	u64 flows = 0, half_open = 0, max = 0;

	table_header(table, "flows", &flows);
	table_header(table, "half_open", &half_open);
	printf("tcpfsm: %llu flows, %llu half-open", (unsigned long long)flows,
	       (unsigned long long)half_open);
	if (table_header(table, "max_flows", &max))
		printf(", room for %llu", (unsigned long long)max);
	if (top->keys)
		fputs("; q ends this", stdout);
	end_line(top);
	printf("servers: %s", counted ? "counted since the module was loaded" :
	       "added up from the flows in the table now");
	end_line(top);
	/* What is told on standard error would be written over. */
	if (top->live && settings_hint(hint, SETTINGS_DIR))
		fputs(hint, stdout);
	end_line(top);
}

/* Written over the look before. Lines too long for a narrow terminal are cut off there. */
static void begin_screen(const struct top *top)
{
	if (!top->live)
		return;
	fputs(disturbed ? "\033[?7l\033[H\033[2J" : "\033[?7l\033[H", stdout);
	disturbed = 0;
}

static void end_screen(const struct top *top)
{
	if (top->live)
		fputs("\033[J\033[?7h", stdout);
	fflush(stdout);
}

static int look(struct top *top)
{
	struct listeners servers = {}, peers = {}, counted = {};
	bool has_counts = !top->file && !top->filter && listeners_exist();
	struct table table;
	int status = table_open(&table, top->file);

	if (status)
		return status;
	status = read_flows(top, &table, &servers, &peers);
	if (has_counts)
		has_counts = listeners_read(&counted, NULL);
	if (top->live)
		terminal_measure(&top->terminal);
	begin_screen(top);
	put_head(top, &table, has_counts);
	put_lists(top, has_counts ? &counted : &servers, &peers);
	end_screen(top);
	table_close(&table);
	listeners_free(&servers);
	listeners_free(&peers);
	listeners_free(&counted);
	return status;
}

static void go_live(struct top *top)
{
	top->live = true;
	watch_keys();
	top->keys = is_raw;
	/* The terminal is put back at an end, not by a signal that ends the process. */
	signals_handle(SIGQUIT, on_end);
	signals_handle(SIGWINCH, on_resize);
	signals_handle(SIGTSTP, on_suspend);
}

static int run(struct top *top)
{
	int status;

	signals_handle(SIGINT, on_end);
	signals_handle(SIGTERM, on_end);
	signals_handle(SIGHUP, on_end);
	if (!top->count && (!top->terminal.rows || top->file))
		top->count = 1;
	if (!top->count)
		go_live(top);
	else if (!top->file)
		settings_tell();
	for (;;) {
		status = look(top);
		if (status || ferror(stdout) || (top->count && !--top->count) ||
		    !wait_for_next(top))
			break;
		if (!top->live)
			putchar('\n');
	}
	return cli_finish(status);
}

static bool take_option(void *context, int option)
{
	struct top *top = context;

	switch (option) {
	case OPTION_INTERVAL:
		if (duration_parse(&top->interval_ms, optarg) && top->interval_ms >= 100)
			return true;
		cli_error("--interval %s: a time of at least 100ms is meant", optarg);
		return false;
	case OPTION_COUNT:
		return cli_number(&top->count, "count", optarg, ~0ULL);
	case OPTION_ROWS:
		return cli_number(&top->rows, "rows", optarg, ROWS_MAX);
	case OPTION_NETNS:
		top->netns = optarg;
		return true;
	case OPTION_FILE:
		top->file = optarg;
		return true;
	case OPTION_COLOR:
		return terminal_set_colour(&top->terminal, optarg);
	default:
		return false;
	}
}

static int parse_and_run(struct top *top, int argc, char **argv)
{
	int status;

	status = page_take(&page, argc, argv, take_option, top);
	if (status != PAGE_END)
		return status;
	if (top->netns && top->file) {
		cli_error("--netns and --file exclude each other");
		return cli_usage(page.name);
	}
	if (!filter_parse(&top->filter, argc - optind, argv + optind))
		return cli_usage(page.name);
	if (top->netns && !netns_enter(top->netns))
		return CLI_FAILED;
	return run(top);
}

/**
 * top_run() - the subcommand
 * @argc: number of arguments
 * @argv: "top" and its arguments
 *
 * Return: exit status.
 */
int top_run(int argc, char **argv)
{
	struct top top = { .interval_ms = INTERVAL_MS };
	int status;

	terminal_look(&top.terminal);
	status = parse_and_run(&top, argc, argv);
	filter_free(top.filter);
	return status;
}
