// SPDX-License-Identifier: GPL-2.0-only
/*
 * Raw bytes to struct tcpfsm_segment. Never reads past what it was given;
 * what the network sent is data, not a promise.
 */
#include "bytes.h"
#include "segment.h"
#include "serial.h"

/* IANA TCP option kinds. */
enum {
	OPT_END = 0,
	OPT_NOP = 1,
	OPT_MSS = 2,
	OPT_WSCALE = 3,
	OPT_SACK_PERMITTED = 4,
	OPT_SACK = 5,
	OPT_TIMESTAMP = 8,
	OPT_MPTCP = 30,
	OPT_FASTOPEN = 34,
};

/* IANA protocol numbers of IPv6 extension headers. */
enum {
	NEXT_HOPOPTS = 0,
	NEXT_TCP = 6,
	NEXT_ROUTING = 43,
	NEXT_FRAGMENT = 44,
	NEXT_AUTH = 51,
	NEXT_DSTOPTS = 60,
	NEXT_MOBILITY = 135,
};

/* Types of the routing header. */
enum {
	ROUTING_SOURCE = 0,
	ROUTING_MOBILE = 2,
	ROUTING_SEGMENTS = 4,
};

/* RFC 7323 2.3: larger shifts are to be taken as 14. */
#define WSCALE_MAX 14

/* SACK blocks from @at on, up to @end. */
static void parse_sack(struct tcpfsm_segment *seg, const u8 *tcp, u32 at, u32 end)
{
	for (; at + 8 <= end; at += 8) {
		u32 edge = tcpfsm_be32(tcp + at + 4);

		if (!seg->has_sack || tcpfsm_after(edge, seg->sack_edge))
			seg->sack_edge = edge;
		seg->has_sack = true;
	}
}

/* The value and its echo, the last 8 bytes before @end. */
static inline void take_timestamp(struct tcpfsm_segment *seg, const u8 *tcp, u32 end)
{
	seg->options |= TCPFSM_OPT_TS;
	seg->has_ts = true;
	seg->tsval = tcpfsm_be32(tcp + end - 8);
	seg->tsecr = tcpfsm_be32(tcp + end - 4);
}

/*
 * One option, from @at to @end: kind, length and what it says, which is read from
 * the end back, as that is what was seen to lie within the header.
 */
static void parse_option(struct tcpfsm_segment *seg, const u8 *tcp, u32 at, u32 end)
{
	bool syn = seg->flags & TCPFSM_SYN;
	u32 len = end - at;

	switch (tcp[at]) {
	case OPT_MSS:
		if (syn && len == 4)
			seg->mss = tcpfsm_be16(tcp + end - 2);
		break;
	case OPT_WSCALE:
		if (syn && len == 3) {
			seg->has_wscale = true;
			seg->wscale = tcp[end - 1] > WSCALE_MAX ? WSCALE_MAX : tcp[end - 1];
		}
		break;
	case OPT_SACK_PERMITTED:
		if (syn && len == 2)
			seg->options |= TCPFSM_OPT_SACK;
		break;
	case OPT_SACK:
		parse_sack(seg, tcp, at + 2, end);
		break;
	case OPT_TIMESTAMP:
		if (len == 10)
			take_timestamp(seg, tcp, end);
		break;
	case OPT_FASTOPEN:
		seg->options |= TCPFSM_OPT_TFO;
		break;
	case OPT_MPTCP:
		seg->options |= TCPFSM_OPT_MPTCP;
		break;
	}
}

static bool has_timestamp_only(const u8 *tcp, u32 header)
{
	return header == TCPFSM_TCP_HEADER_MIN + TCPFSM_TIMESTAMP_LEN &&
	       tcpfsm_be32(tcp + TCPFSM_TCP_HEADER_MIN) == TCPFSM_TIMESTAMP_ONLY;
}

/* RFC 9293 3.1: kinds 0 and 1 are one byte, all others have a length. */
static void parse_options(struct tcpfsm_segment *seg, const u8 *tcp, u32 header)
{
	u32 at = TCPFSM_TCP_HEADER_MIN;

	if (has_timestamp_only(tcp, header)) {
		take_timestamp(seg, tcp, header);
		return;
	}
	while (at < header && tcp[at] != OPT_END) {
		u32 end = at + 1;

		if (tcp[at] != OPT_NOP) {
			if (end < header)
				end = at + tcp[end];
			if (end < at + 2 || end > header) {
				seg->bad_options = true;
				return;
			}
			parse_option(seg, tcp, at, end);
		}
		at = end;
	}
}

