/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one place where the core learns whether it lives in the kernel or in
 * user space. Nothing else in src/core may include a header of either world.
 */
#ifndef TCPFSM_PLATFORM_H
#define TCPFSM_PLATFORM_H

#ifdef __KERNEL__

#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/string.h>
#include <linux/time64.h>
#include <linux/types.h>

#else

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;

#define noinline
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define NSEC_PER_USEC 1000L
#define NSEC_PER_MSEC 1000000L
#define NSEC_PER_SEC 1000000000L

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

static inline unsigned int hweight32(u32 word)
{
	return __builtin_popcount(word);
}

/* The number of the highest bit that is set, from 1; 0 for none. */
static inline int fls(unsigned int word)
{
	return word ? 32 - __builtin_clz(word) : 0;
}

/* The kernel's scnprintf() returns what was written, snprintf() what was wanted. */
__attribute__((format(printf, 3, 4)))
int scnprintf(char *buf, size_t size, const char *fmt, ...);

#endif

/*
 * A kernel may clear what a function has on its stack (INIT_STACK_ALL_ZERO). Not
 * where each segment would pay for it, and all that is read is written before.
 */
#if defined(__has_attribute) && __has_attribute(__uninitialized__)
#define TCPFSM_NOT_CLEARED __attribute__((__uninitialized__))
#else
#define TCPFSM_NOT_CLEARED
#endif

#endif
