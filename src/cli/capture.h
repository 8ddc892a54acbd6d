/* SPDX-License-Identifier: GPL-2.0-only */
/* A capture file, read packet by packet. */
#ifndef TCPFSM_CAPTURE_H
#define TCPFSM_CAPTURE_H

#include <pcap/pcap.h>

#include "platform.h"

/**
 * struct bytes - a packet, or what is left of it
 * @at: its bytes
 * @have: how many of them were captured
 * @wire: how many there were on the wire; not less than @have
 */
struct bytes {
	const u8 *at;
	u32 have;
	u32 wire;
};

/**
 * struct capture - an open capture file
 * @name: for messages
 * @pcap: libpcap's
 * @file: what it reads from
 * @size: bytes, or -1 where that is not known
 * @number: packets read
 * @time_ns: timestamp of the latest one, since 1970
 */
struct capture {
	const char *name;
	pcap_t *pcap;
	FILE *file;
	off_t size;
	u64 number;
	u64 time_ns;
};

enum capture_end {
	CAPTURE_PACKET,
	CAPTURE_END,
	CAPTURE_DAMAGED,	/* and why has been told */
	CAPTURE_MIXED,		/* of interfaces that libpcap does not read together; told, too */
};

bool capture_open(struct capture *capture, const char *path);
enum capture_end capture_next(struct capture *capture, struct bytes *packet);
void capture_close(struct capture *capture);

/* link.c: what link_strip() returns beside ETH_P_IP and ETH_P_IPV6. */
enum {
	LINK_OTHER = 0,		/* not IP */
	LINK_CUT = 0xffff,	/* too little was captured to tell; nobody has this number */
};

bool link_is_known(int type);
u16 link_strip(int type, struct bytes *packet);

#endif
