// SPDX-License-Identifier: GPL-2.0-only
/*
 * Time. Flows that wait for a short, fixed time (handshake, 2MSL, linger)
 * stand in lists, oldest first, so that only what is due is ever looked at;
 * all others have limits of minutes to days and are found by a slow walk over
 * the table. No flow has a timer of its own.
 */
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "events.h"
#include "lookup.h"

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
	case TCPFSM_PHASE_GUESS:
		return TCPFSM_QUEUE_GUESS;
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
 * Context: the lock of its bucket held.
 */
void tcpfsm_clock_wait(struct tcpfsm_entry *entry, bool again)
{
	enum tcpfsm_queue queue = queue_of(&entry->flow);
	struct tcpfsm_net *tn = entry->tn;

	if (queue == entry->queue && (!again || queue == TCPFSM_QUEUE_NONE))
		return;
	spin_lock(&tn->queue_lock);
	leave(entry);
	if (queue != TCPFSM_QUEUE_NONE) {
		list_add_tail(&entry->waiting, &tn->queue[queue]);
		WRITE_ONCE(tn->queued[queue], tn->queued[queue] + 1);
	}
	entry->queue = queue;
	spin_unlock(&tn->queue_lock);
	/*
	 * Cheap where it is pending, as it nearly always is. run_clock() looks at the
	 * lengths when it is pending no more: it sees ours, or we see that.
	 */
	smp_mb();
	if (queue < TCPFSM_QUEUES_TIMED && !delayed_work_pending(&tn->clock))
		queue_delayed_work(wq, &tn->clock, QUEUE_PERIOD);
}

/**
 * tcpfsm_clock_forget() - a flow leaves the table
 * @entry: the flow
 *
 * Context: the lock of its bucket held.
 */
void tcpfsm_clock_forget(struct tcpfsm_entry *entry)
{
	if (entry->queue == TCPFSM_QUEUE_NONE)
		return;
	spin_lock(&entry->tn->queue_lock);
	leave(entry);
	spin_unlock(&entry->tn->queue_lock);
}

/* Where a flow was, when its bucket was not locked. */
struct place {
	u32 hash;
	u64 id;
};

/* Context: @tn->queue_lock held; a flow that waits is in the table. */
static struct tcpfsm_entry *first_of(struct tcpfsm_net *tn, enum tcpfsm_queue which)
{
	return list_first_entry_or_null(&tn->queue[which], struct tcpfsm_entry, waiting);
}

static bool look_up_oldest(struct tcpfsm_net *tn, enum tcpfsm_queue which, struct place *place)
{
	const struct tcpfsm_entry *entry;

	if (!READ_ONCE(tn->queued[which]))
		return false;
	spin_lock_bh(&tn->queue_lock);
	entry = first_of(tn, which);
	if (entry)
		*place = (struct place){ .hash = tcpfsm_entry_hash(entry), .id = entry->id };
	spin_unlock_bh(&tn->queue_lock);
	return entry;
}

static bool look_up_unproved(struct tcpfsm_net *tn, u64 before_ns, struct place *place)
{
	static const enum tcpfsm_queue queues[] = {
		TCPFSM_QUEUE_SYN_SENT, TCPFSM_QUEUE_SYN_RECV, TCPFSM_QUEUE_GUESS,
	};
	const struct tcpfsm_entry *oldest = NULL;
	unsigned int i;

	if (!tcpfsm_unproved(tn))
		return false;
	spin_lock_bh(&tn->queue_lock);
	for (i = 0; i < ARRAY_SIZE(queues); i++) {
		const struct tcpfsm_entry *entry = first_of(tn, queues[i]);

		if (entry && entry->flow.born_ns <= before_ns &&
		    (!oldest || entry->flow.born_ns < oldest->flow.born_ns))
			oldest = entry;
	}
	if (oldest)
		*place = (struct place){ .hash = tcpfsm_entry_hash(oldest), .id = oldest->id };
	spin_unlock_bh(&tn->queue_lock);
	return oldest;
}

