package dev.keelson.bench.load;

import dev.keelson.bench.h2.Client;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A number of logins by name and password, so many at a time. */
public final class LoginLoad {
  private LoginLoad() {}

  /**
   * Logs {@link AdminCalls#USER} in again and again and returns when it is done.
   *
   * @param inFlight logins at a time on each connection
   * @throws IOException when they are not all answered within {@code limit}
   */
  public static void run(Client client, int logins, int inFlight, Stats stats, Duration limit)
      throws IOException, InterruptedException {
    UnaryLoad load = new UnaryLoad(client, inFlight, new Login(logins), stats);
    load.start();
    boolean all = load.awaitEnd(limit.toSeconds());
    load.finish();
    if (!all) {
      throw new IOException("logins not answered within " + limit + ": " + stats.errors());
    }
  }

  private static final class Login implements UnaryOperation {
    private static final int TOKEN = 2;

    private final ProtoReader response = new ProtoReader();
    private final ProtoWriter request = new ProtoWriter();
    private int left;

    Login(int logins) {
      left = logins;
      var message = AdminCalls.login();
      request
          .bytes(2, message.getPasswordBytes().toByteArray())
          .bytes(1, message.getNameBytes().toByteArray());
    }

    @Override
    public String path() {
      return Methods.AUTHENTICATE;
    }

    @Override
    public @Nullable ProtoWriter request(int slot) {
      return left-- > 0 ? request : null;
    }

    @Override
    public @Nullable String problem(int slot, byte[] bytes, int from, int to) {
      response.over(bytes, from, to);
      while (response.next()) {
        if (response.field() == TOKEN && response.end() > response.start()) {
          return null;
        }
      }
      return "login answered without a token";
    }
  }
}
