// SPDX-License-Identifier: GPL-2.0-only
/*
 * From bytes to segment, item 66. Every buffer is allocated at its exact size,
 * so that a read past it is seen.
 */
#include "script.h"

#include <stdlib.h>

/* A header of @words 32-bit words with @options, in a buffer of @have bytes. */
static int parse(struct tcpfsm_segment *seg, unsigned int words, u8 flags, const void *options,
		 size_t len, u32 have, u32 total)
{
	u8 header[60] = { 0x12, 0x34, 0xab, 0xcd, 1, 2, 3, 4, 0xf1, 0xf2, 0xf3, 0xf4 };
	u8 *exact = malloc(have ? have : 1);
	int ret;

	header[12] = words << 4;
	header[13] = flags;
	header[14] = 0xff;
	header[15] = 0xfe;
	memcpy(header + 20, options, len);
	memcpy(exact, header, have < 60 ? have : 60);
	memset(seg, 0xa5, sizeof(*seg));
	ret = tcpfsm_segment_parse(seg, exact, have, total);
	free(exact);
	return ret;
}

/* A SYN with options, padded to whole words with @pad. */
static struct tcpfsm_segment syn_with(const void *options, size_t len, u8 flags)
{
	unsigned int words = 5 + (len + 3) / 4;
	struct tcpfsm_segment seg;

	assert_int_equal(parse(&seg, words, flags, options, len, words * 4, words * 4), 0);
	return seg;
}

TEST(plain)
{
	struct tcpfsm_segment seg;

	assert_int_equal(parse(&seg, 5, TCPFSM_ACK, "", 0, 20, 1020), 0);
	assert_int_equal(seg.sport, 0x1234);
	assert_int_equal(seg.dport, 0xabcd);
	assert_int_equal(seg.seq, 0x01020304);
	assert_int_equal(seg.ack, 0xf1f2f3f4);
	assert_int_equal(seg.window, 0xfffe);
	assert_int_equal(seg.flags, TCPFSM_ACK);
	assert_int_equal(seg.len, 1000);
	assert_int_equal(seg.options, 0);
	assert_int_equal(seg.mss, 0);
	assert_false(seg.has_wscale || seg.has_ts || seg.has_sack || seg.bad_options);
}

TEST(every_flag)
{
	unsigned int flags;

	for (flags = 0; flags < 256; flags++) {
		struct tcpfsm_segment seg = syn_with("", 0, flags);

		assert_int_equal(seg.flags, flags);
		assert_int_equal(seg.len, 0);
	}
}

/* BIG TCP and jumbo payloads: lengths beyond 16 bits (RFC 2675). */
TEST(jumbo)
{
	struct tcpfsm_segment seg;

	assert_int_equal(parse(&seg, 5, TCPFSM_ACK, "", 0, 20, 524288), 0);
	assert_int_equal(seg.len, 524268);
	assert_int_equal(parse(&seg, 8, TCPFSM_ACK, "\1\1\1\1\1\1\1\1\1\1\1\1", 12, 32,
			       0xffffffff), 0);
	assert_int_equal(seg.len, 0xffffffff - 32);
}

TEST(options_of_syn)
{
	static const u8 all[] = {
		2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0, 0x30, 0x39, 0, 0, 0, 0, 1, 3, 3, 7,
		34, 2, 30, 4, 0, 0,
	};
	struct tcpfsm_segment seg = syn_with(all, sizeof(all), TCPFSM_SYN);

	assert_int_equal(seg.mss, 1460);
	assert_true(seg.has_wscale);
	assert_int_equal(seg.wscale, 7);
	assert_true(seg.has_ts);
	assert_int_equal(seg.tsval, 12345);
	assert_int_equal(seg.options, TCPFSM_OPT_SACK | TCPFSM_OPT_TS | TCPFSM_OPT_TFO |
				      TCPFSM_OPT_MPTCP);
	assert_false(seg.bad_options);
}

/* RFC 9293 3.2, RFC 7323 2.2, RFC 2018 2: these mean something in a SYN alone. */
TEST(options_for_syn_only)
{
	struct tcpfsm_segment seg = syn_with("\2\4\5\264\4\2\3\3\7", 9, TCPFSM_ACK);

	assert_int_equal(seg.mss, 0);
	assert_int_equal(seg.options, 0);
	assert_false(seg.has_wscale);
	assert_false(seg.bad_options);
}

/* RFC 7323 2.3 */
TEST(wscale_limit)
{
	assert_int_equal(syn_with("\3\3\0", 3, TCPFSM_SYN).wscale, 0);
	assert_true(syn_with("\3\3\0", 3, TCPFSM_SYN).has_wscale);
	assert_int_equal(syn_with("\3\3\16", 3, TCPFSM_SYN).wscale, 14);
	assert_int_equal(syn_with("\3\3\17", 3, TCPFSM_SYN).wscale, 14);
	assert_int_equal(syn_with("\3\3\377", 3, TCPFSM_SYN).wscale, 14);
}

