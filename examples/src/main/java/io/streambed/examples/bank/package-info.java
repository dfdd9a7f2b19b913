/**
 * A bank: transfers between accounts, each applied exactly once, by instances that are killed on the way.
 *
 * <pre>
 * Teller ─► topic of transfers ─► debit and credit ─► topic of postings ─► accounts (store) ─► changelog
 *    |                               └───────────────── Ledger, in processes of their own ──────┘
 *    |                                                       ▲ started, killed, watched
 *    └───────── BankRun, Comparison ─────────────────────► Fleet of Instances
 *                       └► Audit   the store against its changelog and against a replay of the transfers
 * </pre>
 */
@NullMarked
package io.streambed.examples.bank;

import org.jspecify.annotations.NullMarked;
