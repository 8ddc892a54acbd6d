// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading packets. Everything goes through skb_header_pointer(): nothing is
 * pulled, copied out of place or changed.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack_extend.h>
#include <net/netfilter/nf_conntrack_seqadj.h>
#include <net/netfilter/nf_conntrack_synproxy.h>

#include "packet.h"

static __always_inline enum tcpfsm_packet_kind read_tcp(struct tcpfsm_packet *packet,
							const struct sk_buff *skb,
							unsigned int offset, bool partial)
{
	u8 header[TCPFSM_TCP_HEADER_MAX] TCPFSM_NOT_CLEARED;
	unsigned int total, len;
	const u8 *tcp;

	/*
	 * The sk_buff knows the length, and the IP header does not where it is
	 * larger than 64 KiB (GSO, GRO, jumbograms); padding is off by now.
	 */
	total = skb->len - offset;
	tcp = skb_header_pointer(skb, offset, TCPFSM_TCP_HEADER_MIN, header);
	if (!tcp)
		return TCPFSM_PACKET_MALFORMED;
	len = tcpfsm_tcp_header_len(tcp);
	if (len > TCPFSM_TCP_HEADER_MIN) {
		tcp = skb_header_pointer(skb, offset, len, header);
		if (!tcp)
			return TCPFSM_PACKET_MALFORMED;
	}
	if (tcpfsm_segment_parse(&packet->seg, tcp, len, total))
		return TCPFSM_PACKET_MALFORMED;
	packet->seg.partial = partial;
	packet->offset = offset;
	packet->key.port[0] = htons(packet->seg.sport);
	packet->key.port[1] = htons(packet->seg.dport);
	return TCPFSM_PACKET_TCP;
}

/* Not inline, as nearly all packets are TCP. */
static noinline enum tcpfsm_packet_kind read_icmp(struct tcpfsm_packet *packet,
						  const struct sk_buff *skb, unsigned int offset)
{
	packet->offset = offset;
	return offset < skb->len ? TCPFSM_PACKET_ICMP : TCPFSM_PACKET_OTHER;
}

/* The checksum of a fragment is that of its packet. */
static enum tcpfsm_packet_kind read_icmp4(struct tcpfsm_packet *packet, const struct sk_buff *skb,
					  unsigned int offset, const struct iphdr *ip)
{
	struct tcpfsm_key *key = &packet->key;

	if (ip->protocol != IPPROTO_ICMP || ip->ihl < 5 || ip->frag_off & htons(IP_MF | IP_OFFSET))
		return TCPFSM_PACKET_OTHER;
	memset(key, 0, sizeof(*key));
	key->addr[0].s6_addr32[0] = ip->saddr;
	key->addr[1].s6_addr32[0] = ip->daddr;
	return read_icmp(packet, skb, offset + ip->ihl * 4);
}

static enum tcpfsm_packet_kind read_ip4(struct tcpfsm_packet *packet, const struct sk_buff *skb)
{
	struct tcpfsm_key *key = &packet->key;
	unsigned int offset = skb_network_offset(skb);
	const struct iphdr *ip;
	struct iphdr header TCPFSM_NOT_CLEARED;

	ip = skb_header_pointer(skb, offset, sizeof(header), &header);
	if (!ip)
		return TCPFSM_PACKET_OTHER;
	if (ip->protocol != IPPROTO_TCP)
		return read_icmp4(packet, skb, offset, ip);
	if (ip->frag_off & htons(IP_OFFSET))
		return TCPFSM_PACKET_FRAGMENT;
	if (ip->ihl < 5)
		return TCPFSM_PACKET_MALFORMED;
	memset(key, 0, sizeof(*key));
	key->addr[0].s6_addr32[0] = ip->saddr;
	key->addr[1].s6_addr32[0] = ip->daddr;
	return read_tcp(packet, skb, offset + ip->ihl * 4, ip->frag_off & htons(IP_MF));
}

