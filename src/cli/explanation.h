/* SPDX-License-Identifier: GPL-2.0-only */
/* A flow in sentences, each with the fact behind it. */
#ifndef TCPFSM_CLI_EXPLANATION_H
#define TCPFSM_CLI_EXPLANATION_H

#include "record.h"

#define STATEMENTS_MAX 32
#define STATEMENT_TEXT_MAX 320

/* X(constant, word, heading) */
#define STATEMENT_KINDS(X)					\
	X(HAPPENED, happened, "What happened")			\
	X(WAITS, waits, "What it waits for")			\
	X(MEANS, means, "What that usually means")		\
	X(NEXT, next, "What to look at next")

enum statement_kind {
#define X(name, word, heading) STATEMENT_##name,
	STATEMENT_KINDS(X)
#undef X
	STATEMENT_KIND_MAX
};

/**
 * struct statement - one sentence
 * @kind: enum statement_kind
 * @inferred: it rests on a segment that may have been lost, or is a usual cause
 * @text: the sentence
 * @because: the fact behind it, as /proc/tcpfsm says it; empty for advice
 */
struct statement {
	enum statement_kind kind;
	bool inferred;
	char text[STATEMENT_TEXT_MAX];
	char because[STATEMENT_TEXT_MAX];
};

/**
 * struct explanation - what there is to say
 * @record: of which flow
 * @statement: the sentences, those of a kind in their order
 * @count: how many
 */
struct explanation {
	const struct record *record;
	struct statement statement[STATEMENTS_MAX];
	size_t count;
};

void explanation_make(struct explanation *explanation, const struct record *record);

/* waiting.c */
void explanation_waiting(struct explanation *explanation);

/* icmp.c */
void explanation_icmp_happened(struct explanation *explanation);
bool explanation_icmp(struct explanation *explanation, unsigned int who);

__attribute__((format(printf, 4, 5)))
void explanation_say(struct explanation *explanation, enum statement_kind kind, bool inferred,
		     const char *fmt, ...);
__attribute__((format(printf, 2, 3)))
void explanation_because(struct explanation *explanation, const char *fmt, ...);
bool explanation_sent(const struct explanation *explanation, unsigned int who, char letter);
bool explanation_is_local(const struct explanation *explanation, unsigned int who);

#endif
