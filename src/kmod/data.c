// SPDX-License-Identifier: GPL-2.0-only
/* Lite mode, where data of a flow that is settled are not followed. */
#include "data.h"

DEFINE_STATIC_KEY_FALSE(tcpfsm_lite);

/**
 * tcpfsm_data_is_settled() - some flow of this hash is pending: is it another one?
 * @tn: the namespace
 * @from: the connection's name, sender first, as in struct tcpfsm_name
 * @to: see there
 * @hash: see there
 * @key: see there
 *
 * Context: softirq or process.
 * Return: true if the segment can only move sequence numbers. Data begin no flow
 * in lite mode: those of most flows are not even looked up.
 */
bool tcpfsm_data_is_settled(const struct tcpfsm_net *tn, u64 from, u64 to, u32 hash,
			    const struct tcpfsm_key *key)
{
	const struct tcpfsm_name name = { .from = from, .to = to, .hash = hash, .key = key };
	spinlock_t *lock = tcpfsm_lock_of(hash);
	struct tcpfsm_entry *entry;
	unsigned int who;
	bool settled;

	spin_lock_bh(lock);
	entry = tcpfsm_lookup(tn, name, &who);
	if (entry && entry->asked)
		tcpfsm_entry_answered(entry);
	settled = !entry || !entry->pending;
	spin_unlock_bh(lock);
	return settled;
}

/**
 * tcpfsm_data_switch() - follow a change between strict and lite mode
 * @tn: the namespace, whose setting has changed
 *
 * Context: process, @tn->setup held.
 */
void tcpfsm_data_switch(struct tcpfsm_net *tn)
{
	lockdep_assert_held(&tn->setup);
	if (tn->settings.strict) {
		static_branch_dec(&tcpfsm_lite);
		WRITE_ONCE(tn->lite, false);
		/* What is under way may still pass unseen. */
		synchronize_rcu();
		WRITE_ONCE(tn->skips, false);
	} else {
		WRITE_ONCE(tn->skips, true);
		tcpfsm_table_skip(tn);
		WRITE_ONCE(tn->lite, true);
		static_branch_inc(&tcpfsm_lite);
	}
}

/**
 * tcpfsm_data_exit() - a namespace ends, in whatever mode it is
 * @tn: the namespace, without hooks and sysctls
 *
 * Context: process.
 */
void tcpfsm_data_exit(struct tcpfsm_net *tn)
{
	if (tn->lite)
		static_branch_dec(&tcpfsm_lite);
}
