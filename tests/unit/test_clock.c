// SPDX-License-Identifier: GPL-2.0-only
/* Time: idle limits, 2MSL, and flows given up. The clock of script.c ticks to the nanosecond. */
#include "script.h"

#define OPENED								\
	"client > S 100			| SS/LI",			\
	"server < S. 100 ack 101	| SS/SR",			\
	"client > . 101 ack 101		| ES*/ES*"
/* Both ends have come equally far, so either may go on. */
#define OPEN	OPENED, ":either"

/* Limits are documented defaults; reaching one is never a close. */
TEST(every_limit)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "+149.999999s		| SS/LI",
	     "+1us			| CL/CL ended outcome=syn_timeout");
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "+149s server < S. 100 ack 101 | SS/SR",
	     "+89.999999s		| SS/SR",
	     "+1us			| CL/CL ended outcome=synack_timeout");
	play(EVERYWHERE, OPEN,
	     "+431999s			| ES/ES",
	     "+1s			| CL/CL ended outcome=vanished -closer");
	play(EVERYWHERE, OPEN,
	     "client > F.		| F1/ES",
	     "+200s client > F. 101 ack 101 | F1/ES again",
	     "+299.999s			| F1/ES",
	     "+1ms			| CL/CL ended outcome=vanished closer=client");
	play(EVERYWHERE, OPEN,
	     "client > F.		| F1/ES",
	     "server < .		| F2/CW",
	     "+431999s			| F2/CW",
	     "+1s			| CL/CL ended outcome=vanished");
	play(EVERYWHERE, OPEN,
	     "client > F.		| F1/ES",
	     "server < F. 101 ack 102	| F2/CW,LA",
	     "+119.999s			| F2/LA",
	     "+1ms			| CL/CL ended outcome=vanished");
	play(EVERYWHERE, OPEN,
	     "client > F. 101 ack 101	| F1/ES",
	     "server < F. 101 ack 101	| F1/F1",
	     "client > . 102 ack 102	| CG/F1",
	     "+119.999s			| CG/F1",
	     "+1ms			| CL/CL ended outcome=vanished");
}

/* The wait in one end, while the other has yet to see the last ACK. */
TEST(time_wait_beside_last_ack)
{
	play(AT_LOOPBACK, OPEN,
	     "client > F.		| F1/ES",
	     "server < F. 101 ack 102	| F2/CW,LA",
	     "client > . lost		| TW/LA",
	     "+59.999s			| TW/LA outcome=open",
	     "+1ms			| CL/LA outcome=open",
	     "+119.999s			| CL/LA",
	     "+1ms			| CL/CL? ended outcome=vanished");
}

/* Both ends wait, from the same moment or not. */
TEST(both_wait)
{
	play(EVERYWHERE, OPEN,
	     "client > F. 101 ack 101	| F1/ES",
	     "server < F. 101 ack 101	| F1/F1",
	     "client > . 102 ack 102	| CG/F1",
	     "server < . 102 ack 102	| TW/CG,TW",
	     "+59.999s			| TW/TW",
	     "+1ms			| CL/CL ended outcome=graceful",
	     "+9.999s			| CL/CL",
	     "+1ms			| --/--");
}

/* 2MSL cannot be stretched by what its owner would not answer. */
TEST(time_wait_is_not_stretched)
{
	play(AT_SERVER | AT_ROUTER, OPEN,
	     "client > F.		| F1/ES",
	     "server < F. 101 ack 102	| F2/CW,LA",
	     "client > .		| TW/CL",
	     "+30s server < R 900000	| TW/CL !rst_outside",
	     "+1ms server < . 900000 ack 102 | TW/CL",
	     "+1s client > . 102 ack 101	| TW/CL",
	     "+1s server < F. 300 ack 102	| TW/CL !fin_seq",
	     "+27.998s			| TW/CL",
	     "+1ms			| CL/CL ended");
}

/* But the kernel stretches it by whatever comes, RST aside: tcp_timewait_state_process(). */
TEST(time_wait_of_the_kernel)
{
	play(AT_CLIENT | AT_LOOPBACK, OPEN,
	     "client > F.		| F1/ES",
	     "server < F. 101 ack 102	| F2/CW,LA",
	     "client > .		| TW/CL",
	     "+30s server < R 900000	| TW/CL !rst_outside",
	     "+29s server < . 900000 ack 102 | TW/CL",
	     "+59s server < . 102 ack 102 | TW/CL",
	     "+59.999s			| TW/CL",
	     "+1ms			| CL/CL ended");
}

/* What a full accept queue or a deferred accept refuses is not open for days. */
TEST(refused_final_ack)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < S. 100 ack 101	| SS/SR",
	     "client > .		| ES/ES",
	     "server < S. 100 ack 101	| ES/~SR !final_ack_lost",
	     "+89.999s			| ES/SR",
	     "+1ms			| CL/CL ended outcome=vanished");
}

TEST(forgotten_and_begun_again)
{
	play(EVERYWHERE,
	     "client > S 100		| SS/LI",
	     "server < R. 0 ack 101	| CL/CL ended outcome=refused",
	     "+10s			| --/--",
	     "+1s client > S 100	| SS/LI outcome=open",
	     "server < S. 100 ack 101	| SS/SR");
}

/* ---- by hand ---- */

static struct tcpfsm_flow open_flow(void)
{
	return *play(AT_ROUTER, OPEN);
}

