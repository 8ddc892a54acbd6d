/* SPDX-License-Identifier: GPL-2.0-only */
/* The network namespace that is looked at. */
#ifndef TCPFSM_CLI_NETNS_H
#define TCPFSM_CLI_NETNS_H

#include "platform.h"

bool netns_enter(const char *name);
u64 netns_inode(void);

#endif
