// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading IP packets out of a capture, as src/kmod/packet.c reads them out of
 * an sk_buff. Here a packet may be cut off, and its length is what its header
 * says, unless that says nothing.
 */
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "bytes.h"
#include "packet.h"

#define IP4_HEADER_MIN 20
#define IP4_MORE_FRAGMENTS 0x2000
#define IP4_OFFSET 0x1fff

/*
 * What stands between @offset and @end, of which less may have been captured. What stands
 * behind the packet is padding.
 */
static void take_body(struct packet *packet, const struct bytes *ip, u8 protocol, u32 offset,
		      u32 end)
{
	packet->protocol = protocol;
	packet->total = end - offset;
	packet->body.at = ip->at + offset;
	packet->body.have = ip->have < end ? ip->have - offset : packet->total;
	packet->body.wire = packet->total;
}

/* The snapshot length fell into the options: read those before it. */
static int parse_cut(struct packet *packet, u32 header, u32 have)
{
	u8 copy[TCPFSM_TCP_HEADER_MAX];
	u32 whole = have / 4 * 4;

	memcpy(copy, packet->body.at, whole);
	copy[12] = (u8)(whole / 4 << 4 | (copy[12] & 0xf));
	packet->cut = true;
	if (tcpfsm_segment_parse(&packet->seg, copy, whole, packet->total - (header - whole)))
		return -1;
	/* It was the capture that cut the last one. */
	packet->seg.bad_options = false;
	return 0;
}

/* @ip from its header on; TCP begins at @offset and ends at @end. */
static enum packet_kind read_tcp(struct packet *packet, const struct bytes *ip, u32 offset,
				 u32 end, bool partial)
{
	struct bytes *tcp = &packet->body;
	u32 header;
	int err;

	if (end < offset + TCPFSM_TCP_HEADER_MIN)
		return PACKET_MALFORMED;
	if (ip->have < offset + TCPFSM_TCP_HEADER_MIN)
		return PACKET_SHORT;
	take_body(packet, ip, IPPROTO_TCP, offset, end);
	header = tcpfsm_tcp_header_len(tcp->at);
	if (header > tcp->have && header <= packet->total)
		err = parse_cut(packet, header, tcp->have);
	else
		err = tcpfsm_segment_parse(&packet->seg, tcp->at, tcp->have, packet->total);
	if (err)
		return PACKET_MALFORMED;
	packet->seg.partial = partial;
	packet->key.port[0] = packet->seg.sport;
	packet->key.port[1] = packet->seg.dport;
	return PACKET_TCP;
}

/*
 * An ICMP error about a segment is for the flow of that. What is no error and what is not
 * about TCP is nobody's, and so is what is damaged, unless the capture has cut it.
 */
static enum packet_kind read_icmp(struct packet *packet, const struct bytes *ip, u8 protocol,
				  u32 offset, u32 end)
{
	struct flow_key *key = &packet->key;
	bool is_ip6 = protocol == IPPROTO_ICMPV6;

	if (end <= offset)
		return PACKET_OTHER;
	if (ip->have <= offset)
		return PACKET_SHORT;
	take_body(packet, ip, protocol, offset, end);
	memcpy(packet->from, key->addr[0], sizeof(packet->from));
	memcpy(packet->to, key->addr[1], sizeof(packet->to));
	switch (tcpfsm_icmp_parse(&packet->icmp, is_ip6, packet->body.at, packet->body.have)) {
	case TCPFSM_ICMP_ERROR:
		break;
	case TCPFSM_ICMP_DAMAGED:
		return packet->body.have < packet->total ? PACKET_SHORT : PACKET_OTHER;
	default:
		return PACKET_OTHER;
	}
	memcpy(key->addr, packet->icmp.addr, sizeof(key->addr));
	key->port[0] = packet->icmp.port[0];
	key->port[1] = packet->icmp.port[1];
	return PACKET_ICMP;
}

static enum packet_kind read_ip4(struct packet *packet, const struct bytes *ip)
{
	struct flow_key *key = &packet->key;
	u32 header, end;
	u16 fragment;

