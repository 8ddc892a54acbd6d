// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data between two established ends: the short way, tcpfsm_follow(), does what
 * the long one, tcpfsm_see(), does. Every script that is played compares them
 * too.
 */
#include "short_way.h"
#include "script.h"

static void see(struct tcpfsm_flow *flow, unsigned int who, struct tcpfsm_segment seg, u8 point)
{
	struct tcpfsm_sighting at = { .now_ns = 1, .point = point };
	struct tcpfsm_result result;

	tcpfsm_see(flow, who, &seg, &at, &result);
}

static void establish(struct tcpfsm_flow *flow, u8 there, u8 back, bool scaled)
{
	struct tcpfsm_segment syn = { .seq = 100, .flags = TCPFSM_SYN, .window = 1000,
				      .has_wscale = scaled, .wscale = 3 };
	struct tcpfsm_sighting at = { .now_ns = 1, .point = there };
	struct tcpfsm_result result;

	tcpfsm_begin(flow, TCPFSM_CLIENT, false, &syn, &at, &result);
	see(flow, TCPFSM_SERVER,
	    (struct tcpfsm_segment){ .seq = 500, .ack = 101, .flags = TCPFSM_SYN | TCPFSM_ACK,
				     .window = 1000, .has_wscale = scaled, .wscale = 7 }, back);
	see(flow, TCPFSM_CLIENT,
	    (struct tcpfsm_segment){ .seq = 101, .ack = 501, .flags = TCPFSM_ACK,
				     .window = 1000 }, there);
	see(flow, TCPFSM_CLIENT,
	    (struct tcpfsm_segment){ .seq = 101, .ack = 501, .len = 10, .flags = TCPFSM_ACK,
				     .window = 1000 }, there);
	see(flow, TCPFSM_SERVER,
	    (struct tcpfsm_segment){ .seq = 501, .ack = 111, .len = 10, .flags = TCPFSM_ACK,
				     .window = 1000 }, back);
}

/* Picked up while they talk: windows are not judged (flag loose). */
static void establish_midstream(struct tcpfsm_flow *flow, u8 there, u8 back)
{
	struct tcpfsm_segment data = { .seq = 101, .ack = 501, .len = 10, .flags = TCPFSM_ACK,
				       .window = 1000 };
	struct tcpfsm_sighting at = { .now_ns = 1, .point = there };
	struct tcpfsm_result result;

	tcpfsm_begin(flow, TCPFSM_CLIENT, false, &data, &at, &result);
	see(flow, TCPFSM_SERVER,
	    (struct tcpfsm_segment){ .seq = 501, .ack = 111, .len = 10, .flags = TCPFSM_ACK,
				     .window = 1000 }, back);
}

/* A small generator, so that a failure can be had again. */
static u32 state_of_dice;

static u32 dice(u32 sides)
{
	state_of_dice = state_of_dice * 1664525 + 1013904223;
	return (u64)state_of_dice * sides >> 32;
}

static struct tcpfsm_segment any_segment(const struct tcpfsm_flow *flow, unsigned int who)
{
	const struct tcpfsm_endpoint *x = &flow->end[who];
	struct tcpfsm_segment seg = {
		.seq = x->snd_nxt + dice(40) - 20,
		.ack = flow->end[!who].snd_nxt + dice(30) - 25,
		.len = dice(3) ? dice(30) : 0,
		.window = dice(10) ? 1000 + dice(500) : dice(2),
		.flags = TCPFSM_ACK,
	};

	if (dice(2)) {
		seg.has_ts = true;
		seg.tsval = x->tsval + dice(10) - 3;
	}
	if (!dice(10)) {
		seg.has_sack = true;
		seg.sack_edge = seg.ack + dice(1000);
	}
	/* Now and then nonsense. */
	if (!dice(50))
		seg.seq += dice(0xffffffff);
	if (!dice(50))
		seg.ack += dice(0xffffffff);
	if (!dice(200))
		seg.flags = dice(256);
	return seg;
}

