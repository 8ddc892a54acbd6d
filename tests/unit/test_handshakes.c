// SPDX-License-Identifier: GPL-2.0-only
/* Figures of a server: what is counted, the histogram of round trips, and their text. */
#include "script.h"

#include "handshakes.h"

#include <stdlib.h>

static struct tcpfsm_handshakes figures;
static u8 stage;

/* As if the flow had just moved like that. */
static void happens(struct tcpfsm_flow *flow, struct tcpfsm_result result, u8 flags)
{
	struct tcpfsm_segment seg = { .flags = flags };

	tcpfsm_handshakes_take(&figures, &stage, flow, &seg, &result);
}

static void begins(void)
{
	memset(&figures, 0, sizeof(figures));
	tcpfsm_handshakes_begin(&figures, &stage);
}

TEST(completed)
{
	struct tcpfsm_flow flow = {
		.has = TCPFSM_HAS_RTT_SERVER | TCPFSM_HAS_RTT_CLIENT,
		.rtt_server_us = 300, .rtt_client_us = 400,
	};

	begins();
	assert_int_equal(figures.half_open, 1);
	flow.end[TCPFSM_SERVER].marks = TCPFSM_MARK_SYNACK;
	happens(&flow, (struct tcpfsm_result){ .learned = true }, TCPFSM_SYN | TCPFSM_ACK);
	assert_int_equal(stage, TCPFSM_HANDSHAKE_ANSWERED);
	flow.shook = true;
	happens(&flow, (struct tcpfsm_result){ .shook = true }, TCPFSM_ACK);
	assert_int_equal(stage, TCPFSM_HANDSHAKE_DONE);
	assert_int_equal(figures.completed, 1);
	assert_int_equal(figures.half_open, 0);
	assert_int_equal(figures.rtt_max_us, 700);
	/* Its end is no end of a handshake. */
	flow.outcome = TCPFSM_VERDICT_RESET_CLIENT;
	happens(&flow, (struct tcpfsm_result){ .ended = true }, TCPFSM_RST);
	happens(&flow, (struct tcpfsm_result){ .revived = true }, TCPFSM_ACK);
	assert_int_equal(figures.begun, 1);
	assert_int_equal(figures.aborted, 0);
}

/* Half of a round trip is none, and a doubtful one is none (Karn). */
TEST(no_round_trip)
{
	struct tcpfsm_flow flow = { .has = TCPFSM_HAS_RTT_SERVER, .rtt_server_us = 300 };

	begins();
	happens(&flow, (struct tcpfsm_result){ .shook = true }, TCPFSM_ACK);
	assert_int_equal(figures.rtt_max_us, 0);
	begins();
	flow.has |= TCPFSM_HAS_RTT_CLIENT;
	flow.flags = TCPFSM_FLOW_AMBIGUOUS_RTT;
	happens(&flow, (struct tcpfsm_result){ .shook = true }, TCPFSM_ACK);
	assert_int_equal(figures.rtt_max_us, 0);
	assert_int_equal(figures.completed, 1);
}

/* Every verdict that a handshake can end with is one of three figures. */
TEST(ends)
{
	struct tcpfsm_flow flow = { .outcome = TCPFSM_VERDICT_OPEN };
	u8 verdict;

	for (verdict = TCPFSM_VERDICT_GRACEFUL; verdict < TCPFSM_VERDICT_MAX; verdict++) {
		bool refused = verdict == TCPFSM_VERDICT_REFUSED;
		bool timed_out = verdict == TCPFSM_VERDICT_SYN_TIMEOUT ||
				 verdict == TCPFSM_VERDICT_SYNACK_TIMEOUT;

		begins();
		flow.outcome = verdict;
		happens(&flow, (struct tcpfsm_result){ .ended = true }, 0);
		assert_int_equal(figures.refused, refused);
		assert_int_equal(figures.timed_out, timed_out);
		assert_int_equal(figures.aborted, !refused && !timed_out);
		assert_int_equal(figures.half_open, 0);
		assert_int_equal(figures.completed, 0);
	}
}

/* A refused SYN that is repeated is another handshake of the same flow. */
TEST(refused_and_repeated)
{
	struct tcpfsm_flow flow = { .outcome = TCPFSM_VERDICT_REFUSED };

	begins();
	happens(&flow, (struct tcpfsm_result){ .ended = true }, TCPFSM_RST);
	happens(&flow, (struct tcpfsm_result){ .revived = true, .retransmitted = true },
		TCPFSM_SYN);
	assert_int_equal(figures.begun, 2);
	assert_int_equal(figures.refused, 1);
	assert_int_equal(figures.half_open, 1);
	assert_int_equal(figures.syn_rtx, 1);
	happens(&flow, (struct tcpfsm_result){ .shook = true }, TCPFSM_ACK);
	assert_int_equal(figures.completed, 1);
	assert_int_equal(figures.half_open, 0);
}

