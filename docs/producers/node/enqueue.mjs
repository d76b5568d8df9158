// usage: REDIS_URL=redis://127.0.0.1:6379/0 node enqueue.mjs NAME '{"member": "value"}' [ID]
import { Producer } from "./producer.mjs";

const [name, payload = "{}", id] = process.argv.slice(2);
const producer = new Producer(process.env.REDIS_URL ?? "redis://127.0.0.1:6379/0");
try {
  const [receipt] = await producer.enqueue({ name, payload: JSON.parse(payload), ...(id && { id }) });
  console.log(`${receipt.verdict} ${receipt.state} ${receipt.id}`);
  process.exitCode = ["created", "existing"].includes(receipt.verdict) ? 0 : 1;
} catch (error) {
  console.error(`enqueue: ${error.message}`);
  process.exitCode = 1;
} finally {
  producer.close();
}
