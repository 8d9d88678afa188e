package dev.keelson.sim.oracle;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.keelson.proto.etcdserverpb.AuthenticateResponse;
import dev.keelson.proto.etcdserverpb.LeaseLeasesResponse;
import dev.keelson.proto.etcdserverpb.LeaseStatus;
import dev.keelson.proto.etcdserverpb.LeaseTimeToLiveResponse;
import dev.keelson.proto.etcdserverpb.Member;
import dev.keelson.proto.etcdserverpb.MemberListResponse;
import dev.keelson.proto.etcdserverpb.RangeRequest;
import dev.keelson.proto.etcdserverpb.RangeResponse;
import dev.keelson.proto.etcdserverpb.RequestOp;
import dev.keelson.proto.etcdserverpb.ResponseHeader;
import dev.keelson.proto.etcdserverpb.ResponseOp;
import dev.keelson.proto.etcdserverpb.StatusResponse;
import dev.keelson.proto.etcdserverpb.TxnRequest;
import dev.keelson.proto.etcdserverpb.TxnResponse;
import java.util.Comparator;
import java.util.List;

/**
 * Takes out of an answer what must differ between two correct servers: ids, terms, sizes, remaining
 * times. Whether such a field is set at all stays visible, as zero or one.
 */
final class Normaliser {
  private Normaliser() {}

  /**
   * The comparable form of a response.
   *
   * @param request what was asked
   * @param response the answer, with the side's own ids already replaced by names
   */
  static Message normalise(Message request, Message response) {
    Message plain = plainHeader(response);
    return switch (plain) {
      case RangeResponse range when request instanceof RangeRequest asked ->
          TiedOrder.settle(asked, range);
      case TxnResponse txn when request instanceof TxnRequest asked -> branch(asked, txn);
      case LeaseTimeToLiveResponse lease -> timeToLive(lease);
      case LeaseLeasesResponse list ->
          // by expiry, which for leases granted or renewed within a millisecond is a matter of luck
          list.toBuilder()
              .clearLeases()
              .addAllLeases(
                  list.getLeasesList().stream()
                      .sorted(Comparator.comparingLong(LeaseStatus::getID))
                      .toList())
              .build();
      case StatusResponse status -> status(status);
      case MemberListResponse list ->
          list.toBuilder()
              .clearMembers()
              .addAllMembers(list.getMembersList().stream().map(Normaliser::member).toList())
              .build();
      case AuthenticateResponse authenticated -> authenticated.toBuilder().clearToken().build();
      default -> plain;
    };
  }

  private static Message plainHeader(Message response) {
    FieldDescriptor field = response.getDescriptorForType().findFieldByName("header");
    if (field == null || !response.hasField(field)) {
      return response;
    }
    ResponseHeader header = (ResponseHeader) response.getField(field);
    ResponseHeader plain =
        header.toBuilder()
            .setClusterId(set(header.getClusterId()))
            .setMemberId(set(header.getMemberId()))
            .setRaftTerm(set(header.getRaftTerm()))
            .build();
    return response.toBuilder().setField(field, plain).build();
  }

  private static TxnResponse branch(TxnRequest request, TxnResponse response) {
    List<RequestOp> asked =
        response.getSucceeded() ? request.getSuccessList() : request.getFailureList();
    TxnResponse.Builder plain = response.toBuilder();
    for (int i = 0; i < Math.min(asked.size(), response.getResponsesCount()); i++) {
      ResponseOp answer = response.getResponses(i);
      if (answer.hasResponseRange()) {
        RangeResponse settled =
            TiedOrder.settle(asked.get(i).getRequestRange(), answer.getResponseRange());
        plain.setResponses(i, answer.toBuilder().setResponseRange(settled));
      } else if (answer.hasResponseTxn()) {
        TxnResponse nested = branch(asked.get(i).getRequestTxn(), answer.getResponseTxn());
        plain.setResponses(i, answer.toBuilder().setResponseTxn(nested));
      }
    }
    return plain.build();
  }

  /** Remaining seconds pass; they only have to be between 0 and what was granted. */
  private static LeaseTimeToLiveResponse timeToLive(LeaseTimeToLiveResponse response) {
    boolean plausible = response.getTTL() >= 0 && response.getTTL() <= response.getGrantedTTL();
    return response.toBuilder()
        .setTTL(plausible ? response.getGrantedTTL() : response.getTTL())
        .clearKeys()
        .addAllKeys(
            response.getKeysList().stream()
                .sorted(ByteString.unsignedLexicographicalComparator())
                .toList())
        .build();
  }

  private static StatusResponse status(StatusResponse status) {
    StatusResponse.Builder plain =
        status.toBuilder()
            .setVersion(status.getVersion().isEmpty() ? "" : "set")
            .setDbSize(set(status.getDbSize()))
            .setDbSizeInUse(set(status.getDbSizeInUse()))
            .setLeader(set(status.getLeader()))
            .setRaftIndex(set(status.getRaftIndex()))
            .setRaftTerm(set(status.getRaftTerm()))
            .setRaftAppliedIndex(set(status.getRaftAppliedIndex()))
            .clearErrors();
    // The text form of an alarm varies in whitespace on purpose, and names the member.
    status.getErrorsList().stream()
        .map(
            error ->
                error
                    .strip()
                    .replaceAll("\\s+", " ")
                    .replaceAll("memberID:\\d{8,}", "memberID:set"))
        .sorted()
        .forEach(plain::addErrors);
    return plain.build();
  }

  private static Member member(Member member) {
    Member.Builder plain = member.toBuilder().setID(set(member.getID()));
    for (int i = 0; i < member.getPeerURLsCount(); i++) {
      plain.setPeerURLs(i, withoutPort(member.getPeerURLs(i)));
    }
    for (int i = 0; i < member.getClientURLsCount(); i++) {
      plain.setClientURLs(i, withoutPort(member.getClientURLs(i)));
    }
    return plain.build();
  }

  private static String withoutPort(String url) {
    return url.replaceAll(":\\d+$", "");
  }

  private static long set(long number) {
    return number == 0 ? 0 : 1;
  }
}
