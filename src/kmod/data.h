/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The short way of data and ACKs through the module: nearly all segments, and
 * what each costs is what leaving the module loaded costs. It is inline, for
 * each hook on its own. Whatever is not plain here, a header that is not in one
 * piece, an option beside the timestamp, a flow in doubt, goes the long way of
 * hooks.c.
 */
#ifndef TCPFSM_KMOD_DATA_H
#define TCPFSM_KMOD_DATA_H

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jiffies.h>
#include <linux/jump_label.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <net/tcp.h>

#include "lookup.h"
#include "packet.h"

/* Some namespace is in lite mode (strict=0). */
DECLARE_STATIC_KEY_FALSE(tcpfsm_lite);

void tcpfsm_data_switch(struct tcpfsm_net *tn);
void tcpfsm_data_exit(struct tcpfsm_net *tn);
bool tcpfsm_data_is_settled(const struct tcpfsm_net *tn, u64 from, u64 to, u32 hash,
			    const struct tcpfsm_key *key);

static __always_inline unsigned int tcpfsm_data_header(const struct tcphdr *tcp)
{
	return tcp->doff * 4;
}

/* @have: bytes of TCP that are in one piece, at least a header; @total: bytes of TCP */
static __always_inline bool tcpfsm_data_is_plain(const struct tcphdr *tcp, unsigned int have,
						 unsigned int total)
{
	unsigned int header = tcpfsm_data_header(tcp);

	if ((tcp_flag_byte(tcp) & (TCPHDR_SYN | TCPHDR_FIN | TCPHDR_RST | TCPHDR_ACK)) !=
	    TCPHDR_ACK || header > total)
		return false;
	return header == sizeof(*tcp) ||
	       (header == sizeof(*tcp) + TCPFSM_TIMESTAMP_LEN && header <= have &&
		*(const __be32 *)(tcp + 1) == htonl(TCPFSM_TIMESTAMP_ONLY));
}

/*
 * What tcpfsm_follow() needs. Read once the flow is there, as the compiler would
 * only have to put it by while the lock is taken.
 */
static __always_inline void tcpfsm_data_read(struct tcpfsm_segment *seg, const struct tcphdr *tcp,
					     unsigned int len)
{
	seg->flags = TCPFSM_ACK;
	seg->seq = ntohl(tcp->seq);
	seg->ack = ntohl(tcp->ack_seq);
	seg->window = ntohs(tcp->window);
	seg->len = len;
	seg->has_sack = false;
	seg->has_ts = tcpfsm_data_header(tcp) != sizeof(*tcp);
	if (seg->has_ts)
		seg->tsval = ntohl(((const __be32 *)(tcp + 1))[1]);
}

static __always_inline bool tcpfsm_data_follow(const struct tcpfsm_net *tn,
					       struct tcpfsm_name name, const struct tcphdr *tcp,
					       unsigned int len, enum tcpfsm_point point)
{
	struct tcpfsm_segment seg TCPFSM_NOT_CLEARED;
	struct tcpfsm_entry *entry;
	unsigned int who;

	entry = tcpfsm_lookup(tn, name, &who);
	if (!entry)
		return false;
	tcpfsm_data_read(&seg, tcp, len);
	if (!tcpfsm_follow(&entry->flow, &entry->way, who, &seg, point))
		return false;
	entry->heard = tcpfsm_mark_of(jiffies);
	return true;
}

/* Does the segment need no more than this? The lock is held no longer than that takes. */
static __always_inline bool tcpfsm_data_take(struct tcpfsm_net *tn, struct tcpfsm_name name,
					     const struct tcphdr *tcp, unsigned int total,
					     enum tcpfsm_point point)
{
	unsigned int len = total - tcpfsm_data_header(tcp);
	spinlock_t *lock = tcpfsm_lock_of(name.hash);
	bool bh, done;

	if (static_branch_unlikely(&tcpfsm_lite) && READ_ONCE(tn->lite)) {
		done = !READ_ONCE(*tcpfsm_pending(name.hash)) ||
		       tcpfsm_data_is_settled(tn, name.from, name.to, name.hash, name.key);
	} else {
		bh = tcpfsm_lock_segment(lock);
		done = tcpfsm_data_follow(tn, name, tcp, len, point);
		tcpfsm_unlock_segment(lock, bh);
	}
	/* Over loopback a segment passes twice, and counts once. */
	if (!done || point == TCPFSM_AT_LOOP_IN)
		return done;
	if (len)
		tcpfsm_count(tn, seg_data);
	else
		tcpfsm_count(tn, seg_ack);
	return true;
}

static __always_inline bool tcpfsm_data_ip4(struct tcpfsm_net *tn, const struct sk_buff *skb,
					    enum tcpfsm_point point)
{
	const struct iphdr *ip = (const struct iphdr *)skb->data;
	const struct tcphdr *tcp = (const struct tcphdr *)(ip + 1);
	int have = skb_headlen(skb) - sizeof(*ip);
	unsigned int total = skb->len - sizeof(*ip);

	if (have < (int)sizeof(*tcp) || ip->ihl != 5 || ip->protocol != IPPROTO_TCP ||
	    ip->frag_off & htons(IP_MF | IP_OFFSET) || !tcpfsm_data_is_plain(tcp, have, total))
		return false;
	return tcpfsm_data_take(tn, tcpfsm_name_ip4(tn, ip->saddr, tcp->source, ip->daddr,
						    tcp->dest), tcp, total, point);
}

static __always_inline bool tcpfsm_data_ip6(struct tcpfsm_net *tn, const struct sk_buff *skb,
					    enum tcpfsm_point point)
{
	const struct ipv6hdr *ip = (const struct ipv6hdr *)skb->data;
	const struct tcphdr *tcp = (const struct tcphdr *)(ip + 1);
	int have = skb_headlen(skb) - sizeof(*ip);
	unsigned int total = skb->len - sizeof(*ip);
	struct tcpfsm_key key TCPFSM_NOT_CLEARED;

	if (have < (int)sizeof(*tcp) || ip->nexthdr != IPPROTO_TCP ||
	    tcpfsm_is_link_local(&ip->saddr) || tcpfsm_is_link_local(&ip->daddr) ||
	    !tcpfsm_data_is_plain(tcp, have, total))
		return false;
	key.is_ip6 = true;
	key.ifindex = 0;
	key.addr[0] = ip->saddr;
	key.addr[1] = ip->daddr;
	key.port[0] = tcp->source;
	key.port[1] = tcp->dest;
	return tcpfsm_data_take(tn, tcpfsm_name_ip6(tn, &key), tcp, total, point);
}

/**
 * tcpfsm_data() - the short way for a packet
 * @tn: the namespace
 * @skb: in a hook of IPv4 or IPv6, network header set
 * @pf: NFPROTO_IPV4 or NFPROTO_IPV6
 * @hook: NF_INET_*
 * @point: enum tcpfsm_point
 *
 * Context: softirq or process, RCU read side.
 * Return: false if nothing was done: the packet needs the long way.
 */
static __always_inline bool tcpfsm_data(struct tcpfsm_net *tn, const struct sk_buff *skb,
					u8 pf, unsigned int hook, enum tcpfsm_point point)
{
	/* The packet begins with its IP header, as in these hooks it does. */
	if (!READ_ONCE(tn->plain) || skb->data != skb_network_header(skb) ||
	    tcpfsm_packet_is_special(skb, hook, point))
		return false;
	return pf == NFPROTO_IPV4 ? tcpfsm_data_ip4(tn, skb, point) :
				    tcpfsm_data_ip6(tn, skb, point);
}

#endif
