package dev.keelson.server;

import dev.keelson.server.command.Subcommands;
import dev.keelson.server.config.CommandLine;
import dev.keelson.server.config.Configuration;
import dev.keelson.server.config.ConfigurationException;
import dev.keelson.server.config.ConfigurationLoader;
import dev.keelson.server.config.Help;
import dev.keelson.server.launch.DevCluster;
import dev.keelson.server.launch.ResolverCache;
import dev.keelson.server.log.LogSetup;
import dev.keelson.server.member.ProductVersion;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Entry point: answers help, version and mistakes by itself, hands subcommands on, and boots
 * Quarkus for a start. With {@code dev} as its first argument it starts a whole local cluster.
 */
@QuarkusMain
public final class Main {

  private Main() {}

  /** Runs a member until it is told to stop. */
  public static void main(String... arguments) {
    ResolverCache.turnOff();
    int status =
        arguments.length > 0 && arguments[0].equals("dev")
            ? DevCluster.run(List.of(arguments).subList(1, arguments.length))
            : run(arguments, System.getenv());
    if (status != 0) {
      System.exit(status);
    }
  }

  private static int run(String[] arguments, Map<String, String> environment) {
    LogSetup.chooseImplementations();
    if (Subcommands.matches(arguments)) {
      return Subcommands.run(arguments);
    }
    try {
      CommandLine commandLine = CommandLine.parse(arguments);
      if (commandLine.wantsHelp()) {
        System.out.print(Help.text());
        return 0;
      }
      if (commandLine.wantsVersion()) {
        System.out.print(ProductVersion.text());
        return 0;
      }
      Configuration configuration = ConfigurationLoader.load(commandLine, environment);
      LogSetup.install(configuration);
    } catch (ConfigurationException e) {
      if (e.exitStatus() == ConfigurationException.USAGE_STATUS) {
        System.err.println("keelson: " + e.getMessage() + "\nRun 'keelson --help' for the flags.");
      } else {
        LogSetup.fatalBeforeInstall(e.getMessage(), e.fields());
      }
      return e.exitStatus();
    } catch (IOException e) {
      System.err.println("keelson: cannot open a log output: " + e.getMessage());
      return ConfigurationException.FATAL_STATUS;
    }
    Quarkus.run(KeelsonApplication.class, arguments);
    return 0;
  }
}
