/* SPDX-License-Identifier: GPL-2.0-only */
/* The netfilter hooks: where segments come in. */
#ifndef TCPFSM_HOOKS_H
#define TCPFSM_HOOKS_H

#include "net.h"

void tcpfsm_hooks_init(struct tcpfsm_net *tn);
int tcpfsm_hooks_update(struct tcpfsm_net *tn);
void tcpfsm_hooks_exit(struct tcpfsm_net *tn);

#endif
