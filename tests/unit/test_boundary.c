// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which RST moves which state: every state of its target, every edge of what
 * it takes, by RFC 9293 3.10.7.3 and 3.10.7.4, RFC 5961 3.2, and where these
 * leave it open by the kernel's tcp_validate_incoming(), tcp_reset_check(),
 * tcp_check_req() and tcp_timewait_state_process(). Items 25, 26 and 28 to 31.
 */
#include "script.h"

#include <stdio.h>

#define LINES_MAX 16
#define WINDOW 1000

/* Each end has sent up to 111. The target of the RST is the server, or by ":either" the client. */
#define OPEN								\
	"client > S 100			| SS*/LI*",			\
	"server < S. 60 ack 101		| SS*/SR*",			\
	"client > . 101 ack 61		| ES*/ES*",			\
	"server < P. 61:111 ack 101	| ES*/ES*",			\
	"client > P. 101:111 ack 111	| ES*/ES*",			\
	"server < . 111 ack 111		| ES*/ES*",			\
	":either"

/**
 * struct target - who is hit, in which state
 * @sender: state of the end that sends the RST
 * @target: state of the end that it is for
 * @reset: where an exact one takes that
 * @rcv_nxt: of the target: its highest ACK
 * @sent: one past the highest that the sender has sent, in its FIN if @fin
 * @fin: it has, and the target has not acknowledged that
 * @sack: highest right edge of the target's SACK blocks, 0 if it sent none
 * @lines: how they came there
 */
struct target {
	const char *sender;
	const char *target;
	const char *reset;
	u32 rcv_nxt;
	u32 sent;
	bool fin;
	u32 sack;
	const char *lines[LINES_MAX];
};

static const struct target targets[] = {
	{ "SS", "SR", "LI", 101, 101, false, 0, {
		"client > S 100			| SS*/LI*",
		"server < S. 60 ack 101		| SS*/SR*",
	} },
	/* An active opener: its SYN crossed another. */
	{ "SS", "SR", "CL", 101, 101, false, 0, {
		"client > S 100			| SS*/LI*",
		"server < S 60			| SS*/SS*",
		"server < S. 60 ack 101		| SS*/SR*",
	} },
	{ "ES", "ES", "CL", 111, 111, false, 0, {
		OPEN,
	} },
	{ "ES", "F1", "CL", 111, 111, false, 0, {
		OPEN,
		"server < F. 111 ack 111	| ES*/F1*",
	} },
	{ "CW", "F2", "CL", 111, 111, false, 0, {
		OPEN,
		"server < F. 111 ack 111	| ES*/F1*",
		"client > . 111 ack 112		| CW*/F2*",
	} },
	{ "F2", "CW", "CL", 112, 112, false, 0, {
		OPEN,
		"client > F. 111 ack 111	| F1*/ES*",
		"server < . 111 ack 112		| F2*/CW*",
	} },
	{ "F1", "CG", "CL", 112, 112, false, 0, {
		OPEN,
		"client > F. 111 ack 111	| F1*/ES*",
		"server < F. 111 ack 111	| F1*/F1*",
		"server < . 112 ack 112		| F1*/CG*",
	} },
	{ "F2", "LA", "CL", 112, 112, false, 0, {
		OPEN,
		"client > F. 111 ack 111	| F1*/ES*",
		"server < . 111 ack 112		| F2*/CW*",
		"server < F. 111 ack 112	| F2*/LA*",
	} },
	{ "CL", "TW", "CL", 112, 112, false, 0, {
		OPEN,
		"server < F. 111 ack 111	| ES*/F1*",
		"client > F. 111 ack 112	| CW*,LA*/F2*",
		"server < . 112 ack 112		| CL*/TW*",
	} },
	/* Data on its way to the target, or in its backlog: not acknowledged yet. */
	{ "ES", "ES", "CL", 111, 211, false, 0, {
		OPEN,
		"client > P. 111:211 ack 111	| ES*/ES*",
	} },
	{ "ES", "F1", "CL", 111, 211, false, 0, {
		OPEN,
		"server < F. 111 ack 111	| ES*/F1*",
		"client > P. 111:211 ack 111	| ES*/F1*",
	} },
	{ "CW", "F2", "CL", 111, 211, false, 0, {
		OPEN,
		"server < F. 111 ack 111	| ES*/F1*",
		"client > P. 111:211 ack 112	| CW*/F2*",
	} },
	/* A FIN too. */
	{ "F1", "ES", "CL", 111, 212, true, 0, {
		OPEN,
		"client > FP. 111:211 ack 111	| F1*/ES*",
	} },
};

enum judgement { IS_EXACT, IS_INEXACT, IS_OUTSIDE };

