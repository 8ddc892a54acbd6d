// SPDX-License-Identifier: GPL-2.0-only
/* tcpfsm ladder: the ladder diagram of one connection, of a capture or live. */
#include <getopt.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "choice.h"
#include "cli.h"
#include "duration.h"
#include "ladder.h"
#include "netns.h"
#include "page.h"
#include "settings.h"
#include "trace.h"

#define BUFFER_KB 1408

enum {
	OPTION_PCAP = PAGE_FIRST, OPTION_ALL, OPTION_WAIT, OPTION_FOR, OPTION_NETNS, OPTION_SVG,
	OPTION_HTML, OPTION_COLOR,
};

static const struct page_option options[] = {
	{ OPTION_PCAP, "pcap", "FILE", "of a capture; - is standard input" },
	{ OPTION_ALL, "all", NULL, "with --pcap: a row for each segment, data too" },
	READING_OPTIONS,
	{ OPTION_WAIT, "wait", NULL, "live: of the next flow that begins and matches" },
	{ OPTION_FOR, "for", "TIME", "live: end after so much time" },
	{ OPTION_NETNS, "netns", "NS",
	  "live: in this network namespace: a name of `ip netns`, a process number, or a path" },
	{ OPTION_SVG, "svg", NULL, "a picture" },
	{ OPTION_HTML, "html", NULL, "a page with the picture, to be read or printed" },
	{ OPTION_COLOR, "color", "WHEN", TERMINAL_COLOR_HELP },
	{}
};

static const struct page page = {
	.name = "ladder",
	.arguments = "[FLOW]",
	.about = "Draws a connection: the states of both ends down the two sides, the segments\n"
		 "between, with their flags, numbers relative to the first ones, and time. Data that\n"
		 "change nothing are summed up. Without --pcap: what passes from now on, until the\n"
		 "flow ends or Ctrl-C; what has passed cannot be had any more.",
	.options = options,
	.more = CHOICE_HELP,
	.statuses = "  0  it was drawn\n"
		    "  1  the module is not loaded, tracefs or the capture cannot be used, or the\n"
		    "     result cannot be written\n"
		    "  2  the capture is damaged, events were lost, or the module was unloaded; what there\n"
		    "     is was drawn\n"
		    "  3  wrong usage\n"
		    "  4  no flow is the one that is meant, or several are",
};

enum form { FORM_TEXT, FORM_SVG, FORM_HTML };

/**
 * struct ladder - a run
 * @reading: of the capture
 * @choice: which flow
 * @terminal: what it is shown on
 * @form: enum form
 * @netns: another namespace to look into, or NULL
 * @pcap: the capture, or NULL
 * @all: each segment
 * @wait: for a flow that begins
 * @for_ms: how long; 0 is until it ends
 * @exchange: the rows
 * @record: the flow
 * @trace: where events come from
 * @told_ns: when the last event was, of any flow; 0 is none yet
 * @shown: how many rows have been shown
 * @lost: events were lost, or the module went
 */
struct ladder {
	struct reading reading;
	struct choice choice;
	struct terminal terminal;
	enum form form;
	const char *netns;
	const char *pcap;
	bool all;
	bool wait;
	u64 for_ms;
	struct exchange exchange;
	struct record record;
	struct trace trace;
	u64 told_ns;
	size_t shown;
	bool lost;
};

/* Text is shown row by row; a row is done when the next one has begun. */
static void show_rows(struct ladder *ladder, size_t until)
{
	if (ladder->form != FORM_TEXT)
		return;
	if (!ladder->shown && until)
		ladder_text_begin(&ladder->terminal, &ladder->exchange, &ladder->record);
	for (; ladder->shown < until; ladder->shown++)
		ladder_text_row(&ladder->terminal, &ladder->exchange, ladder->shown);
}

static void draw(struct ladder *ladder)
{
	switch (ladder->form) {
	case FORM_TEXT:
		show_rows(ladder, ladder->exchange.rows);
		if (ladder->shown)
			ladder_text_end(&ladder->exchange, &ladder->record);
		break;
	case FORM_SVG:
		ladder_svg(&ladder->exchange, &ladder->record);
		break;
	case FORM_HTML:
		ladder_html(&ladder->exchange, &ladder->record);
		break;
	}
}

