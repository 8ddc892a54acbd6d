// SPDX-License-Identifier: GPL-2.0-only
/* The fact table as code, and the names of everything in states.h. */
#include "states.h"

#define LOOK(c, fact) ((c) == '.' ? 0 : TCPFSM_FACT_##fact)
#define WANT(c, fact) ((c) == '1' ? TCPFSM_FACT_##fact : 0)
#define ROW(of, s, a, p, f, pf, af, o) \
	(of(s, S) | of(a, A) | of(p, P) | of(f, F) | of(pf, PF) | of(af, AF) | of(o, O))

/**
 * tcpfsm_state_of() - the RFC 9293 state that a set of facts means
 * @facts: any combination of TCPFSM_FACT_*
 *
 * The rows cover all 128 combinations (tests/unit proves it), so the fallback
 * is never taken.
 *
 * Context: any.
 * Return: the state; LISTEN where nothing was sent yet.
 */
enum tcpfsm_state tcpfsm_state_of(u8 facts)
{
#define X(s, a, p, f, pf, af, o, name) \
	(facts & ROW(LOOK, s, a, p, f, pf, af, o)) == ROW(WANT, s, a, p, f, pf, af, o) ? \
	TCPFSM_##name :
	return TCPFSM_ROWS(X) TCPFSM_CLOSE;
#undef X
}

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

/**
 * tcpfsm_arc_of() - the kind of a transition, for its counter
 * @from: the state left
 * @to: the state entered
 *
 * Return: TCPFSM_ARC_OTHER for a pair that TCPFSM_ARCS does not list.
 */
enum tcpfsm_arc tcpfsm_arc_of(unsigned int from, unsigned int to)
{
	/* One more than the arc, so that 0 means "not listed". */
	static const u8 arcs[TCPFSM_STATE_MAX][TCPFSM_STATE_MAX] = {
#define X(from, to, text)	[TCPFSM_##from][TCPFSM_##to] = TCPFSM_ARC_##from##_##to + 1,
		TCPFSM_ARCS(X)
#undef X
	};

	if (from >= TCPFSM_STATE_MAX || to >= TCPFSM_STATE_MAX || !arcs[from][to])
		return TCPFSM_ARC_OTHER;
	return arcs[from][to] - 1;
}
