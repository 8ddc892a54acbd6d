/* SPDX-License-Identifier: GPL-2.0-only */
/* Linux 6.11 made the table that a sysctl handler gets const. */
#ifndef TCPFSM_COMPAT_LINUX_SYSCTL_H
#define TCPFSM_COMPAT_LINUX_SYSCTL_H

#include_next <linux/sysctl.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
#define tcpfsm_ctl_table struct ctl_table
#else
#define tcpfsm_ctl_table const struct ctl_table
#endif

#endif