/* The highest edge, in serial order. */
TEST(sack_blocks)
{
	static const u8 three[] = {
		1, 1, 5, 26, 0, 0, 1, 0, 0, 0, 2, 0, 0xff, 0xff, 0, 0, 0, 0, 4, 0,
		0xff, 0xff, 0, 0, 0xff, 0xff, 0xf0, 0,
	};
	struct tcpfsm_segment seg = syn_with(three, sizeof(three), TCPFSM_ACK);

	assert_true(seg.has_sack);
	assert_int_equal(seg.sack_edge, 0x400);
	/* No block, and half a block. */
	assert_false(syn_with("\5\2", 2, TCPFSM_ACK).has_sack);
	assert_false(syn_with("\5\11\0\0\0\1\0\0\0", 9, TCPFSM_ACK).has_sack);
	assert_false(syn_with("\5\2", 2, TCPFSM_ACK).bad_options);
}

/* A known option of a length that it cannot have is passed over. */
TEST(options_of_wrong_length)
{
	static const u8 wrong[] = {
		2, 3, 5, 2, 5, 5, 180, 0, 3, 2, 3, 4, 7, 7, 4, 3, 0, 8, 9, 0, 0, 0, 0, 0, 0, 0,
	};
	struct tcpfsm_segment seg = syn_with(wrong, sizeof(wrong), TCPFSM_SYN);

	assert_int_equal(seg.mss, 0);
	assert_int_equal(seg.options, 0);
	assert_false(seg.has_wscale || seg.has_ts || seg.bad_options);
}

/* Kind 0 ends the list; what follows is padding, whatever it holds. */
/* The first way to write it is that of RFC 7323 appendix A; they all say the same. */
TEST(timestamp_alone)
{
	static const char *const ways[] = {
		"\1\1\10\12\1\2\3\4\361\362\363\364",
		"\10\12\1\2\3\4\361\362\363\364\1\1",
		"\1\10\12\1\2\3\4\361\362\363\364\1",
		/* A longer header, and who says less than what stands there. */
		"\1\1\10\12\1\2\3\4\361\362\363\364\0\0\0",
	};
	static const size_t lens[] = { 12, 12, 12, 16 };
	struct tcpfsm_segment seg;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		seg = syn_with(ways[i], lens[i], TCPFSM_ACK);
		assert_true(seg.has_ts);
		assert_int_equal(seg.options, TCPFSM_OPT_TS);
		assert_int_equal(seg.tsval, 0x01020304);
		assert_int_equal(seg.tsecr, 0xf1f2f3f4);
		assert_false(seg.bad_options || seg.has_sack || seg.has_wscale);
	}
	/* Of another length it is none, and what stands behind it is an option. */
	seg = syn_with("\1\1\10\11\1\2\3\4\1\2\3\1", 12, TCPFSM_ACK);
	assert_false(seg.has_ts || seg.bad_options);
}

TEST(end_of_options)
{
	struct tcpfsm_segment seg = syn_with("\2\4\5\264\0\3\3\7", 8, TCPFSM_SYN);

	assert_int_equal(seg.mss, 1460);
	assert_false(seg.has_wscale || seg.bad_options);
}

/* Length 0, 1, past the end; the length itself past the end. What came before counts. */
TEST(damaged_options)
{
	static const char *const damaged[] = {
		"\2\4\5\264\10\0\0\0", "\2\4\5\264\10\1\0\0", "\2\4\5\264\10\12\0\0",
		"\2\4\5\264\1\1\1\10", "\2\4\5\264\10\377\0\0", "\2\4\5\264\1\1\3\3",
		"\2\4\5\264\5\12\0\0", "\2\4\5\264\42\5\0\0", "\2\4\5\264\36\5\0\0",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(damaged); i++) {
		struct tcpfsm_segment seg = syn_with(damaged[i], 8, TCPFSM_SYN);

		assert_true(seg.bad_options);
		assert_int_equal(seg.mss, 1460);
		assert_int_equal(seg.options, 0);
		assert_false(seg.has_ts);
	}
}

