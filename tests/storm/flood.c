// SPDX-License-Identifier: GPL-2.0-only
/*
 * SYNs from everywhere, onto a link as if they had come over it. They go out below
 * the hooks of this host.
 *
 *	flood NAMESPACE DEVICE DESTINATION-MAC DESTINATION PORT NUMBER
 *
 * No two have the same source: 198.18.0.0/15, and a port each 131,072 of them.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "../vm/checksum.h"
#include "../vm/place.h"

#define BATCH 64
#define SOURCES 131072U

struct packet {
	struct iphdr ip;
	struct tcphdr tcp;
} __attribute__((packed));

static void make_syn(struct packet *packet, unsigned int n, const char *to, int port)
{
	*packet = (struct packet){
		.ip = {
			.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_TCP,
			.tot_len = htons(sizeof(*packet)),
			.saddr = htonl(0xc6120000 + n % SOURCES),
		},
		.tcp = {
			.source = htons(1024 + n / SOURCES), .dest = htons(port),
			.seq = htonl(n * 2654435761U), .doff = 5, .syn = 1,
			.window = htons(0xffff),
		},
	};
	inet_pton(AF_INET, to, &packet->ip.daddr);
	packet->ip.check = htons(checksum_fold(checksum_add(0, &packet->ip,
							    sizeof(packet->ip))));
	packet->tcp.check = htons(checksum_fold(checksum_add(checksum_add(IPPROTO_TCP +
									  sizeof(packet->tcp),
									  &packet->ip.saddr, 8),
							     &packet->tcp, sizeof(packet->tcp))));
}

int main(int argc, char **argv)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_halen = 6,
				  .sll_protocol = htons(ETH_P_IP) };
	static struct packet packets[BATCH];
	static struct mmsghdr messages[BATCH];
	static struct iovec pieces[BATCH];
	unsigned int number, n, i, sent;
	int fd, got;

	if (argc != 7)
		return 2;
	if (setns(open_ns(argv[1]), CLONE_NEWNET))
		err(1, "setns");
	to.sll_ifindex = if_nametoindex(argv[2]);
	if (sscanf(argv[3], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &to.sll_addr[0], &to.sll_addr[1],
		   &to.sll_addr[2], &to.sll_addr[3], &to.sll_addr[4], &to.sll_addr[5]) != 6)
		errx(2, "no hardware address: %s", argv[3]);
	number = strtoul(argv[6], NULL, 10);
	fd = socket(AF_PACKET, SOCK_DGRAM, 0);
	if (fd < 0)
		err(1, "socket");
	for (i = 0; i < BATCH; i++) {
		pieces[i] = (struct iovec){ &packets[i], sizeof(packets[i]) };
		messages[i].msg_hdr = (struct msghdr){
			.msg_name = &to, .msg_namelen = sizeof(to),
			.msg_iov = &pieces[i], .msg_iovlen = 1,
		};
	}
	for (n = 0; n < number; n += i) {
		for (i = 0; i < BATCH && n + i < number; i++)
			make_syn(&packets[i], n + i, argv[4], atoi(argv[5]));
		for (sent = 0; sent < i; sent += got) {
			got = sendmmsg(fd, messages + sent, i - sent, 0);
			if (got >= 0)
				continue;
			/* The link is full: let it get rid of some. */
			if (errno != ENOBUFS && errno != EAGAIN)
				err(1, "sendmmsg");
			got = 0;
			usleep(1000);
		}
	}
	printf("syns=%u\n", number);
	return 0;
}
