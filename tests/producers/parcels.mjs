// Makes payloads by zod, and enqueues each over HTTP and by the producer; prints the ids and the payloads' JSON.
// usage: node parcels.mjs REDIS_URL SERVICE_URL
import { z } from "zod";
import { Producer } from "./node/producer.mjs";

const [store, service] = process.argv.slice(2);
const Place = z.object({ street: z.string(), town: z.string().max(40), floor: z.number().int().optional() });
const Item = z.object({ name: z.string(), weight_kg: z.number(), price: z.coerce.string() });
const schemas = {
  SHIP: z.object({
    order: z.uuid(),
    placed_at: z.coerce.date(),
    day: z.iso.date(),
    to: Place,
    speed: z.enum(["slow", "fast"]),
    items: z.array(Item),
    pieces: z.coerce.number().int().min(1),
    insured: z.coerce.boolean(),
    notes: z.record(z.string(), z.string()).optional(),
    leave_with: z.string().nullable(),
  }),
  TRACK: z.object({
    parcel: z.string().trim(),
    by: z.literal(["mail", "text"]).default("text"),
    every_hours: z.coerce.number().optional(),
    since: z.date().nullish(),
    places: z.tuple([z.number(), z.number()]).optional(),
  }),
  COUNT: z.object({ numbers: z.array(z.number().int()), total: z.coerce.number() }),
};

const order = "f81d4fae-7dec-41d0-a765-00a0c91e6bf6";
const to = { street: "Gasse 1", town: "Wien" };
const item = { name: "cup", weight_kg: 0.5, price: 12.5 };
const forms = [
  ["SHIP", { order, placed_at: "2026-01-31T10:30:00+01:00", day: "2026-01-31", to, speed: "fast", items: [item], pieces: "2", insured: 1, leave_with: null }],
  ["SHIP", { order, placed_at: 0, day: "2024-02-29", to: { ...to, floor: 3 }, speed: "slow", items: [], pieces: 1, insured: "", notes: { é: "😀" }, leave_with: "Ada", unknown: true }],
  ["TRACK", { parcel: "  p1 " }],
  ["TRACK", { parcel: "p2", by: "mail", every_hours: "2", since: new Date(Date.UTC(2026, 0, 31, 9, 30, 0, 7)), places: [48.2, 16] }],
  ["TRACK", { parcel: "p3", since: null, every_hours: 1e-7 }],
  ["COUNT", { numbers: [-0, 1e3, Number.MAX_SAFE_INTEGER], total: "1e3" }],
];

async function post(name, payload) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(`${service}/v1/enqueue/${name}`, { method: "POST", headers, body: JSON.stringify({ payload }) });
  if (answer.status !== 202) throw new Error(await answer.text());
  return (await answer.json()).id;
}

const producer = new Producer(store);
const told = [];
for (const [name, form] of forms) {
  const payload = schemas[name].parse(form);
  const [{ id }] = await producer.enqueue({ name, payload });
  told.push({ name, ids: [await post(name, payload), id], payload });
}
producer.close();
console.log(JSON.stringify(told));
