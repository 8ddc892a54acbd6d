/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SAMPLES_H
#define SAMPLES_H

#include <stdbool.h>

/* How many sockets of a namespace are in which state; index is the state. */
struct census {
	int state[16];
};

int samples_open(int ns, const char *name);
void samples_take(int which, int marker, struct census *census, bool all);

#endif