static int run_capture(struct ladder *ladder)
{
	int status = choice_from_capture(&ladder->choice, &ladder->reading, ladder->pcap,
					 ladder->all, &ladder->exchange, &ladder->record);

	if (ladder->record.text && (!status || status == CLI_DAMAGED))
		draw(ladder);
	return cli_finish(status);
}

/* The first event of a flow that has just begun. */
static bool begins(const struct event *event)
{
	return event->kind == EVENT_SEGMENT && event->seg.flags & TCPFSM_SYN &&
	       !(event->seg.flags & TCPFSM_ACK);
}

static bool is_meant(struct ladder *ladder, const struct event *event)
{
	struct subject subject = { .key = &event->key };

	if (ladder->exchange.id)
		return event->flow == ladder->exchange.id;
	if (!begins(event) || !filter_matches(ladder->choice.filter, &subject))
		return false;
	exchange_init(&ladder->exchange, &event->key, event->flow);
	return true;
}

/* A line as /proc/tcpfsm would have it, of what little is known. */
static void make_record(struct ladder *ladder, const struct event *event)
{
	char line[512], client[KEY_END_MAX], server[KEY_END_MAX];
	const char *hist = event->kind == EVENT_CLOSE ? event->history : "";
	unsigned int outcome = event->kind == EVENT_CLOSE ? event->outcome : TCPFSM_VERDICT_OPEN;

	key_print_end(client, &event->key, TCPFSM_CLIENT);
	key_print_end(server, &event->key, TCPFSM_SERVER);
	scnprintf(line, sizeof(line), "CLOSE CLOSE 0 %s -> %s id=%llu outcome=%s%s%s", client,
		  server, (unsigned long long)event->flow, tcpfsm_verdict_name(outcome),
		  *hist ? " hist=" : "", hist);
	record_free(&ladder->record);
	record_parse(&ladder->record, line);
}

static bool report(void *context, const struct event *event)
{
	struct ladder *ladder = context;
	struct exchange *exchange = &ladder->exchange;
	const struct tcpfsm_segment *seg = event->seg.flags ? &event->seg : NULL;

	ladder->told_ns = event->time_ns;
	if (!is_meant(ladder, event))
		return true;
	if (!ladder->record.text)
		make_record(ladder, event);
	switch (event->kind) {
	case EVENT_SEGMENT:
		exchange_segment(exchange, event->time_ns, event->who, &event->seg, true);
		break;
	case EVENT_SET_STATE:
		exchange_change(exchange, event->time_ns, seg, &event->change);
		break;
	case EVENT_ANOMALY:
		exchange_anomaly(exchange, event->time_ns, seg, event->anomaly);
		break;
	case EVENT_CLOSE:
		make_record(ladder, event);
		return false;
	default:
		break;
	}
	if (exchange->rows)
		show_rows(ladder, exchange->rows - 1);
	return true;
}

static u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

/* Events are told some time after they were: those behind the gap may be older than now. */
static void lose(void *context, u64 events)
{
	struct ladder *ladder = context;

	ladder->lost = true;
	/* What is waited for has not begun. */
	if (!ladder->exchange.id)
		return;
	exchange_lost(&ladder->exchange, ladder->told_ns ?: now_ns(), events);
}

/* The flow that is there already: what it is now, and that its past is missing. */
static int join(struct ladder *ladder)
{
	int status = choice_from_table(&ladder->choice, NULL, &ladder->record);
	char age[DURATION_MAX];
	unsigned int who;

	if (status)
		return status;
	exchange_init(&ladder->exchange, &ladder->record.key, ladder->record.id);
	for (who = TCPFSM_CLIENT; who <= TCPFSM_SERVER; who++)
		ladder->exchange.state[who] = ladder->record.state[who];
	duration_print(age, ladder->record.age_ms);
	cli_error("flow %llu is %s old: what passed before now is missing%s",
		  (unsigned long long)ladder->record.id, age,
		  ladder->record.outcome == TCPFSM_VERDICT_OPEN ? "" : ", and it has ended");
	return CLI_OK;
}

/*
 * What the module says of it now; with tcpfsm_close, that has said all. One that was loaded
 * anew numbers other flows so.
 */
