/* SPDX-License-Identifier: GPL-2.0-only */
/* Lengths of time, as people write them. */
#ifndef TCPFSM_CLI_DURATION_H
#define TCPFSM_CLI_DURATION_H

#include "platform.h"

#define DURATION_MAX 32

bool duration_parse(u64 *ms, const char *text);
void duration_print(char *buf, u64 ms);

#endif