static void play_dice(u32 seed, const u8 *points, bool midstream, unsigned int *followed)
{
	struct tcpfsm_flow flow, copy;
	unsigned int i, who, step;

	state_of_dice = seed;
	if (midstream)
		establish_midstream(&flow, points[0], points[1]);
	else
		establish(&flow, points[0], points[1], seed & 1);
	for (i = 0; i < 100; i++) {
		struct tcpfsm_segment seg;

		who = dice(2);
		seg = any_segment(&flow, who);
		/* Over loopback each segment is seen twice. */
		for (step = who; step < 4 && points[step] != 0xff; step += 2) {
			copy = flow;
			see(&flow, who, seg, points[step]);
			if (!short_way(&copy, who, &seg, points[step]))
				continue;
			(*followed)++;
			copy.seen_ns = flow.seen_ns;
			if (memcmp(&copy, &flow, sizeof(flow)))
				fail_msg("seed %u, segment %u: they differ", seed, i);
		}
	}
}

/* Where the segments of client and server are seen, and then seen again. */
static const u8 places[][4] = {
	{ TCPFSM_AT_OUT, TCPFSM_AT_IN, 0xff, 0xff },
	{ TCPFSM_AT_IN, TCPFSM_AT_OUT, 0xff, 0xff },
	{ TCPFSM_AT_FORWARD, TCPFSM_AT_FORWARD, 0xff, 0xff },
	{ TCPFSM_AT_LOOP_OUT, TCPFSM_AT_LOOP_OUT, TCPFSM_AT_LOOP_IN, TCPFSM_AT_LOOP_IN },
};

TEST(both_ways)
{
	unsigned int place, seed, followed, midstream;

	for (midstream = 0; midstream < 2; midstream++) {
		for (place = 0; place < ARRAY_SIZE(places); place++) {
			followed = 0;
			for (seed = 1; seed <= 1000; seed++)
				play_dice(seed, places[place], midstream, &followed);
			/* Else nothing was compared. */
			assert_true(followed > 4000);
		}
	}
}

/* What is not plain, or not beyond doubt, goes the long way. */
TEST(long_way)
{
	struct tcpfsm_segment data = { .seq = 111, .ack = 511, .len = 10, .flags = TCPFSM_ACK,
				       .window = 1000 };
	struct tcpfsm_flow flow;
	unsigned int i;

	establish(&flow, TCPFSM_AT_FORWARD, TCPFSM_AT_FORWARD, false);
	/* Where it has not passed before the flow is to know of it. */
	assert_false(short_way(&flow, TCPFSM_CLIENT, &data, TCPFSM_AT_IN));
	assert_true(short_way(&flow, TCPFSM_CLIENT, &data, TCPFSM_AT_FORWARD));
	for (i = 0; i < 256; i++) {
		data.flags = i;
		data.seq = flow.end[TCPFSM_CLIENT].snd_nxt;
		assert_int_equal(short_way(&flow, TCPFSM_CLIENT, &data, TCPFSM_AT_FORWARD),
				 (i & ~(TCPFSM_PSH | TCPFSM_URG | TCPFSM_ECE | TCPFSM_CWR)) ==
				 TCPFSM_ACK);
	}
	data.flags = TCPFSM_ACK;
	see(&flow, TCPFSM_SERVER,
	    (struct tcpfsm_segment){ .seq = 511, .ack = 121, .flags = TCPFSM_ACK | TCPFSM_FIN,
				     .window = 1000 }, TCPFSM_AT_FORWARD);
	assert_false(short_way(&flow, TCPFSM_CLIENT, &data, TCPFSM_AT_FORWARD));
}

