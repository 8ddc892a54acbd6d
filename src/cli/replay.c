// SPDX-License-Identifier: GPL-2.0-only
/* tcpfsm replay: a capture, through the rules of src/core. */
#include <getopt.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "capture.h"
#include "cli.h"
#include "flows.h"
#include "show.h"

/* A look at the real clock every so many packets. */
#define PROGRESS_PACKETS 8192
/* Nothing is said of what takes no longer than this. */
#define PROGRESS_AFTER_MS 1000
#define PROGRESS_EVERY_MS 200

/**
 * struct replay - a run
 * @path: of the capture
 * @view: where it was taken
 * @format: how things are shown
 * @checksums: wrong ones count
 * @transitions: transitions and anomalies are shown
 * @show_flows: flows are shown at the end
 * @flows: the flows
 * @cut: packets of which too little was captured to tell, or to read TCP
 * @malformed: TCP packets with damaged headers
 * @fragments: fragments without a TCP header
 * @told_ms: when progress was last told, or the run began
 * @progress: whether it has been
 */
struct replay {
	const char *path;
	struct view view;
	const struct show_format *format;
	bool checksums;
	bool transitions;
	bool show_flows;
	struct flows flows;
	u64 cut;
	u64 malformed;
	u64 fragments;
	u64 told_ms;
	bool progress;
};

static void tell_usage(void)
{
	puts("usage: tcpfsm replay [OPTION...] FILE\n"
	     "\n"
	     "Reads a capture (pcap or pcapng; - is standard input) as if its packets passed\n"
	     "the module now. Shows each transition and anomaly when it happens, and at the end\n"
	     "every flow of the capture, as /proc/tcpfsm does.\n"
	     "\n"
	     "  --at PLACE        where the capture was taken: router (default), client or server.\n"
	     "                    Only at an endpoint's own host the arrival of a segment is seen;\n"
	     "                    elsewhere it is inferred\n"
	     "  --local PREFIX    the capture was taken on a host with these addresses, as\n"
	     "                    192.0.2.7 or 2001:db8::/64; may be given several times\n"
	     "  --checksums       segments with a wrong TCP checksum prove nothing. Not by default:\n"
	     "                    a sender's own host captures them before its card sums them up\n"
	     "  --set NAME=N      seconds, as net.tcpfsm.NAME: time_wait, linger, timeout_syn_sent ...\n"
	     "  --no-transitions  show only the flows\n"
	     "  --no-flows        show only transitions and anomalies; ended flows take no memory\n"
	     "  --json            one JSON object a line\n"
	     "  --help\n"
	     "\n"
	     "Link types: Ethernet, Linux cooked (SLL, SLL2), raw IP, NULL, LOOP, PPPoE; VLAN tags\n"
	     "and PPPoE sessions in them. Times are the capture's, in UTC; one that goes back\n"
	     "counts as the latest before it.\n"
	     "\n"
	     "Exit status:\n"
	     "  0  all was read\n"
	     "  1  the capture cannot be opened or is none, its link type cannot be read, or the\n"
	     "     result cannot be written\n"
	     "  2  the capture is damaged or broke off; what stands before was shown\n"
	     "  3  wrong usage");
}

static u64 real_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}

/* Only for somebody who waits at a terminal and sees nothing else. */
static void tell_progress(struct replay *replay, const struct capture *capture)
{
	u64 now = real_ms();
	off_t at = ftello(capture->file);

	if (now - replay->told_ms < (replay->progress ? PROGRESS_EVERY_MS : PROGRESS_AFTER_MS))
		return;
	replay->told_ms = now;
	replay->progress = true;
	fprintf(stderr, "\r%llu packets, %llu flows", (unsigned long long)capture->number,
		(unsigned long long)replay->flows.begun);
	if (capture->size > 0 && at >= 0)
		fprintf(stderr, ", %d %%", (int)(at * 100 / capture->size));
	fputs("\033[K", stderr);
}

static void end_progress(const struct replay *replay)
{
	if (replay->progress)
		fputs("\r\033[K", stderr);
}

static void take_tcp(struct replay *replay, const struct packet *packet)
{
	if (replay->checksums && !packet_checksum_ok(packet)) {
		flows_damaged(&replay->flows, packet, TCPFSM_ANOMALY_BAD_CHECKSUM);
		return;
	}
	if (packet->seg.bad_options)
		flows_damaged(&replay->flows, packet, TCPFSM_ANOMALY_MALFORMED);
	flows_see(&replay->flows, packet, &replay->view);
}

static void take(struct replay *replay, const struct capture *capture, struct bytes *bytes)
{
	u16 protocol = link_strip(pcap_datalink(capture->pcap), bytes);
	struct packet packet;

	flows_advance(&replay->flows, capture->time_ns);
	if (protocol == LINK_CUT)
		replay->cut++;
	if (protocol == LINK_OTHER || protocol == LINK_CUT)
		return;
	switch (packet_read(&packet, protocol, bytes)) {
	case PACKET_TCP:
		take_tcp(replay, &packet);
		break;
	case PACKET_SHORT:
		replay->cut++;
		break;
	case PACKET_MALFORMED:
		replay->malformed++;
		break;
	case PACKET_FRAGMENT:
		replay->fragments++;
		break;
	case PACKET_OTHER:
		break;
	}
}

