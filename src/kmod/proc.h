/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/tcpfsm, /proc/net/tcpfsm and /proc/net/tcpfsm_listeners. */
#ifndef TCPFSM_PROC_H
#define TCPFSM_PROC_H

#include <linux/proc_fs.h>
#include <linux/seq_file.h>

#include "net.h"

#ifdef CONFIG_PROC_FS
/**
 * struct tcpfsm_proc_reader - how what an open file keeps begins
 * @tn: whose file it is; its namespace is held
 */
struct tcpfsm_proc_reader {
	struct tcpfsm_net *tn;
};

static inline struct tcpfsm_net *tcpfsm_proc_net(const struct file *file)
{
	const struct seq_file *m = file->private_data;
	const struct tcpfsm_proc_reader *reader = m->private;

	return reader->tn;
}

/* For the files of this directory: who may open them, and what may be written. */
int tcpfsm_proc_open(struct inode *inode, struct file *file, const struct seq_operations *ops,
		     size_t size);
int tcpfsm_proc_release(struct inode *inode, struct file *file);
int tcpfsm_proc_read_clear(const char __user *buf, size_t len);
int tcpfsm_proc_create(struct tcpfsm_net *tn, const char *name, const struct proc_ops *ops);

/* proc_listeners.c */
int tcpfsm_proc_listeners_init(struct tcpfsm_net *tn);
void tcpfsm_proc_listeners_exit(struct tcpfsm_net *tn);

int tcpfsm_proc_init(void);
void tcpfsm_proc_exit(void);
int tcpfsm_proc_net_init(struct tcpfsm_net *tn);
void tcpfsm_proc_net_exit(struct tcpfsm_net *tn);
#else
static inline int tcpfsm_proc_init(void)
{
	return 0;
}

static inline void tcpfsm_proc_exit(void)
{
}

static inline int tcpfsm_proc_net_init(struct tcpfsm_net *tn)
{
	return 0;
}

static inline void tcpfsm_proc_net_exit(struct tcpfsm_net *tn)
{
}
#endif

#endif
