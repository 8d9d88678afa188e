package dev.keelson.operator.model;

/**
 * Something that keeps a cluster from being as wanted.
 *
 * @param about the condition that it shows in
 * @param reason one word for programs
 * @param message what is wrong, for a person
 */
public record Problem(String about, String reason, String message) {}
