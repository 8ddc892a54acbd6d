/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Conversations as text: one segment a line, much as tcpdump prints it, and
 * what the observer must make of it.
 *
 *	play(EVERYWHERE,
 *	     "client > S 100 win 65535 <mss 1460,sackOK,wscale 7> | SS/LI",
 *	     "server < S. 500 ack 101                             | SS/SR",
 *	     "client > .                                          | ES/ES",
 *	     "+10s                                                | ES/ES outcome=open");
 *
 * Left of the bar: [when] sender, arrow, flags, [seq[:end]], [ack N],
 * [win N], [<options>], [words]. When: +TIME (after the line before; the clock
 * ticks at each deadline on the way) or HH:MM:SS.micros. A line of time alone
 * only lets it pass. Else 1 ms lies between two segments. Flags: S F R P U W E,
 * '.' for ACK, '-' for none. A number that is left out is the one that follows
 * from what was sent so far. Words:
 *
 *	lost	after it passed the observer, or before it would have
 *	unseen	the observer misses it, whatever its place
 *	spoofed	it comes from the network, even if its sender is at home here
 *	partial	the first fragment of a larger packet
 *	rcv N	the receiving socket's own RCV.NXT, where it is at hand
 *	orphan N its user is gone, and what waits in FIN_WAIT2 takes so much beyond that
 *	lags	it may not have looked yet at what came before
 *	unheard	nobody listens there
 *
 * Options: mss N, wscale N, sackOK, TS N [ecr N], sack LOW:HIGH, tfo, mptcp, nop, broken.
 *
 * Right of the bar: the state of client and server (of those two hosts: the
 * roles of a later flow may be swapped). "F2/CW,LA" is a path: the server passes
 * CLOSE_WAIT on this segment. A single state that is the one before demands
 * that nothing is reported. '?' behind a state: inferred; looked at where a
 * script names one viewpoint, unless '*' stands there. '~' before it: retracted.
 * "--" is no flow.
 * Then, in any order:
 *
 *	!word		this anomaly is raised; those not named must not be
 *	key=value	tcpfsm_line() prints it
 *	-key		tcpfsm_line() does not print that key
 *	by=a,b		the causes of all transitions, in their order
 *	new		this segment begins a new incarnation
 *	back		the incarnation that had lost its place has it again: this one was forged
 *	ended, revived, shook, again, outside, quiet
 *			the result says so (again: retransmitted); with '-': not
 *	place@...	any of these, for one viewpoint alone; a state given
 *			so replaces the general one
 *
 * Every script is played at every viewpoint it names, and with many bases
 * added to all sequence numbers, so that they wrap at every place in it.
 * A line that begins with ':' sets something first: ":self", ":ports 80 8080",
 * ":lite" (quiet segments are skipped), ":base" (no wrapping), ":either": what
 * follows is played twice, the second time by the other end; states, names and
 * viewpoints change places. Numbers do not, so both ends must have come equally
 * far; pairs of values and hist= are then not looked at.
 */
#ifndef TCPFSM_SCRIPT_H
#define TCPFSM_SCRIPT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "coverage.h"
#include "flow.h"

/* Where the observer stands. */
enum {
	AT_CLIENT = 1 << 0,
	AT_SERVER = 1 << 1,
	AT_ROUTER = 1 << 2,
	AT_LOOPBACK = 1 << 3,
};

#define EVERYWHERE (AT_CLIENT | AT_SERVER | AT_ROUTER | AT_LOOPBACK)

/* An end's own host believes that end. */
#define BUT_AT_CLIENT (AT_SERVER | AT_ROUTER | AT_LOOPBACK)
#define BUT_AT_SERVER (AT_CLIENT | AT_ROUTER | AT_LOOPBACK)
#define BETWEEN (AT_ROUTER | AT_LOOPBACK)

/* The defaults. */
const struct tcpfsm_limits *script_limits(void);

/* Plays the lines; the flow as the last viewpoint leaves it is returned. */
const struct tcpfsm_flow *script_play(unsigned int views, const char *const *lines,
				      const char *file, int line);

#define play(views, ...)							\
	script_play(views, (const char *const []){ __VA_ARGS__, NULL }, __FILE__, __LINE__)

#define TEST(name) static void name(void **state __attribute__((unused)))
#define test(name) cmocka_unit_test(name)

/* A test of an item of the catalogue: item(41, ...), or 41a, 41b ... if it has several. */
#define item(number, name) { #number "-" #name, name, NULL, NULL, NULL }

/*
 * A test in which an anomaly is raised, and one that comes close; likewise for
 * the verdict of a flow. What it sees is demanded at its end.
 */
#define PROVOKES(word) DEMAND(anomaly_##word, coverage_has_anomaly(#word))
#define SPARES(word) DEMAND(no_anomaly_##word, !coverage_has_anomaly(#word))
#define EARNS(word) DEMAND(verdict_##word, coverage_has_verdict(#word))
#define FAILS(word) DEMAND(no_verdict_##word, !coverage_has_verdict(#word))

#define DEMAND(name, demand)				\
	static void name##_body(void);			\
	TEST(name)					\
	{						\
		coverage_begin();			\
		name##_body();				\
		assert_true(demand);			\
	}						\
	static void name##_body(void)

#define provokes(word) { "anomaly-" #word, anomaly_##word, NULL, NULL, NULL }
#define spares(word) { "no-anomaly-" #word, no_anomaly_##word, NULL, NULL, NULL }
#define earns(word) { "verdict-" #word, verdict_##word, NULL, NULL, NULL }
#define fails(word) { "no-verdict-" #word, no_verdict_##word, NULL, NULL, NULL }

#define TESTS static const struct CMUnitTest tests[]
#define RUN(tests) coverage_save(cmocka_run_group_tests(tests, NULL, NULL))

#endif
