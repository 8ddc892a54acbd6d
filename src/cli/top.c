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
#include "table.h"
#include "terminal.h"

#define INTERVAL_MS 2000
/* Lines that are no server or peer: what stands above them. */
#define HEAD_ROWS 8
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
		 "peers always are.",
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
 * @file: a copy of the table, or NULL
 * @interval_ms: between two looks
 * @count: how many looks are left; 0 is any number
 * @rows: of each list; 0 is what there is room for
 */
struct top {
	struct filter *filter;
	struct terminal terminal;
	const char *file;
	u64 interval_ms;
	u64 count;
	u64 rows;
};

static volatile sig_atomic_t stopped;
static struct termios before;

static void on_signal(int signal __attribute__((unused)))
{
	stopped = 1;
}

static void restore(void)
{
	tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

/* A key counts without Enter. */
static void watch_keys(void)
{
	struct termios raw;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &before))
		return;
	raw = before;
	raw.c_lflag &= ~(ICANON | ECHO);
	if (!tcsetattr(STDIN_FILENO, TCSANOW, &raw))
		atexit(restore);
}

/* Until it is time to look again; false if no more is wanted. */
static bool wait_for_next(const struct top *top)
{
	struct pollfd key = { .fd = STDIN_FILENO, .events = POLLIN };
	bool keys = isatty(STDIN_FILENO);
	char letter;

	if (poll(&key, keys, top->interval_ms) > 0 && read(STDIN_FILENO, &letter, 1) == 1)
		return letter != 'q' && letter != 'Q';
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

static void put_rtt(const struct listener *one, unsigned int figure)
{
	if (one->has & 1U << figure)
		printf(" %8.1f", one->figure[figure] / 1000.0);
	else
		printf(" %8s", "-");
}

static void put_one(const struct terminal *terminal, const struct listener *one)
{
	u64 failed = failures(one);

	printf("%-40s %8llu %8llu ", one->name, (unsigned long long)one->figure[LISTENER_begun],
	       (unsigned long long)one->figure[LISTENER_completed]);
	terminal_style(terminal, failed ? STYLE_BAD : STYLE_PLAIN);
	printf("%8llu", (unsigned long long)failed);
	terminal_style(terminal, STYLE_PLAIN);
	printf(" %8llu %8llu %8llu", (unsigned long long)one->figure[LISTENER_half_open],
	       (unsigned long long)one->figure[LISTENER_syn_rtx],
	       (unsigned long long)one->figure[LISTENER_synack_rtx]);
	put_rtt(one, LISTENER_rtt_p50_us);
	put_rtt(one, LISTENER_rtt_p99_us);
	putchar('\n');
}

static void put_list(const struct top *top, const char *heading, struct listeners *listeners)
{
	size_t rows = top->rows, i;

	if (!rows)
		rows = top->terminal.rows > HEAD_ROWS + 2 ? (top->terminal.rows - HEAD_ROWS) / 2 :
							    ROWS_DEFAULT;
	if (listeners->count)
		qsort(listeners->one, listeners->count, sizeof(*listeners->one), compare);
	terminal_style(&top->terminal, STYLE_BOLD);
	printf("%-40s %8s %8s %8s %8s %8s %8s %8s %8s\n", heading, "BEGUN", "DONE", "FAILED",
	       "HALFOPEN", "SYNRTX", "SARTX", "RTTP50ms", "RTTP99ms");
	terminal_style(&top->terminal, STYLE_PLAIN);
	for (i = 0; i < listeners->count && i < rows; i++)
		put_one(&top->terminal, &listeners->one[i]);
	if (listeners->count > rows)
		printf("and %zu more\n", listeners->count - rows);
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
	u64 flows = 0, half_open = 0, max = 0;

	/* Home, and nothing left of the look before. */
	if (top->terminal.rows && !top->count)
		fputs("\033[H\033[2J", stdout);
	table_header(table, "flows", &flows);
	table_header(table, "half_open", &half_open);
	printf("tcpfsm: %llu flows, %llu half-open", (unsigned long long)flows,
	       (unsigned long long)half_open);
	if (table_header(table, "max_flows", &max))
		printf(", room for %llu", (unsigned long long)max);
	printf("\nservers: %s\n\n", counted ? "counted since the module was loaded" :
	       "added up from the flows in the table now");
}

static int look(const struct top *top)
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
	put_head(top, &table, has_counts);
	put_list(top, "SERVER", has_counts ? &counted : &servers);
	putchar('\n');
	put_list(top, "PEER", &peers);
	table_close(&table);
	listeners_free(&servers);
	listeners_free(&peers);
	listeners_free(&counted);
	fflush(stdout);
	return status;
}

static int run(struct top *top)
{
	struct sigaction action = { .sa_handler = on_signal };
	int status;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (!top->count && (!top->terminal.rows || top->file))
		top->count = 1;
	if (!top->count)
		watch_keys();
	do {
		status = look(top);
		if (status || ferror(stdout) || (top->count && !--top->count))
			break;
	} while (wait_for_next(top));
	return cli_finish(status);
}

static bool take_option(struct top *top, int option, const char **netns)
{
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
		*netns = optarg;
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
	const char *netns = NULL;
	int option;

	while ((option = page_next(&page, argc, argv)) != PAGE_END) {
		if (option == PAGE_HELP)
			return cli_finish(CLI_OK);
		if (!take_option(top, option, &netns))
			return cli_usage(page.name);
	}
	if (netns && top->file) {
		cli_error("--netns and --file exclude each other");
		return cli_usage(page.name);
	}
	if (!filter_parse(&top->filter, argc - optind, argv + optind))
		return cli_usage(page.name);
	if (netns && !netns_enter(netns))
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
