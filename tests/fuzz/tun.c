// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random and mutated packets through a TUN device, to a kernel that runs the module:
 *
 *	tun SECONDS SEED
 *
 * Half of them with a virtio header, which lets the kernel have packets to be
 * segmented, unfinished checksums, and headers in several pieces. Addresses lead to
 * this host, through it, or anywhere. Prints how many packets went in.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <linux/virtio_net.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "../vm/checksum.h"

#define PACKET_MAX 4096
#define OLD_MAX 64

static uint32_t dice;

/* xorshift32 (Marsaglia 2003). */
static uint32_t roll(uint32_t sides)
{
	dice ^= dice << 13;
	dice ^= dice >> 17;
	dice ^= dice << 5;
	return dice % sides;
}

struct packet {
	struct virtio_net_hdr virtio;
	size_t len;
	uint8_t at[PACKET_MAX];
};

static struct packet old[OLD_MAX];

static void put(struct packet *packet, const void *data, size_t len)
{
	if (packet->len + len > PACKET_MAX)
		return;
	memcpy(packet->at + packet->len, data, len);
	packet->len += len;
}

static void put_noise(struct packet *packet, size_t len)
{
	uint8_t byte;

	for (; len; len--) {
		byte = roll(256);
		put(packet, &byte, 1);
	}
}

/* Few ports and numbers, so that segments meet. */
static size_t put_tcp(struct packet *packet)
{
	static const uint8_t flags[] = { 2, 18, 16, 16, 24, 17, 4, 20, 1, 3, 6, 0, 41, 194 };
	struct tcphdr tcp = {
		.source = htons(7000 + roll(8)),
		.dest = htons(7000 + roll(8)),
		.seq = htonl(roll(4) * 0x40000000 + roll(4)),
		.ack_seq = htonl(roll(4) * 0x40000000 + roll(4)),
		.doff = roll(8) ? 5 + roll(4) : roll(16),
		.window = roll(0x10000),
	};
	size_t begin = packet->len;

	((uint8_t *)&tcp)[13] = roll(8) ? flags[roll(sizeof(flags))] : roll(256);
	put(packet, &tcp, sizeof(tcp));
	/* Options, true and false. */
	if (roll(3))
		put_noise(packet, tcp.doff > 5 ? (tcp.doff - 5) * 4 : 0);
	else
		put_noise(packet, roll(44));
	put_noise(packet, roll(2) ? 0 : roll(roll(2) ? 8 : 1400));
	return begin;
}

/* Extension headers in front of TCP; returns the first one's number. */
static uint8_t put_extensions(struct packet *packet)
{
	static const uint8_t kinds[] = { 0, 43, 44, 51, 60, 135 };
	uint8_t numbers[20], header[8];
	unsigned int n = roll(2) ? 0 : roll(20), i;

	for (i = 0; i < n; i++)
		numbers[i] = kinds[roll(sizeof(kinds))];
	for (i = 0; i < n; i++) {
		memset(header, 0, sizeof(header));
		header[0] = i + 1 < n ? numbers[i + 1] : IPPROTO_TCP;
		header[1] = roll(8) ? 0 : roll(256);
		if (numbers[i] == 44)
			header[3] = roll(2) ? 1 : roll(256);
		put(packet, header, sizeof(header));
	}
	return n ? numbers[0] : IPPROTO_TCP;
}

static void finish_tcp(struct packet *packet, size_t tcp, const void *addresses, size_t size)
{
	size_t len = packet->len - tcp;
	uint16_t sum;

	if (len < sizeof(struct tcphdr) || !roll(8))
		return;
	memset(packet->at + tcp + 16, 0, 2);
	sum = htons(checksum_fold(checksum_add(checksum_add(IPPROTO_TCP + len, addresses, size),
					       packet->at + tcp, len)));
	memcpy(packet->at + tcp + 16, &sum, 2);
	/* Left to the card: the sum of the pseudo header stands there. */
	if (!roll(4)) {
		sum = ~htons(checksum_fold(checksum_add(IPPROTO_TCP + len, addresses, size)));
		memcpy(packet->at + tcp + 16, &sum, 2);
		packet->virtio.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
		packet->virtio.csum_start = tcp;
		packet->virtio.csum_offset = 16;
		if (!roll(2)) {
			packet->virtio.gso_type = packet->at[0] >> 4 == 4 ?
				VIRTIO_NET_HDR_GSO_TCPV4 : VIRTIO_NET_HDR_GSO_TCPV6;
			packet->virtio.gso_size = 1 + roll(1000);
			packet->virtio.hdr_len = roll(200);
		}
	}
}

