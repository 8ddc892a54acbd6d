/* SPDX-License-Identifier: GPL-2.0-only */
/* From the bytes of an IP packet to a key and a segment. */
#ifndef TCPFSM_CLI_PACKET_H
#define TCPFSM_CLI_PACKET_H

#include "capture.h"
#include "key.h"
#include "segment.h"

enum packet_kind {
	PACKET_OTHER,		/* not TCP: not ours */
	PACKET_TCP,
	PACKET_FRAGMENT,	/* of a TCP packet, without the header */
	PACKET_MALFORMED,	/* TCP, but no stack would take it */
	PACKET_SHORT,		/* not enough of it was captured */
};

/**
 * struct packet - a packet, read
 * @key: sender first
 * @seg: the segment
 * @tcp: what was captured from the TCP header on
 * @total: length of TCP header and payload, as the IP header says
 * @cut: not all options were captured
 */
struct packet {
	struct flow_key key;
	struct tcpfsm_segment seg;
	struct bytes tcp;
	u32 total;
	bool cut;
};

enum packet_kind packet_read(struct packet *packet, u16 protocol, const struct bytes *ip);
bool packet_checksum_ok(const struct packet *packet);

#endif
