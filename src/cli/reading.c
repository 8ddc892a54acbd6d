// SPDX-License-Identifier: GPL-2.0-only
/* A capture, read through the rules of src/core from its first packet to its last. */
#include <time.h>
#include <unistd.h>

#include "capture.h"
#include "cli.h"
#include "reading.h"

/* A look at the real clock every so many packets. */
#define PROGRESS_PACKETS 8192
/* Nothing is said of what takes no longer than this. */
#define PROGRESS_AFTER_MS 1000
#define PROGRESS_EVERY_MS 200

/**
 * reading_init() - nothing read yet
 * @reading: filled in; what flows report, and to whom, is the caller's
 */
void reading_init(struct reading *reading)
{
	memset(reading, 0, sizeof(*reading));
	flows_init(&reading->flows);
}

static u64 real_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}

/* Only for somebody who waits at a terminal and sees nothing else. */
static void tell_progress(struct reading *reading, const struct capture *capture)
{
	u64 now = real_ms();
	off_t at = ftello(capture->file);

	if (now - reading->told_ms < (reading->progress ? PROGRESS_EVERY_MS : PROGRESS_AFTER_MS))
		return;
	reading->told_ms = now;
	reading->progress = true;
	fprintf(stderr, "\r%llu packets, %llu flows", (unsigned long long)capture->number,
		(unsigned long long)reading->flows.begun);
	if (capture->size > 0 && at >= 0)
		fprintf(stderr, ", %d %%", (int)(at * 100 / capture->size));
	fputs("\033[K", stderr);
}

static void end_progress(const struct reading *reading)
{
	if (reading->progress)
		fputs("\r\033[K", stderr);
}

static void take_tcp(struct reading *reading, const struct packet *packet)
{
	if (reading->checksums && !packet_checksum_ok(packet)) {
		flows_damaged(&reading->flows, packet);
		return;
	}
	flows_see(&reading->flows, packet, &reading->view);
}

static void take_icmp(struct reading *reading, const struct packet *packet)
{
	/* It is no TCP. */
	reading->other++;
	if (!reading->checksums || packet_checksum_ok(packet))
		flows_icmp(&reading->flows, packet);
}

static void take(struct reading *reading, const struct capture *capture, struct bytes *bytes)
{
	u16 protocol = link_strip(pcap_datalink(capture->pcap), bytes);
	struct packet packet;

	flows_advance(&reading->flows, capture->time_ns);
	if (protocol == LINK_CUT)
		reading->cut++;
	if (protocol == LINK_OTHER)
		reading->other++;
	if (protocol == LINK_OTHER || protocol == LINK_CUT)
		return;
	switch (packet_read(&packet, protocol, bytes)) {
	case PACKET_TCP:
		take_tcp(reading, &packet);
		break;
	case PACKET_ICMP:
		take_icmp(reading, &packet);
		break;
	case PACKET_SHORT:
		reading->cut++;
		break;
	case PACKET_MALFORMED:
		reading->malformed++;
		break;
	case PACKET_FRAGMENT:
		reading->fragments++;
		break;
	case PACKET_OTHER:
		reading->other++;
		break;
	}
}

static void tell_omission(u64 packets, const char *why)
{
	if (packets)
		cli_error("left out, as %s: %llu", why, (unsigned long long)packets);
}

/* What was left out is told; it is no error. */
static void tell_omissions(const struct reading *reading)
{
	tell_omission(reading->cut, "too little of them was captured");
	tell_omission(reading->malformed, "their TCP header is damaged");
	tell_omission(reading->fragments, "fragments without a TCP header");
	/* Beside flows, what else passed is nobody's question. */
	if (reading->other && !reading->flows.begun)
		cli_error("no TCP in %llu packets; tunnels (VXLAN, GRE, IPIP) are not opened",
			  (unsigned long long)reading->other);
}

static enum capture_end read_all(struct reading *reading, struct capture *capture)
{
	bool watched = isatty(STDERR_FILENO) && !reading->shown;
	enum capture_end end;
	struct bytes bytes;

	reading->told_ms = real_ms();
	while ((end = capture_next(capture, &bytes)) == CAPTURE_PACKET) {
		take(reading, capture, &bytes);
		if (watched && capture->number % PROGRESS_PACKETS == 0)
			tell_progress(reading, capture);
	}
	end_progress(reading);
	return end;
}

/**
 * reading_run() - read a capture
 * @reading: the reading
 * @path: of the file; "-" is standard input
 * @finish: called once all is read, before it is told what was left out; or NULL
 *
 * Return: exit status, whose cause has been told.
 */
int reading_run(struct reading *reading, const char *path,
		void (*finish)(struct reading *reading))
{
	struct capture capture;
	enum capture_end end;
	bool begun;

	if (!capture_open(&capture, path))
		return CLI_FAILED;
	end = read_all(reading, &capture);
	/* Told before the first packet: there is nothing to show. */
	begun = end != CAPTURE_MIXED || capture.number;
	if (finish && begun)
		finish(reading);
	tell_omissions(reading);
	capture_close(&capture);
	if (!begun)
		return CLI_FAILED;
	return end == CAPTURE_END ? CLI_OK : CLI_DAMAGED;
}

/**
 * reading_option() - an option that all that read captures have
 * @reading: changed
 * @option: READING_AT ...
 * @value: its argument
 *
 * Return: false after telling what is wrong.
 */
bool reading_option(struct reading *reading, int option, const char *value)
{
	switch (option) {
	case READING_AT:
		reading->at = true;
		if (view_at(&reading->view, value))
			return true;
		cli_error("--at %s: client, server or router is meant", value);
		return false;
	case READING_LOCAL:
		if (view_add_prefix(&reading->view, value))
			return true;
		cli_error("--local %s: an address or a prefix is meant", value);
		return false;
	case READING_SET:
		return flows_set(&reading->flows, value);
	case READING_CHECKSUMS:
		reading->checksums = true;
		return true;
	default:
		return false;
	}
}

/**
 * reading_is_clear() - do the options go together?
 * @reading: all options taken
 *
 * Return: false after telling that they do not.
 */
bool reading_is_clear(const struct reading *reading)
{
	if (!reading->at || !reading->view.prefixes)
		return true;
	cli_error("--at and --local exclude each other");
	return false;
}

/**
 * reading_free() - give back all memory
 * @reading: the reading
 */
void reading_free(struct reading *reading)
{
	flows_free(&reading->flows);
	view_free(&reading->view);
}
