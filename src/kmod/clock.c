// SPDX-License-Identifier: GPL-2.0-only
/*
 * Time. Flows that wait for a short, fixed time (handshake, 2MSL, linger)
 * stand in lists, oldest first, so that only what is due is ever looked at;
 * all others have limits of minutes to days and are found by a slow walk over
 * the table. No flow has a timer of its own.
 */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/rculist.h>

#include "events.h"
#include "table.h"

/* Half of the second that 2MSL may be late. */
#define QUEUE_PERIOD (HZ / 2)
/* One step of the slow walk, which passes the table once in 64. */
#define WALK_PERIOD HZ
#define WALK_STEPS 64
/* Flows done before the processor is offered to others. */
#define BATCH 64

static struct workqueue_struct *wq;
static struct delayed_work walk;
static u32 walk_at;

static enum tcpfsm_queue queue_of(const struct tcpfsm_flow *flow)
{
	switch (tcpfsm_phase(flow)) {
	case TCPFSM_PHASE_HALF_OPEN:
		/* A list each, as their limits differ. */
		if (flow->end[TCPFSM_CLIENT].state == TCPFSM_SYN_RECV ||
		    flow->end[TCPFSM_SERVER].state == TCPFSM_SYN_RECV)
			return TCPFSM_QUEUE_SYN_RECV;
		return TCPFSM_QUEUE_SYN_SENT;
	case TCPFSM_PHASE_TIME_WAIT:
		return TCPFSM_QUEUE_TIME_WAIT;
	case TCPFSM_PHASE_ENDED:
		return TCPFSM_QUEUE_ENDED;
	default:
		return TCPFSM_QUEUE_NONE;
	}
}

static void leave(struct tcpfsm_entry *entry)
{
	struct tcpfsm_net *tn = entry->tn;

	if (entry->queue == TCPFSM_QUEUE_NONE)
		return;
	list_del_init(&entry->waiting);
	WRITE_ONCE(tn->queued[entry->queue], tn->queued[entry->queue] - 1);
	entry->queue = TCPFSM_QUEUE_NONE;
}

/**
 * tcpfsm_clock_wait() - put a flow where it belongs after a change
 * @entry: the flow
 * @again: its time began anew
 *
 * Context: @entry->lock held.
 */
void tcpfsm_clock_wait(struct tcpfsm_entry *entry, bool again)
{
	enum tcpfsm_queue queue = queue_of(&entry->flow);
	struct tcpfsm_net *tn = entry->tn;

	lockdep_assert_held(&entry->lock);
	if (queue == entry->queue && !again)
		return;
	spin_lock(&tn->queue_lock);
	leave(entry);
	if (queue != TCPFSM_QUEUE_NONE) {
		list_add_tail(&entry->waiting, &tn->queue[queue]);
		WRITE_ONCE(tn->queued[queue], tn->queued[queue] + 1);
	}
	entry->queue = queue;
	spin_unlock(&tn->queue_lock);
	/* Cheap where it is pending, as it nearly always is. */
	if (queue != TCPFSM_QUEUE_NONE && !delayed_work_pending(&tn->clock))
		queue_delayed_work(wq, &tn->clock, QUEUE_PERIOD);
}

/**
 * tcpfsm_clock_forget() - a flow leaves the table
 * @entry: the flow
 *
 * Context: @entry->lock held.
 */
void tcpfsm_clock_forget(struct tcpfsm_entry *entry)
{
	lockdep_assert_held(&entry->lock);
	spin_lock(&entry->tn->queue_lock);
	leave(entry);
	spin_unlock(&entry->tn->queue_lock);
}

/* Context: RCU read side, so that the flow stays readable without the lock. */
static struct tcpfsm_entry *oldest(struct tcpfsm_net *tn, enum tcpfsm_queue which)
{
	struct tcpfsm_entry *entry;

	spin_lock_bh(&tn->queue_lock);
	entry = list_first_entry_or_null(&tn->queue[which], struct tcpfsm_entry, waiting);
	spin_unlock_bh(&tn->queue_lock);
	return entry;
}

/* Give up a flow, if it still waits where it was found. */
static bool evict(struct tcpfsm_entry *entry, enum tcpfsm_queue which)
{
	struct tcpfsm_net *tn = entry->tn;
	struct tcpfsm_result result;

	spin_lock_bh(&entry->lock);
	if (entry->dead || entry->queue != which) {
		spin_unlock_bh(&entry->lock);
		return false;
	}
	tcpfsm_give_up(&entry->flow, ktime_get_ns(), TCPFSM_VERDICT_EVICTED, TCPFSM_CAUSE_EVICT,
		       &result);
	if (which == TCPFSM_QUEUE_ENDED) {
		tcpfsm_count(tn, evict_ended);
	} else if (which == TCPFSM_QUEUE_TIME_WAIT) {
		tcpfsm_count(tn, evict_time_wait);
	} else {
		result.anomalies |= 1U << TCPFSM_ANOMALY_FLOOD_EVICTION;
		tcpfsm_count(tn, evict_half_open);
	}
	tcpfsm_events_report(tn, entry, NULL, &result);
	tcpfsm_table_forget(entry);
	spin_unlock_bh(&entry->lock);
	tcpfsm_events_log(tn, entry, &result);
	return true;
}

/**
 * tcpfsm_clock_evict() - give up the oldest flow of a list
 * @tn: the namespace
 * @which: TIME_WAIT or ENDED
 *
 * Context: softirq or process, RCU read side, no flow locked.
 * Return: whether room was made.
 */