/**
 * tcpfsm_packet_link() - by which link a packet came or leaves
 * @skb: the packet, of IPv6
 * @state: the hook's
 *
 * For a VRF, LOCAL_IN is told its device (vrf_ip6_rcv()).
 *
 * Return: number of the interface.
 */
int tcpfsm_packet_link(const struct sk_buff *skb, const struct nf_hook_state *state)
{
	if (!state->in)
		return state->out->ifindex;
	return (state->hook == NF_INET_LOCAL_IN ? inet6_sdif(skb) : 0) ?: state->in->ifindex;
}

/* Returns false if the packet is for somebody else: it has more of its way before it. */
static bool read_target(struct in6_addr *target, const struct sk_buff *skb,
			const struct nf_hook_state *state, const struct tcpfsm_ip6_walk *walk)
{
	const struct in6_addr *found;
	struct in6_addr copy;

	if (!walk->routed)
		return true;
	if (state->hook == NF_INET_LOCAL_IN)
		return false;
	if (!walk->target)
		return true;
	found = skb_header_pointer(skb, skb_network_offset(skb) + walk->target, sizeof(copy),
				   &copy);
	if (found)
		*target = *found;
	return found;
}

static enum tcpfsm_packet_kind read_ip6(struct tcpfsm_packet *packet, const struct sk_buff *skb,
					const struct nf_hook_state *state)
{
	struct tcpfsm_key *key = &packet->key;
	unsigned int offset = skb_network_offset(skb);
	struct tcpfsm_ip6_walk walk;
	const struct ipv6hdr *ip;
	enum tcpfsm_walk next;
	struct ipv6hdr header TCPFSM_NOT_CLEARED;
	unsigned int n;

	ip = skb_header_pointer(skb, offset, sizeof(header), &header);
	if (!ip)
		return TCPFSM_PACKET_OTHER;
	memset(key, 0, sizeof(*key));
	key->is_ip6 = true;
	key->addr[0] = ip->saddr;
	key->addr[1] = ip->daddr;
	if (tcpfsm_is_link_local(&ip->saddr) || tcpfsm_is_link_local(&ip->daddr))
		key->ifindex = tcpfsm_packet_link(skb, state);

	next = tcpfsm_ip6_begin(&walk, ip->nexthdr);
	for (n = 0; next == TCPFSM_WALK_MORE && n < TCPFSM_IP6_EXT_MAX; n++) {
		u8 buf[TCPFSM_IP6_EXT_MIN];
		const u8 *ext = skb_header_pointer(skb, offset + walk.offset, sizeof(buf), buf);

		if (!ext)
			return TCPFSM_PACKET_OTHER;
		next = tcpfsm_ip6_step(&walk, ext);
	}
	if (next == TCPFSM_WALK_FRAGMENT)
		return walk.next == IPPROTO_TCP ? TCPFSM_PACKET_FRAGMENT : TCPFSM_PACKET_OTHER;
	if (next == TCPFSM_WALK_OTHER && walk.next == IPPROTO_ICMPV6 && !walk.fragment &&
	    !walk.routed)
		return read_icmp(packet, skb, offset + walk.offset);
	if (next != TCPFSM_WALK_TCP || !read_target(&key->addr[1], skb, state, &walk))
		return TCPFSM_PACKET_OTHER;
	return read_tcp(packet, skb, offset + walk.offset, walk.fragment);
}

/**
 * tcpfsm_packet_read() - who sends what to whom
 * @packet: filled in for TCPFSM_PACKET_TCP; for TCPFSM_PACKET_ICMP all but its segment
 * @skb: in a hook of IPv4 or IPv6, network header set
 * @state: the hook's
 *
 * Context: softirq or process, RCU read side.
 * Return: what kind of packet it is.
 */
