/* SPDX-License-Identifier: GPL-2.0-only */
/* From the bytes of an IP packet to a key and a segment. */
#ifndef TCPFSM_CLI_PACKET_H
#define TCPFSM_CLI_PACKET_H

#include "capture.h"
#include "icmp.h"
#include "key.h"
#include "segment.h"

enum packet_kind {
	PACKET_OTHER,		/* neither TCP nor an ICMP error about it: not ours */
	PACKET_TCP,
	PACKET_ICMP,		/* an error about a segment */
	PACKET_FRAGMENT,	/* of a TCP packet, without the header */
	PACKET_MALFORMED,	/* TCP, but no stack would take it */
	PACKET_SHORT,		/* not enough of it was captured */
};

/**
 * struct packet - a packet, read
 * @key: sender first; of an ICMP error, of the segment that it quotes
 * @seg: the segment
 * @icmp: the error, of PACKET_ICMP
 * @from: who sent that
 * @to: and to whom
 * @body: what was captured from the TCP or ICMP header on
 * @total: length of that, as the IP header says
 * @protocol: IPPROTO_TCP, IPPROTO_ICMP or IPPROTO_ICMPV6
 * @cut: not all options were captured
 */
struct packet {
	struct flow_key key;
	struct tcpfsm_segment seg;
	struct tcpfsm_icmp icmp;
	u8 from[16];
	u8 to[16];
	struct bytes body;
	u32 total;
	u8 protocol;
	bool cut;
};

enum packet_kind packet_read(struct packet *packet, u16 protocol, const struct bytes *ip);
bool packet_checksum_ok(const struct packet *packet);

#endif
