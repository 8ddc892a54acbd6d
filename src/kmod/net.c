// SPDX-License-Identifier: GPL-2.0-only
/* Network namespaces: what each one gets, in order, and loses, in reverse. */
#include <linux/jiffies.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <net/netns/generic.h>

#include "data.h"
#include "hooks.h"
#include "events.h"
#include "listeners.h"
#include "proc.h"
#include "sysctl.h"
#include "table.h"

static unsigned int net_id __read_mostly;

/**
 * tcpfsm_net() - what we keep for a namespace
 * @net: the namespace
 *
 * Context: any, while the module's namespace operations are registered.
 * Return: never NULL.
 */
struct tcpfsm_net *tcpfsm_net(const struct net *net)
{
	return net_generic(net, net_id);
}

static int __net_init net_init(struct net *net)
{
	struct tcpfsm_net *tn = tcpfsm_net(net);
	int err;

	tn->net = net;
	tn->inum = net->ns.inum;
	tn->salt = get_random_u64();
	tn->log_window = jiffies;
	mutex_init(&tn->setup);
	tcpfsm_settings_default(&tn->settings);
	tcpfsm_clock_net_init(tn);
	tcpfsm_hooks_init(tn);

	tn->stats = alloc_percpu(struct tcpfsm_stats);
	if (!tn->stats)
		return -ENOMEM;
	err = tcpfsm_listeners_net_init(tn);
	if (err)
		goto err_listeners;
	err = tcpfsm_stats_init(tn);
	if (err)
		goto err_stats;
	err = tcpfsm_proc_net_init(tn);
	if (err)
		goto err_proc;
	err = tcpfsm_sysctl_init(tn);
	if (err)
		goto err_sysctl;

	mutex_lock(&tn->setup);
	err = tcpfsm_hooks_update(tn);
	mutex_unlock(&tn->setup);
	if (err)
		goto err_hooks;
	return 0;

err_hooks:
	/* Some were registered before one could not be, and have begun flows. */
	tcpfsm_hooks_exit(tn);
	synchronize_rcu();
	tcpfsm_sysctl_exit(tn);
	tcpfsm_data_exit(tn);
	kfree(rcu_dereference_raw(tn->ports));
err_sysctl:
	tcpfsm_proc_net_exit(tn);
	tcpfsm_table_clear(tn);
	/* The walk over the table may still hold on to one of the flows. */
	synchronize_rcu();
	tcpfsm_clock_net_exit(tn);
err_proc:
	tcpfsm_stats_exit(tn);
err_stats:
	tcpfsm_listeners_net_exit(tn);
err_listeners:
	free_percpu(tn->stats);
	return err;
}

/* First of all nothing new may come in; a grace period follows by itself. */
static void __net_exit net_pre_exit(struct net *net)
{
	tcpfsm_hooks_exit(tcpfsm_net(net));
}

static void __net_exit net_exit_batch(struct list_head *nets)
{
	struct net *net;

	list_for_each_entry(net, nets, exit_list) {
		struct tcpfsm_net *tn = tcpfsm_net(net);

		tcpfsm_sysctl_exit(tn);
		tcpfsm_proc_net_exit(tn);
	}
	/* One pass over the table for all of them. */
	tcpfsm_table_clear(NULL);
	/* The walk over the table may still hold on to one of their flows. */
	synchronize_rcu();
	list_for_each_entry(net, nets, exit_list) {
		struct tcpfsm_net *tn = tcpfsm_net(net);

		tcpfsm_clock_net_exit(tn);
		tcpfsm_data_exit(tn);
		tcpfsm_stats_exit(tn);
		tcpfsm_log_flush(tn);
		WARN_ON(atomic_read(&tn->flows));
		kfree(rcu_dereference_raw(tn->ports));
		tcpfsm_listeners_net_exit(tn);
		free_percpu(tn->stats);
	}
}

static struct pernet_operations net_ops = {
	.init = net_init,
	.pre_exit = net_pre_exit,
	.exit_batch = net_exit_batch,
	.id = &net_id,
	.size = sizeof(struct tcpfsm_net),
};

/**
 * tcpfsm_net_init() - begin in every namespace, and in those made later
 *
 * Return: 0 or a negative error, with nothing left behind.
 */
int tcpfsm_net_init(void)
{
	return register_pernet_subsys(&net_ops);
}

/**
 * tcpfsm_net_exit() - leave every namespace
 *
 * Context: process; no flow, hook or reader is left afterwards.
 */
void tcpfsm_net_exit(void)
{
	unregister_pernet_subsys(&net_ops);
}
