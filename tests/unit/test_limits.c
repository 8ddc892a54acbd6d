// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every time limit at its default, to the nanosecond: nothing one before,
 * all at it. The numbers are those of docs/interfaces.md, not of flow.h.
 */
#include "script.h"

#include <stdio.h>

#define LINES_MAX 16

/* Each end has sent up to 101. */
#define OPENED								\
	"client > S 100			| SS/LI",			\
	"server < S. 100 ack 101	| SS/SR",			\
	"client > . 101 ack 101		| ES/ES"

#define OPEN	OPENED, ":either"

/**
 * struct silence - a flow of which nothing more is seen
 * @seconds: how long it is kept
 * @states: of client and server till then
 * @outcome: and what it is called then
 * @views: where it can come to this
 * @lines: how it came there
 */
struct silence {
	unsigned int seconds;
	const char *states;
	const char *outcome;
	unsigned int views;
	const char *lines[LINES_MAX];
};

static const struct silence silences[] = {
	{ 150, "SS/LI", "syn_timeout", EVERYWHERE, {
		"client > S 100			| SS/LI",
	} },
	/* Repeated, at any time: it gets no more time. */
	{ 50, "SS/LI", "syn_timeout", EVERYWHERE, {
		"client > S 100			| SS/LI",
		"+1s client > S 100		| SS/LI again",
		"+2s client > S 100		| SS/LI again",
		"+97s client > S 100		| SS/LI again",
	} },
	{ 90, "SS/SR", "synack_timeout", EVERYWHERE, {
		"client > S 100			| SS/LI",
		"+149s server < S. 100 ack 101	| SS/SR",
	} },
	{ 30, "SS/SR", "synack_timeout", EVERYWHERE, {
		"client > S 100			| SS/LI",
		"server < S. 100 ack 101	| SS/SR",
		"+20s client > S 100		| SS/SR again",
		"+40s server < S. 100 ack 101	| SS/SR again",
	} },
	{ 432000, "ES/ES", "vanished", EVERYWHERE, {
		OPEN,
	} },
	{ 300, "F1/ES", "vanished", EVERYWHERE, {
		OPEN,
		"client > F. 101 ack 101	| F1/ES",
	} },
	/* Who repeats a FIN lives. */
	{ 300, "F1/ES", "vanished", EVERYWHERE, {
		OPEN,
		"client > F. 101 ack 101	| F1/ES",
		"+299s client > F. 101 ack 101	| F1/ES again",
	} },
	{ 300, "F1/F1", "vanished", EVERYWHERE, {
		OPEN,
		"client > F. 101 ack 101	| F1/ES",
		"server < F. 101 ack 101	| F1/F1",
	} },
	/* Half-closed, and who is to close may take days. */
	{ 432000, "F2/CW", "vanished", EVERYWHERE, {
		OPEN,
		"client > F. 101 ack 101	| F1/ES",
		"server < . 101 ack 102		| F2/CW",
	} },
	{ 432000, "F2/CW", "vanished", EVERYWHERE, {
		OPEN,
		"client > F. 101 ack 101	| F1/ES",
		"server < . 101 ack 102		| F2/CW",
		"+431999s server < P. 101:111 ack 102 | F2/CW",
	} },
	{ 120, "F2/LA", "vanished", EVERYWHERE, {
		OPEN,
		"client > F. 101 ack 101	| F1/ES",
		"server < F. 101 ack 102	| F2/CW,LA",
	} },
	{ 120, "CG/F1", "vanished", EVERYWHERE, {
		OPEN,
		"client > F. 101 ack 101	| F1/ES",
		"server < F. 101 ack 101	| F1/F1",
		"client > . 102 ack 102		| CG/F1",
	} },
	/* ACKs that did not arrive, as only the host of both ends knows. */
	{ 300, "F1/CW", "vanished", AT_LOOPBACK, {
		OPEN,
		"client > F. 101 ack 101	| F1/ES",
		"server < . 101 ack 102 lost	| F1/CW",
	} },
	{ 120, "F1/LA", "vanished", AT_LOOPBACK, {
		OPEN,
		"client > F. 101 ack 101	| F1/ES",
		"server < F. 101 ack 102 lost	| F1/CW,LA",
	} },
	{ 120, "CG/CG", "vanished", AT_LOOPBACK, {
		OPEN,
		"client > F. 101 ack 101	| F1/ES",
		"server < F. 101 ack 101	| F1/F1",
		"client > . 102 ack 102 lost	| CG/F1",
		"server < . 102 ack 102 lost	| CG/CG",
	} },
	/* The time of the other begins when 2MSL is over. */
	{ 120, "CL/LA", "vanished", AT_LOOPBACK, {
		OPEN,
		"client > F. 101 ack 101	| F1/ES",
		"server < F. 101 ack 102	| F2/CW,LA",
		"client > . 102 ack 102 lost	| TW/LA",
		"+60s				| CL/LA",
	} },
	{ 120, "CL/CG", "vanished", AT_LOOPBACK, {
		OPEN,
		"client > F. 101 ack 101	| F1/ES",
		"server < F. 101 ack 101	| F1/F1",
		"client > . 102 ack 102 lost	| CG/F1",
		"server < . 102 ack 102		| TW/CG",
		"+60s				| CL/CG",
	} },
	/* One end is gone, and the RST was lost. */
	{ 300, "CL/ES", "vanished", AT_LOOPBACK, {
		OPEN,
		"client > R 101 lost		| CL/ES",
	} },
	{ 300, "CL/CW", "vanished", AT_LOOPBACK, {
		OPEN,
		"client > F. 101 ack 101	| F1/ES",
		"server < . 101 ack 102		| F2/CW",
		"client > R 102 lost		| CL/CW",
	} },
	/* In mid-stream: a guess until both have spoken. */
	{ 300, "ES/ES", "vanished", EVERYWHERE, {
		"client > P. 101:201 ack 501	| ES/ES",
	} },
	{ 432000, "ES/ES", "vanished", EVERYWHERE, {
		"client > P. 101:201 ack 501	| ES/ES",
		"server < . 501 ack 201		| ES/ES",
	} },
	{ 60, "TW/CL", "graceful", EVERYWHERE, {
		OPEN,
		"client > F. 101 ack 101	| F1/ES",
		"server < F. 101 ack 102	| F2/CW,LA",
		"client > . 102 ack 102		| TW/CL",
	} },
	{ 60, "TW/TW", "graceful", EVERYWHERE, {
		OPEN,
		"client > F. 101 ack 101	| F1/ES",
		"server < F. 101 ack 101	| F1/F1",
		"client > . 102 ack 102		| CG/F1",
		"server < . 102 ack 102		| TW/CG,TW",
	} },
	/* 2MSL starts again with a FIN that comes again, even if the ACK of it is not seen ... */
	{ 60, "TW/LA", NULL, AT_CLIENT | AT_ROUTER | AT_LOOPBACK, {
		OPENED,
		"client > F. 101 ack 101	| F1/ES",
		"server < F. 101 ack 102	| F2/CW,LA",
		"client > . 102 ack 102		| TW/CL",
		"+59s server < F. 101 ack 102	| TW/~LA again !last_ack_lost",
	} },
	/* ... and with the ACK of it, even if the FIN is not. */
	{ 60, "TW/CL", "graceful", EVERYWHERE, {
		OPEN,
		"client > F. 101 ack 101	| F1/ES",
		"server < F. 101 ack 102	| F2/CW,LA",
		"client > . 102 ack 102		| TW/CL",
		"+59s server < F. 101 ack 102 unseen | TW/CL",
		"client > . 102 ack 102		| TW/CL",
	} },
	{ 60, "TW/CL", "graceful", EVERYWHERE, {
		OPEN,
		"client > F. 101 ack 101	| F1/ES",
		"server < F. 101 ack 102	| F2/CW,LA",
		"client > . 102 ack 102		| TW/CL",
		"+59s server < F. 101 ack 102	| TW/~LA again !last_ack_lost",
		"+30s client > . 102 ack 102	| TW/CL",
	} },
	/* It did not arrive; and what is withdrawn gives no more time. */
	{ 30, "TW/LA", NULL, AT_LOOPBACK, {
		OPEN,
		"client > F. 101 ack 101	| F1/ES",
		"server < F. 101 ack 102	| F2/CW,LA",
		"client > . 102 ack 102		| TW/CL",
		"+30s server < F. 101 ack 102 lost | TW/~LA again !last_ack_lost",
	} },
	{ 145, "SS/LI", "syn_timeout", AT_SERVER | AT_ROUTER, {
		"client > S 100			| SS/LI",
		"server < R. 0 ack 101 lost	| CL/CL ended",
		"+5s client > S 100		| ~SS/~LI again revived !rst_withdrawn",
	} },
	/* Both wait; a FIN of either starts the clock of both, as they are one flow. */
	{ 60, "TW/CG", NULL, EVERYWHERE, {
		OPEN,
		"client > F. 101 ack 101	| F1/ES",
		"server < F. 101 ack 101	| F1/F1",
		"client > . 102 ack 102		| CG/F1",
		"server < . 102 ack 102		| TW/CG,TW",
		"+59s server < F. 101 ack 102	| TW/~CG again !last_ack_lost",
	} },
};

