package dev.keelson.sim.planted;

import java.util.Arrays;

/** A bare member with a defect: {@code PlantedMember BUG FLAGS...}. */
public final class PlantedMember {
  private PlantedMember() {}

  /** Runs {@code MemberMain}, whose classes are rewritten while they are loaded. */
  public static void main(String[] arguments) throws ReflectiveOperationException {
    PlantedBugsTest.Bug bug = PlantedBugsTest.Bug.valueOf(arguments[0]);
    PlantingLoader loader = new PlantingLoader(PlantedMember.class.getClassLoader(), bug.plants());
    Class<?> member = loader.loadClass("dev.keelson.node.MemberMain");
    Object flags = Arrays.copyOfRange(arguments, 1, arguments.length);
    member.getMethod("main", String[].class).invoke(null, flags);
  }
}