/**
 * tcpfsm_segment_parse() - read a TCP header
 * @seg: filled in
 * @tcp: the header's bytes
 * @have: how many bytes stand at @tcp; the whole header, unless it is shorter
 *	than its data offset says
 * @total: header and payload together, in bytes
 *
 * Options that are damaged do not make the segment unusable: the peer reads
 * those before the damage and takes the segment (tcp_parse_options()), and so
 * do we; @seg->bad_options says so.
 *
 * Context: any.
 * Return: 0, or -1 for a header that no stack would take (data offset below 5
 * or past the end); @seg is then not to be used.
 */
int tcpfsm_segment_parse(struct tcpfsm_segment *seg, const u8 *tcp, u32 have, u32 total)
{
	u32 header;

	if (have < TCPFSM_TCP_HEADER_MIN || total < TCPFSM_TCP_HEADER_MIN)
		return -1;
	header = tcpfsm_tcp_header_len(tcp);
	if (header < TCPFSM_TCP_HEADER_MIN || header > total || header > have)
		return -1;

	memset(seg, 0, sizeof(*seg));
	seg->sport = tcpfsm_be16(tcp);
	seg->dport = tcpfsm_be16(tcp + 2);
	seg->seq = tcpfsm_be32(tcp + 4);
	seg->ack = tcpfsm_be32(tcp + 8);
	seg->flags = tcp[13];
	seg->window = tcpfsm_be16(tcp + 14);
	seg->len = total - header;
	parse_options(seg, tcp, header);

	/* RFC 3168 6.1.1: a SYN asks with ECE and CWR, a SYN-ACK agrees with ECE. */
	if (seg->flags & TCPFSM_SYN) {
		u8 ecn = seg->flags & (TCPFSM_ECE | TCPFSM_CWR);
		u8 want = seg->flags & TCPFSM_ACK ? TCPFSM_ECE : TCPFSM_ECE | TCPFSM_CWR;

		if (ecn == want)
			seg->options |= TCPFSM_OPT_ECN;
	}
	return 0;
}

static enum tcpfsm_walk judge(const struct tcpfsm_ip6_walk *walk)
{
	switch (walk->next) {
	case NEXT_TCP:
		return TCPFSM_WALK_TCP;
	case NEXT_HOPOPTS:
	case NEXT_ROUTING:
	case NEXT_FRAGMENT:
	case NEXT_AUTH:
	case NEXT_DSTOPTS:
	case NEXT_MOBILITY:
		return TCPFSM_WALK_MORE;
	default:
		return TCPFSM_WALK_OTHER;
	}
}

/*
 * Whom a packet is for whose routing header has segments left (RFC 8200 4.4): of Mobile
 * IPv6 (RFC 6275 6.4) it has one address; of segment routing (RFC 8754 2) the first is
 * the last to be visited, of type 0 (RFC 2460 4.4) the last. Others are not read.
 */
static void pass_routing(struct tcpfsm_ip6_walk *walk, const u8 *header)
{
	/* In units of 8 bytes, without the first. */
	u32 len = header[1];

	if (!header[3] || len < 2)
		return;
	walk->routed = true;
	if (header[2] == ROUTING_MOBILE || header[2] == ROUTING_SEGMENTS)
		walk->target = walk->offset + 8;
	else if (header[2] == ROUTING_SOURCE)
		walk->target = walk->offset + 8 + (len / 2 - 1) * 16;
}

/**
 * tcpfsm_ip6_begin() - start at the fixed header of IPv6
 * @walk: filled in
 * @next: its next header field
 *
 * Return: TCPFSM_WALK_TCP, _MORE or _OTHER.
 */
enum tcpfsm_walk tcpfsm_ip6_begin(struct tcpfsm_ip6_walk *walk, u8 next)
{
	walk->next = next;
	walk->offset = TCPFSM_IP6_HEADER;
	walk->fragment = false;
	walk->routed = false;
	walk->target = 0;
	return judge(walk);
}

/**
 * tcpfsm_ip6_step() - pass one extension header (RFC 8200 4)
 * @walk: the walk, which said TCPFSM_WALK_MORE
 * @header: the first 8 bytes at @walk->offset
 *
 * Return: what stands behind it.
 */
enum tcpfsm_walk tcpfsm_ip6_step(struct tcpfsm_ip6_walk *walk, const u8 *header)
{
	u32 len = (header[1] + 1) * 8;

	if (walk->next == NEXT_AUTH) {
		len = (header[1] + 2) * 4;		/* RFC 4302 2.2 */
	} else if (walk->next == NEXT_FRAGMENT) {
		len = 8;				/* RFC 8200 4.5 */
		if (tcpfsm_be16(header + 2) & 0xfff8) {
			/* What it is a fragment of; other headers may stand before it. */
			walk->next = header[0];
			return TCPFSM_WALK_FRAGMENT;
		}
		if (tcpfsm_be16(header + 2) & 1)
			walk->fragment = true;
	} else if (walk->next == NEXT_ROUTING) {
		pass_routing(walk, header);
	}
	walk->next = header[0];
	walk->offset += len;
	return judge(walk);
}
