/* SPDX-License-Identifier: GPL-2.0-only */
/* What libFuzzer calls, and how a target says that something does not hold. */
#ifndef FUZZ_TARGET_H
#define FUZZ_TARGET_H

#include <stdio.h>
#include <stdlib.h>

#include "platform.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

#define demand(holds)								\
	do {									\
		if (!(holds)) {							\
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #holds); \
			abort();						\
		}								\
	} while (0)

#endif
