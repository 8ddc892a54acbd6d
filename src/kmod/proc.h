/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/tcpfsm and /proc/net/tcpfsm: the flow table as text. */
#ifndef TCPFSM_PROC_H
#define TCPFSM_PROC_H

#include "net.h"

#ifdef CONFIG_PROC_FS
int tcpfsm_proc_init(void);
void tcpfsm_proc_exit(void);
int tcpfsm_proc_net_init(struct tcpfsm_net *tn);
void tcpfsm_proc_net_exit(struct tcpfsm_net *tn);
#else
static inline int tcpfsm_proc_init(void)
{
	return 0;
}

static inline void tcpfsm_proc_exit(void)
{
}

static inline int tcpfsm_proc_net_init(struct tcpfsm_net *tn)
{
	return 0;
}

static inline void tcpfsm_proc_net_exit(struct tcpfsm_net *tn)
{
}
#endif

#endif
