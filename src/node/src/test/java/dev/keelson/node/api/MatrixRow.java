package dev.keelson.node.api;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import java.util.Set;

/**
 * One request and what its callers are answered.
 *
 * @param allowed who gets through
 * @param answer what those are answered without alarm
 * @param underNoSpace and while there is no space
 * @param underCorrupt and while the cluster is corrupt
 * @param once whether what it does cannot be repeated, so that it is only tried by those who may
 *     not
 */
record MatrixRow(
    MethodDescriptor<?, ?> method,
    Message request,
    Set<Who> allowed,
    String answer,
    String underNoSpace,
    String underCorrupt,
    boolean once) {

  /** Who calls. */
  enum Who {
    NOBODY,
    NO_ROLE,
    /** May read all keys that begin with k. */
    READER,
    /** May write all keys that begin with k. */
    WRITER,
    /** May read and write the key k1. */
    NARROW,
    ROOT,
    /** A user by certificate, who may read and write all keys that begin with k. */
    CERTIFIED,
    /** Has a token that was valid. */
    EXPIRED,
    /** Has a token that never was. */
    WRONG
  }

  String rpc() {
    return method.getFullMethodName();
  }

  boolean isWatch() {
    return method.getServiceName() != null && method.getServiceName().endsWith(".Watch");
  }

  /** The same, answered otherwise than with success. */
  MatrixRow answers(String status) {
    return new MatrixRow(method, request, allowed, status, status, status, once);
  }

  MatrixRow withoutSpace(String status) {
    return new MatrixRow(method, request, allowed, answer, status, underCorrupt, once);
  }

  MatrixRow corrupt(String status) {
    return new MatrixRow(method, request, allowed, answer, underNoSpace, status, once);
  }

  /** The same, tried only by those who are refused. */
  MatrixRow triedInVain() {
    return new MatrixRow(method, request, allowed, answer, underNoSpace, underCorrupt, true);
  }

  @Override
  public String toString() {
    return method.getBareMethodName() + "{" + request.toString().replace('\n', ' ').strip() + "}";
  }
}