/* Without an outcome one end stays when 2MSL is over: it has yet to be told. */
static void play_silence(const struct silence *silence)
{
	const char *lines[LINES_MAX + 4] = { NULL };
	char before[64], at[96], lingers[96];
	unsigned int n;

	for (n = 0; silence->lines[n]; n++)
		lines[n] = silence->lines[n];
	scnprintf(before, sizeof(before), "+%u.999999999s | %s", silence->seconds - 1,
		  silence->states);
	lines[n++] = before;
	if (!silence->outcome) {
		scnprintf(at, sizeof(at), "+1ns | CL/%s -ended by=timeout outcome=open",
			  silence->states + 3);
		lines[n++] = at;
	} else {
		scnprintf(at, sizeof(at), "+1ns | CL*/CL* ended outcome=%s", silence->outcome);
		lines[n++] = at;
		scnprintf(lingers, sizeof(lingers), "+9.999999999s | CL*/CL* outcome=%s",
			  silence->outcome);
		lines[n++] = lingers;
		lines[n++] = "+1ns | --/--";
	}
	script_play(silence->views, lines, __FILE__, __LINE__);
}

TEST(every_state_at_its_limit)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(silences); i++)
		play_silence(&silences[i]);
}

/* Probes at the last moment, in each state that waits for days: life, and no transition. */
TEST(probes_are_life)
{
	play(EVERYWHERE, OPEN,
	     "+431999.999999999s client > . 100 ack 101		| ES/ES",
	     "+431999.999999999s client > . 100:101 ack 101	| ES/ES",
	     "+431999.999999999s server < . 101 ack 101 win 0	| ES/ES",
	     "+431999.999999999s client > . 101:102 ack 101	| ES/ES",
	     "+431999.999999999s				| ES/ES outcome=open",
	     "+1ns						| CL/CL ended outcome=vanished");
	play(EVERYWHERE, OPEN,
	     "client > F. 101 ack 101				| F1/ES",
	     "server < . 101 ack 102				| F2/CW",
	     "+431999.999999999s server < . 100 ack 102		| F2/CW",
	     "+431999.999999999s server < . 100:101 ack 102	| F2/CW",
	     "+431999.999999999s client > . 102 ack 101 win 0	| F2/CW",
	     "+431999.999999999s				| F2/CW outcome=open",
	     "+1ns						| CL/CL ended outcome=vanished");
}

