/* SPDX-License-Identifier: GPL-2.0-only */
/* From an sk_buff in a netfilter hook to a key and a segment. */
#ifndef TCPFSM_PACKET_H
#define TCPFSM_PACKET_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <net/netfilter/nf_conntrack.h>

#include "table.h"

enum tcpfsm_packet_kind {
	TCPFSM_PACKET_OTHER,		/* neither TCP nor ICMP: not ours */
	TCPFSM_PACKET_TCP,
	TCPFSM_PACKET_ICMP,		/* whole, of the same family */
	TCPFSM_PACKET_FRAGMENT,		/* of a TCP packet, without the header */
	TCPFSM_PACKET_MALFORMED,	/* TCP, but no stack would take it */
};

/**
 * struct tcpfsm_packet - a packet, read
 * @key: sender first; of ICMP without ports and interface
 * @seg: the segment
 * @offset: of the TCP or ICMP header in the sk_buff
 */
struct tcpfsm_packet {
	struct tcpfsm_key key;
	struct tcpfsm_segment seg;
	unsigned int offset;
};

/* Link-local addresses mean something on one link only (RFC 4007 6). */
static inline bool tcpfsm_is_link_local(const struct in6_addr *addr)
{
	return (addr->s6_addr32[0] & htonl(0xffc00000)) == htonl(0xfe800000);
}

/* Has conntrack put one of these IPS_* on its connection? */
static inline bool tcpfsm_packet_has_status(const struct sk_buff *skb, unsigned long status)
{
#if IS_ENABLED(CONFIG_NF_CONNTRACK)
	enum ip_conntrack_info info;
	const struct nf_conn *ct = nf_ct_get(skb, &info);

	return ct && READ_ONCE(ct->status) & status;
#else
	return false;
#endif
}

/* Does NAT change the addresses of its connection? */
static inline bool tcpfsm_packet_has_nat(const struct sk_buff *skb)
{
	return tcpfsm_packet_has_status(skb, IPS_NAT_MASK);
}

/*
 * Where a packet is forwarded, may those behind it pass no hook? A flowtable has its connection
 * from here on (nft_flow_offload_eval()), and gives back what it has no use for: what ends a
 * connection, what comes after a pause, what is too large.
 */
#define TCPFSM_STATUS_OFFLOADED (IPS_OFFLOAD | IPS_HW_OFFLOAD)

static inline bool tcpfsm_packet_is_offloaded(const struct sk_buff *skb)
{
	return tcpfsm_packet_has_status(skb, TCPFSM_STATUS_OFFLOADED);
}

/*
 * Are the names, or the numbers, that @hook sees not those of its flow? Over loopback both
 * hooks see the other end's names; where a packet is forwarded its numbers are changed behind
 * the hook, see tcpfsm_packet_adjust(), or those that follow are not seen.
 */
static __always_inline bool tcpfsm_packet_is_special(const struct sk_buff *skb,
						     unsigned int hook, enum tcpfsm_point point)
{
	if (hook == NF_INET_FORWARD)
		return tcpfsm_packet_has_status(skb, IPS_SEQ_ADJUST | TCPFSM_STATUS_OFFLOADED);
	if (hook == NF_INET_LOCAL_IN && point != TCPFSM_AT_LOOP_IN)
		return false;
	return tcpfsm_packet_has_nat(skb);
}

enum tcpfsm_packet_kind tcpfsm_packet_read(struct tcpfsm_packet *packet,
					   const struct sk_buff *skb,
					   const struct nf_hook_state *state);
int tcpfsm_packet_link(const struct sk_buff *skb, const struct nf_hook_state *state);
enum tcpfsm_point tcpfsm_packet_undo_nat(struct tcpfsm_packet *packet, const struct sk_buff *skb,
					 enum tcpfsm_point point);
void tcpfsm_packet_adjust(struct tcpfsm_packet *packet, const struct sk_buff *skb);
bool tcpfsm_packet_checksum_ok(const struct tcpfsm_packet *packet, const struct sk_buff *skb,
			       u8 protocol);

#endif
