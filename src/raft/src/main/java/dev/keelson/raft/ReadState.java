package dev.keelson.raft;

/**
 * The answer to {@link Raft#readIndex}: a read performed once {@code index} is applied sees
 * everything that was committed when the request was made.
 *
 * @param requestId the id the request was made with
 * @param index the index to wait for
 */
public record ReadState(long requestId, long index) {}
