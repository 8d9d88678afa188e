package dev.keelson.server.member;

import dev.keelson.server.config.Configuration;

/** Builds the member; exactly one bean of this type exists. */
@FunctionalInterface
public interface MemberFactory {

  /** Builds a member that is not started. */
  Member create(Configuration configuration);
}