/* Context: the bucket locked. Returns NULL if it has gone meanwhile. */
static struct tcpfsm_entry *find_again(const struct place *place)
{
	struct tcpfsm_entry *entry = *tcpfsm_bucket(place->hash);

	while (entry && entry->id != place->id)
		entry = entry->next;
	return entry;
}

/* Context: the flow's bucket locked. Returns a copy for the log. */
static struct tcpfsm_entry *give_up(struct tcpfsm_entry *entry, struct tcpfsm_result *result)
{
	struct tcpfsm_net *tn = entry->tn;
	struct tcpfsm_entry *copy;
	u64 now = ktime_get_ns();

	tcpfsm_entry_begin(entry, now);
	tcpfsm_give_up(&entry->flow, now, TCPFSM_VERDICT_EVICTED, TCPFSM_CAUSE_EVICT, result);
	if (entry->queue == TCPFSM_QUEUE_ENDED) {
		tcpfsm_count(tn, evict_ended);
	} else if (entry->queue == TCPFSM_QUEUE_TIME_WAIT) {
		tcpfsm_count(tn, evict_time_wait);
	} else {
		result->anomalies |= 1U << TCPFSM_ANOMALY_FLOOD_EVICTION;
		tcpfsm_count(tn, evict_half_open);
	}
	copy = tcpfsm_events_report(entry, NULL, result);
	tcpfsm_table_forget(entry);
	return copy;
}

/* Give up the flow that was seen there, if it still waits in one of these queues. */
static void evict(struct tcpfsm_net *tn, const struct place *place, unsigned int queues)
{
	spinlock_t *lock = tcpfsm_lock_of(place->hash);
	struct tcpfsm_entry *entry, *copy = NULL;
	struct tcpfsm_result result;

	spin_lock_bh(lock);
	entry = find_again(place);
	if (entry && queues & BIT(entry->queue))
		copy = give_up(entry, &result);
	spin_unlock_bh(lock);
	tcpfsm_events_log(tn, copy, &result);
}

/**
 * tcpfsm_clock_evict() - give up the oldest flow of a list
 * @tn: the namespace
 * @which: TIME_WAIT or ENDED
 *
 * Context: softirq or process, RCU read side, no bucket locked.
 * Return: whether there was one; another processor may have given it up.
 */
bool tcpfsm_clock_evict(struct tcpfsm_net *tn, enum tcpfsm_queue which)
{
	struct place place;

	if (!look_up_oldest(tn, which, &place))
		return false;
	evict(tn, &place, BIT(which));
	return true;
}

/**
 * tcpfsm_clock_evict_unproved() - give up the oldest flow that nobody has answered
 * @tn: the namespace
 * @age_ns: only if it is at least as old as this
 *
 * Context: softirq or process, RCU read side, no bucket locked.
 * Return: whether there was one; another processor may have given it up.
 */
bool tcpfsm_clock_evict_unproved(struct tcpfsm_net *tn, u64 age_ns)
{
	u64 before_ns = age_ns ? ktime_get_ns() - age_ns : U64_MAX;
	struct place place;

	if (!look_up_unproved(tn, before_ns, &place))
		return false;
	evict(tn, &place, BIT(TCPFSM_QUEUE_SYN_SENT) | BIT(TCPFSM_QUEUE_SYN_RECV) |
			  BIT(TCPFSM_QUEUE_GUESS));
	return true;
}

/* ---- What is due ---- */

static bool is_due(struct tcpfsm_entry *entry, u64 now)
{
	tcpfsm_entry_sync(entry, now);
	return now >= tcpfsm_deadline_ns(&entry->flow, &entry->tn->settings.limits);
}

/* In lite mode data pass unseen: let the next one be looked at before a flow is given up. */
static bool is_to_be_asked(const struct tcpfsm_entry *entry)
{
	return !entry->asked && READ_ONCE(entry->tn->skips) &&
	       tcpfsm_is_settled(&entry->flow);
}

