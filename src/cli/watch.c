// SPDX-License-Identifier: GPL-2.0-only
/* tcpfsm watch: what happens to flows, while it happens. */
#include <getopt.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "duration.h"
#include "filter.h"
#include "flags.h"
#include "json.h"
#include "netns.h"
#include "page.h"
#include "settings.h"
#include "show.h"
#include "terminal.h"
#include "trace.h"

/* Room for some thousand events on each processor. */
#define BUFFER_KB 1408
#define BUFFER_KB_MAX 1048576

enum {
	OPTION_SEGMENTS = PAGE_FIRST, OPTION_COUNT, OPTION_FOR, OPTION_NETNS, OPTION_ALL_NETNS,
	OPTION_BUFFER, OPTION_JSON, OPTION_COLOR,
};

static const struct page_option options[] = {
	{ OPTION_SEGMENTS, "segments", NULL,
	  "also each segment that has SYN, FIN or RST, or shows something new" },
	{ OPTION_COUNT, "count", "N", "end after N lines" },
	{ OPTION_FOR, "for", "TIME", "end after so much time: 30s, 5m" },
	{ OPTION_NETNS, "netns", "NS",
	  "in this network namespace: a name of `ip netns`, a process number, or a path" },
	{ OPTION_ALL_NETNS, "all-netns", NULL, "in all network namespaces; each line begins with its number" },
	{ OPTION_BUFFER, "buffer", "KB",
	  "memory for events not read yet, for each processor (1408)" },
	{ OPTION_JSON, "json", NULL, "one JSON object a line" },
	{ OPTION_COLOR, "color", "WHEN", TERMINAL_COLOR_HELP },
	{}
};

static const struct page page = {
	.name = "watch",
	.arguments = "[FILTER]",
	.about = "Shows each transition, handshake, end and anomaly of a flow when it happens, one\n"
		 "line each, until Ctrl-C, and then how many there were. Uses the module's\n"
		 "tracepoints in an instance of the ring buffer of its own. Events that were lost are\n"
		 "told where they are missing. When the module is unloaded, it ends.",
	.options = options,
	.more = FILTER_HELP "\n"
		"A state matches the transitions into it, outcome the ends of flows.",
	.statuses = "  0  ended by Ctrl-C, --count or --for; nothing was lost\n"
		    "  1  the module is not loaded, tracefs cannot be used, or the result not be\n"
		    "     written\n"
		    "  2  events were lost, or the module was unloaded meanwhile\n"
		    "  3  wrong usage",
};

/**
 * struct watch - a run
 * @trace: where events come from
 * @filter: which flows
 * @terminal: what it is shown on
 * @netns: another namespace to look into, or NULL
 * @segments: segments too
 * @json: as JSON
 * @all_netns: of all network namespaces
 * @count: lines still to be shown; 0 is any number
 * @for_ms: how long; 0 is for ever
 * @buffer_kb: size of the ring buffer
 * @lost: events lost
 * @seen: by enum event_kind, how many were shown
 * @outcomes: by enum tcpfsm_verdict
 */
struct watch {
	struct trace trace;
	struct filter *filter;
	struct terminal terminal;
	const char *netns;
	bool segments;
	bool json;
	bool all_netns;
	u64 count;
	u64 for_ms;
	unsigned int buffer_kb;
	u64 lost;
	u64 seen[EVENT_MAX];
	u64 outcomes[TCPFSM_VERDICT_MAX + 1];
};

static bool is_wanted(const struct watch *watch, const struct event *event)
{
	struct subject subject = { .key = &event->key, .outcome = event->outcome };

	if (event->kind == EVENT_SET_STATE)
		subject.states[event->who & 1] = 1U << event->change.to;
	return filter_matches(watch->filter, &subject);
}

/* As tcpdump: the time of day here. */
static void put_time(u64 time_ns)
{
	time_t second = time_ns / NSEC_PER_SEC;
	char text[16];
	struct tm tm;

	localtime_r(&second, &tm);
	strftime(text, sizeof(text), "%H:%M:%S", &tm);
	printf("%s.%06u ", text, (unsigned int)(time_ns % NSEC_PER_SEC / NSEC_PER_USEC));
}

static void put_change(const struct watch *watch, const struct event *event, const char *client,
		       const char *server)
{
	char line[TCPFSM_CHANGE_LINE_MAX];

	tcpfsm_change_line(line, sizeof(line), &event->change, client, server);
	terminal_style(&watch->terminal, event->change.certainty == TCPFSM_RETRACTED ?
		       STYLE_BAD : terminal_style_of_state(event->change.to));
	fputs(line, stdout);
}

