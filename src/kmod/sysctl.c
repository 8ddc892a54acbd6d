// SPDX-License-Identifier: GPL-2.0-only
/*
 * net.tcpfsm.*. Every value is checked against its range before it is kept;
 * those that decide which packets are seen add or remove the hooks.
 */
#include <linux/slab.h>
#include <linux/sysctl.h>
#include <net/net_namespace.h>

#include "data.h"
#include "hooks.h"
#include "sysctl.h"

/* A year; an hour. */
static unsigned int idle_max = 365 * 24 * 3600;
static unsigned int hour = 3600;
static unsigned int log_level_max = 3;
static unsigned int zero;
static unsigned int one = 1;

/* Where the settings stand in the template; a namespace's copy points to its own. */
static struct tcpfsm_settings template;

/*
 * Write as proc_douintvec_minmax() does, then let the hooks follow. If they
 * cannot be had, the old value stands.
 */
static int do_switch(tcpfsm_ctl_table *table, int write, void *buffer, size_t *lenp, loff_t *ppos)
{
	struct tcpfsm_net *tn = table->extra2;
	unsigned int *value = table->data;
	bool is_boolean = value == &tn->settings.enabled || value == &tn->settings.strict;
	struct ctl_table checked = *table;
	unsigned int old;
	int err;

	checked.extra1 = NULL;
	checked.extra2 = is_boolean ? &one : NULL;
	mutex_lock(&tn->setup);
	old = *value;
	err = proc_douintvec_minmax(&checked, write, buffer, lenp, ppos);
	if (write && !err) {
		err = tcpfsm_hooks_update(tn);
		if (err)
			*value = old;
		else if (value == &tn->settings.strict && *value != old)
			tcpfsm_data_switch(tn);
	}
	mutex_unlock(&tn->setup);
	return err;
}

/* Parse into a set of our own, then change sets at once: a bad list changes nothing. */
static int write_ports(struct tcpfsm_net *tn, const struct ctl_table *table, void *buffer,
		       size_t *lenp, loff_t *ppos)
{
	struct tcpfsm_portset *old, *new = kzalloc(sizeof(*new), GFP_KERNEL);
	unsigned long *bits;
	struct ctl_table parse = *table;
	int err;

	if (!new)
		return -ENOMEM;
	old = rcu_dereference_protected(tn->ports, lockdep_is_held(&tn->setup));
	/* A list that comes in several writes adds up (proc_do_large_bitmap()). */
	if (old && *ppos)
		bitmap_copy(new->port, old->port, TCPFSM_PORTS);
	bits = new->port;
	parse.data = &bits;
	parse.maxlen = TCPFSM_PORTS;
	err = proc_do_large_bitmap(&parse, 1, buffer, lenp, ppos);
	if (err) {
		kfree(new);
		return err;
	}
	if (bitmap_empty(new->port, TCPFSM_PORTS)) {
		kfree(new);
		new = NULL;
	}
	rcu_assign_pointer(tn->ports, new);
	err = tcpfsm_hooks_update(tn);
	if (err) {
		/* Nobody has seen the new set: without hooks there are no readers. */
		rcu_assign_pointer(tn->ports, old);
		old = new;
	}
	if (old)
		kfree_rcu(old, rcu);
	return err;
}

static int do_ports(tcpfsm_ctl_table *table, int write, void *buffer, size_t *lenp, loff_t *ppos)
{
	struct tcpfsm_net *tn = table->extra2;
	struct tcpfsm_portset *ports;
	struct ctl_table show = *table;
	unsigned long none = 0, *bits = &none;
	int err;

	mutex_lock(&tn->setup);
	if (write) {
		err = write_ports(tn, table, buffer, lenp, ppos);
	} else {
		ports = rcu_dereference_protected(tn->ports, lockdep_is_held(&tn->setup));
		if (ports)
			bits = ports->port;
		show.data = &bits;
		show.maxlen = ports ? TCPFSM_PORTS : 1;
		err = proc_do_large_bitmap(&show, 0, buffer, lenp, ppos);
	}
	mutex_unlock(&tn->setup);
	return err;
}

#define UINT(name, member, low, high) {						\
	.procname = name,							\
	.data = &template.member,						\
	.maxlen = sizeof(unsigned int),						\
	.mode = 0644,								\
	.proc_handler = proc_douintvec_minmax,					\
	.extra1 = low,								\
	.extra2 = high,								\
}

/* extra2 becomes the namespace. */
#define SWITCH(name, member) {							\
	.procname = name,							\
	.data = &template.member,						\
	.maxlen = sizeof(unsigned int),						\
	.mode = 0644,								\
	.proc_handler = do_switch,						\
}

static const struct ctl_table templates[] = {
	SWITCH("enabled", enabled),
	SWITCH("strict", strict),
	SWITCH("mark", mark),
	SWITCH("mark_mask", mark_mask),
	{
		.procname = "ports",
		.data = &template,
		.maxlen = TCPFSM_PORTS,
		.mode = 0644,
		.proc_handler = do_ports,
	},
	UINT("log_level", log_level, &zero, &log_level_max),
	UINT("linger", limits.linger_s, &zero, &hour),
	UINT("time_wait", limits.time_wait_s, &one, &hour),
#define X(state, word, seconds)							\
	UINT("timeout_" #word, limits.idle_s[TCPFSM_##state], &one, &idle_max),
	TCPFSM_LIMITS(X)
#undef X
	{}
};

/**
 * tcpfsm_sysctl_init() - net.tcpfsm.* of a namespace
 * @tn: the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int tcpfsm_sysctl_init(struct tcpfsm_net *tn)
{
	struct ctl_table *table = kmemdup(templates, sizeof(templates), GFP_KERNEL);
	unsigned int i;

	if (!table)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(templates) - 1; i++) {
		size_t offset = (char *)table[i].data - (char *)&template;

		table[i].data = (char *)&tn->settings + offset;
		if (!table[i].extra2)
			table[i].extra2 = tn;
	}
	tn->sysctl = register_net_sysctl_sz(tn->net, "net/tcpfsm", table,
					    ARRAY_SIZE(templates) - 1);
	if (!tn->sysctl) {
		kfree(table);
		return -ENOMEM;
	}
	tn->sysctl_table = table;
	return 0;
}

/**
 * tcpfsm_sysctl_exit() - take net.tcpfsm.* away
 * @tn: the namespace
 *
 * Context: process; waits for handlers that run.
 */
void tcpfsm_sysctl_exit(struct tcpfsm_net *tn)
{
	unregister_net_sysctl_table(tn->sysctl);
	kfree(tn->sysctl_table);
}
