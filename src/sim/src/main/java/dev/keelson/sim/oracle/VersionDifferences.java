package dev.keelson.sim.oracle;

import com.google.protobuf.Message;
import dev.keelson.proto.etcdserverpb.AuthRoleGetRequest;
import dev.keelson.proto.etcdserverpb.DefragmentRequest;
import dev.keelson.proto.etcdserverpb.DowngradeRequest;
import dev.keelson.proto.etcdserverpb.HashKVRequest;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.StatusRequest;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.proto.etcdserverpb.WatchCreateRequest;
import dev.keelson.proto.etcdserverpb.WatchRequest;
import java.util.List;
import java.util.Optional;

/**
 * The table of differences between etcd 3.5.16 on the left and the version Keelson follows on the
 * right. A difference outside this table is a failure.
 */
final class VersionDifferences {
  private static final List<String> DENIALS = List.of("permission denied", "user name is empty");

  /** Of the name of the bucket alone. */
  private static final String HASH_OF_NOTHING = "1084519789";

  /** For two servers of the same version: nothing may differ. */
  static final VersionDifferences NONE = new VersionDifferences(List.of());

  /** etcd 3.5.16 against the 3.6 behaviour. */
  static final VersionDifferences FROM_3_5_16 =
      new VersionDifferences(
          List.of(
              new Entry(
                  "unknown sort options are refused",
                  "3.6 checks sort_order and sort_target; 3.5.16 takes any number",
                  (request, difference) ->
                      difference.right().contains("etcdserver: invalid sort option")
                          && sortsUnknown(request)),
              new Entry(
                  "status names storage version, quota and downgrade",
                  "StatusResponse fields 11 to 13 are new in 3.6",
                  (request, difference) ->
                      request instanceof StatusRequest
                          && (difference.path().equals("storageVersion")
                              || difference.path().equals("dbSizeQuota")
                              || difference.path().equals("downgradeInfo"))),
              new Entry(
                  "hash names its revision",
                  "HashKVResponse.hash_revision is new in 3.6",
                  (request, difference) ->
                      request instanceof HashKVRequest
                          && difference.path().equals("hash_revision")
                          && difference.left().equals("0")),
              new Entry(
                  "hash at a compacted revision",
                  "etcd keeps the hashes of its last compactions and answers from them; here every"
                      + " hash is computed, of a revision that can still be read",
                  (request, difference) ->
                      request instanceof HashKVRequest hash
                          && hash.getRevision() > 0
                          && (difference.right().contains("required revision has been compacted")
                              || difference.path().equals("compact_revision")
                              || difference.path().equals("hash"))),
              new Entry(
                  "watch start_revision below zero is refused",
                  "refused at creation since 3.5.24; 3.5.16 takes it as a very old revision",
                  (request, difference) ->
                      request instanceof WatchRequest watch
                          && watch.hasCreateRequest()
                          && startsBelowZero(watch.getCreateRequest())),
              new Entry(
                  "a downgrade that does not run can be canceled",
                  "3.6 logs that there is none and answers; 3.5.16 refuses",
                  (request, difference) ->
                      request instanceof DowngradeRequest downgrade
                          && downgrade.getAction() == DowngradeRequest.DowngradeAction.CANCEL
                          && difference.left().contains("etcdserver: no inflight downgrade job")),
              new Entry(
                  "maintenance is denied with a code of its own",
                  "3.6 gives a denial of the maintenance service the code and text of any other;"
                      + " 3.5.16 lets the inner error out",
                  (request, difference) ->
                      isMaintenance(request)
                          && DENIALS.stream()
                              .anyMatch(
                                  text ->
                                      difference.left().equals("UNKNOWN \"auth: " + text + "\"")
                                          && difference
                                              .right()
                                              .endsWith(" \"etcdserver: " + text + "\""))),
              new Entry(
                  "hash after a compaction at revision 0",
                  "etcd finds the hash it kept of that compaction, of nothing, as 0 also asks for"
                      + " the newest",
                  (request, difference) ->
                      request instanceof HashKVRequest hash
                          && hash.getRevision() == 0
                          && ((difference.path().equals("compact_revision")
                                  && difference.left().equals("-1"))
                              || (difference.path().equals("hash")
                                  && difference.left().equals(HASH_OF_NOTHING)))),
              new Entry(
                  "role root shows what it may do",
                  "since 3.6 it answers one permission for everything, whatever it was granted",
                  (request, difference) ->
                      request instanceof AuthRoleGetRequest role
                          && role.getRole().equals("root")
                          && difference.path().startsWith("perm")),
              new Entry(
                  "progress waits for a future start revision",
                  "since 3.5.22 a stream with a watch that has not reached its start gives no"
                      + " progress",
                  (request, difference) ->
                      request instanceof WatchRequest watch
                          && watch.hasProgressRequest()
                          && difference.right().equals(new Answer.Dropped().describe()))));

  private final List<Entry> entries;

  private VersionDifferences(List<Entry> entries) {
    this.entries = entries;
  }

  /**
   * The name of the entry that accounts for a difference, if there is one.
   *
   * @param request what was asked, with every symbol replaced by its number
   */
  Optional<String> explain(Message request, FieldDifference difference) {
    return entries.stream()
        .filter(entry -> entry.applies().test(request, difference))
        .map(Entry::name)
        .findFirst();
  }

  /**
   * One accepted difference.
   *
   * @param name what differs
   * @param reason why both sides are right
   * @param applies whether it accounts for a difference in the answer to a request
   */
  private record Entry(String name, String reason, Condition applies) {}

  private interface Condition {
    boolean test(Message request, FieldDifference difference);
  }

  private static boolean startsBelowZero(WatchCreateRequest request) {
    return request.getStartRevision() < 0;
  }

  private static boolean isMaintenance(Message request) {
    return request instanceof DefragmentRequest || request instanceof HashKVRequest;
  }

  private static boolean sortsUnknown(Message request) {
    return switch (request) {
      case RangeRequest range ->
          range.getSortOrder() == RangeRequest.SortOrder.UNRECOGNIZED
              || range.getSortTarget() == RangeRequest.SortTarget.UNRECOGNIZED;
      case TxnRequest txn ->
          txn.getSuccessList().stream().anyMatch(VersionDifferences::sortsUnknown)
              || txn.getFailureList().stream().anyMatch(VersionDifferences::sortsUnknown);
      default -> false;
    };
  }

  private static boolean sortsUnknown(RequestOp op) {
    return sortsUnknown(op.hasRequestTxn() ? op.getRequestTxn() : op.getRequestRange());
  }
}
