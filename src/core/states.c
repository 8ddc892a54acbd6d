// SPDX-License-Identifier: GPL-2.0-only
/* The fact table as an array, and the names of everything in states.h. */
#include "states.h"

#define LOOK(c, fact) ((c) == '.' ? 0 : TCPFSM_FACT_##fact)
#define WANT(c, fact) ((c) == '1' ? TCPFSM_FACT_##fact : 0)
#define ROW(of, s, a, p, f, pf, af, o) \
	(of(s, S) | of(a, A) | of(p, P) | of(f, F) | of(pf, PF) | of(af, AF) | of(o, O))

#define LOOK_AT(facts, s, a, p, f, pf, af, o, name) \
	((facts) & ROW(LOOK, s, a, p, f, pf, af, o)) == ROW(WANT, s, a, p, f, pf, af, o) ? \
	TCPFSM_##name :

/*
 * The rows cover all 128 combinations (tests/unit proves it), so the fallback
 * is never taken.
 */
#define STATE(facts) [facts] = TCPFSM_ROWS(LOOK_AT, facts) TCPFSM_CLOSE
#define STATES_4(facts) \
	STATE(facts), STATE((facts) + 1), STATE((facts) + 2), STATE((facts) + 3)
#define STATES_16(facts) \
	STATES_4(facts), STATES_4((facts) + 4), STATES_4((facts) + 8), STATES_4((facts) + 12)

const u8 tcpfsm_state_table[TCPFSM_FACTS_ALL + 1] = {
	STATES_16(0), STATES_16(16), STATES_16(32), STATES_16(48),
	STATES_16(64), STATES_16(80), STATES_16(96), STATES_16(112),
};

const u8 tcpfsm_arc_table[TCPFSM_STATE_ROOM][TCPFSM_STATE_ROOM] = {
#define X(from, to, text)	[TCPFSM_##from][TCPFSM_##to] = TCPFSM_ARC_##from##_##to + 1,
	TCPFSM_ARCS(X)
#undef X
};

static const char *name_at(const char *const *names, size_t n, unsigned int i)
{
	return i < n && names[i] ? names[i] : "?";
}

/**
 * tcpfsm_state_name() - the kernel's name of a state, without TCP_
 * @state: enum tcpfsm_state
 *
 * Return: a constant string, "?" for a number that is no state.
 */
const char *tcpfsm_state_name(unsigned int state)
{
	static const char *const names[] = {
#define X(name, number)	[number] = #name,
		TCPFSM_STATES(X)
#undef X
	};

	return name_at(names, ARRAY_SIZE(names), state);
}

/**
 * tcpfsm_role_name() - "client" or "server"
 * @role: enum tcpfsm_role
 *
 * Return: a constant string.
 */
const char *tcpfsm_role_name(unsigned int role)
{
	static const char *const names[] = {
#define X(name, word, number)	[number] = #word,
		TCPFSM_ENDPOINTS(X)
#undef X
	};

	return name_at(names, ARRAY_SIZE(names), role);
}

/**
 * tcpfsm_certainty_name() - "observed", "inferred" or "retracted"
 * @certainty: enum tcpfsm_certainty
 *
 * Return: a constant string.
 */
const char *tcpfsm_certainty_name(unsigned int certainty)
{
	static const char *const names[] = {
#define X(name, word)	[TCPFSM_##name] = #word,
		TCPFSM_CERTAINTIES(X)
#undef X
	};

	return name_at(names, ARRAY_SIZE(names), certainty);
}

/**
 * tcpfsm_cause_name() - what made a transition
 * @cause: enum tcpfsm_cause
 *
 * Return: a constant string.
 */
const char *tcpfsm_cause_name(unsigned int cause)
{
	static const char *const names[] = {
#define X(name, word)	[TCPFSM_CAUSE_##name] = #word,
		TCPFSM_CAUSES(X)
#undef X
	};

	return name_at(names, ARRAY_SIZE(names), cause);
}

/**
 * tcpfsm_verdict_name() - how a flow ended
 * @verdict: enum tcpfsm_verdict
 *
 * Return: a constant string.
 */
const char *tcpfsm_verdict_name(unsigned int verdict)
{
	static const char *const names[] = {
#define X(name, word, text)	[TCPFSM_VERDICT_##name] = #word,
		TCPFSM_VERDICTS(X)
#undef X
	};

	return name_at(names, ARRAY_SIZE(names), verdict);
}

/**
 * tcpfsm_anomaly_name() - the short word of an anomaly
 * @anomaly: enum tcpfsm_anomaly
 *
 * Return: a constant string.
 */
const char *tcpfsm_anomaly_name(unsigned int anomaly)
{
	static const char *const names[] = {
#define X(name, word, text)	[TCPFSM_ANOMALY_##name] = #word,
		TCPFSM_ANOMALIES(X)
#undef X
	};

	return name_at(names, ARRAY_SIZE(names), anomaly);
}

/**
 * tcpfsm_flow_flag_name() - the word of a flow flag
 * @bit: enum tcpfsm_flow_flag
 *
 * Return: a constant string.
 */
const char *tcpfsm_flow_flag_name(unsigned int bit)
{
	static const char *const names[] = {
#define X(name, word, text)	[TCPFSM_BIT_##name] = #word,
		TCPFSM_FLOW_FLAGS(X)
#undef X
	};

	return name_at(names, ARRAY_SIZE(names), bit);
}

/**
 * tcpfsm_option_name() - the word of a negotiated option
 * @bit: enum tcpfsm_option_bit
 *
 * Return: a constant string.
 */
const char *tcpfsm_option_name(unsigned int bit)
{
	static const char *const names[] = {
#define X(name, word)	[TCPFSM_BIT_OPT_##name] = #word,
		TCPFSM_OPTIONS(X)
#undef X
	};

	return name_at(names, ARRAY_SIZE(names), bit);
}