static void put_measurements(const struct event *event)
{
	if (event->has & TCPFSM_HAS_RTT_SERVER)
		printf(" rtt_server_us=%u", event->rtt_server_us);
	if (event->has & TCPFSM_HAS_RTT_CLIENT)
		printf(" rtt_client_us=%u", event->rtt_client_us);
	if (event->has & TCPFSM_HAS_HALF_CLOSE)
		printf(" half_close_ms=%u", event->half_close_ms);
	if (event->has & TCPFSM_HAS_TEARDOWN)
		printf(" teardown_ms=%u", event->teardown_ms);
}

/* Who sent the first FIN, in the numbers of the tracepoint. */
static const char *closer_of(const struct event *event)
{
	static const char *const closers[] = { "client", "server", NULL, "simultaneous" };

	return event->closer < ARRAY_SIZE(closers) ? closers[event->closer] : NULL;
}

static void put_close(const struct watch *watch, const struct event *event)
{
	char duration[DURATION_MAX];

	terminal_style(&watch->terminal, terminal_style_of_verdict(event->outcome));
	printf("close outcome=%s", tcpfsm_verdict_name(event->outcome));
	if (closer_of(event))
		printf(" closer=%s", closer_of(event));
	if (event->reset_in)
		printf(" reset_in=%s", tcpfsm_state_name(event->reset_in));
	printf(" hist=%s", event->history);
	put_measurements(event);
	duration_print(duration, event->duration_us / 1000);
	printf(" after %s", duration);
}

static void put_segment(const struct watch *watch, const struct event *event, const char *client,
			const char *server)
{
	bool forth = event->who == TCPFSM_CLIENT;
	char flags[FLAGS_MAX];

	flags_print(flags, event->seg.flags);
	terminal_style(&watch->terminal, STYLE_DIM);
	printf("%s > %s: %s seq %u", forth ? client : server, forth ? server : client, flags,
	       event->seg.seq);
	if (event->seg.flags & TCPFSM_ACK)
		printf(" ack %u", event->seg.ack);
	printf(" win %u len %u", event->seg.window, event->seg.len);
}

static void put_icmp(const struct watch *watch, const struct event *event)
{
	char from[INET6_ADDRSTRLEN];

	key_print_address(from, &event->key, event->icmp_from);
	terminal_style(&watch->terminal, STYLE_BAD);
	printf("icmp %s icmp_of=%s icmp_count=%u icmp_from=%s", event->icmp,
	       tcpfsm_role_name(event->who), event->icmp_count, from);
}

static void put_text(const struct watch *watch, const struct event *event)
{
	char client[KEY_END_MAX], server[KEY_END_MAX];

	key_print_end(client, &event->key, TCPFSM_CLIENT);
	key_print_end(server, &event->key, TCPFSM_SERVER);
	put_time(event->time_ns);
	if (watch->all_netns)
		printf("%u ", event->netns);
	switch (event->kind) {
	case EVENT_SET_STATE:
		put_change(watch, event, client, server);
		break;
	case EVENT_SEGMENT:
		put_segment(watch, event, client, server);
		break;
	default:
		printf("%s -> %s ", client, server);
		if (event->kind == EVENT_HANDSHAKE) {
			fputs("handshake", stdout);
			put_measurements(event);
		} else if (event->kind == EVENT_CLOSE) {
			put_close(watch, event);
		} else if (event->kind == EVENT_ICMP) {
			put_icmp(watch, event);
		} else {
			terminal_style(&watch->terminal, STYLE_BAD);
			printf("anomaly %s", tcpfsm_anomaly_name(event->anomaly));
		}
	}
	terminal_style(&watch->terminal, STYLE_PLAIN);
	putchar('\n');
}

static void add_segment(json_t *object, const struct event *event)
{
	/* Without flags there was none: time was the cause. */
	if (!event->seg.flags && event->kind != EVENT_SEGMENT)
		return;
	json_number(object, "seq", event->seg.seq);
	json_number(object, "ack", event->seg.ack);
	json_number(object, "flags", event->seg.flags);
}

static void add_measurements(json_t *object, const struct event *event)
{
	if (event->has & TCPFSM_HAS_RTT_SERVER)
		json_number(object, "rtt_server_us", event->rtt_server_us);
	if (event->has & TCPFSM_HAS_RTT_CLIENT)
		json_number(object, "rtt_client_us", event->rtt_client_us);
	if (event->has & TCPFSM_HAS_HALF_CLOSE)
		json_number(object, "half_close_ms", event->half_close_ms);
	if (event->has & TCPFSM_HAS_TEARDOWN)
		json_number(object, "teardown_ms", event->teardown_ms);
}

