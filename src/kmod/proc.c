// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flow table as text. A reader keeps its place as (bucket, flow number),
 * so that no lock is held between calls and a flow that lives through the
 * whole read is shown exactly once, however small the pieces are.
 */
#include <linux/capability.h>
#include <linux/ktime.h>
#include <linux/nsproxy.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/proc_fs.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/string_helpers.h>
#include <linux/user_namespace.h>

#include "../core/icmp.h"
#include "proc.h"
#include "table.h"

#define FORMAT_VERSION 1
#define MODE 0440
/* The longest word that may be written, and room to see that one is longer. */
#define WORD_MAX 16

/**
 * struct reader - an open /proc/tcpfsm
 * @of: whose flows
 * @bucket: place in the table
 * @id: number of the flow that was last given out
 * @now_ns: when this call began
 * @entry: copy of the flow that is shown
 * @line: its text
 */
struct reader {
	struct tcpfsm_proc_reader of;
	u32 bucket;
	u64 id;
	u64 now_ns;
	struct tcpfsm_entry entry;
	char line[TCPFSM_LINE_MAX];
};

static void *next(struct reader *reader, bool again)
{
	return tcpfsm_table_next(reader->of.tn, &reader->bucket, &reader->id, again,
				 &reader->entry) ? &reader->entry : NULL;
}

static void *flows_start(struct seq_file *m, loff_t *pos)
{
	struct reader *reader = m->private;

	reader->now_ns = ktime_get_ns();
	if (!*pos) {
		reader->bucket = 0;
		reader->id = U64_MAX;
		return SEQ_START_TOKEN;
	}
	/* The flow that did not fit last time, or what follows if it has gone. */
	return next(reader, true);
}

static void *flows_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return next(m->private, false);
}

static void flows_stop(struct seq_file *m, void *v)
{
}

static void show_header(struct seq_file *m, const struct tcpfsm_net *tn)
{
	unsigned long evicted = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		evicted += per_cpu_ptr(tn->stats, cpu)->verdict[TCPFSM_VERDICT_EVICTED];
	seq_printf(m, "# tcpfsm %d netns=%u flows=%d half_open=%u max_flows=%u evicted=%lu\n",
		   FORMAT_VERSION, tn->inum, atomic_read(&tn->flows), tcpfsm_half_open(tn),
		   tcpfsm_max_flows, evicted);
	seq_puts(m, "# client_state server_state     age_ms client -> server ...\n");
}

/*
 * The process in the pid namespace of the /proc that is read. There it may have another
 * number than in the machine's, or none, which only a process that lives yet can tell.
 */
static pid_t show_pid_as(const struct seq_file *m, pid_t pid)
{
	struct pid_namespace *ns = proc_pid_ns(file_inode(m->file)->i_sb);
	struct pid *process;

	if (ns == &init_pid_ns)
		return pid;
	rcu_read_lock();
	process = find_pid_ns(pid, &init_pid_ns);
	pid = process ? pid_nr_ns(process, ns) : 0;
	rcu_read_unlock();
	return pid;
}

static void show_process(struct seq_file *m, const struct tcpfsm_entry *entry)
{
	pid_t pid = show_pid_as(m, entry->pid);

	if (pid)
		seq_printf(m, " pid=%d", pid);
	if (!entry->comm[0])
		return;
	/* Any bytes may stand there. */
	seq_puts(m, " comm=");
	seq_escape_str(m, entry->comm, ESCAPE_OCTAL | ESCAPE_NAP | ESCAPE_APPEND, " \\");
}

static void show_icmp(struct seq_file *m, const struct tcpfsm_entry *entry)
{
	const void *from = tcpfsm_icmp_from(&entry->flow);
	char address[TCPFSM_ADDRESS_MAX];

	if (!from)
		return;
	tcpfsm_host_print(address, entry->key.is_ip6, from);
	seq_printf(m, " icmp_from=%s", address);
}

static int flows_show(struct seq_file *m, void *v)
{
	struct reader *reader = m->private;
	struct tcpfsm_entry *entry = &reader->entry;
	const struct tcpfsm_flow *flow = &entry->flow;
	char client[TCPFSM_ADDRESS_MAX], server[TCPFSM_ADDRESS_MAX];
	u64 age_ns;

	if (v == SEQ_START_TOKEN) {
		show_header(m, reader->of.tn);
		return 0;
	}
	tcpfsm_entry_sync(entry, reader->now_ns);
	tcpfsm_address_print(client, entry, TCPFSM_CLIENT);
	tcpfsm_address_print(server, entry, TCPFSM_SERVER);
	/* A flow may have begun after this call did. */
	age_ns = reader->now_ns > flow->born_ns ? reader->now_ns - flow->born_ns : 0;
	tcpfsm_line(reader->line, sizeof(reader->line), flow, entry->id,
		    div_u64(age_ns, NSEC_PER_MSEC), client, server);
	seq_puts(m, reader->line);
	show_icmp(m, entry);
	if (entry->key.ifindex)
		seq_printf(m, " ifindex=%u", entry->key.ifindex);
	if (entry->has_owner & TCPFSM_OWNER_UID)
		seq_printf(m, " uid=%u", from_kuid_munged(seq_user_ns(m), entry->uid));
	if (entry->has_owner & TCPFSM_OWNER_CGROUP)
		seq_printf(m, " cgroup=%llu", entry->cgroup);
	if (entry->has_owner & TCPFSM_OWNER_PROCESS)
		show_process(m, entry);
	seq_putc(m, '\n');
	return 0;
}