/* Do what is due of a flow. Context: its bucket locked. Returns a copy for the log. */
static struct tcpfsm_entry *run_one(struct tcpfsm_entry *entry, u64 now,
				    struct tcpfsm_result *result)
{
	struct tcpfsm_entry *copy;

	if (entry->flow.ended) {
		tcpfsm_table_forget(entry);
		return NULL;
	}
	if (is_to_be_asked(entry)) {
		tcpfsm_entry_begin(entry, now);
		entry->flow.seen_ns = now;
		entry->asked = true;
		tcpfsm_entry_end(entry);
		return NULL;
	}
	tcpfsm_entry_begin(entry, now);
	tcpfsm_tick(&entry->flow, now, &entry->tn->settings.limits, result);
	copy = tcpfsm_events_report(entry, NULL, result);
	tcpfsm_clock_wait(entry, true);
	tcpfsm_entry_end(entry);
	return copy;
}

/* The flow that was the oldest of a list, if it is due. Returns whether to look again. */
static bool run_place(struct tcpfsm_net *tn, const struct place *place, enum tcpfsm_queue which,
		      u64 now)
{
	spinlock_t *lock = tcpfsm_lock_of(place->hash);
	struct tcpfsm_entry *entry, *copy = NULL;
	struct tcpfsm_result result;
	bool again;

	spin_lock_bh(lock);
	entry = find_again(place);
	again = !entry || (entry->queue == which && is_due(entry, now));
	if (entry && again)
		copy = run_one(entry, now, &result);
	spin_unlock_bh(lock);
	tcpfsm_events_log(tn, copy, &result);
	return again;
}

static void run_queue(struct tcpfsm_net *tn, enum tcpfsm_queue which)
{
	u64 now = ktime_get_ns();
	struct place place;
	unsigned int n = 0;

	while (look_up_oldest(tn, which, &place) && run_place(tn, &place, which, now))
		if (++n % BATCH == 0)
			cond_resched();
}

static void run_clock(struct work_struct *work)
{
	struct tcpfsm_net *tn = container_of(to_delayed_work(work), struct tcpfsm_net, clock);
	unsigned int which, waiting = 0;

	for (which = 0; which < TCPFSM_QUEUES_TIMED; which++) {
		run_queue(tn, which);
		waiting += READ_ONCE(tn->queued[which]);
	}
	if (waiting)
		queue_delayed_work(wq, &tn->clock, QUEUE_PERIOD);
}

static bool has_own_clock(const struct tcpfsm_entry *entry)
{
	return entry->queue < TCPFSM_QUEUES_TIMED;
}

/* Returns false if no flow of the bucket is due any more. */
static bool walk_one(u32 bucket)
{
	spinlock_t *lock = tcpfsm_lock_of(tcpfsm_hash_of(bucket));
	struct tcpfsm_entry *entry, *copy = NULL;
	struct tcpfsm_net *tn = NULL;
	struct tcpfsm_result result;
	u64 now = ktime_get_ns();

	spin_lock_bh(lock);
	entry = tcpfsm_buckets.head[bucket];
	while (entry && (has_own_clock(entry) || !is_due(entry, now)))
		entry = entry->next;
	if (entry) {
		tn = entry->tn;
		copy = run_one(entry, now, &result);
	}
	spin_unlock_bh(lock);
	tcpfsm_events_log(tn, copy, &result);
	return tn;
}

static void walk_bucket(u32 bucket)
{
	if (!READ_ONCE(tcpfsm_buckets.head[bucket]))
		return;
	/* Its namespace must not go away under a flow that is let go of. */
	rcu_read_lock();
	while (walk_one(bucket))
		;
	rcu_read_unlock();
	cond_resched();
}

static void run_walk(struct work_struct *work)
{
	u32 count = DIV_ROUND_UP(tcpfsm_hashsize, WALK_STEPS);
	u32 i;

	for (i = 0; i < count; i++) {
		walk_bucket(walk_at);
		walk_at = walk_at + 1 < tcpfsm_buckets.size ? walk_at + 1 : 0;
	}
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