static int read_all(struct replay *replay, struct capture *capture)
{
	bool watched = isatty(STDERR_FILENO) && (!replay->transitions || !isatty(STDOUT_FILENO));
	struct bytes bytes;
	enum capture_end end;

	replay->told_ms = real_ms();
	while ((end = capture_next(capture, &bytes)) == CAPTURE_PACKET) {
		take(replay, capture, &bytes);
		if (watched && capture->number % PROGRESS_PACKETS == 0)
			tell_progress(replay, capture);
	}
	end_progress(replay);
	return end == CAPTURE_END ? CLI_OK : CLI_DAMAGED;
}

static void show_flows(const struct replay *replay)
{
	const struct flows *flows = &replay->flows;
	const struct flows_entry *entry;
	u64 half_open = 0;

	for (entry = flows->first; entry; entry = entry->next)
		half_open += tcpfsm_phase(&entry->flow) == TCPFSM_PHASE_HALF_OPEN;
	replay->format->begin(flows->begun, half_open);
	for (entry = flows->first; entry; entry = entry->next)
		replay->format->flow(entry, flows->now_ns);
}

static void tell_omission(u64 packets, const char *why)
{
	if (packets)
		cli_error("left out, as %s: %llu", why, (unsigned long long)packets);
}

/* What was left out is told; it is no error. */
static void tell_omissions(const struct replay *replay)
{
	tell_omission(replay->cut, "too little of them was captured");
	tell_omission(replay->malformed, "their TCP header is damaged");
	tell_omission(replay->fragments, "fragments without a TCP header");
}

static void ignore_step(void *context __attribute__((unused)),
			const struct flows_entry *entry __attribute__((unused)),
			const struct tcpfsm_segment *seg __attribute__((unused)),
			const struct tcpfsm_result *result __attribute__((unused)),
			u64 now_ns __attribute__((unused)))
{
}

static int run(struct replay *replay)
{
	struct capture capture;
	int status;

	if (!capture_open(&capture, replay->path))
		return CLI_FAILED;
	replay->flows.report = replay->transitions ? replay->format->step : ignore_step;
	replay->flows.forget = !replay->show_flows;
	status = read_all(replay, &capture);
	if (replay->show_flows)
		show_flows(replay);
	tell_omissions(replay);
	capture_close(&capture);
	return cli_finish(status);
}

enum {
	OPTION_AT = 256, OPTION_LOCAL, OPTION_CHECKSUMS, OPTION_SET, OPTION_NO_TRANSITIONS,
	OPTION_NO_FLOWS, OPTION_JSON,
};

static const struct option options[] = {
	{ "at", required_argument, NULL, OPTION_AT },
	{ "local", required_argument, NULL, OPTION_LOCAL },
	{ "checksums", no_argument, NULL, OPTION_CHECKSUMS },
	{ "set", required_argument, NULL, OPTION_SET },
	{ "no-transitions", no_argument, NULL, OPTION_NO_TRANSITIONS },
	{ "no-flows", no_argument, NULL, OPTION_NO_FLOWS },
	{ "json", no_argument, NULL, OPTION_JSON },
	{ "help", no_argument, NULL, 'h' },
	{}
};

static bool take_option(struct replay *replay, int option, const char *word)
{
	switch (option) {
	case OPTION_AT:
		if (view_at(&replay->view, optarg))
			return true;
		cli_error("--at %s: client, server or router is meant", optarg);
		return false;
	case OPTION_LOCAL:
		if (view_add_prefix(&replay->view, optarg))
			return true;
		cli_error("--local %s: an address or a prefix is meant", optarg);
		return false;
	case OPTION_SET:
		if (flows_set(&replay->flows, optarg))
			return true;
		cli_error("--set %s: no such setting, or not a number of seconds", optarg);
		return false;
	case OPTION_CHECKSUMS:
		replay->checksums = true;
		return true;
	case OPTION_NO_TRANSITIONS:
		replay->transitions = false;
		return true;
	case OPTION_NO_FLOWS:
		replay->show_flows = false;
		return true;
	case OPTION_JSON:
		replay->format = &show_json;
		return true;
	case ':':
		cli_error("%s wants an argument", word);
		return false;
	default:
		cli_error("no option %s", word);
		return false;
	}
}

static int parse(struct replay *replay, int argc, char **argv)
{
	bool at = false;
	int option;

	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (option == 'h') {
			tell_usage();
			return cli_finish(CLI_OK);
		}
		if (!take_option(replay, option, argv[optind - 1]))
			return cli_usage(argv[0]);
		at |= option == OPTION_AT;
	}
	if (at && replay->view.prefixes) {
		cli_error("--at and --local exclude each other");
		return cli_usage(argv[0]);
	}
	if (optind + 1 != argc) {
		cli_error(optind < argc ? "more than one capture" : "no capture");
		return cli_usage(argv[0]);
	}
	replay->path = argv[optind];
	return -1;
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

	flows_init(&replay.flows);
	status = parse(&replay, argc, argv);
	if (status < 0)
		status = run(&replay);
	flows_free(&replay.flows);
	view_free(&replay.view);
	return status;
}
