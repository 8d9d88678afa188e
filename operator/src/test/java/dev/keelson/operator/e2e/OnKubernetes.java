package dev.keelson.operator.e2e;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;

/**
 * Gives test classes one Kubernetes with the operator installed as a user installs it, under its
 * own rules; it is started for the first class that asks and ends after the last one.
 */
final class OnKubernetes implements TestInstancePreConstructCallback, ParameterResolver {
  private static final ExtensionContext.Namespace STORE =
      ExtensionContext.Namespace.create(OnKubernetes.class);

  /** What one run of the tests has. */
  private record Installed(Rig rig, Kubernetes kubernetes) implements AutoCloseable {
    static Installed make() {
      Rig rig = Rig.find();
      try {
        Kubernetes kubernetes = new Kubernetes(rig);
        kubernetes.installOperator();
        var _ =
            kubernetes
                .client()
                .resource(
                    new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(Kubernetes.NAMESPACE)
                        .endMetadata()
                        .build())
                .create();
        return new Installed(rig, kubernetes);
      } catch (RuntimeException | Error failed) {
        rig.close();
        throw failed;
      }
    }

    @Override
    public void close() {
      kubernetes.close();
      rig.close();
    }
  }

  private static Installed installed(ExtensionContext context) {
    return context
        .getRoot()
        .getStore(STORE)
        .computeIfAbsent(Installed.class, key -> Installed.make(), Installed.class);
  }

  /**
   * Before the constructor: what is missing then skips the class, and is no error of a parameter.
   */
  @Override
  public void preConstructTestInstance(
      TestInstanceFactoryContext factory, ExtensionContext context) {
    var _ = installed(context);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Kubernetes.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return installed(context).kubernetes();
  }
}
