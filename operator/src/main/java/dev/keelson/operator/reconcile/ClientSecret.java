package dev.keelson.operator.reconcile;

import dev.keelson.operator.api.v1alpha1.KeelsonCluster;
import dev.keelson.operator.api.v1alpha1.TlsMode;
import dev.keelson.operator.api.v1alpha1.TlsSpec;
import dev.keelson.operator.kubernetes.AppliedObjects;
import dev.keelson.operator.kubernetes.KubernetesObjects;
import dev.keelson.operator.model.Names;
import dev.keelson.operator.model.OwnedSecret;
import dev.keelson.operator.model.TlsSecrets;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The one Secret that holds all that a client needs. */
final class ClientSecret {
  private final KubernetesObjects kubernetes;
  private final AppliedObjects objects;
  private final ClusterAuth auth;

  ClientSecret(KubernetesObjects kubernetes, AppliedObjects objects, ClusterAuth auth) {
    this.kubernetes = kubernetes;
    this.objects = objects;
    this.auth = auth;
  }

  void keep(KeelsonCluster cluster) {
    Names names = Names.of(cluster);
    TlsSpec tls = cluster.getSpec().tls();
    Map<String, String> texts = new TreeMap<>();
    texts.put("endpoints", names.serviceUrl(tls.mode() != TlsMode.Off));
    if (tls.mode() != TlsMode.Off) {
      String client = TlsSecrets.client(tls, names);
      Secret secret =
          kubernetes.secret(
              names.namespace(), client == null ? TlsSecrets.server(tls, names) : client);
      List<String> keys =
          client == null
              ? List.of(CertificateStore.AUTHORITIES)
              : List.of(
                  CertificateStore.AUTHORITIES, CertificateStore.CERTIFICATE, CertificateStore.KEY);
      for (String key : keys) {
        String text = OwnedSecret.text(secret, key);
        if (text != null) {
          texts.put(key, text);
        }
      }
    }
    String password = auth.password(cluster);
    if (password != null) {
      texts.put(ClusterAuth.USERNAME, ClusterAuth.ROOT);
      texts.put(ClusterAuth.PASSWORD, password);
    }
    objects.apply(OwnedSecret.of(cluster, names.clientSecret(), Map.of(), texts));
  }
}
