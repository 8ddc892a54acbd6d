// SPDX-License-Identifier: GPL-2.0-only
/* The fact table, and the lists of states.h against the kernel's own. */
#include "script.h"

#include <netinet/tcp.h>

struct row {
	const char *facts;	/* s a p f pf af o, as in the table of the contract */
	u8 state;
};

/* Copied from the contract, not from states.h. A blank there is a '.' here. */
static const struct row contract[] = {
	{ "0......", TCP_LISTEN },
	{ "10.0...", TCP_SYN_SENT },
	{ "1100.0.", TCP_SYN_RECV },
	{ "1110.0.", TCP_ESTABLISHED },
	{ "11.0.1.", TCP_CLOSE_WAIT },
	{ "11.100.", TCP_FIN_WAIT1 },
	{ "11.110.", TCP_FIN_WAIT2 },
	{ "11.1010", TCP_CLOSING },
	{ "11.1110", TCP_TIME_WAIT },
	{ "11.1011", TCP_LAST_ACK },
	{ "11.1111", TCP_CLOSE },
};

static u8 facts_of(const char *text)
{
	static const u8 bits[] = {
		TCPFSM_FACT_S, TCPFSM_FACT_A, TCPFSM_FACT_P, TCPFSM_FACT_F,
		TCPFSM_FACT_PF, TCPFSM_FACT_AF, TCPFSM_FACT_O,
	};
	u8 facts = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bits); i++)
		if (text[i] == '1')
			facts |= bits[i];
	return facts;
}

static bool fits(const struct row *row, const char *text)
{
	size_t i;

	for (i = 0; i < 7; i++)
		if (row->facts[i] != '.' && row->facts[i] != text[i])
			return false;
	return true;
}

/* The same in sentences, for every combination. */
static int state_in_words(const char *t)
{
	bool s = t[0] == '1', a = t[1] == '1', p = t[2] == '1', f = t[3] == '1';
	bool pf = t[4] == '1', af = t[5] == '1', o = t[6] == '1';

	if (!s)
		return TCP_LISTEN;
	if (!a)
		return TCP_SYN_SENT;
	if (!f && af)
		return TCP_CLOSE_WAIT;
	if (!f)
		return p ? TCP_ESTABLISHED : TCP_SYN_RECV;
	if (!af)
		return pf ? TCP_FIN_WAIT2 : TCP_FIN_WAIT1;
	if (o)
		return pf ? TCP_CLOSE : TCP_LAST_ACK;
	return pf ? TCP_TIME_WAIT : TCP_CLOSING;
}

TEST(every_row)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(contract); i++)
		assert_int_equal(tcpfsm_state_of(facts_of(contract[i].facts)),
				 contract[i].state);
}

TEST(every_combination)
{
	unsigned int n, bit;
	char text[8] = "";
	size_t i;

	for (n = 0; n < 128; n++) {
		int rows = 0;

		for (bit = 0; bit < 7; bit++)
			text[bit] = n & 1 << bit ? '1' : '0';
		assert_int_equal(tcpfsm_state_of(facts_of(text)), state_in_words(text));
		for (i = 0; i < ARRAY_SIZE(contract); i++) {
			if (!fits(&contract[i], text))
				continue;
			rows++;
			assert_int_equal(tcpfsm_state_of(facts_of(text)), contract[i].state);
		}
		/* No two rows of the contract speak of one combination. */
		assert_true(rows <= 1);
	}
}

TEST(kernel_numbers)
{
	assert_int_equal(TCPFSM_ESTABLISHED, TCP_ESTABLISHED);
	assert_int_equal(TCPFSM_SYN_SENT, TCP_SYN_SENT);
	assert_int_equal(TCPFSM_SYN_RECV, TCP_SYN_RECV);
	assert_int_equal(TCPFSM_FIN_WAIT1, TCP_FIN_WAIT1);
	assert_int_equal(TCPFSM_FIN_WAIT2, TCP_FIN_WAIT2);
	assert_int_equal(TCPFSM_TIME_WAIT, TCP_TIME_WAIT);
	assert_int_equal(TCPFSM_CLOSE, TCP_CLOSE);
	assert_int_equal(TCPFSM_CLOSE_WAIT, TCP_CLOSE_WAIT);
	assert_int_equal(TCPFSM_LAST_ACK, TCP_LAST_ACK);
	assert_int_equal(TCPFSM_LISTEN, TCP_LISTEN);
	assert_int_equal(TCPFSM_CLOSING, TCP_CLOSING);
}

TEST(names)
{
	static const char *const states[] = {
		"?", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT",
		"CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING", "?",
	};
	static const char *const verdicts[] = {
		"open", "graceful", "refused", "syn_timeout", "synack_timeout", "reset_client",
		"reset_server", "half_open", "vanished", "reused", "evicted", "cleared",
		"forged",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(states); i++)
		assert_string_equal(tcpfsm_state_name(i), states[i]);
	for (i = 0; i < ARRAY_SIZE(verdicts); i++)
		assert_string_equal(tcpfsm_verdict_name(i), verdicts[i]);
	assert_string_equal(tcpfsm_state_name(1000), "?");
	assert_string_equal(tcpfsm_verdict_name(TCPFSM_VERDICT_MAX), "?");
	assert_string_equal(tcpfsm_anomaly_name(TCPFSM_ANOMALY_MAX), "?");
	assert_string_equal(tcpfsm_role_name(TCPFSM_CLIENT), "client");
	assert_string_equal(tcpfsm_role_name(TCPFSM_SERVER), "server");
	assert_string_equal(tcpfsm_certainty_name(TCPFSM_RETRACTED), "retracted");
	assert_string_equal(tcpfsm_cause_name(TCPFSM_CAUSE_SYN), "syn");
	assert_string_equal(tcpfsm_cause_name(TCPFSM_CAUSE_CLEAR), "clear");
	assert_string_equal(tcpfsm_option_name(TCPFSM_BIT_OPT_MPTCP), "mptcp");
	assert_string_equal(tcpfsm_flow_flag_name(TCPFSM_BIT_MIDSTREAM), "midstream");
}

/* Every arc is its own, and is found; what is not listed is "other". */
TEST(arcs)
{
	bool seen[TCPFSM_ARC_MAX] = { false };
	unsigned int from, to, n = 0;

	for (from = 0; from < TCPFSM_STATE_MAX + 2; from++) {
		for (to = 0; to < TCPFSM_STATE_MAX + 2; to++) {
			unsigned int arc = tcpfsm_arc_of(from, to);

			assert_true(arc < TCPFSM_ARC_MAX);
			if (arc == TCPFSM_ARC_OTHER)
				continue;
			assert_false(seen[arc]);
			seen[arc] = true;
			n++;
		}
	}
	assert_int_equal(n, TCPFSM_ARC_OTHER);
	assert_int_equal(tcpfsm_arc_of(TCPFSM_LISTEN, TCPFSM_TIME_WAIT), TCPFSM_ARC_OTHER);
}

/* They are kept in bit sets. */
TEST(lists_fit)
{
	assert_true(TCPFSM_ANOMALY_MAX <= 32);
	assert_true(TCPFSM_FLOW_FLAG_MAX <= 8);
	assert_true(TCPFSM_OPTION_MAX <= 8);
	assert_true(2 * TCPFSM_LETTER_MAX <= 24);
}

TESTS = {
	test(every_row), test(every_combination), test(kernel_numbers), test(names),
	test(arcs), test(lists_fit),
};

int main(void)
{
	return RUN(tests);
}