static void make_ip4(struct packet *packet)
{
	static const char *const addresses[] = { "10.9.0.1", "10.9.0.2", "10.9.1.2", "127.0.0.1" };
	struct iphdr ip = {
		.version = 4, .ihl = roll(8) ? 5 : roll(16), .ttl = 1 + roll(64),
		.protocol = roll(16) ? IPPROTO_TCP : roll(256),
		.frag_off = roll(8) ? 0 : htons(roll(0x10000)),
	};
	size_t tcp;

	inet_pton(AF_INET, addresses[roll(4)], &ip.saddr);
	inet_pton(AF_INET, addresses[roll(3)], &ip.daddr);
	packet->len = sizeof(ip);
	if (ip.ihl > 5)
		put_noise(packet, (ip.ihl - 5) * 4);
	tcp = put_tcp(packet);
	ip.tot_len = htons(roll(16) ? packet->len : roll(0x10000));
	memcpy(packet->at, &ip, sizeof(ip));
	ip.check = htons(checksum_fold(checksum_add(0, packet->at,
						    ip.ihl > 5 ? ip.ihl * 4 : sizeof(ip))));
	memcpy(packet->at, &ip, sizeof(ip));
	finish_tcp(packet, tcp, &ip.saddr, 8);
}

static void make_ip6(struct packet *packet)
{
	static const char *const addresses[] = { "2001:db8:9::1", "2001:db8:9::2",
						 "2001:db8:91::2", "fe80::2", "::1" };
	struct ip6_hdr ip = { .ip6_hlim = 1 + roll(64) };
	size_t tcp;

	ip.ip6_vfc = 6 << 4;
	inet_pton(AF_INET6, addresses[roll(5)], &ip.ip6_src);
	inet_pton(AF_INET6, addresses[roll(3)], &ip.ip6_dst);
	packet->len = sizeof(ip);
	ip.ip6_nxt = put_extensions(packet);
	tcp = put_tcp(packet);
	ip.ip6_plen = htons(roll(16) ? packet->len - sizeof(ip) : roll(0x10000));
	memcpy(packet->at, &ip, sizeof(ip));
	finish_tcp(packet, tcp, &ip.ip6_src, 32);
}

/* One of those before, with some bytes changed, cut or doubled. */
static void mutate(struct packet *packet)
{
	unsigned int n = 1 + roll(4);

	*packet = old[roll(OLD_MAX)];
	for (; packet->len && n; n--)
		packet->at[roll(packet->len < 100 ? packet->len : 100)] = roll(256);
	if (!roll(4))
		packet->len = packet->len ? roll(packet->len) : 0;
}

static void make(struct packet *packet)
{
	if (roll(3) == 0) {
		mutate(packet);
		return;
	}
	memset(&packet->virtio, 0, sizeof(packet->virtio));
	if (roll(20) == 0) {
		packet->len = 0;
		put_noise(packet, roll(200));
	} else if (roll(2)) {
		make_ip4(packet);
	} else {
		make_ip6(packet);
	}
	old[roll(OLD_MAX)] = *packet;
}

/* The kernel may refuse a packet; what counts is what becomes of it if not. */
static bool emit(int fd, struct packet *packet, bool virtio)
{
	struct tun_pi pi = { .proto = htons(roll(32) == 0 ? roll(0x10000) :
					    packet->at[0] >> 4 == 6 ? 0x86dd : 0x0800) };
	struct iovec parts[] = {
		{ &pi, sizeof(pi) },
		{ &packet->virtio, virtio ? sizeof(packet->virtio) : 0 },
		{ packet->at, packet->len },
	};

	return writev(fd, parts, 3) > 0;
}

static int open_tun(const char *name, bool virtio)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | (virtio ? IFF_VNET_HDR : 0) };
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);

	strcpy(ifr.ifr_name, name);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr)) {
		perror("tun");
		exit(1);
	}
	return fd;
}

int main(int argc, char **argv)
{
	static struct packet packet;
	static char answer[65536];
	unsigned long sent = 0, taken = 0;
	time_t end;
	int fd[2], which;

	if (argc != 3)
		return 2;
	fd[0] = open_tun("fuzz0", false);
	fd[1] = open_tun("fuzz1", true);
	dice = strtoul(argv[2], NULL, 10) | 1;
	/* Whoever has called sets up addresses and routes now, and says so. */
	puts("ready");
	fflush(stdout);
	if (!fgets(answer, sizeof(answer), stdin))
		return 1;
	for (end = time(NULL) + atol(argv[1]); time(NULL) < end; sent++) {
		which = roll(2);
		make(&packet);
		taken += emit(fd[which], &packet, which);
		while (read(fd[which], answer, sizeof(answer)) > 0)
			continue;
	}
	printf("%lu packets, %lu taken\n", sent, taken);
	return 0;
}
