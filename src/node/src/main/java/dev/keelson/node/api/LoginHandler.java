package dev.keelson.node.api;

import com.google.protobuf.ByteString;
import dev.keelson.kv.auth.AuthCommands.Authenticated;
import dev.keelson.kv.auth.AuthState;
import dev.keelson.kv.auth.Caller;
import dev.keelson.kv.error.KvError;
import dev.keelson.kv.error.KvException;
import dev.keelson.node.api.auth.Authentication;
import dev.keelson.node.identity.CallerContext;
import dev.keelson.proto.authpb.User;
import dev.keelson.proto.etcdserverpb.AuthenticateRequest;
import dev.keelson.proto.etcdserverpb.AuthenticateResponse;
import dev.keelson.proto.etcdserverpb.InternalAuthenticateRequest;
import dev.keelson.proto.etcdserverpb.InternalRaftRequest;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code etcdserverpb.Auth/Authenticate}. The password is compared here, off the event loops, and
 * never enters the log; the log decides whether users and passwords are still those it was compared
 * with. If not, everything is done again.
 */
final class LoginHandler {
  private static final Logger LOG = LoggerFactory.getLogger(LoginHandler.class);

  private final ApiContext context;
  private final Headers headers;
  private final Authentication authentication;

  LoginHandler(ApiContext context) {
    this.context = context;
    this.headers = context.headers();
    this.authentication = context.authentication();
  }

  void login(AuthenticateRequest request, Reply reply) {
    context.linearizable(reply, () -> compareLater(new Attempt(request, reply)));
  }

  private void compareLater(Attempt attempt) {
    later(attempt.reply, () -> compare(attempt));
  }

  private void later(Reply reply, Runnable work) {
    try {
      authentication.passwords().execute(work);
    } catch (RejectedExecutionException e) {
      reply.fail(KvError.TOO_MANY_REQUESTS);
    }
  }

  private static final class Attempt {
    final AuthenticateRequest request;
    final Reply reply;

    /** The hash that the password was found to match. */
    ByteString matched = ByteString.EMPTY;

    Attempt(AuthenticateRequest request, Reply reply) {
      this.request = request;
      this.reply = reply;
    }
  }

  private void compare(Attempt attempt) {
    if (attempt.reply.isAbandoned()) {
      return;
    }
    try {
      AuthState state = authentication.state().get();
      check(state, attempt);
      propose(state.revision(), attempt);
    } catch (KvException e) {
      if (e.error() != KvError.AUTH_NOT_ENABLED) {
        LOG.atWarn()
            .addKeyValue("user", attempt.request.getName())
            .log("invalid authentication was requested");
      }
      attempt.reply.fail(e.error());
    }
  }

  private void check(AuthState state, Attempt attempt) throws KvException {
    if (!state.enabled()) {
      throw new KvException(KvError.AUTH_NOT_ENABLED);
    }
    String password = attempt.request.getPassword();
    User user = state.user(attempt.request.getName());
    if (user == null) {
      authentication.passwords().pretend(password);
      throw new KvException(KvError.AUTH_FAILED);
    }
    if (user.getOptions().getNoPassword()) {
      throw new KvException(KvError.NO_PASSWORD_USER);
    }
    ByteString hash = user.getPassword();
    if (attempt.matched.isEmpty() || !attempt.matched.equals(hash)) {
      if (!authentication.passwords().matches(password, hash)) {
        throw new KvException(KvError.AUTH_FAILED);
      }
      attempt.matched = hash;
    }
  }

  private void propose(long revision, Attempt attempt) {
    context
        .proposals()
        .propose(
            InternalRaftRequest.newBuilder()
                .setHeader(CallerContext.header(new Caller("", revision)))
                .setAuthenticate(
                    InternalAuthenticateRequest.newBuilder()
                        .setName(attempt.request.getName())
                        .setSimpleToken(authentication.tokens().newPrefix())),
            attempt.reply.executor(),
            outcome -> {
              KvException failure = outcome.failure();
              if (failure != null && failure.error() == KvError.AUTH_OLD_REVISION) {
                compareLater(attempt);
              } else if (failure != null) {
                attempt.reply.fail(failure.error());
              } else if (outcome.result() instanceof Authenticated authenticated) {
                answer(authenticated, attempt.reply);
              }
            });
  }

  private void answer(Authenticated authenticated, Reply reply) {
    if (authenticated.token().isEmpty()) {
      later(reply, () -> issue(authenticated, reply)); // a signature takes time
    } else {
      issue(authenticated, reply);
    }
  }

  private void issue(Authenticated authenticated, Reply reply) {
    try {
      String token =
          authentication
              .tokens()
              .issue(authenticated.username(), authenticated.revision(), authenticated.token());
      reply.ok(
          AuthenticateResponse.newBuilder().setHeader(headers.current()).setToken(token).build());
    } catch (KvException e) {
      reply.fail(e.error());
    }
  }
}
