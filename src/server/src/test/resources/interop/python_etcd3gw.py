"""What Debian's python3-etcd3gw offers, against the JSON gateway on the port given."""
import sys
import threading

import etcd3gw

client = etcd3gw.Etcd3Client(host="127.0.0.1", port=int(sys.argv[1]), api_path="/v3/")


def check(name, holds):
    if not holds:
        sys.exit("failed: " + name)


check("status", "version" in client.status())
check("members", len(client.members()) == 1)

check("put", client.put("gw/a", "1"))
check("get", client.get("gw/a") == [b"1"])
client.put("gw/b", "2")
pairs = client.get_prefix("gw/")
check("prefix", [value for value, _ in pairs] == [b"1", b"2"])
check("metadata", client.get("gw/a", metadata=True)[0][1]["version"] == "1")
check("descending", client.get_all(sort_order="descend", sort_target="key")[0][0] == b"2")

check("create", client.create("gw/new", "x"))
check("create again", not client.create("gw/new", "y"))
check("replace", client.replace("gw/new", "x", "z"))
check("replace again", not client.replace("gw/new", "x", "z"))
check("transaction", client.transaction({
    "compare": [{"key": "Z3cvYQ==", "result": "EQUAL", "target": "VERSION", "version": 1}],
    "success": [{"request_put": {"key": "Z3cvYQ==", "value": "OQ=="}}],
    "failure": []})["succeeded"])
check("changed", client.get("gw/a") == [b"9"])
check("delete", client.delete("gw/new"))
check("delete nothing", not client.delete("gw/new"))

lease = client.lease(ttl=60)
check("ttl", 55 < lease.ttl() <= 60)
client.put("gw/leased", "x", lease)
check("keys of the lease", lease.keys() == [b"gw/leased"])
check("refresh", int(lease.refresh()) == 60)
check("revoke", lease.revoke())
check("gone", client.get("gw/leased") == [])

with client.lock("work", ttl=30) as lock:
    check("held", lock.is_acquired())
check("released", not client.lock("work").is_acquired())

watcher, cancel = client.watch_prefix("gw/w")
seen = []


def gather():
    for event in watcher:
        seen.append(event["kv"]["key"])
        if len(seen) == 2:
            break


reader = threading.Thread(target=gather)
reader.start()
client.put("gw/w1", "1")
client.put("gw/w2", "2")
reader.join(30)
cancel()
check("watch", seen == [b"gw/w1", b"gw/w2"])

check("delete prefix", client.delete_prefix("gw/"))
print("all gateway checks passed")