enum tcpfsm_packet_kind tcpfsm_packet_read(struct tcpfsm_packet *packet,
					   const struct sk_buff *skb,
					   const struct nf_hook_state *state)
{
	return state->pf == NFPROTO_IPV4 ? read_ip4(packet, skb) : read_ip6(packet, skb, state);
}

#if IS_ENABLED(CONFIG_NF_CONNTRACK)
/*
 * The hooks are told the device from before translation (nf_nat_inet_fn(),
 * ip_route_me_harder()): what was for this host may leave it, or the other way round.
 */
static enum tcpfsm_point point_after_nat(const struct sk_buff *skb, enum tcpfsm_point point)
{
	const struct dst_entry *dst = skb_dst(skb);

	if (!dst || (point != TCPFSM_AT_OUT && point != TCPFSM_AT_LOOP_OUT))
		return point;
	return dst->dev->flags & IFF_LOOPBACK ? TCPFSM_AT_LOOP_OUT : TCPFSM_AT_OUT;
}

/**
 * tcpfsm_packet_undo_nat() - the name that a local socket has for a connection with NAT
 * @packet: read from @skb; named anew
 * @skb: tcpfsm_packet_has_nat() is true of it
 * @point: enum tcpfsm_point, as the hook is told
 *
 * With NAT for local sockets, the last hook of LOCAL_OUT sees addresses after
 * translation while the last of LOCAL_IN sees them translated back: two names
 * for one connection. The socket's own name is the tuple of the direction that
 * the packet goes in, before translation; that is what we use.
 *
 * Over loopback both ends have a socket here, and each knows the connection by
 * another name: that of who opened it, the original one, is used for both.
 *
 * Context: any.
 * Return: where the packet passes, by its route after translation.
 */
enum tcpfsm_point tcpfsm_packet_undo_nat(struct tcpfsm_packet *packet, const struct sk_buff *skb,
					 enum tcpfsm_point point)
{
	const struct nf_conntrack_tuple *tuple;
	struct tcpfsm_key *key = &packet->key;
	enum ip_conntrack_info info;
	const struct nf_conn *ct = nf_ct_get(skb, &info);
	unsigned int dir = CTINFO2DIR(info), from;
	bool loop;

	if (point == TCPFSM_AT_FORWARD || point == TCPFSM_AT_IN)
		return point;
	point = point_after_nat(skb, point);
	/* A RST of a firewall's, in the names that it has seen (nf_reject_ip4_tcphdr_put()). */
	if (point == TCPFSM_AT_OUT && (info == IP_CT_RELATED || info == IP_CT_RELATED_REPLY))
		return point;
	loop = point != TCPFSM_AT_OUT;
	from = loop && dir == IP_CT_DIR_REPLY;
	tuple = &ct->tuplehash[loop ? IP_CT_DIR_ORIGINAL : dir].tuple;
	key->port[from] = tuple->src.u.tcp.port;
	key->port[!from] = tuple->dst.u.tcp.port;
	key->addr[from] = tuple->src.u3.in6;
	key->addr[!from] = tuple->dst.u3.in6;
	/* Who set which ports are seen, and who guesses by them who serves, mean these. */
	packet->seg.sport = ntohs(key->port[0]);
	packet->seg.dport = ntohs(key->port[1]);
	return point;
}

/* As nf_ct_ext_find(), which would have this module want nf_conntrack. */
static const void *extension_of(const struct nf_conn *ct, enum nf_ct_ext_id id)
{
	const struct nf_ct_ext *ext = ct->ext;

	return ext && __nf_ct_ext_exist(ext, id) ? (const char *)ext + ext->offset[id] : NULL;
}

#if IS_ENABLED(CONFIG_NETFILTER_SYNPROXY)
/* The server's SYN-ACK will have the number that SYNPROXY has shown the client, or 0. */
static u32 isn_of_proxy(const struct nf_conn *ct, u8 flags)
{
	const struct nf_conn_synproxy *proxy = extension_of(ct, NF_CT_EXT_SYNPROXY);

	return proxy && flags & TCPFSM_SYN && flags & TCPFSM_ACK ? READ_ONCE(proxy->isn) : 0;
}
#else
static u32 isn_of_proxy(const struct nf_conn *ct, u8 flags)
{
	return 0;
}
#endif

