/** Tests of the core: paper claims, transcripts, and random clusters, over one small harness. */
@NullMarked
package dev.keelson.raft;

import org.jspecify.annotations.NullMarked;
