package dev.keelson.server.command.source;

import dev.keelson.proto.etcdserverpb.MaintenanceGrpc;
import dev.keelson.proto.etcdserverpb.SnapshotRequest;
import dev.keelson.proto.etcdserverpb.SnapshotResponse;
import dev.keelson.proto.etcdserverpb.StatusRequest;
import dev.keelson.proto.etcdserverpb.StatusResponse;
import dev.keelson.server.client.Credentials;
import dev.keelson.server.command.CommandException;
import dev.keelson.server.command.ExitStatus;
import dev.keelson.server.command.Progress;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A member that snapshots can be taken from. */
public final class Source {
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);

  private final String endpoint;
  private final Supplier<ManagedChannel> connect;
  private final @Nullable Credentials credentials;

  Source(String endpoint, Supplier<ManagedChannel> connect, @Nullable Credentials credentials) {
    this.endpoint = endpoint;
    this.connect = connect;
    this.credentials = credentials;
  }

  /**
   * Saves a snapshot of the first member that gives one. The file appears when it is complete,
   * checked and durable, not before.
   *
   * @throws CommandException if none does; tells of the last one's reason
   */
  public static MemberInfo save(List<Source> sources, Path file, Progress progress) {
    CommandException last = null;
    for (Source source : sources) {
      try {
        return source.save(file, progress);
      } catch (CommandException e) {
        if (e.status() != ExitStatus.UNAVAILABLE) {
          throw e;
        }
        if (sources.size() > 1) {
          progress.say(String.valueOf(e.getMessage()));
        }
        last = e;
      }
    }
    throw last == null ? new IllegalArgumentException("no sources") : last;
  }

  private MemberInfo save(Path file, Progress progress) {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    ManagedChannel channel = connect.get();
    try {
      Metadata metadata =
          credentials == null ? new Metadata() : credentials.authenticate(channel, CALL_TIMEOUT);
      MaintenanceGrpc.MaintenanceBlockingStub stub =
          MaintenanceGrpc.newBlockingStub(channel)
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
      StatusResponse status =
          stub.withDeadlineAfter(CALL_TIMEOUT).status(StatusRequest.getDefaultInstance());
      download(stub.snapshot(SnapshotRequest.getDefaultInstance()), part, progress);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
      persistName(file);
      return new MemberInfo(
          status.getHeader().getClusterId(), status.getHeader().getMemberId(), status.getVersion());
    } catch (StatusRuntimeException e) {
      throw failed(e);
    } catch (IOException e) {
      throw new CommandException(
          ExitStatus.UNAVAILABLE, "cannot write " + part + ": " + e.getMessage(), e);
    } finally {
      channel.shutdownNow();
      deleteQuietly(part);
    }
  }

  private void download(Iterator<SnapshotResponse> messages, Path part, Progress progress)
      throws IOException {
    try (FileChannel out =
        FileChannel.open(
            part,
            Set.of(
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      TrailedDigest digest = new TrailedDigest();
      long written = 0;
      while (messages.hasNext()) {
        SnapshotResponse message = messages.next();
        for (var blob : message.getBlob().asReadOnlyByteBufferList()) {
          digest.update(blob.duplicate());
          while (blob.hasRemaining()) {
            written += out.write(blob);
          }
        }
        progress.update("saving", written, written + message.getRemainingBytes());
      }
      if (!digest.matches()) {
        throw new CommandException(
            ExitStatus.UNAVAILABLE,
            "the snapshot of " + endpoint + " arrived damaged or incomplete; try again");
      }
      out.force(true);
    }
  }

  private static void persistName(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
        directory.force(true);
      }
    }
  }

  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // the next attempt overwrites it
    }
  }

  private CommandException failed(StatusRuntimeException e) {
    Status status = e.getStatus();
    ExitStatus exit =
        switch (status.getCode()) {
          case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, ABORTED, RESOURCE_EXHAUSTED ->
              ExitStatus.UNAVAILABLE;
          case UNAUTHENTICATED, PERMISSION_DENIED, INVALID_ARGUMENT, FAILED_PRECONDITION ->
              ExitStatus.REFUSED;
          default -> ExitStatus.FAILED;
        };
    Throwable cause = e.getCause();
    return new CommandException(
        exit,
        "no snapshot from %s: %s%s"
            .formatted(
                endpoint,
                status.getDescription() == null ? status.getCode() : status.getDescription(),
                cause == null ? "" : " (" + cause.getMessage() + ")"),
        e);
  }

  @Override
  public String toString() {
    return endpoint;
  }
}