TEST(repetitions)
{
	struct tcpfsm_flow flow = { .shook = true };
	struct tcpfsm_result again = { .retransmitted = true };

	begins();
	happens(&flow, again, TCPFSM_SYN);
	happens(&flow, again, TCPFSM_SYN | TCPFSM_ACK);
	happens(&flow, (struct tcpfsm_result){ .shook = true }, TCPFSM_ACK);
	again.anomalies = 1U << TCPFSM_ANOMALY_FINAL_ACK_LOST;
	happens(&flow, again, TCPFSM_SYN | TCPFSM_ACK);
	again.anomalies = 0;
	happens(&flow, again, TCPFSM_FIN | TCPFSM_ACK);
	assert_int_equal(figures.syn_rtx, 1);
	assert_int_equal(figures.synack_rtx, 2);
	assert_int_equal(figures.final_ack_lost, 1);
	assert_int_equal(figures.completed, 1);
	assert_int_equal(figures.begun, 1);
}

/* What is under way is all that stays. */
TEST(clear)
{
	struct tcpfsm_flow flow = { .outcome = TCPFSM_VERDICT_REFUSED };

	begins();
	tcpfsm_handshakes_add_rtt(&figures, 9);
	figures.completed = 5;
	figures.begun = 6;
	tcpfsm_handshakes_clear(&figures);
	assert_int_equal(figures.begun, 1);
	assert_int_equal(figures.half_open, 1);
	assert_int_equal(figures.completed, 0);
	assert_int_equal(figures.rtt_max_us, 0);
	happens(&flow, (struct tcpfsm_result){ .ended = true }, TCPFSM_RST);
	assert_int_equal(figures.half_open, 0);
	assert_int_equal(figures.refused, 1);
}

/* ---- The histogram ---- */

static void expect_bucket(u32 rtt_us, unsigned int bucket)
{
	unsigned int i;

	memset(&figures, 0, sizeof(figures));
	tcpfsm_handshakes_add_rtt(&figures, rtt_us);
	for (i = 0; i < TCPFSM_RTT_BUCKETS; i++)
		assert_int_equal(figures.rtt[i], i == bucket);
}

/* Bucket i is of what is below 2^i and not below 2^(i-1). */
TEST(buckets)
{
	unsigned int i;

	expect_bucket(0, 0);
	for (i = 1; i < TCPFSM_RTT_BUCKETS - 1; i++) {
		expect_bucket(1U << (i - 1), i);
		expect_bucket((1U << i) - 1, i);
	}
	expect_bucket(1U << (TCPFSM_RTT_BUCKETS - 2), TCPFSM_RTT_BUCKETS - 1);
	expect_bucket(0xffffffff, TCPFSM_RTT_BUCKETS - 1);
}

TEST(percentiles_of_one)
{
	memset(&figures, 0, sizeof(figures));
	tcpfsm_handshakes_add_rtt(&figures, 700);
	/* Not 1023, which none was. */
	assert_int_equal(tcpfsm_handshakes_percentile(&figures, 1), 700);
	assert_int_equal(tcpfsm_handshakes_percentile(&figures, 50), 700);
	assert_int_equal(tcpfsm_handshakes_percentile(&figures, 100), 700);
}

/* 50 of 100 below 128, 49 below 1024, the last of 5000. */
TEST(percentiles)
{
	unsigned int i;

	memset(&figures, 0, sizeof(figures));
	for (i = 0; i < 50; i++)
		tcpfsm_handshakes_add_rtt(&figures, 100);
	for (i = 0; i < 49; i++)
		tcpfsm_handshakes_add_rtt(&figures, 1000);
	tcpfsm_handshakes_add_rtt(&figures, 5000);
	assert_int_equal(tcpfsm_handshakes_percentile(&figures, 50), 127);
	assert_int_equal(tcpfsm_handshakes_percentile(&figures, 51), 1023);
	assert_int_equal(tcpfsm_handshakes_percentile(&figures, 99), 1023);
	assert_int_equal(tcpfsm_handshakes_percentile(&figures, 100), 5000);
	/* One more, and the 50th of 101 is the first that is larger: ranks are rounded up. */
	tcpfsm_handshakes_add_rtt(&figures, 5000);
	assert_int_equal(tcpfsm_handshakes_percentile(&figures, 50), 1023);
}

/* Against the same question asked of all the numbers: never less, and less than twice. */
TEST(percentiles_of_any)
{
	u32 rtt[997], exact, told, dice = 1;
	unsigned int n, i, j, percent, below;

	for (n = 1; n <= 997; n += 83) {
		memset(&figures, 0, sizeof(figures));
		for (i = 0; i < n; i++) {
			dice = dice * 1664525 + 1013904223;
			rtt[i] = dice >> 8 >> (dice & 15);
			tcpfsm_handshakes_add_rtt(&figures, rtt[i]);
		}
		for (percent = 1; percent <= 100; percent += 7) {
			exact = 0xffffffff;
			for (i = 0; i < n; i++) {
				for (below = 0, j = 0; j < n; j++)
					below += rtt[j] <= rtt[i];
				if (below * 100 >= n * percent && rtt[i] < exact)
					exact = rtt[i];
			}
			told = tcpfsm_handshakes_percentile(&figures, percent);
			assert_true(told >= exact && told <= 2 * exact);
		}
	}
}