static void look_again(struct ladder *ladder)
{
	struct choice same = { .id = ladder->exchange.id };
	struct record record = {};

	if (ladder->trace.unloaded ||
	    (record_value(&ladder->record, "hist") && ladder->record.outcome != TCPFSM_VERDICT_OPEN))
		return;
	if (choice_from_table(&same, NULL, &record)) {
		record_free(&record);
		return;
	}
	record_free(&ladder->record);
	ladder->record = record;
}

static int run_live(struct ladder *ladder)
{
	char condition[64];
	int status = CLI_OK;

	ladder->trace.report = report;
	ladder->trace.lost = lose;
	ladder->trace.context = ladder;
	scnprintf(condition, sizeof(condition), "netns == %llu",
		  (unsigned long long)netns_inode());
	if (!ladder->wait)
		status = join(ladder);
	if (status)
		return status;
	if (!trace_open(&ladder->trace, TRACE_KIND(SEGMENT) | TRACE_KIND(SET_STATE) |
			TRACE_KIND(ANOMALY) | TRACE_KIND(CLOSE), condition, BUFFER_KB))
		return CLI_FAILED;
	if (ladder->wait)
		settings_tell();
	trace_run(&ladder->trace, ladder->for_ms);
	trace_close(&ladder->trace);
	if (ladder->trace.unloaded)
		ladder->lost = true;
	if (!ladder->exchange.id) {
		if (ladder->trace.unloaded)
			return CLI_DAMAGED;
		cli_error("no flow that matches began");
		return CLI_NO_FLOW;
	}
	if (!ladder->exchange.rows) {
		cli_error("nothing passed meanwhile that says anything: data are not shown");
	} else {
		look_again(ladder);
		draw(ladder);
	}
	return cli_finish(ladder->lost ? CLI_DAMAGED : CLI_OK);
}

static bool take_option(void *context, int option)
{
	struct ladder *ladder = context;

	switch (option) {
	case OPTION_PCAP:
		ladder->pcap = optarg;
		return true;
	case OPTION_ALL:
		ladder->all = true;
		return true;
	case OPTION_WAIT:
		ladder->wait = true;
		return true;
	case OPTION_FOR:
		if (duration_parse(&ladder->for_ms, optarg) && ladder->for_ms)
			return true;
		cli_error("--for %s: a time is meant, as 30s or 5m", optarg);
		return false;
	case OPTION_NETNS:
		ladder->netns = optarg;
		return true;
	case OPTION_SVG:
		ladder->form = FORM_SVG;
		return true;
	case OPTION_HTML:
		ladder->form = FORM_HTML;
		return true;
	case OPTION_COLOR:
		return terminal_set_colour(&ladder->terminal, optarg);
	default:
		return reading_option(&ladder->reading, option, optarg);
	}
}

static bool is_clear(const struct ladder *ladder, int words)
{
	if (ladder->pcap && (ladder->netns || ladder->wait || ladder->for_ms)) {
		cli_error("--netns, --wait and --for are of a live flow, not of a capture");
		return false;
	}
	if (!ladder->pcap && !words && !ladder->wait) {
		cli_error("no flow: a number, a filter, --wait, or --pcap with a capture is meant");
		return false;
	}
	if (ladder->wait && ladder->choice.id) {
		cli_error("--wait takes a filter, as a flow that is to come has no number yet");
		return false;
	}
	return reading_is_clear(&ladder->reading);
}

static int parse_and_run(struct ladder *ladder, int argc, char **argv)
{
	int status;

	status = page_take(&page, argc, argv, take_option, ladder);
	if (status != PAGE_END)
		return status;
	if (!choice_parse(&ladder->choice, argc - optind, argv + optind) ||
	    !is_clear(ladder, argc - optind))
		return cli_usage(page.name);
	if (ladder->netns && !netns_enter(ladder->netns))
		return CLI_FAILED;
	return ladder->pcap ? run_capture(ladder) : run_live(ladder);
}

/**
 * ladder_run() - the subcommand
 * @argc: number of arguments
 * @argv: "ladder" and its arguments
 *
 * Return: exit status.
 */
int ladder_run(int argc, char **argv)
{
	struct ladder ladder = {};
	int status;

	terminal_look(&ladder.terminal);
	reading_init(&ladder.reading);
	status = parse_and_run(&ladder, argc, argv);
	record_free(&ladder.record);
	exchange_free(&ladder.exchange);
	choice_free(&ladder.choice);
	reading_free(&ladder.reading);
	return status;
}
