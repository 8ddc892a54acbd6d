// SPDX-License-Identifier: GPL-2.0-only
/* /proc/net/tcpfsm_listeners: what became of handshakes with each server, as text. */
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

#include "listeners.h"
#include "proc.h"

#define NAME "tcpfsm_listeners"
#define FORMAT_VERSION 1

/**
 * struct listeners_reader - an open file
 * @of: whose servers
 * @one: copy of the server that is shown
 * @text: its figures
 *
 * Its place, from 1, is that of a server; one that stays through the whole read is
 * shown once.
 */
struct listeners_reader {
	struct tcpfsm_proc_reader of;
	struct tcpfsm_listener one;
	char text[TCPFSM_HANDSHAKES_TEXT_MAX];
};

static void *look(struct listeners_reader *reader, loff_t *pos)
{
	unsigned int slot = *pos - 1;
	bool found = tcpfsm_listeners_copy(reader->of.tn, &slot, &reader->one);

	*pos = slot + 1;
	return found ? &reader->one : NULL;
}

static void *listeners_start(struct seq_file *m, loff_t *pos)
{
	return *pos ? look(m->private, pos) : SEQ_START_TOKEN;
}

static void *listeners_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return look(m->private, pos);
}

static void listeners_stop(struct seq_file *m, void *v)
{
}

static void show_header(struct seq_file *m, struct tcpfsm_net *tn)
{
	struct tcpfsm_listeners_totals totals;

	tcpfsm_listeners_totals(tn, &totals);
	seq_printf(m, "# %s %d netns=%u listeners=%u max_listeners=%u", NAME, FORMAT_VERSION,
		   tn->inum, totals.listeners, TCPFSM_LISTENERS_MAX);
	seq_printf(m, " missed=%llu evicted=%llu no_memory=%llu\n", totals.missed,
		   totals.evicted, totals.no_memory);
}

static int listeners_show(struct seq_file *m, void *v)
{
	struct listeners_reader *reader = m->private;
	const struct tcpfsm_listener *one = &reader->one;
	char end[TCPFSM_ADDRESS_MAX];

	if (v == SEQ_START_TOKEN) {
		show_header(m, reader->of.tn);
		return 0;
	}
	tcpfsm_end_print(end, one->is_ip6, &one->addr, one->port);
	tcpfsm_handshakes_print(reader->text, sizeof(reader->text), &one->figures);
	seq_printf(m, "%s%s", end, reader->text);
	if (one->ifindex)
		seq_printf(m, " ifindex=%u", one->ifindex);
	seq_putc(m, '\n');
	return 0;
}

static const struct seq_operations listeners_ops = {
	.start = listeners_start,
	.next = listeners_next,
	.stop = listeners_stop,
	.show = listeners_show,
};

static int listeners_open(struct inode *inode, struct file *file)
{
	return tcpfsm_proc_open(inode, file, &listeners_ops, sizeof(struct listeners_reader));
}

static ssize_t listeners_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	int err = tcpfsm_proc_read_clear(buf, len);

	if (err)
		return err;
	tcpfsm_listeners_clear(tcpfsm_proc_net(file));
	return len;
}

static const struct proc_ops listeners_proc_ops = {
	.proc_open = listeners_open,
	.proc_read = seq_read,
	.proc_write = listeners_write,
	.proc_lseek = seq_lseek,
	.proc_release = tcpfsm_proc_release,
};

/**
 * tcpfsm_proc_listeners_init() - /proc/net/tcpfsm_listeners of a namespace
 * @tn: the namespace
 *
 * Return: 0 or -ENOMEM.
 */
int tcpfsm_proc_listeners_init(struct tcpfsm_net *tn)
{
	return tcpfsm_proc_create(tn, NAME, &listeners_proc_ops);
}

/**
 * tcpfsm_proc_listeners_exit() - take it away
 * @tn: the namespace
 *
 * Context: process; waits for calls that are under way.
 */
void tcpfsm_proc_listeners_exit(struct tcpfsm_net *tn)
{
	remove_proc_entry(NAME, tn->net->proc_net);
}
