// MongoDB URLs: what of one may be seen.
import assert from "node:assert/strict";
import { readMongoUrl, withoutSecrets } from "../../../../src/store/mongo/url.ts";

describe("a MongoDB URL", () => {
  const labels: readonly [url: string, label: string, database: string][] = [
    ["mongodb://127.0.0.1", "mongodb://127.0.0.1/messenger", "messenger"],
    ["mongodb://db1:1,db2:2/chat?replicaSet=rs0", "mongodb://db1:1,db2:2/chat", "chat"],
    ["mongodb://anna:s3cret@db/chat", "mongodb://anna:***@db/chat", "chat"],
    ["mongodb+srv://anna:s%40cret@db/?tls=true", "mongodb+srv://anna:***@db/messenger", "messenger"],
    ["mongodb://anna@db/my%20chat", "mongodb://anna@db/my%20chat", "my chat"],
    ["mongodb://anna:s3cret:too@db", "mongodb://anna:***@db/messenger", "messenger"],
  ];
  for (const [url, label, database] of labels) {
    it(`shows ${label}`, () => {
      const read = readMongoUrl(url);
      assert.deepEqual([read.label, read.database], [label, database]);
    });
  }

  it("is taken out of texts with its secrets, as they are written and as they are meant", () => {
    const url = readMongoUrl("mongodb://anna:s%40cret@db/chat?tlsCertificateKeyFilePassword=hidden-too");
    const text = 'cannot use "mongodb://anna:s%40cret@db/chat": s@cret, s%40cret and hidden-too are wrong';
    const shown = withoutSecrets(text, url);
    for (const secret of ["s@cret", "s%40cret", "hidden-too"]) assert.ok(!shown.includes(secret), shown);
    assert.match(shown, /^cannot use "mongodb:\/\/\*\*\*/);
  });

  it("tells which options it sets, in whatever case", () => {
    const { options } = readMongoUrl("mongodb://db/chat?SocketTimeoutMS=5&w=1");
    assert.ok(options.has("sockettimeoutms") && options.has("w"));
  });
});
