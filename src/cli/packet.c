// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading IP packets out of a capture, as src/kmod/packet.c reads them out of
 * an sk_buff. Here a packet may be cut off, and its length is what its header
 * says, unless that says nothing.
 */
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "packet.h"

#define IP4_HEADER_MIN 20
#define IP4_MORE_FRAGMENTS 0x2000
#define IP4_OFFSET 0x1fff

static u16 be16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}

/* The snapshot length fell into the options: read those before it. */
static int parse_cut(struct packet *packet, u32 header, u32 have)
{
	u8 copy[TCPFSM_TCP_HEADER_MAX];
	u32 whole = have / 4 * 4;

	memcpy(copy, packet->tcp.at, whole);
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
	struct bytes *tcp = &packet->tcp;
	u32 header;
	int err;

	if (end < offset + TCPFSM_TCP_HEADER_MIN)
		return PACKET_MALFORMED;
	if (ip->have < offset + TCPFSM_TCP_HEADER_MIN)
		return PACKET_SHORT;
	packet->total = end - offset;
	tcp->at = ip->at + offset;
	/* What stands behind the packet is padding. */
	tcp->have = ip->have < end ? ip->have - offset : packet->total;
	tcp->wire = packet->total;
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

static enum packet_kind read_ip4(struct packet *packet, const struct bytes *ip)
{
	struct flow_key *key = &packet->key;
	u32 header, end;
	u16 fragment;

	if (ip->have < IP4_HEADER_MIN)
		return PACKET_SHORT;
	if (ip->at[0] >> 4 != 4 || ip->at[9] != IPPROTO_TCP)
		return PACKET_OTHER;
	fragment = be16(ip->at + 6);
	if (fragment & IP4_OFFSET)
		return PACKET_FRAGMENT;
	header = (ip->at[0] & 0xf) * 4;
	if (header < IP4_HEADER_MIN)
		return PACKET_MALFORMED;
	/* Above 64 KiB (BIG TCP), or before the card's segmentation, it is 0. */
	end = be16(ip->at + 2);
	if (!end)
		end = ip->wire;
	key->family = AF_INET;
	memcpy(key->addr[0], ip->at + 12, 4);
	memcpy(key->addr[1], ip->at + 16, 4);
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
	end = be16(ip->at + 4);
	end = end ? end + TCPFSM_IP6_HEADER : ip->wire;

	next = tcpfsm_ip6_begin(&walk, ip->at[6]);
	for (n = 0; next == TCPFSM_WALK_MORE && n < TCPFSM_IP6_EXT_MAX; n++) {
		if (ip->have < walk.offset + TCPFSM_IP6_EXT_MIN)
			return ip->wire > ip->have ? PACKET_SHORT : PACKET_OTHER;
		next = tcpfsm_ip6_step(&walk, ip->at + walk.offset);
	}
	if (next == TCPFSM_WALK_FRAGMENT)
		return walk.next == IPPROTO_TCP ? PACKET_FRAGMENT : PACKET_OTHER;
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
 * @packet: filled in for PACKET_TCP
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
		sum += be16(at + i);
	if (len & 1)
		sum += (u32)at[len - 1] << 8;
	return sum;
}

/**
 * packet_checksum_ok() - is the TCP checksum right?
 * @packet: read
 *
 * Return: false only if it could be computed and is wrong.
 */
bool packet_checksum_ok(const struct packet *packet)
{
	const struct flow_key *key = &packet->key;
	u32 size = key->family == AF_INET ? 4 : 16;
	u64 sum;

	if (packet->seg.partial || packet->tcp.have < packet->total)
		return true;
	sum = sum_of(key->addr[0], size) + sum_of(key->addr[1], size) + IPPROTO_TCP +
	      packet->total + sum_of(packet->tcp.at, packet->total);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}
