/** The storage of oidc-provider, in memory. */
export function memoryAdapter() {
  const entries = new Map();
  const live = (key) => {
    const entry = entries.get(key);
    if (entry && entry.endsAtMs <= Date.now()) entries.delete(key);
    return entries.get(key)?.payload;
  };

  return class MemoryAdapter {
    constructor(model) {
      this.key = (id) => `${model}:${id}`;
    }

    async upsert(id, payload, expiresIn) {
      entries.set(this.key(id), { payload, endsAtMs: expiresIn === undefined ? Infinity : Date.now() + expiresIn * 1000 });
    }

    async find(id) {
      return live(this.key(id));
    }

    async findByUid(uid) {
      const prefix = this.key("");
      const key = [...entries.keys()].find((key) => key.startsWith(prefix) && live(key)?.uid === uid);
      return key && live(key);
    }

    async consume(id) {
      const payload = live(this.key(id));
      if (payload) payload.consumed = Math.floor(Date.now() / 1000);
    }

    async destroy(id) {
      entries.delete(this.key(id));
    }

    async revokeByGrantId(grantId) {
      for (const [key, { payload }] of entries) {
        if (payload.grantId === grantId) entries.delete(key);
      }
    }
  };
}