/**
 * tcpfsm_packet_adjust() - the sequence number with which a packet will arrive
 * @packet: read from @skb
 * @skb: in FORWARD
 *
 * What SYNPROXY has opened, and what a NAT helper has made longer, has other numbers at
 * one end than at the other. conntrack changes them once all of FORWARD has been passed
 * (nf_confirm(), ipv4_synproxy_hook()). A sender acknowledges what has arrived; so both
 * ends fit together if sequence numbers alone are taken as they arrive. The rest is
 * nf_ct_seq_offset().
 *
 * Context: RCU read side.
 */
void tcpfsm_packet_adjust(struct tcpfsm_packet *packet, const struct sk_buff *skb)
{
	enum ip_conntrack_info info;
	const struct nf_conn *ct = nf_ct_get(skb, &info);
	const struct nf_conn_seqadj *adjust;
	const struct nf_ct_seqadj *way;
	u32 isn;

	/* Until it is confirmed, 6.1 may still find them stale (nf_ct_ext_valid_post()). */
	if (!ct || !nf_ct_is_confirmed(ct))
		return;
	isn = isn_of_proxy(ct, packet->seg.flags);
	if (isn) {
		packet->seg.seq = isn;
		return;
	}
	adjust = extension_of(ct, NF_CT_EXT_SEQADJ);
	if (!adjust || !(READ_ONCE(ct->status) & IPS_SEQ_ADJUST))
		return;
	way = &adjust->seq[CTINFO2DIR(info)];
	if (tcpfsm_after(packet->seg.seq, READ_ONCE(way->correction_pos)))
		packet->seg.seq += READ_ONCE(way->offset_after);
	else
		packet->seg.seq += READ_ONCE(way->offset_before);
}
#else
void tcpfsm_packet_adjust(struct tcpfsm_packet *packet, const struct sk_buff *skb)
{
}

enum tcpfsm_point tcpfsm_packet_undo_nat(struct tcpfsm_packet *packet, const struct sk_buff *skb,
					 enum tcpfsm_point point)
{
	return point;
}
#endif

/**
 * tcpfsm_packet_checksum_ok() - is the checksum of TCP or ICMP right?
 * @packet: read from @skb
 * @skb: came from the network
 * @protocol: IPPROTO_TCP, IPPROTO_ICMP or IPPROTO_ICMPV6
 *
 * Respects what the card, or the sender on this machine, says of it. Computes
 * without leaving a trace in @skb, unlike nf_checksum().
 *
 * Context: any.
 * Return: false only if it was computed and is wrong.
 */
bool tcpfsm_packet_checksum_ok(const struct tcpfsm_packet *packet, const struct sk_buff *skb,
			       u8 protocol)
{
	const struct tcpfsm_key *key = &packet->key;
	unsigned int len = skb->len - packet->offset;
	__wsum sum;

	if ((protocol == IPPROTO_TCP && packet->seg.partial) || skb_csum_unnecessary(skb) ||
	    skb->ip_summed == CHECKSUM_PARTIAL)
		return true;
	sum = skb_checksum(skb, packet->offset, len, 0);
	/* It is over the message alone (RFC 792). */
	if (protocol == IPPROTO_ICMP)
		return !csum_fold(sum);
	if (!key->is_ip6)
		return !csum_tcpudp_magic(key->addr[0].s6_addr32[0], key->addr[1].s6_addr32[0],
					  len, protocol, sum);
#if IS_ENABLED(CONFIG_IPV6)
	return !csum_ipv6_magic(&key->addr[0], &key->addr[1], len, protocol, sum);
#else
	return true;
#endif
}
