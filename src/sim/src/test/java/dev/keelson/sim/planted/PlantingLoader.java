package dev.keelson.sim.planted;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.List;

/**
 * Loads the product and the simulator anew, with defects. Everything else, and the generated
 * messages, come from the parent.
 */
final class PlantingLoader extends ClassLoader {
  private static final String OURS = "dev.keelson.";
  private static final String MESSAGES = "dev.keelson.proto.";

  private final List<Plant> plants;
  private final List<Plant> unplanted;

  PlantingLoader(ClassLoader parent, List<Plant> plants) {
    super(parent);
    this.plants = plants;
    this.unplanted = new ArrayList<>(plants);
  }

  /** The plants whose place has not been seen: the code has changed, or was not loaded. */
  List<Plant> unplanted() {
    return unplanted;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      if (loaded == null && name.startsWith(OURS) && !name.startsWith(MESSAGES)) {
        byte[] code = planted(name, read(name));
        loaded = defineClass(name, code, 0, code.length);
      }
      return loaded == null ? super.loadClass(name, resolve) : loaded;
    }
  }

  private byte[] read(String name) throws ClassNotFoundException {
    String resource = name.replace('.', '/') + ".class";
    try (InputStream in = getParent().getResourceAsStream(resource)) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] planted(String name, byte[] code) {
    byte[] result = code;
    for (Plant plant : plants) {
      if (plant.inClass().equals(name)) {
        result = plant(plant, result);
      }
    }
    return result;
  }

  private byte[] plant(Plant plant, byte[] code) {
    ClassFile classFile =
        ClassFile.of(
            ClassFile.ClassHierarchyResolverOption.of(
                ClassHierarchyResolver.ofResourceParsing(getParent())));
    ClassModel model = classFile.parse(code);
    CodeTransform redirect =
        (builder, element) -> {
          if (element instanceof InvokeInstruction call && isMeant(plant, call)) {
            unplanted.remove(plant);
            builder.invokestatic(
                ClassDesc.of(plant.insteadClass()), plant.insteadMethod(), staticType(call));
          } else {
            builder.with(element);
          }
        };
    return classFile.transformClass(
        model,
        ClassTransform.transformingMethodBodies(
            method -> method.methodName().equalsString(plant.inMethod()), redirect));
  }

  private static boolean isMeant(Plant plant, InvokeInstruction call) {
    return call.name().equalsString(plant.calledMethod())
        && call.owner().asInternalName().equals(plant.calledClass().replace('.', '/'));
  }

  /** The receiver becomes the first argument. */
  private static MethodTypeDesc staticType(InvokeInstruction call) {
    MethodTypeDesc type = call.typeSymbol();
    return call.opcode() == Opcode.INVOKESTATIC
        ? type
        : type.insertParameterTypes(0, call.owner().asSymbol());
  }
}
