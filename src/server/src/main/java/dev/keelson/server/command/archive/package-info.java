/**
 * The form in which a backup is stored: compressed in chunks of their own, and encrypted if there
 * is a key.
 *
 * <pre>
 * +---------------+----------+--------------+---------------------------------------------+
 * | "KEELBAK" 01  | flags u32| salt 32 bytes| chunks: last u1, length u31, bytes          |
 * +---------------+----------+--------------+---------------------------------------------+
 * </pre>
 *
 * All numbers are big-endian. A chunk is one zstd frame of at most 1 MiB. With flag 1 it is
 * encrypted with AES-256-GCM under a key derived (HKDF-SHA256, RFC 5869) from the operator's key
 * and the salt, which is random for each backup. The nonce counts the chunks and tells the last one
 * from the others, and the header is authenticated with each: chunks cannot be changed, reordered,
 * left out or cut off (the construction STREAM of Hoang, Reyhanitabar, Rogaway and Vizár, "Online
 * Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", section 7).
 */
@NullMarked
package dev.keelson.server.command.archive;

import org.jspecify.annotations.NullMarked;
