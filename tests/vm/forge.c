// SPDX-License-Identifier: GPL-2.0-only
/*
 * Puts one TCP segment on a link, as if it had come from somewhere else. It
 * goes out below the hooks of this host.
 *
 *	forge DEVICE DESTINATION-MAC SADDR SPORT DADDR DPORT SEQ ACK FLAGS [HOW]
 *
 * FLAGS are letters of FSRPAU. HOW is what is wrong with it: "bad", the TCP
 * checksum; "doff=N", the data offset; "options=HEX", four bytes of options.
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
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

int main(int argc, char **argv)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_halen = 6 };
	struct segment seg = { .tcp = { .doff = sizeof(seg.tcp) / 4, .window = htons(0x7fff) } };
	struct ip6_hdr ip6 = { .ip6_hlim = 64, .ip6_nxt = IPPROTO_TCP };
	struct iphdr ip4 = { .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_TCP };
	const char *how = argc > 10 ? argv[10] : "";
	char frame[sizeof(ip6) + sizeof(seg)];
	size_t len, tcp_len;
	uint32_t sum;
	int fd;

	if (argc < 10) {
		fprintf(stderr, "usage: forge DEVICE MAC SADDR SPORT DADDR DPORT SEQ ACK FLAGS [HOW]\n");
		return 2;
	}
	to.sll_ifindex = if_nametoindex(argv[1]);
	if (sscanf(argv[2], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &to.sll_addr[0], &to.sll_addr[1],
		   &to.sll_addr[2], &to.sll_addr[3], &to.sll_addr[4], &to.sll_addr[5]) != 6) {
		fprintf(stderr, "forge: no hardware address: %s\n", argv[2]);
		return 2;
	}
	seg.tcp.source = htons(atoi(argv[4]));
	seg.tcp.dest = htons(atoi(argv[6]));
	seg.tcp.seq = htonl(strtoul(argv[7], NULL, 10));
	seg.tcp.ack_seq = htonl(strtoul(argv[8], NULL, 10));
	((uint8_t *)&seg.tcp)[13] = flags_of(argv[9]);
	tcp_len = damage(&seg, how);
	sum = IPPROTO_TCP + tcp_len;

	if (inet_pton(AF_INET, argv[3], &ip4.saddr) == 1) {
		inet_pton(AF_INET, argv[5], &ip4.daddr);
		ip4.tot_len = htons(sizeof(ip4) + tcp_len);
		ip4.check = htons(checksum_fold(checksum_add(0, &ip4, sizeof(ip4))));
		sum = checksum_add(sum, &ip4.saddr, 8);
		len = sizeof(ip4);
		memcpy(frame, &ip4, len);
		to.sll_protocol = htons(ETH_P_IP);
	} else {
		inet_pton(AF_INET6, argv[3], &ip6.ip6_src);
		inet_pton(AF_INET6, argv[5], &ip6.ip6_dst);
		ip6.ip6_vfc = 6 << 4;
		ip6.ip6_plen = htons(tcp_len);
		sum = checksum_add(sum, &ip6.ip6_src, 32);
		len = sizeof(ip6);
		memcpy(frame, &ip6, len);
		to.sll_protocol = htons(ETH_P_IPV6);
	}
	seg.tcp.check = htons(checksum_fold(checksum_add(sum, &seg, tcp_len)));
	if (!strcmp(how, "bad"))
		seg.tcp.check ^= htons(0x5555);
	memcpy(frame + len, &seg, tcp_len);
	len += tcp_len;

	fd = socket(AF_PACKET, SOCK_DGRAM, 0);
	if (fd < 0 ||
	    sendto(fd, frame, len, 0, (struct sockaddr *)&to, sizeof(to)) != (ssize_t)len) {
		perror("forge");
		return 1;
	}
	return 0;
}
