// SPDX-License-Identifier: GPL-2.0-only
/* The tracepoints' own code, made from trace.h. */
#include <linux/build_bug.h>
#include <net/tcp_states.h>

#define CREATE_TRACE_POINTS
#include "trace.h"

/* Numbers in the records are the kernel's. */
#define X(name, number) static_assert((int)TCPFSM_##name == (int)TCP_##name);
TCPFSM_STATES(X)
#undef X
