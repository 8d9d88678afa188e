package dev.keelson.server.command.snapshot;

import dev.keelson.server.command.ExitStatus;
import dev.keelson.server.command.Progress;
import dev.keelson.server.command.source.MemberInfo;
import dev.keelson.server.command.source.Source;
import dev.keelson.server.command.source.SourceFlags;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code keelson snapshot save}. */
@Command(
    name = "save",
    description = "Saves a snapshot of a member of Keelson or etcd to a file.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class SaveCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "The file to make; an older one is replaced.")
  private Path file = Path.of("");

  @Mixin private SourceFlags source = new SourceFlags();

  @Override
  public Integer call() {
    Progress progress = Progress.onStderr();
    MemberInfo member = Source.save(source.sources(), file, progress);
    progress.say(
        "saved %s from member %s of cluster %s, version %s"
            .formatted(
                file,
                Long.toHexString(member.memberId()),
                Long.toHexString(member.clusterId()),
                member.serverVersion()));
    return ExitStatus.OK.code();
  }
}