static void add_close(json_t *object, const struct event *event)
{
	json_text(object, "outcome", tcpfsm_verdict_name(event->outcome));
	if (closer_of(event))
		json_text(object, "closer", closer_of(event));
	if (event->reset_in)
		json_text(object, "reset_in", tcpfsm_state_name(event->reset_in));
	json_text(object, "hist", event->history);
	add_measurements(object, event);
	json_number(object, "duration_us", event->duration_us);
}

static void add_icmp(json_t *object, const struct event *event)
{
	char from[INET6_ADDRSTRLEN];

	key_print_address(from, &event->key, event->icmp_from);
	json_text(object, "icmp", event->icmp);
	json_text(object, "icmp_of", tcpfsm_role_name(event->who));
	json_number(object, "icmp_count", event->icmp_count);
	json_text(object, "icmp_from", from);
	json_number(object, "seq", event->seg.seq);
}

static void add_what(json_t *object, const struct event *event)
{
	switch (event->kind) {
	case EVENT_SET_STATE:
		json_change(object, &event->change);
		add_segment(object, event);
		break;
	case EVENT_ANOMALY:
		json_text(object, "anomaly", tcpfsm_anomaly_name(event->anomaly));
		json_text(object, "endpoint", tcpfsm_role_name(event->who));
		add_segment(object, event);
		break;
	case EVENT_SEGMENT:
		json_text(object, "endpoint", tcpfsm_role_name(event->who));
		add_segment(object, event);
		json_number(object, "len", event->seg.len);
		json_number(object, "window", event->seg.window);
		break;
	case EVENT_HANDSHAKE:
		add_measurements(object, event);
		break;
	case EVENT_ICMP:
		add_icmp(object, event);
		break;
	default:
		add_close(object, event);
	}
}

static void put_json(const struct event *event)
{
	static const char *const types[] = {
		[EVENT_SET_STATE] = "transition", [EVENT_HANDSHAKE] = "handshake",
		[EVENT_CLOSE] = "close", [EVENT_ANOMALY] = "anomaly",
		[EVENT_SEGMENT] = "segment", [EVENT_ICMP] = "icmp",
	};
	json_t *object = json_event(types[event->kind], event->time_ns, event->flow, &event->key);

	json_number(object, "netns", event->netns);
	add_what(object, event);
	json_print(object);
}

static bool report(void *context, const struct event *event)
{
	struct watch *watch = context;

	if (!is_wanted(watch, event))
		return true;
	watch->seen[event->kind]++;
	if (event->kind == EVENT_CLOSE && event->outcome < TCPFSM_VERDICT_MAX)
		watch->outcomes[event->outcome]++;
	if (watch->json)
		put_json(event);
	else
		put_text(watch, event);
	if (ferror(stdout))
		return false;
	return !watch->count || --watch->count;
}

static u64 real_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

static void lose(void *context, u64 events)
{
	struct watch *watch = context;
	char when[SHOW_TIME_MAX];
	json_t *object;

	watch->lost += events;
	if (!watch->json) {
		put_time(real_ns());
		terminal_style(&watch->terminal, STYLE_BAD);
		printf("%llu events lost here: try a larger --buffer",
		       (unsigned long long)events);
		terminal_style(&watch->terminal, STYLE_PLAIN);
		putchar('\n');
		return;
	}
	show_time(when, real_ns());
	object = json_object();
	json_text(object, "type", "lost");
	json_text(object, "time", when);
	json_number(object, "events", events);
	json_print(object);
}

static void summarize_json(const struct watch *watch)
{
	json_t *object = json_object(), *outcomes = json_object();
	unsigned int i;

	for (i = 0; i < TCPFSM_VERDICT_MAX; i++)
		if (watch->outcomes[i])
			json_number(outcomes, tcpfsm_verdict_name(i), watch->outcomes[i]);
	json_text(object, "type", "summary");
	json_number(object, "transitions", watch->seen[EVENT_SET_STATE]);
	json_number(object, "handshakes", watch->seen[EVENT_HANDSHAKE]);
	json_number(object, "ended", watch->seen[EVENT_CLOSE]);
	json_object_set_new(object, "outcomes", outcomes);
	json_number(object, "anomalies", watch->seen[EVENT_ANOMALY]);
	json_number(object, "lost", watch->lost);
	if (watch->trace.unloaded)
		json_object_set_new(object, "unloaded", json_true());
	json_print(object);
}

