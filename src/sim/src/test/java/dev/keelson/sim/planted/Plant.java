package dev.keelson.sim.planted;

/**
 * One rewriting of a method: every call of one method in it goes to a static method instead.
 *
 * @param inClass where the calls are
 * @param inMethod the name of the method with the calls
 * @param calledClass the class that the calls name
 * @param calledMethod the name of the method called
 * @param insteadClass a class with a static method that takes the receiver, if there is one, and
 *     the arguments
 * @param insteadMethod its name
 */
record Plant(
    String inClass,
    String inMethod,
    String calledClass,
    String calledMethod,
    String insteadClass,
    String insteadMethod) {}
