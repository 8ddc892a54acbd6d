// SPDX-License-Identifier: GPL-2.0-only
/*
 * Puts one TCP segment on a link, as if it had come from somewhere else. It
 * goes out below the hooks of this host.
 *
 *	forge DEVICE DESTINATION-MAC SADDR SPORT DADDR DPORT SEQ ACK FLAGS [HOW]
 *
 * FLAGS are letters of FSRPAU. HOW is what is wrong with it: "bad", the TCP
 * checksum; "doff=N", the data offset; "options=HEX", four bytes of options. Or
 * "blind=N": it is sent N times, each with other numbers than SEQ and ACK, by the
 * dice.
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "checksum.h"

static uint8_t flags_of(const char *letters)
{
	static const char names[] = "FSRPAU";
	uint8_t flags = 0;

	for (; *letters; letters++)
		if (strchr(names, *letters))
			flags |= 1 << (strchr(names, *letters) - names);
	return flags;
}

struct segment {
	struct tcphdr tcp;
	uint8_t options[4];
};

/* Returns the length of the segment. */
static size_t damage(struct segment *seg, const char *how)
{
	unsigned int bytes;
	int i;

	if (!strncmp(how, "doff=", 5))
		seg->tcp.doff = atoi(how + 5);
	if (strncmp(how, "options=", 8))
		return sizeof(seg->tcp);
	bytes = strtoul(how + 8, NULL, 16);
	for (i = 0; i < 4; i++)
		seg->options[i] = bytes >> (24 - 8 * i);
	seg->tcp.doff = sizeof(*seg) / 4;
	return sizeof(*seg);
}

/**
 * struct forgery - a segment and its way
 * @to: the next hop
 * @seg: the segment
 * @tcp_len: its length
 * @packet: the IP header, and room for the segment
 * @ip_len: length of that header
 * @sum: of the pseudo header
 * @fd: a packet socket
 */
struct forgery {
	struct sockaddr_ll to;
	struct segment seg;
	size_t tcp_len;
	char packet[sizeof(struct ip6_hdr) + sizeof(struct segment)];
	size_t ip_len;
	uint32_t sum;
	int fd;
};

static void take_ip4(struct forgery *forgery, struct iphdr *ip, const char *daddr)
{
	inet_pton(AF_INET, daddr, &ip->daddr);
	ip->tot_len = htons(sizeof(*ip) + forgery->tcp_len);
	ip->check = htons(checksum_fold(checksum_add(0, ip, sizeof(*ip))));
	forgery->sum = checksum_add(forgery->sum, &ip->saddr, 8);
	forgery->ip_len = sizeof(*ip);
	memcpy(forgery->packet, ip, sizeof(*ip));
	forgery->to.sll_protocol = htons(ETH_P_IP);
}

static void take_ip6(struct forgery *forgery, const char *saddr, const char *daddr)
{
	struct ip6_hdr ip = { .ip6_hlim = 64, .ip6_nxt = IPPROTO_TCP };

	inet_pton(AF_INET6, saddr, &ip.ip6_src);
	inet_pton(AF_INET6, daddr, &ip.ip6_dst);
	ip.ip6_vfc = 6 << 4;
	ip.ip6_plen = htons(forgery->tcp_len);
	forgery->sum = checksum_add(forgery->sum, &ip.ip6_src, 32);
	forgery->ip_len = sizeof(ip);
	memcpy(forgery->packet, &ip, sizeof(ip));
	forgery->to.sll_protocol = htons(ETH_P_IPV6);
}

static void take_addresses(struct forgery *forgery, const char *saddr, const char *daddr)
{
	struct iphdr ip = { .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_TCP };

	forgery->sum = IPPROTO_TCP + forgery->tcp_len;
	if (inet_pton(AF_INET, saddr, &ip.saddr) == 1)
		take_ip4(forgery, &ip, daddr);
	else
		take_ip6(forgery, saddr, daddr);
}

static bool emit(struct forgery *forgery, bool bad)
{
	struct segment *seg = &forgery->seg;
	ssize_t len = forgery->ip_len + forgery->tcp_len;

	seg->tcp.check = 0;
	seg->tcp.check = htons(checksum_fold(checksum_add(forgery->sum, seg, forgery->tcp_len)));
	if (bad)
		seg->tcp.check ^= htons(0x5555);
	memcpy(forgery->packet + forgery->ip_len, seg, forgery->tcp_len);
	if (sendto(forgery->fd, forgery->packet, len, 0, (struct sockaddr *)&forgery->to,
		   sizeof(forgery->to)) == len)
		return true;
	perror("forge");
	return false;
}

/* Numbers by the dice: xorshift32 (Marsaglia 2003). */
static bool emit_blind(struct forgery *forgery, unsigned long n, uint32_t dice)
{
	struct tcphdr *tcp = &forgery->seg.tcp;
	unsigned long i;
	int k;

	for (i = 0; i < n; i++) {
		for (k = 0; k < 2; k++) {
			dice ^= dice << 13;
			dice ^= dice >> 17;
			dice ^= dice << 5;
			if (!k)
				tcp->seq = dice;
			else if (tcp->ack)
				tcp->ack_seq = dice;
		}
		if (!emit(forgery, false))
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct forgery forgery = {
		.to = { .sll_family = AF_PACKET, .sll_halen = 6 },
		.seg = { .tcp = { .doff = sizeof(struct tcphdr) / 4, .window = htons(0x7fff) } },
	};
	struct sockaddr_ll *to = &forgery.to;
	struct tcphdr *tcp = &forgery.seg.tcp;
	const char *how = argc > 10 ? argv[10] : "";
	bool good;

	if (argc < 10) {
		fprintf(stderr, "usage: forge DEVICE MAC SADDR SPORT DADDR DPORT SEQ ACK FLAGS [HOW]\n");
		return 2;
	}
	to->sll_ifindex = if_nametoindex(argv[1]);
	if (sscanf(argv[2], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &to->sll_addr[0], &to->sll_addr[1],
		   &to->sll_addr[2], &to->sll_addr[3], &to->sll_addr[4], &to->sll_addr[5]) != 6) {
		fprintf(stderr, "forge: no hardware address: %s\n", argv[2]);
		return 2;
	}
	tcp->source = htons(atoi(argv[4]));
	tcp->dest = htons(atoi(argv[6]));
	tcp->seq = htonl(strtoul(argv[7], NULL, 10));
	tcp->ack_seq = htonl(strtoul(argv[8], NULL, 10));
	((uint8_t *)tcp)[13] = flags_of(argv[9]);
	forgery.tcp_len = damage(&forgery.seg, how);
	take_addresses(&forgery, argv[3], argv[5]);
	forgery.fd = socket(AF_PACKET, SOCK_DGRAM, 0);
	if (forgery.fd < 0) {
		perror("forge");
		return 1;
	}
	if (!strncmp(how, "blind=", 6))
		good = emit_blind(&forgery, strtoul(how + 6, NULL, 10), 0x9e3779b9);
	else
		good = emit(&forgery, !strcmp(how, "bad"));
	return good ? 0 : 1;
}