/* What nobody sees end is not sure: CLOSE, with a question mark. */
TEST(unseen_end)
{
	play(AT_LOOPBACK, OPEN, "+432000s	| CL?/CL? ended outcome=vanished");
	play(AT_LOOPBACK,
	     "client > S 100			| SS/LI",
	     "+150s				| CL?/CL? ended outcome=syn_timeout");
	play(AT_LOOPBACK, OPEN,
	     "client > F. 101 ack 101		| F1/ES",
	     "server < F. 101 ack 102		| F2/CW,LA",
	     "client > . 102 ack 102		| TW/CL",
	     "+60s				| CL/CL ended outcome=graceful");
}

/* A SYN that is repeated with other flows' patience: its time is over all the same. */
TEST(repeated_for_ever)
{
	static const char *const lines[] = {
		"client > S 100			| SS/LI",
		"+50s client > S 100		| SS/LI again",
		"+50s client > S 100		| SS/LI again",
		"+49.999999999s client > S 100	| SS/LI again",
		"+1ns				| CL/CL ended outcome=syn_timeout",
		/* The next one is another try, of the same number. */
		"client > S 100			| SS/LI new old=syn_timeout",
		"+149.999999999s		| SS/LI",
		"+1ns				| CL/CL ended outcome=syn_timeout",
		NULL
	};

	script_play(EVERYWHERE, lines, __FILE__, __LINE__);
}

/* What counts repetitions stops, and does not begin again at 0. */
TEST(counts_stop)
{
	static const char *const lines[] = {
		":base",
		"client > S 100			| SS/LI",
		"server < S. 100 ack 101	| SS/SR",
		[3 ... 302] = "server < S. 100 ack 101	| SS/SR again",
		"client > . 101 ack 101		| ES/ES",
		"client > F. 101 ack 101	| F1/ES",
		[305 ... 604] = "client > F. 101 ack 101	| F1/ES again",
		"server < F. 101 ack 102	| F2/CW,LA rtx=0/255/255/0",
		NULL
	};

	script_play(EVERYWHERE, lines, __FILE__, __LINE__);
}

TESTS = {
	test(counts_stop), item(18b, repeated_for_ever), item(38c, probes_are_life),
	item(53c, every_state_at_its_limit), item(61b, unseen_end),
};

int main(void)
{
	return RUN(tests);
}
