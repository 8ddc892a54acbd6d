// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/net/stat/tcpfsm and its sisters: names of the columns, then a line of
 * hexadecimal figures for each processor, as lnstat reads it. lnstat passes
 * over a file with more than 32 columns, hence one file for each list.
 */
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <net/net_namespace.h>

#include "net.h"

#define COLUMNS_MAX 32

/**
 * struct stats_file - one file
 * @name: in /proc/net/stat
 * @names: of its columns
 * @first: index of the first counter in struct tcpfsm_stats
 * @count: how many
 */
struct stats_file {
	const char *name;
	const char *const *names;
	unsigned int first;
	unsigned int count;
};

#define INDEX(member) (offsetof(struct tcpfsm_stats, member) / sizeof(unsigned long))

static const char *const counter_names[] = {
#define X(name, text)	#name,
	TCPFSM_COUNTERS(X)
#undef X
};

#define X(from, to, text)	#from "_to_" #to,
static const char *const rfc_names[] = { TCPFSM_ARCS_RFC(X) };
static const char *const other_names[] = { TCPFSM_ARCS_OTHER(X) "other" };
#undef X

static const char *const verdict_names[] = {
#define X(name, word, text)	#word,
	TCPFSM_VERDICTS(X)
#undef X
};

static const char *const anomaly_names[] = {
#define X(name, word, text)	#word,
	TCPFSM_ANOMALIES(X)
#undef X
};

static const char *const icmp_names[] = {
#define X(name, text)	#name,
	TCPFSM_ICMP_COUNTERS(X)
#undef X
};

static_assert(ARRAY_SIZE(counter_names) < COLUMNS_MAX);
static_assert(ARRAY_SIZE(rfc_names) < COLUMNS_MAX);
static_assert(ARRAY_SIZE(other_names) < COLUMNS_MAX);
static_assert(ARRAY_SIZE(verdict_names) < COLUMNS_MAX);
static_assert(ARRAY_SIZE(anomaly_names) < COLUMNS_MAX);
static_assert(ARRAY_SIZE(icmp_names) < COLUMNS_MAX);
static_assert(ARRAY_SIZE(rfc_names) + ARRAY_SIZE(other_names) == TCPFSM_ARC_MAX);

static const struct stats_file files[] = {
	{ "tcpfsm", counter_names, 0, ARRAY_SIZE(counter_names) },
	{ "tcpfsm_transitions", rfc_names, INDEX(arc), ARRAY_SIZE(rfc_names) },
	{ "tcpfsm_exceptions", other_names, INDEX(arc) + ARRAY_SIZE(rfc_names),
	  ARRAY_SIZE(other_names) },
	{ "tcpfsm_verdicts", verdict_names, INDEX(verdict), ARRAY_SIZE(verdict_names) },
	{ "tcpfsm_anomalies", anomaly_names, INDEX(anomaly), ARRAY_SIZE(anomaly_names) },
	{ "tcpfsm_icmp", icmp_names, INDEX(icmp_unreachable), ARRAY_SIZE(icmp_names) },
};

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

/* Not counted on its own: one counter less on the way of every segment. */
static unsigned long segments(const struct tcpfsm_stats *stats)
{
	return stats->seg_syn + stats->seg_synack + stats->seg_ack + stats->seg_data +
	       stats->seg_fin + stats->seg_rst + stats->seg_other + stats->seg_ignored +
	       stats->seg_fragment + stats->seg_malformed + stats->seg_checksum;
}

/*
 * In front stands the number of flows, as in nf_conntrack's: lnstat takes the first
 * column of a file for one figure of all processors, and does not add it up.
 */
static int stats_show(struct seq_file *m, void *v)
{
	const struct stats_file *file = pde_data(file_inode(m->file));
	const unsigned long *counters = v;
	unsigned int i;

	if (v == SEQ_START_TOKEN)
		seq_puts(m, "entries ");
	else
		seq_printf(m, "%08x ", atomic_read(&tcpfsm_net(seq_file_net(m))->flows));
	for (i = 0; i < file->count; i++) {
		if (v == SEQ_START_TOKEN)
			seq_puts(m, file->names[i]);
		else if (!file->first && !i)
			seq_printf(m, "%08lx", segments(v));
		else
			seq_printf(m, "%08lx", counters[file->first + i]);
		seq_putc(m, i + 1 < file->count ? ' ' : '\n');
	}
	return 0;
}

static const struct seq_operations stats_ops = {
	.start = stats_start,
	.next = stats_next,
	.stop = stats_stop,
	.show = stats_show,
};

static void remove_files(struct tcpfsm_net *tn, unsigned int n)
{
	while (n--)
		remove_proc_entry(files[n].name, tn->net->proc_net_stat);
}

/**
 * tcpfsm_stats_init() - show a namespace's counters
 * @tn: the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int tcpfsm_stats_init(struct tcpfsm_net *tn)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		if (proc_create_net_data(files[i].name, 0444, tn->net->proc_net_stat, &stats_ops,
					 sizeof(struct seq_net_private), (void *)&files[i]))
			continue;
		remove_files(tn, i);
		return -ENOMEM;
	}
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
	remove_files(tn, ARRAY_SIZE(files));
}