TEST(given_up)
{
	static const struct {
		u8 verdict;
		u8 cause;
		const char *word;
	} cases[] = {
		{ TCPFSM_VERDICT_EVICTED, TCPFSM_CAUSE_EVICT, "evicted" },
		{ TCPFSM_VERDICT_CLEARED, TCPFSM_CAUSE_CLEAR, "cleared" },
		{ TCPFSM_VERDICT_REUSED, TCPFSM_CAUSE_REUSE, "reused" },
	};
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct tcpfsm_flow flow = open_flow();
		struct tcpfsm_result result;

		tcpfsm_give_up(&flow, flow.seen_ns + 5, cases[i].verdict, cases[i].cause, &result);
		assert_true(result.ended);
		assert_int_equal(result.changes, 2);
		for (j = 0; j < 2; j++) {
			assert_int_equal(result.change[j].role, j);
			assert_int_equal(result.change[j].from, TCPFSM_ESTABLISHED);
			assert_int_equal(result.change[j].to, TCPFSM_CLOSE);
			assert_int_equal(result.change[j].cause, cases[i].cause);
			/* Nobody has seen it close. */
			assert_int_equal(result.change[j].certainty, TCPFSM_INFERRED);
		}
		assert_string_equal(tcpfsm_verdict_name(flow.outcome), cases[i].word);
		/* Once is enough. */
		tcpfsm_give_up(&flow, flow.seen_ns + 6, TCPFSM_VERDICT_EVICTED,
			       TCPFSM_CAUSE_EVICT, &result);
		assert_false(result.ended);
		assert_int_equal(result.changes, 0);
		assert_string_equal(tcpfsm_verdict_name(flow.outcome), cases[i].word);
	}
}

/* What was closed in both directions stays so, whatever ends its 2MSL. */
TEST(given_up_in_time_wait)
{
	struct tcpfsm_flow flow = *play(AT_LOOPBACK, OPEN,
					"client > F.			| F1/ES",
					"server < F. 101 ack 102	| F2/CW,LA",
					"client > .			| TW/CL");
	struct tcpfsm_result result;

	tcpfsm_give_up(&flow, flow.seen_ns, TCPFSM_VERDICT_EVICTED, TCPFSM_CAUSE_EVICT, &result);
	assert_true(result.ended);
	assert_int_equal(result.changes, 1);
	assert_int_equal(flow.outcome, TCPFSM_VERDICT_GRACEFUL);
}

/* A setting of 0 is a limit like any other. */
TEST(limits_of_zero)
{
	struct tcpfsm_flow flow = open_flow();
	struct tcpfsm_limits none = { .time_wait_s = 0 };
	struct tcpfsm_result result;

	assert_true(tcpfsm_deadline_ns(&flow, &none) <= flow.seen_ns);
	tcpfsm_tick(&flow, flow.seen_ns, &none, &result);
	assert_true(result.ended);
	assert_int_equal(flow.outcome, TCPFSM_VERDICT_VANISHED);
}

TEST(phases)
{
	struct tcpfsm_flow flow;

	flow = *play(AT_ROUTER, "client > S 100 | SS/LI");
	assert_int_equal(tcpfsm_phase(&flow), TCPFSM_PHASE_HALF_OPEN);
	flow = open_flow();
	assert_int_equal(tcpfsm_phase(&flow), TCPFSM_PHASE_ALIVE);
	/* What one stray segment can make, until the other end has spoken. */
	flow = *play(AT_ROUTER, "client > . 101 ack 501 | ES?/ES?");
	assert_int_equal(tcpfsm_phase(&flow), TCPFSM_PHASE_GUESS);
	flow = *play(AT_ROUTER, "client > S 100 | SS/LI", "client > . 101 ack 501 | ES/LI");
	assert_int_equal(tcpfsm_phase(&flow), TCPFSM_PHASE_GUESS);
	flow = *play(AT_ROUTER, "client > . 101 ack 501 | ES?/ES?",
		     "server < . 501 ack 101 | ES/ES");
	assert_int_equal(tcpfsm_phase(&flow), TCPFSM_PHASE_ALIVE);
	flow = *play(AT_ROUTER, OPEN,
		     "client > F.		| F1/ES*",
		     "server < F. 101 ack 102	| F2?/CW,LA",
		     "client > .		| TW/CL?");
	assert_int_equal(tcpfsm_phase(&flow), TCPFSM_PHASE_TIME_WAIT);
	flow = *play(AT_ROUTER, OPEN, "client > R 101 | CL?/CL? ended");
	assert_int_equal(tcpfsm_phase(&flow), TCPFSM_PHASE_ENDED);
}

/*
 * Each state of TCPFSM_LIMITS has its limit, and the others have none, whatever was there
 * before.
 */
TEST(default_limits)
{
	struct tcpfsm_limits limits;

	memset(&limits, 0xff, sizeof(limits));
	tcpfsm_limits_default(&limits);
	assert_int_equal(limits.time_wait_s, 60);
	assert_int_equal(limits.linger_s, 10);
	assert_int_equal(limits.idle_s[TCPFSM_SYN_RECV], 90);
	assert_int_equal(limits.idle_s[TCPFSM_CLOSE], 0);
	assert_int_equal(limits.idle_s[TCPFSM_LISTEN], 0);
	assert_int_equal(limits.idle_s[TCPFSM_TIME_WAIT], 0);
}

TESTS = {
	test(every_limit), test(time_wait_beside_last_ack), item(53a, both_wait),
	test(time_wait_is_not_stretched), test(forgotten_and_begun_again), test(given_up),
	test(time_wait_of_the_kernel), test(refused_final_ack), test(given_up_in_time_wait),
	test(limits_of_zero), test(phases),
	test(default_limits),
};

int main(void)
{
	return RUN(tests);
}
