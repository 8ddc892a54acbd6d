/* SPDX-License-Identifier: GPL-2.0-only */
/* A TCP segment in host byte order, and how it is read from raw bytes. */
#ifndef TCPFSM_SEGMENT_H
#define TCPFSM_SEGMENT_H

#include "states.h"

/* RFC 9293 3.1; the longest header a data offset of 15 words can say. */
#define TCPFSM_TCP_HEADER_MIN 20
#define TCPFSM_TCP_HEADER_MAX 60

/*
 * RFC 7323 appendix A: NOP, NOP and a timestamp, which is what most segments of most
 * stacks have. The first word, and bytes of it all.
 */
#define TCPFSM_TIMESTAMP_ONLY 0x0101080aU
#define TCPFSM_TIMESTAMP_LEN 12

enum {
	TCPFSM_FIN = 0x01,
	TCPFSM_SYN = 0x02,
	TCPFSM_RST = 0x04,
	TCPFSM_PSH = 0x08,
	TCPFSM_ACK = 0x10,
	TCPFSM_URG = 0x20,
	TCPFSM_ECE = 0x40,
	TCPFSM_CWR = 0x80,
};

/**
 * struct tcpfsm_segment - what the rules need of one segment
 * @seq: sequence number of the first byte (of the SYN, if there is one)
 * @ack: acknowledgment number, meaningful with TCPFSM_ACK
 * @len: bytes of payload; SYN and FIN are not in it
 * @sport: source port
 * @dport: destination port
 * @window: window field, not scaled
 * @flags: TCPFSM_FIN ...
 * @wscale: shift of the window scale option, 0 to 14; with @has_wscale
 * @mss: maximum segment size option, 0 where absent
 * @options: TCPFSM_OPT_* offered (ECN is read from the flags)
 * @has_wscale: the option was there
 * @has_ts: @tsval and @tsecr are meaningful
 * @tsval: timestamp option's value
 * @tsecr: and the one it echoes
 * @sack_edge: highest right edge of the SACK blocks; with @has_sack
 * @has_sack: there was a SACK block
 * @partial: the first fragment of a larger packet: @len is too small, and where
 *	a FIN would stand is not known; set by whoever reads the IP header
 * @bad_options: an option had length 0, 1 or went past the end; those before
 *	it count
 */
struct tcpfsm_segment {
	u32 seq;
	u32 ack;
	u32 len;
	u16 sport;
	u16 dport;
	u16 window;
	u8 flags;
	u8 wscale;
	u16 mss;
	u8 options;
	bool has_wscale;
	bool has_ts;
	bool has_sack;
	bool bad_options;
	bool partial;
	u32 tsval;
	u32 tsecr;
	u32 sack_edge;
};

/* The sequence number after the segment: SYN and FIN take one each. */
static __always_inline u32 tcpfsm_end(const struct tcpfsm_segment *seg)
{
	return seg->seq + seg->len + !!(seg->flags & TCPFSM_SYN) +
	       !!(seg->flags & TCPFSM_FIN);
}

/**
 * tcpfsm_tcp_header_len() - what the data offset of a TCP header says
 * @tcp: at least 13 bytes
 *
 * Return: bytes, 0 to 60; below 20 the header is damaged.
 */
static inline u32 tcpfsm_tcp_header_len(const u8 *tcp)
{
	return (tcp[12] >> 4) * 4;
}

int tcpfsm_segment_parse(struct tcpfsm_segment *seg, const u8 *tcp, u32 have, u32 total);

/**
 * struct tcpfsm_ip6_walk - a walk over the extension headers of IPv6
 * @next: protocol of the header at @offset
 * @offset: from the start of the IPv6 header
 * @fragment: a fragment header with offset 0 was passed: the first fragment
 * @routed: a routing header was passed that has segments left
 * @target: where from the start of the IPv6 header the address stands that the packet
 *	is for in the end; the header's own says so if this is 0
 */
struct tcpfsm_ip6_walk {
	u8 next;
	bool fragment;
	bool routed;
	u32 offset;
	u32 target;
};

#define TCPFSM_IP6_HEADER 40
/* Bytes that tcpfsm_ip6_step() must be given of each extension header. */
#define TCPFSM_IP6_EXT_MIN 8
/* RFC 8200 sets no limit; the kernel's own walk in the fast path has none either, but ours ends. */
#define TCPFSM_IP6_EXT_MAX 16

enum tcpfsm_walk {
	TCPFSM_WALK_TCP,	/* @offset is where TCP begins */
	TCPFSM_WALK_MORE,	/* give the 8 bytes at the new @offset */
	TCPFSM_WALK_OTHER,	/* not TCP */
	TCPFSM_WALK_FRAGMENT,	/* a fragment that is not the first */
};

enum tcpfsm_walk tcpfsm_ip6_begin(struct tcpfsm_ip6_walk *walk, u8 next);
enum tcpfsm_walk tcpfsm_ip6_step(struct tcpfsm_ip6_walk *walk, const u8 *header);

#endif
