package dev.keelson.bench.load;

import dev.keelson.bench.h2.Call;
import dev.keelson.bench.h2.CallListener;
import dev.keelson.bench.h2.Client;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One call whose answer is large. */
public final class Download implements CallListener {
  private static final int BLOB = 3;
  private static final int KVS = 2;

  /** In the place of a field with a range in it. */
  private static final int NO_RANGE = -1;

  private static final byte[] FROM = "k".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] TO = "l".getBytes(StandardCharsets.US_ASCII);

  private final @Nullable FileChannel file;
  private final int rangeField;
  private final ProtoReader outer = new ProtoReader();
  private final ProtoReader inner = new ProtoReader();
  private final CompletableFuture<Answer> answer = new CompletableFuture<>();
  private long bytes;
  private long rows;
  private @Nullable IOException failure;

  /**
   * How the call ended.
   *
   * @param status gRPC status; 0 is success
   * @param message its text; empty without one
   * @param bytes length of all response messages together
   * @param rows keys that were in them; 0 when they were too large to be looked into
   */
  public record Answer(int status, String message, long bytes, long rows) {}

  private Download(@Nullable FileChannel file, int rangeField) {
    this.file = file;
    this.rangeField = rangeField;
  }

  /**
   * Streams a snapshot of the server.
   *
   * @param target the new file it goes into and is forced to disk with; null for nowhere, as for
   *     the server's disk when the client is another machine
   * @throws IOException when the server fails, or has not sent it all within {@code limit}
   */
  public static void snapshot(Client client, @Nullable Path target, Duration limit)
      throws IOException, InterruptedException {
    try (FileChannel file =
        target == null
            ? null
            : FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      Answer answer =
          new Download(file, NO_RANGE).run(client, Methods.SNAPSHOT, new ProtoWriter(), limit);
      if (answer.status() != 0) {
        throw new IOException("snapshot ended with " + answer);
      }
      if (file != null) {
        file.force(true);
      }
    }
  }

  /**
   * Reads every key that {@link DataSet} makes in one linearizable call.
   *
   * @param stream by RangeStream, not by Range
   * @throws IOException when there is no end within {@code limit}; a failed call is an answer
   */
  public static Answer everything(Client client, boolean stream, Duration limit)
      throws IOException, InterruptedException {
    ProtoWriter request = new ProtoWriter().bytes(1, FROM).bytes(2, TO);
    return stream
        ? new Download(null, 1).run(client, Methods.RANGE_STREAM, request, limit)
        : new Download(null, 0).run(client, Methods.RANGE, request, limit);
  }

  private Answer run(Client client, String path, ProtoWriter request, Duration limit)
      throws IOException, InterruptedException {
    client
        .loop()
        .execute(
            () ->
                client
                    .connections()
                    .getFirst()
                    .start(new Call(this), path, request.array(), 0, request.length(), true));
    try {
      Answer ended = answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (failure != null) {
        throw failure;
      }
      return ended;
    } catch (TimeoutException | java.util.concurrent.ExecutionException e) {
      throw new IOException(path + ": no end within " + limit, e);
    }
  }

  @Override
  public void onMessage(Call call, byte[] buffer, int offset, int length) {
    bytes += length;
    outer.over(buffer, offset, offset + length);
    while (outer.next()) {
      if (file != null && outer.field() == BLOB) {
        write(ByteBuffer.wrap(outer.array(), outer.start(), outer.end() - outer.start()));
      } else if (outer.field() == rangeField) {
        count(inner.into(outer));
      }
    }
    if (rangeField == 0) {
      count(inner.over(buffer, offset, offset + length));
    }
  }

  private void count(ProtoReader range) {
    while (range.next()) {
      if (range.field() == KVS) {
        rows++;
      }
    }
  }

  private void write(ByteBuffer part) {
    try {
      while (failure == null && file != null && part.hasRemaining()) {
        int written = file.write(part);
        if (written < 0) {
          throw new IOException("nothing written");
        }
      }
    } catch (IOException e) {
      failure = e;
    }
  }

  @Override
  public void onHugeMessage(Call call, long length) {
    bytes += length;
  }

  @Override
  public void onClose(Call call, int status, @Nullable String message) {
    answer.complete(new Answer(status, message == null ? "" : message, bytes, rows));
  }
}
