"""Talks to a server through Debian's python3-etcd3; the port is the only argument."""
import sys
import threading

import etcd3

client = etcd3.client(host="127.0.0.1", port=int(sys.argv[1]), timeout=30)

# key-value
client.put("py/a", "1")
client.put("py/b", "2")
value, meta = client.get("py/a")
assert value == b"1" and meta.version == 1, (value, meta.version)
assert [v for v, _ in client.get_prefix("py/")] == [b"1", b"2"]
assert [v for v, _ in client.get_prefix("py/", sort_order="descend")] == [b"2", b"1"]
assert client.replace("py/a", "1", "3") and not client.replace("py/a", "1", "4")
assert client.delete("py/b") and not client.delete("py/b")

# transaction
ok, responses = client.transaction(
    compare=[client.transactions.value("py/a") == "3", client.transactions.version("py/a") > 0],
    success=[client.transactions.put("py/t", "yes"), client.transactions.get("py/a")],
    failure=[client.transactions.put("py/t", "no")],
)
assert ok and client.get("py/t")[0] == b"yes"
assert responses[1][0][0] == b"3", responses

# watch
events, cancel = client.watch_prefix("py/watch/")
seen = []
done = threading.Event()


def collect():
    for event in events:
        seen.append((type(event).__name__, event.key, event.value))
        if len(seen) == 3:
            done.set()
            return


reader = threading.Thread(target=collect, daemon=True)
reader.start()
client.put("py/watch/a", "1")
client.put("py/watch/a", "2")
client.delete("py/watch/a")
assert done.wait(30), seen
cancel()
assert [kind for kind, _, _ in seen] == ["PutEvent", "PutEvent", "DeleteEvent"], seen

# lease
lease = client.lease(60)
client.put("py/leased", "x", lease=lease)
assert lease.granted_ttl == 60 and 0 < lease.remaining_ttl <= 60
assert [answer.TTL for answer in lease.refresh()] == [60]
assert lease.keys == [b"py/leased"], lease.keys
lease.revoke()
assert client.get("py/leased")[0] is None

# lock
with client.lock("py-lock", ttl=60) as lock:
    assert lock.is_acquired()

# members, status, errors
assert len(list(client.members)) == 1
assert client.status().leader is not None
client.compact(client.get("py/a")[1].mod_revision)
assert not list(client.list_alarms())

print("all python checks passed")
