// Replays the vectors: what it wrote, and what the servers answered, goes to standard output as one JSON document.
// usage: node vectors.mjs FOLDER REDIS_URL SERVICE_URL
import { readFileSync } from "node:fs";
import { Producer, envelope, uniqueKey } from "./node/producer.mjs";

const [folder, store, service] = process.argv.slice(2);
const cases = (name) => JSON.parse(readFileSync(`${folder}/${name}.json`, "utf8")).cases;

async function submitted(calls, namespace) {
  const producer = new Producer(store, { namespace });
  const replies = [];
  for (const { jobs } of calls) {
    const reply = await producer.send(jobs.flat());
    replies.push(reply.map(({ verdict, state, id }) => [verdict, state, id]));
  }
  producer.close();
  return replies;
}

async function posted(body) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(`${service}/v1/enqueue/TEST_JOB`, { method: "POST", headers, body });
  return { status: answer.status, ...(await answer.json()) };
}

async function each(name, replay) {
  const answers = [];
  for (const [number, one] of cases(name).entries()) answers.push(await replay(one, number));
  return answers;
}

const payload = ({ text }) => posted(`{"payload":${text}}`);
console.log(JSON.stringify({
  envelopes_canonical: cases("envelopes_canonical").map(({ fields }) => envelope(fields)),
  unique_keys: cases("unique_keys").map((one) => uniqueKey(one.payload, one.fields)),
  submissions: await each("submissions", ({ calls }, number) => submitted(calls, `v${number}`)),
  envelopes_reject: await each("envelopes_reject", ({ text }, number) => {
    // Each gets an id of its own, and a queue that the consumer serves.
    const sent = text.replace('"id":"a"', `"id":"r${number}"`).replace('"queue":"q"', '"queue":"default"');
    return submitted([{ jobs: [[sent, "0", "", "", "", "", ""]] }], "jobs");
  }),
  payloads_accept: await each("payloads_accept", payload),
  payloads_reject: await each("payloads_reject", payload),
  bodies_reject: await each("bodies_reject", ({ text }) => posted(text)),
}));
