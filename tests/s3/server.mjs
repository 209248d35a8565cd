// An S3-compatible store on a free port, with one bucket, in a folder of its own. It prints where it
// listens and ends with whoever started it. Access key and secret are both S3RVER.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import S3rver from "s3rver";

const directory = mkdtempSync(join(tmpdir(), "lianmeng-s3-"));
const store = new S3rver({
  address: "127.0.0.1",
  port: 0,
  silent: true,
  directory,
  configureBuckets: [{ name: "lianmeng" }],
});
const { port } = await store.run();
console.log(`listening on http://127.0.0.1:${port}`);
process.stdin.on("end", () => {
  rmSync(directory, { recursive: true, force: true });
  process.exit(0);
});
process.stdin.resume();
