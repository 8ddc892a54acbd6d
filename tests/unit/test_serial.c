// SPDX-License-Identifier: GPL-2.0-only
/* RFC 9293 3.4: comparisons of sequence numbers, modulo 2^32. */
#include "script.h"

/* The same by 64-bit arithmetic. */
static bool is_before(u32 a, u32 b)
{
	u64 forward = ((u64)b + (1ULL << 32) - a) % (1ULL << 32);

	return forward > 0 && forward < 1ULL << 31;
}

static const u32 places[] = {
	0, 1, 2, 1000, 0x7ffffffe, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff,
};

TEST(order)
{
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		for (j = 0; j < ARRAY_SIZE(places); j++) {
			u32 a = places[i], b = places[j];

			/* Exactly half the circle apart has no order. */
			if (a - b == 0x80000000)
				continue;
			assert_int_equal(tcpfsm_before(a, b), is_before(a, b));
			assert_int_equal(tcpfsm_after(a, b), is_before(b, a));
			assert_int_equal(tcpfsm_later(a, b), is_before(a, b) ? b : a);
		}
	}
	assert_false(tcpfsm_before(7, 7));
	assert_true(tcpfsm_before(0xffffffff, 0));
	assert_true(tcpfsm_after(0, 0xffffffff));
	assert_true(tcpfsm_before(5, 5 + 0x7fffffffU));
	assert_false(tcpfsm_before(5, 5 + 0x80000001U));
}

TEST(within)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		u32 low = places[i];

		assert_true(tcpfsm_within(low, low, low));
		assert_false(tcpfsm_within(low + 1, low, low));
		assert_false(tcpfsm_within(low - 1, low, low));
		assert_true(tcpfsm_within(low, low, low + 10));
		assert_true(tcpfsm_within(low + 10, low, low + 10));
		assert_false(tcpfsm_within(low + 11, low, low + 10));
		assert_false(tcpfsm_within(low - 1, low, low + 10));
		/* More than half the circle is a range too. */
		assert_true(tcpfsm_within(low + 0xc0000000, low, low + 0xd0000000));
		assert_false(tcpfsm_within(low + 0xd0000001, low, low + 0xd0000000));
	}
}

/* SYN and FIN take a number each, payload one a byte. */
TEST(end_of_segment)
{
	struct tcpfsm_segment seg = { .seq = 0xfffffffe, .len = 3 };

	assert_int_equal(tcpfsm_end(&seg), 1);
	seg.flags = TCPFSM_FIN;
	assert_int_equal(tcpfsm_end(&seg), 2);
	seg.flags = TCPFSM_SYN | TCPFSM_FIN;
	assert_int_equal(tcpfsm_end(&seg), 3);
	seg.flags = TCPFSM_SYN | TCPFSM_ACK;
	seg.len = 0;
	assert_int_equal(tcpfsm_end(&seg), 0xffffffff);
}

/* Whole connections: each number is where the circle closes, and each one before and after. */
TEST(whole_connections)
{
	char lines[8][96];
	u32 back;

	for (back = 90; back < 240; back++) {
		u32 c = 100 - back, s = 500 - 400 - back;

		snprintf(lines[0], 96, "client > S %u			| SS/LI", c);
		snprintf(lines[1], 96, "server < S. %u ack %u		| SS/SR", s, c + 1);
		snprintf(lines[2], 96, "client > . %u ack %u		| ES/ES", c + 1, s + 1);
		snprintf(lines[3], 96, "client > P. %u:%lu ack %u	| ES/ES", c + 1,
			 (unsigned long)c + 51, s + 1);
		snprintf(lines[4], 96, "server < P. %u:%lu ack %u	| ES/ES", s + 1,
			 (unsigned long)s + 51, c + 51);
		snprintf(lines[5], 96, "client > F. %u ack %u		| F1/ES", c + 51, s + 51);
		snprintf(lines[6], 96, "server < F. %u ack %u | F2/CW,LA", s + 51, c + 52);
		snprintf(lines[7], 96, "client > . %u ack %u | TW/CL outcome=graceful", c + 52,
			 s + 52);
		play(EVERYWHERE, ":base", lines[0], lines[1], lines[2], lines[3], lines[4],
		     lines[5], lines[6], lines[7]);
	}
}

TESTS = {
	test(order), test(within), test(end_of_segment), test(whole_connections),
};

int main(void)
{
	return RUN(tests);
}
