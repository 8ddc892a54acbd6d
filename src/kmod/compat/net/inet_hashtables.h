/* SPDX-License-Identifier: GPL-2.0-only */
/* Up to Linux 6.17 a namespace's table of sockets had to be named beside the namespace. */
#ifndef TCPFSM_COMPAT_NET_INET_HASHTABLES_H
#define TCPFSM_COMPAT_NET_INET_HASHTABLES_H

#include_next <net/inet_hashtables.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define tcpfsm_table_of(net) (net), (net)->ipv4.tcp_death_row.hashinfo
#else
#define tcpfsm_table_of(net) (net)
#endif

#endif
