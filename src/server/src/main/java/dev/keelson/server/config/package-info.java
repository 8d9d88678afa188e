/**
 * The one typed configuration of a member: flags, {@code ETCD_*} environment and the YAML file.
 *
 * <p>Everything derives from the table of {@link dev.keelson.server.config.Option}s: parsing, the
 * names of environment variables, {@code --help}, validation of values and the compatibility
 * documentation.
 */
@NullMarked
package dev.keelson.server.config;

import org.jspecify.annotations.NullMarked;
