/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs that go on until they are told to end, by SIGTERM. */
#ifndef END_H
#define END_H

#include <signal.h>
#include <stdbool.h>
#include <time.h>

/* Called first: the signal waits until it is asked for. */
static inline void end_prepare(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigprocmask(SIG_BLOCK, set, NULL);
}

/* Waits so long for the signal; 0 only looks. */
static inline bool end_came(const sigset_t *set, long ms)
{
	const struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	return sigtimedwait(set, NULL, &time) == SIGTERM;
}

#endif
