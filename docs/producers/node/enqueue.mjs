// usage: REDIS_URL=redis://127.0.0.1:6379/0 node enqueue.mjs NAME '{"member": "value"}' [ID]
// Where it fails it tells the ID: run it again with that one, and the job exists once.
import { randomUUID } from "node:crypto";
import { Producer } from "./producer.mjs";

const [name, payload = "{}", id = randomUUID().replaceAll("-", "")] = process.argv.slice(2);
if (!name) {
  console.error("usage: enqueue.mjs NAME JSON [ID]");
  process.exit(2);
}
// ioredis tells of its own options, and throws with the whole URL, which may hold a password.
const told = { MaxRetriesPerRequestError: "the server does not answer", ERR_INVALID_URL: "REDIS_URL cannot be read" };
let producer;
try {
  const job = { name, payload: JSON.parse(payload), id };
  producer = new Producer(process.env.REDIS_URL ?? "redis://127.0.0.1:6379/0");
  const [{ verdict, state }] = await producer.enqueue(job);
  if (verdict === "unreadable") throw new Error("the name or the id cannot be read; nothing was put in");
  if (!["created", "existing"].includes(verdict)) throw new Error(`the script says ${verdict}`);
  console.log(`${verdict} ${state} ${id}`);
} catch (error) {
  console.error(`enqueue: ${told[error.code] ?? told[error.name] ?? error.message}; the job is ${id}`);
  process.exitCode = 1;
} finally {
  producer?.close();
}
