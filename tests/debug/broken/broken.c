// SPDX-License-Identifier: GPL-2.0-only
/*
 * Does what a module must not do: what a debug kernel is there to report. Each bug
 * is one that the kernel outlives.
 *
 *	insmod tcpfsm_broken.ko bug=NAME
 */
#include <linux/kthread.h>
#include <linux/delay.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/ref_tracker.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <net/net_debug.h>

static char *bug;
module_param(bug, charp, 0);

/* So that the compiler cannot know. */
static unsigned int number = 8;
static unsigned long sink;

#define EIGHT READ_ONCE(number)
#define SINK(value) WRITE_ONCE(sink, value)

static int __rcu *pointer;
static LIST_HEAD(list);
static DEFINE_SPINLOCK(lock_a);
static DEFINE_SPINLOCK(lock_b);

static void rcu(void)
{
	SINK((unsigned long)rcu_dereference(pointer));
}

struct element {
	struct list_head node;
};

static void rcu_list(void)
{
	struct element *element;

	list_for_each_entry_rcu(element, &list, node)
		SINK((unsigned long)element);
}

static void lockdep(void)
{
	spin_lock(&lock_a);
	spin_lock(&lock_b);
	spin_unlock(&lock_b);
	spin_unlock(&lock_a);
	spin_lock(&lock_b);
	spin_lock(&lock_a);
	spin_unlock(&lock_a);
	spin_unlock(&lock_b);
}

static void atomic_sleep(void)
{
	spin_lock(&lock_a);
	might_sleep();
	spin_unlock(&lock_a);
}

static void nothing(struct timer_list *timer)
{
}

static void no_work(struct work_struct *work)
{
}

static void timer(void)
{
	struct timer_list *timer = kzalloc(sizeof(*timer), GFP_KERNEL);

	timer_setup(timer, nothing, 0);
	mod_timer(timer, jiffies + 3600 * HZ);
	kfree(timer);
}

static void work(void)
{
	struct delayed_work *work = kzalloc(sizeof(*work), GFP_KERNEL);

	INIT_DELAYED_WORK(work, no_work);
	schedule_delayed_work(work, 3600 * HZ);
	kfree(work);
}

static struct rcu_head head;

static void done(struct rcu_head *rcu)
{
}

static void rcu_head(void)
{
	call_rcu(&head, done);
	call_rcu(&head, done);
	rcu_barrier();
}

static void list_corruption(void)
{
	struct list_head node;

	list_add(&node, &list);
	list_del(&node);
	list_del(&node);
}

static void shift(void)
{
	SINK(1U << (EIGHT * 8));
}

static void bounds(void)
{
	static int array[8];

	SINK(array[EIGHT]);
}

static void refcount(void)
{
	refcount_t count = REFCOUNT_INIT(1);

	refcount_dec(&count);
}

static void reference(void)
{
	static struct ref_tracker_dir dir;
	struct ref_tracker *tracker;

	ref_tracker_dir_init(&dir, 1, "broken");
	ref_tracker_alloc(&dir, &tracker, GFP_KERNEL);
	ref_tracker_dir_exit(&dir);
}

/* The report names it, but not if it is left with a jump to what warns. */
static noinline void debug_net(void)
{
	DEBUG_NET_WARN_ON_ONCE(EIGHT);
	SINK(0);
}

static void slab_leak(void)
{
	struct kmem_cache *cache = kmem_cache_create("broken", 64, 0, 0, NULL);

	SINK((unsigned long)kmem_cache_alloc(cache, GFP_KERNEL));
	kmem_cache_destroy(cache);
}

static void leak(void)
{
	unsigned int i;

	/* One may be lucky, and its address be left somewhere. */
	for (i = 0; i < 8; i++)
		SINK((unsigned long)kmalloc(100, GFP_KERNEL));
	SINK(0);
}

static void out_of_bounds(void)
{
	char *memory = kmalloc(100, GFP_KERNEL);

	SINK(READ_ONCE(memory[92 + EIGHT]));
	kfree(memory);
}

static void use_after_free(void)
{
	char *memory = kmalloc(100, GFP_KERNEL);

	kfree(memory);
	SINK(READ_ONCE(memory[EIGHT]));
}

static unsigned long shared;

static int racer(void *unused)
{
	while (!kthread_should_stop()) {
		shared++;
		cond_resched();
	}
	return 0;
}

static void race(void)
{
	struct task_struct *other = kthread_run(racer, NULL, "broken");
	unsigned long end = jiffies + 5 * HZ;

	if (IS_ERR(other))
		return;
	while (time_before(jiffies, end)) {
		shared++;
		cond_resched();
	}
	kthread_stop(other);
}

static const struct {
	const char *name;
	void (*run)(void);
} bugs[] = {
	{ "rcu", rcu },
	{ "rcu_list", rcu_list },
	{ "lockdep", lockdep },
	{ "atomic_sleep", atomic_sleep },
	{ "timer", timer },
	{ "work", work },
	{ "rcu_head", rcu_head },
	{ "list_corruption", list_corruption },
	{ "shift", shift },
	{ "bounds", bounds },
	{ "refcount", refcount },
	{ "reference", reference },
	{ "debug_net", debug_net },
	{ "slab_leak", slab_leak },
	{ "leak", leak },
	{ "out_of_bounds", out_of_bounds },
	{ "use_after_free", use_after_free },
	{ "race", race },
};

static int __init broken_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bugs); i++) {
		if (!bug || strcmp(bug, bugs[i].name))
			continue;
		bugs[i].run();
		return 0;
	}
	return -EINVAL;
}

static void __exit broken_exit(void)
{
}

module_init(broken_init);
module_exit(broken_exit);

MODULE_DESCRIPTION("Bugs for a debug kernel to report");
MODULE_LICENSE("GPL");
