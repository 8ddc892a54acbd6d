// SPDX-License-Identifier: GPL-2.0-only
/*
 * Puts one TCP segment on a link, as if it had come from somewhere else. It
 * goes out below the hooks of this host.
 *
 *	forge DEVICE DESTINATION-MAC SADDR SPORT DADDR DPORT SEQ ACK FLAGS [bad]
 *
 * FLAGS are letters of FSRPAU. With "bad" the TCP checksum is wrong.
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

static uint32_t add(uint32_t sum, const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t i;

	for (i = 0; i < len; i++)
		sum += i & 1 ? p[i] : p[i] << 8;
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

static uint8_t flags_of(const char *letters)
{
	static const char names[] = "FSRPAU";
	uint8_t flags = 0;

	for (; *letters; letters++)
		if (strchr(names, *letters))
			flags |= 1 << (strchr(names, *letters) - names);
	return flags;
}

int main(int argc, char **argv)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_halen = 6 };
	struct tcphdr tcp = { .doff = sizeof(tcp) / 4, .window = htons(0x7fff) };
	struct ip6_hdr ip6 = { .ip6_hlim = 64, .ip6_nxt = IPPROTO_TCP };
	struct iphdr ip4 = { .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_TCP };
	char frame[sizeof(ip6) + sizeof(tcp)];
	uint32_t sum = IPPROTO_TCP + sizeof(tcp);
	size_t len;
	int fd;

	if (argc < 10) {
		fprintf(stderr, "usage: forge DEVICE MAC SADDR SPORT DADDR DPORT SEQ ACK FLAGS [bad]\n");
		return 2;
	}
	to.sll_ifindex = if_nametoindex(argv[1]);
	if (sscanf(argv[2], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &to.sll_addr[0], &to.sll_addr[1],
		   &to.sll_addr[2], &to.sll_addr[3], &to.sll_addr[4], &to.sll_addr[5]) != 6) {
		fprintf(stderr, "forge: no hardware address: %s\n", argv[2]);
		return 2;
	}
	tcp.source = htons(atoi(argv[4]));
	tcp.dest = htons(atoi(argv[6]));
	tcp.seq = htonl(strtoul(argv[7], NULL, 10));
	tcp.ack_seq = htonl(strtoul(argv[8], NULL, 10));
	((uint8_t *)&tcp)[13] = flags_of(argv[9]);

	if (inet_pton(AF_INET, argv[3], &ip4.saddr) == 1) {
		inet_pton(AF_INET, argv[5], &ip4.daddr);
		ip4.tot_len = htons(sizeof(ip4) + sizeof(tcp));
		ip4.check = fold(add(0, &ip4, sizeof(ip4)));
		sum = add(sum, &ip4.saddr, 8);
		len = sizeof(ip4);
		memcpy(frame, &ip4, len);
		to.sll_protocol = htons(ETH_P_IP);
	} else {
		inet_pton(AF_INET6, argv[3], &ip6.ip6_src);
		inet_pton(AF_INET6, argv[5], &ip6.ip6_dst);
		ip6.ip6_vfc = 6 << 4;
		ip6.ip6_plen = htons(sizeof(tcp));
		sum = add(sum, &ip6.ip6_src, 32);
		len = sizeof(ip6);
		memcpy(frame, &ip6, len);
		to.sll_protocol = htons(ETH_P_IPV6);
	}
	tcp.check = fold(add(sum, &tcp, sizeof(tcp)));
	if (argc > 10)
		tcp.check ^= htons(0x5555);
	memcpy(frame + len, &tcp, sizeof(tcp));
	len += sizeof(tcp);

	fd = socket(AF_PACKET, SOCK_DGRAM, 0);
	if (fd < 0 ||
	    sendto(fd, frame, len, 0, (struct sockaddr *)&to, sizeof(to)) != (ssize_t)len) {
		perror("forge");
		return 1;
	}
	return 0;
}
