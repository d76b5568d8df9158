// Enqueues through a line that breaks when the first answer to the script comes, and prints what the producer got.
// usage: node lost_reply.mjs REDIS_URL
import { connect, createServer } from "node:net";
import { Producer } from "./node/producer.mjs";

const path = process.argv[2].replace("unix://", "");
let cut = 0;
const line = createServer((client) => {
  const server = connect(path);
  let asked = "";
  client.on("data", (bytes) => { asked += bytes; server.write(bytes); });
  server.on("data", (bytes) => {
    // The verdict of the first submission never arrives.
    if (cut === 0 && /eval/i.test(asked) && bytes.includes("created")) { cut += 1; client.destroy(); } else client.write(bytes);
  });
  for (const end of [client, server]) end.on("error", () => {}).on("close", () => { client.destroy(); server.destroy(); });
}).listen(0, "127.0.0.1", async () => {
  const producer = new Producer(`redis://127.0.0.1:${line.address().port}/0`);
  const [receipt] = await producer.enqueue({ name: "TEST_JOB", payload: { message: "hello" } });
  console.log(JSON.stringify({ cut, receipt }));
  producer.close();
  line.close();
});
