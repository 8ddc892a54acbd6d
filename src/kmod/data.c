// SPDX-License-Identifier: GPL-2.0-only
/*
 * The short way of data and ACKs through the module: nearly all segments, and
 * what each costs is what leaving the module loaded costs. Whatever is not
 * plain here, a header that is not in one piece, an option beside the
 * timestamp, a flow in doubt, goes the long way of hooks.c.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jiffies.h>
#include <linux/tcp.h>
#include <net/tcp.h>

#include "../core/data.h"
#include "data.h"
#include "lookup.h"
#include "packet.h"

/* RFC 7323 appendix A: NOP, NOP, timestamp; what most stacks send. */
#define TIMESTAMP_ONLY htonl((TCPOPT_NOP << 24) | (TCPOPT_NOP << 16) | \
			     (TCPOPT_TIMESTAMP << 8) | TCPOLEN_TIMESTAMP)

/* A kernel that clears the stack of each function (INIT_STACK_ALL_ZERO) need not do it here. */
#if __has_attribute(__uninitialized__)
#define NOT_CLEARED __attribute__((__uninitialized__))
#else
#define NOT_CLEARED
#endif

/* @have: bytes of TCP that are in one piece, at least a header; @total: bytes of TCP */
static __always_inline bool read_data(struct tcpfsm_segment *seg, __be16 *port,
				      const struct tcphdr *tcp, unsigned int have,
				      unsigned int total)
{
	const __be32 *option = (const __be32 *)(tcp + 1);
	unsigned int header = tcp->doff * 4;

	seg->flags = tcp_flag_byte(tcp);
	if (!tcpfsm_is_plain(seg) || header > total)
		return false;
	seg->has_ts = header != sizeof(*tcp);
	if (seg->has_ts) {
		if (header != sizeof(*tcp) + TCPOLEN_TSTAMP_ALIGNED || header > have ||
		    option[0] != TIMESTAMP_ONLY)
			return false;
		seg->tsval = ntohl(option[1]);
	}
	seg->seq = ntohl(tcp->seq);
	seg->ack = ntohl(tcp->ack_seq);
	seg->window = ntohs(tcp->window);
	seg->len = total - header;
	seg->has_sack = false;
	port[0] = tcp->source;
	port[1] = tcp->dest;
	return true;
}

static __always_inline bool read_ip4(struct tcpfsm_key *key, struct tcpfsm_segment *seg,
				     const struct sk_buff *skb)
{
	int have = skb_tail_pointer(skb) - skb_network_header(skb);
	const struct iphdr *ip = ip_hdr(skb);
	const unsigned int least = sizeof(*ip) + sizeof(struct tcphdr);

	if (have < (int)least || ip->ihl != 5 || ip->protocol != IPPROTO_TCP ||
	    ip->frag_off & htons(IP_MF | IP_OFFSET))
		return false;
	key->family = AF_INET;
	key->ifindex = 0;
	key->addr[0].s6_addr32[0] = ip->saddr;
	key->addr[1].s6_addr32[0] = ip->daddr;
	return read_data(seg, key->port, (const struct tcphdr *)(ip + 1), have - sizeof(*ip),
			 skb->len - skb_network_offset(skb) - sizeof(*ip));
}

static __always_inline bool read_ip6(struct tcpfsm_key *key, struct tcpfsm_segment *seg,
				     const struct sk_buff *skb)
{
	int have = skb_tail_pointer(skb) - skb_network_header(skb);
	const struct ipv6hdr *ip = ipv6_hdr(skb);
	const unsigned int least = sizeof(*ip) + sizeof(struct tcphdr);

	if (have < (int)least || ip->nexthdr != IPPROTO_TCP ||
	    tcpfsm_is_link_local(&ip->saddr) || tcpfsm_is_link_local(&ip->daddr))
		return false;
	key->family = AF_INET6;
	key->ifindex = 0;
	key->addr[0] = ip->saddr;
	key->addr[1] = ip->daddr;
	return read_data(seg, key->port, (const struct tcphdr *)(ip + 1), have - sizeof(*ip),
			 skb->len - skb_network_offset(skb) - sizeof(*ip));
}

/* Does the flow take the segment? Its lock is held no longer than that takes. */
static __always_inline bool follow(struct tcpfsm_entry *entry, unsigned int who,
				   const struct tcpfsm_segment *seg, enum tcpfsm_point point)
{
	bool bh = !in_softirq();
	bool done;

	if (bh)
		local_bh_disable();
	spin_lock(&entry->lock);
	done = !entry->dead && tcpfsm_follow(&entry->flow, who, seg, point);
	if (done)
		entry->heard = get_jiffies_64();
	spin_unlock(&entry->lock);
	if (bh)
		local_bh_enable();
	return done;
}

static __always_inline bool take(struct tcpfsm_net *tn, const struct tcpfsm_key *key,
				 const struct tcpfsm_segment *seg, enum tcpfsm_point point)
{
	struct tcpfsm_entry *entry;
	unsigned int who;

	entry = tcpfsm_lookup(tn, key, tcpfsm_hash(tn, key), &who);
	if (!entry || !follow(entry, who, seg, point))
		return false;
	if (point == TCPFSM_AT_LOOP_IN)
		return true;
	if (seg->len)
		tcpfsm_count(tn, seg_data);
	else
		tcpfsm_count(tn, seg_ack);
	return true;
}

/* Do the settings want all segments, and all of each? */
static bool wants_all(const struct tcpfsm_net *tn)
{
	return READ_ONCE(tn->settings.strict) && !READ_ONCE(tn->settings.mark_mask) &&
	       !rcu_access_pointer(tn->ports);
}

/**
 * tcpfsm_data() - the short way for a packet
 * @tn: the namespace
 * @skb: in a hook of IPv4 or IPv6, network header set
 * @state: the hook's
 * @point: enum tcpfsm_point
 *
 * Context: softirq or process, RCU read side.
 * Return: false if nothing was done: the packet needs the long way.
 */
bool tcpfsm_data(struct tcpfsm_net *tn, const struct sk_buff *skb,
		 const struct nf_hook_state *state, enum tcpfsm_point point)
{
	struct tcpfsm_segment seg NOT_CLEARED;
	struct tcpfsm_key key NOT_CLEARED;

	if (!wants_all(tn) || tcpfsm_packet_is_translated(skb, state))
		return false;
	if (state->pf == NFPROTO_IPV4)
		return read_ip4(&key, &seg, skb) && take(tn, &key, &seg, point);
	return IS_ENABLED(CONFIG_IPV6) && read_ip6(&key, &seg, skb) && take(tn, &key, &seg, point);
}
