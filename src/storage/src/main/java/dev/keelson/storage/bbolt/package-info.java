/**
 * The file format of bbolt (version 2), in which etcd keeps its state and hands out snapshots: a
 * copy-on-write B+tree of pages, here written once, in order and without free pages.
 */
@NullMarked
package dev.keelson.storage.bbolt;

import org.jspecify.annotations.NullMarked;