/* When a flow was heard is kept as a mark: odd, so that it is never "not at all". */
TEST(marks)
{
	static const u32 ticks[] = { 0, 1, 2, 3, 1000, 0x7fffffff, 0xfffffffe, 0xffffffff };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ticks); i++) {
		u32 mark = tcpfsm_mark_of(ticks[i]);

		assert_int_not_equal(mark, 0);
		assert_int_equal(tcpfsm_since(mark, ticks[i]), 0);
		assert_in_range(tcpfsm_since(mark, ticks[i] + 1), 0, 2);
		assert_in_range(tcpfsm_since(mark, ticks[i] + 1000), 999, 1001);
	}
}

/* Of what may take it, all that may does: the first of a kind by a way of its own, to the edge. */
TEST(short_way_for_all_that_may)
{
	struct tcpfsm_segment ack = { .seq = 511, .ack = 111, .flags = TCPFSM_ACK, .window = 1000 };
	struct tcpfsm_segment data = { .seq = 111, .ack = 511, .len = 1001, .flags = TCPFSM_ACK,
				       .window = 1000 };
	struct tcpfsm_flow flow;
	struct tcpfsm_way way;

	establish(&flow, TCPFSM_AT_FORWARD, TCPFSM_AT_FORWARD, false);
	assert_true(tcpfsm_way_open(&way, &flow));
	assert_false(tcpfsm_follow(&flow, &way, TCPFSM_SERVER, &ack, TCPFSM_AT_FORWARD));
	assert_true(tcpfsm_follow_first(&flow, TCPFSM_SERVER, &ack, TCPFSM_AT_FORWARD));
	assert_true(tcpfsm_way_open(&way, &flow));
	assert_true(tcpfsm_follow(&flow, &way, TCPFSM_SERVER, &ack, TCPFSM_AT_FORWARD));
	assert_false(tcpfsm_follow(&flow, &way, TCPFSM_CLIENT, &data, TCPFSM_AT_FORWARD));
	data.len = 1000;
	assert_true(tcpfsm_follow(&flow, &way, TCPFSM_CLIENT, &data, TCPFSM_AT_FORWARD));
}

/* An old ACK may offer more than a newer one. */
TEST(windows_move_on)
{
	struct tcpfsm_endpoint x = { .rcv_nxt = 2000, .rcv_edge = 3000, .got = 2500 };

	tcpfsm_move_window(&x, 2000, 1500);
	assert_int_equal(x.rcv_nxt, 2000);
	assert_int_equal(x.rcv_edge, 3500);
	tcpfsm_move_window(&x, 2600, 100);
	assert_int_equal(x.rcv_nxt, 2600);
	assert_int_equal(x.rcv_edge, 3500);
	assert_int_equal(x.got, 2600);
	tcpfsm_move_window(&x, 2000, 1600);
	assert_int_equal(x.rcv_nxt, 2600);
	assert_int_equal(x.rcv_edge, 3600);
	x.rcv_edge = 2600 + TCPFSM_WINDOW_MAX;
	tcpfsm_move_window(&x, 2600 - TCPFSM_WINDOW_MAX + 1, 0);
	assert_int_equal(x.rcv_nxt, 2600);
	assert_int_equal(x.rcv_edge, 2600 + TCPFSM_WINDOW_MAX);
}

/* From halfway round it offers nothing, and the window does not come to lie behind itself. */
TEST(ack_from_halfway_round)
{
	play(AT_ROUTER,
	     "client > . 101 ack 3000000501 win 1 | ES*/ES*",
	     "server < P. 3000000501:3000000601 ack 101 win 1 | ES*/ES*",
	     "client > P. 101:111 ack 3000000601 win 65535 | ES*/ES*",
	     "client > P. 111:121 ack 852517254 win 1 | ES*/ES* !ack_unsent",
	     "server < R 4273726041	| ES*/ES* !rst_outside");
}

TESTS = {
	test(windows_move_on), test(ack_from_halfway_round),
	test(both_ways), test(long_way), test(marks),
	test(short_way_for_all_that_may),
};

int main(void)
{
	return RUN(tests);
}