TEST(malformed)
{
	struct tcpfsm_segment seg;
	u32 have, words;

	/* Data offset below 5. */
	for (words = 0; words < 5; words++)
		assert_int_equal(parse(&seg, words, TCPFSM_ACK, "", 0, 20, 20), -1);
	/* Past the end of the segment. */
	for (words = 6; words < 16; words++) {
		assert_int_equal(parse(&seg, words, TCPFSM_ACK, "", 0, 20, 20), -1);
		assert_int_equal(parse(&seg, words, TCPFSM_ACK, "", 0, 60, words * 4 - 1), -1);
		assert_int_equal(parse(&seg, words, TCPFSM_ACK, "", 0, 60, words * 4), 0);
	}
	/* Truncated. */
	for (have = 0; have < 20; have++)
		assert_int_equal(parse(&seg, 5, TCPFSM_ACK, "", 0, have, 1000), -1);
	assert_int_equal(parse(&seg, 15, TCPFSM_ACK, "", 0, 59, 1000), -1);
	assert_int_equal(parse(&seg, 15, TCPFSM_ACK, "", 0, 60, 1000), 0);
	assert_int_equal(parse(&seg, 5, TCPFSM_ACK, "", 0, 20, 19), -1);
	assert_int_equal(parse(&seg, 5, TCPFSM_ACK, "", 0, 20, 0), -1);
}

/* Any bytes at all: no read past the end, no option that was not whole. */
TEST(noise)
{
	u32 seed = 12345, round, i;

	for (round = 0; round < 20000; round++) {
		u32 have = 20 + seed % 41;
		u8 *exact = malloc(have);
		struct tcpfsm_segment seg;

		for (i = 0; i < have; i++) {
			seed = seed * 1664525 + 1013904223;
			exact[i] = seed >> 24;
			if (i >= 20 && seed & 0x100)	/* small kinds and lengths */
				exact[i] &= 0x0f;
		}
		if (!tcpfsm_segment_parse(&seg, exact, have, have + seed % 3000)) {
			assert_true(tcpfsm_tcp_header_len(exact) >= 20);
			assert_true(tcpfsm_tcp_header_len(exact) <= have);
			assert_true(seg.wscale <= 14);
		}
		free(exact);
	}
}

/* RFC 3168 6.1.1 */
TEST(ecn)
{
	u8 ask = TCPFSM_SYN | TCPFSM_ECE | TCPFSM_CWR;

	assert_int_equal(syn_with("", 0, ask).options, TCPFSM_OPT_ECN);
	assert_int_equal(syn_with("", 0, TCPFSM_SYN | TCPFSM_ACK | TCPFSM_ECE).options,
			 TCPFSM_OPT_ECN);
	assert_int_equal(syn_with("", 0, TCPFSM_SYN | TCPFSM_ECE).options, 0);
	assert_int_equal(syn_with("", 0, ask | TCPFSM_ACK).options, 0);
	assert_int_equal(syn_with("", 0, TCPFSM_ACK | TCPFSM_ECE).options, 0);
}

/* ---- IPv6 extension headers, RFC 8200 4 ---- */

static enum tcpfsm_walk step(struct tcpfsm_ip6_walk *walk, u8 next, u8 len, u8 hi, u8 lo)
{
	u8 *exact = calloc(1, TCPFSM_IP6_EXT_MIN);
	enum tcpfsm_walk ret;

	exact[0] = next;
	exact[1] = len;
	exact[2] = hi;
	exact[3] = lo;
	ret = tcpfsm_ip6_step(walk, exact);
	free(exact);
	return ret;
}

TEST(no_extension)
{
	struct tcpfsm_ip6_walk walk;

	assert_int_equal(tcpfsm_ip6_begin(&walk, 6), TCPFSM_WALK_TCP);
	assert_int_equal(walk.offset, 40);
	assert_false(walk.fragment);
	assert_int_equal(tcpfsm_ip6_begin(&walk, 17), TCPFSM_WALK_OTHER);
	assert_int_equal(tcpfsm_ip6_begin(&walk, 58), TCPFSM_WALK_OTHER);
	assert_int_equal(tcpfsm_ip6_begin(&walk, 59), TCPFSM_WALK_OTHER);	/* none */
	assert_int_equal(tcpfsm_ip6_begin(&walk, 50), TCPFSM_WALK_OTHER);	/* ESP */
}

/* Hop-by-hop (a jumbo payload sits there), routing, destination, AH, mobility, then TCP. */
TEST(extensions)
{
	struct tcpfsm_ip6_walk walk;

	assert_int_equal(tcpfsm_ip6_begin(&walk, 0), TCPFSM_WALK_MORE);
	assert_int_equal(step(&walk, 43, 0, 0xc2, 4), TCPFSM_WALK_MORE);
	assert_int_equal(walk.offset, 48);
	assert_int_equal(step(&walk, 60, 2, 0, 0), TCPFSM_WALK_MORE);
	assert_int_equal(walk.offset, 72);
	assert_int_equal(step(&walk, 51, 1, 0, 0), TCPFSM_WALK_MORE);
	assert_int_equal(walk.offset, 88);
	assert_int_equal(step(&walk, 135, 4, 0, 0), TCPFSM_WALK_MORE);	/* AH: words of 4, less 2 */
	assert_int_equal(walk.offset, 112);
	assert_int_equal(step(&walk, 6, 255, 0, 0), TCPFSM_WALK_TCP);
	assert_int_equal(walk.offset, 112 + 2048);
	assert_false(walk.fragment);
}

