// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpfsm: mirrors the TCP states of both endpoints of every connection.
 *
 *	hooks.c   netfilter -> packet.c (sk_buff -> key, segment)
 *	                    -> table.c  (key -> flow)
 *	                    -> ../core  (segment -> facts -> states)
 *	                    -> events.c (counters, listeners.c, trace.h, log.c)
 *	          icmp.c    ICMP errors: to the flow of the segment that they quote
 *	clock.c   2MSL, idle limits, eviction: the same way in
 *	proc.c    /proc/tcpfsm, /proc/net/tcpfsm; stats.c /proc/net/stat/tcpfsm
 *	proc_listeners.c /proc/net/tcpfsm_listeners
 *	sysctl.c  net.tcpfsm.*; net.c all of it, for each namespace
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/log2.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "listeners.h"
#include "proc.h"
#include "table.h"

#define VERSION "0.1.0"

#define FLOWS_MIN 16U
#define FLOWS_MAX 0x1000000U
#define HASHSIZE_MIN 16U
#define HASHSIZE_MAX 0x1000000U

unsigned int tcpfsm_max_flows = 262144;
module_param_named(max_flows, tcpfsm_max_flows, uint, 0444);
MODULE_PARM_DESC(max_flows, "flows kept for each network namespace, 16 to 16777216 (default 262144)");

unsigned int tcpfsm_max_flows_all;
module_param_named(max_flows_all, tcpfsm_max_flows_all, uint, 0444);
MODULE_PARM_DESC(max_flows_all, "flows kept for all network namespaces together, max_flows to 67108864 (default 0: 4 * max_flows); those of other user namespaces than the machine's get half at most");

unsigned int tcpfsm_hashsize;
module_param_named(hashsize, tcpfsm_hashsize, uint, 0444);
MODULE_PARM_DESC(hashsize, "buckets of the flow table, 16 to 16777216, rounded up to a power of two (default 0: max_flows)");

unsigned int tcpfsm_max_half_open;
module_param_named(max_half_open, tcpfsm_max_half_open, uint, 0444);
MODULE_PARM_DESC(max_half_open, "flows that nobody has answered yet kept for each network namespace, 16 to max_flows (default 0: max_flows / 4)");

static int check(const char *name, unsigned int value, unsigned int low, unsigned int high)
{
	if (value >= low && value <= high)
		return 0;
	pr_err("%s=%u is out of range, %u to %u\n", name, value, low, high);
	return -EINVAL;
}

static int check_parameters(void)
{
	int err = check("max_flows", tcpfsm_max_flows, FLOWS_MIN, FLOWS_MAX);

	if (err)
		return err;
	if (!tcpfsm_max_flows_all)
		tcpfsm_max_flows_all = 4 * tcpfsm_max_flows;
	err = check("max_flows_all", tcpfsm_max_flows_all, tcpfsm_max_flows, 4 * FLOWS_MAX);
	if (err)
		return err;
	if (!tcpfsm_hashsize)
		tcpfsm_hashsize = tcpfsm_max_flows;
	err = check("hashsize", tcpfsm_hashsize, HASHSIZE_MIN, HASHSIZE_MAX);
	if (err)
		return err;
	tcpfsm_hashsize = roundup_pow_of_two(tcpfsm_hashsize);
	if (!tcpfsm_max_half_open)
		tcpfsm_max_half_open = max(tcpfsm_max_flows / 4, FLOWS_MIN);
	return check("max_half_open", tcpfsm_max_half_open, FLOWS_MIN, tcpfsm_max_flows);
}

static int __init tcpfsm_init(void)
{
	int err = check_parameters();

	if (err)
		return err;
	err = tcpfsm_table_init();
	if (err)
		return err;
	err = tcpfsm_listeners_init();
	if (err)
		goto err_listeners;
	err = tcpfsm_clock_init();
	if (err)
		goto err_clock;
	err = tcpfsm_net_init();
	if (err)
		goto err_net;
	err = tcpfsm_proc_init();
	if (err)
		goto err_proc;
	pr_info("%s loaded: max_flows=%u max_half_open=%u hashsize=%u\n", VERSION,
		tcpfsm_max_flows, tcpfsm_max_half_open, tcpfsm_hashsize);
	return 0;

err_proc:
	tcpfsm_net_exit();
err_net:
	tcpfsm_clock_exit();
err_clock:
	tcpfsm_listeners_exit();
err_listeners:
	tcpfsm_table_exit();
	return err;
}

static void __exit tcpfsm_exit(void)
{
	bool quiet = !tcpfsm_net(&init_net)->settings.log_level;

	tcpfsm_proc_exit();
	tcpfsm_net_exit();
	tcpfsm_clock_exit();
	tcpfsm_listeners_exit();
	tcpfsm_table_exit();
	if (!quiet)
		pr_info("unloaded\n");
}

module_init(tcpfsm_init);
module_exit(tcpfsm_exit);

MODULE_DESCRIPTION("Traces TCP handshakes and teardowns: the states of both endpoints of every connection");
MODULE_AUTHOR("The tcpfsm authors");
MODULE_LICENSE("GPL");
MODULE_VERSION(VERSION);
