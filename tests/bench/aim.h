/* SPDX-License-Identifier: GPL-2.0-only */
/* A flood that is aimed at one bucket, by somebody who knows the secret of the hash. */
#ifndef BENCH_AIM_H
#define BENCH_AIM_H

#include "bench.h"

struct bench_aim;

struct bench_aim *bench_aim_new(const struct bench *b, u32 flow);
u32 bench_aim_next(const struct bench_aim *aim, u32 flow);
void bench_aim_free(struct bench_aim *aim);
int bench_aim_blunt(void);

#endif
