// Puts jobs in from Node, as jobdefs/wire/FORMAT.md says. It needs ioredis and submit.lua, and nothing else.
import { createHash, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";

const SUBMIT = readFileSync(new URL("../submit.lua", import.meta.url), "utf8");
const SCHEMA = "2";
const PAUSES_MS = [50, 200, 1000];
const PASSING = /^(OOM|LOADING|BUSY|READONLY|MASTERDOWN|TRYAGAIN)\b/;

export class Refused extends Error {}

// The members stand in the order of the form, and JSON.stringify leaves out what is undefined.
export function envelope({ id, name, queue = "default", priority = 0, expires_in_ms, attempts, version, payload = {} }) {
  const written = version === 1 ? undefined : version;
  return JSON.stringify({ v: 1, id, name, queue, priority, expires_in_ms, attempts, version: written, payload });
}

// The unique key of a payload whose definition is unique by these fields.
export function uniqueKey(payload, fields) {
  const plain = JSON.parse(JSON.stringify(payload));
  const key = sorted(Object.fromEntries(fields.map((name) => [name, plain[name] ?? null])));
  const readable = [...key].length <= 200 && !/[\p{C}\p{Z}]/u.test(key.replaceAll(" ", ""));
  return readable ? key : createHash("sha256").update(key).digest("hex");
}

function sorted(value) {
  if (Array.isArray(value)) return `[${value.map(sorted)}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const names = Object.keys(value).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${names.map((name) => `${JSON.stringify(name)}:${sorted(value[name])}`)}}`;
}

export class Producer {
  constructor(url, { namespace = "jobs", deadlineMs = 1000 } = {}) {
    this.meta = `{${namespace}}:meta`;
    // What is to be sent again is our decision: ioredis shall tell soon that it got no answer.
    const options = { commandTimeout: deadlineMs, maxRetriesPerRequest: 0 };
    this.redis = new Redis(url.replace(/^unix:\/\//, ""), options);
    this.redis.on("error", () => {}); // each command tells of it, too
    this.redis.defineCommand("submit", { numberOfKeys: 1, lua: SUBMIT }); // EVALSHA, and EVAL after NOSCRIPT
  }

  // Puts jobs in, all or none, and returns for each what became of it: { verdict, state, id }.
  async enqueue(...jobs) {
    const asked = jobs.map((job) => ({ id: randomUUID().replaceAll("-", ""), ...job }));
    const words = asked.flatMap((job) => [
      envelope(job), job.delay_ms ?? 0, job.due_at_ms ?? "", job.digest ?? "",
      job.unique?.key ?? "", job.unique?.until ?? "finished", job.unique?.conflict ?? "existing",
    ]);
    return this.send(words);
  }

  // Sends the same with the same ids until it is answered, at most four times.
  async send(words) {
    for (const wait of [...PAUSES_MS, null]) {
      try {
        await this.check();
        const reply = await this.redis.submit(this.meta, "", "", ...words);
        return words.filter((_, n) => n % 7 === 0).map((_, n) => ({ verdict: reply[3 * n], state: reply[3 * n + 1], id: reply[3 * n + 2] }));
      } catch (error) {
        const passing = error.name !== "ReplyError" || PASSING.test(error.message);
        if (wait === null || error instanceof Refused || !passing) throw error;
        await pause(wait);
      }
    }
  }

  async check() {
    const schema = this.checked ? SCHEMA : await this.redis.hget(this.meta, "schema");
    if ((schema ?? SCHEMA) !== SCHEMA) throw new Refused(`the key space has version ${schema}, and this producer writes ${SCHEMA}`);
    this.checked = true;
  }

  close = () => this.redis.disconnect();
}
