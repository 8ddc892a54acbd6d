// SPDX-License-Identifier: GPL-2.0-only
/* tcpfsm replay: a capture, through the rules of src/core. */
#include <getopt.h>
#include <unistd.h>

#include "cli.h"
#include "page.h"
#include "reading.h"
#include "show.h"

enum {
	OPTION_NO_TRANSITIONS = PAGE_FIRST, OPTION_NO_FLOWS, OPTION_JSON,
};

static const struct page_option options[] = {
	READING_OPTIONS,
	{ OPTION_NO_TRANSITIONS, "no-transitions", NULL, "show only the flows" },
	{ OPTION_NO_FLOWS, "no-flows", NULL,
	  "show only transitions and anomalies; ended flows take no memory" },
	{ OPTION_JSON, "json", NULL, "one JSON object a line" },
	{}
};

static const struct page page = {
	.name = "replay",
	.arguments = "FILE",
	.about = "Reads a capture (pcap or pcapng; - is standard input) as if its packets passed\n"
		 "the module now. Shows each transition and anomaly when it happens, and at the end\n"
		 "every flow of the capture, as /proc/tcpfsm does: with --no-transitions, list, top and\n"
		 "explain take that as --file -.",
	.options = options,
	.more = READING_HELP,
	.statuses = "  0  all was read\n"
		    "  1  the capture cannot be opened or is none, its link type cannot be read, or the\n"
		    "     result cannot be written\n"
		    "  2  the capture is damaged or broke off; what stands before was shown\n"
		    "  3  wrong usage",
};

/**
 * struct replay - a run
 * @reading: of the capture; first, so that it can be found from there
 * @path: of the capture
 * @format: how things are shown
 * @transitions: transitions and anomalies are shown
 * @show_flows: flows are shown at the end
 */
struct replay {
	struct reading reading;
	const char *path;
	const struct show_format *format;
	bool transitions;
	bool show_flows;
};

static void show_flows(struct reading *reading)
{
	const struct replay *replay = (const struct replay *)reading;
	const struct flows *flows = &reading->flows;
	const struct flows_entry *entry;
	u64 half_open = 0;

	if (!replay->show_flows)
		return;
	for (entry = flows->first; entry; entry = entry->next)
		half_open += tcpfsm_phase(&entry->flow) == TCPFSM_PHASE_HALF_OPEN;
	replay->format->begin(flows->begun, half_open);
	for (entry = flows->first; entry; entry = entry->next)
		replay->format->flow(entry, flows->now_ns);
}

static void ignore_step(void *context __attribute__((unused)),
			struct flows_entry *entry __attribute__((unused)),
			const struct tcpfsm_segment *seg __attribute__((unused)),
			const struct tcpfsm_result *result __attribute__((unused)),
			u64 now_ns __attribute__((unused)))
{
}

static int run(struct replay *replay)
{
	struct reading *reading = &replay->reading;

	reading->flows.report = replay->transitions ? replay->format->step : ignore_step;
	reading->flows.forget = !replay->show_flows;
	reading->shown = replay->transitions && isatty(STDOUT_FILENO);
	return cli_finish(reading_run(reading, replay->path, show_flows));
}

static bool take_option(void *context, int option)
{
	struct replay *replay = context;

	switch (option) {
	case OPTION_NO_TRANSITIONS:
		replay->transitions = false;
		return true;
	case OPTION_NO_FLOWS:
		replay->show_flows = false;
		return true;
	case OPTION_JSON:
		replay->format = &show_json;
		return true;
	default:
		return reading_option(&replay->reading, option, optarg);
	}
}

static int parse_and_run(struct replay *replay, int argc, char **argv)
{
	int status;

	status = page_take(&page, argc, argv, take_option, replay);
	if (status != PAGE_END)
		return status;
	if (!reading_is_clear(&replay->reading))
		return cli_usage(page.name);
	if (!replay->transitions && !replay->show_flows) {
		cli_error("--no-transitions and --no-flows leave nothing to show");
		return cli_usage(page.name);
	}
	if (optind + 1 != argc) {
		cli_error(optind < argc ? "more than one capture" : "no capture");
		return cli_usage(page.name);
	}
	replay->path = argv[optind];
	return run(replay);
}

/**
 * replay_run() - the subcommand
 * @argc: number of arguments
 * @argv: "replay" and its arguments
 *
 * Return: exit status.
 */
int replay_run(int argc, char **argv)
{
	struct replay replay = {
		.format = &show_text,
		.transitions = true,
		.show_flows = true,
	};
	int status;

	reading_init(&replay.reading);
	status = parse_and_run(&replay, argc, argv);
	reading_free(&replay.reading);
	return status;
}
