// SPDX-License-Identifier: GPL-2.0-only
/* Capture files, through libpcap: what is read, and where it breaks off. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "capture.h"
#include "cli.h"

/* The year 2255: a time beyond it, plus any limit, still fits in 64 bits of nanoseconds. */
#define TIME_MAX_S 9000000000LL

static bool open_file(struct capture *capture, const char *path)
{
	struct stat st;

	capture->name = strcmp(path, "-") ? path : "standard input";
	capture->file = strcmp(path, "-") ? fopen(path, "rb") : stdin;
	if (!capture->file || fstat(fileno(capture->file), &st)) {
		cli_error("%s: %s", capture->name, strerror(errno));
		return false;
	}
	if (S_ISDIR(st.st_mode)) {
		cli_error("%s: %s", capture->name, strerror(EISDIR));
		fclose(capture->file);
		return false;
	}
	capture->size = S_ISREG(st.st_mode) ? st.st_size : -1;
	return true;
}

/*
 * Compressed, it is no capture to libpcap. No capture begins with the first of these bytes,
 * so that the second need not be given back.
 */
static bool is_plain(const struct capture *capture)
{
	int byte = getc(capture->file);

	if (byte != 0x1f) {
		ungetc(byte, capture->file);
		return true;
	}
	if (getc(capture->file) != 0x8b)
		return true;
	if (capture->file == stdin)
		cli_error("%s: compressed with gzip: put zcat before it", capture->name);
	else
		cli_error("%s: compressed with gzip: zcat it, and read standard input, as zcat %s | tcpfsm replay -",
			  capture->name, capture->name);
	return false;
}

static bool check_link(const struct capture *capture)
{
	int type = pcap_datalink(capture->pcap);
	const char *name = pcap_datalink_val_to_name(type);
	const char *text = pcap_datalink_val_to_description(type);

	if (link_is_known(type))
		return true;
	cli_error("%s: link type %d, %s (%s), cannot be read", capture->name, type,
		  name ? name : "unknown", text ? text : "nobody knows it");
	return false;
}

/**
 * capture_open() - open a capture and look at its header
 * @capture: filled in
 * @path: of the file; "-" is standard input
 *
 * Return: false after telling why not.
 */
bool capture_open(struct capture *capture, const char *path)
{
	char why[PCAP_ERRBUF_SIZE] = "";

	memset(capture, 0, sizeof(*capture));
	if (!open_file(capture, path))
		return false;
	if (!is_plain(capture)) {
		if (capture->file != stdin)
			fclose(capture->file);
		return false;
	}
	capture->pcap = pcap_fopen_offline_with_tstamp_precision(capture->file,
								 PCAP_TSTAMP_PRECISION_NANO, why);
	if (!capture->pcap) {
		cli_error("%s: not a capture that can be read: %s", capture->name, why);
		if (capture->file != stdin)
			fclose(capture->file);
		return false;
	}
	if (!check_link(capture)) {
		capture_close(capture);
		return false;
	}
	return true;
}

/* Timestamps are data too: a damaged one may be anything. */
static u64 time_of(const struct timeval *ts)
{
	u64 seconds = 0;

	if (ts->tv_sec > 0)
		seconds = ts->tv_sec < TIME_MAX_S ? ts->tv_sec : TIME_MAX_S;
	/* Asked to be exact, libpcap puts nanoseconds into tv_usec. */
	return seconds * NSEC_PER_SEC + (u32)ts->tv_usec;
}

static void tell_damage(const struct capture *capture, off_t offset)
{
	unsigned long long number = capture->number + 1;

	if (offset < 0)
		cli_error("%s: packet %llu: %s", capture->name, number,
			  pcap_geterr(capture->pcap));
	else
		cli_error("%s: packet %llu at offset %lld: %s", capture->name, number,
			  (long long)offset, pcap_geterr(capture->pcap));
}

/* libpcap has no number for it: to it, a capture has one link type and one snapshot length. */
static bool is_mixed(const struct capture *capture)
{
	return strstr(pcap_geterr(capture->pcap), " of the first interface");
}

static void tell_mixed(const struct capture *capture)
{
	const char *advice = "interfaces of different link types: keep one of them, as tshark -r FILE -Y frame.interface_id==0 -w - | editcap -F pcap -T ether - ONE.pcap";

	if (strstr(pcap_geterr(capture->pcap), "snapshot length"))
		advice = "interfaces of different snapshot lengths: make one of them, as editcap -F pcap FILE ONE.pcap";
	cli_error("%s: packet %llu: %s", capture->name, (unsigned long long)capture->number + 1,
		  advice);
}

/**
 * capture_next() - read a packet
 * @capture: the capture
 * @packet: the packet, good until the next one is read
 *
 * Return: CAPTURE_PACKET, or why there is none.
 */
enum capture_end capture_next(struct capture *capture, struct bytes *packet)
{
	/* The packet's record begins here, in pcapng perhaps a block before it. */
	off_t offset = capture->size < 0 ? -1 : ftello(capture->file);
	struct pcap_pkthdr *header;
	const u8 *data;

	switch (pcap_next_ex(capture->pcap, &header, &data)) {
	case 1:
		break;
	case PCAP_ERROR_BREAK:
		return CAPTURE_END;
	default:
		if (is_mixed(capture)) {
			tell_mixed(capture);
			return CAPTURE_MIXED;
		}
		tell_damage(capture, offset);
		return CAPTURE_DAMAGED;
	}
	capture->number++;
	capture->time_ns = time_of(&header->ts);
	packet->at = data;
	packet->have = header->caplen;
	packet->wire = header->len > header->caplen ? header->len : header->caplen;
	return CAPTURE_PACKET;
}

/**
 * capture_close() - close a capture
 * @capture: the capture
 */
void capture_close(struct capture *capture)
{
	/* Closes the file with it, but for standard input. */
	pcap_close(capture->pcap);
}
