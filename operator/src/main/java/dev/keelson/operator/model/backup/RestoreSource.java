package dev.keelson.operator.model.backup;

import dev.keelson.operator.api.v1alpha1.BackupStore;

/**
 * The backup that a new cluster begins with.
 *
 * @param store where it is
 * @param id what it is called there
 */
public record RestoreSource(BackupStore store, String id) {}
