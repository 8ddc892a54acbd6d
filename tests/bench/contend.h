/* SPDX-License-Identifier: GPL-2.0-only */
/* Several processors at once. */
#ifndef BENCH_CONTEND_H
#define BENCH_CONTEND_H

#include "bench.h"

int bench_one_lock(struct net *net, bool on);
int bench_contend(struct bench *b, const struct bench_segment acks[2], u32 first, u32 cpus,
		  u32 rounds, bool shared);

#endif
