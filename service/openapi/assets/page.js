"use strict";

const KEPT = "jobs-api-token";
const METHODS = ["get", "post", "put", "patch", "delete"];
const RANGES = [
  ["", "minimum", "maximum"], ["characters", "minLength", "maxLength"], ["items", "minItems", "maxItems"],
  ["members", "minProperties", "maxProperties"],
];
const RULES = {
  exclusiveMinimum: "more than", exclusiveMaximum: "less than", multipleOf: "a multiple of", pattern: "matches",
  contentEncoding: "encoded as", default: "default",
};

const at = (id) => document.getElementById(id);
let api = {};

// Everything is put in as text, so that nothing in the document can become markup.
function make(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.flat().filter((child) => child !== null && child !== ""));
  return made;
}

function prose(text) {
  return (text || "").split(/\n{2,}/).filter(Boolean).map((part) => make("p", {}, ...inline(part)));
}

function inline(text) {
  return text.split(/``?([^`]+)``?/).map((part, place) => (place % 2 ? make("code", {}, part) : part));
}

function found(part) {
  if (!part || typeof part !== "object" || !part.$ref) return part;
  const steps = part.$ref.slice(2).split("/").map((step) => decodeURIComponent(step).replace(/~1/g, "/").replace(/~0/g, "~"));
  const target = steps.reduce((inside, step) => inside?.[step], api);
  const { $ref, ...beside } = part;
  return typeof target === "object" ? { ...found(target), ...beside } : target;
}

function lazily(details, fill) {
  details.addEventListener("toggle", () => {
    if (details.open && !details.dataset.filled) {
      details.dataset.filled = "yes";
      details.append(fill());
    }
  });
  return details;
}

// Schemas

function choices(schema) {
  return schema.oneOf || schema.anyOf || null;
}

function label(given) {
  const schema = found(given);
  if (schema === undefined || schema === true) return "anything";
  if (schema === false) return "nothing";
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (choices(schema)) {
    const some = choices(schema);
    return some.length > 4 ? `one of ${some.length}` : [...new Set(some.map(label))].join(" or ");
  }
  if (schema.prefixItems) return `[${schema.prefixItems.map(label).join(", ")}]`;
  const types = [schema.type || "anything"].flat();
  return types.map((type) => (type === "array" ? `array of ${label(schema.items)}` : worded(type, schema))).join(" or ");
}

function worded(type, schema) {
  if (type === "object" && schema.title) return `object (${schema.title})`;
  if (type === "string" && schema.format) return schema.format;
  return type;
}

function number(value) {
  return typeof value === "number" ? value.toLocaleString("en", { maximumFractionDigits: 20 }) : value;
}

function range(schema, [unit, low, high]) {
  if (!(low in schema || high in schema)) return null;
  const [least, most] = [number(schema[low]), number(schema[high])];
  const bounds = low in schema ? (high in schema ? `${least} to ${most}` : `at least ${least}`) : `at most ${most}`;
  return unit ? `${bounds} ${unit}` : bounds;
}

function rules(given) {
  const schema = found(given);
  if (!schema || typeof schema !== "object") return "";
  const ranges = RANGES.map((names) => range(schema, names)).filter(Boolean);
  // A format says in a word what its pattern says at length.
  const asked = Object.entries(RULES).filter(([keyword]) => keyword in schema && !(keyword === "pattern" && schema.format));
  const others = asked.map(([keyword, words]) => {
    const value = schema[keyword];
    return `${words} ${keyword === "default" || typeof value === "object" ? JSON.stringify(value) : number(value)}`;
  });
  const parts = [...(choices(schema) || []), ...(schema.allOf || [])].map(rules).filter(Boolean);
  const each = schema.items ? rules(schema.items) : "";
  return [...ranges, ...others, ...parts, ...(each ? [`each ${each}`] : []), ...(schema["x-conditions"] || [])].join("; ");
}

function row(name, schema, must, place = "") {
  const known = found(schema);
  const [asked, about] = [must ? make("span", { className: "must" }, "required") : null, known.description || ""];
  const where = place ? make("span", { className: "quiet" }, place) : null;
  const head = make("dt", {}, make("span", { className: "name" }, name), make("span", { className: "type" }, label(schema)), where, asked);
  const bounds = rules(known);
  const body = make("dd", {}, make("div", {}, ...inline(about)), bounds ? make("div", { className: "rules" }, bounds) : null, inner(schema));
  return make("div", {}, head, body);
}

function members(schema) {
  const required = new Set(schema.required || []);
  const rows = Object.entries(schema.properties || {}).map(([name, part]) => row(name, part, required.has(name)));
  if (schema.additionalProperties && typeof schema.additionalProperties === "object") {
    rows.push(row("any name", schema.additionalProperties, false));
  }
  return rows.length ? make("dl", { className: "members" }, ...rows) : make("p", { className: "quiet" }, "It has no members.");
}

// What is inside of a schema, to be opened by whoever wants to know: schemas may lead back to themselves.
function inner(given) {
  const schema = found(given);
  if (!schema || typeof schema !== "object") return null;
  const some = choices(schema);
  if (some) return make("div", {}, ...some.map(inner));
  if (schema.prefixItems) return make("div", {}, ...schema.prefixItems.map(inner));
  if (schema.items) return inner(schema.items);
  if (!schema.properties && typeof schema.additionalProperties !== "object") return null;
  const part = make("details", { className: "part" }, make("summary", {}, named(given, schema)));
  return lazily(part, () => members(schema));
}

function named(given, schema) {
  return schema.properties?.code?.const || schema.title || given.$ref?.split("/").pop() || "members";
}

function whole(given) {
  const schema = found(given);
  if (schema && typeof schema === "object" && schema.properties) return members(schema);
  const bounds = rules(schema);
  const about = schema?.description ? [" ", ...inline(schema.description)] : [];
  const type = choices(schema || {}) ? null : make("span", { className: "type" }, label(given));
  const told = type || about.length ? make("p", {}, type, ...about) : null;
  return make("div", {}, told, bounds ? make("p", { className: "rules" }, bounds) : null, inner(given));
}

function exampleOf(media) {
  const schema = found(media.schema);
  if ("example" in media) return media.example;
  if (schema?.examples?.length) return schema.examples[0];
  const first = schema && choices(schema)?.map(found).find((one) => one?.examples?.length);
  return first ? first.examples[0] : undefined;
}

function sample(value, what) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const button = make("button", { type: "button" }, "Copy");
  button.setAttribute("aria-label", `Copy ${what}`);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed here";
    }
  });
  const shown = make("pre", { tabIndex: 0 }, make("code", {}, text));
  shown.setAttribute("aria-label", what);
  return make("div", { className: "sample" }, shown, button);
}

// Operations

function quoted(text) {
  return `'${text.replace(/'/g, "'\\''")}'`;
}

function command(path, method, operation) {
  const base = new URL(api.servers?.[0]?.url || "/", location.href).href.replace(/\/$/, "");
  const parts = [`curl ${quoted(base + path)}`];
  if (method !== "get") parts.push(`-X ${method.toUpperCase()}`);
  if ((operation.security || api.security || []).length) parts.push('-H "Authorization: Bearer $JOBS_TOKEN"');
  const [type, media] = Object.entries(operation.requestBody?.content || {})[0] || [];
  const value = media ? exampleOf(media) : undefined;
  if (value !== undefined) parts.push(`-H ${quoted(`Content-Type: ${type}`)}`, `-d ${quoted(JSON.stringify(value))}`);
  return parts.join(" \\\n     ");
}

function content(types) {
  return Object.entries(types || {}).map(([type, media]) => {
    const value = exampleOf(media);
    const shown = value === undefined ? [] : [make("h4", {}, "Example"), sample(value, `an example of ${type}`)];
    return make("div", {}, make("h4", {}, type), whole(media.schema), ...shown);
  });
}

function answer(status, given) {
  const known = found(given);
  const tone = status < "400" ? "good" : "bad";
  const summary = make("summary", {}, make("span", { className: `status ${tone}` }, status), make("span", {}, ...inline(known.description)));
  return lazily(make("details", { className: "answer" }, summary), () => {
    const headers = Object.entries(known.headers || {}).map(([name, header]) => {
      const { schema, description } = found(header);
      return row(name, { ...found(schema), description }, false, "header");
    });
    const listed = headers.length ? make("dl", { className: "members" }, ...headers) : null;
    const inside = content(known.content);
    return make("div", {}, listed, ...inside, listed || inside.length ? null : make("p", { className: "quiet" }, "It has no body."));
  });
}

function operationOf(path, method, operation) {
  const summary = make("summary", {},
    make("span", { className: `method ${method}` }, method.toUpperCase()),
    make("span", { className: "path" }, path),
    make("span", { className: "summary" }, operation.summary || ""));
  const details = make("details", { className: "operation", id: operation.operationId }, summary);
  details.dataset.words = `${method} ${path} ${operation.summary}`.toLowerCase();
  return lazily(details, () => inside(path, method, operation));
}

function inside(path, method, operation) {
  const made = make("div", { className: "inside" }, ...prose(operation.description));
  const given = (operation.parameters || []).map(found);
  if (given.length) {
    const rows = given.map((one) => row(one.name, { ...found(one.schema), description: one.description }, one.required, one.in));
    made.append(make("h3", {}, "Parameters"), make("dl", { className: "members" }, ...rows));
  }
  if (operation.requestBody) made.append(make("h3", {}, "Body"), ...opened(content(operation.requestBody.content)));
  made.append(make("h3", {}, "From a shell"), sample(command(path, method, operation), "the command"));
  const answers = Object.entries(operation.responses).sort(([one], [other]) => one.localeCompare(other));
  made.append(make("h3", {}, "Answers"), ...answers.map(([status, known]) => answer(status, known)));
  return made;
}

// Whoever looks at a body wants to see the payload's fields: its parts are open, but not the parts of these.
function opened(parts) {
  for (const part of parts) for (const details of part.querySelectorAll("details.part")) details.open = true;
  return parts;
}

function* operations() {
  for (const [path, item] of Object.entries(api.paths)) {
    for (const method of METHODS) if (item[method]) yield [path, method, item[method]];
  }
}

function show() {
  const all = [...operations()];
  const [index, main] = [at("index"), at("operations")];
  at("title").textContent = document.title = `${api.info.title}: the API`;
  at("version").textContent = `version ${api.info.version}, OpenAPI ${api.openapi}`;
  index.replaceChildren();
  main.replaceChildren(...prose(api.info.description));
  for (const { name } of api.tags) {
    const own = all.filter(([, , operation]) => operation.tags.includes(name));
    if (!own.length) continue;
    const links = own.map(([path, method, operation]) => {
      const link = make("a", { href: `#${encodeURIComponent(operation.operationId)}` }, operation.summary);
      const item = make("li", {}, link);
      item.dataset.words = `${method} ${path} ${operation.summary}`.toLowerCase();
      return item;
    });
    index.append(make("section", {}, make("h4", {}, name), make("ul", {}, ...links)));
    main.append(make("section", {}, make("h2", {}, name), ...own.map((one) => operationOf(...one))));
  }
  at("menu").open = matchMedia("(min-width: 52rem)").matches;
  at("access").hidden = true;
  at("api").hidden = false;
  at("status").textContent = "";
  arrive();
}

function arrive() {
  let name;
  try {
    name = decodeURIComponent(location.hash.slice(1));
  } catch {
    return; // Half an escape names nothing.
  }
  const target = name && at(name);
  if (target && target.classList.contains("operation")) {
    target.open = true;
    target.scrollIntoView();
    target.querySelector("summary").focus({ preventScroll: true });
  }
}

function narrow() {
  const wanted = at("filter").value.trim().toLowerCase();
  for (const one of document.querySelectorAll("[data-words]")) one.hidden = !one.dataset.words.includes(wanted);
  for (const section of document.querySelectorAll("#index section, #operations section")) {
    section.hidden = !section.querySelector("[data-words]:not([hidden])");
  }
}

// The document

async function load(token) {
  // A header has bytes only, and the service reads them as UTF-8.
  const bytes = String.fromCharCode(...new TextEncoder().encode(token));
  const answered = await fetch("openapi.json", { headers: token ? { Authorization: `Bearer ${bytes}` } : {} });
  if (answered.status === 401) return refuse(token);
  if (!answered.ok) throw new Error(`it was answered ${answered.status}`);
  api = await answered.json();
  if (token) sessionStorage.setItem(KEPT, token);
  show();
}

function refuse(token) {
  sessionStorage.removeItem(KEPT);
  tell(token ? "This is not the token." : "", Boolean(token));
  at("access").hidden = false;
  at("token").focus();
}

function tell(text, failed) {
  at("status").textContent = text;
  at("status").className = failed ? "failed" : "";
}

function begin(token) {
  load(token).catch((error) => tell(`The document could not be loaded: ${error.message}. Reload the page to try again.`, true));
}

at("access").addEventListener("submit", (event) => {
  event.preventDefault();
  begin(at("token").value);
});
at("filter").addEventListener("input", narrow);
addEventListener("hashchange", arrive);
begin(sessionStorage.getItem(KEPT) || "");