static const struct seq_operations flows_ops = {
	.start = flows_start,
	.next = flows_next,
	.stop = flows_stop,
	.show = flows_show,
};

/* The entry's own namespace, or for /proc/tcpfsm that of the opener; held. */
static struct net *net_of(const struct inode *inode)
{
	struct net *net = pde_data(inode);

	return net ? maybe_get_net(net) : get_net(current->nsproxy->net_ns);
}

/**
 * tcpfsm_proc_open() - open a file, for who may read of its namespace
 * @inode: the file's
 * @file: being opened
 * @ops: how it is read
 * @size: bytes of what it keeps, which begins as struct tcpfsm_proc_reader
 *
 * Context: process.
 * Return: 0 or a negative error; the namespace is held until tcpfsm_proc_release().
 */
int tcpfsm_proc_open(struct inode *inode, struct file *file, const struct seq_operations *ops,
		     size_t size)
{
	struct net *net = net_of(inode);
	struct tcpfsm_proc_reader *reader;
	int err = -EPERM;

	if (!net)
		return -ENXIO;
	if (file_ns_capable(file, net->user_ns, CAP_NET_ADMIN)) {
		reader = __seq_open_private(file, ops, size);
		if (reader) {
			reader->tn = tcpfsm_net(net);
			return 0;
		}
		err = -ENOMEM;
	}
	put_net(net);
	return err;
}

/**
 * tcpfsm_proc_release() - close what tcpfsm_proc_open() has opened
 * @inode: the file's
 * @file: being closed
 *
 * Context: process.
 * Return: 0.
 */
int tcpfsm_proc_release(struct inode *inode, struct file *file)
{
	put_net(tcpfsm_proc_net(file)->net);
	return seq_release_private(inode, file);
}

static int flows_open(struct inode *inode, struct file *file)
{
	return tcpfsm_proc_open(inode, file, &flows_ops, sizeof(struct reader));
}

/**
 * tcpfsm_proc_read_clear() - is it the word "clear" that is written?
 * @buf: what is written
 * @len: bytes of it
 *
 * Return: 0 or a negative error.
 */
int tcpfsm_proc_read_clear(const char __user *buf, size_t len)
{
	char word[WORD_MAX];

	if (len >= sizeof(word))
		return -EINVAL;
	if (copy_from_user(word, buf, len))
		return -EFAULT;
	word[len] = '\0';
	return sysfs_streq(word, "clear") ? 0 : -EINVAL;
}

static ssize_t flows_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	int err = tcpfsm_proc_read_clear(buf, len);

	if (err)
		return err;
	tcpfsm_table_clear(tcpfsm_proc_net(file));
	return len;
}

static const struct proc_ops flows_proc_ops = {
	.proc_open = flows_open,
	.proc_read = seq_read,
	.proc_write = flows_write,
	.proc_lseek = seq_lseek,
	.proc_release = tcpfsm_proc_release,
};

/**
 * tcpfsm_proc_create() - a file of a namespace, for its own root
 * @tn: the namespace
 * @name: in /proc/net
 * @ops: what it does
 *
 * Return: 0 or -ENOMEM.
 */
int tcpfsm_proc_create(struct tcpfsm_net *tn, const char *name, const struct proc_ops *ops)
{
	struct user_namespace *user_ns = tn->net->user_ns;
	struct proc_dir_entry *entry;
	kuid_t uid = make_kuid(user_ns, 0);
	kgid_t gid = make_kgid(user_ns, 0);

	entry = proc_create_data(name, MODE, tn->net->proc_net, ops, tn->net);
	if (!entry)
		return -ENOMEM;
	proc_set_user(entry, uid_valid(uid) ? uid : GLOBAL_ROOT_UID,
		      gid_valid(gid) ? gid : GLOBAL_ROOT_GID);
	return 0;
}

/**
 * tcpfsm_proc_net_init() - /proc/net/tcpfsm and /proc/net/tcpfsm_listeners of a namespace
 * @tn: the namespace
 *
 * Return: 0 or -ENOMEM, with nothing left behind.
 */
int tcpfsm_proc_net_init(struct tcpfsm_net *tn)
{
	int err = tcpfsm_proc_create(tn, "tcpfsm", &flows_proc_ops);

	if (err)
		return err;
	err = tcpfsm_proc_listeners_init(tn);
	if (err)
		remove_proc_entry("tcpfsm", tn->net->proc_net);
	return err;
}

/**
 * tcpfsm_proc_net_exit() - take them away
 * @tn: the namespace
 *
 * Context: process; waits for calls that are under way.
 */
void tcpfsm_proc_net_exit(struct tcpfsm_net *tn)
{
	tcpfsm_proc_listeners_exit(tn);
	remove_proc_entry("tcpfsm", tn->net->proc_net);
}

/**
 * tcpfsm_proc_init() - /proc/tcpfsm
 *
 * Return: 0 or -ENOMEM.
 */
int tcpfsm_proc_init(void)
{
	return proc_create_data("tcpfsm", MODE, NULL, &flows_proc_ops, NULL) ? 0 : -ENOMEM;
}

/**
 * tcpfsm_proc_exit() - take /proc/tcpfsm away
 *
 * Context: process; waits for calls that are under way, closes what is open.
 */
void tcpfsm_proc_exit(void)
{
	remove_proc_entry("tcpfsm", NULL);
}