bool tcpfsm_clock_evict(struct tcpfsm_net *tn, enum tcpfsm_queue which)
{
	struct tcpfsm_entry *entry = oldest(tn, which);

	return entry && evict(entry, which);
}

/**
 * tcpfsm_clock_evict_half_open() - give up the oldest half-open flow
 * @tn: the namespace
 * @age_ns: only if it is at least as old as this
 *
 * Context: softirq or process, RCU read side, no flow locked.
 * Return: whether room was made.
 */
bool tcpfsm_clock_evict_half_open(struct tcpfsm_net *tn, u64 age_ns)
{
	struct tcpfsm_entry *a = oldest(tn, TCPFSM_QUEUE_SYN_SENT);
	struct tcpfsm_entry *b = oldest(tn, TCPFSM_QUEUE_SYN_RECV);
	enum tcpfsm_queue which = TCPFSM_QUEUE_SYN_SENT;

	if (!a || (b && READ_ONCE(b->flow.born_ns) < READ_ONCE(a->flow.born_ns))) {
		a = b;
		which = TCPFSM_QUEUE_SYN_RECV;
	}
	if (!a || (age_ns && ktime_get_ns() < READ_ONCE(a->flow.born_ns) + age_ns))
		return false;
	return evict(a, which);
}

/* Returns false if the flow's time has not come. */
static bool run_one(struct tcpfsm_entry *entry, u64 now)
{
	struct tcpfsm_net *tn = entry->tn;
	struct tcpfsm_result result = {};
	bool due = true;

	spin_lock_bh(&entry->lock);
	if (entry->dead) {
		spin_unlock_bh(&entry->lock);
		return true;
	}
	tcpfsm_entry_sync(entry, now);
	if (now < tcpfsm_deadline_ns(&entry->flow, &tn->settings.limits)) {
		due = false;
	} else if (entry->flow.ended) {
		tcpfsm_table_forget(entry);
	} else {
		tcpfsm_tick(&entry->flow, now, &tn->settings.limits, &result);
		tcpfsm_events_report(tn, entry, NULL, &result);
		tcpfsm_clock_wait(entry, true);
	}
	spin_unlock_bh(&entry->lock);
	tcpfsm_events_log(tn, entry, &result);
	return due;
}

/* Do what is due at the head of a list. */
static void run_queue(struct tcpfsm_net *tn, enum tcpfsm_queue which)
{
	struct tcpfsm_entry *entry;
	unsigned int n = 0;
	u64 now = ktime_get_ns();
	bool due;

	do {
		rcu_read_lock();
		entry = oldest(tn, which);
		due = entry && run_one(entry, now);
		rcu_read_unlock();
		if (++n % BATCH == 0)
			cond_resched();
	} while (due);
}

static void run_clock(struct work_struct *work)
{
	struct tcpfsm_net *tn = container_of(to_delayed_work(work), struct tcpfsm_net, clock);
	unsigned int which, waiting = 0;

	for (which = 0; which < TCPFSM_QUEUES; which++) {
		run_queue(tn, which);
		waiting += READ_ONCE(tn->queued[which]);
	}
	if (waiting)
		queue_delayed_work(wq, &tn->clock, QUEUE_PERIOD);
}

static void walk_one(struct tcpfsm_entry *entry)
{
	/* The lists have their own clock; a look without the lock is enough to tell. */
	if (READ_ONCE(entry->queue) == TCPFSM_QUEUE_NONE)
		run_one(entry, ktime_get_ns());
}

static void run_walk(struct work_struct *work)
{
	u32 count = DIV_ROUND_UP(tcpfsm_hashsize, WALK_STEPS);

	tcpfsm_table_scan(walk_at, count, walk_one);
	walk_at += count;
	queue_delayed_work(wq, &walk, WALK_PERIOD);
}

/**
 * tcpfsm_clock_net_init() - a namespace begins
 * @tn: the namespace
 */
void tcpfsm_clock_net_init(struct tcpfsm_net *tn)
{
	unsigned int which;

	spin_lock_init(&tn->queue_lock);
	for (which = 0; which < TCPFSM_QUEUES; which++)
		INIT_LIST_HEAD(&tn->queue[which]);
	INIT_DELAYED_WORK(&tn->clock, run_clock);
}

/**
 * tcpfsm_clock_net_exit() - a namespace ends
 * @tn: the namespace, without flows
 *
 * Context: process.
 */
void tcpfsm_clock_net_exit(struct tcpfsm_net *tn)
{
	cancel_delayed_work_sync(&tn->clock);
}

/**
 * tcpfsm_clock_init() - start the slow walk
 *
 * Return: 0 or -ENOMEM.
 */
int tcpfsm_clock_init(void)
{
	wq = alloc_workqueue("tcpfsm", WQ_UNBOUND, 0);
	if (!wq)
		return -ENOMEM;
	/* Limits of minutes to days: no reason to wake an idle processor. */
	INIT_DEFERRABLE_WORK(&walk, run_walk);
	queue_delayed_work(wq, &walk, WALK_PERIOD);
	return 0;
}

/**
 * tcpfsm_clock_exit() - stop the slow walk
 *
 * Context: process.
 */
void tcpfsm_clock_exit(void)
{
	cancel_delayed_work_sync(&walk);
	destroy_workqueue(wq);
}
