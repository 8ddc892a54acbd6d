// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel has and libc has not. User space only. */
#include "platform.h"

#include <stdarg.h>

int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(buf, size, fmt, args);
	va_end(args);
	if (n < 0 || !size)
		return 0;
	return (size_t)n < size ? n : (int)size - 1;
}
