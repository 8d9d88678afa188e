/**
 * The deterministic consensus core: time comes in as ticks, input as messages, output leaves as one
 * {@link dev.keelson.raft.Ready}. It has no clock, thread, file, socket or randomness of its own
 * and depends on nothing beyond the JDK.
 *
 * <h2>Driving a member</h2>
 *
 * One thread owns a {@link dev.keelson.raft.Raft} and its {@link dev.keelson.raft.MemoryLog}, and
 * turns around:
 *
 * <ol>
 *   <li>Tell it what happened: {@code tick} when the clock says so, {@code step} for each message
 *       received, {@code propose} with everything that gathered since the last turn (one call, as
 *       each call sends appends), {@code appended} and {@code applied} as disk and state machine
 *       get on.
 *   <li>While {@code hasReady()}, take the {@code ready()} and
 *       <ul>
 *         <li>send {@code messages} at once, before or while anything is written: a leader's
 *             appends travel in parallel with its own write;
 *         <li>if {@code needsAppend()}, queue the snapshot, entries and hard state for the disk, in
 *             the order of the Readys, with one sync for as many Readys as have gathered. The sync
 *             may be left out where none of them says {@code mustSync};
 *         <li>queue {@code committedEntries} for the state machine, in order;
 *         <li>answer the reads of {@code readStates} once their index is applied.
 *       </ul>
 * </ol>
 *
 * Never wait for the disk or the state machine in between: any number of Readys may be under way.
 *
 * <h2>When the disk is done</h2>
 *
 * Back on the owning thread, for each Ready that is durable, in order: {@code
 * MemoryLog.applySnapshot}, {@code append}, {@code setHardState}; then {@code appended(sequence)}
 * of the last one; then send their {@code messagesAfterAppend}. These are votes, vote requests and
 * acknowledged appends: sent earlier, a power loss could take back what a quorum counted on. After
 * a failed write or sync, stop: what is on the disk is not known any more.
 *
 * <h2>When the state machine is done</h2>
 *
 * For an entry of type {@code CONF_CHANGE} or {@code CONF_CHANGE_V2}: decode it by {@code
 * Raft.confChange}, and when the state machine reaches it, call {@code applyConfChange} on the
 * owning thread; keep the configuration it returns in the same atomic write as the applied index.
 * Only then report {@code applied(index)}, one call for a batch. A change the state machine refuses
 * is skipped by not calling {@code applyConfChange}; all members must refuse alike. The applied
 * index need not be durable, but what is durable must be one moment's state: applied index, data
 * and configuration together.
 *
 * <h2>Snapshots</h2>
 *
 * {@code MemoryLog.setSnapshot} names the newest snapshot that can be sent, {@code compact} drops
 * log entries; keep the entries behind the snapshot, and a margin for slow followers. When {@code
 * messages} has an {@code InstallSnapshot}, the transport streams the contents to the receiver, of
 * that index or a later one; the receiver calls {@code step} with the index and term it really got
 * once all of it has arrived and been verified. The sender's transport calls {@code
 * reportSnapshot}, always: until then, or until the follower acknowledges, it is sent nothing.
 *
 * <p>On the receiver the Ready with a {@code snapshot} is an append like any other: first let the
 * state machine finish or abandon what it was handed, then install, then {@code appended}. The
 * installed index counts as applied and the snapshot's configuration is in force from there; {@code
 * applied} and {@code applyConfChange} must not be called for earlier entries any more.
 *
 * <h2>Starting</h2>
 *
 * <ul>
 *   <li>A restart: a MemoryLog with the log, hard state and configuration found on the disk, and
 *       {@code RaftConfig.appliedIndex} of the state machine. The configuration is the one as of
 *       that index. Entries above it are handed out again when they are known to be committed.
 *   <li>The first start of a cluster: each member's log begins with the same {@code CONF_CHANGE}
 *       entries of term 1 that add the members, hard state term 1 and commit at the last of them;
 *       either let them be handed out and applied like others with the configuration set to the
 *       members from the beginning, or begin behind them with a snapshot. Adding a voter that is
 *       one already changes nothing.
 *   <li>A member that joins: an empty log and configuration; the leader sends all it needs.
 *   <li>A single voter need not wait for its timeout: call {@code campaign()}.
 * </ul>
 *
 * <h2>What can go wrong</h2>
 *
 * <ul>
 *   <li>{@link dev.keelson.raft.ProposalDroppedException}: certainly not taken, safe to retry. A
 *       proposal that was taken or forwarded may still be lost without a word; only seeing it in
 *       {@code committedEntries} is proof.
 *   <li>{@link dev.keelson.raft.InvalidMessageException}: a peer is broken; nothing has happened.
 *   <li>{@link java.lang.IllegalStateException}: an invariant is broken here; stop the member.
 *   <li>A read may never be answered; ask again after a while with a new request id.
 *   <li>A leader that is to be removed or demoted should hand over first: it steps down when its
 *       own removal applies, and if at that moment the others cannot hear that the removal is
 *       committed, a cluster of two may need a vote that it cannot get any more.
 * </ul>
 *
 * <h2>Inside</h2>
 *
 * One class per message kind ({@code *Handler}) and per clock ({@code *Timer}); {@code Roles} lists
 * the legal changes of role; {@code RaftLog} and {@code Outbox} carry the two rules that make
 * asynchronous writes safe. Arithmetic without state lives in {@link dev.keelson.raft.quorum},
 * {@link dev.keelson.raft.tracker} and {@link dev.keelson.raft.confchange}, which know nothing of
 * this package. The protocol is that of "In Search of an Understandable Consensus Algorithm"
 * (Ongaro and Ousterhout; cited as Raft §n) and of Ongaro's dissertation, with etcd's behaviour
 * where they leave a choice.
 */
@NullMarked
package dev.keelson.raft;

import org.jspecify.annotations.NullMarked;
