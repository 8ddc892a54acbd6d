// SPDX-License-Identifier: GPL-2.0-only
/* The parsers, with any bytes of any length up to 128. */
#include "any.h"
#include "segment.h"

#define BYTES_MAX 128

static u8 bytes[BYTES_MAX];

/* A TCP header: all that is there, of a segment that may be longer. */
static void parse(const u8 *tcp, u32 have)
{
	struct tcpfsm_segment seg;
	u32 total = any_u32();

	if (total >= have)
		tcpfsm_segment_parse(&seg, tcp, have, total);
}

/* The headers before it, as those who call it walk along them. */
static void walk(u32 have)
{
	struct tcpfsm_ip6_walk walk;
	enum tcpfsm_walk found = tcpfsm_ip6_begin(&walk, any_u8());
	unsigned int n;

	for (n = 0; found == TCPFSM_WALK_MORE && n < TCPFSM_IP6_EXT_MAX; n++) {
		u32 offset = walk.offset - TCPFSM_IP6_HEADER;

		if (offset + TCPFSM_IP6_EXT_MIN > have)
			return;
		found = tcpfsm_ip6_step(&walk, bytes + offset);
	}
}

int main(void)
{
	u32 have, i;

	for (i = 0; i < BYTES_MAX; i++)
		bytes[i] = any_u8();
	walk(any_below(BYTES_MAX + 1));
	/*
	 * What lies behind is not to be read: the last byte is the array's last. No
	 * header is longer than 60.
	 */
	/*@ loop unroll 61; */
	for (have = 0; have <= TCPFSM_TCP_HEADER_MAX; have++)
		parse(bytes + BYTES_MAX - have, have);
	have = TCPFSM_TCP_HEADER_MAX + 1 + any_below(BYTES_MAX - TCPFSM_TCP_HEADER_MAX);
	parse(bytes + BYTES_MAX - have, have);
	return 0;
}
