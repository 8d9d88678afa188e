package dev.keelson.server;

import dev.keelson.server.log.LogSetup;
import dev.keelson.server.member.StartException;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;

/** Runs the member inside Quarkus until the process is asked to stop. */
public final class KeelsonApplication implements QuarkusApplication {

  private final MemberLifecycle lifecycle;

  KeelsonApplication(MemberLifecycle lifecycle) {
    this.lifecycle = lifecycle;
  }

  @Override
  public int run(String... arguments) {
    try {
      lifecycle.start();
    } catch (StartException e) {
      LogSetup.fatal(e.getMessage(), e.fields());
      return 1;
    }
    Quarkus.waitForExit();
    return 0;
  }
}
