// SPDX-License-Identifier: GPL-2.0-only
/* The peer that is made by hand: segments to and from the TUN device. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "checksum.h"
#include "wire.h"

#define TCP_HEADER 20
#define PACKET_MAX 66000

/* Of a fragment, in bytes: a multiple of 8, and the whole TCP header is in it. */
#define FIRST_FRAGMENT 64

static uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static void put16(uint8_t *p, uint32_t value)
{
	p[0] = value >> 8;
	p[1] = value;
}

static void put32(uint8_t *p, uint32_t value)
{
	put16(p, value >> 16);
	put16(p + 2, value);
}

static uint32_t pseudo_header(const struct play *play, uint8_t protocol, size_t len)
{
	size_t size = net_is_ipv4(play) ? 4 : 16;
	uint32_t sum = protocol + len;

	sum = checksum_add(sum, &play->address[CLIENT], size);
	return checksum_add(sum, &play->address[SERVER], size);
}

static void put_on_wire(struct play *play, const void *packet, size_t len)
{
	if (write(play->tun, packet, len) != (ssize_t)len)
		broken(play, "tun: %m");
}

/* The payload of an IP packet; @offset and @more: of a fragment. */
static void send_ip4(struct play *play, uint8_t protocol, const uint8_t *data, size_t len,
		     size_t offset, bool more, bool extension)
{
	static uint8_t packet[PACKET_MAX];
	struct iphdr *ip = (void *)packet;
	size_t head = sizeof(*ip) + (extension ? 4 : 0);

	memset(packet, IPOPT_NOP, head);
	memset(ip, 0, sizeof(*ip));
	ip->version = 4;
	ip->ihl = head / 4;
	ip->ttl = 64;
	ip->id = htons(4711);
	ip->protocol = protocol;
	ip->frag_off = htons(offset / 8 | (more ? IP_MF : 0));
	ip->tot_len = htons(head + len);
	ip->saddr = play->address[!play->local].v4.s_addr;
	ip->daddr = play->address[play->local].v4.s_addr;
	ip->check = htons(checksum_fold(checksum_add(0, packet, head)));
	memcpy(packet + head, data, len);
	put_on_wire(play, packet, head + len);
}

static void send_ip6(struct play *play, uint8_t protocol, const uint8_t *data, size_t len,
		     size_t offset, bool more, bool extension)
{
	static uint8_t packet[PACKET_MAX];
	struct ip6_hdr *ip = (void *)packet;
	bool fragment = offset || more;
	uint8_t *at = packet + sizeof(*ip);
	uint8_t *next = &ip->ip6_nxt;

	memset(packet, 0, sizeof(*ip) + 16);
	ip->ip6_vfc = 6 << 4;
	ip->ip6_hlim = 64;
	ip->ip6_src = play->address[!play->local].v6;
	ip->ip6_dst = play->address[play->local].v6;
	if (extension) {	/* 8 bytes of padding (RFC 8200 4.6) */
		*next = IPPROTO_DSTOPTS;
		next = at;
		at[2] = 1;
		at[3] = 4;
		at += 8;
	}
	if (fragment) {
		*next = IPPROTO_FRAGMENT;
		next = at;
		put16(at + 2, offset | more);
		put32(at + 4, 4711);
		at += 8;
	}
	*next = protocol;
	memcpy(at, data, len);
	ip->ip6_plen = htons(at + len - packet - sizeof(*ip));
	put_on_wire(play, packet, at + len - packet);
}

static void send_ip(struct play *play, uint8_t protocol, const uint8_t *data, size_t len,
		    size_t offset, bool more, bool extension)
{
	if (net_is_ipv4(play))
		send_ip4(play, protocol, data, len, offset, more, extension);
	else
		send_ip6(play, protocol, data, len, offset, more, extension);
}

static size_t write_header(uint8_t *tcp, const struct segment *seg)
{
	size_t len = TCP_HEADER + ((seg->options_len + 3) & ~3U);

	memset(tcp, 0, len);
	put16(tcp, seg->sport);
	put16(tcp + 2, seg->dport);
	put32(tcp + 4, seg->seq);
	put32(tcp + 8, seg->ack);
	tcp[12] = len / 4 << 4;
	tcp[13] = seg->flags;
	put16(tcp + 14, seg->win);
	memcpy(tcp + TCP_HEADER, seg->options, seg->options_len);
	return len;
}

void peer_send(struct play *play, const struct segment *seg, const struct oddity *odd)
{
	static uint8_t tcp[PACKET_MAX];
	size_t len = write_header(tcp, seg);
	uint32_t sum;

	memset(tcp + len, 'x', seg->len);
	len += seg->len;
	if (odd->doff)
		tcp[12] = odd->doff << 4;
	sum = checksum_add(pseudo_header(play, IPPROTO_TCP, len), tcp, len);
	put16(tcp + 16, checksum_fold(sum) ^ (odd->bad_checksum ? 0x5555 : 0));
	if (!odd->fragments) {
		send_ip(play, IPPROTO_TCP, tcp, len, 0, false, odd->extension);
		return;
	}
	if (len <= FIRST_FRAGMENT)
		broken(play, "too short for two fragments");
	send_ip(play, IPPROTO_TCP, tcp, FIRST_FRAGMENT, 0, true, odd->extension);
	send_ip(play, IPPROTO_TCP, tcp + FIRST_FRAGMENT, len - FIRST_FRAGMENT, FIRST_FRAGMENT,
		false, odd->extension);
}

