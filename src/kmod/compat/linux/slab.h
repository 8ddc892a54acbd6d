/* SPDX-License-Identifier: GPL-2.0-only */
/* Linux 6.5 can keep a cache apart, so that what leaks from it is told at its end. */
#ifndef TCPFSM_COMPAT_LINUX_SLAB_H
#define TCPFSM_COMPAT_LINUX_SLAB_H

#include_next <linux/slab.h>

#ifndef SLAB_NO_MERGE
#define SLAB_NO_MERGE 0
#endif

#endif
