package dev.keelson.server.log;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.logging.ErrorManager;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.ExtLogRecord;

/** Writes each record to every output, whole and at once, so that a crash loses no line. */
final class OutputHandler extends ExtHandler {

  private final List<OutputStream> outputs;

  OutputHandler(List<OutputStream> outputs, EtcdFormatter formatter) {
    this.outputs = List.copyOf(outputs);
    setFormatter(formatter);
  }

  @Override
  protected void doPublish(ExtLogRecord logRecord) {
    byte[] line = getFormatter().format(logRecord).getBytes(StandardCharsets.UTF_8);
    lock.lock();
    try {
      for (OutputStream output : outputs) {
        output.write(line);
        output.flush();
      }
    } catch (IOException e) {
      reportError("cannot write a log line", e, ErrorManager.WRITE_FAILURE);
    } finally {
      lock.unlock();
    }
  }
}