/* Type, segments left: whom is it for in the end? */
TEST(routing)
{
	struct tcpfsm_ip6_walk walk;

	/* Of segment routing, two segments: the first of them. */
	tcpfsm_ip6_begin(&walk, 43);
	assert_int_equal(step(&walk, 6, 4, 4, 1), TCPFSM_WALK_TCP);
	assert_true(walk.routed);
	assert_int_equal(walk.target, 48);
	/* It is there. */
	tcpfsm_ip6_begin(&walk, 43);
	assert_int_equal(step(&walk, 6, 4, 4, 0), TCPFSM_WALK_TCP);
	assert_false(walk.routed);
	assert_int_equal(walk.target, 0);
	/* Mobile IPv6, behind hop-by-hop options. */
	tcpfsm_ip6_begin(&walk, 0);
	assert_int_equal(step(&walk, 43, 0, 0, 0), TCPFSM_WALK_MORE);
	assert_int_equal(step(&walk, 6, 2, 2, 1), TCPFSM_WALK_TCP);
	assert_int_equal(walk.target, 56);
	/* Type 0, three addresses: the last of them. */
	tcpfsm_ip6_begin(&walk, 43);
	assert_int_equal(step(&walk, 6, 6, 0, 2), TCPFSM_WALK_TCP);
	assert_int_equal(walk.target, 48 + 2 * 16);
	/* Another type; and none of it has room for an address. */
	tcpfsm_ip6_begin(&walk, 43);
	step(&walk, 6, 4, 3, 1);
	assert_true(walk.routed);
	assert_int_equal(walk.target, 0);
	tcpfsm_ip6_begin(&walk, 43);
	step(&walk, 6, 1, 4, 1);
	assert_false(walk.routed);
}

TEST(fragments)
{
	struct tcpfsm_ip6_walk walk;

	/* The first of several. */
	tcpfsm_ip6_begin(&walk, 44);
	assert_int_equal(step(&walk, 6, 0, 0x00, 0x01), TCPFSM_WALK_TCP);
	assert_int_equal(walk.offset, 48);
	assert_true(walk.fragment);
	/* RFC 6946: the only one is whole. */
	tcpfsm_ip6_begin(&walk, 44);
	assert_int_equal(step(&walk, 6, 0, 0x00, 0x00), TCPFSM_WALK_TCP);
	assert_false(walk.fragment);
	/* The reserved byte is no length. */
	tcpfsm_ip6_begin(&walk, 44);
	assert_int_equal(step(&walk, 6, 200, 0x00, 0x06), TCPFSM_WALK_TCP);
	assert_int_equal(walk.offset, 48);
	/* Not the first, with and without more behind. */
	tcpfsm_ip6_begin(&walk, 44);
	assert_int_equal(step(&walk, 6, 0, 0x00, 0x08), TCPFSM_WALK_FRAGMENT);
	assert_int_equal(walk.next, 6);
	tcpfsm_ip6_begin(&walk, 44);
	assert_int_equal(step(&walk, 6, 0, 0xff, 0xf9), TCPFSM_WALK_FRAGMENT);
}

/* The longest walk cannot wrap the offset. */
TEST(walk_does_not_wrap)
{
	struct tcpfsm_ip6_walk walk;
	unsigned int i;

	assert_int_equal(tcpfsm_ip6_begin(&walk, 60), TCPFSM_WALK_MORE);
	for (i = 0; i < TCPFSM_IP6_EXT_MAX; i++)
		assert_int_equal(step(&walk, 60, 255, 0, 0), TCPFSM_WALK_MORE);
	assert_int_equal(walk.offset, 40 + TCPFSM_IP6_EXT_MAX * 2048);
}

TESTS = {
	test(plain), test(every_flag), item(66a, jumbo), test(options_of_syn),
	test(options_for_syn_only), test(wscale_limit), test(sack_blocks), test(timestamp_alone),
	item(66b, options_of_wrong_length), item(66c, end_of_options),
	item(66d, damaged_options), item(66e, malformed), item(66f, noise), test(ecn),
	item(66g, no_extension), item(66h, extensions), test(routing), item(66i, fragments),
	item(66j, walk_does_not_wrap),
};

int main(void)
{
	return RUN(tests);
}
