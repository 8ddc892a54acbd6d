// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/tcp.h>
#include <net/ip.h>
#include <net/tcp.h>

#include "packet.h"

#define SERVER_PORT 80
#define SERVER_IP4 0x0a000001
/* A hook that drops it frees it; so many may. */
#define REFERENCES 0x40000000

static u32 network_size(const struct bench_form *form)
{
	return form->family == NFPROTO_IPV4 ? sizeof(struct iphdr) : sizeof(struct ipv6hdr);
}

static u32 transport_size(const struct bench_form *form)
{
	return sizeof(struct tcphdr) + (form->timestamps ? TCPOLEN_TSTAMP_ALIGNED : 0);
}

/*
 * Clients in no order: tcpfsm's hash is of products, and what is evenly spaced falls into many or
 * into few buckets by the secret, which is another at each load. Each step can be undone, so no two
 * flows have one client.
 */
static u32 shuffled(u32 flow)
{
	flow = (flow ^ flow >> 16) * 0x7feb352d;
	flow = (flow ^ flow >> 15) * 0x846ca68b;
	return flow ^ flow >> 16;
}

static __be32 client_ip4(u32 flow)
{
	return htonl(0x0a800000 + (shuffled(flow) >> 14));
}

static __be16 client_port(u32 flow)
{
	return htons(16384 + (shuffled(flow) & 16383));
}

static void client_ip6(struct in6_addr *addr, u32 flow)
{
	ipv6_addr_set(addr, htonl(0x20010db8), 0, htonl(1), htonl(shuffled(flow) >> 14));
}

static void server_ip6(struct in6_addr *addr)
{
	ipv6_addr_set(addr, htonl(0x20010db8), 0, 0, htonl(1));
}

static void set_ip4(struct sk_buff *skb, const struct bench_segment *seg)
{
	struct iphdr *ip = ip_hdr(skb);
	__be32 client = client_ip4(seg->flow);
	__be32 server = htonl(SERVER_IP4);

	ip->saddr = seg->from_client ? client : server;
	ip->daddr = seg->from_client ? server : client;
	ip->tot_len = htons(skb->len);
}

static void set_ip6(struct sk_buff *skb, const struct bench_segment *seg)
{
	struct ipv6hdr *ip = ipv6_hdr(skb);
	struct in6_addr *client = seg->from_client ? &ip->saddr : &ip->daddr;
	struct in6_addr *server = seg->from_client ? &ip->daddr : &ip->saddr;

	client_ip6(client, seg->flow);
	server_ip6(server);
	ip->payload_len = htons(skb->len - sizeof(*ip));
}

static void set_timestamp(struct tcphdr *tcp, const struct bench_segment *seg)
{
	__be32 *option = (__be32 *)(tcp + 1);

	option[0] = htonl((TCPOPT_NOP << 24) | (TCPOPT_NOP << 16) | (TCPOPT_TIMESTAMP << 8) |
			  TCPOLEN_TIMESTAMP);
	option[1] = htonl(seg->seq);
	option[2] = htonl(seg->ack);
}

/**
 * bench_packet_ends() - between whom a flow is
 * @form: of its segments
 * @flow: its number
 * @addr: client's and server's; of IPv4 in the first word, the others 0
 * @port: theirs
 */
void bench_packet_ends(const struct bench_form *form, u32 flow, struct in6_addr addr[2],
		       __be16 port[2])
{
	if (form->family == NFPROTO_IPV4) {
		ipv6_addr_set(&addr[0], client_ip4(flow), 0, 0, 0);
		ipv6_addr_set(&addr[1], htonl(SERVER_IP4), 0, 0, 0);
	} else {
		client_ip6(&addr[0], flow);
		server_ip6(&addr[1]);
	}
	port[0] = client_port(flow);
	port[1] = htons(SERVER_PORT);
}

/**
 * bench_packet_set() - make the packet a segment
 * @skb: of bench_packet_new()
 * @form: the same as there
 * @seg: the segment
 */
void bench_packet_set(struct sk_buff *skb, const struct bench_form *form,
		      const struct bench_segment *seg)
{
	struct tcphdr *tcp = tcp_hdr(skb);
	__be16 port = client_port(seg->flow);

	skb->len = network_size(form) + transport_size(form) + seg->payload;
	skb_set_tail_pointer(skb, skb->len);
	if (form->family == NFPROTO_IPV4)
		set_ip4(skb, seg);
	else
		set_ip6(skb, seg);
	tcp->source = seg->from_client ? port : htons(SERVER_PORT);
	tcp->dest = seg->from_client ? htons(SERVER_PORT) : port;
	tcp->seq = htonl(seg->seq);
	tcp->ack_seq = htonl(seg->ack);
	tcp_flag_byte(tcp) = seg->flags;
	if (form->timestamps)
		set_timestamp(tcp, seg);
}

static void fill(struct sk_buff *skb, const struct bench_form *form)
{
	struct tcphdr *tcp = tcp_hdr(skb);

	if (form->family == NFPROTO_IPV4) {
		ip_hdr(skb)->version = 4;
		ip_hdr(skb)->ihl = 5;
		ip_hdr(skb)->ttl = 64;
		ip_hdr(skb)->protocol = IPPROTO_TCP;
		skb->protocol = htons(ETH_P_IP);
	} else {
		ipv6_hdr(skb)->version = 6;
		ipv6_hdr(skb)->hop_limit = 64;
		ipv6_hdr(skb)->nexthdr = IPPROTO_TCP;
		skb->protocol = htons(ETH_P_IPV6);
	}
	tcp->doff = transport_size(form) / 4;
	tcp->window = htons(0xffff);
}

/**
 * bench_packet_new() - a packet
 * @dev: it came in by, not a loopback
 * @form: of all segments that it will be
 *
 * Return: the packet or NULL.
 */
struct sk_buff *bench_packet_new(struct net_device *dev, const struct bench_form *form)
{
	u32 size = network_size(form) + transport_size(form) + BENCH_PAYLOAD;
	struct sk_buff *skb = alloc_skb(size + LL_MAX_HEADER, GFP_KERNEL);

	if (!skb)
		return NULL;
	skb_reserve(skb, LL_MAX_HEADER);
	skb_reset_network_header(skb);
	skb_put_zero(skb, size);
	skb_set_transport_header(skb, network_size(form));
	fill(skb, form);
	skb->dev = dev;
	skb->pkt_type = PACKET_HOST;
	/* As from a card that has verified it. */
	skb->ip_summed = CHECKSUM_UNNECESSARY;
	refcount_set(&skb->users, REFERENCES);
	return skb;
}

/**
 * bench_packet_free() - free it
 * @skb: of bench_packet_new(), whoever has dropped it meanwhile
 */
void bench_packet_free(struct sk_buff *skb)
{
	refcount_set(&skb->users, 1);
	kfree_skb(skb);
}
