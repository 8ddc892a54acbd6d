/* SPDX-License-Identifier: GPL-2.0-only */
/* net.tcpfsm.*: a namespace's settings. */
#ifndef TCPFSM_SYSCTL_H
#define TCPFSM_SYSCTL_H

#include "net.h"

void tcpfsm_settings_default(struct tcpfsm_settings *settings);

#ifdef CONFIG_SYSCTL
int tcpfsm_sysctl_init(struct tcpfsm_net *tn);
void tcpfsm_sysctl_exit(struct tcpfsm_net *tn);
#else
static inline int tcpfsm_sysctl_init(struct tcpfsm_net *tn)
{
	return 0;
}

static inline void tcpfsm_sysctl_exit(struct tcpfsm_net *tn)
{
}
#endif

#endif
