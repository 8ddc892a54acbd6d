// SPDX-License-Identifier: GPL-2.0-only
/* What the tests have seen happen, for those that ask and for test_coverage.c. */
#include "coverage.h"

#include <stdio.h>
#include <stdlib.h>

static bool arcs[TCPFSM_ARC_MAX];
static u32 anomalies, verdicts;
/* Of these, since coverage_begin(). */
static u32 anomalies_now, verdicts_now;

/* What a segment, the clock or a hand did to a flow. */
void coverage_result(const struct tcpfsm_flow *flow, const struct tcpfsm_result *result)
{
	unsigned int i;

	for (i = 0; i < result->changes; i++)
		arcs[tcpfsm_arc_of(result->change[i].from, result->change[i].to)] = true;
	anomalies |= result->anomalies;
	anomalies_now |= result->anomalies;
	if (result->ended)
		coverage_flow(flow);
}

/* A flow as it was left: its verdict counts. */
void coverage_flow(const struct tcpfsm_flow *flow)
{
	verdicts |= 1U << flow->outcome;
	verdicts_now |= 1U << flow->outcome;
}

void coverage_begin(void)
{
	anomalies_now = 0;
	verdicts_now = 0;
}

static bool is_in_set(u32 set, unsigned int max,
		      const char *(*name)(unsigned int), const char *word)
{
	unsigned int i;

	for (i = 0; i < max; i++)
		if (!strcmp(name(i), word))
			return set & 1U << i;
	fprintf(stderr, "no list has the word %s\n", word);
	abort();
}

bool coverage_has_anomaly(const char *word)
{
	return is_in_set(anomalies_now, TCPFSM_ANOMALY_MAX, tcpfsm_anomaly_name, word);
}

bool coverage_has_verdict(const char *word)
{
	return is_in_set(verdicts_now, TCPFSM_VERDICT_MAX, tcpfsm_verdict_name, word);
}

/* At the end of a program: adds to the file that the runner names. */
int coverage_save(int status)
{
	const char *path = getenv("TCPFSM_COVERAGE");
	FILE *file = path ? fopen(path, "a") : NULL;
	unsigned int i;

	if (!file)
		return status;
#define X(from, to, text)						\
	if (arcs[TCPFSM_ARC_##from##_##to])				\
		fprintf(file, "arc %s_to_%s\n", #from, #to);
	TCPFSM_ARCS(X)
#undef X
	for (i = 0; i < TCPFSM_ANOMALY_MAX; i++)
		if (anomalies & 1U << i)
			fprintf(file, "anomaly %s\n", tcpfsm_anomaly_name(i));
	for (i = 0; i < TCPFSM_VERDICT_MAX; i++)
		if (verdicts & 1U << i)
			fprintf(file, "verdict %s\n", tcpfsm_verdict_name(i));
	return fclose(file) ? 1 : status;
}
