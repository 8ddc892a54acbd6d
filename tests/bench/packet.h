/* SPDX-License-Identifier: GPL-2.0-only */
/* The one packet that is used over and over; it is never sent. */
#ifndef BENCH_PACKET_H
#define BENCH_PACKET_H

#include <linux/in6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>

#define BENCH_PAYLOAD 100

/**
 * struct bench_form - what all segments have in common
 * @family: NFPROTO_IPV4 or NFPROTO_IPV6
 * @timestamps: each has the timestamp option, as Linux sends it
 */
struct bench_form {
	u8 family;
	bool timestamps;
};

/**
 * struct bench_segment - a segment
 * @flow: its client's address and port come from this number
 * @from_client: else from the server
 * @flags: of TCP
 * @seq: of TCP
 * @ack: of TCP
 * @payload: bytes, at most BENCH_PAYLOAD
 */
struct bench_segment {
	u32 flow;
	bool from_client;
	u8 flags;
	u32 seq;
	u32 ack;
	u32 payload;
};

struct sk_buff *bench_packet_new(struct net_device *dev, const struct bench_form *form);
void bench_packet_free(struct sk_buff *skb);
void bench_packet_ends(const struct bench_form *form, u32 flow, struct in6_addr addr[2],
		       __be16 port[2]);
void bench_packet_set(struct sk_buff *skb, const struct bench_form *form,
		      const struct bench_segment *seg);

#endif