/* "Destination unreachable" about the last segment of the kernel (RFC 792, 4443). */
void peer_send_icmp(struct play *play, unsigned int code)
{
	uint8_t icmp[128] = { 0 };
	uint8_t *at = icmp + 8;
	bool v4 = net_is_ipv4(play);
	uint32_t sum = 0;

	if (v4) {
		struct iphdr *ip = (void *)at;

		ip->version = 4;
		ip->ihl = 5;
		ip->ttl = 64;
		ip->protocol = IPPROTO_TCP;
		ip->tot_len = htons(sizeof(*ip) + TCP_HEADER);
		ip->saddr = play->address[play->local].v4.s_addr;
		ip->daddr = play->address[!play->local].v4.s_addr;
		at += sizeof(*ip);
	} else {
		struct ip6_hdr *ip = (void *)at;

		ip->ip6_vfc = 6 << 4;
		ip->ip6_hlim = 64;
		ip->ip6_nxt = IPPROTO_TCP;
		ip->ip6_plen = htons(TCP_HEADER);
		ip->ip6_src = play->address[play->local].v6;
		ip->ip6_dst = play->address[!play->local].v6;
		at += sizeof(*ip);
	}
	write_header(at, &play->last);
	at += TCP_HEADER;
	icmp[0] = v4 ? ICMP_UNREACH : ICMP6_DST_UNREACH;
	icmp[1] = code;
	if (!v4)
		sum = pseudo_header(play, IPPROTO_ICMPV6, at - icmp);
	put16(icmp + 2, checksum_fold(checksum_add(sum, icmp, at - icmp)));
	send_ip(play, v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6, icmp, at - icmp, 0, false, false);
}

/* ---- from the kernel ---- */

/* Is it a segment? The device carries other things, too. */
static bool parse(const struct play *play, const uint8_t *packet, size_t len, struct segment *seg)
{
	size_t head = net_is_ipv4(play) ? (packet[0] & 15) * 4 : sizeof(struct ip6_hdr);
	const uint8_t *tcp = packet + head;
	size_t tcp_len;

	if (len < head + TCP_HEADER || packet[0] >> 4 != (net_is_ipv4(play) ? 4 : 6) ||
	    packet[net_is_ipv4(play) ? 9 : 6] != IPPROTO_TCP)
		return false;
	tcp_len = (tcp[12] >> 4) * 4;
	if (head + tcp_len > len)
		return false;
	*seg = (struct segment){
		.sport = get16(tcp), .dport = get16(tcp + 2),
		.seq = get32(tcp + 4), .ack = get32(tcp + 8),
		.flags = tcp[13], .win = get16(tcp + 14),
		.len = len - head - tcp_len, .options_len = tcp_len - TCP_HEADER,
	};
	memcpy(seg->options, tcp + TCP_HEADER, seg->options_len);
	return true;
}

const uint8_t *segment_option(const struct segment *seg, uint8_t kind)
{
	const uint8_t *p = seg->options, *end = p + seg->options_len;

	while (p < end && *p) {
		if (*p == kind)
			return p;
		if (*p != 1 && (end - p < 2 || p[1] < 2))
			break;
		p += *p == 1 ? 1 : p[1];
	}
	return NULL;
}

/* Everything that the kernel has sent so far. */
void peer_drain(struct play *play)
{
	static uint8_t packet[PACKET_MAX];
	struct segment seg;
	ssize_t len;

	while ((len = read(play->tun, packet, sizeof(packet))) > 0) {
		if (!parse(play, packet, len, &seg))
			continue;
		if (play->pendings == PENDING_MAX)
			broken(play, "the kernel sends without end");
		play->pending[play->pendings++] = seg;
	}
	if (len < 0 && errno != EAGAIN)
		broken(play, "tun: %m");
}

bool peer_await(struct play *play, int patience_ms)
{
	long long end = now_ms() + patience_ms;
	struct pollfd poll_fd = { .fd = play->tun, .events = POLLIN };

	for (;;) {
		long long left = end - now_ms();

		peer_drain(play);
		if (play->pendings || left <= 0)
			return play->pendings;
		poll(&poll_fd, 1, left);
	}
}

struct segment peer_take(struct play *play)
{
	struct segment seg = play->pending[0];
	const uint8_t *ts = segment_option(&seg, 8);

	play->pendings--;
	memmove(play->pending, play->pending + 1, play->pendings * sizeof(seg));
	if (ts)
		play->now.timestamp = get32(ts + 2);
	play->last = seg;
	play->sent[play->sents++ % PENDING_MAX] = seg;
	return seg;
}

/* Numbers as the script would have them. */
void peer_print(struct play *play, const struct segment *seg)
{
	int who = seg->sport == play->port[CLIENT] ? CLIENT : SERVER;
	static const char letters[] = "FSRP.UEW";
	char flags[9];
	int n = 0, i;

	for (i = 0; i < 8; i++)
		if (seg->flags & 1 << i)
			flags[n++] = letters[i];
	flags[n] = '\0';
	fprintf(play->log, "%s %s %u", who == CLIENT ? "client >" : "server <", n ? flags : "-",
		seg->seq - play->now.base[who]);
	if (seg->len)
		fprintf(play->log, ":%u", seg->seq + seg->len - play->now.base[who]);
	if (seg->flags & ACK)
		fprintf(play->log, " ack %u", seg->ack - play->now.base[!who]);
	fprintf(play->log, " win %u (seq %u ack %u on the wire)", seg->win, seg->seq, seg->ack);
	if (seg->options_len) {
		fprintf(play->log, " options");
		for (i = 0; i < (int)seg->options_len; i++)
			fprintf(play->log, " %02x", seg->options[i]);
	}
}