/* ---- The text ---- */

static const char *text_of(void)
{
	static char text[TCPFSM_HANDSHAKES_TEXT_MAX];
	int len = tcpfsm_handshakes_print(text, sizeof(text), &figures);

	assert_int_equal(len, strlen(text));
	return text;
}

TEST(text)
{
	memset(&figures, 0, sizeof(figures));
	figures.begun = 12;
	figures.completed = 9;
	figures.refused = 1;
	figures.timed_out = 1;
	figures.half_open = 1;
	figures.synack_rtx = 3;
	assert_string_equal(text_of(), " begun=12 completed=9 refused=1 timed_out=1 aborted=0 syn_rtx=0 synack_rtx=3 final_ack_lost=0 half_open=1 rtt_log2=0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0");
	tcpfsm_handshakes_add_rtt(&figures, 3);
	tcpfsm_handshakes_add_rtt(&figures, 50000000);
	assert_string_equal(text_of(), " begun=12 completed=9 refused=1 timed_out=1 aborted=0 syn_rtx=0 synack_rtx=3 final_ack_lost=0 half_open=1 rtt_p50_us=3 rtt_p99_us=50000000 rtt_max_us=50000000 rtt_log2=0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1");
}

/* The longest text fits, and no buffer is too short to be safe. */
TEST(longest_text)
{
	size_t size;
	char *exact;

	memset(&figures, 0xff, sizeof(figures));
	assert_true(strlen(text_of()) < TCPFSM_HANDSHAKES_TEXT_MAX - 1);
	for (size = 1; size < TCPFSM_HANDSHAKES_TEXT_MAX; size++) {
		exact = malloc(size);
		assert_true(tcpfsm_handshakes_print(exact, size, &figures) < (int)size);
		assert_true(strlen(exact) < size);
		free(exact);
	}
}

/* Asked for each segment on the long way: whoever is not counted costs no lock. */
TEST(has)
{
	struct tcpfsm_flow flow = {};
	const struct tcpfsm_flow answered = {
		.end[TCPFSM_SERVER].marks = TCPFSM_MARK_SYNACK,
	};
	const struct tcpfsm_result nothing = {}, shook = { .shook = true };
	const struct tcpfsm_result lost = { .anomalies = 1U << TCPFSM_ANOMALY_FINAL_ACK_LOST };
	const struct tcpfsm_result other = { .anomalies = 1U << TCPFSM_ANOMALY_RST_OUTSIDE };

	assert_false(tcpfsm_handshakes_has(TCPFSM_HANDSHAKE_NONE, &answered, &shook));
	assert_false(tcpfsm_handshakes_has(TCPFSM_HANDSHAKE_NONE, &flow, &lost));
	assert_false(tcpfsm_handshakes_has(TCPFSM_HANDSHAKE_ASKED, &flow, &nothing));
	assert_false(tcpfsm_handshakes_has(TCPFSM_HANDSHAKE_ASKED, &flow, &other));
	assert_true(tcpfsm_handshakes_has(TCPFSM_HANDSHAKE_ASKED, &answered, &nothing));
	assert_false(tcpfsm_handshakes_has(TCPFSM_HANDSHAKE_ANSWERED, &answered, &nothing));
	assert_true(tcpfsm_handshakes_has(TCPFSM_HANDSHAKE_ANSWERED, &answered, &shook));
	assert_false(tcpfsm_handshakes_has(TCPFSM_HANDSHAKE_DONE, &answered, &shook));
	assert_true(tcpfsm_handshakes_has(TCPFSM_HANDSHAKE_DONE, &answered, &lost));
}

/*
 * A flow that had ended before its handshake was done is back, and the step that brings it
 * does it.
 */
TEST(back_and_done_at_once)
{
	const struct tcpfsm_flow shook = { .shook = true }, not_yet = {};
	const struct tcpfsm_result back = { .revived = true };
	const struct tcpfsm_result both = { .revived = true, .shook = true };

	assert_true(tcpfsm_handshakes_again(&not_yet, &back));
	assert_true(tcpfsm_handshakes_again(&shook, &both));
	assert_false(tcpfsm_handshakes_again(&shook, &back));
	assert_false(tcpfsm_handshakes_again(&not_yet, &(struct tcpfsm_result){}));
}

TESTS = {
	test(completed), test(no_round_trip), test(ends), test(refused_and_repeated),
	test(repetitions), test(clear), test(buckets), test(percentiles_of_one),
	test(percentiles), test(percentiles_of_any), test(text), test(longest_text), test(has),
	test(back_and_done_at_once),
};

int main(void)
{
	return RUN(tests);
}