/*
 * RFC 5961 3.2: exactly RCV.NXT; in the window a challenge ACK; else nothing.
 * The kernel counts the right edge to the window (tcp_sequence()), and takes
 * RCV.NXT - 1 after a FIN (tcp_reset_check()) and the highest SACK edge. RCV.NXT
 * is @low to @high.
 */
static enum judgement judge(const struct target *target, u32 seq, u32 low, u32 high)
{
	/* The socket has come past it, and is in CLOSE_WAIT, as its ACK will show. */
	bool after_fin = !strcmp(target->target, "CW") || !strcmp(target->target, "CG") ||
			 !strcmp(target->target, "LA") || (target->fin && low == target->sent);

	if ((seq >= low && seq <= high) || (after_fin && seq == low - 1) ||
	    (target->sack && seq == target->sack))
		return IS_EXACT;
	return seq > low && seq <= target->rcv_nxt + WINDOW ? IS_INEXACT : IS_OUTSIDE;
}

/*
 * Is the end closed that sent it? Rule 3. No live socket sends one, so its own
 * host knows; elsewhere a forgery looks alike, and only the answer of a host
 * without the socket, which has no ACK, stands below what was sent.
 */
static bool closes_sender(const struct target *target, u32 seq, enum judgement judgement,
			  bool with_ack, bool at_its_host)
{
	if (!strcmp(target->sender, "SS"))
		return seq == target->sent;
	return at_its_host || (judgement == IS_EXACT && (seq >= target->sent || !with_ack));
}

/* The way of the end that sent it. */
static const char *way_of_sender(const struct target *target, u32 seq, enum judgement judgement,
				 bool with_ack, bool at_its_host)
{
	if (!closes_sender(target, seq, judgement, with_ack, at_its_host))
		return target->sender;
	/* It answers an ACK that did not cover the sender's FIN: no other had come. */
	if (!strcmp(target->sender, "F2") && !with_ack && !at_its_host && seq < target->sent)
		return "~F1,CL";
	return "CL";
}

/* One RST of the client, with @seq, where @low to @high may be the server's RCV.NXT. */
static void hit(const struct target *target, unsigned int views, u32 seq, u32 low, u32 high,
		bool with_ack, const char *words)
{
	static const char *const anomalies[] = { "", "!rst_inexact", "!rst_outside" };
	enum judgement judgement = judge(target, seq, low, high);
	bool at_its_host = views & (AT_CLIENT | AT_LOOPBACK);
	const char *lines[LINES_MAX + 2] = { NULL };
	char line[128];
	unsigned int n;

	for (n = 0; target->lines[n]; n++)
		lines[n] = target->lines[n];
	scnprintf(line, sizeof(line), "client > %s %u %s %s | %s*/%s* %s", with_ack ? "R." : "R",
		  seq, with_ack ? "ack 111" : "", words,
		  way_of_sender(target, seq, judgement, with_ack, at_its_host),
		  judgement == IS_EXACT ? target->reset : target->target, anomalies[judgement]);
	lines[n] = line;
	script_play(views, lines, __FILE__, __LINE__);
}

/* Below, at and above: RCV.NXT, what was sent, the right edge; and far away. */
static void hit_all(const struct target *target, unsigned int views, u32 low, u32 high,
		    const char *words)
{
	const u32 edge = target->rcv_nxt + WINDOW;
	const u32 seqs[] = {
		low - 1, low, low + 1, (low + high) / 2, high - 1, high, high + 1,
		target->rcv_nxt - 1, target->rcv_nxt, target->rcv_nxt + 1,
		target->sent - 1, target->sent, target->sent + 1,
		edge - 1, edge, edge + 1, 0, 42, 1000000, 0x70000000,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(seqs); i++) {
		hit(target, views, seqs[i], low, high, false, words);
		/* In SYN_SENT an ACK would say more. */
		if (strcmp(target->sender, "SS"))
			hit(target, views, seqs[i], low, high, true, words);
	}
}

/* RCV.NXT is somewhere between the highest ACK and what was sent: any of it may be exact. */
TEST(at_a_router)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(targets); i++)
		hit_all(&targets[i], AT_ROUTER, targets[i].rcv_nxt, targets[i].sent, "");
}

/* What has come in sequence is as far as RCV.NXT can be; here all that was sent has come. */
TEST(at_its_target)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(targets); i++) {
		hit_all(&targets[i], AT_SERVER, targets[i].rcv_nxt, targets[i].sent, "");
		hit_all(&targets[i], AT_LOOPBACK, targets[i].rcv_nxt, targets[i].sent, "");
	}
}

TEST(at_its_sender)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(targets); i++)
		hit_all(&targets[i], AT_CLIENT, targets[i].rcv_nxt, targets[i].sent, "");
}

