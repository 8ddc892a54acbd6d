// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/net/stat/tcpfsm: names of the columns, then a line of hexadecimal
 * figures for each processor, as lnstat reads it. The first column is the
 * number of flows, the same in each line, as in nf_conntrack's.
 */
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <net/net_namespace.h>

#include "net.h"

static void *stats_at(struct seq_file *m, loff_t *pos)
{
	struct tcpfsm_net *tn = tcpfsm_net(seq_file_net(m));
	int cpu;

	if (!*pos)
		return SEQ_START_TOKEN;
	for (cpu = *pos - 1; cpu < nr_cpu_ids; cpu++) {
		if (!cpu_possible(cpu))
			continue;
		*pos = cpu + 1;
		return per_cpu_ptr(tn->stats, cpu);
	}
	return NULL;
}

static void *stats_start(struct seq_file *m, loff_t *pos)
{
	return stats_at(m, pos);
}

static void *stats_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return stats_at(m, pos);
}

static void stats_stop(struct seq_file *m, void *v)
{
}

static void show_names(struct seq_file *m)
{
	seq_puts(m, "entries");
#define X(name, text) seq_puts(m, " " #name);
	TCPFSM_COUNTERS(X)
#undef X
#define X(from, to, text) seq_puts(m, " " #from "_to_" #to);
	TCPFSM_ARCS(X)
#undef X
	seq_puts(m, " other_transition");
#define X(name, word, text) seq_puts(m, " end_" #word);
	TCPFSM_VERDICTS(X)
#undef X
#define X(name, word, text) seq_puts(m, " an_" #word);
	TCPFSM_ANOMALIES(X)
#undef X
	seq_putc(m, '\n');
}

static int stats_show(struct seq_file *m, void *v)
{
	struct tcpfsm_net *tn = tcpfsm_net(seq_file_net(m));
	const struct tcpfsm_stats *stats = v;
	unsigned int i;

	if (v == SEQ_START_TOKEN) {
		show_names(m);
		return 0;
	}
	seq_printf(m, "%08x", atomic_read(&tn->flows));
#define X(name, text) seq_printf(m, " %08lx", stats->name);
	TCPFSM_COUNTERS(X)
#undef X
	for (i = 0; i < TCPFSM_ARC_MAX; i++)
		seq_printf(m, " %08lx", stats->arc[i]);
	for (i = 0; i < TCPFSM_VERDICT_MAX; i++)
		seq_printf(m, " %08lx", stats->verdict[i]);
	for (i = 0; i < TCPFSM_ANOMALY_MAX; i++)
		seq_printf(m, " %08lx", stats->anomaly[i]);
	seq_putc(m, '\n');
	return 0;
}

static const struct seq_operations stats_ops = {
	.start = stats_start,
	.next = stats_next,
	.stop = stats_stop,
	.show = stats_show,
};

/**
 * tcpfsm_stats_init() - show a namespace's counters
 * @tn: the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int tcpfsm_stats_init(struct tcpfsm_net *tn)
{
	if (!proc_create_net("tcpfsm", 0444, tn->net->proc_net_stat, &stats_ops,
			     sizeof(struct seq_net_private)))
		return -ENOMEM;
	return 0;
}

/**
 * tcpfsm_stats_exit() - take them away
 * @tn: the namespace
 *
 * Context: process; waits for readers.
 */
void tcpfsm_stats_exit(struct tcpfsm_net *tn)
{
	remove_proc_entry("tcpfsm", tn->net->proc_net_stat);
}
