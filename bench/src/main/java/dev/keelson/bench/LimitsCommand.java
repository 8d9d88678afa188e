package dev.keelson.bench;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What a server bears: many watches, leases and logins, a large answer, the cost of rights. */
@Command(
    name = "limits",
    mixinStandardHelpOptions = true,
    description = "Many watches, leases and logins, a large answer, the cost of authentication.")
final class LimitsCommand implements Callable<Integer> {
  @Mixin private TargetOptions targets = new TargetOptions();

  @Option(names = "--only", split = ",", description = "Parts, comma-separated (default: all).")
  private List<String> only = List.of("watches", "leases", "logins", "range", "auth");

  @Option(
      names = "--keys",
      defaultValue = "10000",
      description = "Keys loaded first (default ${DEFAULT-VALUE}).")
  private int keys;

  @Option(
      names = "--seconds",
      defaultValue = "8",
      description = "Measured time of each load (default ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(
      names = "--logins",
      defaultValue = "1000",
      description = "Logins, 100 at a time (default ${DEFAULT-VALUE}).")
  private int logins;

  @Option(
      names = "--rate",
      defaultValue = "500",
      description = "Puts a second beside the logins (default ${DEFAULT-VALUE}).")
  private int rate;

  @Option(
      names = "--range-mib",
      defaultValue = "500",
      description = "Size of the large answer (default ${DEFAULT-VALUE}).")
  private int rangeMib;

  @Override
  public Integer call() throws IOException, InterruptedException {
    targets.check();
    CrowdLimits crowds = new CrowdLimits(targets, keys, seconds);
    AuthLimits auth = new AuthLimits(targets, keys, seconds, logins, rate);
    RangeLimit range = new RangeLimit(targets, rangeMib);
    for (String part : only) {
      switch (part) {
        case "watches" -> new Rounds(targets, "limit-watches", keys).run(crowds::watches);
        case "leases" -> new Rounds(targets, "limit-leases", keys).run(crowds::leases);
        case "logins" -> new Rounds(targets, "limit-logins", keys).run(auth::logins);
        case "range" -> new Rounds(targets, "limit-range", range.keys()).run(range::measure);
        case "auth" -> new Rounds(targets, "limit-auth", keys).run(auth::cost);
        default ->
            throw new IllegalArgumentException(
                "unknown part " + part + "; known: watches, leases, logins, range, auth");
      }
    }
    return 0;
  }
}
