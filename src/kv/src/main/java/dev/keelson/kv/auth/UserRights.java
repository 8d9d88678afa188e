package dev.keelson.kv.auth;

import dev.keelson.proto.authpb.Permission;
import dev.keelson.proto.authpb.Role;
import java.util.List;

/**
 * What the roles of one user add up to.
 *
 * @param root whether everything is allowed
 * @param readable keys that may be read
 * @param writable keys that may be written
 */
record UserRights(boolean root, KeySpace readable, KeySpace writable) {
  static UserRights of(boolean root, List<Role> roles) {
    KeySpace.Builder readable = new KeySpace.Builder();
    KeySpace.Builder writable = new KeySpace.Builder();
    for (Role role : roles) {
      for (Permission permission : role.getKeyPermissionList()) {
        switch (permission.getPermType()) {
          case READ -> readable.add(permission.getKey(), permission.getRangeEnd());
          case WRITE -> writable.add(permission.getKey(), permission.getRangeEnd());
          case READWRITE -> {
            readable.add(permission.getKey(), permission.getRangeEnd());
            writable.add(permission.getKey(), permission.getRangeEnd());
          }
          case UNRECOGNIZED -> {
            // a kind of permission that this version does not know grants nothing
          }
        }
      }
    }
    return new UserRights(root, readable.build(), writable.build());
  }
}