	if (ip->have < IP4_HEADER_MIN)
		return PACKET_SHORT;
	if (ip->at[0] >> 4 != 4 || (ip->at[9] != IPPROTO_TCP && ip->at[9] != IPPROTO_ICMP))
		return PACKET_OTHER;
	fragment = tcpfsm_be16(ip->at + 6);
	header = (ip->at[0] & 0xf) * 4;
	if (ip->at[9] == IPPROTO_ICMP &&
	    (header < IP4_HEADER_MIN || fragment & (IP4_MORE_FRAGMENTS | IP4_OFFSET)))
		return PACKET_OTHER;
	if (fragment & IP4_OFFSET)
		return PACKET_FRAGMENT;
	if (header < IP4_HEADER_MIN)
		return PACKET_MALFORMED;
	/* Above 64 KiB (BIG TCP), or before the card's segmentation, it is 0. */
	end = tcpfsm_be16(ip->at + 2);
	if (!end)
		end = ip->wire;
	key->family = AF_INET;
	memcpy(key->addr[0], ip->at + 12, 4);
	memcpy(key->addr[1], ip->at + 16, 4);
	if (ip->at[9] == IPPROTO_ICMP)
		return read_icmp(packet, ip, IPPROTO_ICMP, header, end);
	return read_tcp(packet, ip, header, end, fragment & IP4_MORE_FRAGMENTS);
}

static enum packet_kind read_ip6(struct packet *packet, const struct bytes *ip)
{
	struct flow_key *key = &packet->key;
	struct tcpfsm_ip6_walk walk;
	enum tcpfsm_walk next;
	unsigned int n;
	u32 end;

	if (ip->have < TCPFSM_IP6_HEADER)
		return PACKET_SHORT;
	if (ip->at[0] >> 4 != 6)
		return PACKET_OTHER;
	key->family = AF_INET6;
	memcpy(key->addr[0], ip->at + 8, 16);
	memcpy(key->addr[1], ip->at + 24, 16);
	/* 0 for a jumbogram (RFC 2675), with its option or without. */
	end = tcpfsm_be16(ip->at + 4);
	end = end ? end + TCPFSM_IP6_HEADER : ip->wire;

	next = tcpfsm_ip6_begin(&walk, ip->at[6]);
	for (n = 0; next == TCPFSM_WALK_MORE && n < TCPFSM_IP6_EXT_MAX; n++) {
		if (ip->have < walk.offset + TCPFSM_IP6_EXT_MIN)
			return ip->wire > ip->have ? PACKET_SHORT : PACKET_OTHER;
		next = tcpfsm_ip6_step(&walk, ip->at + walk.offset);
	}
	if (next == TCPFSM_WALK_FRAGMENT)
		return walk.next == IPPROTO_TCP ? PACKET_FRAGMENT : PACKET_OTHER;
	if (next == TCPFSM_WALK_OTHER && walk.next == IPPROTO_ICMPV6 && !walk.fragment &&
	    !walk.routed)
		return read_icmp(packet, ip, IPPROTO_ICMPV6, walk.offset, end);
	if (next != TCPFSM_WALK_TCP)
		return PACKET_OTHER;
	if (walk.target) {
		if (ip->have < walk.target + 16)
			return ip->wire > ip->have ? PACKET_SHORT : PACKET_OTHER;
		memcpy(key->addr[1], ip->at + walk.target, 16);
	}
	return read_tcp(packet, ip, walk.offset, end, walk.fragment);
}

/**
 * packet_read() - who sends what to whom
 * @packet: filled in for PACKET_TCP and PACKET_ICMP
 * @protocol: ETH_P_IP or ETH_P_IPV6
 * @ip: from the IP header on
 *
 * Return: what kind of packet it is.
 */
enum packet_kind packet_read(struct packet *packet, u16 protocol, const struct bytes *ip)
{
	memset(packet, 0, sizeof(*packet));
	return protocol == ETH_P_IP ? read_ip4(packet, ip) : read_ip6(packet, ip);
}

static u64 sum_of(const u8 *at, u32 len)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i + 1 < len; i += 2)
		sum += tcpfsm_be16(at + i);
	if (len & 1)
		sum += (u32)at[len - 1] << 8;
	return sum;
}

/* What is summed up beside the packet (RFC 9293 3.1, RFC 4443 2.3): nothing for ICMP. */
static u64 sum_of_pseudo(const struct packet *packet)
{
	u32 size = packet->key.family == AF_INET ? 4 : 16;
	const u8 *from = packet->key.addr[0], *to = packet->key.addr[1];

	if (packet->protocol == IPPROTO_ICMP)
		return 0;
	if (packet->protocol == IPPROTO_ICMPV6) {
		from = packet->from;
		to = packet->to;
	}
	return sum_of(from, size) + sum_of(to, size) + packet->protocol + packet->total;
}

/**
 * packet_checksum_ok() - is the checksum of TCP or ICMP right?
 * @packet: read
 *
 * Return: false only if it could be computed and is wrong.
 */
bool packet_checksum_ok(const struct packet *packet)
{
	u64 sum;

	if (packet->seg.partial || packet->body.have < packet->total)
		return true;
	sum = sum_of_pseudo(packet) + sum_of(packet->body.at, packet->total);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}
