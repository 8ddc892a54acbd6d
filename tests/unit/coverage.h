/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tests have seen happen: transitions, anomalies, verdicts. */
#ifndef TCPFSM_COVERAGE_H
#define TCPFSM_COVERAGE_H

#include "flow.h"

void coverage_result(const struct tcpfsm_flow *flow, const struct tcpfsm_result *result);
void coverage_flow(const struct tcpfsm_flow *flow);
void coverage_begin(void);
bool coverage_has_anomaly(const char *word);
bool coverage_has_verdict(const char *word);
int coverage_save(int status);

#endif