/* The socket itself says how far it has come: it has taken all, or nothing yet. */
TEST(at_its_socket)
{
	char words[32];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(targets); i++) {
		scnprintf(words, sizeof(words), "rcv %u", targets[i].sent);
		hit_all(&targets[i], AT_SERVER, targets[i].sent, targets[i].sent, words);
		hit_all(&targets[i], AT_LOOPBACK, targets[i].sent, targets[i].sent, words);
		scnprintf(words, sizeof(words), "rcv %u", targets[i].rcv_nxt);
		hit_all(&targets[i], AT_SERVER, targets[i].rcv_nxt, targets[i].rcv_nxt, words);
		hit_all(&targets[i], AT_LOOPBACK, targets[i].rcv_nxt, targets[i].rcv_nxt, words);
	}
}

/* Sent, and lost on the way: its host knows that it has not come. */
TEST(beyond_what_was_lost)
{
	static const struct target lossy = { "ES", "ES", "CL", 111, 211, false, 0, {
		OPEN,
		"client > P. 111:211 ack 111 lost | ES*/ES*",
	} };

	hit_all(&lossy, AT_LOOPBACK, 111, 111, "");
	hit_all(&lossy, AT_ROUTER, 111, 211, "");
}

/*
 * Data beyond holes, and an ACK that says so: the highest right edge counts as
 * exact too (RFC 5961 3.2 as the kernel extends it). The latest block stands
 * first in the option, and need not be the highest.
 */
#define HOLES(states, ack)						\
	"client > P. 211:311 ack " ack " | " states,			\
	"client > P. 411:511 ack " ack " | " states,			\
	"server < . ack 111 <sack 211:311,sack 411:511> | " states

TEST(at_a_sack_edge)
{
	static const struct target sacked[] = {
		{ "ES", "ES", "CL", 111, 511, false, 511, {
			OPEN,
			HOLES("ES*/ES*", "111"),
		} },
		{ "ES", "F1", "CL", 111, 511, false, 511, {
			OPEN,
			"server < F. 111 ack 111	| ES*/F1*",
			HOLES("ES*/F1*", "111"),
		} },
		{ "CW", "F2", "CL", 111, 511, false, 511, {
			OPEN,
			"server < F. 111 ack 111	| ES*/F1*",
			"client > . 111 ack 112		| CW*/F2*",
			HOLES("CW*/F2*", "112"),
		} },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sacked); i++) {
		hit_all(&sacked[i], AT_ROUTER, 111, 511, "");
		hit_all(&sacked[i], AT_SERVER, 111, 111, "");
		hit_all(&sacked[i], AT_LOOPBACK, 111, 111, "");
		hit_all(&sacked[i], AT_SERVER, 111, 111, "rcv 111");
	}
}

/* The ACK of a RST must cover the SYN, and nothing that was not sent (RFC 9293 3.10.7.3). */
TEST(in_syn_sent)
{
	static const struct {
		const char *syn;
		u32 first, last;
	} cases[] = {
		{ "client > S 100		| SS*/LI*", 101, 101 },
		/* RFC 7413: some of the data may be covered. */
		{ "client > S 100:110 <tfo>	| SS*/LI*", 101, 111 },
	};
	size_t i;
	u32 ack;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		for (ack = 98; ack < 115; ack++) {
			bool exact = ack >= cases[i].first && ack <= cases[i].last;
			char rst[128];

			scnprintf(rst, sizeof(rst), "server < R. 0 ack %u | %s", ack,
				  exact ? "CL*/CL* ended outcome=refused" :
					  "SS*/LI* !rst_outside outcome=open");
			play(EVERYWHERE, cases[i].syn, rst);
			/* From an end that has sent a SYN itself. */
			scnprintf(rst, sizeof(rst), "server < R. 61 ack %u | %s", ack,
				  /* Rule 10: it has the other's SYN, so it was in SYN_RECV. */
				  exact ? "CL*/SR,CL* ended outcome=reset_server" :
					  "SS*/CL* !rst_outside outcome=open");
			play(EVERYWHERE, cases[i].syn,
			     "server < S 60 | SS*/SS*", rst);
		}
		play(EVERYWHERE, cases[i].syn, "server < R 0 | SS*/LI* !rst_outside");
		play(EVERYWHERE, cases[i].syn, "server < R 101 | SS*/LI* !rst_outside");
	}
}

TESTS = {
	item(28b, at_a_router), item(28c, at_its_target), item(28d, at_its_sender),
	item(28e, at_its_socket), item(32b, beyond_what_was_lost), item(31c, at_a_sack_edge),
	item(15b, in_syn_sent),
};

int main(void)
{
	return RUN(tests);
}
