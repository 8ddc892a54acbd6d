// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes to the core's parsers: a TCP header, the extension headers of
 * IPv6 before it, and an ICMP message. Those who walk the IP headers (packet.c of
 * the command and of the module) hand them over as this does.
 *
 * The first byte says what follows: 0 a TCP header, else the next header field
 * of an IPv6 header, of which 1 is ICMP and 58 ICMPv6. The second one is how much
 * longer the segment is than what is there of it.
 */
#include "icmp.h"
#include "target.h"

/* What the rules take for granted of a segment. */
static void check_segment(const struct tcpfsm_segment *seg, u32 header, u32 total)
{
	demand(header >= TCPFSM_TCP_HEADER_MIN && header <= TCPFSM_TCP_HEADER_MAX);
	demand(seg->len == total - header);
	demand(seg->wscale <= 14);
	demand(seg->options < 1 << TCPFSM_OPTION_MAX);
	demand(seg->flags & TCPFSM_SYN || !(seg->has_wscale || seg->mss));
	demand(seg->has_wscale || !seg->wscale);
	demand(seg->has_ts || !(seg->tsval || seg->tsecr));
	demand(seg->has_sack || !seg->sack_edge);
	demand(!seg->partial);
}

/* Returns whether a stack would take it. */
static bool try_tcp(const u8 *tcp, u32 have, u32 total)
{
	struct tcpfsm_segment seg, again;
	u8 alone[TCPFSM_TCP_HEADER_MAX];
	u32 header;

	memset(&seg, 0x55, sizeof(seg));
	if (tcpfsm_segment_parse(&seg, tcp, have, total))
		return false;
	header = tcpfsm_tcp_header_len(tcp);
	demand(header <= have && header <= total);
	check_segment(&seg, header, total);
	/* The payload has no say in it, nor what stood in the memory. */
	memcpy(alone, tcp, header);
	memset(&again, 0xaa, sizeof(again));
	demand(!tcpfsm_segment_parse(&again, alone, header, total));
	demand(!memcmp(&seg, &again, sizeof(seg)));
	return true;
}

static void parse_tcp(const u8 *tcp, u32 have, u32 more)
{
	u32 cut;

	if (!try_tcp(tcp, have, have + more))
		return;
	/* Cut anywhere, it is refused or read as before, and never read past. */
	for (cut = 0; cut < have && cut < TCPFSM_TCP_HEADER_MAX; cut++) {
		u8 *copy = malloc(cut);

		memcpy(copy, tcp, cut);
		demand(try_tcp(copy, cut, have + more) == (cut >= tcpfsm_tcp_header_len(tcp)));
		free(copy);
	}
}

static void walk_ip6(u8 next, const u8 *at, u32 have, u32 more)
{
	struct tcpfsm_ip6_walk walk;
	enum tcpfsm_walk found = tcpfsm_ip6_begin(&walk, next);
	unsigned int n;

	demand(walk.offset == TCPFSM_IP6_HEADER && !walk.fragment);
	for (n = 0; found == TCPFSM_WALK_MORE && n < TCPFSM_IP6_EXT_MAX; n++) {
		u32 offset = walk.offset - TCPFSM_IP6_HEADER;
		u8 *header = malloc(TCPFSM_IP6_EXT_MIN);

		if (have < offset + TCPFSM_IP6_EXT_MIN) {
			free(header);
			return;
		}
		memcpy(header, at + offset, TCPFSM_IP6_EXT_MIN);
		found = tcpfsm_ip6_step(&walk, header);
		free(header);
		if (found == TCPFSM_WALK_FRAGMENT)
			return;
		demand(walk.offset >= TCPFSM_IP6_HEADER + offset + 8);
		demand(walk.offset <= TCPFSM_IP6_HEADER + offset + 256 * 8);
	}
	if (found == TCPFSM_WALK_TCP && walk.offset - TCPFSM_IP6_HEADER <= have)
		parse_tcp(at + walk.offset - TCPFSM_IP6_HEADER,
			  have + TCPFSM_IP6_HEADER - walk.offset, more);
}

/* Whatever is cut off, it is read as before, or too little is there. */
static void parse_icmp(bool is_ip6, const u8 *at, u32 have)
{
	struct tcpfsm_icmp icmp, again;
	char name[TCPFSM_ICMP_NAME_MAX];
	u32 cut;

	memset(&icmp, 0x55, sizeof(icmp));
	if (tcpfsm_icmp_parse(&icmp, is_ip6, at, have) != TCPFSM_ICMP_ERROR)
		return;
	demand(icmp.class > TCPFSM_ICMP_NONE && icmp.class < TCPFSM_ICMP_CLASS_MAX);
	demand(tcpfsm_icmp_type(icmp.class) == at[0] && icmp.code == at[1]);
	demand(have >= TCPFSM_ICMP_HEADER + 20 + TCPFSM_ICMP_QUOTED);
	demand(tcpfsm_icmp_name(name, sizeof(name), icmp.class, icmp.code) > 0);
	for (cut = 0; cut < have; cut++) {
		u8 *copy = malloc(cut);
		enum tcpfsm_icmp_kind kind;

		memcpy(copy, at, cut);
		memset(&again, 0xaa, sizeof(again));
		kind = tcpfsm_icmp_parse(&again, is_ip6, copy, cut);
		demand(kind != TCPFSM_ICMP_OTHER || !cut);
		demand(kind != TCPFSM_ICMP_ERROR || !memcmp(&icmp, &again, sizeof(icmp)));
		free(copy);
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	if (size < 2)
		return 0;
	if (data[0] == 1 || data[0] == 58)
		parse_icmp(data[0] == 58, data + 2, size - 2);
	else if (data[0])
		walk_ip6(data[0] - 1, data + 2, size - 2, data[1]);
	else
		parse_tcp(data + 2, size - 2, data[1]);
	return 0;
}