/* Where the lines go may be a file; this is for whoever pressed Ctrl-C. */
static void summarize(const struct watch *watch)
{
	const char *separator = " (";
	unsigned int i;

	fflush(stdout);
	fprintf(stderr, "%llu transitions, %llu handshakes, %llu flows ended",
		(unsigned long long)watch->seen[EVENT_SET_STATE],
		(unsigned long long)watch->seen[EVENT_HANDSHAKE],
		(unsigned long long)watch->seen[EVENT_CLOSE]);
	for (i = 0; i < TCPFSM_VERDICT_MAX; i++) {
		if (!watch->outcomes[i])
			continue;
		fprintf(stderr, "%s%llu %s", separator, (unsigned long long)watch->outcomes[i],
			tcpfsm_verdict_name(i));
		separator = ", ";
	}
	fprintf(stderr, "%s, %llu anomalies, %llu events lost\n",
		watch->seen[EVENT_CLOSE] ? ")" : "",
		(unsigned long long)watch->seen[EVENT_ANOMALY], (unsigned long long)watch->lost);
}

static int run(struct watch *watch)
{
	u32 kinds = TRACE_KIND(SET_STATE) | TRACE_KIND(HANDSHAKE) | TRACE_KIND(CLOSE) |
		    TRACE_KIND(ANOMALY) | TRACE_KIND(ICMP) |
		    (watch->segments ? TRACE_KIND(SEGMENT) : 0);
	char condition[32];

	watch->trace.report = report;
	watch->trace.lost = lose;
	watch->trace.context = watch;
	scnprintf(condition, sizeof(condition), "netns == %llu",
		  (unsigned long long)netns_inode());
	if (!trace_open(&watch->trace, kinds, watch->all_netns ? NULL : condition,
			watch->buffer_kb))
		return CLI_FAILED;
	if (!watch->all_netns)
		settings_tell();
	if (!watch->json && isatty(STDERR_FILENO))
		fputs("watching; Ctrl-C ends it\n", stderr);
	trace_run(&watch->trace, watch->for_ms);
	trace_close(&watch->trace);
	if (watch->json)
		summarize_json(watch);
	else
		summarize(watch);
	return cli_finish(watch->lost || watch->trace.unloaded ? CLI_DAMAGED : CLI_OK);
}

static bool take_option(void *context, int option)
{
	struct watch *watch = context;

	u64 value;

	switch (option) {
	case OPTION_SEGMENTS:
		watch->segments = true;
		return true;
	case OPTION_COUNT:
		return cli_number(&watch->count, "count", optarg, ~0ULL);
	case OPTION_FOR:
		if (duration_parse(&watch->for_ms, optarg) && watch->for_ms)
			return true;
		cli_error("--for %s: a time is meant, as 30s or 5m", optarg);
		return false;
	case OPTION_NETNS:
		watch->netns = optarg;
		return true;
	case OPTION_ALL_NETNS:
		watch->all_netns = true;
		return true;
	case OPTION_BUFFER:
		if (!cli_number(&value, "buffer", optarg, BUFFER_KB_MAX))
			return false;
		watch->buffer_kb = value;
		return true;
	case OPTION_JSON:
		watch->json = true;
		return true;
	case OPTION_COLOR:
		return terminal_set_colour(&watch->terminal, optarg);
	default:
		return false;
	}
}

static int parse_and_run(struct watch *watch, int argc, char **argv)
{
	int status;

	status = page_take(&page, argc, argv, take_option, watch);
	if (status != PAGE_END)
		return status;
	if (watch->netns && watch->all_netns) {
		cli_error("--netns and --all-netns exclude each other");
		return cli_usage(page.name);
	}
	if (!filter_parse(&watch->filter, argc - optind, argv + optind))
		return cli_usage(page.name);
	if (watch->netns && !netns_enter(watch->netns))
		return CLI_FAILED;
	return run(watch);
}

/**
 * watch_run() - the subcommand
 * @argc: number of arguments
 * @argv: "watch" and its arguments
 *
 * Return: exit status.
 */
int watch_run(int argc, char **argv)
{
	struct watch watch = { .buffer_kb = BUFFER_KB };
	int status;

	terminal_look(&watch.terminal);
	status = parse_and_run(&watch, argc, argv);
	filter_free(watch.filter);
	return status;
}
