/* SPDX-License-Identifier: GPL-2.0-only */
/* Linux 6.6 gave register_net_sysctl() a size; before, an empty entry ended the table. */
#ifndef TCPFSM_COMPAT_NET_NET_NAMESPACE_H
#define TCPFSM_COMPAT_NET_NET_NAMESPACE_H

#include_next <net/net_namespace.h>

#ifndef register_net_sysctl
#define register_net_sysctl_sz(net, path, table, size) register_net_sysctl(net, path, table)
#endif

#endif
