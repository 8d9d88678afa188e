package dev.keelson.operator.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jboss.logging.Logger;

/** Tells a person what was done, as events.k8s.io/v1 Events of the resource it was done for. */
public final class EventRecorder {
  private static final Logger LOG = Logger.getLogger(EventRecorder.class);
  private static final int MAX_NOTE = 1_000;
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  private final KubernetesClient client;
  private final Clock clock;
  private final String instance;

  /**
   * Records through a client.
   *
   * @param instance which of several operators this is
   */
  public EventRecorder(KubernetesClient client, Clock clock, String instance) {
    this.client = client;
    this.clock = clock;
    this.instance = instance;
  }

  /** Something was done. */
  public void normal(HasMetadata about, String reason, String note) {
    record(about, "Normal", reason, note);
  }

  /** Something is wrong. */
  public void warning(HasMetadata about, String reason, String note) {
    record(about, "Warning", reason, note);
  }

  /** An Event that cannot be written is no reason to stop. */
  private void record(HasMetadata about, String type, String reason, String note) {
    LOG.infof(
        "%s/%s: %s: %s",
        about.getMetadata().getNamespace(), about.getMetadata().getName(), reason, note);
    Event event =
        new EventBuilder()
            .withNewMetadata()
            .withGenerateName(about.getMetadata().getName() + "-")
            .withNamespace(about.getMetadata().getNamespace())
            .endMetadata()
            .withEventTime(new MicroTime(MICROS.format(clock.instant())))
            .withType(type)
            .withReason(reason)
            .withAction(reason)
            .withNote(note.length() > MAX_NOTE ? note.substring(0, MAX_NOTE) : note)
            .withReportingController("keelson.dev/operator")
            .withReportingInstance(instance)
            .withRegarding(
                new ObjectReferenceBuilder()
                    .withApiVersion(about.getApiVersion())
                    .withKind(about.getKind())
                    .withName(about.getMetadata().getName())
                    .withNamespace(about.getMetadata().getNamespace())
                    .withUid(about.getMetadata().getUid())
                    .build())
            .build();
    try {
      var _ = client.resource(event).create();
    } catch (KubernetesClientException refused) {
      LOG.warnf("an event could not be recorded: %s", refused.getMessage());
    }
  }
}
